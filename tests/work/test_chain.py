"""When somebody is not reached: each next step, when it is due, and where it ends."""

import datetime as dt

import pytest

from gridapp.models import Resident, Visit
from gridapp.store import records
from gridapp.store.meetings import Miss
from gridapp.work import chain, plans, today
from gridapp.work.visits import log_visit, undo
from tests.conftest import at

MONDAY = dt.date(2026, 11, 23)


def call(hour, day=MONDAY, *disposal):
    return Miss(at(day, hour), "phone", disposal)


def visit(hour, day=MONDAY):
    return Miss(at(day, hour), "home")


def step(*history, urgent=False):
    found = chain.next_step(history, urgent=urgent)
    return found.step.key, found.due_at.astimezone().strftime("%d %H:%M")


def test_nothing_is_due_where_nobody_was_missed():
    assert chain.next_step([]) is None


def test_missed_call_walks_the_whole_chain():
    history = [call(9)]
    assert step(*history) == ("call_again", "23 11:00")
    history.append(call(11))
    assert step(*history) == ("ask", "23 11:00")
    history.append(call(12, MONDAY, "asked"))
    assert step(*history) == ("home", "23 12:00")
    history.append(visit(15))
    assert step(*history) == ("rescue", "23 15:00")
    history.append(call(16, MONDAY, "rescue"))
    assert step(*history) == ("result", "23 18:00")
    history.append(call(18))
    assert step(*history)[0] == "result"


def test_nobody_at_home_is_rung_up_the_next_day():
    assert step(visit(10)) == ("call_after_visit", "24 08:00")
    assert step(visit(10), call(9))[0] == "ask"
    asked = call(10, MONDAY, "asked")
    assert step(visit(10), call(9), asked)[0] == "home"  # the door once more


def test_red_people_are_not_left_for_long():
    assert step(call(9), urgent=True) == ("call_again", "23 09:30")
    assert step(visit(10), urgent=True) == ("call_after_visit", "23 12:00")
    late = chain.next_step([call(21)], urgent=True)
    assert late.due_at == at(MONDAY, 21, 30)  # by night as well
    assert late.limit == at(MONDAY, 23)


@pytest.mark.parametrize(("hour", "due"), [(17, "23 19:00"), (18, "24 08:00")])
def test_nobody_is_rung_up_in_the_evening(hour, due):
    assert step(call(hour)) == ("call_again", due)


def test_step_that_was_jumped_over_is_still_asked_for():
    assert step(call(9), visit(10))[0] == "call_again"
    assert step(call(9), call(11), visit(12))[0] == "ask"


def test_every_step_says_what_was_and_what_to_do():
    one = chain.next_step([call(9)])
    assert chain.words(one, at(MONDAY, 10)) == (
        "今天 09:00 没打通，今天 11:00 后再打一次"
    )
    tuesday = MONDAY + dt.timedelta(days=1)
    assert chain.words(one, at(tuesday, 9)) == "昨天 09:00 没打通，先再打一次"
    asked = [call(9), call(11), call(12, MONDAY, "asked")]
    one = chain.next_step(asked)
    assert chain.words(one, at(MONDAY, 13)) == (
        "今天 12:00 问过邻居或联系人，仍没有消息，请上门，最迟 明天 09:00"
    )
    assert "请马上上门" in chain.words(one, at(tuesday, 10))
    one = chain.next_step([*asked, visit(15)])
    assert "今天 15:00 没见到人，请报 110 或 120" in chain.words(one, at(MONDAY, 16))


# In the list


def due(vault, day, now=None, horizon=3):
    with vault.reading() as db:
        return today.due(db, day, horizon, now)


def log(vault, who, hour, day=MONDAY, **values):
    with vault.writing() as tx:
        return log_visit(tx, who, {"started_at": at(day, hour), **values})


@pytest.fixture
def watched(vault, people):
    with vault.writing() as tx:
        since = dt.date(2026, 11, 1)
        plans.set_plan(tx, people.li, "call", 7, "独居", since)
        plans.set_plan(tx, people.li, "visit", 7, "独居", since)
    return people.li


