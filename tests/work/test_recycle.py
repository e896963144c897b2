"""The recycle bin: what goes in together comes out together, and nothing is lost."""

import datetime as dt

import pytest

from gridapp.errors import UserError
from gridapp.models import (
    Building,
    CarePlan,
    Contact,
    Household,
    Resident,
    ResidentTag,
    Visit,
)
from gridapp.models.kinds import now
from gridapp.store import records
from gridapp.work import recycle
from gridapp.work.plans import set_plan
from gridapp.work.visits import log_visit
from tests.conftest import at

DAY = dt.date(2026, 11, 20)
PARTS = (ResidentTag, Contact, CarePlan, Visit)


@pytest.fixture
def visited(vault, people):
    with vault.writing() as tx:
        set_plan(tx, people.li, "visit", 7, "每周走访", DAY)
        log_visit(tx, people.li, {"started_at": at(DAY), "note": "一切正常"})
    return people


def belonging(vault, person):
    with vault.reading() as db:
        return {
            model: len(records.filtered(db, model, {"resident_id": person}))
            for model in PARTS
        }


def lines(vault, when=None, kind=""):
    with vault.reading() as db:
        return recycle.bin_lines(db, when or now(), kind)


def test_resident_goes_and_comes_back_with_everything(vault, visited):
    before = belonging(vault, visited.li)
    assert before == {ResidentTag: 1, Contact: 2, CarePlan: 1, Visit: 1}
    with vault.writing() as tx:
        assert recycle.delete(tx, Resident, visited.li) == 6
    assert set(belonging(vault, visited.li).values()) == {0}
    [line] = [one for one in lines(vault) if one.id == visited.li]
    assert (line.kind, line.title, line.by) == ("居民", "李桂英", "周敏")
    assert line.detail == "3-2-501"
    assert line.parts == {"resident_tag": 1, "contact": 2, "care_plan": 1, "visit": 1}
    with vault.writing() as tx:
        assert recycle.restore(tx, Resident, visited.li) == 6
    assert belonging(vault, visited.li) == before


def test_what_was_deleted_earlier_stays_in_the_bin(vault, visited):
    with vault.writing() as tx:
        [tag] = records.filtered(tx.db, ResidentTag, {"resident_id": visited.li})
        recycle.delete(tx, ResidentTag, tag["id"])
    with vault.writing() as tx:
        recycle.delete(tx, Resident, visited.li)
    assert {one.type for one in lines(vault)} == {"resident", "resident_tag"}
    with vault.writing() as tx:
        recycle.restore(tx, Resident, visited.li)
    assert belonging(vault, visited.li)[ResidentTag] == 0
    [line] = lines(vault, kind="resident_tag")
    assert (line.title, line.detail) == ("李桂英", "3-2-501 独居")


def test_part_of_a_deleted_record_says_what_to_restore_first(vault, visited):
    with vault.writing() as tx:
        [visit] = records.filtered(tx.db, Visit, {"resident_id": visited.li})
        recycle.delete(tx, Visit, visit["id"])
    with vault.writing() as tx:
        recycle.delete(tx, Resident, visited.li)
    with (
        pytest.raises(UserError, match="李桂英.*先恢复那份居民"),
        vault.writing() as tx,
    ):
        recycle.restore(tx, Visit, visit["id"])
    with vault.writing() as tx:
        recycle.restore(tx, Resident, visited.li)
        recycle.restore(tx, Visit, visit["id"])
    assert belonging(vault, visited.li)[Visit] == 1


def test_bin_lists_thirty_days_newest_first_and_masks(vault, people):
    with vault.writing() as tx:
        recycle.delete(tx, Resident, people.li)
    shown = lines(vault)
    assert [one.title for one in shown] == ["李桂英", "赵六"]
    assert shown[0].days_left == 30
    assert "13800000001" not in str(shown)
    assert lines(vault, now() + dt.timedelta(days=31)) == []


def test_place_where_people_live_is_not_deleted(vault, people):
    with vault.reading() as db:
        home = records.get(db, Resident, people.zhang)["household_id"]
    with pytest.raises(UserError, match="还有 2 条居民"), vault.writing() as tx:
        recycle.delete(tx, Household, home)
    with pytest.raises(UserError, match="还有 1 条房屋"), vault.writing() as tx:
        recycle.delete(tx, Building, people.building)


def test_restoring_what_is_not_in_the_bin_says_so(vault, people):
    with pytest.raises(UserError, match="不在回收站"), vault.writing() as tx:
        recycle.restore(tx, Resident, people.li)
