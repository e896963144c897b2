"""What the demo's worker writes down: some weeks of visits, rounds and problems."""

from __future__ import annotations

import datetime as dt
from uuid import UUID
from zlib import crc32

from gridapp.models import Building, PatrolPoint, Resident, Visit
from gridapp.models.kinds import now
from gridapp.models.record import Values
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.store.vault import Store, Writing
from gridapp.work import disputes, flow, patrols, today, visits
from gridapp.work.due import Due
from gridapp.work.patrol_points import PROPOSALS
from gridapp.work.visit_round import natural

A_DAY = 55  # visits and calls that one day holds at most
PATROLLED = 6  # buildings that have points of their own
SKIPPED = 9  # days for which every fifth point was not looked at
LEFT_BEHIND = 17  # every so many people, and problems, are late, as in life
POINTS = (
    ("北门消防通道", 1),
    ("6号楼电动车棚", 2),
    ("小区水泵房", 3),
    ("广场健身器材", 7),
)


def set_points(tx: Writing) -> None:
    """The places that are looked at every so many days."""
    for name, interval in POINTS:
        records.save(tx, PatrolPoint, {"name": name, "interval_days": interval})
    buildings = records.find(tx.db, Building)
    buildings.sort(key=lambda row: natural(row["number"]))
    for building in buildings[:PATROLLED]:
        for one in PROPOSALS:
            values = {"name": one.name, "look_at": one.look_at}
            values |= {"building_id": building["id"]}
            records.save(tx, PatrolPoint, values | {"interval_days": one.interval_days})


def work_day(tx: Writing, day: dt.date) -> int:
    """One whole day: the round, what was due, what was found; how many visits."""
    _round(tx, day)
    done = visit_people(tx, day, A_DAY)
    for one in today.due(tx.db, day, horizon=0):
        if one.kind == "issue" and not _left_behind(one):
            flow.step(tx, one.id, "self_close", "已整改，现场看过", at(day, 8))
    return done


def visit_people(tx: Writing, day: dt.date, most: int) -> int:
    """Work off the first visits and calls of a day, but for a few that stay behind."""
    due = [
        one
        for one in today.due(tx.db, day, horizon=0)
        if one.kind in ("visit", "call")
        and one.resident_id is not None
        and not _left_behind(one)
    ]
    for number, one in enumerate(due[:most]):
        values = _visit(one.kind, at(day, 8 + number % 9), number + day.day)
        visits.log_visit(tx, one.resident_id, values)
    return len(due[:most])


def _left_behind(one: Due) -> bool:
    """Whether this stays undone: the same people and problems at each run."""
    return crc32(f"{one.who} {one.aside}".encode()) % LEFT_BEHIND == 0


def since_sync(store: Store, day: dt.date) -> None:
    """What the county does not know yet: two more visits, one of them taken back."""
    with store.writing() as tx:
        visit_people(tx, day, 2)
        newest = max(records.find(tx.db, Visit), key=lambda row: row["created_at"])
        records.delete(tx, Visit, newest["id"])


def _round(tx: Writing, day: dt.date) -> None:
    values: Values = {
        "started_at": at(day, 9),
        "ended_at": at(day, 10),
        "route": "各楼栋一圈",
    }
    patrols.log_patrol(tx, values, _stops(tx.db, day))


def _stops(db: Connection, day: dt.date) -> list[Values]:
    """What was looked at: each point on its days, but a few left behind of late."""
    lately = (dt.date.today() - day).days < SKIPPED
    return [
        {"point_id": point["id"], "building_id": point["building_id"]}
        for number, point in enumerate(records.find(db, PatrolPoint))
        if (day.toordinal() + number) % point["interval_days"] == 0
        and not (lately and number % 5 == 4)
    ]


def _visit(kind: str, moment: dt.datetime, number: int) -> Values:
    """What was found, varied so that every kind of answer is there."""
    values: Values = {"mode": "phone" if kind == "call" else "home"}
    values["started_at"] = moment
    if number % 11 == 7:
        return values | {"met_whom": "nobody", "not_met_reason": "out"}
    values |= {"met_whom": "self", "condition": "good", "note": "精神好，饮食正常"}
    if number % 13 == 3:
        values |= {
            "condition": "unwell",
            "note": "血压偏高，已提醒按时服药，已联系家属",
            "systolic": 152,
            "diastolic": 92,
            "remind": "血压复查结果",
        }
    if kind == "visit" and number % 19 == 4:
        values |= {"hazards": ("gas",), "note": "厨房燃气软管老化"}
    return values


def at(day: dt.date, hour: int) -> dt.datetime:
    """Ten past `hour` of that day, local time, but never later than now."""
    moment = dt.datetime.combine(day, dt.time(hour, 10)).astimezone(dt.UTC)
    return min(moment, now())


def todays_round(store: Store, day: dt.date) -> UUID:
    """Today's patrol with one finding; the issue it became."""
    with store.writing() as tx:
        done = patrols.log_patrol(
            tx,
            {"started_at": at(day, 9), "ended_at": at(day, 10), "route": "1–6号楼"},
            [stop for stop in _stops(tx.db, day) if stop["building_id"] is None],
            [{"category": "0101", "place": "3号楼西侧", "note": "消防通道堆放杂物"}],
        )
    return done.issue_ids[0]


def register_dispute(tx: Writing, day: dt.date) -> UUID:
    """A leak between two floors."""
    values: Values = {
        "name": "楼上漏水引起的邻里纠纷",
        "happened_on": day - dt.timedelta(days=1),
        "place": "5号楼2单元",
        "scale": "01",
        "dispute_kind": "0201",
        "people_count": 2,
        "summary": "楼上卫生间渗水，楼下要求修好并赔偿，双方各执一词。",
        "requests": "修好卫生间防水\n赔偿吊顶和墙面的损失",
        "case_source": "applied",
        "resolution_way": "0103",
        "responsible": "王秀兰",
    }
    return disputes.register_dispute(tx, values, _parties(tx.db))


def _parties(db: Connection) -> list[Values]:
    sides = ("applicant", "respondent")
    neighbours = records.filtered(db, Resident, {}, limit=len(sides))
    return [
        {"side": side, "resident_id": one["id"], "name": one["name"], "sex": one["sex"]}
        for side, one in zip(sides, neighbours, strict=True)
    ]
