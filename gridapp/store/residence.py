"""Where people lived, read from the journal: each change of household or of door."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from gridapp.models import Building, Dwelling, Household, Resident
from gridapp.models.record import table_of
from gridapp.store import journal, records
from gridapp.store.history import authors
from gridapp.store.search_rows import door_text

_CAME_OR_WENT = text(
    'SELECT seq, at, "by", record_id, changes FROM journal_entry'
    " WHERE type = 'resident' AND action IN ('update', 'restore', 'delete')"
    " AND (changes LIKE :mine OR record_id IN"
    " (SELECT id FROM resident WHERE household_id = :home))"
    " ORDER BY seq DESC"
)


@dataclass(frozen=True)
class Change:
    """Somebody came into a household, or left it."""

    at: dt.datetime
    by: str  # who wrote it down, or empty
    resident_id: UUID
    name: str
    kind: str  # came, left, moved (out), back, died, away
    door: str  # the other door, where there is one


@dataclass(frozen=True)
class Stay:
    """A door somebody lived behind; `since` and `until` are when it was written."""

    door: str
    since: dt.datetime | None  # None: from the beginning of the file
    until: dt.datetime | None  # None: still


def doors(db: Connection, households: Iterable[UUID]) -> dict[UUID, str]:
    """The door of each household today, 3-2-501."""
    home, room, house = (table_of(one) for one in (Household, Dwelling, Building))
    wanted = list(set(households))
    query = (
        select(home.c.id, house.c.number, room.c.unit, room.c.room)
        .join(room, room.c.id == home.c.dwelling_id)
        .join(house, house.c.id == room.c.building_id)
        .where(home.c.id.in_(wanted))
    )
    return {row[0]: door_text(row[1], row[2], row[3]) for row in db.execute(query)}


def _dwelling_doors(db: Connection, dwellings: Iterable[UUID]) -> dict[UUID, str]:
    room, house = table_of(Dwelling), table_of(Building)
    query = (
        select(room.c.id, house.c.number, room.c.unit, room.c.room)
        .join(house, house.c.id == room.c.building_id)
        .where(room.c.id.in_(list(set(dwellings))))
    )
    return {row[0]: door_text(row[1], row[2], row[3]) for row in db.execute(query)}


def stays(db: Connection, resident_id: UUID) -> list[Stay]:
    """The doors somebody lived behind as far as the journal tells, newest first."""
    person = records.get(db, Resident, resident_id, deleted=True)
    if person is None:
        return []
    spans = _spans(db, "resident", resident_id, "household_id", person["household_id"])
    found: list[tuple[UUID | None, dt.datetime | None, dt.datetime | None]] = []
    for home_id, since, until in spans:
        home = records.get(db, Household, home_id, deleted=True) if home_id else None
        if home is None:
            found.append((None, since, until))
            continue
        rooms = _spans(db, "household", home["id"], "dwelling_id", home["dwelling_id"])
        found += _within(rooms, since, until)
    names = _dwelling_doors(db, (one for one, _, _ in found if one))
    result: list[Stay] = []
    for dwelling_id, since, until in found:
        door = names.get(dwelling_id, "") if dwelling_id else ""
        if result and result[-1].door == door:
            result[-1] = Stay(door, since, result[-1].until)
        elif door:
            result.append(Stay(door, since, until))
    return result


_Span = tuple[UUID | None, "dt.datetime | None", "dt.datetime | None"]


def _spans(
    db: Connection, type_: str, record_id: UUID, name: str, today: UUID | None
) -> list[_Span]:
    """What a reference pointed to from when to when, newest first."""
    found: list[_Span] = []
    until: dt.datetime | None = None
    value = today
    for row in reversed(journal.rows_of(db, type_, record_id)):
        change: tuple[Any, Any] | None = row.values.get(name)
        if row.action != "insert" and change is not None:
            found.append((value, row.at, until))
            value, until = change[0], row.at
    found.append((value, None, until))
    return found


def _within(
    spans: Iterable[_Span], since: dt.datetime | None, until: dt.datetime | None
) -> list[_Span]:
    found: list[_Span] = []
    for value, first, last in spans:
        begin = max((one for one in (first, since) if one), default=None)
        end = min((one for one in (last, until) if one), default=None)
        if begin is None or end is None or begin < end:
            found.append((value, begin, end))
    return found


def changes_of_household(db: Connection, household_id: UUID) -> list[Change]:
    """Who came into a household and who left it, newest first."""
    rows = db.execute(
        _CAME_OR_WENT,
        {"mine": f"%{household_id.hex}%", "home": household_id.hex},
    ).all()
    found: list[tuple[Any, str, UUID | None]] = []
    for row in rows:
        told = _told(journal.changes_of(_Named(row)), household_id)
        if told is not None:
            found.append((row, *told))
    people = records.labels(db, Resident, {UUID(row.record_id) for row, _, _ in found})
    names = authors(db, {UUID(row.by) for row, _, _ in found if row.by})
    where = doors(db, (home for _, _, home in found if home))
    return [
        Change(
            at=dt.datetime.fromisoformat(row.at),
            by=names.get(UUID(row.by), "") if row.by else "",
            resident_id=UUID(row.record_id),
            name=people.get(UUID(row.record_id), ""),
            kind=kind,
            door=where.get(home, "") if home else "",
        )
        for row, kind, home in found
    ]


class _Named:
    """A journal row of a resident, as `journal.changes_of` reads one."""

    type = "resident"

    def __init__(self, row: Any) -> None:
        self.changes = row.changes


def _told(
    changes: dict[str, tuple[Any, Any]], household_id: UUID
) -> tuple[str, UUID | None] | None:
    """What a change of a resident means for the household; None: nothing."""
    old, new = changes.get("household_id", (None, None))
    if new == household_id:
        return "came", old
    if old == household_id:
        return "left", new
    if changes.get("life_state", (None, None))[1] == "deceased":
        return "died", None
    if "presence" in changes:
        before, after = changes["presence"]
        if after in ("moved", "away"):
            return after, None
        if before in ("moved", "away"):
            return "back", None
    return None
