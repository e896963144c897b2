"""What may be printed, counted from the records before anything is: who is due today
and this week, behind which doors, in whose grid, and the newest records of a type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.models import Building, Grid, Resident, Worker
from gridapp.models.record import Record, table_of
from gridapp.store import records
from gridapp.work import print_choice, today
from gridapp.work.buildings import names_along
from gridapp.work.due import short_date
from gridapp.work.visit_round import places

RECENT = 40  # records offered of a type


@dataclass(frozen=True)
class Batch:
    """Records that are printed together, under the words that name them."""

    words: str
    ids: tuple[UUID, ...]


@dataclass(frozen=True)
class Rounds:
    """Whom a sheet about people can be printed for."""

    today: tuple[UUID, ...]  # owed by today
    week: tuple[UUID, ...]  # owed by Sunday
    buildings: tuple[Batch, ...]  # who has a plan there, due or not
    grids: tuple[Batch, ...]  # owed by Sunday, by grid; none where there is but one


def rounds(db: Connection, kind: str, day: dt.date) -> Rounds:
    """Who is owed a visit or a call (`kind`), as seen on `day`."""
    sunday = print_choice.week_of(day)[1]
    rows = today.due(db, day, horizon=(sunday - day).days)
    owed = [row for row in rows if row.kind == kind and row.resident_id]
    week = _once(row.resident_id for row in owed)
    return Rounds(
        today=_once(row.resident_id for row in owed if row.due <= day),
        week=week,
        buildings=_by_building(db, print_choice.people_planned(db, kind, day)),
        grids=_by_grid(db, week),
    )


def buildings(db: Connection) -> tuple[Batch, ...]:
    """Every building by itself, in walking order."""
    rows = records.find(db, Building)
    return tuple(Batch(words, (one,)) for one, words in names_along(rows).items())


def recent(db: Connection, model: type[Record], day: dt.date) -> tuple[Batch, ...]:
    """The newest records of a type, each by itself."""
    rows = records.filtered(
        db, model, {}, order="created_at", descending=True, limit=RECENT
    )
    names = records.labels(db, model, [row["id"] for row in rows])
    people = records.labels(
        db, Resident, {row["resident_id"] for row in rows if row.get("resident_id")}
    )
    found: list[Batch] = []
    for row in rows:
        moment = row.get(model.shown_by)
        dated = isinstance(moment, dt.datetime)
        on = moment if isinstance(moment, dt.datetime) else row["created_at"]
        person: UUID | None = row.get("resident_id")
        who = names[row["id"]]
        if dated:
            who = people.get(person, "") if person else ""
        words = f"{short_date(on.astimezone().date(), day)} {who}".strip()
        found.append(Batch(words, (row["id"],)))
    return tuple(found)


def _once(ids: Iterable[UUID | None]) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(one for one in ids if one is not None))


def _by_building(db: Connection, people: Sequence[UUID]) -> tuple[Batch, ...]:
    homes: dict[UUID, list[UUID]] = {}
    houses: dict[UUID, Mapping[str, Any]] = {}
    where = places(db, records.by_id(db, Resident, people).values())
    for person in people:
        house = where[person].building if person in where else None
        if house is not None:
            houses[house["id"]] = house
            homes.setdefault(house["id"], []).append(person)
    return tuple(
        Batch(
            tr("{name}：{count} 人", name=words, count=len(homes[one])),
            tuple(homes[one]),
        )
        for one, words in names_along(houses.values()).items()
    )


def _by_grid(db: Connection, people: Sequence[UUID]) -> tuple[Batch, ...]:
    grids = {row["id"]: row["name"] for row in records.find(db, Grid)}
    if len(grids) < 2:
        return ()
    c = table_of(Worker).c
    names: dict[UUID, list[str]] = {}
    for row in records.find(db, Worker, c.role == "worker"):
        names.setdefault(row["grid_id"], []).append(row["name"])
    mine: dict[UUID, list[UUID]] = {one: [] for one in grids}
    rows = records.by_id(db, Resident, people)
    for person in people:
        if person in rows:
            mine.setdefault(rows[person]["grid_id"], []).append(person)
    return tuple(
        Batch(
            tr(
                "{grid}：{count} 人",
                grid=" ".join([grids[one], *names.get(one, [])]),
                count=len(ids),
            ),
            tuple(ids),
        )
        for one, ids in mine.items()
        if one in grids
    )
