"""What the stories of any life found, as plain tests: where laptops and county once
came apart."""

import datetime as dt

import pytest
from sqlalchemy import select

from gridapp.county import access
from gridapp.errors import UserError
from gridapp.models import (
    Building,
    Dwelling,
    Household,
    Resident,
    ResidentTag,
    Visit,
)
from gridapp.models.place import grid_id
from gridapp.models.record import table_of
from gridapp.store import records
from gridapp.sync.client import SyncClient
from tests.county.conftest import GRID, OTHER, Direct, Laptop
from tests.county.doings import remove, seen, waiting

HERE, THERE = grid_id(GRID), grid_id(OTHER)
NOON = dt.datetime(2026, 11, 22, 4, tzinfo=dt.UTC)


def save(laptop, model, record_id=None, **values):
    with laptop.store.writing() as tx:
        return records.save(tx, model, values, record_id)


def at_county(county, record_id, model=Resident):
    table = table_of(model)
    with county.reading() as db:
        found = db.execute(select(table).where(table.c.id == record_id)).mappings()
        return dict(found.one())


def while_it_travels(laptop, work):
    """Do `work` once, after the county answered and before the laptop reads it."""
    exchange = laptop.transport.exchange

    def through(path, token, body):
        answer = exchange(path, token, body)
        laptop.transport.exchange = exchange
        work()
        return answer

    laptop.transport.exchange = through


@pytest.fixture
def two(laptop):
    return laptop("李主任"), laptop("王秀兰")


def told_apart(two, **values):
    """A visit that both laptops have."""
    li, wang = two
    person = save(li, Resident, name="张德福")
    given = {"resident_id": person, "mode": "home", "started_at": NOON}
    made = save(li, Visit, **given, **values)
    li.sync()
    wang.sync()
    return made


def test_an_edit_that_another_s_edit_made_wrong_goes_back_to_what_the_county_has(
    two, county
):
    """Each is good alone: together they break a rule of a field that neither sent."""
    li, wang = two
    visit = told_apart(two, condition="unwell", note="头晕", place="家里")
    save(li, Visit, visit, condition=None)
    save(li, Visit, visit, note=None)
    li.sync()
    save(wang, Visit, visit, condition="hospital", place="社区医院")
    wang.sync()
    li.sync()

    stands = at_county(county, visit, Visit)
    assert seen(li, visit, Visit) == seen(wang, visit, Visit) == stands
    assert {one.mine for one in waiting(wang)} >= {"已送医"}


def test_a_record_whose_edit_was_refused_can_still_be_deleted(two, county):
    """It is as its author knew it before, its mark too."""
    li, _ = two
    building = save(li, Building, number="3", floors=6)
    li.sync()
    with li.store.writing() as tx:
        tx.db.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        tx.db.exec_driver_sql(
            "UPDATE building SET floors = 999, updated_at = ? WHERE id = ?",
            ("2026-11-22T04:00:00.000Z", building.hex),
        )
        tx.db.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")
    assert li.sync().held == 1
    assert seen(li, building, Building) == at_county(county, building, Building)

    remove(li, building, Building)

    assert li.sync().held == 0
    assert at_county(county, building, Building)["deleted_at"] is not None


def test_two_that_deleted_the_same_agree_on_when(two, county):
    """The other's delete came down while one's own was still to be sent."""
    li, wang = two
    person = save(li, Resident, name="张德福")
    li.sync()
    wang.sync()
    remove(li, person)
    li.sync()
    while_it_travels(wang, lambda: remove(wang, person))
    wang.sync()
    wang.sync()

    assert seen(wang, person) == seen(li, person) == at_county(county, person)


def test_a_reply_to_an_older_request_changes_nothing(two):
    li, wang = two
    person = save(li, Resident, name="张德福")
    li.sync()
    exchange, kept = wang.transport.exchange, []

    def keeping(path, token, body):
        kept.append(exchange(path, token, body))
        return kept[-1]

    wang.transport.exchange = keeping
    wang.sync()
    save(wang, Resident, person, note="耳背")
    wang.transport.exchange = lambda *asked: (exchange(*asked), kept[0])[1]
    with pytest.raises(UserError, match="再同步一次"):
        wang.sync()
    wang.transport.exchange = exchange
    wang.sync()
    li.sync()

    assert seen(li, person) == seen(wang, person)
    assert seen(li, person)["note"] == "耳背"


def test_a_visit_written_while_its_resident_leaves_goes_with_them(laptop):
    """The line that takes the resident away waits until the visit is sent."""
    here, both = laptop("李主任"), laptop("书记", GRID, OTHER)
    person = save(here, Resident, name="张德福")
    here.sync()
    both.sync()
    with both.store.writing() as tx:
        records.move(tx, Resident, person, THERE)
    both.sync()
    made = []

    def visit():
        given = {"resident_id": person, "mode": "home", "started_at": NOON}
        made.append(save(here, Visit, **given, note="想吃饺子"))

    while_it_travels(here, visit)
    assert here.sync().held == 0
    here.sync()
    both.sync()

    found = seen(both, made[0], Visit)
    assert (found["note"], found["grid_id"]) == ("想吃饺子", THERE)
    assert seen(here, made[0], Visit) is None


@pytest.mark.parametrize("act", ["edit", "delete"])
def test_what_a_role_may_only_read_goes_back_to_what_the_county_has(
    laptop, county, new_vault, act
):
    li, vault, line = laptop("李主任"), new_vault("镇上"), Direct(county)
    town = Laptop(vault, SyncClient(vault, line), line)
    town.client.enrol(access.create_enrolment(county, [GRID], "镇上", "town"))
    person = save(li, Resident, name="张德福")
    li.sync()
    town.sync()
    if act == "edit":
        save(town, Resident, person, note="耳背")
    else:
        remove(town, person)
    town.sync()

    assert [one.reason for one in waiting(town)] == ["out_of_scope"]
    assert seen(town, person) == at_county(county, person)


@pytest.fixture
def moving(laptop):
    """A household that both know, and that the second one is about to move."""
    here, both = laptop("李主任"), laptop("书记", GRID, OTHER)
    building = save(here, Building, number="3")
    door = save(here, Dwelling, building_id=building, room="501")
    home = save(here, Household, dwelling_id=door)
    here.sync()
    both.sync()
    return here, both, home


def move_home(both, home):
    with both.store.writing() as tx:
        records.move(tx, Household, home, THERE)
    both.sync()


def test_somebody_added_to_a_household_that_was_just_being_moved_moves_along(
    moving, laptop
):
    here, both, home = moving
    there = laptop("王秀兰", OTHER)
    person = save(here, Resident, name="张德福", household_id=home)
    tag = save(here, ResidentTag, resident_id=person, tag="alone", since=NOON.date())
    here.sync()

    move_home(both, home)
    for one in (here, there, both):
        one.sync()

    for key, model in ((person, Resident), (tag, ResidentTag)):
        assert seen(there, key, model) == seen(both, key, model)
        assert seen(there, key, model)["grid_id"] == THERE
        assert seen(here, key, model) is None


def test_somebody_put_into_a_household_that_was_just_moved_goes_there(moving, laptop):
    here, both, home = moving
    third = laptop("周敏", GRID, OTHER)
    person = save(here, Resident, name="张德福")
    here.sync()
    third.sync()
    save(third, Resident, person, household_id=home)

    move_home(both, home)
    for one in (third, both, here):
        one.sync()

    assert seen(third, person) == seen(both, person)
    assert seen(both, person)["grid_id"] == THERE
    assert seen(here, person) is None
