"""How the grids are doing, in numbers: one row of figures a grid, nobody's name.

The county is counted as a whole, one grouped statement a figure, and kept for a minute;
what somebody may see of it is chosen afterwards. Days are those of the server's clock.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from itertools import chain
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Select,
    and_,
    case,
    distinct,
    exists,
    false,
    func,
    literal,
    or_,
    select,
)

from gridapp.county.store import County
from gridapp.county.tables import IS_LAPTOP, device, device_scope
from gridapp.models import (
    CarePlan,
    Dispute,
    Grid,
    Household,
    Issue,
    Patrol,
    Resident,
    Visit,
)
from gridapp.models.care import BY_VOICE, IN_PERSON, NOT_REACHED, SETTLES
from gridapp.models.dispute_flow import MEDIATED
from gridapp.models.issue_flow import CLOSED, DONE
from gridapp.models.kinds import UtcTime, now
from gridapp.models.record import Record, table_of

KEPT_FOR = 60.0  # seconds
SILENT_DAYS = 7  # without a sync, after which a laptop is named


class Period(StrEnum):
    """What a page counts over."""

    MONTH = "month"
    LAST = "last"
    YEAR = "year"

    def days(self, today: dt.date) -> tuple[dt.date, dt.date]:
        """The first day, and the day after the last."""
        first = today.replace(day=1)
        after = (first + dt.timedelta(days=31)).replace(day=1)
        if self is Period.LAST:
            return (first - dt.timedelta(days=1)).replace(day=1), first
        return (today.replace(month=1, day=1) if self is Period.YEAR else first), after


@dataclass(frozen=True)
class Place:
    """A grid that is open, and where it lies."""

    id: UUID
    code: str
    name: str
    town: str
    community: str


@dataclass(frozen=True)
class Figures:
    """The numbers of a grid, or of several together."""

    households: int = 0
    residents: int = 0
    owed: int = 0  # people with a care plan in force
    overdue: int = 0  # of them, whom a plan's interval has run out for
    visits: int = 0  # in the period, that reached somebody
    calls: int = 0
    patrols: int = 0
    issues_open: int = 0  # now
    issues_late: int = 0  # of them, past their deadline
    issues_closed: int = 0  # in the period
    days_to_close: tuple[float, ...] = ()  # of those
    disputes_open: int = 0  # now
    disputes_taken: int = 0  # in the period; the two below are of these
    settled: int = 0
    failed: int = 0
    silent: int = 0  # laptops that did not sync for SILENT_DAYS
    synced_at: dt.datetime | None = None  # the last sync of any laptop of it

    @property
    def days(self) -> float | None:
        """The median number of days that a problem took."""
        return round(median(self.days_to_close), 1) if self.days_to_close else None

    @property
    def success(self) -> int | None:
        """Per cent of mediations that ended which succeeded."""
        ended = self.settled + self.failed
        return round(100 * self.settled / ended) if ended else None

    @property
    def need(self) -> int:
        """How much of it waits for somebody: what pages put first."""
        return self.overdue + self.issues_late + self.silent


@dataclass(frozen=True)
class Counted:
    """The whole county's figures at a moment."""

    at: dt.datetime
    grids: Mapping[UUID, tuple[Place, Figures]]

    def seen_by(self, grids: Collection[UUID]) -> list[tuple[Place, Figures]]:
        """Those of these grids, by code."""
        found = [self.grids[one] for one in grids if one in self.grids]
        return sorted(found, key=lambda one: one[0].code)


def together(some: Iterable[Figures]) -> Figures:
    """The sums; times are the latest."""
    found = list(some)
    values: dict[str, Any] = {
        one.name: sum(getattr(figures, one.name) for figures in found)
        for one in fields(Figures)
        if one.default == 0
    }
    values["days_to_close"] = tuple(chain(*(one.days_to_close for one in found)))
    values["synced_at"] = max((x.synced_at for x in found if x.synced_at), default=None)
    return Figures(**values)


