"""楼栋图: the doors of a building, who lives behind them and how urgent each is.

A door is as urgent as what `today.due` owes to the people behind it: there is no
second rule. One read gives everything a page shows of a building.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.models import Building, Dwelling, Household, Issue, Resident, identity
from gridapp.models.codes import table as code_table
from gridapp.models.record import Values
from gridapp.store import agenda, estate, records
from gridapp.work import today
from gridapp.work.door_words import State, near_words, tags_of, tier_of
from gridapp.work.due import Due, in_order
from gridapp.work.record_parts import of_each
from gridapp.work.visit_round import Stop, natural, stops

SOON = 3  # days ahead that count as 快到期: the horizon of 今日待办
HEADS = ("02", "01")  # GB/T 4761: 户主, 本人
NO_HOME = ("business", "other")  # uses of a door that nobody need live behind


@dataclass(frozen=True)
class Member:
    """Somebody who lives behind a door; `stop` is what to know before knocking."""

    stop: Stop
    age: int | None  # in years
    owed: tuple[Due, ...]  # late or due soon, the latest first

    @property
    def id(self) -> UUID:
        return self.stop.resident["id"]

    @property
    def name(self) -> str:
        return self.stop.resident["name"]

    @property
    def relation(self) -> str:
        """To the head of the household, in words."""
        code = self.stop.resident["relation"]
        return code_table("relation").name(code) if code else ""


@dataclass(frozen=True)
class Home:
    """One household behind a door."""

    id: UUID
    head: str  # who it is called by; may be empty
    members: tuple[Member, ...]  # who live here, the head first
    gone: int  # people in its file who died or moved out
    moved_out: bool
    owed: tuple[Due, ...]  # late or due soon, the latest first


@dataclass(frozen=True)
class Door:
    """One door and how it stands on the day the building was read."""

    id: UUID
    unit: str | None
    floor: int | None
    room: str
    tenure: str | None
    homes: tuple[Home, ...]
    state: State
    owed: tuple[Due, ...]  # late or due soon, the latest first
    words: str  # 逾期 4 天, 今天走访; empty when nothing is near
    tags: tuple[str, ...]  # of its people, the weightiest first, with TAG_ORDER's own
    tier: str | None  # the most urgent care_colour of its people

    @property
    def name(self) -> str:
        """Who is meant: the one to be seen first, else the head; empty when nobody."""
        homes = [home for home in self.homes if home.members] or list(self.homes)
        if not homes:
            return ""
        name = self.owed[0].who if self.owed else homes[0].head
        if len(homes) > 1:
            return tr("{name}等 {count} 户", name=name, count=len(homes))
        return name

    @property
    def people(self) -> int:
        """How many live here."""
        return sum(len(home.members) for home in self.homes)


@dataclass(frozen=True)
class Outline:
    """A building as a line of the list."""

    id: UUID
    name: str  # 3号楼, with the estate where there are several
    number: str
    homes: int
    people: int
    counts: Mapping[State, int]  # of doors


@dataclass(frozen=True)
class Estate:
    """Every building, and who lives behind no known door."""

    outlines: tuple[Outline, ...]
    elsewhere: int  # people who live here without a door on record


@dataclass(frozen=True)
class Block:
    """One building with all of its doors."""

    id: UUID
    name: str
    number: str
    floors: int | None  # as declared
    units: int | None
    head: str  # the 楼栋长, or empty
    doors: tuple[Door, ...]
    issues: tuple[Due, ...]  # of the building itself: late or due soon
    day: dt.date
    counts: Mapping[State, int]  # of doors

    @property
    def homes(self) -> int:
        """How many households live here."""
        return sum(bool(home.members) for door in self.doors for home in door.homes)

    @property
    def people(self) -> int:
        """How many people live here."""
        return sum(door.people for door in self.doors)


def building_name(number: str) -> str:
    """3号楼; a building that is no number is called as it is written."""
    return tr("{number}号楼", number=number) if number.isdecimal() else number


def names_along(rows: Iterable[Mapping[str, Any]]) -> dict[UUID, str]:
    """By building, what it is called, in walking order; with the estate where there
    are several."""
    ordered = sorted(rows, key=_walk)
    several = len({row["estate"] for row in ordered}) > 1
    return {
        row["id"]: _full_name(row) if several else building_name(row["number"])
        for row in ordered
    }


def near_due(db: Connection, day: dt.date) -> list[Due]:
    """What is late or due soon, for the two reads below to share."""
    return today.due(db, day, SOON)


def read_estate(
    db: Connection, day: dt.date, near: Sequence[Due] | None = None
) -> Estate:
    """Every building in walking order, with how many of its doors are urgent.

    `near` is what `near_due` gives, when it is at hand.
    """
    rows = records.find(db, Building)
    worst = _urgency(near_due(db, day) if near is None else near, day)
    behind: dict[str, list[estate.DoorCount]] = {}
    for one in estate.door_counts(db):
        behind.setdefault(one.dwelling, []).append(one)
    counts: dict[str, Counter[State]] = {}
    homes: Counter[str] = Counter()
    people: Counter[str] = Counter()
    for found in behind.values():
        building = found[0].building
        state = _state(
            found[0].tenure,
            [(one.living, one.known, one.moved_out) for one in found if one.household],
            [worst[one.household] for one in found if one.household in worst],
        )
        counts.setdefault(building, Counter())[state] += 1
        homes[building] += sum(one.living > 0 for one in found)
        people[building] += sum(one.living for one in found)
    numbers = {row["id"]: row["number"] for row in rows}
    outlines = [
        Outline(
            key,
            name,
            numbers[key],
            homes[key.hex],
            people[key.hex],
            counts.get(key.hex, Counter()),
        )
        for key, name in names_along(rows).items()
    ]
    return Estate(tuple(outlines), estate.living_count(db) - people.total())


def _urgency(rows: Iterable[Due], day: dt.date) -> dict[str, State]:
    """By household, how urgent what it is owed is."""
    found: dict[str, State] = {}
    for row in rows:
        if row.household_id is not None:
            key = row.household_id.hex
            if found.get(key) != "urgent":
                found[key] = "urgent" if row.due < day else "soon"
    return found


def _state(
    tenure: str | None,
    homes: Sequence[tuple[int, int, bool]],
    owed: Collection[State],
) -> State:
    """How a door stands; homes are (people here, people on file, moved out)."""
    if owed:
        return "urgent" if "urgent" in owed else "soon"
    if any(living for living, _, _ in homes):
        return "normal"
    if tenure == "vacant" or any(known or moved for _, known, moved in homes):
        return "vacant"
    return "normal" if tenure in NO_HOME else "unknown"


def _walk(row: Mapping[str, Any]) -> tuple[object, ...]:
    return natural(row["estate"] or ""), natural(row["number"])


def _full_name(row: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (row["estate"], building_name(row["number"]))))


def read_block(
    db: Connection,
    building_id: UUID,
    day: dt.date,
    near: Sequence[Due] | None = None,
) -> Block | None:
    """A building with everything behind its doors; None when there is none.

    `near` is what `near_due` gives, when it is at hand.
    """
    near = near_due(db, day) if near is None else near
    row = records.get(db, Building, building_id)
    if row is None:
        return None
    dwellings = of_each(db, Dwelling, "building_id", [building_id]).get(building_id, [])
    homes = _homes(db, [one["id"] for one in dwellings], day, near)
    doors = tuple(_door(one, homes.get(one["id"], ()), day) for one in dwellings)
    return Block(
        id=building_id,
        name=_full_name(row),
        number=row["number"],
        floors=row["floors"],
        units=row["units"],
        head=row["head_name"] or "",
        doors=doors,
        issues=_own_issues(db, building_id, near),
        day=day,
        counts=Counter(door.state for door in doors),
    )


def _homes(
    db: Connection, dwellings: Collection[UUID], day: dt.date, near: Iterable[Due]
) -> dict[UUID, list[Home]]:
    """The households behind these doors, by the door."""
    families = of_each(db, Household, "dwelling_id", dwellings)
    people = of_each(
        db,
        Resident,
        "household_id",
        [one["id"] for found in families.values() for one in found],
    )
    everybody = [one["id"] for found in people.values() for one in found]
    here = agenda.living_here(db, everybody)
    knowing = {one.resident["id"]: one for one in stops(db, here, day)}
    owed: dict[UUID | None, list[Due]] = {}
    for due in near:
        owed.setdefault(due.household_id, []).append(due)
    return {
        dwelling: [
            _home(
                values,
                sorted(people.get(values["id"], ()), key=_head_first),
                knowing,
                owed.get(values["id"], ()),
                day,
            )
            for values in found
        ]
        for dwelling, found in families.items()
    }


def _head_first(person: Values) -> tuple[bool, str, str]:
    return person["relation"] not in HEADS, person["born_on"] or "9", person["name"]


def _home(
    values: Values,
    people: Sequence[Values],
    knowing: Mapping[UUID, Stop],
    owed: Sequence[Due],
    day: dt.date,
) -> Home:
    """A household of these people; `knowing` are the stops of who live here."""
    members = tuple(
        Member(
            knowing[one["id"]],
            identity.age_on(one["born_on"], day),
            tuple(due for due in owed if due.resident_id == one["id"]),
        )
        for one in people
        if one["id"] in knowing
    )
    named = values["head_name"] or ""
    names = [member.name for member in members]
    return Home(
        id=values["id"],
        head=named if named in names or not names else names[0],
        members=members,
        gone=len(people) - len(members),
        moved_out=values["moved_out_on"] is not None,
        owed=tuple(owed),
    )


def _door(row: Values, homes: Sequence[Home], day: dt.date) -> Door:
    members = [member for home in homes for member in home.members]
    owed = in_order([due for home in homes for due in home.owed])
    states: list[State] = ["urgent" if due.due < day else "soon" for due in owed]
    return Door(
        id=row["id"],
        unit=row["unit"],
        floor=row["floor"],
        room=row["room"],
        tenure=row["tenure"],
        homes=tuple(homes),
        state=_state(
            row["tenure"],
            [
                (len(one.members), len(one.members) + one.gone, one.moved_out)
                for one in homes
            ],
            states,
        ),
        owed=tuple(owed),
        words=near_words(owed[0], day) if owed else "",
        tags=tags_of(row["tenure"], (one.stop for one in members)),
        tier=tier_of(one.stop.resident["care_colour"] for one in members),
    )


def _own_issues(
    db: Connection, building_id: UUID, near: Iterable[Due]
) -> tuple[Due, ...]:
    """Issues of the building itself, of nobody's household."""
    common = {
        row.id: row for row in near if row.kind == "issue" and row.household_id is None
    }
    found = records.by_id(db, Issue, common)
    return tuple(
        due for key, due in common.items() if found[key]["building_id"] == building_id
    )
