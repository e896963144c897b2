"""Set-wise questions behind the work list: what is owed, and what was done when.

A few statements answer for any number of people. A plan or a tag holds from its first
day up to, and not on, the day it ended.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Table,
    and_,
    func,
    or_,
    select,
)

from gridapp.models import (
    Building,
    CarePlan,
    Dispute,
    Dwelling,
    Household,
    Issue,
    PatrolPoint,
    PatrolStop,
    Resident,
    ResidentTag,
    Visit,
)
from gridapp.models.record import Values, table_of
from gridapp.store.meetings import midnight

_CHUNK = 500  # ids in one IN list


@dataclass(frozen=True)
class Person:
    """A resident as a work list names one: who and behind which door."""

    resident_id: UUID
    name: str
    household_id: UUID | None
    care_consent: str | None
    born_on: str | None
    building: str | None
    unit: str | None
    room: str | None


@dataclass(frozen=True)
class Owed:
    """A care plan that holds, with the person it is for."""

    plan_id: UUID
    way: str
    interval_days: int
    since: dt.date
    reason: str | None
    person: Person


@dataclass(frozen=True)
class Point:
    """A patrol point in use and when somebody last looked at it."""

    point_id: UUID
    name: str
    building: str | None
    interval_days: int
    created_at: dt.datetime
    last_at: dt.datetime | None


def _holds(table: Table, day: dt.date) -> ColumnElement[bool]:
    """Whether a plan or tag is in force on `day`."""
    c = table.c
    ended = and_(c.until.is_not(None), c.until <= day)
    return and_(c.deleted_at.is_(None), c.since <= day, ~ended)


def lives_here(resident: Table) -> ColumnElement[bool]:
    """Alive, not moved out, not in the recycle bin."""
    c = resident.c
    return and_(
        c.deleted_at.is_(None),
        func.coalesce(c.life_state, "living") != "deceased",
        func.coalesce(c.presence, "here") != "moved",
    )


def _behind_door(resident: Table) -> tuple[FromClause, list[ColumnElement[Any]]]:
    """Residents joined along the way to their building, and the columns of Person."""
    household, dwelling, building = (
        table_of(model) for model in (Household, Dwelling, Building)
    )
    source = (
        resident.outerjoin(household, household.c.id == resident.c.household_id)
        .outerjoin(dwelling, dwelling.c.id == household.c.dwelling_id)
        .outerjoin(building, building.c.id == dwelling.c.building_id)
    )
    return source, [
        resident.c.id.label("resident_id"),
        resident.c.name,
        resident.c.household_id,
        resident.c.care_consent,
        resident.c.born_on,
        building.c.number.label("building"),
        dwelling.c.unit,
        dwelling.c.room,
    ]


def _chunks(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _CHUNK):
        yield wanted[start : start + _CHUNK]


def persons(db: Connection, ids: Iterable[UUID]) -> dict[UUID, Person]:
    """Who these residents are; also those in the recycle bin."""
    resident = table_of(Resident)
    source, columns = _behind_door(resident)
    found: dict[UUID, Person] = {}
    for part in _chunks(ids):
        query = select(*columns).select_from(source).where(resident.c.id.in_(part))
        for row in db.execute(query):
            found[row.resident_id] = Person(*row)
    return found


def living_here(db: Connection, ids: Collection[UUID] | None = None) -> set[UUID]:
    """Ids of residents who are alive and have not moved out: all, or out of `ids`."""
    resident = table_of(Resident)
    query = select(resident.c.id).where(lives_here(resident))
    if ids is None:
        return set(db.scalars(query))
    found: set[UUID] = set()
    for part in _chunks(ids):
        found.update(db.scalars(query.where(resident.c.id.in_(part))))
    return found


def living_in(db: Connection, buildings: Collection[UUID]) -> set[UUID]:
    """Ids of residents who are alive and live in one of these buildings."""
    resident, household, dwelling = (
        table_of(model) for model in (Resident, Household, Dwelling)
    )
    query = (
        select(resident.c.id)
        .join(household, household.c.id == resident.c.household_id)
        .join(dwelling, dwelling.c.id == household.c.dwelling_id)
        .where(lives_here(resident))
    )
    found: set[UUID] = set()
    for part in _chunks(buildings):
        found.update(db.scalars(query.where(dwelling.c.building_id.in_(part))))
    return found


def building_of(db: Connection, resident_id: UUID) -> UUID | None:
    """The building a resident lives in, as far as it is known."""
    resident, household, dwelling = (
        table_of(model) for model in (Resident, Household, Dwelling)
    )
    query = (
        select(dwelling.c.building_id)
        .join(household, household.c.dwelling_id == dwelling.c.id)
        .join(resident, resident.c.household_id == household.c.id)
        .where(resident.c.id == resident_id)
    )
    return db.scalar(query)


def plans_on(
    db: Connection, day: dt.date, resident_id: UUID | None = None
) -> list[Owed]:
    """Care plans in force on `day` of people who live here, the newest last."""
    plan, resident = table_of(CarePlan), table_of(Resident)
    source, columns = _behind_door(resident)
    query = (
        select(
            plan.c.id,
            plan.c.way,
            plan.c.interval_days,
            plan.c.since,
            plan.c.reason,
            *columns,
        )
        .select_from(source.join(plan, plan.c.resident_id == resident.c.id))
        .where(_holds(plan, day), lives_here(resident))
        .order_by(plan.c.since, plan.c.id)
    )
    if resident_id is not None:
        query = query.where(plan.c.resident_id == resident_id)
    return [_owed(*row) for row in db.execute(query).all()]


def _owed(
    plan_id: UUID,
    way: str,
    interval_days: int,
    since: dt.date,
    reason: str | None,
    *person: Any,
) -> Owed:
    return Owed(plan_id, way, interval_days, since, reason, Person(*person))


def tags_on(
    db: Connection, day: dt.date, ids: Collection[UUID] | None = None
) -> dict[UUID, list[str]]:
    """By resident, the tags in force on `day`: all, or those of `ids`."""
    tag = table_of(ResidentTag)
    query = select(tag.c.resident_id, tag.c.tag).where(_holds(tag, day))
    query = query.order_by(tag.c.since, tag.c.id)
    found: dict[UUID, list[str]] = {}
    parts = [None] if ids is None else _chunks(ids)
    for part in parts:
        narrowed = query if part is None else query.where(tag.c.resident_id.in_(part))
        for person, name in db.execute(narrowed):
            if name not in found.setdefault(person, []):
                found[person].append(name)
    return found


def tagged(db: Connection, day: dt.date, tags: Collection[str]) -> set[UUID]:
    """Residents who have one of these tags on `day`."""
    tag = table_of(ResidentTag)
    query = select(tag.c.resident_id).where(_holds(tag, day), tag.c.tag.in_(list(tags)))
    return set(db.scalars(query))


def coloured(db: Connection, colours: Collection[str]) -> set[UUID]:
    """Residents who have one of these care colours."""
    resident = table_of(Resident)
    query = select(resident.c.id).where(
        resident.c.deleted_at.is_(None), resident.c.care_colour.in_(list(colours))
    )
    return set(db.scalars(query))


def issues_open(db: Connection, done: Collection[str]) -> list[Values]:
    """What a list says of issues whose state is none of `done`."""
    c = table_of(Issue).c
    query = select(
        c.id,
        c.resident_id,
        c.title_text,
        c.category,
        c.level,
        c.state,
        c.found_at,
        c.deadline,
        c.place,
        c.owner_name,
        c.source,
        c.created_by,
    ).where(c.deleted_at.is_(None), c.state.not_in(list(done)))
    return [dict(row) for row in db.execute(query).mappings()]


def issues_due_between(
    db: Connection, first: dt.date, last: dt.date, left_out: Collection[str]
) -> list[Mapping[str, Any]]:
    """`deadline` and `closed_at` of issues whose deadline lies on these days."""
    c = table_of(Issue).c
    query = select(c.deadline, c.closed_at).where(
        c.deleted_at.is_(None),
        c.state.not_in(list(left_out)),
        c.deadline >= midnight(first),
        c.deadline < midnight(last + dt.timedelta(days=1)),
    )
    return [dict(row) for row in db.execute(query).mappings()]


def disputes_in(db: Connection, states: Collection[str]) -> list[Values]:
    """Disputes in one of these states."""
    table = table_of(Dispute)
    query = select(table).where(
        table.c.deleted_at.is_(None), table.c.state.in_(list(states))
    )
    return [dict(row) for row in db.execute(query).mappings()]


def points_in_use(db: Connection, day: dt.date) -> list[Point]:
    """Patrol points that are not stopped, with the last look up to `day`."""
    point, stop, building = (
        table_of(model) for model in (PatrolPoint, PatrolStop, Building)
    )
    last = (
        select(stop.c.point_id, func.max(stop.c.at).label("last_at"))
        .where(stop.c.deleted_at.is_(None), stop.c.at < midnight(day + dt.timedelta(1)))
        .group_by(stop.c.point_id)
        .subquery()
    )
    query = (
        select(
            point.c.id,
            point.c.name,
            building.c.number,
            point.c.interval_days,
            point.c.created_at,
            last.c.last_at,
        )
        .outerjoin(last, last.c.point_id == point.c.id)
        .outerjoin(building, building.c.id == point.c.building_id)
        .where(
            point.c.deleted_at.is_(None),
            or_(point.c.stopped_on.is_(None), point.c.stopped_on > day),
        )
    )
    return [Point(*row) for row in db.execute(query)]


def last_visits(db: Connection) -> dict[UUID, dt.date]:
    """By resident, the day on which they were last seen at home or elsewhere."""
    c = table_of(Visit).c
    query = select(c.resident_id, func.max(c.started_at)).where(
        c.deleted_at.is_(None), c.resident_id.is_not(None), c.met_whom == "self"
    )
    rows = db.execute(query.group_by(c.resident_id))
    return {resident: at.astimezone().date() for resident, at in rows}


def stop_moments(
    db: Connection, first: dt.date, last: dt.date
) -> dict[UUID, list[dt.datetime]]:
    """By patrol point, when somebody looked at it on the days `first` to `last`."""
    c = table_of(PatrolStop).c
    query = select(c.point_id, c.at).where(
        c.deleted_at.is_(None),
        c.point_id.is_not(None),
        c.at >= midnight(first),
        c.at < midnight(last + dt.timedelta(days=1)),
    )
    found: dict[UUID, list[dt.datetime]] = {}
    for point, at in db.execute(query):
        found.setdefault(point, []).append(at)
    return found
