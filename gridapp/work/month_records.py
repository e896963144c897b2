"""The records of a grid's month, by building and by person.

Everything that `month_ledger` counts is read here once. People count as of now: who
has moved out or died since stands in no column.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.models import Building, Grid, Issue, Resident, Visit, identity
from gridapp.models.codes import table as code_table
from gridapp.models.record import Record, Values, table_of
from gridapp.store import agenda, meetings, records
from gridapp.store.agenda import Owed, Person
from gridapp.store.meetings import KNOWN_REASONS, NOT_REACHED, midnight
from gridapp.work.buildings import names_along
from gridapp.work.due import door_of, local_day, walk_key
from gridapp.work.print_choice import month_of
from gridapp.work.today import owed_in_month
from gridapp.work.visit_round import Place, places
from gridapp.work.ways import AT_HOME, BY_VOICE, IN_PERSON, WAYS, every_words


@dataclass(frozen=True)
class Figure:
    """One number of the month."""

    name: str
    count: int
    how: str  # how it is counted
    of: int | None = None  # out of how many
    unit: str = ""

    @property
    def words(self) -> str:
        """12; 12 / 15（80.0%）; 36 小时."""
        if self.of is None:
            return f"{self.count:,}{self.unit}"
        if not self.of:
            return tr("没有")
        share = f"{self.count / self.of:.1%}"
        return tr(
            "{count:,} / {of:,}（{share}）", count=self.count, of=self.of, share=share
        )


@dataclass(frozen=True)
class Section:
    """Numbers that stand together."""

    title: str
    figures: tuple[Figure, ...]


BUILDING_HEADINGS = (
    tr("楼栋"),
    tr("户"),
    tr("人"),
    tr("应联系"),
    tr("已联系"),
    tr("入户"),
    tr("电话"),
    tr("发现问题"),
    tr("办结"),
)


@dataclass(frozen=True)
class BuildingLine:
    """One building's month; the last line is of people without a door on record."""

    name: str
    homes: int  # households that live there
    people: int
    owed: int  # people who are owed a contact this month
    seen: int  # of these, reached in a way that settles it
    visits: int  # in person, that reached somebody
    calls: int  # that reached somebody
    found: int  # issues
    closed: int

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the counts in the order of the table."""
        return (
            self.homes,
            self.people,
            self.owed,
            self.seen,
            self.visits,
            self.calls,
            self.found,
            self.closed,
        )


@dataclass(frozen=True)
class PersonLine:
    """One person with a plan: when they were reached this month."""

    id: UUID
    name: str
    age: int | None
    door: str
    tags: tuple[str, ...]  # in words
    plan: str
    visited: tuple[dt.date, ...]
    called: tuple[dt.date, ...]
    missed: int  # attempts that reached nobody
    owed: bool  # a contact falls into this month
    seen: bool  # and was made


@dataclass(frozen=True)
class Month:
    """The records of a grid's month; what every number is counted from."""

    grid: Values
    first: dt.date
    last: dt.date
    until: dt.date  # the day up to which is counted
    residents: tuple[Values, ...]  # of the grid, also those who left
    living: frozenset[UUID]
    visits: tuple[Values, ...]  # and calls, oldest first
    issues: tuple[Values, ...]  # every one of the grid
    places: Mapping[UUID, Place]  # of those who live here
    plans: tuple[Owed, ...]  # on the day
    owed: Mapping[UUID, set[str]]  # by resident, the modes that settle it
    reached: Mapping[UUID, set[str]]  # by resident, the modes that reached them

    def holds(self, moment: dt.datetime | None) -> bool:
        """Whether a moment lies in the part of the month that is counted."""
        return moment is not None and self.first <= local_day(moment) <= self.until

    def has(self, day: dt.date | None) -> bool:
        """Whether a day lies in the part of the month that is counted."""
        return day is not None and self.first <= day <= self.until

    def seen(self, resident: UUID) -> bool:
        """Whether somebody who was owed a contact was reached so that it settles it."""
        return bool(self.reached.get(resident, set()) & self.owed.get(resident, set()))

    def of_grid(
        self, db: Connection, model: type[Record], name: str
    ) -> tuple[Values, ...]:
        """Records of the grid whose time `name` lies in what is counted."""
        c = table_of(model).c
        return tuple(
            records.find(
                db,
                model,
                c.grid_id == self.grid["id"],
                c[name] >= midnight(self.first),
                c[name] < midnight(self.until + dt.timedelta(days=1)),
                order=(c[name], c.id),
            )
        )


def missed(visit: Values) -> bool:
    """Whether a visit or call reached nobody."""
    return visit["met_whom"] == "nobody" or visit["call_result"] in NOT_REACHED


def lost(visit: Values) -> bool:
    """Whether an attempt left open where somebody is."""
    return missed(visit) and visit["not_met_reason"] not in KNOWN_REASONS


