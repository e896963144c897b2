"""A county is restored from a backup: every laptop comes back by itself, and nothing
that anybody entered is lost, also when the laptop that sent it is gone."""

import secrets
import shutil
from contextlib import ExitStack
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from gridapp.county import access, app, backup, doctor, rejoin, upkeep
from gridapp.county.tables import change as change_log
from gridapp.county.tables import held
from gridapp.errors import UserError
from gridapp.models import Grid, Resident, Visit
from gridapp.store import records, state
from gridapp.store import vault as vaults
from gridapp.sync.client import HttpTransport, SyncClient
from gridapp.sync.protocol import Change, Refused
from tests.county.conftest import GRID, OTHER, Direct, Laptop
from tests.county.doings import add, at_county, edit, seen, waiting
from tests.county.whole_records import MOMENT


class Town:
    """A county that can be backed up and restored, and its laptops."""

    def __init__(self, folder, new_database, new_vault, county):
        self.folder, self.new_database = folder, new_database
        self.new_vault, self.county = new_vault, county
        self.laptops = []
        self.restored = ExitStack()

    def laptop(self, name, *grids):
        store = self.new_vault(f"{name}{secrets.token_hex(3)}")
        transport = Direct(self.county)
        client = SyncClient(store, transport)
        client.enrol(access.create_enrolment(self.county, grids or [GRID], name))
        client.sync()
        self.laptops.append(one := Laptop(store, client, transport))
        return one

    def backup(self):
        file = self.folder / f"{secrets.token_hex(4)}.backup"
        backup.make(self.county, file)
        return file

    def restore(self, file):
        folder = self.folder / f"county-{secrets.token_hex(4)}"
        backup.restore(file, folder, self.new_database())
        self.county = self.restored.enter_context(upkeep.opened(folder))
        for one in self.laptops:
            one.transport.county = self.county

    def lose(self, laptop):
        self.laptops.remove(laptop)

    def quiet(self):
        for _ in range(3):
            for one in self.laptops:
                one.sync()


@pytest.fixture
def town(county, county_folder, tmp_path, new_vault, request):
    def new_database():
        if not county.postgres:
            return None
        name = f"restored_{secrets.token_hex(4)}"
        return request.getfixturevalue("postgres")(name)

    town = Town(tmp_path, new_database, new_vault, county)
    yield town
    town.restored.close()


def everywhere(town, record_id):
    """The record at the county, after all laptops were seen to have the same."""
    found = at_county(town.county, record_id)
    for one in town.laptops:
        assert seen(one, record_id) == found
    return found


def authors(county, record_id):
    """(author's name, field) of the log's lines of a record."""
    with county.reading() as db:
        query = select(change_log.c.body).where(change_log.c.record_id == record_id)
        lines = [msgspec.msgpack.decode(one, type=Change) for one in db.scalars(query)]
    return [(one.by, one.names) for one in lines if one.action == "update"]


