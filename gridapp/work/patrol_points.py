"""Keeping the list of patrol points: what to look at, how often, and why so often."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.models import Building, PatrolPoint
from gridapp.models.record import Values, fields_of
from gridapp.store import history, records
from gridapp.store.vault import Writing
from gridapp.work.buildings import building_name
from gridapp.work.visit_round import natural


@dataclass(frozen=True)
class Proposal:
    """A point that every building should have."""

    name: str
    look_at: str
    interval_days: int


# Proposals, not rules: what the categories of domain.md §2.9 (0101, 0102, 0302) ask to
# look at. No source names an interval; a week is ours, and anybody may change it.
PROPOSALS: tuple[Proposal, ...] = (
    Proposal(tr("消防通道"), tr("通道和楼梯口有没有被堵、消防门能不能推开"), 7),
    Proposal(tr("楼道堆物"), tr("楼道里有没有堆放杂物、纸箱和废旧家具"), 7),
    Proposal(tr("电动车充电"), tr("有没有飞线充电、电动车进楼或停在门厅"), 7),
)


@dataclass(frozen=True)
class PointLine:
    """A point as a line of the list."""

    id: UUID
    values: Values
    where: str  # 3号楼, or empty
    stopped: bool


@dataclass(frozen=True)
class Change:
    """What was once changed about a point."""

    at: dt.datetime
    who: str
    words: str


def points(db: Connection, day: dt.date) -> list[PointLine]:
    """Every point in walking order, those that are stopped at the end."""
    rows = records.find(db, PatrolPoint)
    wanted = {row["building_id"] for row in rows if row["building_id"]}
    buildings = records.by_id(db, Building, wanted)
    lines = [_line(row, buildings, day) for row in rows]
    return sorted(
        lines, key=lambda one: (one.stopped, natural(one.where), one.values["name"])
    )


def _line(row: Values, buildings: Mapping[UUID, Values], day: dt.date) -> PointLine:
    building = buildings.get(row["building_id"])
    where = building_name(building["number"]) if building else ""
    stopped = row["stopped_on"] is not None and row["stopped_on"] <= day
    return PointLine(row["id"], row, where, stopped)


def save_point(
    tx: Writing,
    values: Mapping[str, Any],
    point_id: UUID | None = None,
    reason: str = "",
) -> UUID:
    """Make a point, or change it; the point's id.

    Another interval needs its reason: it is written below 看什么, where the next one
    who looks reads it, and stays in the history with its day and author.
    """
    given = dict(values)
    old = records.get(tx.db, PatrolPoint, point_id) if point_id else None
    days = given.get("interval_days")
    if old is not None and days not in (None, old["interval_days"]):
        if not reason.strip():
            raise InvalidFields(
                {"reason": tr("写一句为什么改，如：连续一个月没有发现问题")}
            )
        line = tr(
            "{day} 起每 {days} 天看一次：{reason}",
            day=f"{tx.at.astimezone():%Y-%m-%d}",
            days=days,
            reason=reason.strip(),
        )
        look_at = given.get("look_at", old["look_at"]) or ""
        given["look_at"] = f"{look_at}\n{line}" if look_at else line
    return records.save(tx, PatrolPoint, given, point_id)


def stop(tx: Writing, point_id: UUID, day: dt.date) -> None:
    """Ask nobody to look at this point any more, from that day on."""
    records.save(tx, PatrolPoint, {"stopped_on": day}, point_id)


def resume(tx: Writing, point_id: UUID) -> None:
    """Ask again to look at a point that was stopped."""
    records.save(tx, PatrolPoint, {"stopped_on": None}, point_id)


def put_back(tx: Writing, point_id: UUID, before: Mapping[str, Any] | None) -> None:
    """Give a point the values it had before a change; None takes a new one away."""
    if before is None:
        records.delete(tx, PatrolPoint, point_id)
    else:
        names = [one.name for one in fields_of(PatrolPoint)]
        values = {name: before[name] for name in names}
        records.save(tx, PatrolPoint, values, point_id)


def changes(db: Connection, point_id: UUID) -> list[Change]:
    """What was changed about a point, newest first."""
    found: list[Change] = []
    for line in reversed(history.history(db, PatrolPoint, point_id)):
        words = _change_words(line)
        if words:
            found.append(Change(line.at, line.by, words))
    return found


def _change_words(line: history.HistoryLine) -> str:
    if line.field == "interval_days":
        if line.action == "insert":
            return tr("设点，每 {days} 天看一次", days=line.new)
        return tr("间隔从 {old} 天改为 {new} 天", old=line.old, new=line.new)
    if line.field == "stopped_on" and line.action != "insert":
        return tr("停用") if line.new else tr("恢复使用")
    if line.field == "look_at" and line.action != "insert":
        before = set((line.old or "").splitlines())
        new = [one for one in (line.new or "").splitlines() if one not in before]
        return tr("看什么：{words}", words=tr("；").join(new)) if new else ""
    if line.field == "name" and line.action != "insert":
        return tr("改名：{old} → {new}", old=line.old, new=line.new)
    return ""


def missing(db: Connection) -> dict[str, list[UUID]]:
    """By the name of a proposal, the buildings without a point of that name."""
    buildings = [row["id"] for row in records.find(db, Building)]
    have = {(p["building_id"], p["name"]) for p in records.find(db, PatrolPoint)}
    return {
        one.name: [b for b in buildings if (b, one.name) not in have]
        for one in PROPOSALS
    }


def adopt(tx: Writing, names: Collection[str]) -> list[UUID]:
    """Set up the proposals of these names in every building that lacks them."""
    lacking = missing(tx.db)
    rows: list[Values] = [
        {
            "name": one.name,
            "look_at": one.look_at,
            "interval_days": one.interval_days,
            "building_id": building,
        }
        for one in PROPOSALS
        if one.name in names
        for building in lacking[one.name]
    ]
    return records.insert_many(tx, PatrolPoint, rows)


def withdraw(tx: Writing, point_ids: Collection[UUID]) -> None:
    """Take back what `adopt` set up."""
    for point_id in point_ids:
        records.delete(tx, PatrolPoint, point_id)