class Kept:
    """Counts when it is asked, and not again for a minute.

    `of` is called by one thread at a time, which the caller sees to: somebody who comes
    meanwhile waits outside and finds the answer here.
    """

    def __init__(self, county: County) -> None:
        self._county = county
        self._lock = threading.Lock()
        self._found: dict[Period, tuple[float, Counted]] = {}

    def of(self, period: Period) -> Counted:
        """The figures of all grids in that period."""
        with self._lock:
            known = self._found.get(period)
            if known is None or time.monotonic() - known[0] > KEPT_FOR:
                with self._county.reading() as db:
                    known = time.monotonic(), count(db, period, now())
                self._found[period] = known
            return known[1]


def count(db: Connection, period: Period, moment: dt.datetime) -> Counted:
    """Count every grid that is open, as seen at `moment`."""
    today = moment.astimezone().date()
    first, after = (_midnight(day) for day in period.days(today))
    found: dict[UUID, dict[str, Any]] = {}
    parts = (
        _people(db),
        _owed(db, today),
        _contacts(db, first, after),
        _issues(db, first, after, moment),
        _disputes(db, *period.days(today)),
        _laptops(db, moment),
    )
    for rows in parts:
        for grid_id, values in rows:
            found.setdefault(grid_id, {}).update(values)
    places = _places(db)
    return Counted(
        moment,
        {one.id: (one, Figures(**found.get(one.id, {}))) for one in places},
    )


Rows = list[tuple[UUID, dict[str, Any]]]


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time()).astimezone(dt.UTC)


def _places(db: Connection) -> list[Place]:
    c = table_of(Grid).c
    query = select(c.id, c.code, c.name, c.street, c.community)
    return [
        Place(row.id, row.code, row.name, row.street or "", row.community or "")
        for row in db.execute(query.where(c.deleted_at.is_(None)))
    ]


def _grouped(
    db: Connection, model: type[Record], query: Select[Any] | None = None, **sums: Any
) -> Rows:
    """By grid, those sums over the records of a type outside the recycle bin."""
    table = table_of(model)
    columns = [one.label(name) for name, one in sums.items()]
    # Not by the bare column: SQLite would walk its index and fetch each row by itself,
    # which for all rows of a county takes several times as long as reading the table.
    grid = func.coalesce(table.c.grid_id, table.c.grid_id)
    picked = (query if query is not None else select()).add_columns(
        grid.label("grid_id"), *columns
    )
    picked = picked.where(table.c.deleted_at.is_(None)).group_by(grid)
    return [
        (row["grid_id"], {name: int(row[name] or 0) for name in sums})
        for row in db.execute(picked).mappings()
    ]


