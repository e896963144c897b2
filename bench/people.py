"""Invented people in any number: names of no list, an area that does not exist."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from uuid import UUID

from stdnum.iso7064 import mod_11_2

from gridapp.models import Building, Dwelling, Household, Resident
from gridapp.models.record import Values
from gridapp.store import records
from gridapp.store.vault import Store, Writing

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
GIVEN = (
    "秀英桂兰玉珍凤淑华建国志强明德福海涛军磊静敏丽艳芳娟勇杰婷"
    "浩宇欣怡子涵梓萱一诺思远雨桐博文佳慧俊峰晓东春梅冬雪文斌立新"
)
AREA = "990101"
FLATS = 60  # of a building: 3 units, 10 floors, 2 doors
AT_HOME = 3  # people behind a door


def person(chance: random.Random, number: int) -> Values:
    """The values of one resident who lives nowhere yet."""
    birth = dt.date(1935, 1, 1) + dt.timedelta(days=chance.randrange(30_000))
    body = f"{AREA}{birth:%Y%m%d}{number % 1000:03}"
    name = chance.choice(SURNAMES) + "".join(
        chance.choice(GIVEN) for _ in range(chance.choice((1, 2, 2, 2)))
    )
    return {
        "name": name,
        "sex": "1" if number % 2 else "2",
        "born_on": birth.isoformat(),
        "id_number": body + mod_11_2.calc_check_digit(body),
        "phones": (f"138{chance.randrange(10_000_000):08}",),
        "presence": "here",
        "life_state": "living",
    }


def fill(
    store: Store, count: int, *, searched: bool = True, told: int = 100_000
) -> list[Values]:
    """Put `count` people behind doors of their own; who they are, with their ids, of at
    most `told`.

    searched: without it the search index is left as it is.
    """
    chance = random.Random(count)
    everybody: list[Values] = []
    for first in range(0, count, FLATS * AT_HOME):
        size = min(FLATS * AT_HOME, count - first)
        with store.writing() as tx:
            homes = _homes(tx, first // (FLATS * AT_HOME) + 1)
            people = [person(chance, first + one) for one in range(size)]
            for one, values in enumerate(people):
                values["household_id"] = homes[one // AT_HOME]
            ids = records.insert_many(tx, Resident, people)
            if not searched:
                tx.changed.clear()
        if len(everybody) < told:
            everybody += [
                values | {"id": key} for key, values in zip(ids, people, strict=True)
            ]
    return everybody


def _homes(tx: Writing, building: int) -> list[UUID]:
    key = records.save(tx, Building, {"number": f"{building}栋", "estate": "幸福里"})
    doors: list[Values] = [
        {"building_id": key, "unit": str(unit), "room": f"{floor}{door:02}"}
        for unit, floor, door in _flats()
    ]
    dwellings = records.insert_many(tx, Dwelling, doors)
    return records.insert_many(
        tx, Household, [{"dwelling_id": dwelling} for dwelling in dwellings]
    )


def _flats() -> Iterator[tuple[int, int, int]]:
    for unit in (1, 2, 3):
        for floor in range(1, 11):
            for door in (1, 2):
                yield unit, floor, door
