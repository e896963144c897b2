"""Saving, changing and deleting; what the database itself refuses."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from gridapp.errors import InvalidFields, UserError
from gridapp.models import (
    Building,
    CarePlan,
    Dwelling,
    Grid,
    Household,
    IssueStep,
    Resident,
    Visit,
)
from gridapp.store import records
from gridapp.work import flow
from tests.conftest import id_number

NEW_YEAR = dt.date(2026, 1, 1)


def run(store, sql, **values):
    """Plain SQL as another program with the key would send it."""
    with store.writing() as tx:
        tx.db.execute(text(sql), values)


@pytest.fixture
def plan(vault, people):
    values = {"way": "visit", "interval_days": 7, "since": NEW_YEAR}
    with vault.writing() as tx:
        return records.save(tx, CarePlan, values | {"resident_id": people.li})


@pytest.fixture
def step(vault):
    with vault.writing() as tx:
        lamp = {"title_text": "路灯不亮", "category": "0401"}
        flow.open_issue(tx, lamp)
        [found] = records.find(tx.db, IssueStep)
    return found["id"]


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("UPDATE resident SET sex = '7'", "ck_resident_sex"),
        ("UPDATE resident SET life_state = 'dead'", "ck_resident_life_state"),
        ("UPDATE resident SET name = replace(hex(zeroblob(41)), '00', '长长')",
         "ck_resident_name"),
        ("UPDATE care_plan SET until = '2025-12-31'", "ck_care_plan_ends_after_start"),
        ("UPDATE care_plan SET interval_days = 0", "ck_care_plan_interval_in_range"),
        ("UPDATE care_plan SET way = 'drone'", "ck_care_plan_way"),
        ("UPDATE care_plan SET since = NULL", "care_plan.since"),
        ("UPDATE building SET floors = 900", "ck_building_floors_in_range"),
        ("UPDATE resident_tag SET until = '2025-01-01'",
         "ck_resident_tag_ends_after_start"),
        ("UPDATE contact SET rank = 0", "ck_contact_rank_from_one"),
    ],
)  # fmt: skip
def test_database_refuses_what_the_form_refuses(vault, plan, sql, rule):
    with pytest.raises(IntegrityError, match=rule):
        run(vault, sql)


@pytest.mark.parametrize("column", ["household_id", "grid_id"])
def test_database_refuses_a_reference_to_nothing(vault, plan, column):
    with pytest.raises(UserError, match="所指的记录"):
        run(vault, f"UPDATE resident SET {column} = id")


@pytest.mark.parametrize("table", ["resident", "building", "care_plan", "issue_step"])
def test_nothing_is_ever_removed(vault, plan, step, table):
    with pytest.raises(DatabaseError, match="never removed"):
        run(vault, f"DELETE FROM {table}")


def test_replacing_a_row_is_no_way_around(vault, people):
    with vault.reading() as db:
        before = records.get(db, Building, people.building)
    with pytest.raises(DatabaseError, match="never removed"):
        run(vault, "INSERT OR REPLACE INTO building SELECT * FROM building")
    with vault.reading() as db:
        assert records.get(db, Building, people.building) == before


def test_step_of_a_trace_is_never_changed(vault, step):
    for column, value in (("note", "改了"), ("deleted_at", "2026-01-01")):
        with pytest.raises(DatabaseError, match="never changed"):
            run(vault, f"UPDATE issue_step SET {column} = :value", value=value)
    with pytest.raises(UserError, match="不能修改"), vault.writing() as tx:
        records.save(tx, IssueStep, {"note": "改了"}, step)
    with pytest.raises(UserError, match="不能删除"), vault.writing() as tx:
        records.delete(tx, IssueStep, step)


def test_some_fields_of_a_record_can_be_changed(vault, people):
    with vault.reading() as db:
        before = records.get(db, Resident, people.li)
    with vault.writing() as tx:
        records.save(tx, Resident, {"note": "听力不好"}, people.li)
    with vault.reading() as db:
        after = records.get(db, Resident, people.li)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"note", "updated_at"}
    assert after["updated_at"] > before["updated_at"]


def test_saving_what_is_there_changes_nothing(vault, people):
    with vault.reading() as db:
        before = records.get(db, Resident, people.li)
    with vault.writing() as tx:
        records.save(tx, Resident, {"name": "李桂英"}, people.li)
        assert tx.changed == {}
    with vault.reading() as db:
        assert records.get(db, Resident, people.li) == before


def test_unknown_field_is_a_mistake_of_the_program(vault):
    with pytest.raises(KeyError, match="storeys"), vault.writing() as tx:
        records.save(tx, Building, {"number": "3", "storeys": 6})


def test_deleted_record_is_out_of_sight_until_it_is_restored(vault, people):
    with vault.writing() as tx:
        records.delete(tx, Resident, people.li)
        records.delete(tx, Resident, people.li)  # once more does nothing
    with vault.reading() as db:
        assert records.get(db, Resident, people.li) is None
        assert records.get(db, Resident, people.li, deleted=True)["deleted_at"]
        assert people.li not in records.ids(db, Resident)
    with pytest.raises(UserError, match="回收站"), vault.writing() as tx:
        records.save(tx, Resident, {"note": "改"}, people.li)
    with vault.writing() as tx:
        records.undelete(tx, Resident, people.li)
    with vault.reading() as db:
        assert records.get(db, Resident, people.li)["name"] == "李桂英"


@pytest.mark.parametrize("act", [records.delete, records.undelete])
def test_record_that_never_was_cannot_be_deleted(vault, act):
    with pytest.raises(UserError, match="没有这条居民"), vault.writing() as tx:
        act(tx, Resident, uuid4())


def test_wrong_id_number_is_saved_only_when_the_paper_was_seen(vault):
    good = id_number("1945-03-08")
    wrong = good[:-1] + ("0" if good[-1] != "0" else "1")
    person = {"name": "王五", "id_number": wrong}
    with pytest.raises(InvalidFields, match="校验位"), vault.writing() as tx:
        records.save(tx, Resident, person)
    with vault.writing() as tx:
        records.save(tx, Resident, person | {"id_verified": True})


def test_rule_across_fields_holds_for_a_change_of_one(vault, plan):
    with pytest.raises(InvalidFields) as caught, vault.writing() as tx:
        records.save(tx, CarePlan, {"until": dt.date(2025, 1, 1)}, plan)
    assert set(caught.value.messages) == {"until"}


def test_part_belongs_to_the_grid_of_its_whole(vault, people):
    with vault.writing() as tx:
        other = uuid4()
        grid = {"id": other, "code": "990101001002", "name": "第二网格"}
        records.insert_many(tx, Grid, [grid])
        building = records.save(tx, Building, {"number": "9", "grid_id": other})
        dwelling = records.save(tx, Dwelling, {"building_id": building, "room": "101"})
        home = records.save(tx, Household, {"dwelling_id": dwelling})
        person = {"name": "孙七", "household_id": home}
        who = records.save(tx, Resident, person)
        visit = {"mode": "home", "started_at": tx.at, "resident_id": who}
        called = records.save(tx, Visit, visit)
    with vault.reading() as db:
        for model, key in ((Dwelling, dwelling), (Resident, who), (Visit, called)):
            assert records.get(db, model, key)["grid_id"] == other
        assert records.get(db, Resident, people.li)["grid_id"] != other


def test_moving_takes_the_parts_along(vault, people, plan):
    with vault.writing() as tx:
        other = uuid4()
        grid = {"id": other, "code": "990101001002", "name": "第二网格"}
        records.insert_many(tx, Grid, [grid])
    with vault.writing() as tx:
        records.move(tx, Building, people.building, other)
    with vault.reading() as db:
        assert records.get(db, Resident, people.li)["grid_id"] == other
        assert records.get(db, CarePlan, plan)["grid_id"] == other
        assert records.get(db, Resident, people.zhang)["grid_id"] != other


def test_filter_order_limit_and_pages(vault):
    with vault.writing() as tx:
        rows = [{"number": str(n), "estate": "和顺里"} for n in range(5)]
        records.insert_many(tx, Building, [*rows, {"number": "9"}])
    with vault.reading() as db:
        found = records.filtered(
            db, Building, {"estate": "和顺里"}, order="number", descending=True,
            limit=2, offset=1,
        )  # fmt: skip
        nameless = records.filtered(db, Building, {"estate": None})
        assert records.count(db, Building) == 6
        ordered = records.ids(db, Building, order="number")
        assert [records.get(db, Building, k)["number"] for k in ordered][-1] == "9"
    assert [row["number"] for row in found] == ["3", "2"]
    assert [row["number"] for row in nameless] == ["9"]


def test_many_ids_are_read_at_once(vault):
    with vault.writing() as tx:
        rows = [{"number": str(n)} for n in range(1203)]
        made = records.insert_many(tx, Building, rows)
    with vault.reading() as db:
        found = records.by_id(db, Building, [*made, uuid4()])
    assert [found[key]["number"] for key in made] == [row["number"] for row in rows]
