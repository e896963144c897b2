"""Issues: every transition of the table, refusals in words, the insert-only trace."""

import datetime as dt

import pytest

from gridapp.errors import InvalidFields, UserError
from gridapp.models import Issue, IssueStep, Worker
from gridapp.models import issue_flow as table
from gridapp.models.codes import table as code_table
from gridapp.models.issue_flow import START, TRANSITIONS, allowed
from gridapp.models.issue_limits import ISSUE_DAYS, Allowance
from gridapp.store import records, state
from gridapp.work import flow, limits
from tests.conftest import at

STATES = code_table("issue_state").codes
ACTIONS = code_table("issue_action").codes
ROLES = code_table("worker_role").codes
LATER = at(dt.date(2099, 1, 1), 18)
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


def take_as(vault, role, issue_id, action, note="写明情况", **changes):
    """The same by somebody else of that role."""
    with vault.writing() as tx:
        other = records.save(tx, Worker, {"name": f"一位{role}", "role": role})
    with vault.writing() as tx:
        mine, tx.by = tx.by, other
        try:
            return flow.step(tx, issue_id, action, note, changes=changes)
        finally:
            tx.by = mine


def handed_on(vault):
    """An issue that the county gave to the worker here, who works on it."""
    issue_id = issue_in(vault, "reported")
    take_as(vault, "county", issue_id, "accept")
    take_as(vault, "county", issue_id, "assign")
    take(vault, issue_id, "work")
    return issue_id


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
    asked = table.answers(move.state, move.action)
    can = allowed(move.state, role, asked=asked)
    assert (move in can) == (role in move.roles)


@pytest.mark.parametrize(
    "move",
    [m for m in TRANSITIONS if m.state and not table.answers(m.state, m.action)],
    ids=lambda m: f"{m.state}-{m.action}",
)
def test_each_transition_moves_the_issue_and_leaves_a_trace(vault, move):
    act_as(vault, min(move.roles))
    issue_id = issue_in(vault, move.state)
    more = {"extend": {"deadline": LATER}, "rate": {"satisfied": True}}
    stepped = take(vault, issue_id, move.action, **more.get(move.action, {}))
    [step] = trace(vault, issue_id)
    assert row(vault, issue_id)["state"] == step["to_state"] == move.next_state
    assert (step["from_state"], step["action"]) == (move.state, move.action)
    assert step["note"].endswith("写明情况")
    assert (stepped.step_id, stepped.state) == (step["id"], move.next_state)


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
        take(vault, issue_id, action, " ", deadline=LATER)
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


def test_issue_taken_up_again_gets_its_time_anew(vault):
    with vault.writing() as tx:
        found = tx.at - dt.timedelta(days=40)
        issue_id = flow.open_issue(tx, LAMP | {"found_at": found}, "work")
    take(vault, issue_id, "self_close", "修好了")
    take(vault, issue_id, "rate", "", satisfied=False)
    take(vault, issue_id, "return", "居民说又不亮了")
    again = row(vault, issue_id)
    assert (again["state"], again["satisfied"], again["result"]) == (
        "working",
        None,
        None,
    )
    assert again["deadline"] > dt.datetime.now(dt.UTC) + dt.timedelta(days=6)


def test_more_time_for_what_is_one_s_own_is_taken_at_once(vault):
    with vault.writing() as tx:
        issue_id = flow.open_issue(tx, LAMP, "work")
    take(vault, issue_id, "extend", "等配件", deadline=LATER)
    assert row(vault, issue_id)["deadline"] == LATER
    assert trace(vault, issue_id)[-1]["note"] == "延期到 2099-01-01：等配件"


def test_new_time_must_be_later_than_the_old_one(vault):
    with vault.writing() as tx:
        issue_id = flow.open_issue(tx, LAMP, "work")
    with pytest.raises(InvalidFields, match="往后选"):
        take(vault, issue_id, "extend", deadline=dt.datetime.now(dt.UTC))


