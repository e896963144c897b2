"""Finds or plans the building, dwelling and household a row names."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from gridapp.language import tr
from gridapp.models import record_named
from gridapp.models.record import Values, field_of
from gridapp.office.ledgers.known import Known, door_of, same_name
from gridapp.office.ledgers.members import HEADS
from gridapp.office.ledgers.rows import LedgerRow
from gridapp.office.ledgers.writes import Writes, merged


class Places:
    """Homes by door. What one row said about a door holds for the whole import."""

    def __init__(self, known: Known, writes: Writes) -> None:
        self.known, self.writes = known, writes
        self._had_buildings = bool(known.table("building"))
        self._said: defaultdict[UUID, dict[str, Any]] = defaultdict(dict[str, Any])

    def home(self, row: LedgerRow) -> UUID | None:
        """The household a row belongs to, planned if need be; None without a door."""
        door = door_of(row.values)
        if not door.building or not door.room:
            return None
        building = self._building(row, door.building)
        dwelling = self._dwelling(row, building, door.unit, door.room)
        return self._household(row, dwelling)

    def is_strange(self, row: LedgerRow) -> bool:
        """Whether a row's home would need a building that is not in this grid yet; the
        first ledger of an empty vault brings its buildings unasked."""
        door = door_of(row.values)
        if not self._had_buildings or not door.building or not door.room:
            return False
        return self._known_building(row, door.building) is None

    def describe(self, row: LedgerRow, household: UUID) -> bool:
        """Take over what the row says about the door and the household; whether
        anything changes."""
        home = self.known.table("household")[household]
        dwelling = self.known.table("dwelling")[home["dwelling_id"]]
        given = _given(row, "household")
        if "head_name" not in given and row.values.get("relation") in HEADS:
            given["head_name"] = row.values["name"]
        changed = self._fill(row, "household", home, given)
        given = _given(row, "dwelling")
        if given.get("rent_use") or given.get("owner_name"):
            given.setdefault("tenure", "rent")
        return self._fill(row, "dwelling", dwelling, given) or changed

    def _building(self, row: LedgerRow, number: str) -> UUID:
        found = self._known_building(row, number)
        if found is not None:
            return found
        estate = row.values.get("building.estate")
        return self.writes.insert("building", {"number": number, "estate": estate})

    def _known_building(self, row: LedgerRow, number: str) -> UUID | None:
        estate = row.values.get("building.estate")
        for one in self.known.buildings.get(number, ()):
            other = self.known.table("building")[one]["estate"]
            if not estate or not other or estate == other:
                return one
        return None

    def _dwelling(self, row: LedgerRow, building: UUID, unit: str, room: str) -> UUID:
        rooms = self.known.rooms[(building, room)]
        exact = [one for other, one in rooms if other == unit]
        near = [one for other, one in rooms if not unit or not other]
        if exact or len(near) == 1:
            return (exact or near)[0]
        values: Values = {"building_id": building, "unit": unit or None, "room": room}
        return self.writes.insert("dwelling", values)

    def _household(self, row: LedgerRow, dwelling: UUID) -> UUID:
        homes = [
            self.known.table("household")[one]
            for one in self.known.households[dwelling]
        ]
        number = row.values.get("household.number")
        head = row.values.get("household.head_name")
        if number:
            for home in homes:
                if home["number"] == number:
                    return home["id"]
            homes = [home for home in homes if not home["number"]]
        if head:
            for home in homes:
                if same_name(home["head_name"] or "") == same_name(head):
                    return home["id"]
            homes = [home for home in homes if not home["head_name"]]
        if homes:
            staying = [home for home in homes if not home["moved_out_on"]]
            return (staying or homes)[0]["id"]
        return self.writes.insert("household", {"dwelling_id": dwelling})

    def _fill(self, row: LedgerRow, name: str, record: Values, given: Values) -> bool:
        """Plan the fields in which the ledger adds to or differs from a record."""
        changes: Values = {}
        said = self._said[record["id"]] if given else {}
        for field, value in given.items():
            spec = field_of(record_named(name), field)
            old = record[field]
            new = merged(spec, old, value)
            if new == old:
                said.setdefault(field, old)
                continue
            if field in said and spec.kind.name != "phones":
                row.warn(f"{name}.{field}", "W_HOUSE_DIFFERS")
                continue
            said[field] = new
            changes[field] = new
            if old is not None and spec.kind.name not in ("phones", "note"):
                words = tr(
                    "系统里原为“{masked}”，将改为台账的内容", masked=spec.masked(old)
                )
                row.warn(f"{name}.{field}", "W_REPLACED", words)
        self.writes.change(name, record, changes)
        return bool(changes)


def _given(row: LedgerRow, name: str) -> Values:
    """What a row says about one kind of record, but for its door."""
    door = ("dwelling.unit", "dwelling.room")
    prefix = f"{name}."
    return {
        path.removeprefix(prefix): value
        for path, value in row.values.items()
        if path.startswith(prefix) and path not in door
    }
