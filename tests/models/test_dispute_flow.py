"""The one table of what may be done with a dispute: whole, reachable, enforced."""

import datetime as dt

import pytest

from gridapp.models import Dispute, dispute_flow, rules
from gridapp.models.codes import table
from gridapp.models.record import fields_of

DAY = dt.date(2026, 11, 23)
STATES = table("dispute_state").codes


def dispute(state, **given):
    values = {field.name: None for field in fields_of(Dispute)}
    values |= {
        "name": "楼上漏水",
        "happened_on": DAY,
        "place": "3号楼",
        "scale": "01",
        "dispute_kind": "0201",
        "people_count": 2,
        "summary": "漏水",
        "deadline": DAY,
        "state": state,
    }
    return values | given


def test_every_state_can_be_reached_and_none_is_a_trap():
    reached = {one.next_state for one in dispute_flow.STEPS}
    assert reached == set(STATES)
    assert {one.state for one in dispute_flow.STEPS} == {dispute_flow.START, *STATES}


def test_an_act_leads_from_a_state_to_one_other():
    pairs = [(one.state, one.act) for one in dispute_flow.STEPS]
    assert len(pairs) == len(set(pairs))
    for one in dispute_flow.STEPS:
        assert dispute_flow.step(one.state, one.act) == one
    assert dispute_flow.step("closed", "agree") is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("closed", "agreed"),
        ("failed", "performed"),
        ("agreed", "closed"),
        ("performed", "failed"),
    ],
)
def test_a_state_that_is_skipped_is_refused_in_words(before, after):
    old = dispute(before)
    given = {"agreement_form": "oral", "effective_on": DAY, "other_ways_told": "起诉"}
    wrong = rules.problems(Dispute, dispute(after, **given), before=old)
    assert list(wrong) == ["state"]
    assert table("dispute_state").name(after) in wrong["state"]


@pytest.mark.parametrize("one", dispute_flow.STEPS, ids=lambda one: one.act)
def test_every_step_and_its_taking_back_is_allowed(one):
    if one.state == dispute_flow.START:
        return
    assert dispute_flow.may_become(one.state, one.next_state)
    assert dispute_flow.may_become(one.next_state, one.state)


@pytest.mark.parametrize(
    ("state", "name"),
    [
        ("agreed", "agreement_form"),
        ("agreed", "effective_on"),
        ("performed", "effective_on"),
        ("failed", "other_ways_told"),
    ],
)
def test_a_state_says_what_it_needs(state, name):
    whole = {"agreement_form": "oral", "effective_on": DAY, "other_ways_told": "起诉"}
    assert rules.problems(Dispute, dispute(state, **whole)) == {}
    missing = rules.problems(Dispute, dispute(state, **(whole | {name: None})))
    assert list(missing) == [name]