def test_more_time_for_what_was_handed_on_is_asked_and_granted_from_above(vault):
    issue_id = handed_on(vault)
    before = row(vault, issue_id)["deadline"]
    take(vault, issue_id, "extend", "等配件", deadline=LATER)
    assert row(vault, issue_id)["deadline"] == before
    with vault.reading() as db:
        steps = flow.trace(db, issue_id)
        waiting = flow.asked(steps)
        mine = flow.moves_of(row(vault, issue_id), steps, "worker")
    assert waiting.until == steps[0]["asked_until"] == dt.date(2099, 1, 1)
    assert "extend" not in {one.action for one in mine}  # asked already
    with pytest.raises(UserError, match="同意延期"):
        take(vault, issue_id, "accept")
    take_as(vault, "leader", issue_id, "accept", "")
    assert row(vault, issue_id)["deadline"] == LATER
    with vault.reading() as db:
        newest = flow.trace(db, issue_id)
    assert newest[0]["note"] == "同意延期到 2099-01-01"
    assert flow.asked(newest) is None


def test_more_time_that_is_refused_changes_nothing_and_says_why(vault):
    issue_id = handed_on(vault)
    before = row(vault, issue_id)["deadline"]
    take(vault, issue_id, "extend", "忙", deadline=LATER)
    take_as(vault, "town", issue_id, "return", "居民等不了")
    after = row(vault, issue_id)
    assert (after["state"], after["deadline"]) == ("working", before)
    with vault.reading() as db:
        newest = flow.trace(db, issue_id)
    assert newest[0]["note"] == "居民等不了"
    assert flow.asked(newest) is None


def test_only_a_higher_rank_answers(vault):
    act_as(vault, "leader")
    issue_id = handed_on(vault)
    take(vault, issue_id, "extend", "忙", deadline=LATER)
    with pytest.raises(UserError, match="上一级"):
        take_as(vault, "leader", issue_id, "accept")


def test_what_was_handed_on_is_checked_by_them_and_not_closed_by_oneself(vault):
    issue_id = handed_on(vault)
    with pytest.raises(UserError, match="自办结案"):
        take(vault, issue_id, "self_close")
    take(vault, issue_id, "check", "已处理")
    take_as(vault, "community", issue_id, "close", "现场看过")
    assert row(vault, issue_id)["state"] == "closed"


@pytest.mark.parametrize(
    "move",
    [m for m in TRANSITIONS if m.state and not table.answers(m.state, m.action)],
    ids=lambda m: f"{m.state}-{m.action}",
)
def test_any_step_can_be_taken_back_and_both_stay_in_the_trace(vault, move):
    act_as(vault, min(move.roles))
    issue_id = issue_in(vault, move.state)
    before = row(vault, issue_id)
    more = {"extend": {"deadline": LATER}, "rate": {"satisfied": True}}
    stepped = take(vault, issue_id, move.action, **more.get(move.action, {}))
    with vault.writing() as tx:
        flow.undo(tx, stepped)
    after = row(vault, issue_id)
    assert after | {"updated_at": None} == before | {"updated_at": None}
    back, there = flow.newest_first(trace(vault, issue_id))
    assert (back["from_state"], back["to_state"]) == (move.next_state, move.state)
    assert back["note"] == f"撤销：{move.words}"
    assert there["action"] == move.action
    assert flow.standing([back, there]) == []


def test_step_that_others_built_on_is_not_taken_back(vault):
    issue_id = issue_in(vault, "pending")
    stepped = take(vault, issue_id, "work")
    take(vault, issue_id, "urge")
    with pytest.raises(UserError, match="后来又办理过"), vault.writing() as tx:
        flow.undo(tx, stepped)


def test_new_issue_taken_back_is_gone_and_its_trace_can_be_read(vault):
    with vault.writing() as tx:
        issue_id = flow.open_issue(tx, LAMP)
        other = flow.open_issue(tx, LAMP)
        flow.undo_open(tx, issue_id)
    assert row(vault, issue_id) is None
    assert len(trace(vault, issue_id)) == 1
    take(vault, other, "work")
    with pytest.raises(UserError, match="后来又办理过"), vault.writing() as tx:
        flow.undo_open(tx, other)


@pytest.mark.parametrize("wanted", ["pending", "working", "self_closed", None])
def test_issue_written_with_its_state_begins_there_with_a_trace(vault, wanted):
    with vault.writing() as tx:
        given = LAMP | {"state": wanted, "result": "已换灯"}
        issue_id = flow.take_in(tx, given)
    assert row(vault, issue_id)["state"] == (wanted or "pending")
    assert [step["from_state"] for step in trace(vault, issue_id)] == [None]


