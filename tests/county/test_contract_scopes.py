"""What the county promises every laptop, on SQLite and on PostgreSQL alike: who sees
which grids, who is let in, and what a first download brings."""

import datetime as dt
from uuid import UUID

import pytest
from sqlalchemy import select, update

from gridapp.county import access, upkeep
from gridapp.county.tables import change as change_log
from gridapp.county.tables import device as devices
from gridapp.county.tables import device_scope, enrolment, scope
from gridapp.errors import UserError
from gridapp.models import (
    Building,
    Dwelling,
    Grid,
    Resident,
    Visit,
    Worker,
)
from gridapp.store import records, remote, state
from gridapp.sync import protocol
from gridapp.sync.client import SyncClient
from gridapp.sync.protocol import Change, Refused, SyncReply, SyncRequest
from tests.county.conftest import GRID, OTHER
from tests.county.doings import (
    HERE,
    THERE,
    add,
    at_county,
    edit,
    first_of,
    made_by_hand,
    remove,
    seen,
    send,
)
from tests.county.whole_records import MOMENT


class TestScopes:
    def test_a_laptop_sees_its_own_grids_only(self, laptop):
        here, there = laptop("李主任", GRID), laptop("王秀兰", OTHER)
        person = add(here, Resident, name="张德福")
        here.sync()
        there.sync()

        assert seen(there, person) is None
        assert seen(there, HERE, Grid) is None

    def test_a_secretary_sees_all_of_theirs(self, laptop):
        here, both = laptop("李主任", GRID), laptop("书记", GRID, OTHER)
        person = add(here, Resident, name="张德福")
        here.sync()
        both.sync()

        assert seen(both, person)["name"] == "张德福"

    def test_the_scope_comes_from_the_token_not_from_the_request(self, laptop, county):
        here, there = laptop("李主任", GRID), laptop("王秀兰", OTHER)
        person = add(here, Resident, name="张德福")
        here.sync()
        key = UUID(int=71)

        pushed = send(
            there,
            made_by_hand(500, key, grid=HERE, name="李"),
            made_by_hand(
                501, person, grid=THERE, action="update", name=["张德福", "李"]
            ),
            made_by_hand(502, UUID(int=73), grid=UUID(int=9), name="王"),
            made_by_hand(
                503,
                UUID(int=74),
                grid=THERE,
                type_="contact",
                resident_id=person.bytes,
                name="赵",
                rank=1,
            ),
        )

        assert [one.reason for one in pushed.held] == ["out_of_scope"] * 4
        assert all(one.theirs is None for one in pushed.held)
        assert at_county(county, person)["name"] == "张德福"

    def test_a_cursor_of_a_foreign_grid_opens_nothing(self, laptop):
        here, there = laptop("李主任", GRID), laptop("王秀兰", OTHER)
        add(here, Resident, name="张德福")
        here.sync()
        with there.store.reading() as db:
            token, epoch = state.value(db, "token"), state.value(db, "epoch")
        asked = protocol.Pull([protocol.Cursor(HERE.bytes, 0, "log")])
        request = SyncRequest(
            protocol.VERSION, epoch, there.store.device_id.bytes, None, asked
        )

        _, body = there.transport.exchange("/v1/sync", token, protocol.pack(request))

        reply = protocol.unpack(body, SyncReply)
        grids = {
            protocol.msgspec.msgpack.decode(raw, type=Change).grid
            for raw in reply.pulled.changes
        }
        assert grids == {THERE.bytes}

    def test_a_record_that_moves_leaves_one_laptop_and_comes_to_the_other(self, laptop):
        here, there = laptop("李主任", GRID), laptop("王秀兰", OTHER)
        both = laptop("书记", GRID, OTHER)
        person = add(here, Resident, name="张德福")
        visit = add(
            here,
            Visit,
            resident_id=person,
            mode=first_of("visit_mode"),
            started_at=MOMENT,
        )
        here.sync()
        both.sync()
        assert seen(here, person)

        with both.store.writing() as tx:
            records.move(tx, Resident, person, THERE)
        for one in (both, here, there):
            assert one.sync().held == 0

        for key, model in ((person, Resident), (visit, Visit)):
            assert seen(here, key, model) is None
            assert seen(there, key, model) == seen(both, key, model)
            assert seen(there, key, model)["grid_id"] == THERE

    def test_edits_made_before_the_move_was_known_arrive(self, laptop, county):
        here, there = laptop("李主任", GRID), laptop("王秀兰", OTHER)
        both = laptop("书记", GRID, OTHER)
        person = add(here, Resident, name="张德福")
        here.sync()
        both.sync()
        with both.store.writing() as tx:
            records.move(tx, Resident, person, THERE)
        both.sync()

        edit(here, person, note="耳背")
        visit = add(
            here,
            Visit,
            resident_id=person,
            mode=first_of("visit_mode"),
            started_at=MOMENT,
        )
        assert here.sync().held == 0
        there.sync()

        assert seen(there, person)["note"] == "耳背"
        assert seen(there, visit, Visit)["grid_id"] == THERE
        assert seen(here, person) is None
        assert seen(here, visit, Visit) is None
        here.sync()  # says that it knows of the move
        late = send(
            here,
            made_by_hand(900, person, action="update", note=["耳背", "后来"]),
        )
        assert [one.reason for one in late.held] == ["out_of_scope"]

    @pytest.mark.parametrize(("start", "target"), [(HERE, THERE), (THERE, HERE)])
    def test_a_record_moves_between_two_grids_of_one_laptop(
        self, laptop, start, target
    ):
        """Whichever of the two logs is read first; the second laptop's own edit, later
        by its clock, met another and was held."""
        one, two = laptop("书记", GRID, OTHER), laptop("主任", GRID, OTHER)
        person = add(one, Resident, name="张德福", grid_id=start)
        one.sync()
        two.sync()
        with one.store.writing() as tx:
            records.move(tx, Resident, person, target)
        edit(one, person, note="耳背")
        edit(two, person, note="失明")
        one.sync()
        assert two.sync().held == 1

        assert seen(two, person) == seen(one, person)
        assert seen(two, person)["grid_id"] == target

    def test_a_record_that_comes_back_is_there_again(self, laptop):
        here, both = laptop("李主任", GRID), laptop("书记", GRID, OTHER)
        person = add(both, Resident, name="张德福", grid_id=HERE)
        both.sync()
        here.sync()
        for target in (THERE, HERE):
            with both.store.writing() as tx:
                records.move(tx, Resident, person, target)
            both.sync()
        here.sync()

        assert seen(here, person) == seen(both, person)
        assert seen(both, person)["grid_id"] == HERE


