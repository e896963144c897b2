"""Issues: every transition of the table, refusals in words, the insert-only trace."""

import datetime as dt

import pytest

from gridapp.errors import InvalidFields, UserError
from gridapp.models import Issue, IssueStep, Worker
from gridapp.models import issue_flow as table
from gridapp.models.codes import table as code_table
from gridapp.models.issue_flow import START, TRANSITIONS, allowed
from gridapp.store import records, state
from gridapp.work import flow, limits
from tests.conftest import at

STATES = code_table("issue_state").codes
ACTIONS = code_table("issue_action").codes
ROLES = code_table("worker_role").codes
LAMP = {"title_text": "路灯不亮", "category": "0401"}


def act_as(vault, role):
    with vault.writing() as tx:
        records.save(tx, Worker, {"role": role}, vault.worker_id)


def issue_in(vault, wanted):
    """An issue that stands in a state."""
    values = LAMP | {"source": "02", "level": "normal", "state": wanted}
    with vault.writing() as tx:
        return records.save(tx, Issue, values | {"found_at": tx.at})


def row(vault, issue_id):
    with vault.reading() as db:
        return records.get(db, Issue, issue_id)


def trace(vault, issue_id):
    with vault.reading() as db:
        return records.filtered(db, IssueStep, {"issue_id": issue_id})


def take(vault, issue_id, action, note="写明情况", **changes):
    with vault.writing() as tx:
        return flow.step(tx, issue_id, action, note, changes=changes)


def test_table_uses_codes_that_exist_and_each_step_once():
    steps = [(one.state, one.action) for one in TRANSITIONS]
    assert len(set(steps)) == len(steps)
    for one in TRANSITIONS:
        assert one.state == START or one.state in STATES
        assert one.next_state in STATES
        assert one.action in ACTIONS
        assert one.roles <= set(ROLES)
    assert {one.action for one in TRANSITIONS} == set(ACTIONS)
    assert set(STATES) >= table.DONE


def test_every_state_is_reached_and_every_open_one_can_end():
    reached = {one.next_state for one in TRANSITIONS}
    assert reached | {"draft"} == set(STATES)  # a form keeps the draft
    ends = set(table.DONE)
    for _ in STATES:
        ends |= {one.state for one in TRANSITIONS if one.next_state in ends}
    assert set(STATES) <= ends


@pytest.mark.parametrize("move", TRANSITIONS, ids=lambda m: f"{m.state}-{m.action}")
@pytest.mark.parametrize("role", ROLES)
def test_allowed_lists_exactly_what_the_table_says(move, role):
    assert (move in allowed(move.state, role)) == (role in move.roles)


@pytest.mark.parametrize(
    "move", [m for m in TRANSITIONS if m.state], ids=lambda m: f"{m.state}-{m.action}"
)
def test_each_transition_moves_the_issue_and_leaves_a_trace(vault, move):
    act_as(vault, min(move.roles))
    issue_id = issue_in(vault, move.state)
    more = {
        "extend": {"deadline": at(dt.date(2027, 1, 1))},
        "rate": {"satisfied": True},
    }
    take(vault, issue_id, move.action, **more.get(move.action, {}))
    [step] = trace(vault, issue_id)
    assert row(vault, issue_id)["state"] == step["to_state"] == move.next_state
    assert (step["from_state"], step["action"]) == (move.state, move.action)
    assert step["note"] == "写明情况"


@pytest.mark.parametrize(
    ("now", "action"),
    [("reported", "close"), ("closed", "report"), ("void", "work"), ("rated", "rate")],
)
def test_step_the_table_does_not_have_is_refused_and_nothing_written(
    vault, now, action
):
    issue_id = issue_in(vault, now)
    with pytest.raises(UserError, match="您不能"):
        take(vault, issue_id, action)
    assert row(vault, issue_id)["state"] == now
    assert trace(vault, issue_id) == []


def test_worker_cannot_do_what_is_the_county_s(vault):
    issue_id = issue_in(vault, "review")
    with pytest.raises(UserError, match="请等上级办理"):
        take(vault, issue_id, "close")
    act_as(vault, "leader")
    take(vault, issue_id, "close", "已复查")
    closed = row(vault, issue_id)
    assert (closed["state"], closed["result"]) == ("closed", "已复查")
    assert closed["closed_at"] is not None


