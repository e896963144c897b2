"""What the county promises every laptop, on SQLite and on PostgreSQL alike: what each
writes, and what becomes of it."""

import datetime as dt
from uuid import UUID

import pytest

from gridapp.county import upkeep
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
)
from gridapp.models.kinds import TIME
from gridapp.models.record import fields_of
from gridapp.store import history, page, records, remote
from gridapp.sync.protocol import Change
from tests.county.doings import (
    HERE,
    add,
    at_county,
    decide,
    edit,
    first_of,
    log_of,
    made_by_hand,
    remove,
    seen,
    send,
    waiting,
)
from tests.county.whole_records import MOMENT, whole_records


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

    def test_an_edit_wins_over_a_delete_that_camefirst_of(self, county):
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
            source=first_of("source"),
            category=first_of("issue_category"),
            level=first_of("issue_level"),
            state=first_of("issue_state"),
            found_at=MOMENT,
        )
        step = add(
            self.li,
            IssueStep,
            issue_id=issue,
            action=first_of("issue_action"),
            to_state=first_of("issue_state"),
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
        way=first_of("plan_way"),
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
