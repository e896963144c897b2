"""Issues as a list shows them and as one is opened: set-wise, from records alone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.models import Building, Issue, IssueStep, Worker
from gridapp.models.codes import table as code_table
from gridapp.models.issue import TITLE_LENGTH, first_line
from gridapp.models.issue_flow import DONE, Transition, allowed, answers, outranks
from gridapp.models.record import Values
from gridapp.store import agenda, records, state
from gridapp.store.history import authors
from gridapp.work import flow, limits
from gridapp.work.due import door_of
from gridapp.work.flow import Asked
from gridapp.work.record_parts import of_each

_BUILDING = re.compile(r"(\d{1,4})\s*(?:号楼|号|栋|幢|座|#)")


@dataclass(frozen=True)
class Urged:
    """How often an issue was urged, when last, and by whom."""

    count: int
    last: dt.datetime
    who: str  # a name, or empty


@dataclass(frozen=True)
class Listed:
    """One issue as a row of the list says it; nothing private in it."""

    id: UUID
    title: str
    state: str
    category: str
    level: str
    source: str
    where: str  # the place in words, else the resident's door
    who: str  # the resident's name, or empty
    building_id: UUID | None
    owner: str
    found_at: dt.datetime
    deadline: dt.datetime
    ended_at: dt.datetime | None  # None while something is to be done
    urged: Urged | None
    waits: bool  # more time is asked for and not answered
    satisfied: bool | None
    outside: bool
    mine: bool  # the worker here is its owner; without one: wrote it, or a resident did

    def late(self, now: dt.datetime) -> bool:
        """Whether its time is over and it is not done."""
        return self.ended_at is None and self.deadline < now


@dataclass(frozen=True)
class Issues:
    """Every issue, what is to be done first, and the buildings they lie in."""

    rows: tuple[Listed, ...]
    buildings: Mapping[UUID, str]  # number by id


@dataclass(frozen=True)
class IssueFile:
    """An issue with its trace and what the worker here may do with it."""

    issue: Values
    shown: Mapping[str, str]  # as people read it, private values masked
    deadline: dt.datetime  # its own, else that of its category
    who: str  # the resident's name and door, or empty
    steps: tuple[Values, ...]  # newest first
    names: Mapping[UUID | None, str]
    moves: tuple[Transition, ...]
    own: bool  # never handed on: the time is set by whoever handles it
    urged: Urged | None
    asked: Asked | None  # more time, not answered yet


def read_issues(db: Connection) -> Issues:
    """Every issue outside the recycle bin: open ones by deadline, then the done ones,
    the last one first."""
    found = records.filtered(db, Issue, {})
    people = agenda.persons(db, {r["resident_id"] for r in found if r["resident_id"]})
    buildings = {row["building_id"] for row in found if row["building_id"]}
    worker = state.worker(db)
    name = records.labels(db, Worker, [worker]).get(worker, "") if worker else ""
    traces = _traces(db, [row["id"] for row in found if row["state"] not in DONE])
    names = authors(db, {one["created_by"] for t in traces.values() for one in t})
    opened: list[Listed] = []
    ended: list[Listed] = []
    for row in found:
        steps = traces.get(row["id"], [])
        owner = row["owner_name"] or ""
        mine = owner == name if owner else row["created_by"] in (worker, None)
        one = _listed(
            row,
            people.get(row["resident_id"]),
            deadline_of(db, row),
            _urged(steps, names),
            waits=flow.asked(steps) is not None,
            mine=mine,
        )
        (ended if one.ended_at else opened).append(one)
    opened.sort(key=lambda row: row.deadline)
    ended.sort(key=lambda row: row.ended_at or row.found_at, reverse=True)
    return Issues((*opened, *ended), records.labels(db, Building, buildings))


def _listed(
    row: Values,
    person: agenda.Person | None,
    deadline: dt.datetime,
    urged: Urged | None,
    *,
    waits: bool,
    mine: bool,
) -> Listed:
    done = row["state"] in DONE
    return Listed(
        id=row["id"],
        title=row["title_text"],
        state=row["state"],
        category=row["category"],
        level=row["level"],
        source=row["source"],
        where=row["place"] or (door_of(person) if person else ""),
        who=person.name if person else "",
        building_id=row["building_id"],
        owner=row["owner_name"] or "",
        found_at=row["found_at"],
        deadline=deadline,
        ended_at=(row["closed_at"] or row["updated_at"]) if done else None,
        urged=urged,
        waits=waits,
        satisfied=row["satisfied"],
        outside=bool(row["outside_list"]),
        mine=mine,
    )


def deadline_of(db: Connection, issue: Values) -> dt.datetime:
    """The deadline of an issue; one that came without gets that of its category."""
    return issue["deadline"] or limits.issue_deadline(
        db, issue["category"], issue["level"], issue["found_at"]
    )


def read_issue(db: Connection, issue_id: UUID) -> IssueFile | None:
    """An issue with its trace; None when it is gone."""
    issue = records.get(db, Issue, issue_id)
    if issue is None:
        return None
    steps = flow.trace(db, issue_id)
    names = authors(db, {one["created_by"] for one in steps})
    asked = flow.asked(steps)
    asker = flow.worker_role(db, asked.by) if asked else None
    role = flow.worker_role(db, state.worker(db))
    persons = [issue["resident_id"]] if issue["resident_id"] else []
    found = agenda.persons(db, persons).values()
    return IssueFile(
        issue=issue,
        shown=records.shown(db, Issue, [issue])[0],
        deadline=deadline_of(db, issue),
        who=" ".join(f"{one.name} {door_of(one)}".strip() for one in found),
        steps=tuple(steps),
        names=names,
        moves=_can(issue, steps, role, asker),
        own=flow.is_own(steps),
        urged=_urged(steps, names),
        asked=asked,
    )


def urges(db: Connection, ids: Collection[UUID]) -> dict[UUID, Urged]:
    """How often each of these open issues was urged; those that were not are left
    out."""
    traces = _traces(db, ids)
    names = authors(db, {one["created_by"] for t in traces.values() for one in t})
    found = {key: _urged(steps, names) for key, steps in traces.items()}
    return {key: urged for key, urged in found.items() if urged}


def action_words(issue_state: str, role: str) -> str:
    """What somebody in that role does next with an issue, on its button."""
    can = {one.action for one in allowed(issue_state, role)}
    if "close" in can:
        return tr("核查")
    if can - {"urge"}:
        return tr("处理")
    return tr("催办") if can else tr("查看")


def title_from(note: str, category: str, where: str = "") -> str:
    """A title for an issue nobody named: the first line of what was written, else its
    place and category."""
    first = first_line(note)
    if first:
        return first
    name = code_table("issue_category").name(category)
    if where:
        return tr("{where}：{category}", where=where, category=name)[:TITLE_LENGTH]
    return name


def building_named(db: Connection, place: str) -> UUID | None:
    """The building a written place begins with (3号楼西侧), when there is just one of
    that number."""
    found = _BUILDING.match(place.strip())
    if found is None:
        return None
    rows = records.filtered(db, Building, {"number": found.group(1)})
    return rows[0]["id"] if len(rows) == 1 else None


def _traces(db: Connection, open_ids: Collection[UUID]) -> dict[UUID, list[Values]]:
    """Traces, newest first, of the open issues that were urged or asked more time."""
    told = {
        one["issue_id"]
        for action in ("urge", "extend")
        for one in records.filtered(db, IssueStep, {"action": action})
    }
    steps = of_each(db, IssueStep, "issue_id", told & set(open_ids))
    return {key: flow.newest_first(rows) for key, rows in steps.items()}


def _urged(steps: Sequence[Values], names: Mapping[UUID | None, str]) -> Urged | None:
    urges = [one for one in flow.standing(steps) if one["action"] == "urge"]
    if not urges:
        return None
    last = urges[0]
    return Urged(len(urges), last["at"], names.get(last["created_by"], ""))


def _can(
    issue: Values, steps: Sequence[Values], role: str, asker: str | None
) -> tuple[Transition, ...]:
    """What the worker here may do; more time is granted from above only."""
    return tuple(
        move
        for move in flow.moves_of(issue, steps, role)
        if not answers(move.state, move.action)
        or (asker is not None and outranks(role, asker))
    )
