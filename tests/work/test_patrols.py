"""A day's round in one transaction, and the points that are due."""

import datetime as dt

import pytest

from gridapp.errors import InvalidFields
from gridapp.models import Finding, Issue, Patrol, PatrolPoint, PatrolStop
from gridapp.store import records
from gridapp.work import flow, patrols
from tests.conftest import at

NOVEMBER_20 = dt.date(2026, 11, 20)


@pytest.fixture
def point(vault, people):
    with vault.writing() as tx:
        values = {"name": "3号楼配电房", "interval_days": 7}
        return records.save(tx, PatrolPoint, values | {"building_id": people.building})


def test_round_without_findings(vault, point):
    with vault.writing() as tx:
        logged = patrols.log_patrol(
            tx, {"started_at": at(NOVEMBER_20)}, [{"point_id": point}]
        )
    with vault.reading() as db:
        patrol = records.get(db, Patrol, logged.patrol_id)
        [stop] = records.filtered(db, PatrolStop, {"patrol_id": logged.patrol_id})
    assert patrol["nothing_found"] is True
    assert (stop["state"], stop["at"]) == ("0", at(NOVEMBER_20))
    assert logged.issue_ids == ()


def test_finding_becomes_an_issue_of_its_stop(vault, people, point):
    stop = {"point_id": point, "building_id": people.building, "state": "2"}
    finding = {
        "stop": 0,
        "category": "0101",
        "place": "3号楼2单元楼道",
        "note": "电动车堵住消防通道\n车主不在",
        "owner_name": "物业",
        "level": "important",
    }
    with vault.writing() as tx:
        logged = patrols.log_patrol(
            tx, {"started_at": at(NOVEMBER_20)}, [stop], [finding]
        )
    with vault.reading() as db:
        [found] = records.filtered(db, Finding, {"patrol_id": logged.patrol_id})
        issue = records.get(db, Issue, found["issue_id"])
        patrol = records.get(db, Patrol, logged.patrol_id)
    assert found["stop_id"] == logged.stop_ids[0]
    assert issue["id"] == logged.issue_ids[0]
    assert issue["title_text"] == "电动车堵住消防通道"
    assert (issue["state"], issue["source"]) == ("pending", "02")
    assert (issue["owner_name"], issue["level"]) == ("物业", "important")
    assert issue["building_id"] == people.building
    assert issue["place"] == "3号楼2单元楼道"
    assert patrol["nothing_found"] is False


def test_finding_handled_on_the_spot_is_closed(vault):
    finding = {"category": "0301", "place": "南门", "action": "self_close"}
    with vault.writing() as tx:
        logged = patrols.log_patrol(tx, {}, findings=[finding | {"result": "已清走"}])
    with vault.reading() as db:
        issue = records.get(db, Issue, logged.issue_ids[0])
    assert (issue["state"], issue["result"]) == ("self_closed", "已清走")
    assert issue["title_text"] == "巡查发现：垃圾"


def test_nothing_found_and_a_finding_contradict_each_other(vault):
    finding = {"category": "0301", "place": "南门"}
    with pytest.raises(InvalidFields, match="未发现问题"), vault.writing() as tx:
        patrols.log_patrol(tx, {"nothing_found": True}, findings=[finding])
    with vault.reading() as db:
        assert records.find(db, Patrol) == []


def test_bad_finding_leaves_no_half_round(vault, point):
    with pytest.raises(InvalidFields), vault.writing() as tx:
        patrols.log_patrol(tx, {}, [{"point_id": point}], [{"category": "0301"}])
    with vault.reading() as db:
        for model in (Patrol, PatrolStop, Finding, Issue):
            assert records.find(db, model) == []


def test_undo_takes_the_round_back_but_no_issue_that_moved_on(vault):
    findings = [
        {"category": "0301", "place": "南门"},
        {"category": "0101", "place": "北门", "note": "堵塞"},
    ]
    with vault.writing() as tx:
        logged = patrols.log_patrol(tx, {}, findings=findings)
        flow.step(tx, logged.issue_ids[1], "void", "重复")
    with vault.writing() as tx:
        patrols.undo(tx, logged)
    with vault.reading() as db:
        assert records.find(db, Patrol) == records.find(db, Finding) == []
        assert [row["id"] for row in records.find(db, Issue)] == [logged.issue_ids[1]]


def test_point_is_due_one_interval_after_the_last_look(vault, point):
    with vault.writing() as tx:
        patrols.log_patrol(tx, {"started_at": at(NOVEMBER_20)}, [{"point_id": point}])
    with vault.reading() as db:
        assert patrols.points_due(db, dt.date(2026, 11, 26)) == []
        [soon] = patrols.points_due(db, dt.date(2026, 11, 26), horizon=1)
        [late] = patrols.points_due(db, dt.date(2026, 11, 30))
    assert (soon.due, soon.late_days) == (dt.date(2026, 11, 27), 0)
    assert (late.late_days, late.last, late.building) == (3, NOVEMBER_20, "3")


def test_stopped_point_is_not_due(vault, point):
    with vault.reading() as db:
        made = records.get(db, PatrolPoint, point)["created_at"].astimezone().date()
        assert [row.due for row in patrols.points_due(db, made)] == [made]
    with vault.writing() as tx:
        records.save(tx, PatrolPoint, {"stopped_on": made}, point)
    with vault.reading() as db:
        assert patrols.points_due(db, made) == []