class TestAccess:
    def test_a_revoked_laptop_is_refused(self, laptop, county):
        li = laptop("李主任")
        access.revoke(county, li.store.device_id)

        with pytest.raises(Refused, match="停用"):
            li.sync()

    def test_revoking_what_is_not_there_says_so(self, county):
        with pytest.raises(UserError, match="没有这台电脑"):
            access.revoke(county, UUID(int=1))

    def test_a_wrong_token_is_refused(self, laptop):
        li = laptop("李主任")
        with li.store.writing() as tx:
            state.keep(tx.db, "token", "wrong")

        with pytest.raises(Refused, match="重新登记"):
            li.sync()

    def test_a_code_works_once(self, laptop, county, new_vault):
        li = laptop("李主任")
        code = access.create_enrolment(county, [GRID], "王秀兰")
        first, second = (
            SyncClient(new_vault(name), li.transport) for name in ("a", "b")
        )
        first.enrol(code.lower().replace("-", " "))

        with pytest.raises(Refused, match="已经用过"):
            second.enrol(code)

    def test_a_wrong_code_and_an_old_one_are_refused(self, laptop, county, new_vault):
        client = SyncClient(new_vault("a"), laptop("李主任").transport)
        with pytest.raises(Refused, match="登记码不对"):
            client.enrol("2345-6789-ABCD")

        code = access.create_enrolment(county, [GRID], "王秀兰")
        with county.writing() as db:
            past = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
            db.execute(update(enrolment).values(expires_at=past))
        with pytest.raises(Refused, match="过期"):
            client.enrol(code)

    def test_no_secret_is_kept_in_the_clear(self, laptop, county):
        li = laptop("李主任")
        with li.store.reading() as db:
            token = state.value(db, "token")
        with county.reading() as db:
            rows = [str(row) for row in db.execute(select(devices))]
            rows += [str(row) for row in db.execute(select(enrolment))]

        assert token
        assert not any(token in row for row in rows)

    def test_a_copied_vault_is_refused(self, laptop):
        li = laptop("李主任")
        li.store.device_id = UUID(int=3)

        with pytest.raises(Refused, match="重新登记"):
            li.sync()

    def test_a_newer_program_is_told_that_the_server_is_old(self, laptop):
        li = laptop("李主任")
        newer = [protocol.VERSION + 1]
        li.client = SyncClient(li.store, li.transport, speaks=newer)

        with pytest.raises(Refused, match="服务器的版本太旧"):
            li.sync()

    def test_the_worker_of_a_code_becomes_the_worker_of_the_vault(self, laptop):
        li = laptop("李主任")

        worker = seen(li, li.store.worker_id, Worker)

        assert (worker["name"], worker["role"]) == ("李主任", "worker")


