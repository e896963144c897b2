"""Extra rounds: whom they name, when they are due, how they end by themselves."""

import datetime as dt

import pytest

from gridapp.errors import InvalidFields
from gridapp.models import CareRound, Resident
from gridapp.store import records
from gridapp.work import care_rounds, plans
from gridapp.work import today as agenda
from gridapp.work.visits import log_visit
from tests.conftest import at

DAY = dt.timedelta(days=1)
COLD = care_rounds.OCCASIONS[0]
GROUPS = {one.key: one for one in care_rounds.GROUPS}


def begin(vault, day, group="high_risk", **changed):
    with vault.writing() as tx:
        values = care_rounds.drafted(COLD, GROUPS[group], day) | changed
        return care_rounds.start(tx, values)


def due(vault, day, horizon=3):
    with vault.reading() as db:
        return agenda.due(db, day, horizon)


def log(vault, who, day, **values):
    with vault.writing() as tx:
        return log_visit(tx, who, {"started_at": at(day), **values})


def named(vault, day, **values):
    with vault.reading() as db:
        return care_rounds.named(db, values, day)


def test_high_risk_are_to_be_seen_within_a_day(vault, people, today):
    begin(vault, today)
    [row] = due(vault, today)  # 李桂英 is 82 and lives alone; 陈秀兰 does not
    assert (row.who, row.kind, row.due) == ("李桂英", "visit", today + DAY)
    assert row.why == "寒潮走访、独居"
    assert row.action == "记走访"
    [late] = due(vault, today + 3 * DAY)
    assert late.late_days == 2


def test_round_ends_by_itself(vault, people, today):
    begin(vault, today)
    assert due(vault, today - DAY, 1) == []  # it has not begun
    assert due(vault, today + 4 * DAY) == []


def test_contact_since_it_began_settles_it_and_one_before_does_not(
    vault, people, today
):
    log(vault, people.li, today - DAY)
    begin(vault, today)
    assert len(due(vault, today)) == 1
    log(vault, people.li, today, mode="phone")  # a call is no home visit
    assert len(due(vault, today)) == 1
    log(vault, people.li, today)
    assert due(vault, today) == []


def test_planned_visit_and_round_are_one_row(vault, people, today):
    with vault.writing() as tx:
        plans.set_plan(tx, people.li, "visit", 7, "独居", today - 20 * DAY)
    begin(vault, today)
    [row] = due(vault, today)
    assert row.late_days == 13
    assert row.why.startswith("寒潮走访、独居、每周入户 1 次")


def test_round_brings_forward_what_a_plan_asks_later(vault, people, today):
    with vault.writing() as tx:
        key = plans.set_plan(tx, people.li, "visit", 30, "独居", today - 28 * DAY)
    begin(vault, today)
    [row] = due(vault, today)
    assert (row.due, row.plan_id) == (today + DAY, key)
    log(vault, people.li, today)
    assert due(vault, today) == []


def test_missed_person_of_a_round_goes_into_the_chain(vault, people, today):
    begin(vault, today)
    log(vault, people.li, today, met_whom="nobody", not_met_reason="out")
    [row] = due(vault, today + DAY)
    assert row.step == "call_after_visit"
    assert "寒潮走访" in row.why


def test_whom_a_round_names(vault, people, today):
    li, chen = {people.li}, {people.chen}
    assert named(vault, today, tags=("alone", "disabled_care")) == li | chen
    assert named(vault, today, tags=("alone", "disabled_care"), age_from=80) == li
    assert named(vault, today) == set()  # nobody is owed a plan
    with vault.writing() as tx:
        plans.set_plan(tx, people.chen, "call", 30, "失能", today)
        for who in (people.li, people.gone, people.bin):
            deleted = who == people.bin
            records.undelete(tx, Resident, who)
            records.save(tx, Resident, {"care_colour": "red"}, who)
            if deleted:
                records.delete(tx, Resident, who)
    assert named(vault, today) == chen
    assert named(vault, today, colours=("red",)) == li  # not who moved out or is gone
    with vault.writing() as tx:
        wish = {"care_consent": "refused_always"}
        records.save(tx, Resident, wish, people.li)
    assert named(vault, today, colours=("red",)) == set()


def test_progress_stands_in_the_month(vault, people, today):
    begin(vault, today, "frail")
    log(vault, people.chen, today)
    with vault.reading() as db:
        lines = {one.label: one for one in agenda.month_progress(db, today)}
        gone = {one.label for one in agenda.month_progress(db, today + 5 * DAY)}
    assert (lines["寒潮走访"].done, lines["寒潮走访"].total) == (1, 2)
    assert "寒潮走访" not in gone


def test_dates_out_of_order_are_refused_in_words(vault, today):
    with pytest.raises(InvalidFields) as caught:
        begin(vault, today, due_on=today - DAY)
    assert caught.value.messages == {"due_on": "要求办完的日期不能早于开始日期"}
    with pytest.raises(InvalidFields) as caught:
        begin(vault, today, ends_on=today)
    assert set(caught.value.messages) == {"ends_on"}


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_has_its_usual_occasion(month):
    assert care_rounds.usual(dt.date(2026, month, 5)).months
    names = {one.reason for one in care_rounds.OCCASIONS}
    assert care_rounds.occasion("heat").name == "高温走访"
    assert care_rounds.occasion("of a newer version").reason == "other"
    assert len(names) == len(care_rounds.OCCASIONS)


def test_deleted_round_asks_nothing(vault, people, today):
    one = begin(vault, today)
    with vault.writing() as tx:
        records.delete(tx, CareRound, one)
    assert due(vault, today) == []