MISSED = {"mode": "phone", "call_result": "no_answer"}
ASKED = {
    "mode": "phone",
    "call_result": "other_answered",
    "met_whom": "nobody",
    "not_met_reason": "unreachable",
    "disposal": ("asked",),
}
AWAY = {"mode": "home", "met_whom": "nobody", "not_met_reason": "out"}


def test_list_shows_one_row_the_next_step_with_its_form(vault, watched):
    said = []
    for hour, values in ((9, MISSED), (12, MISSED), (13, ASKED), (14, AWAY)):
        log(vault, watched, hour, **values)
        [row] = due(vault, MONDAY, at(MONDAY, 15))
        said.append((row.step, row.kind, row.action))
    assert said == [
        ("call_again", "call", "再打电话"),
        ("ask", "call", "问邻居"),
        ("home", "visit", "上门"),
        ("rescue", "call", "求助"),
    ]
    assert row.late_days == 15  # as late as the plan is: nothing is forgiven
    assert "独居" in row.why


def test_step_before_its_time_is_today_and_waits(vault, watched):
    logged = log(vault, watched, 9, **MISSED)
    [row] = due(vault, MONDAY, at(MONDAY, 10))
    assert (row.due, row.late_days, row.waits) == (MONDAY, 0, True)
    [row] = due(vault, MONDAY, at(MONDAY, 11))
    assert (row.late_days, row.waits) == (15, False)
    assert logged.next_on == MONDAY  # the second call is for the same day


def test_chain_ends_when_somebody_is_reached(vault, watched):
    log(vault, watched, 9, **MISSED)
    log(vault, watched, 11, **MISSED)
    safe = ASKED | {"met_whom": "neighbour", "not_met_reason": None}
    log(vault, watched, 12, **safe)
    rows = due(vault, MONDAY, at(MONDAY, 15), 400)
    assert [row.step for row in rows] == ["", ""]


@pytest.mark.parametrize("reason", ["refused", "hospital", "travelling"])
def test_nobody_is_looked_for_who_refused_or_is_known_to_be_away(
    vault, watched, reason
):
    log(vault, watched, 9, **MISSED)
    logged = log(vault, watched, 11, **AWAY | {"not_met_reason": reason})
    rows = due(vault, MONDAY, at(MONDAY, 15), 400)
    assert {row.step for row in rows} == {""}
    assert logged.next_on == MONDAY + dt.timedelta(days=1)


def test_undone_attempt_was_no_step(vault, watched):
    log(vault, watched, 9, **MISSED)
    second = log(vault, watched, 11, **MISSED)
    with vault.writing() as tx:
        undo(tx, second)
    [row] = due(vault, MONDAY, at(MONDAY, 15))
    assert row.step == "call_again"


def test_red_colour_makes_the_chain_urgent(vault, watched):
    with vault.writing() as tx:
        records.save(tx, Resident, {"care_colour": "red"}, watched)
    log(vault, watched, 9, **MISSED)
    [row] = due(vault, MONDAY, at(MONDAY, 9, 40))
    assert (row.step, row.waits) == ("call_again", False)


def test_people_seen_once_a_quarter_are_only_put_off(vault, people):
    with vault.writing() as tx:
        since = dt.date(2026, 8, 1)
        plans.set_plan(tx, people.zhang, "visit", 90, "一般", since)
    log(vault, people.zhang, 10, **AWAY)
    [row] = due(vault, MONDAY + dt.timedelta(days=1))
    assert (row.kind, row.step) == ("visit", "")


def test_text_message_neither_reaches_nor_misses(vault, watched):
    log(vault, watched, 9, **MISSED)
    log(vault, watched, 10, mode="message")
    [row] = due(vault, MONDAY, at(MONDAY, 12))
    assert row.step == "call_again"


def test_each_step_is_a_record_with_its_time(vault, watched):
    for hour, values in ((9, MISSED), (12, MISSED), (13, ASKED)):
        log(vault, watched, hour, **values)
    with vault.reading() as db:
        rows = records.filtered(db, Visit, {}, order="started_at")
    assert [row["started_at"] for row in rows] == [
        at(MONDAY, 9),
        at(MONDAY, 12),
        at(MONDAY, 13),
    ]
    assert rows[-1]["disposal"] == ("asked",)
