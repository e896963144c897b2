"""The route in walking order, the points' own history, and rounds as one reads them."""

import datetime as dt

import pytest

from gridapp.errors import InvalidFields
from gridapp.models import Attachment, Building, Issue, Patrol, PatrolPoint
from gridapp.store import records
from gridapp.store.photos import Photo
from gridapp.work import patrol_points, patrol_round, patrols, recycle
from gridapp.work.attachments import PendingPhoto
from tests.conftest import at

DAY = dt.date(2026, 11, 23)


def made_on(store, day, *points):
    """Points of that day: the store stamps them now, so they are dated back."""
    with store.writing() as tx:
        ids = [records.save(tx, PatrolPoint, values) for values in points]
        for one in ids:
            tx.db.exec_driver_sql(
                "UPDATE patrol_point SET created_at = ? WHERE id = ?",
                (f"{day}T01:00:00.000Z", one.hex),
            )
    return ids


def route(store, day=DAY):
    with store.reading() as db:
        return patrol_round.route(db, day)


def test_the_route_goes_from_building_to_building_and_ends_elsewhere(vault, people):
    made_on(
        vault,
        DAY,
        {"name": "水泵房", "interval_days": 3},
        {"name": "楼道", "interval_days": 7, "building_id": people.building},
        {"name": "电表间", "interval_days": 7, "building_id": people.building},
    )
    with vault.writing() as tx:
        records.save(tx, Building, {"number": "20"})
    legs = route(vault)
    names = [leg.name for leg in legs]
    assert names == ["3号楼", "12号楼", "20号楼", "其他地点"]
    assert [spot.name for spot in legs[0].spots] == ["楼道", "电表间"]
    assert [spot.point_id for spot in legs[1].spots] == [None]  # the building itself
    assert legs[1].due(DAY) == ()  # a building alone is never due
    assert len(legs[0].due(DAY)) == 2


def test_a_new_point_is_asked_for_at_once_but_late_after_a_whole_interval(vault):
    made_on(vault, DAY, {"name": "水泵房", "interval_days": 3})
    [[spot]] = [leg.spots for leg in route(vault)]
    assert (spot.due, spot.late_days, spot.last) == (DAY, 0, None)
    [[spot]] = [leg.spots for leg in route(vault, DAY + dt.timedelta(days=5))]
    assert spot.late_days == 2


def test_a_building_that_was_looked_at_says_when(vault, people):
    with vault.writing() as tx:
        stop = {"building_id": people.building}
        patrols.log_patrol(tx, {"started_at": at(DAY)}, [stop])
    [spot] = route(vault)[0].spots
    assert spot.last == DAY


def test_a_skipped_point_stays_due(vault):
    seen, skipped = made_on(
        vault,
        DAY,
        {"name": "南门", "interval_days": 7},
        {"name": "北门", "interval_days": 7},
    )
    with vault.writing() as tx:
        patrols.log_patrol(tx, {"started_at": at(DAY)}, [{"point_id": seen}])
    [leg] = route(vault)
    assert [spot.point_id for spot in leg.due(DAY)] == [skipped]


def test_a_deleted_round_was_no_look_and_a_restored_one_was(vault):
    [point] = made_on(vault, DAY, {"name": "南门", "interval_days": 7})
    with vault.writing() as tx:
        logged = patrols.log_patrol(tx, {"started_at": at(DAY)}, [{"point_id": point}])
    with vault.writing() as tx:
        recycle.delete(tx, Patrol, logged.patrol_id)
    assert route(vault)[0].spots[0].last is None
    with vault.writing() as tx:
        recycle.restore(tx, Patrol, logged.patrol_id)
    assert route(vault)[0].spots[0].last == DAY


def test_another_interval_needs_its_reason_and_the_history_keeps_it(vault):
    with vault.writing() as tx:
        values = {"name": "南门", "interval_days": 7, "look_at": "门禁"}
        point = patrol_points.save_point(tx, values)
    with pytest.raises(InvalidFields) as refused, vault.writing() as tx:
        patrol_points.save_point(tx, {"interval_days": 14}, point)
    assert "reason" in refused.value.messages
    with vault.writing() as tx:
        patrol_points.save_point(tx, {"interval_days": 14}, point, "一个月没有问题")
    with vault.reading() as db:
        row = records.get(db, PatrolPoint, point)
        words = [change.words for change in patrol_points.changes(db, point)]
        who = {change.who for change in patrol_points.changes(db, point)}
    assert row["interval_days"] == 14
    assert row["look_at"].startswith("门禁\n")
    assert "每 14 天看一次：一个月没有问题" in row["look_at"]
    assert words[-1] == "设点，每 7 天看一次"
    assert "间隔从 7 天改为 14 天" in words
    assert any("一个月没有问题" in one for one in words)
    assert who == {"周敏"}


