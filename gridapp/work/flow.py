"""Opening an issue and moving it on, each step with its insert-only trace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from gridapp.errors import InvalidFields, UserError
from gridapp.language import tr
from gridapp.models import Issue, IssueStep, Worker
from gridapp.models.codes import table as code_table
from gridapp.models.issue_flow import CLOSED, START, Transition, allowed, transition
from gridapp.models.record import Values
from gridapp.store import records
from gridapp.store.vault import Writing
from gridapp.work import limits

FOUND_ON_PATROL = "02"  # 巡查发现, of the four sources of S2.08
NEEDS_NOTE = frozenset({"return", "void", "extend", "self_close", "close"})


def role_of(tx: Writing) -> str:
    """The role of who acts; a vault without a worker acts as 网格员."""
    worker = records.get(tx.db, Worker, tx.by) if tx.by else None
    return worker["role"] if worker else "worker"


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
    first = _permitted(START, action, role_of(tx), note)
    filled: Values = {
        "source": FOUND_ON_PATROL,
        "level": "normal",
        "found_at": tx.at,
        **{name: value for name, value in values.items() if value is not None},
        "state": first.next_state,
    }
    if "deadline" not in filled and filled.get("category"):
        allowance = limits.issue_days(tx.db, filled["category"], filled["level"])
        filled["deadline"] = filled["found_at"] + dt.timedelta(days=allowance)
    if first.next_state in CLOSED:
        filled |= {"closed_at": filled["found_at"], "result": note}
    issue_id = records.save(tx, Issue, filled)
    _trace(tx, issue_id, first, filled["found_at"], note)
    return issue_id


def step(
    tx: Writing,
    issue_id: UUID,
    action: str,
    note: str = "",
    at: dt.datetime | None = None,
    *,
    changes: Mapping[str, Any] | None = None,
) -> UUID:
    """Move an issue on and write its trace; the step's id.

    Args:
        action: code of issue_action; UserError when the state or role forbids it.
        note: what was done; a must where something ends, goes back or is put off.
        at: when it was done, now if not given.
        changes: other fields the step settles: deadline (extend), satisfied (rate).
    """
    issue = records.get(tx.db, Issue, issue_id)
    if issue is None:
        raise UserError(tr("这条问题工单已被删除，可以到回收站恢复后再办理"))
    moment = at or tx.at
    move = _permitted(issue["state"], action, role_of(tx), note)
    given: Values = {**(changes or {}), "state": move.next_state}
    if action == "extend" and not given.get("deadline"):
        raise InvalidFields({"deadline": tr("延期要填新的办结时限")})
    if action == "rate" and given.get("satisfied") is None:
        raise InvalidFields({"satisfied": tr("选一下居民是否满意")})
    if move.next_state in CLOSED:
        given |= {"closed_at": moment, "result": note}
    elif issue["state"] in CLOSED and move.next_state == "working":
        given["closed_at"] = None
    records.save(tx, Issue, given, issue_id)
    return _trace(tx, issue_id, move, moment, note)


def _permitted(state: str, action: str, role: str, note: str) -> Transition:
    move = transition(state, action)
    if move is None or role not in move.roles:
        can = tr("、").join(one.words for one in allowed(state, role))
        now = code_table("issue_state").name(state) if state else tr("新问题")
        what = code_table("issue_action").name(action)
        raise UserError(
            tr("现在是“{now}”，您不能“{what}”", now=now, what=what)
            + (tr("；可以：{can}", can=can) if can else tr("，请等上级办理"))
        )
    if action in NEEDS_NOTE and not note.strip():
        raise InvalidFields({"note": tr("“{words}”要写一句说明", words=move.words)})
    return move


def _trace(
    tx: Writing, issue_id: UUID, move: Transition, at: dt.datetime, note: str
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
        },
    )
