"""Opening an issue and moving it on, each step with its insert-only trace.

What a step may be stands in models/issue_flow.py; here it is carried out. Taking one
back writes the opposite step: a trace is never changed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from gridapp.errors import InvalidFields, UserError
from gridapp.language import tr
from gridapp.models import Issue, IssueStep, Worker
from gridapp.models.codes import table as code_table
from gridapp.models.issue_flow import (
    CLOSED,
    START,
    UNDO,
    Transition,
    allowed,
    answers,
    outranks,
    own,
    transition,
)
from gridapp.models.record import Values
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.store.vault import Writing
from gridapp.work import limits

FOUND_ON_PATROL = "02"  # 巡查发现, of the four sources of S2.08
NEEDS_NOTE = frozenset({"return", "void", "extend", "cooperate", "self_close", "close"})
_GONE = tr("这条问题工单已被删除，可以到回收站恢复后再办理")
_MOVED_ON = tr("这张工单后来又办理过，不能再撤销，请按现在的状态继续办理")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_END_OF_DAY = dt.time(18)  # local: a limit given as a day


@dataclass(frozen=True)
class Stepped:
    """A step that was taken, so that it can be taken back."""

    issue_id: UUID
    step_id: UUID
    state: str  # where it led
    before: Values  # fields of the issue that it changed, as they were


@dataclass(frozen=True)
class Asked:
    """More time that was asked for and that nobody granted or refused."""

    until: dt.date | None  # None when the note names no day
    by: UUID | None
    at: dt.datetime


def role_of(tx: Writing) -> str:
    """The role of who acts; a vault without a worker acts as 网格员."""
    return worker_role(tx.db, tx.by)


def worker_role(db: Connection, worker_id: UUID | None) -> str:
    """The role of a worker; whoever is not known here counts as 网格员."""
    worker = records.get(db, Worker, worker_id) if worker_id else None
    return worker["role"] if worker else "worker"


def trace(db: Connection, issue_id: UUID) -> list[Values]:
    """The steps of an issue, the newest first; also when it is in the recycle bin."""
    steps = records.filtered(db, IssueStep, {"issue_id": issue_id})
    return newest_first(steps)


def newest_first(steps: Iterable[Values]) -> list[Values]:
    """Steps in the order they were written down, the last one first."""
    return sorted(steps, key=lambda one: (one["created_at"], one["id"]), reverse=True)


def standing(steps: Iterable[Values]) -> list[Values]:
    """Of a trace, newest first, the steps that were not taken back."""
    kept: list[Values] = []
    undone = 0
    for one in steps:
        if is_undo(one):
            undone += 1
        elif undone:
            undone -= 1
        else:
            kept.append(one)
    return kept


def is_undo(one: Values) -> bool:
    """Whether a step of a trace takes back the one before."""
    return one["action"] == UNDO and one["to_state"] != "void"


def is_own(steps: Iterable[Values]) -> bool:
    """Whether the issue of this trace was never handed on."""
    return own(state for one in steps for state in (one["from_state"], one["to_state"]))


def asked(steps: Sequence[Values]) -> Asked | None:
    """More time that is asked for in a trace, newest first, and not answered yet."""
    if is_own(steps):
        return None
    for one in standing(steps):
        if one["from_state"] != one["to_state"]:
            return None
        if answers(one["from_state"], one["action"]):
            return None
        if one["action"] == "extend":
            until = one["asked_until"] or _day_in(one["note"] or "")
            return Asked(until, one["created_by"], one["at"])
    return None


def _day_in(note: str) -> dt.date | None:
    """The day a note names: steps of older versions say it nowhere else."""
    day = _DAY.search(note)
    return dt.date.fromisoformat(day.group()) if day else None


def moves_of(issue: Values, steps: Sequence[Values], role: str) -> list[Transition]:
    """What somebody in that role may do with an issue of this trace, newest first."""
    return allowed(
        issue["state"],
        role,
        asked=asked(steps) is not None,
        handed_on=not is_own(steps),
    )


def end_of(day: dt.date) -> dt.datetime:
    """The moment a limit given as a day ends."""
    return dt.datetime.combine(day, _END_OF_DAY).astimezone(dt.UTC)


def open_issue(
    tx: Writing, values: Mapping[str, Any], action: str = "report", note: str = ""
) -> UUID:
    """Make an issue and its first step; the issue's id.

    Fills in 巡查发现, 一般, the time of finding, and the deadline of the category.
    `action` says what becomes of it: report, work (handled here) or self_close. The
    step is of the time of finding, also when it is written down in the evening; when
    that was, its own created_at says.
    """
    note = note or values.get("result") or ""
    first = _permitted(START, action, allowed(START, role_of(tx)), note)
    filled: Values = {
        "source": FOUND_ON_PATROL,
        "level": "normal",
        "found_at": tx.at,
        **{name: value for name, value in values.items() if value is not None},
        "state": first.next_state,
    }
    if "deadline" not in filled and filled.get("category"):
        filled["deadline"] = limits.issue_deadline(
            tx.db, filled["category"], filled["level"], filled["found_at"]
        )
    if first.next_state in CLOSED:
        filled |= {"closed_at": filled["found_at"], "result": note}
    issue_id = records.save(tx, Issue, filled)
    _trace(tx, issue_id, first, filled["found_at"], note)
    return issue_id


def take_in(tx: Writing, values: Mapping[str, Any]) -> UUID:
    """Make an issue that is written down with its state, as a script does.

    It stands in one of the states an issue begins in: every later one is reached by
    its own step. InvalidFields otherwise.
    """
    begins = {one.next_state: one for one in allowed(START, role_of(tx))}
    state = values.get("state") or "pending"
    if state not in begins:
        name = code_table("issue_state").name
        can = tr("、").join(tr("“{state}”", state=name(one)) for one in begins)
        sentence = tr("新登记的问题只能是{can}，之后按办理步骤一步步来", can=can)
        raise InvalidFields({"state": sentence})
    return open_issue(tx, values, begins[state].action)


def undo_open(tx: Writing, issue_id: UUID) -> None:
    """Put a new issue into the recycle bin; its trace stays. UserError when it has
    moved on since."""
    if len(trace(tx.db, issue_id)) > 1:
        raise UserError(_MOVED_ON)
    records.delete(tx, Issue, issue_id)


def step(
    tx: Writing,
    issue_id: UUID,
    action: str,
    note: str = "",
    at: dt.datetime | None = None,
    *,
    changes: Mapping[str, Any] | None = None,
) -> Stepped:
    """Move an issue on and write its trace.

    Args:
        action: code of issue_action; UserError when the state or role forbids it.
        note: what was done; a must where something ends, goes back or is put off.
        at: when it was done, now if not given.
        changes: other fields the step settles: deadline (extend; accept, if another
            day is granted than was asked for), satisfied (rate).
    """
    issue = records.get(tx.db, Issue, issue_id)
    if issue is None:
        raise UserError(_GONE)
    moment = at or tx.at
    steps = trace(tx.db, issue_id)
    waiting = asked(steps)
    can = moves_of(issue, steps, role_of(tx))
    move = _permitted(issue["state"], action, can, note)
    given: Values = {**(changes or {}), "state": move.next_state}
    if action == "rate" and given.get("satisfied") is None:
        raise InvalidFields({"satisfied": tr("选一下居民是否满意")})
    until: dt.date | None = None
    if action == "extend":
        wanted = given.get("deadline")
        note = _put_off(tx, issue, given, note, ask=not is_own(steps))
        if wanted and "deadline" not in given:
            until = wanted.astimezone().date()
    elif answers(issue["state"], action) and waiting:
        if not outranks(role_of(tx), worker_role(tx.db, waiting.by)):
            raise UserError(tr("延期要由上一级答复，请等上级办理"))
        note = _answer(tx, issue, given, note, action, waiting)
    if move.next_state in CLOSED:
        given |= {"closed_at": moment, "result": note}
    elif issue["closed_at"] and move.next_state == "working":
        given |= _begin_again(tx, issue, moment)
    records.save(tx, Issue, given, issue_id)
    before: Values = {name: issue[name] for name in given}
    step_id = _trace(tx, issue_id, move, moment, note, until)
    return Stepped(issue_id, step_id, move.next_state, before)


def step_to(
    tx: Writing, issue_id: UUID, state: str, values: Mapping[str, Any]
) -> Stepped:
    """Move an issue to that state by the step that leads there, as a script does.

    `values` are other fields; `result` is the note of the step.
    """
    issue = records.get(tx.db, Issue, issue_id)
    if issue is None:
        raise UserError(_GONE)
    now, steps = issue["state"], trace(tx.db, issue_id)
    can = moves_of(issue, steps, role_of(tx))
    action = next((one.action for one in can if one.next_state == state), None)
    if action is None:
        raise _refusal(now, state, can)
    changes: Values = {name: v for name, v in values.items() if name != "result"}
    return step(tx, issue_id, action, values.get("result") or "", changes=changes)


def undo(tx: Writing, stepped: Stepped) -> UUID:
    """Take a step back by the opposite one; the id of that one.

    UserError when somebody has moved the issue on since.
    """
    last, *_ = trace(tx.db, stepped.issue_id)
    issue = records.get(tx.db, Issue, stepped.issue_id)
    if issue is None or last["id"] != stepped.step_id or last["from_state"] is None:
        raise UserError(_MOVED_ON)
    records.save(tx, Issue, stepped.before, stepped.issue_id)
    move = transition(last["from_state"], last["action"])
    words = move.words if move else code_table("issue_action").name(last["action"])
    back = Transition(stepped.state, UNDO, last["from_state"], frozenset(), "")
    note = tr("撤销：{words}", words=words)
    return _trace(tx, stepped.issue_id, back, tx.at, note)


def _put_off(tx: Writing, issue: Values, given: Values, note: str, *, ask: bool) -> str:
    """The note of a step that puts the deadline off, or asks to; when it only asks,
    `given` loses the deadline."""
    wanted = given.get("deadline")
    if not wanted:
        raise InvalidFields({"deadline": tr("延期要填新的办结时限")})
    if wanted <= tx.at or (issue["deadline"] and wanted <= issue["deadline"]):
        raise InvalidFields({"deadline": tr("新的时限要比现在的晚，请往后选")})
    day = wanted.astimezone().date()
    if not ask:
        return tr("延期到 {day:%Y-%m-%d}：{note}", day=day, note=note)
    del given["deadline"]
    return tr("申请延期到 {day:%Y-%m-%d}：{note}", day=day, note=note)


def _answer(
    tx: Writing,
    issue: Values,
    given: Values,
    note: str,
    action: str,
    waiting: Asked,
) -> str:
    """The note of a step that grants or refuses more time; granting sets it."""
    if action != "accept":
        given.pop("deadline", None)
        return note
    if waiting.until is not None:
        given.setdefault("deadline", end_of(waiting.until))
    words = _put_off(tx, issue, given, note, ask=False)
    day = given["deadline"].astimezone().date()
    if note.strip():
        return tr("同意，{words}", words=words)
    return tr("同意延期到 {day:%Y-%m-%d}", day=day)


def _begin_again(tx: Writing, issue: Values, moment: dt.datetime) -> Values:
    """What an issue that was done becomes when it is taken up again."""
    fresh = limits.issue_deadline(tx.db, issue["category"], issue["level"], moment)
    ended = issue["deadline"] is None or issue["deadline"] < fresh
    return {
        "closed_at": None,
        "result": None,
        "satisfied": None,
        "deadline": fresh if ended else issue["deadline"],
    }


def _permitted(
    state: str, action: str, can: Sequence[Transition], note: str
) -> Transition:
    move = transition(state, action)
    if move is None or move not in can:
        what = move.words if move else code_table("issue_action").name(action)
        raise _refusal(state, what, can)
    if action in NEEDS_NOTE and not note.strip():
        raise InvalidFields({"note": tr("“{words}”要写一句说明", words=move.words)})
    return move


def _refusal(state: str, what: str, can: Sequence[Transition]) -> UserError:
    names = code_table("issue_state")
    now = names.name(state) if state else tr("新问题")
    what = names.name(what) if what in names.codes else what
    words = tr("、").join(one.words for one in can)
    return UserError(
        tr("现在是“{now}”，您不能“{what}”", now=now, what=what)
        + (tr("；可以：{can}", can=words) if can else tr("，请等上级办理"))
    )


def _trace(
    tx: Writing,
    issue_id: UUID,
    move: Transition,
    at: dt.datetime,
    note: str,
    asked_until: dt.date | None = None,
) -> UUID:
    return records.save(
        tx,
        IssueStep,
        {
            "issue_id": issue_id,
            "action": move.action,
            "from_state": move.state or None,
            "to_state": move.next_state,
            "at": at,
            "note": note.strip() or None,
            "asked_until": asked_until,
        },
    )
