"""What answers the items of GB/T 31000 for a record: itself and the records around.

Nothing is typed twice: 现住地 of who lives in the grid is the grid's own area code,
their address the door's, and so is where they are registered if 人户一致. The head of
the household, the tenant of a rented door and the main party of a dispute are looked
up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.models import (
    Building,
    Contact,
    DisputeParty,
    Dwelling,
    Grid,
    Household,
    Resident,
    codes,
)
from gridapp.models.record import Record, Values
from gridapp.store import records
from gridapp.store.search_rows import door_text
from gridapp.work.people import state_words
from gridapp.work.record_parts import batches, of_each
from gridapp.work.relations import is_head

# By the name that paths of `gbt31000` begin with: resident, place, head …
Subject = Mapping[str, Mapping[str, Any]]
_NOBODY: Mapping[str, Any] = {}
AREA = 6  # digits of GB/T 2260 at the front of a 区划代码
AT_HOME = "01"  # 人户一致标识: registered where they live
# 区划代码 of 12 digits, and a grid's own code made of one and three more (§2.5).
_CODE = re.compile(r"\d{12}(\d{3})?")


def subjects(
    db: Connection, model: type[Record], ids: Iterable[UUID]
) -> Iterator[tuple[UUID, Subject]]:
    """What there is to answer for each of these records, in their order.

    Records that are not there are passed over. Set-wise, 500 records at a time.
    """
    ways = {"resident": _people, "dwelling": _dwellings, "dispute": _disputes}
    read = ways[model.__tablename__]
    for batch in batches(ids):
        rows = records.by_id(db, model, batch)
        found = read(db, [rows[one] for one in batch if one in rows])
        yield from found.items()


def _people(db: Connection, rows: Sequence[Values]) -> dict[UUID, Subject]:
    homes = _of(db, Household, rows, "household_id")
    rooms = _of(db, Dwelling, homes.values(), "dwelling_id")
    houses = _of(db, Building, rooms.values(), "building_id")
    grids = _of(db, Grid, rows, "grid_id")
    mates = of_each(db, Resident, "household_id", [one["id"] for one in homes.values()])
    left_behind = [one["id"] for one in rows if one["left_behind_kind"]]
    contacts = of_each(db, Contact, "resident_id", left_behind)
    found: dict[UUID, Subject] = {}
    for row in rows:
        home = homes.get(row["household_id"], {})
        room = rooms.get(home.get("dwelling_id"), {})
        house = houses.get(room.get("building_id"), {})
        others = mates.get(row["household_id"], [])
        here = not state_words(row)
        grid = grids.get(row["grid_id"], {})
        place = _place(grid, house, room) if here else _NOBODY
        found[row["id"]] = {
            "resident": row,
            "household": home,
            "place": place,
            "registered": place if row["residence_match"] == AT_HOME else _NOBODY,
            "head": next((one for one in others if is_head(one)), _NOBODY),
            "kin": _kin(contacts.get(row["id"], ()), others),
        }
    return found


def _kin(contacts: Sequence[Values], mates: Sequence[Values]) -> Mapping[str, Any]:
    """The 家庭主要成员: the first to be called; with the file of their own if they
    keep house with the person."""
    if not contacts:
        return {}
    first = min(contacts, key=lambda one: (one["rank"] is None, one["rank"] or 0))
    relation = codes.table("relation").ledger_code(first["relation"] or "")
    same = [one for one in mates if one["name"] == first["name"]]
    own = same[0] if len(same) == 1 else {}
    return {
        "name": first["name"],
        "relation": relation,
        "phones": first["phones"] or own.get("phones"),
        "current_address": first["address"],
        "id_number": own.get("id_number"),
        "health_level": own.get("health_level"),
    }


def _dwellings(db: Connection, rows: Sequence[Values]) -> dict[UUID, Subject]:
    houses = _of(db, Building, rows, "building_id")
    grids = _of(db, Grid, rows, "grid_id")
    homes = of_each(db, Household, "dwelling_id", [row["id"] for row in rows])
    there = [one["id"] for some in homes.values() for one in some]
    people = of_each(db, Resident, "household_id", there)
    found: dict[UUID, Subject] = {}
    for row in rows:
        house = houses.get(row["building_id"], {})
        living = [
            one
            for home in homes.get(row["id"], ())
            if home["moved_out_on"] is None
            for one in people.get(home["id"], ())
            if not state_words(one)
        ]
        living.sort(key=lambda one: (not is_head(one), one["born_on"] or "9"))
        found[row["id"]] = {
            "dwelling": row,
            "building": house,
            "place": _place(grids.get(row["grid_id"], {}), house, row),
            "tenant": living[0] if living else {},
        }
    return found


def _disputes(db: Connection, rows: Sequence[Values]) -> dict[UUID, Subject]:
    parties = of_each(db, DisputeParty, "dispute_id", [row["id"] for row in rows])
    found: dict[UUID, Subject] = {}
    for row in rows:
        some = sorted(
            parties.get(row["id"], ()),
            key=lambda one: (not one["main"], one["side"] != "applicant"),
        )
        found[row["id"]] = {"dispute": row, "party": some[0] if some else {}}
    return found


def _of(
    db: Connection, model: type[Record], rows: Iterable[Values], name: str
) -> dict[UUID | None, Values]:
    """The records that a field of `rows` points to, by id."""
    wanted = {row[name] for row in rows if row[name] is not None}
    return {**records.by_id(db, model, wanted)}


def _area(grid: Mapping[str, Any]) -> str:
    """The six digits of the county a grid lies in; empty when no code tells."""
    written = "".join(one for one in grid.get("area_code") or "" if one.isdigit())
    code = grid.get("code") or ""
    return written[:AREA] or (code[:AREA] if _CODE.fullmatch(code) else "")


def _place(
    grid: Mapping[str, Any], house: Mapping[str, Any], room: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Where a door lies: area code, address in words, and its number 3-2-501."""
    area = _area(grid)
    if not room or not house:
        return {"area": area}
    number: str = house["number"]
    long = number + (tr("号楼") if number.isdecimal() else "")
    unit = room["unit"] or ""
    door = f"{long}{unit}{tr('单元') if unit.isdecimal() else ''}{room['room']}"
    before = house["address"] or house["estate"] or grid.get("community") or ""
    return {
        "area": area,
        "address": f"{before}{door}",
        "number": door_text(number, unit, room["room"]),
    }
