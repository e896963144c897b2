"""A laptop put back to a backup of before its last syncs, on both databases.

What the county took stays there and comes back, nothing doubles, and what was not sent
is told before it is lost.
"""

import pytest

from gridapp.county import access, locks, upkeep
from gridapp.county import doctor as county_doctor
from gridapp.models import Resident
from gridapp.models.record import table_of
from gridapp.store import backup, backup_places, doctor, records, restore
from gridapp.store import vault as vaults
from gridapp.store.backup_file import Backup
from gridapp.sync.client import SyncClient
from gridapp.sync.protocol import Refused
from gridapp.work import backup_words
from tests.county.conftest import GRID, Direct, Laptop

LOCAL = ("created_at", "updated_at")  # the county's own marks


def add(one, name, **given):
    with one.store.writing() as tx:
        return records.save(tx, Resident, {"name": name, **given})


def edit(one, who, **given):
    with one.store.writing() as tx:
        records.save(tx, Resident, given, who)


def people(one):
    """Every resident with all its values."""
    with one.store.reading() as db:
        rows = db.execute(table_of(Resident).select()).mappings().all()
    return sorted(
        tuple((k, v) for k, v in row.items() if k not in LOCAL) for row in rows
    )


def at_county(county):
    with county.reading() as db:
        rows = db.execute(table_of(Resident).select()).mappings().all()
    wanted = {column.name for column in table_of(Resident).columns}
    return sorted(
        tuple((k, v) for k, v in row.items() if k in wanted and k not in LOCAL)
        for row in rows
    )


def put_back(one, made, county):
    """The laptop after a restore, and what was known before."""
    found = restore.unpack(one.store.folder, made.file, one.store)
    restore.prepare(found, one.store, "电脑出过毛病，退回昨天")
    one.store.close()
    store = vaults.open_with_key(one.store.folder, one.store.key, one.store.user)
    transport = Direct(county)
    return Laptop(store, SyncClient(store, transport), transport), found.difference


def waiting(one):
    with one.store.reading() as db:
        return one.client.waiting(db)


@pytest.fixture
def opened():
    held = []
    yield held.append
    for one in held:
        one.store.close()


def all_sound(county, *laptops):
    for found in (
        county_doctor.examined(county),
        *(doctor.examined(one.store) for one in laptops),
    ):
        assert [one.told for one in found if one.faults] == []


def test_restored_after_three_syncs_nothing_is_lost_or_doubled(county, laptop, opened):
    li, wang = laptop("李主任"), laptop("王秀兰")
    zhang = add(li, "张德福", note="一")
    li.sync()
    wang.sync()
    made = backup.make(li.store)
    add(li, "第二次同步")
    edit(li, zhang, note="二")
    li.sync()
    add(wang, "王秀兰登记的")
    wang.sync()
    add(li, "第三次同步")
    li.sync()
    add(li, "没有上报")
    edit(li, zhang, note="三")

    li, told = put_back(li, made, county)
    opened(li)

    assert told.unsent == {"resident": 2}
    assert told.lost["resident"] == 5
    assert told.back["resident"] == 1
    assert told.seen
    add(li, "恢复后登记")
    edit(li, zhang, mobility="卧床")
    for _ in range(2):  # however often: refused in words, nothing taken twice
        with pytest.raises(Refused, match="新的登记码"):
            li.sync()
    assert len(at_county(county)) == 4

    li.client.enrol(access.create_enrolment(county, [GRID], "李主任"))
    for one in (li, wang, li, wang):
        one.sync()

    names = [one["name"] for one in upkeep.list_records(county, Resident)]
    assert sorted(names) == sorted(
        ["张德福", "第二次同步", "第三次同步", "王秀兰登记的", "恢复后登记"]
    )
    assert people(li) == people(wang) == at_county(county)
    with li.store.reading() as db:
        found = records.get(db, Resident, zhang)
    assert (found["note"], found["mobility"]) == ("二", "卧床")
    assert waiting(li) == waiting(wang) == []
    all_sound(county, li, wang)