class TestRestored:
    def test_what_each_laptop_sent_after_the_backup_comes_again(self, town):
        li, wang = town.laptop("李主任"), town.laptop("王秀兰")
        kept = add(li, name="备份前")
        li.sync()
        file = town.backup()
        lost = add(li, name="备份后")
        edit(li, kept, note="耳背")
        town.quiet()
        edit(wang, kept, mobility="卧床")
        mine = add(wang, name="王加的")
        town.quiet()

        town.restore(file)
        assert at_county(town.county, lost) is None
        town.quiet()

        assert everywhere(town, lost)["name"] == "备份后"
        assert everywhere(town, mine)["name"] == "王加的"
        assert everywhere(town, kept)["note"] == "耳背"
        assert everywhere(town, kept)["mobility"] == "卧床"
        assert waiting(li) == waiting(wang) == []

    def test_the_last_to_write_may_come_back_first(self, town):
        """Their change builds on one that the county lost: nobody is asked anything."""
        li, wang = town.laptop("李主任"), town.laptop("王秀兰")
        person = add(li, name="张德福", note="一")
        town.quiet()
        file = town.backup()
        edit(li, person, note="二")
        town.quiet()
        edit(wang, person, note="三")
        town.quiet()

        town.restore(file)
        for one in (wang, li, wang):
            one.sync()

        assert everywhere(town, person)["note"] == "三"
        assert waiting(li) == waiting(wang) == []
        assert len(authors(town.county, person)) == 2

    def test_what_a_lost_laptop_had_sent_is_given_back_by_those_who_received_it(
        self, town
    ):
        li = town.laptop("李主任")
        town.laptop("王秀兰")
        kept = add(li, name="备份前")
        town.quiet()
        file = town.backup()
        edit(li, kept, note="耳背")
        person = add(li, name="李加的", note="一")
        town.quiet()
        edit(li, person, note="二")
        visit = add(li, Visit, resident_id=person, mode="home", started_at=MOMENT)
        town.quiet()
        author = li.store.worker_id

        town.lose(li)
        town.restore(file)
        town.quiet()

        assert everywhere(town, kept)["note"] == "耳背"
        assert everywhere(town, person)["note"] == "二"
        assert at_county(town.county, visit, Visit)["resident_id"] == person
        assert at_county(town.county, person)["created_by"] == author
        assert {by for by, _ in authors(town.county, person)} == {author.bytes}

    def test_a_laptop_that_only_read_gives_back_too(self, town):
        li, reader = town.laptop("李主任"), town.laptop("王秀兰")
        file = town.backup()
        person = add(li, name="张德福")
        town.quiet()
        edit(li, person, note="耳背")
        town.quiet()

        town.lose(li)
        town.restore(file)
        town.quiet()

        assert everywhere(town, person)["note"] == "耳背"
        assert reader.sync().pushed == 0

    def test_one_that_joined_after_the_backup_gives_back_what_it_read_whole(self, town):
        li = town.laptop("李主任")
        old = add(li, name="备份前", note="一")
        li.sync()
        file = town.backup()
        edit(li, old, note="二")
        person = add(li, name="张德福", note="耳背")
        li.sync()
        zhou = town.laptop("周敏")
        edit(zhou, person, mobility="卧床")
        edit(zhou, old, mobility="用轮椅")
        zhou.sync()

        town.lose(li)
        town.restore(file)
        with pytest.raises(Refused, match="重新登记"):
            zhou.sync()  # the county knows neither it nor its worker any more
        code = access.create_enrolment(town.county, [GRID], "周敏")
        zhou.client.enrol(code)
        town.quiet()

        assert everywhere(town, person)["note"] == "耳背"
        assert everywhere(town, person)["mobility"] == "卧床"
        assert everywhere(town, old)["note"] == "二"
        assert everywhere(town, old)["mobility"] == "用轮椅"

    def test_a_delete_that_the_county_lost_is_done_again(self, town):
        li, wang = town.laptop("李主任"), town.laptop("王秀兰")
        person = add(li, name="张德福", note="一")
        town.quiet()
        file = town.backup()
        edit(li, person, note="二")
        town.quiet()
        with wang.store.writing() as tx:
            records.delete(tx, Resident, person)
        town.quiet()
        assert everywhere(town, person)["deleted_at"] is not None

        town.restore(file)
        town.quiet()

        assert everywhere(town, person)["deleted_at"] is not None
        assert everywhere(town, person)["note"] == "二"
        assert waiting(wang) == []

    def test_a_move_that_the_county_lost_is_done_again(self, town):
        both, li = town.laptop("周敏", GRID, OTHER), town.laptop("李主任", GRID)
        there = town.laptop("王秀兰", OTHER)
        person = add(li, name="张德福")
        town.quiet()
        file = town.backup()
        with both.store.writing() as tx:
            target = state.default_grid(tx.db)
            grids = [one["id"] for one in records.find(tx.db, Grid)]
            away = next(one for one in grids if one != seen(li, person)["grid_id"])
            records.move(tx, Resident, person, away)
        assert target
        town.quiet()
        edit(there, person, note="搬来了")
        town.quiet()

        town.restore(file)
        town.quiet()

        assert seen(li, person) is None
        found = at_county(town.county, person)
        assert seen(there, person) == seen(both, person) == found
        assert (found["grid_id"], found["note"]) == (away, "搬来了")

    def test_a_change_since_the_restore_and_a_lost_one_are_both_kept(self, town):
        li, wang = town.laptop("李主任"), town.laptop("王秀兰")
        zhou = town.laptop("周敏")
        person = add(li, name="张德福", note="一")
        town.quiet()
        file = town.backup()
        edit(wang, person, note="二")
        wang.sync()
        zhou.sync()

        town.restore(file)
        edit(li, person, note="三")
        li.sync()
        town.lose(wang)
        town.quiet()

        assert everywhere(town, person)["note"] == "三"
        [asked] = waiting(zhou)
        assert (asked.mine, asked.theirs) == ("二", "三")

    def test_two_who_received_a_lost_change_are_not_both_asked(self, town):
        li, wang = town.laptop("李主任"), town.laptop("王秀兰")
        zhou, sun = town.laptop("周敏"), town.laptop("孙强")
        person = add(li, name="张德福", note="一")
        town.quiet()
        file = town.backup()
        edit(wang, person, note="二")
        wang.sync()
        zhou.sync()
        sun.sync()

        town.restore(file)
        edit(li, person, note="三")
        li.sync()
        town.lose(wang)
        town.quiet()

        assert len(waiting(zhou)) + len(waiting(sun)) == 1

    def test_it_heals_after_two_restores_of_the_same_backup(self, town):
        li, wang = town.laptop("李主任"), town.laptop("王秀兰")
        file = town.backup()
        first = add(li, name="第一")
        town.quiet()
        town.restore(file)
        li.sync()
        second = add(li, name="第二")
        li.sync()
        town.restore(file)
        town.quiet()
        third = add(wang, name="第三")
        town.quiet()

        for one in (first, second, third):
            assert everywhere(town, one)

    def test_a_sync_that_is_cut_while_coming_back_goes_on(self, town):
        li, wang = town.laptop("李主任"), town.laptop("王秀兰")
        person = add(li, name="张德福", note="一")
        town.quiet()
        file = town.backup()
        edit(li, person, note="二")
        town.quiet()
        edit(wang, person, note="三")
        more = [add(wang, name=f"人{n}") for n in range(5)]
        town.quiet()
        town.restore(file)

        for cut_at in range(1, 12):
            cut(wang, cut_at)
        town.quiet()

        assert everywhere(town, person)["note"] == "三"
        for one in more:
            assert everywhere(town, one)
        assert waiting(li) == waiting(wang) == []

    def test_a_record_that_was_only_taken_whole_comes_whole_again(self, town):
        """Its insert breaks a rule; it was put right before the county took it."""
        li = town.laptop("李主任")
        li.sync()
        file = town.backup()
        person = add(li, name="张德福")
        by_force(li, person, "张" * 90)
        assert li.sync().held == 1
        edit(li, person, name="张德福", note="耳背")
        li.sync()
        assert at_county(town.county, person)["note"] == "耳背"

        town.restore(file)
        town.quiet()

        assert everywhere(town, person)["note"] == "耳背"
        assert waiting(li) == []

    def test_nothing_new_is_a_short_way_back(self, town):
        li = town.laptop("李主任")
        add(li, name="张德福")
        li.sync()
        town.restore(town.backup())

        report = li.sync()

        assert (report.pushed, report.pulled) == (0, 0)

    def test_a_database_that_went_back_without_a_new_epoch_is_noticed(self, town):
        """A standby that lagged took over, or an administrator restored by hand."""
        li, wang = town.laptop("李主任"), town.laptop("王秀兰")
        add(li, name="备份前")
        town.quiet()
        file, epoch = town.backup(), town.county.epoch
        lost = add(li, name="备份后")
        town.quiet()
        town.restore(file)
        town.county.epoch = epoch

        li.sync()
        wang.sync()

        assert everywhere(town, lost)["name"] == "备份后"


