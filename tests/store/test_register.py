"""Everybody in a few columns, along a walk."""

from __future__ import annotations

import pytest
from stdnum.iso7064 import mod_11_2

from gridapp.models import Building, Dwelling, Household, Resident
from gridapp.store import records, register
from gridapp.work.due import walk_key

NUMBER = "99010119500101001" + mod_11_2.calc_check_digit("99010119500101001")
HOMES = (("12", "1", "101"), ("3", "2", "501"), ("3", "2", "101"), ("3", "10", "101"))


@pytest.fixture
def estate(vault):
    """People behind four doors, two without one, one in the recycle bin."""
    with vault.writing() as tx:
        houses = {}
        for place, (number, unit, room) in enumerate(HOMES):
            if number not in houses:
                building = {"number": f"{number}栋"}
                houses[number] = records.save(tx, Building, building)
            door = {"building_id": houses[number], "unit": unit, "room": room}
            dwelling = records.save(tx, Dwelling, door)
            home = records.save(tx, Household, {"dwelling_id": dwelling})
            for name in ("王桂兰", "李秀英"):
                person = {"name": name, "household_id": home, "id_number": None}
                records.save(tx, Resident, person | {"sex": str(place % 2 + 1)})
        for name in ("赵无门", "陈无门"):
            records.save(tx, Resident, {"name": name, "id_number": NUMBER})
        gone = records.save(tx, Resident, {"name": "张在站"})
        records.delete(tx, Resident, gone)
    return vault


def listed(db):
    return register.everybody(
        db, walk_key, lambda one: one, lambda one: (one.name, one.id)
    )


def test_everybody_comes_along_the_walk_and_by_name_behind_a_door(estate):
    with estate.reading() as db:
        found = [(one.door, one.name) for one in listed(db)]
    doors = ("3-2-101", "3-2-501", "3-10-101", "12-1-101")
    names = ("李秀英", "王桂兰")
    wanted = [("", "赵无门"), ("", "陈无门")]
    wanted += [(door, name) for door in doors for name in names]
    assert found == wanted


def test_entries_say_what_the_records_say(estate):
    with estate.reading() as db:
        for one in listed(db):
            kept = records.get(db, Resident, one.id)
            assert (one.name, one.sex) == (kept["name"], kept["sex"])
            assert bool(one.has_id) == bool(kept["id_number"])


@pytest.mark.parametrize("most", [1, 2, 3, 7, 100])
def test_beginning_is_that_of_everybody(estate, most):
    with estate.reading() as db:
        begun = register.beginning(db, walk_key, most)
        assert begun == listed(db)[:most]


def test_many_counts_residents(estate):
    with estate.reading() as db:
        assert register.many(db, 10)
        assert not register.many(db, 11)