def test_a_stopped_point_is_listed_last_and_comes_back(vault):
    first, other = made_on(
        vault,
        DAY,
        {"name": "北门", "interval_days": 7},
        {"name": "南门", "interval_days": 7},
    )
    with vault.writing() as tx:
        patrol_points.stop(tx, first, DAY)
    with vault.reading() as db:
        lines = patrol_points.points(db, DAY)
    assert [(one.id, one.stopped) for one in lines] == [(other, False), (first, True)]
    assert [spot.point_id for leg in route(vault) for spot in leg.spots] == [other]
    with vault.writing() as tx:
        patrol_points.resume(tx, first)
    assert len(route(vault)[0].spots) == 2


def test_proposals_are_set_up_once_in_every_building_and_taken_back(vault, people):
    with vault.writing() as tx:
        made = patrol_points.adopt(tx, ["消防通道", "电动车充电"])
    assert len(made) == 4  # two buildings
    with vault.writing() as tx:
        assert patrol_points.adopt(tx, ["消防通道"]) == []
    with vault.reading() as db:
        missing = patrol_points.missing(db)
    assert {name: len(rows) for name, rows in missing.items()} == {
        "消防通道": 0,
        "楼道堆物": 2,
        "电动车充电": 0,
    }
    with vault.writing() as tx:
        patrol_points.withdraw(tx, made)
    assert all(spot.point_id is None for leg in route(vault) for spot in leg.spots)


def photo(digit):
    return PendingPhoto(Photo(digit * 64, None, 10, 10, 100), "a.jpg")


def test_photos_of_a_finding_belong_to_its_issue(vault, people):
    findings = [
        {"category": "0301", "place": "南门"},
        {"category": "0101", "place": "北门"},
    ]
    with vault.writing() as tx:
        logged = patrol_round.log_round(
            tx, {"started_at": at(DAY)}, [], findings, [(), (photo("a"),)]
        )
    with vault.reading() as db:
        [row] = records.find(db, Attachment)
        file = patrol_round.read_round(db, logged.patrol_id)
    assert (row["owner_type"], row["owner_id"]) == ("issue", logged.issue_ids[1])
    assert [len(one.photos) for one in file.findings] == [0, 1]


def test_the_log_says_what_a_round_came_to(vault, people):
    [point] = made_on(
        vault,
        DAY,
        {"name": "楼道", "interval_days": 7, "building_id": people.building},
    )
    finding = {"stop": 0, "category": "0101", "place": "3号楼楼道", "note": "堆物"}
    with vault.writing() as tx:
        found = patrols.log_patrol(
            tx,
            {"started_at": at(DAY), "ended_at": at(DAY, 10), "note": "雨后"},
            [{"point_id": point, "building_id": people.building, "state": "2"}],
            [finding],
        )
        patrols.log_patrol(tx, {"started_at": at(DAY - dt.timedelta(days=3))})
    with vault.reading() as db:
        lines = patrol_round.log(db)
        only = patrol_round.log(db, DAY, DAY)
        before = patrol_round.log(db, None, DAY - dt.timedelta(days=1))
        file = patrol_round.read_round(db, found.patrol_id)
    assert [line.id for line in lines][0] == found.patrol_id
    assert len(lines) == 2
    assert [line.id for line in only] == [found.patrol_id]
    assert len(before) == 1
    assert lines[0].findings == ("消防通道堵塞 3号楼楼道",)
    assert (lines[0].stops, lines[0].who, lines[0].note) == (1, "周敏", "雨后")
    assert [(s.where, s.state) for s in file.stops] == [("3号楼 楼道", "2")]
    [one] = file.findings
    assert (one.issue_id, one.state) == (found.issue_ids[0], "待上报")


def test_a_finding_whose_issue_is_gone_is_still_read(vault):
    with vault.writing() as tx:
        logged = patrols.log_patrol(
            tx, {}, findings=[{"category": "0301", "place": "南门"}]
        )
        records.delete(tx, Issue, logged.issue_ids[0])
    with vault.reading() as db:
        [one] = patrol_round.read_round(db, logged.patrol_id).findings
    assert (one.words, one.issue_id, one.state) == ("垃圾 南门", None, "")
