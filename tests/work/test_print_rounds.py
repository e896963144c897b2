"""Whom a batch of sheets is for is counted before it is printed."""

from __future__ import annotations

import datetime as dt

import pytest

from gridapp.models import Grid, Issue, Resident, Visit, Worker
from gridapp.models.place import grid_id
from gridapp.store import records
from gridapp.store.vault import Store
from gridapp.work import flow, plans
from gridapp.work.print_rounds import buildings, recent, rounds
from tests.conftest import People, at


@pytest.fixture
def planned(vault: Store, people: People, today: dt.date) -> People:
    since = today - dt.timedelta(days=30)
    with vault.writing() as tx:
        plans.set_plan(tx, people.li, "visit", 7, "测试", since)
        plans.set_plan(tx, people.chen, "visit", 33, "测试", since)
        plans.set_plan(tx, people.zhang, "visit", 90, "测试", since)
        plans.set_plan(tx, people.li, "call", 2, "测试", since)
    return people


def test_today_and_the_week_hold_who_is_due(
    vault: Store, planned: People, today: dt.date
) -> None:
    with vault.reading() as db:
        found = rounds(db, "visit", today)
        calls = rounds(db, "call", today)
    assert found.today == (planned.li,)
    assert set(found.week) == {planned.li, planned.chen}  # due on Thursday
    assert calls.week == (planned.li,)
    assert found.grids == ()  # there is but one


def test_a_building_holds_everybody_with_a_plan_in_walking_order(
    vault: Store, planned: People, today: dt.date
) -> None:
    with vault.reading() as db:
        found = rounds(db, "visit", today)
        every = buildings(db)
    assert [one.words for one in found.buildings] == ["3号楼：1 人", "12号楼：2 人"]
    assert set(found.buildings[1].ids) == {planned.zhang, planned.chen}
    assert [one.words for one in every] == ["3号楼", "12号楼"]


def test_a_secretary_of_several_grids_prints_for_one_worker(
    vault: Store, planned: People, today: dt.date
) -> None:
    code = "990101001002"
    other = grid_id(code)
    with vault.writing() as tx:
        records.insert_many(tx, Grid, [{"id": other, "code": code, "name": "第二网格"}])
        worker = {"name": "孙丽", "role": "worker", "grid_id": other}
        records.insert_many(tx, Worker, [worker])
        records.move(tx, Resident, planned.chen, other)
    with vault.reading() as db:
        found = rounds(db, "visit", today)
    assert sorted(one.words for one in found.grids) == [
        "和顺里第一网格 周敏：1 人",
        "第二网格 孙丽：1 人",
    ]


def test_the_newest_records_are_offered_by_their_names(
    vault: Store, planned: People, today: dt.date
) -> None:
    with vault.writing() as tx:
        flow.open_issue(tx, {"title_text": "楼道堆物", "category": "0201"})
        values = {"resident_id": planned.li, "mode": "home", "met_whom": "self"}
        records.save(tx, Visit, values | {"started_at": at(today)})
    with vault.reading() as db:
        [issue] = recent(db, Issue, dt.date.today())
        [visit] = recent(db, Visit, today)
    assert issue.words.endswith("楼道堆物")
    assert visit.words == "11-23 李桂英"
