"""What the store already holds, indexed the way a ledger names it."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from gridapp.models import record_named
from gridapp.models.record import Values
from gridapp.office.ledgers import cells
from gridapp.store import agenda, records
from gridapp.store.database import Connection

TABLES = (
    *("building", "dwelling", "household", "resident"),
    *("resident_tag", "contact", "care_plan"),
)
_JOINTS = re.compile(r"[\s·.]+")


class Door(NamedTuple):
    """A place as ledgers name it: digits without 栋, 单元, 室; "" for what is not
    said."""

    building: str = ""
    unit: str = ""
    room: str = ""

    def words(self) -> str:
        """As people write it: 3-2-501."""
        return "-".join(part for part in (self.building, self.unit, self.room) if part)

    def agrees(self, other: Door) -> bool:
        """Whether both can be the same door, as far as they are said."""
        pairs = (
            (self.building, other.building),
            (self.unit, other.unit),
            (self.room, other.room),
        )
        return all(not one or not two or one == two for one, two in pairs)


def door_of(values: Mapping[str, Any]) -> Door:
    """The door a ledger row names."""
    return Door(
        values.get("building.number", ""),
        values.get("dwelling.unit", ""),
        values.get("dwelling.room", ""),
    )


@lru_cache(maxsize=1 << 14)
def bare(text: str | None) -> str:
    """A building, unit or room as somebody typed it into a form, in digits alone."""
    return cells.read_door_part(text).value or (text or "").strip() if text else ""


@dataclass
class Known:
    """Records by id, and the ways to find them.

    binned: ID numbers of residents in the recycle bin.
    """

    by_table: dict[str, dict[UUID, Values]]
    binned: set[str | None] = field(default_factory=set[str | None])
    residents_by_number: dict[str, UUID] = field(default_factory=dict[str, UUID])
    residents_by_name: dict[str, list[Values]] = field(
        default_factory=lambda: defaultdict[str, list[Values]](list)
    )
    buildings: dict[str, list[UUID]] = field(
        default_factory=lambda: defaultdict[str, list[UUID]](list)
    )
    rooms: dict[tuple[UUID, str], list[tuple[str, UUID]]] = field(
        default_factory=lambda: defaultdict[tuple[UUID, str], list[tuple[str, UUID]]](
            list
        )
    )  # unit and dwelling by building and room
    households: dict[UUID, list[UUID]] = field(
        default_factory=lambda: defaultdict[UUID, list[UUID]](list)
    )
    members: dict[UUID, list[UUID]] = field(
        default_factory=lambda: defaultdict[UUID, list[UUID]](list)
    )
    parts: dict[tuple[str, UUID], list[Values]] = field(
        default_factory=lambda: defaultdict[tuple[str, UUID], list[Values]](list)
    )
    last_visits: Mapping[UUID, dt.date] = field(default_factory=dict[UUID, dt.date])

    def table(self, name: str) -> dict[UUID, Values]:
        """The records of one type by id."""
        return self.by_table[name]

    def add_place(self, name: str, values: Values) -> None:
        """Index a building, dwelling or household."""
        self.by_table[name][values["id"]] = values
        if name == "building":
            self.buildings[bare(values["number"])].append(values["id"])
        elif name == "dwelling":
            key = values["building_id"], bare(values["room"])
            self.rooms[key].append((bare(values["unit"]), values["id"]))
        else:
            self.households[values["dwelling_id"]].append(values["id"])

    def homes_at(self, door: Door) -> list[Values]:
        """The households behind a door whose building and room are said."""
        return [
            self.table("household")[home]
            for building in self.buildings.get(door.building, ())
            for unit, dwelling in self.rooms.get((building, door.room), ())
            if not unit or not door.unit or unit == door.unit
            for home in self.households.get(dwelling, ())
        ]

    def living_in(self, home: Values) -> list[Values]:
        """Who lives in a household, as far as the store knows."""
        people = (self.table("resident")[one] for one in self.members[home["id"]])
        return [one for one in people if one["life_state"] != "deceased"]

    def around(self, resident: Values) -> Known:
        """A copy of one resident with home and parts, to try something out on."""
        copy = Known({name: {} for name in TABLES})
        wanted: UUID | None = resident["household_id"]
        chain: list[Values] = []
        for name, owner in (
            ("household", "dwelling_id"),
            ("dwelling", "building_id"),
            ("building", ""),
        ):
            found = self.table(name).get(wanted) if wanted else None
            if found is not None:
                chain.append(found)
                wanted = found[owner] if owner else None
        for name, values in zip(reversed(TABLES[:3]), chain, strict=False):
            copy.add_place(name, dict(values))
        copy.by_table["resident"][resident["id"]] = dict(resident)
        for name in TABLES[4:]:
            there = self.parts[(name, resident["id"])]
            copy.parts[(name, resident["id"])] = [dict(one) for one in there]
        return copy

    def door(self, resident: Values) -> Door:
        """Where a resident of the store lives; Door() when nowhere is said."""
        home = self.table("household").get(resident.get("household_id") or UUID(int=0))
        if home is None:
            return Door()
        dwelling = self.table("dwelling").get(home["dwelling_id"])
        if dwelling is None:
            return Door()
        building = self.table("building").get(dwelling["building_id"], {})
        return Door(
            bare(building.get("number")), bare(dwelling["unit"]), bare(dwelling["room"])
        )


def read_known(db: Connection) -> Known:
    """Everything an import is compared with, outside the recycle bin."""
    found = Known({name: {} for name in TABLES})
    for name in TABLES[:3]:
        for values in records.find(db, record_named(name), bare=True):
            found.add_place(name, values)
    for values in records.find(db, record_named("resident"), deleted=True, bare=True):
        if values["deleted_at"] is not None:
            found.binned.add(values["id_number"])
            continue
        found.by_table["resident"][values["id"]] = values
        index_resident(found, values)
    for name in TABLES[4:]:
        _index_parts(found, name, records.find(db, record_named(name), bare=True))
    found.last_visits = agenda.last_visits(db)
    return found


def index_resident(known: Known, values: Values) -> None:
    """Make a resident findable by number, name and household."""
    if values["id_number"]:
        known.residents_by_number.setdefault(values["id_number"], values["id"])
    known.residents_by_name[same_name(values["name"])].append(values)
    if values["household_id"] and values["presence"] != "moved":
        known.members[values["household_id"]].append(values["id"])


def _index_parts(known: Known, name: str, rows: Iterable[Values]) -> None:
    for values in rows:
        known.parts[(name, values["resident_id"])].append(values)


def same_name(name: str) -> str:
    """A name as two ledgers may spell it: without blanks and dots."""
    return _JOINTS.sub("", name)
