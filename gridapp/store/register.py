"""Everybody in a few columns each, as a list of residents wants them.

A list of a hundred thousand is read in a second and kept in 40 MB, because nothing is
made of a row but what the list shows.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from gridapp.models.ids import id_of
from gridapp.store.database import driver
from gridapp.store.search_rows import door_text

_PEOPLE = (
    "SELECT unhex(r.id), unhex(r.household_id), r.name, r.sex, r.born_on,"
    " r.resident_kind, r.presence, r.life_state, coalesce(r.id_number, '') <> ''"
    " FROM resident r"
)
_IN_ORDER = " ORDER BY r.name, r.id"
_DOORS = (
    "SELECT unhex(h.id), b.number, d.unit, d.room FROM building b"
    " CROSS JOIN dwelling d ON d.building_id = b.id"
    " CROSS JOIN household h ON h.dwelling_id = d.id"
)
_FEW_DOORS = 100  # of a beginning: a screen shows a dozen people
T = TypeVar("T")
Way = Callable[[str], Any]  # what a door is sorted by along a walk


@dataclass(frozen=True, slots=True)
class Entry:
    """A resident who is not in the recycle bin; `door` is as people read it or ""."""

    id: UUID
    door: str
    name: str
    sex: str | None
    born_on: str | None
    kind: str | None  # code of resident_kind
    presence: str | None
    life_state: str | None
    has_id: bool


def many(db: Connection, more_than: int) -> bool:
    """Whether there are more residents than that, the recycle bin counted in."""
    query = "SELECT count(*) > ? FROM resident"
    return bool(driver(db).execute(query, (more_than,)).fetchone()[0])


def everybody(
    db: Connection, way: Way, make: Callable[[Entry], T], order: Callable[[T], Any]
) -> list[T]:
    """What `make` makes of each resident, by their doors along a walk, behind one door
    in that order. (SQLite's own sorting would take the room of the list once more.)"""
    doors = _doors(driver(db).execute(_DOORS))
    ranks = {door: rank for rank, door in enumerate(sorted({*doors.values()}, key=way))}
    query = f"{_PEOPLE} WHERE r.deleted_at IS NULL"
    made: list[T] = []
    at = array("I")  # the door of each: 0 is none
    ends = array("I", bytes(4 * (len(ranks) + 1)))
    for key, home, *rest in driver(db).execute(query):
        door = doors.get(home, "")
        at.append(ranks[door] + 1 if door else 0)
        ends[at[-1]] += 1
        made.append(make(Entry(id_of(key), door, *rest)))
    del doors, ranks
    return _by_door(made, at, array("I", accumulate(ends)), order)


def _by_door(
    made: list[T], at: array[int], ends: array[int], order: Callable[[T], Any]
) -> list[T]:
    """The same in the order of their doors; `ends` is where each door's people end."""
    found, free = made.copy(), array("I", ends)
    for one, door in zip(made, at, strict=True):
        free[door] -= 1
        found[free[door]] = one
    for first, end in zip(free, ends, strict=True):
        if end - first > 1:
            found[first:end] = sorted(found[first:end], key=order)
    return found


def beginning(db: Connection, way: Way, most: int) -> list[Entry]:
    """The first of `everybody`, at most `most`, found without reading the others.

    Those without a door come first; then the doors of the first buildings.
    """
    query = f"{_PEOPLE} WHERE r.household_id IS NULL AND r.deleted_at IS NULL"
    ask = driver(db).execute(f"{query}{_IN_ORDER} LIMIT ?", (most,))
    found = [Entry(id_of(key), "", *rest) for key, _, *rest in ask]
    if len(found) < most:
        found += _behind_first_doors(db, way)
    return found[:most]


def _behind_first_doors(db: Connection, way: Way) -> list[Entry]:
    houses = dict[str, str](driver(db).execute("SELECT id, number FROM building"))
    doors: dict[bytes, str] = {}
    for key in sorted(houses, key=lambda one: way(door_text(houses[one], None, "0"))):
        doors |= _doors(driver(db).execute(f"{_DOORS} WHERE b.id = ?", (key,)))
        if len(doors) >= _FEW_DOORS:
            break
    homes = [one.hex() for one in list(doors)[: _FEW_DOORS * 4]]
    marks = ",".join("?" * len(homes))
    query = f"{_PEOPLE} WHERE r.household_id IN ({marks}) AND r.deleted_at IS NULL"
    ask = driver(db).execute(f"{query}{_IN_ORDER}", homes)
    found = [Entry(id_of(key), doors[home], *rest) for key, home, *rest in ask]
    return sorted(found, key=lambda one: way(one.door))


def _doors(rows: Iterable[Sequence[Any]]) -> dict[bytes, str]:
    return {home: door_text(*door) for home, *door in rows}
