"""A round of visits: the people, in walking order, and what to know at each door."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, or_, select

from gridapp.language import tr
from gridapp.models import (
    Building,
    CarePlan,
    Contact,
    Dwelling,
    Grid,
    Household,
    Issue,
    Resident,
    ResidentTag,
    Visit,
)
from gridapp.models.issue_flow import DONE
from gridapp.models.record import Record, Values, table_of
from gridapp.store import records
from gridapp.work.owed import asked_on
from gridapp.work.plans import holds
from gridapp.work.record_parts import BATCH, batches, of_each

WalkPart = tuple[tuple[int, int, str], ...]
WalkKey = tuple[WalkPart, ...]


@dataclass(frozen=True)
class Place:
    """Where a resident is found: the door, or else the address that was written."""

    building: Values | None
    dwelling: Values | None
    address: str

    @property
    def words(self) -> str:
        """幸福里 3号楼2单元501."""
        if self.building is None or self.dwelling is None:
            return self.address
        number, unit = self.building["number"], self.dwelling["unit"] or ""
        number += tr("号楼") if number.isdigit() else ""
        unit += tr("单元") if unit.isdigit() else ""
        estate = self.building["estate"]
        return " ".join(filter(None, (estate, number + unit + self.dwelling["room"])))

    @property
    def walk_key(self) -> WalkKey:
        """Sorts places as one walks: estate, building, unit, floor, room."""
        house, home = self.building or {}, self.dwelling or {}
        return (
            natural(house.get("estate") or ""),
            natural(house.get("number") or ""),
            natural(home.get("unit") or ""),
            ((0, home.get("floor") or 0, ""),),
            natural(home.get("room") or ""),
        )


@dataclass(frozen=True)
class Stop:
    """One person on the round; records as the store gives them."""

    resident: Values
    grid: Values
    place: Place
    tags: tuple[str, ...]  # codes of resident_tag that hold
    plans: tuple[Values, ...]  # those that hold
    due: Mapping[UUID, dt.date]  # by plan, when its next contact is asked for
    contacts: tuple[Values, ...]  # in the order they are called
    last_visit: Values | None  # the newest at which somebody was met
    open_issues: tuple[Values, ...]  # oldest first


def natural(text: str) -> WalkPart:
    """A sort key that puts 3号楼 before 12号楼."""
    return tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part)
        for part in re.findall(r"\d+|\D+", text)
    )


def places(db: Connection, residents: Iterable[Values]) -> dict[UUID, Place]:
    """Where each of these residents is found, by the resident's id."""
    people = list(residents)
    homes = _by_id(db, Household, people, "household_id")
    rooms = _by_id(db, Dwelling, homes.values(), "dwelling_id")
    houses = _by_id(db, Building, rooms.values(), "building_id")
    found: dict[UUID, Place] = {}
    for person in people:
        room = rooms.get(homes.get(person["household_id"], {}).get("dwelling_id"))
        house = houses.get(room["building_id"]) if room else None
        found[person["id"]] = Place(house, room, person["current_address"] or "")
    return found


def walk(
    db: Connection, resident_ids: Iterable[UUID], day: dt.date
) -> tuple[int, Iterator[Stop]]:
    """How many stops there are, and the stops in walking order as of `day`.

    Those of many people are read a few hundred at a time, as they are asked for.
    """
    ids = list(dict.fromkeys(resident_ids))
    if len(ids) <= BATCH:
        found = stops(db, ids, day)
        return len(found), iter(found)
    ids = in_walking_order(db, ids)
    return len(ids), _along(db, ids, day)


def in_walking_order(db: Connection, ids: Iterable[UUID]) -> list[UUID]:
    """These people as one walks past their doors, each door's by their names."""
    keys: list[tuple[WalkKey, WalkPart, UUID]] = []
    for batch in batches(ids):
        people = records.by_id(db, Resident, batch)
        where = places(db, people.values())
        keys += [
            (where[key].walk_key, natural(person["name"]), key)
            for key, person in people.items()
        ]
    return [key for _, _, key in sorted(keys)]


