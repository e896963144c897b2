"""What the county promises every laptop, on SQLite and on PostgreSQL alike."""

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
    RECORDS,
    Building,
    CarePlan,
    Dwelling,
    Grid,
    Issue,
    IssueStep,
    Resident,
    Visit,
    Worker,
)
from gridapp.models.kinds import TIME
from gridapp.models.place import grid_id
from gridapp.models.record import fields_of, table_of
from gridapp.store import history, page, records, remote, state
from gridapp.sync import protocol
from gridapp.sync.client import SyncClient
from gridapp.sync.protocol import Change, Push, Refused, SyncReply, SyncRequest
from tests.county.conftest import GRID, OTHER
from tests.county.whole_records import MOMENT, whole_records

HERE, THERE = grid_id(GRID), grid_id(OTHER)


def add(laptop, model, record_id=None, **values):
    with laptop.store.writing() as tx:
        return records.save(tx, model, values, record_id)


def edit(laptop, record_id, model=Resident, **values):
    add(laptop, model, record_id, **values)


def remove(laptop, record_id, model=Resident):
    with laptop.store.writing() as tx:
        records.delete(tx, model, record_id)


def seen(laptop, record_id, model=Resident):
    with laptop.store.reading() as db:
        return records.get(db, model, record_id, deleted=True)


def waiting(laptop):
    with laptop.store.reading() as db:
        return SyncClient.waiting(db)


def decide(laptop, choice):
    [one] = waiting(laptop)
    with laptop.store.writing() as tx:
        SyncClient.decide(tx, one.id, choice)


def at_county(county, record_id, model=Resident):
    with county.reading() as db:
        table = table_of(model)
        row = db.execute(select(table).where(table.c.id == record_id)).mappings().one()
        return dict(row)


def log_of(county, record_id):
    with county.reading() as db:
        query = select(change_log.c.action).where(change_log.c.record_id == record_id)
        return list(db.scalars(query.order_by(change_log.c.grid_id, change_log.c.n)))


def send(laptop, *changes, last=None, cursor=None):
    """One push made by hand, past the client."""
    with laptop.store.reading() as db:
        token, epoch = state.value(db, "token"), state.value(db, "epoch")
    request = SyncRequest(
        protocol.VERSION,
        epoch,
        laptop.store.device_id.bytes,
        Push(last or changes[-1].seq, list(changes)),
        None,
    )
    status, body = laptop.transport.exchange("/v1/sync", token, protocol.pack(request))
    assert status == 200, protocol.unpack(body, protocol.Refusal)
    return protocol.unpack(body, SyncReply).pushed


def made_by_hand(
    seq, record_id, grid=HERE, action="insert", type_="resident", **values
):
    return Change(
        seq,
        type_,
        record_id.bytes,
        grid.bytes,
        action,
        TIME.to_wire(MOMENT),
        None,
        None,
        ",".join(values),
        list(values.values()),
    )


