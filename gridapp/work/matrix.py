"""How the doors of a building stand on a page: floors down, units and doors across.

Every door has its place. What cannot be placed by floor and unit (a single house, a
door in words, a second record of one door) stands in rows of its own below.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gridapp.language import tr
from gridapp.store.search_rows import door_text
from gridapp.store.search_words import door_of
from gridapp.work.buildings import Block, Door
from gridapp.work.visit_round import natural

FEW = 0.5  # with a smaller share of doors that have a floor, all stand as a list
MOST_FLOORS = 200  # as a building may declare

_NUMBER = re.compile(r"(\d{1,2})(\d{2}(?:[A-Z]|-\d{1,2})?)")
_BELOW = re.compile(r"(?:-|B)(\d)(\d{2}[A-Z]?)")
_IN_WORDS = re.compile(r"(\d{1,2})[楼层F](.+)")


@dataclass(frozen=True)
class Column:
    """One door position of a unit, as 01 of 2单元."""

    unit: str
    place: str


@dataclass(frozen=True)
class Line:
    """A row of the matrix; without a floor it holds doors that have no place."""

    floor: int | None
    doors: tuple[Door | None, ...]  # one for each column; None where there is none

    @property
    def words(self) -> str:
        """What stands before the row: 5层, 地下1层, 其他."""
        if self.floor is None:
            return tr("其他")
        if self.floor < 0:
            return tr("地下{floor}层", floor=-self.floor)
        return tr("{floor}层", floor=self.floor)


@dataclass(frozen=True)
class Span:
    """The columns of one unit."""

    unit: str
    first: int
    count: int

    @property
    def words(self) -> str:
        """2单元; a unit that is no number is called as it is written."""
        if not self.unit:
            return tr("不分单元")
        return tr("{unit}单元", unit=self.unit) if self.unit.isdecimal() else self.unit


@dataclass(frozen=True)
class Matrix:
    """A building as rows of cells."""

    across: int  # cells in a row
    spans: tuple[Span, ...]  # none when nothing is placed by unit
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]

    def missing_door(self, line: int, column: int) -> tuple[str, str] | None:
        """Unit and room of a door that is not on record; None where one is, and
        where none is to be expected."""
        row = self.lines[line]
        if row.floor is None or row.doors[column] is not None:
            return None
        place = self.columns[column]
        below = f"-{-row.floor}" if row.floor < 0 else str(row.floor)
        room = below + place.place if place.place[:1].isdecimal() else place.place
        return place.unit, room

    def missing(self, line: int, column: int) -> str:
        """What a door that is not on record would be called, or nothing: 2-401."""
        door = self.missing_door(line, column)
        return "-".join(part for part in door or () if part)

    def find(self, typed: str) -> tuple[int, int] | None:
        """Row and column of the first door that begins with what was typed."""
        wanted = _plain(typed).replace("单元", "-")
        begun: tuple[int, int] | None = None
        for number, line in enumerate(self.lines):
            for column, door in enumerate(line.doors):
                asked = _asked_by(door) if door else ()
                if wanted in asked:
                    return number, column
                if begun is None and any(one.startswith(wanted) for one in asked):
                    begun = number, column
        return begun


def short_door(door: Door) -> str:
    """The door without its building: 2-501."""
    return in_unit(door.unit, door.room)


def in_unit(unit: str | None, room: str) -> str:
    """A unit and a room as people read them: 2-501."""
    return "-".join(part for part in (door_of(None, unit, None).unit, room) if part)


def door_in_building(block: Block, door: Door) -> str:
    """The door as people read it everywhere: 3-2-501."""
    return door_text(block.number, door.unit, door.room)


def arrange(block: Block, across: int = 6) -> Matrix:
    """The doors of a building in rows; a list has `across` doors in a row."""
    placed: dict[tuple[int, Column], Door] = {}
    others: list[Door] = []
    for door in sorted(block.doors, key=_by_door):
        slot = _slot(door)
        if slot is None or slot in placed:
            others.append(door)
        else:
            placed[slot] = door
    if len(placed) < FEW * len(block.doors):
        placed, others = {}, sorted(block.doors, key=_by_door)
    columns = _columns(placed, block.units)
    spans = _spans(columns)
    across = len(columns) or min(across, max(len(others), 1))
    lines = [
        Line(floor, tuple(placed.get((floor, column)) for column in columns))
        for floor in _floors({floor for floor, _ in placed}, block.floors)
    ]
    for start in range(0, len(others), across):
        part = others[start : start + across]
        lines.append(Line(None, (*part, *[None] * (across - len(part)))))
    return Matrix(across, spans, columns, tuple(lines))


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()


def _asked_by(door: Door) -> tuple[str, ...]:
    """Every way to ask for a door inside its building: 501, 2-501, 2501."""
    room = _plain(door.room)
    unit = _plain(door_of(None, door.unit, None).unit)
    return (room, f"{unit}-{room}", f"{unit}{room}") if unit else (room,)


def _by_door(door: Door) -> tuple[object, ...]:
    return natural(_unit(door)), natural(_plain(door.room)), door.id


def _unit(door: Door) -> str:
    return door_of(None, door.unit, None).unit


def _slot(door: Door) -> tuple[int, Column] | None:
    """The floor and the column of a door; None when it names no floor."""
    room = re.sub(r"[室户号]+$", "", _plain(door.room))
    number = _NUMBER.fullmatch(room)
    below = _BELOW.fullmatch(room)
    spoken = _IN_WORDS.fullmatch(room)
    floor = door.floor
    if floor is not None:
        begins = f"{floor}"
        inside = room.startswith(begins) and len(room) > len(begins)
        place = room[len(begins) :] if inside and room[:1].isdecimal() else room
        if below and floor == -int(below[1]):
            place = below[2]
        return floor, Column(_unit(door), place)
    if number:
        return int(number[1]), Column(_unit(door), number[2])
    if below:
        return -int(below[1]), Column(_unit(door), below[2])
    if spoken:
        return int(spoken[1]), Column(_unit(door), spoken[2])
    return None


def _columns(
    placed: Iterable[tuple[int, Column]], declared: int | None
) -> tuple[Column, ...]:
    """The positions of every unit; a unit without a door has those of the others."""
    found = {column for _, column in placed}
    units = {column.unit for column in found}
    if declared and units and all(unit.isdecimal() for unit in units):
        empty = {str(number) for number in range(1, declared + 1)} - units
        places = {column.place for column in found}
        found |= {Column(unit, place) for unit in empty for place in places}
    return tuple(sorted(found, key=lambda one: (natural(one.unit), natural(one.place))))


def _spans(columns: Sequence[Column]) -> tuple[Span, ...]:
    counts: dict[str, int] = {}
    for column in columns:
        counts[column.unit] = counts.get(column.unit, 0) + 1
    first = 0
    found: list[Span] = []
    for unit, count in counts.items():
        found.append(Span(unit, first, count))
        first += count
    return tuple(found)


def _floors(seen: set[int], declared: int | None) -> list[int]:
    """The floors from the top down: those declared, else no long gap between."""
    floors = set(seen)
    if seen and declared:
        floors |= set(range(1, min(declared, MOST_FLOORS) + 1))
    elif seen and max(seen) - min(seen) + 1 <= 2 * len(seen):
        floors |= set(range(min(seen), max(seen) + 1)) - {0}
    return sorted(floors - {0} | ({0} & seen), reverse=True)