def by_force(laptop, record_id, name):
    """Past the form and the table's own check, as a newer program's rules may be."""
    with laptop.store.writing(remote=True) as tx:
        tx.db.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        statement = "UPDATE resident SET name = ? WHERE id = ?"
        tx.db.exec_driver_sql(statement, (name, record_id.hex))
        tx.db.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")


def cut(laptop, at):
    """One sync whose line is cut after `at` answers; the last one got lost."""
    real, left = laptop.transport.exchange, at

    def exchange(path, token, body):
        nonlocal left
        found = real(path, token, body)
        left -= 1
        if left == 0:
            raise UserError("连不上县级服务器")
        return found

    laptop.transport.exchange = exchange
    try:
        laptop.sync()
    except UserError:
        pass
    finally:
        laptop.transport.exchange = real


def test_it_heals_over_a_real_connection(county_folder, new_vault):
    store = new_vault("李主任")
    with app.running(county_folder) as url:
        with upkeep.opened(county_folder) as county:
            code = access.create_enrolment(county, [GRID], "李主任")
        SyncClient(store, HttpTransport(url)).enrol(code)
        SyncClient(store, HttpTransport(url)).sync()
        with store.writing() as tx:
            records.save(tx, Resident, {"name": "张德福"})
        SyncClient(store, HttpTransport(url)).sync()
    with upkeep.opened(county_folder) as county, county.writing() as db:
        epoch = rejoin.new_epoch(db)

    with app.running(county_folder) as url:
        SyncClient(store, HttpTransport(url)).sync()

    with store.reading() as db:
        assert state.value(db, "epoch") == epoch


