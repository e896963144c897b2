"""Whatever is not sound at the county, its doctor finds it, on both databases."""

import hashlib
import json
import re

import msgspec
import pytest
from click.testing import CliRunner
from sqlalchemy import delete, insert, select, text, update

from gridapp import cli
from gridapp.county import doctor, doctor_photos, photos
from gridapp.county.tables import change, device, device_scope, held, scope
from gridapp.models import Resident, Visit
from gridapp.models.place import grid_id
from gridapp.models.record import table_of
from gridapp.store import records
from gridapp.sync.photo_messages import WHOLE
from gridapp.sync.protocol import Change
from tests.county.conftest import GRID, OTHER

resident = table_of(Resident)


@pytest.fixture
def used(county, laptop):
    """A county where two laptops made, changed, deleted, moved and disputed things."""
    li, wang = laptop("李主任", GRID, OTHER), laptop("王秀兰", GRID)
    with li.store.writing() as tx:
        made = [{"name": f"居民{at}", "grid_id": grid_id(GRID)} for at in range(4)]
        people = records.insert_many(tx, Resident, made)
        visit = {"resident_id": people[0], "mode": "home", "met_whom": "self"}
        records.save(tx, Visit, visit | {"started_at": tx.at})
    li.sync()
    wang.sync()
    for one, words in ((li, "耳背"), (wang, "耳聋")):
        with one.store.writing() as tx:
            records.save(tx, Resident, {"note": words}, people[0])
    with li.store.writing() as tx:
        records.delete(tx, Resident, people[1])
        records.move(tx, Resident, people[2], grid_id(OTHER))
    with wang.store.writing() as tx:
        records.save(tx, Resident, {"mobility": "卧床"}, people[1])
        records.save(tx, Resident, {"mobility": "拄拐"}, people[2])
    for one in (wang, li, wang, li):
        one.sync()
    with li.store.writing() as tx:
        records.move(tx, Resident, people[2], grid_id(GRID))
        records.delete(tx, Resident, people[3])
    li.sync()
    with li.store.writing() as tx:
        records.undelete(tx, Resident, people[3])
    for one in (wang, li, wang):
        one.sync()
    with county.reading() as db:
        assert db.execute(select(held)).all()
    return county


def found_after(county, work):
    """Names of the checks that find something once `work` is done to the data."""
    with county.engine.connect() as db, db.begin() as transaction:
        work(db)
        found = {one.name for one in doctor.examine(doctor.CHECKS, db) if one.faults}
        transaction.rollback()
    return found


def test_a_county_in_daily_use_is_sound(used):
    found = list(doctor.examined(used))
    assert [one.told for one in found if one.faults] == []
    assert [one.name for one in found] == [
        *(one.name for one in doctor.CHECKS),
        "photos",
    ]


@pytest.fixture
def noted(county):
    """The names of three photos that are here."""
    raws = (b"one", b"two", b"three")
    names = [hashlib.sha256(raw).hexdigest() for raw in raws]
    for name, raw in zip(names, raws, strict=True):
        put(county, name, raw)
    with county.writing() as db:
        for name, raw in zip(names, raws, strict=True):
            photos.note(db, name, len(raw))
    return names


def put(county, name, raw):
    path = photos.place(county, name, WHOLE)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)


def photo_faults(county, *, every):
    found = doctor.examined(county, every_photo=every)
    return {one.name: one.told for one in found if one.faults}


@pytest.mark.parametrize("every", [True, False])
def test_a_photo_that_is_missing_or_damaged_is_found(county, noted, every):
    assert photo_faults(county, every=every) == {}
    photos.place(county, noted[0], WHOLE).unlink()
    put(county, noted[1], b"owt")
    put(county, noted[2], b"thre")
    [told] = photo_faults(county, every=every).values()
    assert all(any(name in line for line in told) for name in noted)


def test_of_many_photos_a_part_is_read_and_with_photos_every_one(
    county, noted, county_folder, monkeypatch
):
    """What is damaged in its old size is only found by reading it."""
    monkeypatch.setattr(doctor_photos, "PART", 2)
    for name in noted:
        size = photos.place(county, name, WHOLE).stat().st_size
        put(county, name, b"x" * size)
    command = ["county", "doctor", "--data", str(county_folder), "--json"]
    counts = []
    for more in ([], ["--photos"]):
        answer = json.loads(CliRunner().invoke(cli.main, [*command, *more]).output)
        [check] = [one for one in answer["checks"] if one["faults"]]
        counts.append((check["name"], check["faults"]))
        [fact] = answer["facts"]
        assert "照片 3 张" in fact
        assert f"其中 {check['faults']} 张" in fact
    assert counts == [("photos", 2), ("photos", 3)]


