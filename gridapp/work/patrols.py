"""Patrols: a day's round in one transaction, and which points are due for a look."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.models import Finding, Issue, Patrol, PatrolStop
from gridapp.models.codes import table as code_table
from gridapp.models.issue import first_line
from gridapp.models.record import Values, fields_of
from gridapp.store import agenda, records
from gridapp.store.vault import Writing
from gridapp.work import flow
from gridapp.work.due import late_days, local_day


@dataclass(frozen=True)
class LoggedPatrol:
    """What one round made, so that it can be undone. All in the order given."""

    patrol_id: UUID
    stop_ids: tuple[UUID, ...]
    finding_ids: tuple[UUID, ...]
    issue_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class PointDue:
    """A patrol point that somebody should look at."""

    point_id: UUID
    name: str
    building: str  # number, or empty
    due: dt.date
    late_days: int
    last: dt.date | None
    interval_days: int


def log_patrol(
    tx: Writing,
    values: Mapping[str, Any],
    stops: Sequence[Mapping[str, Any]] = (),
    findings: Sequence[Mapping[str, Any]] = (),
) -> LoggedPatrol:
    """Save a round; every finding becomes an issue, handled here or reported.

    Args:
        values: of the patrol. 未发现问题 follows from the findings.
        stops: of patrol_stop; state 正常 and the time of the round if not given.
        findings: of finding, and beside that: `stop` (which of `stops`, from 0), any
            field of the issue it becomes (level, deadline, owner_name …), and `action`
            (report, work or self_close) with its `result`.
    """
    if values.get("nothing_found") and findings:
        raise InvalidFields({"nothing_found": tr("登记了问题，就不能选“未发现问题”")})
    filled: Values = {"started_at": tx.at, **values}
    filled["nothing_found"] = not findings
    patrol_id = records.save(tx, Patrol, filled)
    defaults = {"at": filled["started_at"], "state": "0"}
    stop_rows: list[Values] = [
        {**defaults, **stop, "patrol_id": patrol_id} for stop in stops
    ]
    stop_ids = records.insert_many(tx, PatrolStop, stop_rows)
    finding_ids: list[UUID] = []
    issue_ids: list[UUID] = []
    for given in findings:
        number: int | None = given.get("stop")
        stop = Values() if number is None else stop_rows[number]
        issue_id = _issue_of(tx, given, filled["started_at"], stop)
        names = {one.name for one in fields_of(Finding)}
        finding: Values = {name: given[name] for name in names & set(given)}
        finding |= {"patrol_id": patrol_id, "issue_id": issue_id}
        finding["stop_id"] = stop_ids[number] if number is not None else None
        finding_ids.append(records.save(tx, Finding, finding))
        issue_ids.append(issue_id)
    return LoggedPatrol(
        patrol_id, tuple(stop_ids), tuple(finding_ids), tuple(issue_ids)
    )


def _issue_of(
    tx: Writing, finding: Mapping[str, Any], at: dt.datetime, stop: Mapping[str, Any]
) -> UUID:
    names = {one.name for one in fields_of(Issue)}
    issue: Values = {name: finding[name] for name in names & set(finding)}
    note = (finding.get("note") or "").strip()
    category = code_table("issue_category").name(finding.get("category") or "")
    issue.setdefault("title_text", first_line(note))
    issue["title_text"] = issue["title_text"] or tr(
        "巡查发现：{category}", category=category
    )
    issue.setdefault("description", note or None)
    issue.setdefault("building_id", stop.get("building_id"))
    issue.setdefault("found_at", stop.get("at") or at)
    return flow.open_issue(
        tx, issue, finding.get("action") or "report", finding.get("result") or ""
    )


def undo(tx: Writing, logged: LoggedPatrol) -> None:
    """Take back what `log_patrol` made; issues that have moved on since stay."""
    for issue_id, issue in records.by_id(tx.db, Issue, logged.issue_ids).items():
        if issue["state"] in ("pending", "working", "self_closed"):
            records.delete(tx, Issue, issue_id)
    for finding_id in logged.finding_ids:
        records.delete(tx, Finding, finding_id)
    for stop_id in logged.stop_ids:
        records.delete(tx, PatrolStop, stop_id)
    records.delete(tx, Patrol, logged.patrol_id)


def points_due(db: Connection, day: dt.date, horizon: int = 0) -> list[PointDue]:
    """Points to look at by `day` + `horizon`, most overdue first.

    A point nobody ever looked at is due on the day it was set up, and late when a whole
    interval has gone by since: many are set up on one day.
    """
    until = day + dt.timedelta(days=horizon)
    rows: list[PointDue] = []
    for point in agenda.points_in_use(db, day):
        last = local_day(point.last_at) if point.last_at else None
        interval = dt.timedelta(days=point.interval_days)
        due = last + interval if last else local_day(point.created_at)
        late_from = due if last else due + interval
        if due <= until:
            rows.append(
                PointDue(
                    point.point_id,
                    point.name,
                    point.building or "",
                    due,
                    late_days(late_from, day),
                    last,
                    point.interval_days,
                )
            )
    return sorted(rows, key=lambda row: (row.due, row.name))


def expected_looks(db: Connection, first: dt.date, last: dt.date) -> tuple[int, int]:
    """Looks made and looks asked for by the points' intervals on these days.

    More looks at one point do not make up for another: each point counts at most as
    often as it is asked for, and one day counts once.
    """
    moments = agenda.stop_moments(db, first, last)
    done = expected = 0
    for point in agenda.points_in_use(db, last):
        begun = max(first, local_day(point.created_at))
        wanted = math.ceil(((last - begun).days + 1) / point.interval_days)
        looked = {local_day(at) for at in moments.get(point.point_id, ())}
        expected += max(wanted, 0)
        done += min(len(looked), max(wanted, 0))
    return done, expected