class TestTwoLaptops:
    @pytest.fixture(autouse=True)
    def two(self, laptop):
        self.li, self.wang = laptop("李主任"), laptop("王秀兰")
        self.person = add(self.li, Resident, name="张德福", mobility="能自理")
        self.li.sync()
        self.wang.sync()

    def test_edits_of_different_fields_meet(self):
        edit(self.li, self.person, note="耳背")
        edit(self.wang, self.person, mobility="卧床")

        for one in (self.li, self.wang, self.li):
            one.sync()

        here, there = seen(self.li, self.person), seen(self.wang, self.person)
        assert here == there
        assert (here["note"], here["mobility"]) == ("耳背", "卧床")
        assert waiting(self.li) == waiting(self.wang) == []

    def test_the_first_edit_of_a_field_stands_and_the_other_is_shown(self, county):
        edit(self.li, self.person, note="耳背")
        edit(self.wang, self.person, note="失明")

        self.li.sync()
        assert self.wang.sync().held == 1

        assert seen(self.wang, self.person)["note"] == "耳背"
        [one] = waiting(self.wang)
        assert (one.mine, one.theirs, one.theirs_by) == ("失明", "耳背", "李主任")
        assert one.label == "备注"
        assert upkeep.status(county)["held"] == {"conflict": 1}

    @pytest.mark.parametrize(
        ("choice", "note"),
        [("mine", "失明"), ("theirs", "耳背"), ("both", "耳背\n失明")],
    )
    def test_its_author_decides(self, county, choice, note):
        edit(self.li, self.person, note="耳背")
        edit(self.wang, self.person, note="失明")
        self.li.sync()
        self.wang.sync()

        decide(self.wang, choice)
        self.wang.sync()
        self.li.sync()

        assert seen(self.wang, self.person)["note"] == note
        assert seen(self.li, self.person)["note"] == note
        assert waiting(self.wang) == []
        assert upkeep.status(county)["held"] == {}

    def test_another_field_goes_into_the_note_with_its_name(self):
        edit(self.li, self.person, mobility="卧床")
        edit(self.wang, self.person, mobility="用轮椅")
        self.li.sync()
        self.wang.sync()

        decide(self.wang, "both")

        assert "用轮椅" in seen(self.wang, self.person)["note"]
        assert seen(self.wang, self.person)["mobility"] == "卧床"

    def test_the_same_edit_twice_is_no_conflict(self, county):
        edit(self.li, self.person, note="耳背")
        edit(self.wang, self.person, note="耳背")
        before = len(log_of(county, self.person))

        for one in (self.li, self.wang, self.li):
            one.sync()

        assert len(log_of(county, self.person)) == before + 1
        assert seen(self.li, self.person) == seen(self.wang, self.person)

    def test_an_edit_wins_over_a_delete_that_came_first(self, county):
        remove(self.li, self.person)
        edit(self.wang, self.person, note="耳背")

        for one in (self.li, self.wang, self.li):
            one.sync()

        for one in (self.li, self.wang):
            assert seen(one, self.person)["deleted_at"] is None
            assert seen(one, self.person)["note"] == "耳背"
        assert [one.reason for one in waiting(self.wang)] == ["came_back"]
        assert at_county(county, self.person)["deleted_at"] is None

    def test_an_edit_wins_over_a_delete_that_came_later(self, county):
        edit(self.wang, self.person, note="耳背")
        remove(self.li, self.person)

        self.wang.sync()
        self.li.sync()

        assert seen(self.li, self.person)["deleted_at"] is None
        assert [one.reason for one in waiting(self.li)] == ["edited"]
        assert at_county(county, self.person)["deleted_at"] is None

    def test_a_delete_is_carried_out_once_its_author_has_seen_the_edit(self, county):
        edit(self.wang, self.person, note="耳背")
        remove(self.li, self.person)
        self.wang.sync()
        self.li.sync()

        decide(self.li, "mine")
        self.li.sync()
        self.wang.sync()

        assert at_county(county, self.person)["deleted_at"] is not None
        assert seen(self.wang, self.person)["deleted_at"] is not None

    def test_a_delete_and_a_restore_travel(self):
        remove(self.li, self.person)
        self.li.sync()
        self.wang.sync()
        assert seen(self.wang, self.person)["deleted_at"] is not None

        with self.wang.store.writing() as tx:
            records.undelete(tx, Resident, self.person)
        self.wang.sync()
        self.li.sync()

        assert seen(self.li, self.person) == seen(self.wang, self.person)
        assert seen(self.li, self.person)["deleted_at"] is None

    def test_an_edit_made_during_a_conflict_is_kept(self):
        """A field with an unsent change keeps it when the county's value comes."""
        edit(self.li, self.person, note="耳背")
        self.li.sync()
        exchange = self.wang.transport.exchange

        def while_it_travels(path, token, body):
            answer = exchange(path, token, body)
            edit(self.wang, self.person, note="失明")
            self.wang.transport.exchange = exchange
            return answer

        self.wang.transport.exchange = while_it_travels
        self.wang.sync()
        assert seen(self.wang, self.person)["note"] == "失明"

        self.wang.sync()
        assert [one.mine for one in waiting(self.wang)] == ["失明"]

    def test_who_changed_what_and_when_is_known_on_the_other_laptop(self):
        edit(self.li, self.person, note="耳背")
        self.li.sync()
        self.wang.sync()

        with self.wang.store.reading() as db:
            lines = history.history(db, Resident, self.person)
        [line] = [one for one in lines if one.field == "note"]
        assert (line.by, line.old, line.new) == ("李主任", None, "耳背")
        assert line.at == seen(self.li, self.person)["updated_at"]

    def test_the_clocks_of_laptops_decide_nothing(self, county):
        """One is two years ahead: both edits stand, and later ones are taken."""
        future = dt.datetime.now(dt.UTC) + dt.timedelta(days=730)
        send(
            self.wang,
            Change(
                9_000,
                "resident",
                self.person.bytes,
                HERE.bytes,
                "update",
                TIME.to_wire(future),
                None,
                TIME.to_wire(seen(self.wang, self.person)["updated_at"]),
                "note",
                [[None, "耳背"]],
            ),
        )
        edit(self.li, self.person, mobility="卧床")
        self.li.sync()

        row = at_county(county, self.person)
        assert (row["note"], row["mobility"]) == ("耳背", "卧床")
        assert row["updated_at"] < future - dt.timedelta(days=729)
        remove(self.li, self.person)
        self.li.sync()
        assert at_county(county, self.person)["deleted_at"] is not None