def test_what_was_not_sent_is_in_the_backup_of_before_the_restore(
    county, laptop, opened
):
    """Who restored by mistake goes forward again, and everything goes up."""
    li, wang = laptop("李主任"), laptop("王秀兰")
    add(li, "张德福")
    made = backup.make(li.store)
    li.sync()
    add(li, "没有上报")
    li, _ = put_back(li, made, county)
    listed = backup.standing(li.store).listed.kept
    [before] = [one for one in listed if one.manifest.reason == backup_places.RESTORE]

    li, told = put_back(li, before, county)
    opened(li)
    li.sync()
    wang.sync()

    assert told.unsent == {}
    assert people(li) == people(wang) == at_county(county)
    names = {one["name"] for one in upkeep.list_records(county, Resident)}
    assert names == {"张德福", "没有上报"}
    all_sound(county, li, wang)


def test_when_nothing_was_sent_since_it_goes_on_as_the_laptop_it_is(
    county, laptop, opened
):
    li, wang = laptop("李主任"), laptop("王秀兰")
    add(li, "张德福")
    li.sync()
    made = backup.make(li.store)
    add(wang, "王秀兰登记的")
    wang.sync()
    li.sync()
    add(li, "没有上报")

    li, told = put_back(li, made, county)
    opened(li)
    assert not told.seen
    assert told.back == {"resident": 1}
    add(li, "恢复后登记")
    report = li.sync()
    wang.sync()

    assert report.pushed == 1
    assert people(li) == people(wang) == at_county(county)
    assert len(upkeep.status(county)["devices"]) == 2
    all_sound(county, li, wang)


def test_a_backup_from_before_the_enrolment_says_that_a_new_code_is_needed(
    county, laptop, opened, tmp_path
):
    alone = vaults.create(tmp_path / "alone", "测试用的密码 1")
    made = backup.make(alone)
    transport = Direct(county)
    li = Laptop(alone, SyncClient(alone, transport), transport)
    opened(li)
    li.client.enrol(access.create_enrolment(county, [GRID], "李主任"))

    found = restore.unpack(alone.folder, made.file, alone)
    assert backup_words.as_told(found)["needs_code"]
    assert any("新的登记码" in one for one in backup_words.losses(found))
    restore.drop(found)


def test_a_replaced_laptop_is_the_old_one_from_its_backup(
    county, laptop, opened, tmp_path
):
    """The old one is gone; what it sent after the backup is at the county."""
    li, wang = laptop("李主任"), laptop("王秀兰")
    add(li, "张德福")
    li.sync()
    out = tmp_path / "李主任.gridbak"
    backup.make_file(li.store, out)
    add(li, "备份后上报")
    li.sync()
    li.store.close()

    new = tmp_path / "new-laptop"
    found = restore.unpack(new, out, password="测试用的密码 1")
    restore.prepare(found, None, "")
    store = vaults.open_with_key(new, li.store.key)
    transport = Direct(county)
    li = Laptop(store, SyncClient(store, transport), transport)
    opened(li)
    with pytest.raises(Refused, match="新的登记码"):
        li.sync()
    li.client.enrol(access.create_enrolment(county, [GRID], "李主任"))
    for one in (li, wang):
        one.sync()

    assert people(li) == people(wang) == at_county(county)
    assert len(at_county(county)) == 2
    all_sound(county, li, wang)


def test_when_the_county_shuts_a_laptop_its_backups_lose_their_slots(county, laptop):
    li = laptop("李主任")
    made = backup.make(li.store)

    locks.ask(county, li.store.device_id)
    with pytest.raises(Refused):
        li.sync()

    with Backup(made.file) as one:
        assert one.slots() is None
    assert backup.verified(made.file, li.store.key)