@pytest.mark.parametrize(
    ("now", "action"),
    [("working", "self_close"), ("pending", "void"), ("working", "extend")],
)
def test_what_ends_or_is_put_off_needs_a_note(vault, now, action):
    issue_id = issue_in(vault, now)
    with pytest.raises(InvalidFields) as caught:
        take(vault, issue_id, action, " ", deadline=at(dt.date(2027, 1, 1)))
    assert set(caught.value.messages) == {"note"}


def test_extension_needs_the_new_deadline_and_rating_the_answer(vault):
    with pytest.raises(InvalidFields, match="新的办结时限"):
        take(vault, issue_in(vault, "working"), "extend")
    with pytest.raises(InvalidFields, match="是否满意"):
        take(vault, issue_in(vault, "closed"), "rate")


def test_taken_up_again_it_is_not_closed_any_more(vault):
    issue_id = issue_in(vault, "working")
    take(vault, issue_id, "self_close", "修好了")
    assert row(vault, issue_id)["closed_at"]
    take(vault, issue_id, "return", "又坏了")
    again = row(vault, issue_id)
    assert (again["state"], again["closed_at"]) == ("working", None)


def test_deleted_issue_cannot_be_moved(vault):
    issue_id = issue_in(vault, "working")
    with vault.writing() as tx:
        records.delete(tx, Issue, issue_id)
    with pytest.raises(UserError, match="已被删除"):
        take(vault, issue_id, "work")


@pytest.mark.parametrize(
    ("action", "first"), [("report", "pending"), ("work", "working")]
)
def test_new_issue_has_source_deadline_and_first_step(vault, action, first):
    with vault.writing() as tx:
        issue_id = flow.open_issue(tx, LAMP, action)
    issue = row(vault, issue_id)
    assert (issue["state"], issue["source"], issue["level"]) == (first, "02", "normal")
    assert issue["deadline"] - issue["found_at"] == dt.timedelta(days=7)
    [step] = trace(vault, issue_id)
    assert (step["from_state"], step["to_state"]) == (None, first)


def test_issue_done_on_the_spot_is_closed_with_its_result(vault):
    with pytest.raises(InvalidFields, match="说明"), vault.writing() as tx:
        flow.open_issue(tx, LAMP, "self_close")
    with vault.writing() as tx:
        issue_id = flow.open_issue(tx, LAMP | {"result": "已换灯"}, "self_close")
    issue = row(vault, issue_id)
    assert (issue["state"], issue["result"]) == ("self_closed", "已换灯")
    assert issue["closed_at"] >= issue["found_at"]


def test_issue_does_not_begin_as_closed(vault):
    can = "可以：上报、自己处理、当场办结"
    with pytest.raises(UserError, match=can), vault.writing() as tx:
        flow.open_issue(tx, LAMP, "close")


@pytest.mark.parametrize(
    ("category", "level", "days"),
    [
        ("0401", "normal", 7),
        ("0101", "normal", 1),
        ("0199", "normal", 3),
        ("99", "normal", 7),
        ("0601", "urgent", 1),
    ],
)
def test_deadline_follows_category_and_level(vault, category, level, days):
    with vault.reading() as db:
        assert limits.issue_days(db, category, level) == days


def test_county_may_replace_a_limit(vault):
    with vault.writing() as tx:
        state.keep(tx.db, "limit.issue.04", "2")
        state.keep(tx.db, "limit.mediation", "20")
    with vault.reading() as db:
        assert limits.issue_days(db, "0401", "normal") == 2
        assert limits.issue_days(db, "0301", "normal") == 3
        assert limits.days(db, limits.MEDIATION) == 20
        assert limits.days(db, limits.FOLLOW_UP) == 30


def test_limits_name_categories_that_exist():
    known = set(code_table("issue_category").codes)
    assert set(limits.ISSUE_DAYS) - {""} <= known


@pytest.mark.parametrize("action", ["report", "self_close"])
def test_what_is_written_down_later_keeps_its_own_time(vault, action):
    found = at(dt.date(2026, 11, 12), 10)
    values = {"title_text": "燃气软管老化", "category": "0103", "found_at": found}
    with vault.writing() as tx:
        issue_id = flow.open_issue(tx, values, action, "当场换好")
    with vault.reading() as db:
        [first] = records.filtered(db, IssueStep, {"issue_id": issue_id})
        issue = records.get(db, Issue, issue_id)
    assert first["at"] == found
    assert first["created_at"] > found
    assert issue["closed_at"] in (None, found)