def by_doors(db: Connection, model: type[Record], ids: Iterable[UUID]) -> list[UUID]:
    """These households, doors or buildings as one walks past them."""
    keys: list[tuple[WalkKey, UUID]] = []
    for batch in batches(ids):
        rows = records.by_id(db, model, batch)
        homes = rows.values() if model is Household else ()
        rooms = _by_id(db, Dwelling, homes, "dwelling_id")
        rooms |= rows if model is Dwelling else {}
        houses = _by_id(db, Building, rooms.values(), "building_id")
        houses |= rows if model is Building else {}
        for key, row in rows.items():
            room = rooms.get(row.get("dwelling_id", key))
            house = houses.get(room["building_id"] if room else key)
            keys.append((Place(house, room, "").walk_key, key))
    return [key for _, key in sorted(keys)]


def _along(db: Connection, ids: Iterable[UUID], day: dt.date) -> Iterator[Stop]:
    asked = asked_on(db, day)
    for batch in batches(ids):
        found = {one.resident["id"]: one for one in stops(db, batch, day, asked)}
        yield from map(found.__getitem__, batch)


def stops(
    db: Connection,
    resident_ids: Iterable[UUID],
    day: dt.date,
    asked: Mapping[UUID, dt.date] | None = None,
) -> list[Stop]:
    """The stops of these people in walking order, as of `day`.

    `asked` is what `asked_on` gives for everybody, when it is at hand.

    People who are not there (deleted) are left out. The number of queries does not
    grow with the number of people, but for one per 500.
    """
    people = records.by_id(db, Resident, resident_ids)
    where = places(db, people.values())
    grids = _by_id(db, Grid, people.values(), "grid_id")
    tags = of_each(db, ResidentTag, "resident_id", people)
    plans = of_each(db, CarePlan, "resident_id", people)
    contacts = of_each(db, Contact, "resident_id", people)
    issues = of_each(db, Issue, "resident_id", people)
    visits = _last_visits(db, people)
    only = next(iter(people)) if len(people) == 1 else None
    owed = asked or asked_on(db, day, only)
    found: list[Stop] = []
    for key, person in people.items():
        mine = [row for row in plans.get(key, ()) if holds(row, day)]
        tag_rows = [row for row in tags.get(key, ()) if holds(row, day)]
        open_issues = [row for row in issues.get(key, ()) if row["state"] not in DONE]
        found.append(
            Stop(
                resident=person,
                grid=grids[person["grid_id"]],
                place=where[key],
                tags=tuple(dict.fromkeys(row["tag"] for row in tag_rows)),
                plans=tuple(mine),
                due={row["id"]: owed[row["id"]] for row in mine if row["id"] in owed},
                contacts=tuple(contacts.get(key, ())),
                last_visit=visits.get(key),
                open_issues=tuple(open_issues),
            )
        )
    found.sort(key=lambda one: (one.place.walk_key, natural(one.resident["name"])))
    return found


def _by_id(
    db: Connection, model: type[Record], rows: Iterable[Values], name: str
) -> dict[Any, Values]:
    """The records that `rows` point to by field `name`, by id."""
    wanted = {row[name] for row in rows if row[name] is not None}
    return dict(records.by_id(db, model, wanted))


def _last_visits(db: Connection, people: Mapping[UUID, Values]) -> dict[UUID, Values]:
    """The newest visit of each person at which somebody was met."""
    c = table_of(Visit).c
    met = or_(c.met_whom.is_(None), c.met_whom != "nobody")
    found = newest_visits(db, people, 1, met)
    return {key: rows[0] for key, rows in found.items()}


def newest_visits(
    db: Connection, people: Iterable[UUID], count: int, *where: ColumnElement[bool]
) -> dict[UUID, list[Values]]:
    """The newest visits and calls of each person, at most `count`, newest first."""
    visit = table_of(Visit)
    newest = (visit.c.started_at.desc(), visit.c.id.desc())
    place = func.row_number().over(partition_by=visit.c.resident_id, order_by=newest)
    found: dict[UUID, list[Values]] = {}
    for batch in batches(people):
        ranked = select(visit.c.id, place.label("place")).where(
            visit.c.resident_id.in_(batch), visit.c.deleted_at.is_(None), *where
        )
        some = ranked.subquery()
        wanted = select(some.c.id).where(some.c.place <= count)
        for row in records.find(db, Visit, visit.c.id.in_(wanted), order=newest):
            found.setdefault(row["resident_id"], []).append(row)
    return found
