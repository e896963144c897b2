"""Doors as people write them: found among the dwellings, or made when they are new."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Building, Dwelling
from gridapp.models.record import Values, table_of
from gridapp.store import records, search_words
from gridapp.store.search_rows import door_text
from gridapp.store.vault import Writing


@dataclass(frozen=True)
class Door:
    """What was written, and what of it is on file already."""

    number: str  # of the building
    unit: str
    room: str
    building_id: UUID | None = None
    dwelling_id: UUID | None = None
    estate: str = ""

    @property
    def words(self) -> str:
        """3-2-501."""
        return door_text(self.number, self.unit, self.room)

    @property
    def known(self) -> bool:
        """Whether the door is on file."""
        return self.dwelling_id is not None


def read_door(db: Connection, text: str, near: UUID | None = None) -> Door | None:
    """The door `text` means; None when building and room are not both named, or a
    dash at the end says that more is to come.

    `near` is a building: of two buildings with one number that of its estate is meant.
    """
    if search_words.fold(text).endswith("-"):
        return None
    asked = next(
        (
            word.door
            for word in search_words.asked(text)
            if word.door and word.door.building and word.door.room
        ),
        None,
    )
    if asked is None:
        return None
    number, room = asked.building.upper(), asked.room.upper()
    room = room.replace(search_words.DASH, "-")
    house = _building(db, asked.building, near)
    if house is None:
        return Door(number, asked.unit, room)
    dwelling = _dwelling(db, house, asked)
    return Door(
        house["number"],
        (dwelling["unit"] or "") if dwelling else asked.unit,
        dwelling["room"] if dwelling else room,
        house["id"],
        dwelling["id"] if dwelling else None,
        house["estate"] or "",
    )


def _building(db: Connection, number: str, near: UUID | None) -> Values | None:
    houses = records.filtered(db, Building, {})
    home = next((one for one in houses if one["id"] == near), None)
    same = [
        one
        for one in houses
        if search_words.door_of(one["number"], None, None).building == number
    ]
    if home is not None:
        same.sort(key=lambda one: one["estate"] != home["estate"])
    return same[0] if same else None


def _dwelling(db: Connection, house: Values, asked: search_words.Door) -> Values | None:
    table = table_of(Dwelling)
    rooms: list[tuple[search_words.Door, Values]] = []
    for row in records.find(db, Dwelling, table.c.building_id == house["id"]):
        door = search_words.door_of(house["number"], row["unit"], row["room"])
        if door.room == asked.room:
            rooms.append((door, row))
    exact = [row for door, row in rooms if door.unit == asked.unit]
    near = [row for _, row in rooms] if not asked.unit else []
    if exact:
        return exact[0]
    return near[0] if len(near) == 1 else None


def make_door(tx: Writing, door: Door) -> UUID:
    """The dwelling behind a door, made with its building when they are not on file."""
    if door.dwelling_id is not None:
        return door.dwelling_id
    if not door.number or not door.room:
        raise UserError(tr("门牌请按 楼号-单元-房号 填写，如 3-2-501"))
    building = door.building_id or records.save(
        tx, Building, {"number": door.number, "estate": door.estate or None}
    )
    values: Values = {
        "building_id": building,
        "unit": door.unit or None,
        "room": door.room,
    }
    return records.save(tx, Dwelling, values)


def door_of_dwelling(db: Connection, dwelling_id: UUID) -> str:
    """3-2-501 of a dwelling on file, or nothing."""
    room = records.get(db, Dwelling, dwelling_id)
    house = records.get(db, Building, room["building_id"]) if room else None
    if room is None or house is None:
        return ""
    return door_text(house["number"], room["unit"], room["room"])