def _many(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.sum(case((condition, 1), else_=0))


def _lives_here() -> ColumnElement[bool]:
    c = table_of(Resident).c
    return and_(
        c.deleted_at.is_(None),
        func.coalesce(c.life_state, "living") != "deceased",
        func.coalesce(c.presence, "here") != "moved",
    )


def _people(db: Connection) -> Rows:
    stays = table_of(Household).c.moved_out_on.is_(None)
    return [
        *_grouped(db, Household, households=_many(stays)),
        *_grouped(db, Resident, residents=_many(_lives_here())),
    ]


def _owed(db: Connection, today: dt.date) -> Rows:
    """People who have a plan, and those whom its interval has run out for."""
    c, resident = table_of(CarePlan).c, table_of(Resident)
    lasts = or_(c.until.is_(None), c.until > today)
    holds = and_(c.deleted_at.is_(None), c.since <= today, lasts)
    every = db.scalars(select(c.interval_days).where(holds).distinct()).all()
    query = select().select_from(
        table_of(CarePlan).join(resident, resident.c.id == c.resident_id)
    )
    query = query.where(holds, _lives_here())
    late = case((_run_out(every, today), c.resident_id))
    return _grouped(
        db,
        CarePlan,
        query,
        owed=func.count(distinct(c.resident_id)),
        overdue=func.count(distinct(late)),
    )


def _run_out(every: Collection[int], today: dt.date) -> ColumnElement[bool]:
    """Whether the next contact of a plan was due before today: an interval after the
    last one that settles it, or after the plan began when there was none."""
    if not every:
        return false()
    c, visit = table_of(CarePlan).c, table_of(Visit).c
    days = {one: today - dt.timedelta(days=one) for one in every}
    begun = case(
        *((c.interval_days == one, literal(day, Date())) for one, day in days.items())
    )
    from_then = case(
        *(
            (c.interval_days == one, literal(_midnight(day), UtcTime()))
            for one, day in days.items()
        )
    )
    settles = or_(
        *(and_(c.way == way, visit.mode.in_(modes)) for way, modes in SETTLES.items())
    )
    met = and_(visit.resident_id == c.resident_id, _reached(), settles)
    lately = exists().where(met, visit.started_at >= from_then)
    ever = exists().where(met)
    return and_(~lately, or_(c.since < begun, and_(c.since < today, ever)))


def _reached() -> ColumnElement[bool]:
    c = table_of(Visit).c
    return and_(
        c.deleted_at.is_(None),
        func.coalesce(c.met_whom, "") != "nobody",
        func.coalesce(c.call_result, "").not_in(NOT_REACHED),
    )


def _contacts(db: Connection, first: dt.datetime, after: dt.datetime) -> Rows:
    visit, patrol = table_of(Visit).c, table_of(Patrol).c
    then = and_(visit.started_at >= first, visit.started_at < after)
    round_then = and_(patrol.started_at >= first, patrol.started_at < after)
    return [
        *_grouped(
            db,
            Visit,
            select().where(then, _reached()),
            visits=_many(visit.mode.in_(IN_PERSON)),
            calls=_many(visit.mode.in_(BY_VOICE)),
        ),
        *_grouped(db, Patrol, select().where(round_then), patrols=func.count()),
    ]


def _issues(
    db: Connection, first: dt.datetime, after: dt.datetime, moment: dt.datetime
) -> Rows:
    c = table_of(Issue).c
    is_open = c.state.not_in(DONE | {"draft"})
    late = and_(is_open, c.deadline < moment)
    closed = and_(
        c.state.in_(CLOSED | {"rated"}), c.closed_at >= first, c.closed_at < after
    )
    rows = _grouped(db, Issue, issues_open=_many(is_open), issues_late=_many(late))
    took: dict[UUID, list[float]] = {}
    query = select(c.grid_id, c.found_at, c.closed_at)
    for row in db.execute(query.where(c.deleted_at.is_(None), closed)):
        days = (row.closed_at - row.found_at) / dt.timedelta(days=1)
        took.setdefault(row.grid_id, []).append(max(0.0, days))
    rows += [
        (grid_id, {"issues_closed": len(days), "days_to_close": tuple(days)})
        for grid_id, days in took.items()
    ]
    return rows


def _disputes(db: Connection, first: dt.date, after: dt.date) -> Rows:
    c = table_of(Dispute).c
    began = func.coalesce(c.accepted_on, c.happened_on)
    then = and_(began >= first, began < after)
    return _grouped(
        db,
        Dispute,
        disputes_open=_many(c.state.in_(MEDIATED)),
        disputes_taken=_many(then),
        settled=_many(and_(then, c.succeeded.is_(True))),
        failed=_many(and_(then, c.succeeded.is_(False))),
    )


def _laptops(db: Connection, moment: dt.datetime) -> Rows:
    """Laptops that were given a grid itself, not those that see it with an area."""
    quiet = device.c.seen_at < moment - dt.timedelta(days=SILENT_DAYS)
    query = (
        select(
            device_scope.c.grid_id,
            _many(quiet).label("silent"),
            func.max(device.c.seen_at).label("synced_at"),
        )
        .join(device, device.c.id == device_scope.c.device_id)
        .where(
            IS_LAPTOP,
            device.c.revoked_at.is_(None),
            device.c.lock_asked_at.is_(None),
            device_scope.c.left_at.is_(None),
            ~device_scope.c.by_area,
        )
        .group_by(device_scope.c.grid_id)
    )
    return [
        (row.grid_id, {"silent": int(row.silent), "synced_at": row.synced_at})
        for row in db.execute(query)
    ]