class TestOlderCopy:
    @pytest.fixture
    def old(self, town, tmp_path):
        """A laptop that was put back to what it was before its last sync."""
        li = town.laptop("李主任")
        self.person = add(li, name="张德福", note="一")
        li.sync()
        shutil.copytree(li.store.folder, tmp_path / "copy")
        self.sent = add(li, name="只在县里")
        edit(li, self.person, note="二")
        li.sync()
        key = li.store.key
        town.lose(li)
        li.store.close()
        store = vaults.open_with_key(tmp_path / "copy", key)
        transport = Direct(town.county)
        one = Laptop(store, SyncClient(store, transport), transport)
        town.laptops.append(one)
        yield one
        store.close()

    def test_it_is_told_what_to_do_before_anything_is_lost(self, town, old):
        new = [add(old, name=f"新{n}") for n in range(5)]

        for _ in range(2):
            with pytest.raises(Refused, match="较早的备份") as refused:
                old.sync()
            assert refused.value.code == "device"

        for one in new:
            assert seen(old, one)

    def test_one_that_wrote_nothing_is_noticed_too(self, old):
        with pytest.raises(Refused, match="较早的备份"):
            old.sync()

    def test_a_new_code_makes_it_a_laptop_of_its_own_that_has_everything(
        self, town, old
    ):
        new = [add(old, name=f"新{n}") for n in range(5)]
        edit(old, self.person, mobility="卧床")
        with pytest.raises(Refused):
            old.sync()

        old.client.enrol(access.create_enrolment(town.county, [GRID], "李主任"))
        town.quiet()

        for one in (*new, self.sent):
            assert everywhere(town, one)
        found = everywhere(town, self.person)
        assert (found["note"], found["mobility"]) == ("二", "卧床")
        assert waiting(old) == []

    def test_a_code_whose_answer_got_lost_still_lets_it_in(self, town, old):
        with pytest.raises(Refused):
            old.sync()
        code = access.create_enrolment(town.county, [GRID], "李主任")
        real = old.transport.exchange

        def lost(path, token, body):
            real(path, token, body)
            raise UserError("连不上县级服务器")

        old.transport.exchange = lost
        with pytest.raises(UserError, match="连不上"):
            old.client.enrol(code)
        old.transport.exchange = real
        old.client.enrol(code)
        town.quiet()

        assert everywhere(town, self.sent)