def read_month(
    db: Connection, grid_id: UUID, day: dt.date, today: dt.date
) -> Month | None:
    """The month of `day` of a grid, counted up to today; None when there is no grid."""
    grid = records.get(db, Grid, grid_id)
    if grid is None:
        return None
    first, last = month_of(day)
    until = max(first, min(last, today))
    residents = records.filtered(db, Resident, {"grid_id": grid_id})
    here = agenda.living_here(db)
    living = frozenset(row["id"] for row in residents if row["id"] in here)
    plans = [
        one for one in agenda.plans_on(db, until) if one.person.resident_id in living
    ]
    owed = owed_in_month(db, plans, first, last)
    c = table_of(Visit).c
    visits = records.find(
        db,
        Visit,
        c.grid_id == grid_id,
        c.started_at >= midnight(first),
        c.started_at < midnight(until + dt.timedelta(days=1)),
        order=(c.started_at, c.id),
    )
    return Month(
        grid=grid,
        first=first,
        last=last,
        until=until,
        residents=tuple(residents),
        living=living,
        visits=tuple(visits),
        issues=tuple(records.filtered(db, Issue, {"grid_id": grid_id})),
        places=places(db, (row for row in residents if row["id"] in living)),
        plans=tuple(plans),
        owed=owed,
        reached=meetings.reached_between(db, first, until),
    )


def by_building(db: Connection, month: Month) -> list[BuildingLine]:
    """The month of each building in walking order."""
    homes: dict[UUID | None, set[UUID]] = {}
    people: Counter[UUID | None] = Counter()
    where: dict[UUID, UUID | None] = {}
    for row in month.residents:
        if row["id"] not in month.living:
            continue
        house = month.places[row["id"]].building
        key = house["id"] if house else None
        where[row["id"]] = key
        people[key] += 1
        if row["household_id"]:
            homes.setdefault(key, set()).add(row["household_id"])
    owed = Counter(where[one] for one in month.owed)
    seen = Counter(where[one] for one in month.owed if month.seen(one))
    visits: Counter[UUID | None] = Counter()
    calls: Counter[UUID | None] = Counter()
    for one in month.visits:
        if one["resident_id"] in where and not missed(one):
            key = where[one["resident_id"]]
            visits[key] += one["mode"] in IN_PERSON
            calls[key] += one["mode"] in BY_VOICE
    found: Counter[UUID | None] = Counter()
    closed: Counter[UUID | None] = Counter()
    for one in month.issues:
        key = one["building_id"] or where.get(one["resident_id"])
        found[key] += month.holds(one["found_at"])
        closed[key] += month.holds(one["closed_at"])
    rows = records.filtered(db, Building, {"grid_id": month.grid["id"]})
    names: dict[UUID | None, str] = {**names_along(rows)}
    if people[None] or found[None]:
        names[None] = tr("没有门牌的")
    return [
        BuildingLine(
            name,
            len(homes.get(key, ())),
            people[key],
            owed[key],
            seen[key],
            visits[key],
            calls[key],
            found[key],
            closed[key],
        )
        for key, name in names.items()
    ]


def by_person(db: Connection, month: Month) -> list[PersonLine]:
    """Everybody with a plan, in walking order, with the days they were reached."""
    tags = agenda.tags_on(db, month.until)
    plans: dict[UUID, list[Owed]] = {}
    for one in month.plans:
        plans.setdefault(one.person.resident_id, []).append(one)
    visited: dict[UUID, list[dt.date]] = {}
    called: dict[UUID, list[dt.date]] = {}
    failed: Counter[UUID] = Counter()
    for one in month.visits:
        if missed(one):
            failed[one["resident_id"]] += 1
        elif one["mode"] in IN_PERSON:
            visited.setdefault(one["resident_id"], []).append(
                local_day(one["started_at"])
            )
        elif one["mode"] in BY_VOICE:
            called.setdefault(one["resident_id"], []).append(
                local_day(one["started_at"])
            )
    name = code_table("resident_tag").name
    lines = [
        PersonLine(
            id=key,
            name=some[0].person.name,
            age=identity.age_on(some[0].person.born_on, month.until),
            door=_door(some[0].person, month),
            tags=tuple(name(tag) for tag in tags.get(key, ())),
            plan=tr("、").join(map(_plan, some)),
            visited=tuple(visited.get(key, ())),
            called=tuple(called.get(key, ())),
            missed=failed[key],
            owed=key in month.owed,
            seen=month.seen(key),
        )
        for key, some in plans.items()
    ]
    return sorted(lines, key=lambda one: (walk_key(one.door), one.name))


def _door(person: Person, month: Month) -> str:
    return door_of(person) or month.places[person.resident_id].address


def _plan(plan: Owed) -> str:
    """每周入户."""
    return every_words(plan.interval_days) + WAYS[plan.way].words


def at_home(visit: Values) -> bool:
    """Whether a visit was made at the door or behind it."""
    return visit["mode"] in AT_HOME
