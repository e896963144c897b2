"""Logging a visit or a call: the visit, the work orders of its hazards, the next date.

All in the caller's one transaction, so that one undo takes everything back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from gridapp.language import tr
from gridapp.models import Issue, Resident, Visit
from gridapp.models.codes import table as code_table
from gridapp.models.issue_flow import DONE
from gridapp.models.record import Values
from gridapp.store import agenda, meetings, records
from gridapp.store.database import Connection
from gridapp.store.search_rows import door_text
from gridapp.store.vault import Writing
from gridapp.work import chain, flow, limits
from gridapp.work.due import local_day
from gridapp.work.plans import next_due
from gridapp.work.ways import BY_VOICE, WAYS

PLANNED = "01"  # 网上定排, of the four sources of S2.08
RESIDENT_TOLD = "03"  # 居民反馈

# What was ticked in a home (home_hazard) as a category of issue (issue_category).
HAZARD_CATEGORY: Mapping[str, str] = {
    "gas": "0103",
    "co": "0103",
    "power": "0104",
    "clutter": "0101",
    "lock": "0105",
}
OTHER_HAZARD = "0199"

# What a call's result says about whom the worker reached.
MET_BY_CALL: Mapping[str, str] = {"answered": "self", "other_answered": "family"}


@dataclass(frozen=True)
class Logged:
    """What one visit or call made, so that it can be undone."""

    visit_id: UUID
    resident_id: UUID | None
    issue_ids: tuple[UUID, ...]
    next_on: dt.date | None
    resident_before: Values  # fields of the resident that the visit changed


def log_visit(
    tx: Writing, resident_id: UUID | None, values: Mapping[str, Any]
) -> Logged:
    """Save a visit or a call with everything that follows from it.

    Fills in what the form need not ask: the time, 本人, the care plan it belongs to,
    and the next date: when nobody was met that of the next attempt, else one interval
    of the plan on.
    Each ticked hazard makes an issue, unless the same one is still open. A colour or a
    refusal for good goes into the resident's file. Raises InvalidFields.

    Args:
        resident_id: None for a session of 移动办公桌 with nobody in particular.
        values: of the visit, by field name.
    """
    given: Values = {name: value for name, value in values.items() if value is not None}
    filled = _with_defaults(tx, given, resident_id)
    if resident_id is not None:
        filled = _planned(tx, filled, resident_id)
    visit_id = records.save(tx, Visit, filled)
    issues: tuple[UUID, ...] = ()
    before: Values = {}
    if resident_id is not None:
        issues = _issues_of_hazards(tx, visit_id, resident_id, filled)
        before = _into_file(tx, resident_id, filled)
    return Logged(visit_id, resident_id, issues, filled.get("next_on"), before)


def undo(tx: Writing, logged: Logged) -> None:
    """Take back what `log_visit` made; issues that have moved on since stay."""
    records.delete(tx, Visit, logged.visit_id)
    made = records.by_id(tx.db, Issue, logged.issue_ids)
    for issue_id, issue in made.items():
        if issue["state"] == "pending":
            records.delete(tx, Issue, issue_id)
    if logged.resident_id is not None and logged.resident_before:
        records.save(tx, Resident, logged.resident_before, logged.resident_id)


def reached(values: Mapping[str, Any]) -> bool:
    """Whether a visit or call reached somebody."""
    return (
        values.get("met_whom") != "nobody"
        and values.get("call_result") not in meetings.NOT_REACHED
    )


def _with_defaults(tx: Writing, given: Values, resident_id: UUID | None) -> Values:
    filled: Values = {"started_at": tx.at, "mode": "home", **given}
    filled["resident_id"] = resident_id
    if filled["mode"] in BY_VOICE:
        result = filled.setdefault("call_result", "answered")
        filled.setdefault("met_whom", MET_BY_CALL.get(result, "nobody"))
        if filled["met_whom"] == "nobody":
            filled.setdefault("not_met_reason", "unreachable")
    elif resident_id is not None:
        met = "nobody" if filled.get("not_met_reason") else "self"
        filled.setdefault("met_whom", met)
    return filled


def _planned(tx: Writing, filled: Values, resident_id: UUID) -> Values:
    """The visit with its care plan, source and next date."""
    day = filled["started_at"].astimezone().date()
    plan = _plan_for(tx, resident_id, filled, day)
    if plan is not None:
        filled = {"plan_id": plan.plan_id, "source": PLANNED, **filled}
    if not reached(filled):
        return {"next_on": _retry_on(tx, filled, resident_id, plan), **filled}
    if plan is not None:
        return {"next_on": next_due(plan.since, plan.interval_days, day), **filled}
    return filled


def _retry_on(
    tx: Writing, filled: Values, resident_id: UUID, plan: agenda.Owed | None
) -> dt.date:
    """The day to try again: what the chain says of the watched over, else tomorrow."""
    at: dt.datetime = filled["started_at"]
    lost = filled.get("not_met_reason") not in meetings.KNOWN_REASONS
    if lost and plan is not None and plan.interval_days <= chain.WATCHED_INTERVAL:
        before = meetings.misses(tx.db, at, resident_id).get(resident_id, [])
        this = meetings.Miss(at, filled["mode"], filled.get("disposal") or ())
        step = chain.next_step([*before, this])
        if step is not None:
            return local_day(step.due_at)
    return local_day(at) + dt.timedelta(days=1)


def _plan_for(
    tx: Writing, resident_id: UUID, filled: Values, day: dt.date
) -> agenda.Owed | None:
    """The plan named, or the tightest one in force that this mode is an attempt at."""
    plans = agenda.plans_on(tx.db, day, resident_id)
    named = filled.get("plan_id")
    if named is not None:
        return next((plan for plan in plans if plan.plan_id == named), None)
    fitting = [plan for plan in plans if filled["mode"] in WAYS[plan.way].attempts]
    return min(fitting, key=lambda plan: plan.interval_days, default=None)


@dataclass(frozen=True)
class HazardIssue:
    """The issue that a ticked hazard makes; without a deadline one is open already."""

    title: str
    deadline: dt.datetime | None


def hazard_issues(
    db: Connection, resident_id: UUID, at: dt.datetime
) -> dict[str, HazardIssue]:
    """By hazard, what a visit at that moment would make of it."""
    open_titles = _open_titles(db, resident_id)
    found: dict[str, HazardIssue] = {}
    for item in code_table("home_hazard").items:
        title = _hazard_title(item.code)
        category = HAZARD_CATEGORY.get(item.code, OTHER_HAZARD)
        deadline = limits.issue_deadline(db, category, "normal", at)
        found[item.code] = HazardIssue(
            title, None if title in open_titles else deadline
        )
    return found


def _hazard_title(hazard: str) -> str:
    return tr("居家隐患：{name}", name=code_table("home_hazard").name(hazard))


def _open_titles(db: Connection, resident_id: UUID) -> set[str]:
    return {
        issue["title_text"]
        for issue in records.filtered(db, Issue, {"resident_id": resident_id})
        if issue["state"] not in DONE
    }


def _issues_of_hazards(
    tx: Writing, visit_id: UUID, resident_id: UUID, visit: Values
) -> tuple[UUID, ...]:
    hazards = visit.get("hazards") or ()
    if not hazards:
        return ()
    open_titles = _open_titles(tx.db, resident_id)
    home = agenda.persons(tx.db, [resident_id])[resident_id]
    building_id = agenda.building_of(tx.db, resident_id)
    made: list[UUID] = []
    for hazard in hazards:
        title = _hazard_title(hazard)
        if title in open_titles:
            continue
        issue: Values = {
            "title_text": title,
            "category": HAZARD_CATEGORY.get(hazard, OTHER_HAZARD),
            "found_at": visit["started_at"],
            "place": door_text(home.building, home.unit, home.room) or None,
            "building_id": building_id,
            "resident_id": resident_id,
            "visit_id": visit_id,
            "description": visit.get("note"),
        }
        if visit["mode"] in BY_VOICE:
            issue["source"] = RESIDENT_TOLD
        made.append(flow.open_issue(tx, issue))
    return tuple(made)


def _into_file(tx: Writing, resident_id: UUID, visit: Values) -> Values:
    """Carry the visit's colour and wish into the file; the values it replaced."""
    resident = records.get(tx.db, Resident, resident_id)
    changes: Values = {}
    if visit.get("care_colour"):
        changes["care_colour"] = visit["care_colour"]
        changes["care_colour_reason"] = visit.get("interval_reason") or (
            resident["care_colour_reason"] if resident else None
        )
    if visit.get("consent") in ("willing", "refused_always"):
        changes["care_consent"] = visit["consent"]
    if resident is None:
        return {}
    changes = {name: new for name, new in changes.items() if resident[name] != new}
    if changes:
        records.save(tx, Resident, changes, resident_id)
    return {name: resident[name] for name in changes}