def test_a_photo_that_nobody_noted_is_a_fact_and_no_fault(county, noted, county_folder):
    put(county, hashlib.sha256(b"four").hexdigest(), b"four")
    found = CliRunner().invoke(
        cli.main, ["county", "doctor", "--data", str(county_folder)]
    )
    assert found.exit_code == 0
    assert "有 1 张照片数据库里没有登记" in found.output


def test_the_status_says_how_many_photos_there_are(county, noted, county_folder):
    found = CliRunner().invoke(
        cli.main, ["county", "status", "--data", str(county_folder)]
    )
    assert "照片：3 张" in found.output


def twice(db):
    """A change that was taken twice: under numbers that have no gap."""
    row = db.execute(
        select(change).where(change.c.action == "insert", change.c.type == "visit")
    ).one()
    last = db.scalar(select(scope.c.last).where(scope.c.grid_id == row.grid_id))
    line = msgspec.msgpack.decode(row.body, type=Change)
    line.seq = last + 1
    again = {"n": last + 1, "body": msgspec.msgpack.encode(line)}
    db.execute(insert(change).values(**row._asdict() | again))
    here = scope.c.grid_id == row.grid_id
    db.execute(update(scope).where(here).values(last=last + 1))


def unlogged(db):
    row = dict(db.execute(select(resident).limit(1)).mappings().one())
    row["id"] = grid_id("9901-another")
    db.execute(insert(resident).values(row))


def orphaned(db):
    if db.dialect.name == "postgresql":  # where the database itself forbids it
        db.execute(text("SET LOCAL session_replication_role = replica"))
    else:
        db.execute(text("PRAGMA defer_foreign_keys = ON"))
    db.execute(delete(resident).where(resident.c.name == "居民0"))


def does(statement):
    return lambda db: db.execute(statement).rowcount


HARM = [
    ({"numbers"}, does(delete(change).where(change.c.n == 2))),
    ({"numbers"}, does(update(scope).values(last=scope.c.last + 1))),
    ({"replay"}, does(update(resident).values(note="别的"))),
    ({"replay"}, does(update(resident).values(updated_at=resident.c.created_at))),
    ({"replay"}, does(update(change).where(change.c.n == 3).values(body=b"\xc1"))),
    ({"replay"}, twice),
    ({"replay"}, unlogged),
    ({"replay", "references"}, orphaned),
    ({"held"}, does(update(held).values(mine=b"\xc1"))),
    ({"held"}, does(update(device).values(last_seq=0))),
    ({"devices"}, does(update(device_scope).values(cursor=9_999))),
]


def test_every_harm_is_found_by_the_check_for_it(used):
    found = [(expected, found_after(used, work)) for expected, work in HARM]
    assert [(a, b) for a, b in found if not a <= b] == []
    assert found_after(used, lambda _: None) == set()


def test_the_command_says_what_is_wrong_and_ends_with_1(used, county_folder):
    command = ["county", "doctor", "--data", str(county_folder), "--json"]
    sound = CliRunner().invoke(cli.main, command)
    assert (sound.exit_code, json.loads(sound.output)["sound"]) == (0, True)

    with used.writing() as db:
        HARM[2][1](db)

    found = CliRunner().invoke(cli.main, command)
    assert found.exit_code == 1
    answer = json.loads(found.output)
    assert [one["name"] for one in answer["checks"] if one["faults"]] == ["replay"]
    assert "别的" not in found.output


@pytest.mark.parametrize("county_template", ["sqlite"], indirect=True)
def test_what_sqlite_says_of_its_file_is_counted_in_our_words(used):
    def harm(db):
        db.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        db.execute(update(resident).values(sex="?"))
        db.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")
        told.extend(doctor.CHECKS[0].faults(db))

    told = []
    assert "file" in found_after(used, harm)
    assert [one.isascii() for one in told] == [False]
    assert not re.search(r"[A-Za-z]{2}", told[0])
