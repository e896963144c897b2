"""The rows that sync is measured with: residents of one grid, for every peer."""

from __future__ import annotations

import random
from collections.abc import Iterator
from uuid import UUID

from bench import people
from gridapp.models import Building, Dwelling, Household, Resident
from gridapp.models.record import Values
from gridapp.store import records
from gridapp.store.vault import Store

AT_A_DOOR = 60  # people: nearly all rows are residents
AT_ONCE = 5000
HOW = ("良好", "一般", "较差", "行动不便")
WHAT = ("需定期探访", "希望社区协助就业", "反映楼道照明损坏", "无其他需要")


def residents(count: int) -> Iterator[Values]:
    """Invented residents with a dozen fields; their notes are never the same."""
    chance = random.Random(7)
    for number in range(count):
        yield people.person(chance, number) | {
            "ethnicity": "01" if chance.random() < 0.92 else "03",
            "education": chance.choice(("10", "20", "40", "60", "70")),
            "occupation": f"第{chance.randrange(1, 40)}车间",
            "note": f"在家，身体{chance.choice(HOW)}，家中{chance.randrange(1, 8)}人，"
            f"{chance.choice(WHAT)}，{chance.randrange(1, 32)}日再去",
        }


def texts(count: int) -> Iterator[dict[str, str]]:
    """The same as texts by name, for peers that know only text."""
    for number, values in enumerate(residents(count)):
        shown = {name: _text(value) for name, value in values.items()}
        yield {"number": f"{number:08}", "door": f"{number // AT_A_DOOR:06}"} | shown


def _text(value: object) -> str:
    return "、".join(map(str, value)) if isinstance(value, tuple) else str(value)


def fill(store: Store, count: int) -> list[UUID]:
    """Put the residents behind doors of one building; their ids."""
    doors = (count + AT_A_DOOR - 1) // AT_A_DOOR
    with store.writing() as tx:
        building = records.save(tx, Building, {"number": "1栋"})
        flats = [{"building_id": building, "room": f"{one:04}"} for one in range(doors)]
        dwellings = records.insert_many(tx, Dwelling, flats)
        homes = records.insert_many(
            tx, Household, [{"dwelling_id": one} for one in dwellings]
        )
    rows = [
        {**values, "household_id": homes[number // AT_A_DOOR]}
        for number, values in enumerate(residents(count))
    ]
    ids: list[UUID] = []
    for start in range(0, count, AT_ONCE):
        with store.writing() as tx:
            ids += records.insert_many(tx, Resident, rows[start : start + AT_ONCE])
    return ids


def touch(store: Store, ids: list[UUID]) -> None:
    """Change one field, the note, of each of these residents."""
    for start in range(0, len(ids), AT_ONCE):
        with store.writing() as tx:
            for one in ids[start : start + AT_ONCE]:
                records.save(tx, Resident, {"note": f"改{one.hex[-6:]}"}, one)
