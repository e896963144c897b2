"""Who was reached when, and who was not: visits and calls as the work list needs them.

A few statements answer for any number of people.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    String,
    and_,
    func,
    not_,
    or_,
    select,
    type_coerce,
)

from gridapp.models import Visit
from gridapp.models.care import NOT_REACHED
from gridapp.models.record import table_of

# Reasons that say where somebody is: nobody need be looked for.
KNOWN_REASONS = ("refused", "hospital", "travelling", "moved", "died")
REMEMBERED = dt.timedelta(days=60)  # how long an attempt that missed is still followed


@dataclass(frozen=True)
class Meeting:
    """The last visit or call of one mode that reached, or did not reach, a person.

    Ids are hex digits, as SQLite keeps them: there are thousands, and few are needed.
    """

    visit: str
    mode: str
    reached: bool
    at: dt.datetime
    next_on: dt.date | None
    plan: str | None


@dataclass(frozen=True)
class Miss:
    """An attempt that reached nobody."""

    at: dt.datetime
    mode: str
    disposal: tuple[str, ...] = ()  # codes: what was done then


def midnight(day: dt.date) -> dt.datetime:
    """The moment a local day begins."""
    return dt.datetime.combine(day, dt.time()).astimezone(dt.UTC)


def _missed(visit: FromClause) -> ColumnElement[bool]:
    """Whether a visit or call reached nobody."""
    return or_(
        func.coalesce(visit.c.met_whom, "") == "nobody",
        func.coalesce(visit.c.call_result, "").in_(NOT_REACHED),
    )


def _lost(visit: FromClause) -> ColumnElement[bool]:
    """Whether an attempt left open where somebody is."""
    reason = func.coalesce(visit.c.not_met_reason, "")
    return and_(_missed(visit), reason.not_in(KNOWN_REASONS))


def last_meetings(
    db: Connection, day: dt.date, resident_id: UUID | None = None
) -> dict[UUID, list[Meeting]]:
    """By resident, the last visit or call of each mode and outcome up to `day`.

    SQLite takes the other columns of a group from the row that holds its max().
    """
    visit = table_of(Visit)
    missed = _missed(visit).label("missed")
    query = (
        select(
            type_coerce(visit.c.resident_id, String()),
            type_coerce(visit.c.id, String()),
            visit.c.mode,
            missed,
            func.max(visit.c.started_at).label("at"),
            visit.c.next_on,
            type_coerce(visit.c.plan_id, String()),
        )
        .where(
            visit.c.deleted_at.is_(None),
            visit.c.resident_id.is_not(None),
            visit.c.started_at < midnight(day + dt.timedelta(days=1)),
        )
        .group_by(visit.c.resident_id, visit.c.mode, missed)
    )
    if resident_id is not None:
        query = query.where(visit.c.resident_id == resident_id)
    found: dict[str, list[Meeting]] = {}
    for person, one, mode, failed, at, next_on, plan in db.execute(query).all():
        meeting = Meeting(one, mode, not failed, at, next_on, plan)
        found.setdefault(person, []).append(meeting)
    return {UUID(person): meetings for person, meetings in found.items()}


def misses(
    db: Connection, until: dt.datetime, resident_id: UUID | None = None
) -> dict[UUID, list[Miss]]:
    """By resident, the attempts before `until` since one knew how they are.

    Oldest first; people of whom the last attempt told something are left out: they
    were reached, or refused, or are in hospital. A text message is no attempt: that it
    was read is not known.
    """
    visit = table_of(Visit)
    other = visit.alias("other")
    known = (
        select(func.max(other.c.started_at))
        .where(
            other.c.resident_id == visit.c.resident_id,
            other.c.deleted_at.is_(None),
            other.c.mode != "message",
            other.c.started_at < until,
            not_(_lost(other)),
        )
        .scalar_subquery()
    )
    query = (
        select(visit.c.resident_id, visit.c.started_at, visit.c.mode, visit.c.disposal)
        .where(
            visit.c.deleted_at.is_(None),
            visit.c.resident_id.is_not(None),
            visit.c.mode != "message",
            visit.c.started_at < until,
            visit.c.started_at >= until - REMEMBERED,
            _lost(visit),
            or_(known.is_(None), visit.c.started_at > known),
        )
        .order_by(visit.c.started_at, visit.c.id)
    )
    if resident_id is not None:
        query = query.where(visit.c.resident_id == resident_id)
    found: dict[UUID, list[Miss]] = {}
    for person, at, mode, disposal in db.execute(query):
        found.setdefault(person, []).append(Miss(at, mode, disposal or ()))
    return found


def reached_between(
    db: Connection, first: dt.date, last: dt.date
) -> dict[UUID, set[str]]:
    """By resident, the modes that reached them on the days `first` to `last`."""
    visit = table_of(Visit)
    query = (
        select(visit.c.resident_id, visit.c.mode)
        .where(
            visit.c.deleted_at.is_(None),
            visit.c.resident_id.is_not(None),
            visit.c.started_at >= midnight(first),
            visit.c.started_at < midnight(last + dt.timedelta(days=1)),
            not_(_missed(visit)),
        )
        .distinct()
    )
    found: dict[UUID, set[str]] = {}
    for person, mode in db.execute(query):
        found.setdefault(person, set()).add(mode)
    return found


def visits_between(db: Connection, first: dt.date, last: dt.date) -> dict[UUID, int]:
    """By resident, how many visits and calls reached them on the days `first` to
    `last`."""
    visit = table_of(Visit)
    query = (
        select(visit.c.resident_id, func.count())
        .where(
            visit.c.deleted_at.is_(None),
            visit.c.resident_id.is_not(None),
            visit.c.started_at >= midnight(first),
            visit.c.started_at < midnight(last + dt.timedelta(days=1)),
            not_(_missed(visit)),
        )
        .group_by(visit.c.resident_id)
    )
    return {person: count for person, count in db.execute(query)}