@pytest.mark.parametrize("wanted", ["closed", "accepted", "rated", "void"])
def test_issue_cannot_be_written_in_a_state_that_takes_steps(vault, wanted):
    with pytest.raises(InvalidFields) as caught, vault.writing() as tx:
        flow.take_in(tx, LAMP | {"state": wanted})
    assert "“待上报”、“处置中”、“自办结案”" in caught.value.messages["state"]


def test_state_that_is_set_is_reached_by_its_step(vault):
    issue_id = issue_in(vault, "working")
    with vault.writing() as tx:
        flow.step_to(tx, issue_id, "review", {"result": "已清走"})
    assert row(vault, issue_id)["state"] == "review"
    [step] = trace(vault, issue_id)
    assert (step["action"], step["note"]) == ("check", "已清走")
    with pytest.raises(UserError, match="您不能“已结案”"), vault.writing() as tx:
        flow.step_to(tx, issue_id, "closed", {})


@pytest.mark.parametrize(
    ("before", "after"), [("reported", "closed"), ("void", "working")]
)
def test_store_itself_refuses_what_the_table_does_not_have(vault, before, after):
    issue_id = issue_in(vault, before)
    with pytest.raises(InvalidFields, match="不能直接改成"), vault.writing() as tx:
        records.save(tx, Issue, {"state": after}, issue_id)
    assert row(vault, issue_id)["state"] == before


def test_a_state_is_entered_by_those_who_may_and_left_backwards_by_whoever_did():
    assert table.moves("pending", "working", {"worker"}, mine=False)
    assert not table.moves("review", "closed", {"worker"}, mine=False)
    assert table.moves("review", "closed", {"leader"}, mine=False)
    assert table.moves("self_closed", "pending", {"worker"}, mine=True)
    assert not table.moves("void", "pending", {"worker"}, mine=False)
    assert table.moves(None, "self_closed", {"worker"}, mine=True)
    assert not table.moves(None, "closed", {"worker"}, mine=True)


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
        assert limits.issue_allowance(db, category, level) == Allowance(days)


def test_county_may_replace_a_limit(vault):
    with vault.writing() as tx:
        state.keep(tx.db, "limit.issue.04", "2")
        state.keep(tx.db, "limit.mediation", "20")
    with vault.reading() as db:
        assert limits.issue_allowance(db, "0401", "normal").amount == 2
        assert limits.issue_allowance(db, "0301", "normal").amount == 3
        assert limits.days(db, limits.MEDIATION) == 20
        assert limits.days(db, limits.FOLLOW_UP) == 30


@pytest.mark.parametrize(
    ("limit", "found", "due"),
    [
        ("2", (11, 20, 9), (11, 22, 9)),  # a Friday
        ("2w", (11, 20, 9), (11, 24, 9)),
        ("24h", (11, 20, 9), (11, 21, 9)),
        ("3w", (9, 30, 16), (10, 10, 16)),  # the holiday off, Saturday 10-10 worked
    ],
)
def test_deadline_counts_calendar_days_working_days_or_hours(vault, limit, found, due):
    holiday = ",".join(f"2026-10-0{day}" for day in range(1, 8))
    with vault.writing() as tx:
        state.keep(tx.db, "limit.issue.0401", limit)
        state.keep(tx.db, "limit.days_off", holiday)
        state.keep(tx.db, "limit.days_worked", "2026-10-10")
    month, day, hour = found
    with vault.reading() as db:
        moment = at(dt.date(2026, month, day), hour)
        deadline = limits.issue_deadline(db, "0401", "normal", moment)
    month, day, hour = due
    assert deadline == at(dt.date(2026, month, day), hour)


def test_urgent_issue_waits_no_longer_than_a_day(vault):
    with vault.writing() as tx:
        state.keep(tx.db, "limit.issue.0401", "2h")
        state.keep(tx.db, "limit.issue.0402", "5w")
    with vault.reading() as db:
        assert limits.issue_allowance(db, "0401", "urgent").words == "2 小时"
        assert limits.issue_allowance(db, "0402", "urgent").words == "1 天"
        assert limits.issue_allowance(db, "0402", "normal").words == "5 个工作日"


def test_limits_name_categories_that_exist():
    known = set(code_table("issue_category").codes)
    assert set(ISSUE_DAYS) - {""} <= known


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