class TestFirstDownload:
    @pytest.fixture(autouse=True)
    def sender(self, laptop, monkeypatch):
        monkeypatch.setattr("gridapp.county.pages.PAGE_ROWS", 7)
        self.sender = laptop("李主任")
        with self.sender.store.writing() as tx:
            [building] = records.insert_many(tx, Building, [{"number": "3"}])
            rows = [{"building_id": building, "room": str(at)} for at in range(20)]
            self.ids = records.insert_many(tx, Dwelling, rows)
        self.sender.sync()

    def _enrolled(self, county, new_vault):
        client = SyncClient(store := new_vault("late"), self.sender.transport)
        client.enrol(access.create_enrolment(county, [GRID], "王秀兰"))
        return client, store

    def test_it_goes_on_after_a_cut_between_pages(self, county, new_vault):
        client, store = self._enrolled(county, new_vault)
        pages, seen_before = 0, set()

        while True:
            client.sync(cancelled=iter([False, True]).__next__)
            pages += 1
            with store.reading() as db:
                rows = records.filtered(db, Dwelling, {})
                [cursor] = remote.cursors(db)
            ids = {row["id"] for row in rows}
            assert seen_before <= ids
            seen_before = ids
            if cursor.place == "done":
                break
            assert not (cursor.place == "done" and len(ids) < 20)

        assert ids == set(self.ids)
        assert pages >= 4

    def test_what_changes_while_it_runs_arrives_too(self, county, new_vault):
        client, store = self._enrolled(county, new_vault)
        client.sync(cancelled=iter([False, True]).__next__)

        edit(self.sender, self.ids[0], Dwelling, note="漏水")
        remove(self.sender, self.ids[19], Dwelling)
        new = add(
            self.sender,
            Dwelling,
            building_id=seen(self.sender, self.ids[0], Dwelling)["building_id"],
            room="新",
        )
        self.sender.sync()
        client.sync()

        with store.reading() as db:
            for key in (*self.ids, new):
                here = records.get(db, Dwelling, key, deleted=True)
                assert here == seen(self.sender, key, Dwelling)

    def test_own_edits_while_it_runs_are_not_undone(self, county, new_vault):
        """They are in the log that is read again after the state."""
        client, store = self._enrolled(county, new_vault)
        client.sync(cancelled=iter([False, True]).__next__)
        edit(self.sender, self.ids[0], Dwelling, note="漏水")
        self.sender.sync()
        while client_place(store) not in ("log", "done"):
            client.sync(cancelled=iter([False, True]).__next__)
        with store.writing() as tx:
            records.save(tx, Dwelling, {"note": "修好了"}, self.ids[0])
        client.sync()

        with store.reading() as db:
            note = records.get(db, Dwelling, self.ids[0])["note"]
        self.sender.sync()
        assert note == seen(self.sender, self.ids[0], Dwelling)["note"]


def client_place(store):
    with store.reading() as db:
        return remote.cursors(db)[0].place


def test_the_log_has_no_gaps(laptop, county):
    li = laptop("李主任")
    for at in range(5):
        add(li, Resident, name=f"居民{at}")
        li.sync()

    with county.reading() as db:
        numbers = list(db.scalars(select(change_log.c.n).order_by(change_log.c.n)))
        last = db.scalars(select(scope.c.last)).one()
    assert numbers == list(range(1, last + 1))


def test_the_county_knows_how_far_a_laptop_has_read(laptop, county):
    li, wang = laptop("李主任"), laptop("王秀兰")
    add(li, Resident, name="张德福")
    li.sync()
    wang.sync()
    wang.sync()

    with county.reading() as db:
        last = db.scalars(select(scope.c.last)).one()
        read = dict(
            db.execute(select(device_scope.c.device_id, device_scope.c.cursor)).all()
        )
    assert read[wang.store.device_id] == last
    behind = {one["worker"]: one["behind"] for one in upkeep.status(county)["devices"]}
    assert behind["王秀兰"] == 0


def test_a_vault_that_stood_alone_joins_with_everything_it_has(county, laptop, vault):
    """Its grid has the same code, so the same id; its own name of it counts."""
    other = laptop("李主任")
    client = SyncClient(vault, other.transport)
    with vault.writing() as tx:
        person = records.save(tx, Resident, {"name": "张德福"})
    alone = vault.worker_id

    client.enrol(access.create_enrolment(county, [GRID], "周敏"))
    assert client.sync().held == 0
    other.sync()

    assert vault.worker_id == alone
    assert seen(other, person)["name"] == "张德福"
    assert seen(other, HERE, Grid)["name"] == "和顺里第一网格"
    assert upkeep.status(county)["records"]["worker"] == 2


def test_a_code_of_another_grid_is_refused(county, laptop, vault):
    client = SyncClient(vault, laptop("李主任").transport)

    with pytest.raises(Refused, match="网格编码"):
        client.enrol(access.create_enrolment(county, [OTHER], "周敏"))