def test_a_push_that_does_not_repeat_what_got_lost_is_cleared_first(town):
    """The laptop does not know that its last rows arrived, and sends others: it looks
    at its journal, and nothing is asked of anybody."""
    li = town.laptop("李主任")
    people = [add(li, name=f"人{n}") for n in range(3)]
    li.sync()
    with li.store.writing() as tx:
        state.keep(tx.db, state.SENT, "1")
    people.append(add(li, name="后来"))

    report = li.sync()

    assert (report.pushed, report.held) == (1, 0)
    for one in people:
        assert everywhere(town, one)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["edit", "edit", "edit", "add", "sync", "sync", "delete"]),
        st.integers(0, 2),
        st.integers(0, 1),
        st.sampled_from(["note", "illness"]),
    ),
    max_size=14,
)


@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(STEPS, STEPS, STEPS, st.permutations(range(3)), st.booleans())
def test_all_end_up_with_the_same_and_every_value_is_kept(
    town, before, lost, after, order, one_is_gone
):
    """Whatever was done before the backup, between it and its restore, and since."""
    laptops = [town.laptop(f"网格员{n}") for n in range(3)]
    people = [add(laptops[0], name="张德福"), add(laptops[0], name="李桂英")]
    town.quiet()
    words, of_first = [], set()

    def do(steps):
        for act, who, which, name in steps:
            one = laptops[who]
            if one not in town.laptops:
                continue
            if act == "sync":
                one.sync()
            elif act == "add":
                people.append(add(one, name="新来的"))
            elif act == "delete":
                with one.store.writing() as tx:
                    records.delete(tx, Resident, people[which])
            else:
                word = f"词{len(words)}"
                try:
                    edit(one, people[which], **{name: word})
                except UserError:  # it lies in this laptop's recycle bin
                    continue
                words.append((people[which], word))
                if who == 0:
                    of_first.add(word)

    do(before)
    file = town.backup()
    do(lost)
    if one_is_gone:
        town.quiet()  # what nobody received, and what was held, is gone with its laptop
        sent = words_of_log(town.county, people)
        words = [one for one in words if one[1] not in of_first or one in sent]
        town.lose(laptops[0])
    town.restore(file)
    for who in order:
        if laptops[who] in town.laptops:
            laptops[who].sync()
    do(after)
    town.quiet()
    town.quiet()

    for person in people:
        if not one_is_gone or at_county(town.county, person):
            assert everywhere(town, person)
    there = kept_words(town.county, people)
    assert [one for one in words if one not in there] == []
    assert [one for one in doctor.examined(town.county) if one.faults] == []
    town.laptops.clear()


def words_of_log(county, people):
    """Every word of these people that the county's log has: what others received."""
    with county.reading() as db:
        query = select(change_log.c.body).where(change_log.c.record_id.in_(people))
        return words_of(db.scalars(query))


def kept_words(county, people):
    """Every word that the county has, in its log or among what it held."""
    with county.reading() as db:
        query = select(held.c.mine).where(held.c.record_id.in_(people))
        return words_of(db.scalars(query)) | words_of_log(county, people)


def words_of(bodies):
    found = set()
    for body in bodies:
        line = msgspec.msgpack.decode(body, type=Change)
        for value in line.values:
            for word in value if isinstance(value, list) else [value]:
                found.update((UUID(bytes=line.id), one) for one in str(word).split())
    return found
