"""巡查: standing points of a grid, a day's round, its stops and what was found.

No kilometres, no check-in, no forced photo: 国办函〔2026〕12号, domain.md §2.12.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column

from gridapp.language import tr
from gridapp.models.kinds import DATE, NOTE, NUMBER, TIME, YES_NO
from gridapp.models.record import Record, field


class PatrolPoint(Record):
    """巡查点: a place to look at every so many days."""

    __tablename__ = "patrol_point"
    title = tr("巡查点")
    shown_by = "name"
    __table_args__ = (
        CheckConstraint("interval_days BETWEEN 1 AND 366", name="interval_in_range"),
    )

    name: Column[str] = field("巡查点", searched=True)
    building_id: Column[UUID | None] = field("楼栋", target="building")
    kind: Column[str | None] = field("类型", codes="patrol_kind")
    interval_days: Column[int] = field("间隔天数", NUMBER)
    look_at: Column[str | None] = field("看什么", NOTE)
    stopped_on: Column[dt.date | None] = field("停用日期", DATE, listed=False)

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> dict[str, str]:
        if not 1 <= values["interval_days"] <= 366:
            return {"interval_days": tr("间隔天数应在 1 到 366 之间")}
        return {}


class Patrol(Record):
    """巡查日志: one round."""

    __tablename__ = "patrol"
    title = tr("巡查日志")
    shown_by = "started_at"
    __table_args__ = (
        CheckConstraint(
            "ended_at IS NULL OR ended_at >= started_at", name="ends_after"
        ),
    )

    started_at: Column[dt.datetime] = field("开始时间", TIME)
    ended_at: Column[dt.datetime | None] = field("结束时间", TIME)
    route: Column[str | None] = field("路线")
    companions: Column[str | None] = field("同行人", listed=False)
    weather: Column[str | None] = field("天气", listed=False)
    nothing_found: Column[bool | None] = field("未发现问题", YES_NO)
    note: Column[str | None] = field("情况记录", NOTE)

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> dict[str, str]:
        ended = values.get("ended_at")
        if ended and ended < values["started_at"]:
            return {"ended_at": tr("结束时间不能早于开始时间")}
        return {}


class PatrolStop(Record):
    """A point or building that was looked at on a round."""

    __tablename__ = "patrol_stop"
    title = tr("巡查到点")
    shown_by = "at"

    patrol_id: Column[UUID] = field("巡查", target="patrol", part=True)
    point_id: Column[UUID | None] = field("巡查点", target="patrol_point")
    building_id: Column[UUID | None] = field("楼栋", target="building")
    at: Column[dt.datetime] = field("时间", TIME)
    state: Column[str] = field("情况", codes="check_state")
    note: Column[str | None] = field("说明", NOTE)


class Finding(Record):
    """巡查发现: what was wrong; it ends in an issue, handled or reported."""

    __tablename__ = "finding"
    title = tr("巡查发现")
    shown_by = "place"

    patrol_id: Column[UUID] = field("巡查", target="patrol", part=True)
    stop_id: Column[UUID | None] = field("到点", target="patrol_stop", listed=False)
    category: Column[str] = field("类别", codes="issue_category")
    place: Column[str] = field("地点")
    note: Column[str | None] = field("说明", NOTE)
    issue_id: Column[UUID | None] = field("问题工单", target="issue", listed=False)
