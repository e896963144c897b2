"""A household is opened behind an empty door, on file or not, and only once."""

import datetime as dt

import pytest

from gridapp.errors import UserError
from gridapp.models import Dwelling, Household, Resident
from gridapp.store import records
from gridapp.store.undo import noted, take_back
from gridapp.work.doors import Door
from gridapp.work.gathering import open_home


def opened(vault, door):
    with vault.writing() as tx:
        return noted(tx, lambda tx: open_home(tx, door))


def test_a_door_that_is_not_on_file_is_made_with_its_household(vault, people):
    done = opened(vault, Door("3", "1", "101", people.building))
    with vault.reading() as db:
        home = records.get(db, Household, done.result)
        dwelling = records.get(db, Dwelling, home["dwelling_id"])
    assert (dwelling["unit"], dwelling["room"]) == ("1", "101")
    assert dwelling["building_id"] == people.building
    with vault.writing() as tx:
        take_back(tx, done)
    with vault.reading() as db:
        assert records.get(db, Household, done.result) is None
        assert records.get(db, Dwelling, dwelling["id"]) is None


def test_a_door_said_to_stand_empty_is_not_any_more(vault, people):
    with vault.writing() as tx:
        values = {"building_id": people.building, "room": "102", "tenure": "vacant"}
        empty = records.save(tx, Dwelling, values)
    done = opened(vault, Door("3", "", "102", people.building, empty))
    with vault.reading() as db:
        assert records.get(db, Dwelling, empty)["tenure"] is None
    with vault.writing() as tx:
        take_back(tx, done)
    with vault.reading() as db:
        assert records.get(db, Dwelling, empty)["tenure"] == "vacant"


@pytest.mark.parametrize(
    "change",
    [
        lambda tx, home, who: records.save(
            tx, Household, {"moved_out_on": dt.date(2026, 5, 1)}, home
        ),
        lambda tx, home, who: records.save(tx, Resident, {"presence": "moved"}, who),
    ],
)
def test_who_moves_in_after_others_left_has_a_household_of_their_own(
    vault, people, change
):
    with vault.writing() as tx:
        who = records.get(tx.db, Resident, people.li)
        change(tx, who["household_id"], people.li)
        home = records.get(tx.db, Household, who["household_id"])
    door = Door("3", "2", "501", people.building, home["dwelling_id"])
    assert opened(vault, door).result != home["id"]


def test_a_door_with_a_household_is_refused_in_words(vault, people):
    with vault.reading() as db:
        [dwelling] = records.filtered(
            db, Dwelling, {"building_id": people.building, "room": "501"}
        )
    with pytest.raises(UserError, match="已经登记了住户"):
        opened(vault, Door("3", "2", "501", people.building, dwelling["id"]))
    with vault.reading() as db:
        assert (
            len(records.filtered(db, Household, {"dwelling_id": dwelling["id"]})) == 1
        )