def test_every_field_of_every_record_arrives(laptop, county):
    sender, receiver = laptop("李主任"), laptop("王秀兰")
    made = whole_records(HERE)
    with sender.store.writing() as tx:
        for model, values in made:
            records.insert_many(tx, model, [values])

    assert sender.sync().held == 0
    receiver.sync()

    for model, values in made:
        here = at_county(county, values["id"], model)
        assert {name: here[name] for name in values} == values, model
        assert seen(receiver, values["id"], model) == here, model
        assert seen(sender, values["id"], model) == here, model


def test_a_first_download_brings_the_state_of_every_record(laptop, county):
    sender = laptop("李主任")
    made = whole_records(HERE)
    with sender.store.writing() as tx:
        for model, values in made:
            records.insert_many(tx, model, [values])
    sender.sync()

    late = laptop("王秀兰")

    for model, values in made:
        assert seen(late, values["id"], model) == seen(sender, values["id"], model)


class TestOneLaptop:
    @pytest.fixture(autouse=True)
    def one(self, laptop):
        self.li = laptop("李主任")

    def test_a_batch_that_comes_twice_is_applied_once(self, county):
        """The answer to the first was lost on its way."""
        person = add(self.li, Resident, name="张德福")
        exchange = self.li.transport.exchange

        def cut(path, token, body):
            exchange(path, token, body)
            raise UserError("连不上县级服务器")

        self.li.transport.exchange = cut
        with pytest.raises(UserError, match="连不上"):
            self.li.sync()
        self.li.transport.exchange = exchange
        edit(self.li, person, note="耳背")
        report = self.li.sync()

        assert report.held == 0
        assert log_of(county, person) == ["insert", "update"]
        assert at_county(county, person)["note"] == "耳背"

    def test_held_changes_are_answered_again_with_a_batch_that_comes_twice(self):
        key = UUID(int=77)
        bad = made_by_hand(500, key, name="张德福", sex="X")

        first, again = send(self.li, bad), send(self.li, bad)

        assert [one.reason for one in first.held] == ["invalid"]
        assert again.held == first.held

    def test_nothing_to_do_is_one_short_round_trip(self):
        self.li.sync()
        self.li.transport.requests.clear()

        report = self.li.sync()

        assert len(self.li.transport.requests) == 1
        assert (report.pushed, report.pulled) == (0, 0)
        assert report.bytes_up + report.bytes_down < 250

    def test_own_changes_do_not_come_back(self):
        add(self.li, Resident, name="张德福")
        assert self.li.sync().pulled == 0
        assert self.li.sync().pulled == 0

    def test_an_invalid_row_stops_no_other(self, county):
        good, bad = UUID(int=71), UUID(int=72)

        pushed = send(
            self.li,
            made_by_hand(500, bad, name="张", sex="X"),
            made_by_hand(501, good, name="李"),
        )

        assert [(one.seq, one.field) for one in pushed.held] == [(500, "sex")]
        assert at_county(county, good)["name"] == "李"
        assert at_county(county, bad)["sex"] is None

    def test_a_row_the_database_refuses_stops_no_other(self, county):
        """floors has a rule in the database only."""
        good, bad = UUID(int=71), UUID(int=72)

        pushed = send(
            self.li,
            made_by_hand(500, bad, type_="building", number="3", floors=9999),
            made_by_hand(501, good, type_="building", number="4", floors=6),
        )

        assert [(one.seq, one.reason) for one in pushed.held] == [(500, "invalid")]
        assert at_county(county, good, Building)["floors"] == 6

    @pytest.mark.parametrize(
        "values",
        [
            {"name": None},
            {"name": 3},
            {"name": "\0"},
            {"name": "张", "death_on": "2026-13-40"},
            {"name": "张", "phones": [1, 2]},
            {"name": "张", "note": "长" * 5000},
            {"name": ["张", "李"]},
            {"name": "张", "household_id": b"short"},
        ],
    )
    def test_poison_is_held_and_never_an_accident(self, values):
        good = made_by_hand(501, UUID(int=71), name="李")

        pushed = send(self.li, made_by_hand(500, UUID(int=72), **values), good)

        assert {one.seq for one in pushed.held} <= {500}
        assert pushed.last == 501

    def test_what_the_server_does_not_know_is_kept(self, county):
        key = UUID(int=71)
        pushed = send(
            self.li,
            made_by_hand(500, key, name="张", shoe_size=42),
            made_by_hand(501, UUID(int=72), type_="meal_service", meal="lunch"),
        )

        assert [(one.seq, one.field, one.reason) for one in pushed.held] == [
            (500, "shoe_size", "unknown"),
            (501, None, "unknown"),
        ]
        assert at_county(county, key)["name"] == "张"
        assert upkeep.status(county)["held"] == {"unknown": 2}

    def test_a_record_whose_parent_comes_later_is_taken_then(self, county):
        building, dwelling = UUID(int=71), UUID(int=72)
        child = made_by_hand(
            500, dwelling, type_="dwelling", building_id=building.bytes, room="501"
        )
        rent = made_by_hand(
            501, dwelling, type_="dwelling", action="update", note=[None, "漏水"]
        )

        first = send(self.li, child, rent)
        assert [one.reason for one in first.held] == [
            "missing_parent",
            "missing_record",
        ]
        second = send(
            self.li, made_by_hand(502, building, type_="building", number="3")
        )

        assert second.held == []
        assert at_county(county, dwelling, Dwelling)["note"] == "漏水"
        assert upkeep.status(county)["held"] == {}

    def _made_wrong(self):
        """A resident that got past the form, as with a newer program's rules."""
        person = add(self.li, Resident, name="张德福")
        self._by_force(person, "张" * 90)
        assert self.li.sync().held == 1
        [one] = waiting(self.li)
        assert (one.field, one.reason) == (None, "invalid")
        assert one.sentence == "姓名最多 80 个字"
        return person

    def _by_force(self, person, name):
        with self.li.store.writing(remote=True) as tx:
            tx.db.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
            statement = "UPDATE resident SET name = ? WHERE id = ?"
            tx.db.exec_driver_sql(statement, (name, person.hex))
            tx.db.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")

    def test_a_record_made_wrong_is_taken_when_it_is_put_right(self, county):
        """Its insert was held, so that the edit alone would mean nothing."""
        person = self._made_wrong()

        edit(self.li, person, name="张德福", note="耳背")
        self.li.sync()

        row = at_county(county, person)
        assert (row["name"], row["note"]) == ("张德福", "耳背")
        assert waiting(self.li) == []
        assert upkeep.status(county)["held"] == {}
        edit(self.li, person, note="失明")
        assert self.li.sync().held == 0
        assert at_county(county, person)["note"] == "失明"

    def test_a_record_made_wrong_is_sent_again_when_its_author_says_so(self, county):
        person = self._made_wrong()
        self._by_force(person, "张德福")

        decide(self.li, "mine")
        self.li.sync()

        assert at_county(county, person)["name"] == "张德福"

    def test_a_record_made_wrong_may_be_given_up(self, county):
        person = self._made_wrong()

        decide(self.li, "theirs")

        assert self.li.sync().held == 0
        assert seen(self.li, person)["deleted_at"] is not None
        assert upkeep.status(county)["records"]["resident"] == 0

    def test_what_an_older_program_did_not_know_comes_after_its_upgrade(self, county):
        person = add(self.li, Resident, name="张德福", note="耳背")
        self.li.sync()
        with self.li.store.writing(remote=True) as tx:
            tx.db.exec_driver_sql("UPDATE resident SET note = NULL")
            remote.keep_unknown(tx.db, ["resident.note", "meal_service"])

        self.li.sync()

        assert seen(self.li, person)["note"] == "耳背"
        assert self.li.sync().pulled == 0

    def test_a_line_of_a_newer_county_does_not_stop_the_page(self):
        person = UUID(int=71)
        lines = [
            made_by_hand(1, UUID(int=72), type_="meal_service", meal="lunch"),
            made_by_hand(2, person, name="张德福", shoe_size=42),
        ]
        with self.li.store.writing(remote=True) as tx:
            applied = page.apply(tx, lines)

        assert applied.unknown == {"meal_service", "resident.shoe_size"}
        assert seen(self.li, person)["name"] == "张德福"

    def test_a_trace_is_never_changed(self, county):
        issue = add(
            self.li,
            Issue,
            title_text="路灯不亮",
            source=_first("source"),
            category=_first("issue_category"),
            level=_first("issue_level"),
            state=_first("issue_state"),
            found_at=MOMENT,
        )
        step = add(
            self.li,
            IssueStep,
            issue_id=issue,
            action=_first("issue_action"),
            to_state=_first("issue_state"),
            at=MOMENT,
        )
        self.li.sync()

        pushed = send(
            self.li,
            made_by_hand(
                900, step, type_="issue_step", action="update", note=[None, "改"]
            ),
        )

        assert [one.reason for one in pushed.held] == ["insert_only"]
        assert at_county(county, step, IssueStep)["note"] is None

    def test_a_large_push_goes_up_in_batches(self, county):
        with self.li.store.writing() as tx:
            rows = [{"number": str(at)} for at in range(1_100)]
            records.insert_many(tx, Building, rows)
        self.li.transport.requests.clear()
        steps = []

        first = self.li.client.sync(
            lambda *step: steps.append(step), cancelled=lambda: bool(steps)
        )
        rest = self.li.sync()

        assert (first.pushed, rest.pushed) == (1_000, 100)
        assert steps == [(1_000, 1_100, "上报改动")]
        assert len(self.li.transport.requests) == 2
        assert upkeep.status(county)["records"]["building"] == 1_100


def _first(table):
    from gridapp.models import codes

    return codes.table(table).codes[0]


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
            mode=_first("visit_mode"),
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
            mode=_first("visit_mode"),
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


def test_every_type_and_field_is_covered():
    made = {model for model, _ in whole_records(HERE)} | {Grid}
    assert made == set(RECORDS)
    for model, values in whole_records(HERE):
        empty = {one.name for one in fields_of(model) if values[one.name] is None}
        assert empty == set(), model


def test_care_plans_with_a_rule_across_fields_are_checked(laptop, county):
    li = laptop("李主任")
    person = add(li, Resident, name="张德福")
    plan = add(
        li,
        CarePlan,
        resident_id=person,
        way=_first("plan_way"),
        interval_days=7,
        since=dt.date(2026, 5, 1),
    )
    li.sync()

    pushed = send(
        li,
        made_by_hand(
            900, plan, type_="care_plan", action="update", until=[None, "2026-04-01"]
        ),
    )

    assert [(one.field, one.reason) for one in pushed.held] == [("until", "invalid")]
    assert pushed.held[0].sentence == "结束日期不能早于开始日期"
    assert at_county(county, plan, CarePlan)["until"] is None
