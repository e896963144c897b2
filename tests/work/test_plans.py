"""How often whom: the rules, and plans that follow each other with their reasons."""

import datetime as dt

import pytest

from gridapp.errors import InvalidFields, UserError
from gridapp.models import CarePlan
from gridapp.models.codes import table
from gridapp.store import records
from gridapp.work import plans
from gridapp.work.plans import COLOURS, RULES, defaults_for, next_due
from gridapp.work.ways import WAYS

JANUARY = dt.date(2026, 1, 1)


@pytest.mark.parametrize(
    ("tags", "age", "colour", "expected"),
    [
        (["alone"], 82, None, {"visit": 7, "call": 3}),
        (["alone"], 79, None, {"visit": 30}),
        (["alone"], 59, None, {}),
        (["alone"], None, None, {}),
        (["dementia"], 40, None, {"visit": 7}),
        (["disabled_care", "chronic"], 70, None, {"visit": 30}),
        (["alone", "disabled_care"], 85, "red", {"visit": 7, "call": 1}),
        (["low_income"], 50, "yellow", {"visit": 90, "call": 7}),
        ([], 70, "green", {"call": 30}),
        (["party_member"], 90, None, {}),
        ([], 90, None, {}),
    ],
)
def test_rules_propose_the_strictest_interval(tags, age, colour, expected):
    proposals = defaults_for(tags, age, colour)
    assert {one.way: one.interval_days for one in proposals} == expected
    assert all(one.reason and one.source for one in proposals)


def test_rules_name_only_tags_colours_and_ways_that_exist():
    known = set(table("resident_tag").codes)
    assert {tag for rule in RULES for tag in rule.tags} <= known
    assert set(plans.CARE_TAGS) <= known
    assert {tag for rule in RULES for tag in rule.tags} == set(plans.CARE_TAGS)
    assert set(COLOURS) == set(table("care_colour").codes)
    assert set(WAYS) == set(table("plan_way").codes)
    modes = set(table("visit_mode").codes)
    for way in WAYS.values():
        assert way.attempts <= way.settles <= modes


@pytest.mark.parametrize(
    ("since", "last", "expected"),
    [
        ("2026-11-01", None, "2026-11-08"),
        ("2026-11-01", "2026-11-12", "2026-11-19"),
        ("2026-11-01", "2026-08-01", "2026-11-01"),
        ("2026-11-01", "2026-10-30", "2026-11-06"),
    ],
)
def test_next_contact_is_one_interval_after_the_last(since, last, expected):
    day = dt.date.fromisoformat
    assert next_due(day(since), 7, last and day(last)) == day(expected)


def test_new_plan_ends_the_old_one_with_the_reason(vault, people):
    with vault.writing() as tx:
        first = plans.set_plan(tx, people.li, "visit", 30, "60 岁以上独居", JANUARY)
        second = plans.set_plan(
            tx, people.li, "visit", 7, "满 80 岁", dt.date(2026, 11, 1)
        )
        other = plans.set_plan(tx, people.li, "call", 1, "红档", JANUARY)
    with vault.reading() as db:
        old, new, call = (
            records.get(db, CarePlan, one) for one in (first, second, other)
        )
    assert (old["until"], old["end_reason"]) == (dt.date(2026, 11, 1), "满 80 岁")
    assert (new["interval_days"], new["until"]) == (7, None)
    assert call["until"] is None
    on_the_day, before = dt.date(2026, 11, 1), dt.date(2026, 10, 31)
    assert [plans.holds(p, on_the_day) for p in (old, new)] == [False, True]
    assert [plans.holds(p, before) for p in (old, new)] == [True, False]


def test_equal_plan_is_left_as_it_is(vault, people):
    with vault.writing() as tx:
        first = plans.set_plan(tx, people.li, "visit", 7, "独居", JANUARY)
        again = plans.set_plan(tx, people.li, "visit", 7, "再确认", dt.date(2026, 2, 1))
    assert first == again


def test_plan_needs_a_reason_and_cannot_begin_before_the_old_one(vault, people):
    with pytest.raises(InvalidFields, match="为什么"), vault.writing() as tx:
        plans.set_plan(tx, people.li, "visit", 7, " ", JANUARY)
    with vault.writing() as tx:
        plan = plans.set_plan(tx, people.li, "visit", 7, "独居", JANUARY)
    with pytest.raises(InvalidFields, match="不能早于"), vault.writing() as tx:
        plans.set_plan(tx, people.li, "visit", 30, "好转", dt.date(2025, 1, 1))
    with vault.reading() as db:
        assert records.get(db, CarePlan, plan)["until"] is None


def test_ended_plan_says_why(vault, people):
    with vault.writing() as tx:
        plan = plans.set_plan(tx, people.li, "visit", 7, "独居", JANUARY)
    with pytest.raises(InvalidFields, match="为什么结束"), vault.writing() as tx:
        plans.end_plan(tx, plan, "", dt.date(2026, 5, 1))
    with vault.writing() as tx:
        plans.end_plan(tx, plan, "搬去与女儿同住", dt.date(2026, 5, 1))
    with vault.reading() as db:
        ended = records.get(db, CarePlan, plan)
    assert (ended["until"], ended["end_reason"]) == (
        dt.date(2026, 5, 1),
        "搬去与女儿同住",
    )
    with vault.writing() as tx:
        records.delete(tx, CarePlan, plan)
    with pytest.raises(UserError), vault.writing() as tx:
        plans.end_plan(tx, plan, "再结束", dt.date(2026, 6, 1))
