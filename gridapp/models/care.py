"""What is owed to people and what was done: care plans, visits and calls.

The visit's blocks are domain.md §2.6, built from the checklists of the ten-ministry
opinion on visiting elders in special difficulty (2022-10) and of local rules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index

from gridapp.language import tr
from gridapp.models.kinds import CODES, DATE, NAME, NOTE, NUMBER, TIME
from gridapp.models.record import Record, field

# Codes of `visit_mode`, by how somebody was met; of `call_result`, who was not.
AT_HOME = frozenset({"home", "doorstep", "third_party"})
IN_PERSON = AT_HOME | {"met_outside", "mobile_desk"}
BY_VOICE = frozenset({"phone", "video"})
NOT_REACHED = ("no_answer", "off", "wrong")  # call results that reached nobody
# By code of `plan_way`: the modes that settle what a plan asks for.
SETTLES: Mapping[str, frozenset[str]] = {
    "visit": AT_HOME,
    "call": BY_VOICE | IN_PERSON,
    "video": frozenset({"video"}) | IN_PERSON,
    "remote": BY_VOICE | IN_PERSON,
}
WHO, STATE, HOME, AFTER = tr("见面"), tr("情况"), tr("居家"), tr("处置")


class CarePlan(Record):
    """关爱计划: one way of contact owed to one person, every so many days.

    A change of interval ends one plan and starts the next, each with its reason, so
    that the history of intervals stays readable (domain.md S4.25).
    """

    __tablename__ = "care_plan"
    title = tr("关爱计划")
    shown_by = "way"
    __table_args__ = (
        CheckConstraint("interval_days BETWEEN 1 AND 366", name="interval_in_range"),
        CheckConstraint("until IS NULL OR until >= since", name="ends_after_start"),
    )

    resident_id: Column[UUID] = field("居民", target="resident", part=True)
    way: Column[str] = field("方式", codes="plan_way")
    interval_days: Column[int] = field("间隔天数", NUMBER)
    reason: Column[str | None] = field("理由")
    since: Column[dt.date] = field("开始日期", DATE)
    until: Column[dt.date | None] = field("结束日期", DATE)
    end_reason: Column[str | None] = field("结束理由", listed=False)
    note: Column[str | None] = field("备注", NOTE, listed=False)

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> dict[str, str]:
        wrong: dict[str, str] = {}
        if not 1 <= values["interval_days"] <= 366:
            wrong["interval_days"] = tr("间隔天数应在 1 到 366 之间")
        until = values.get("until")
        if until and until < values["since"]:
            wrong["until"] = tr("结束日期不能早于开始日期")
        return wrong


class CareRound(Record):
    """专项走访: everybody of some group is contacted once more, in these days.

    For weather, festivals and cuts of supply. Who has any of the tags (and, with
    `age_from`, is that old) or one of the colours; with neither, everybody who is owed
    a plan. It ends by itself.
    """

    __tablename__ = "care_round"
    title = tr("专项走访")
    shown_by = "name"
    __table_args__ = (
        CheckConstraint("due_on BETWEEN starts_on AND ends_on", name="in_order"),
        CheckConstraint("age_from BETWEEN 0 AND 120", name="age_in_range"),
    )

    name: Column[str] = field("名称", searched=True)
    reason: Column[str] = field("事由", codes="round_reason")
    starts_on: Column[dt.date] = field("开始日期", DATE)
    due_on: Column[dt.date] = field("要求办完", DATE)
    ends_on: Column[dt.date] = field("结束日期", DATE)
    way: Column[str] = field("方式", codes="plan_way")
    tags: Column[tuple[str, ...] | None] = field(
        "人员标签", CODES, codes="resident_tag"
    )
    age_from: Column[int | None] = field("年龄不小于", NUMBER)
    colours: Column[tuple[str, ...] | None] = field(
        "关爱等级", CODES, codes="care_colour"
    )
    note: Column[str | None] = field("备注", NOTE, listed=False)

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> dict[str, str]:
        wrong: dict[str, str] = {}
        if values["due_on"] < values["starts_on"]:
            wrong["due_on"] = tr("要求办完的日期不能早于开始日期")
        if values["ends_on"] < values["due_on"]:
            wrong["ends_on"] = tr("结束日期不能早于要求办完的日期")
        if not 0 <= (values.get("age_from") or 0) <= 120:
            wrong["age_from"] = tr("年龄应在 0 到 120 之间")
        return wrong


class Visit(Record):
    """走访记录: a home visit, a phone call, or a session of 移动办公桌."""

    __tablename__ = "visit"
    title = tr("走访记录")
    shown_by = "started_at"
    __table_args__ = (
        CheckConstraint(
            "ended_at IS NULL OR ended_at >= started_at", name="ends_after"
        ),
        CheckConstraint("systolic BETWEEN 40 AND 300", name="systolic_in_range"),
        CheckConstraint("diastolic BETWEEN 20 AND 200", name="diastolic_in_range"),
        CheckConstraint(
            "resident_id IS NOT NULL OR mode = 'mobile_desk'", name="has_a_person"
        ),
        Index("ix_visit_resident_started", "resident_id", "started_at"),
    )

    resident_id: Column[UUID | None] = field("居民", target="resident", part=True)
    plan_id: Column[UUID | None] = field("关爱计划", target="care_plan", listed=False)
    source: Column[str | None] = field("任务来源", codes="source", listed=False)
    mode: Column[str] = field("方式", codes="visit_mode", section=WHO)
    started_at: Column[dt.datetime] = field("时间", TIME, section=WHO)
    ended_at: Column[dt.datetime | None] = field(
        "结束时间", TIME, listed=False, section=WHO
    )
    place: Column[str | None] = field("地点", listed=False, section=WHO)
    companions: Column[str | None] = field("同行人", listed=False, section=WHO)
    consent: Column[str | None] = field(
        "接受探访意愿", codes="consent", listed=False, section=WHO
    )
    met_whom: Column[str | None] = field("见到谁", codes="met_whom", section=WHO)
    not_met_reason: Column[str | None] = field(
        "没见到的原因", codes="not_met_reason", listed=False, section=WHO
    )
    call_result: Column[str | None] = field(
        "通话结果", codes="call_result", listed=False, section=WHO
    )
    condition: Column[str | None] = field("身体状况", codes="condition", section=STATE)
    note: Column[str | None] = field("情况记录", NOTE, searched=False, section=STATE)
    health: Column[str | None] = field(
        "健康", codes="check_state", listed=False, section=STATE
    )
    mind: Column[str | None] = field(
        "精神", codes="check_state", listed=False, section=STATE
    )
    living: Column[str | None] = field(
        "生活经济", codes="check_state", listed=False, section=STATE
    )
    support: Column[str | None] = field(
        "赡养扶养", codes="check_state", listed=False, section=STATE
    )
    safety: Column[str | None] = field(
        "居家安全", codes="check_state", listed=False, section=HOME
    )
    hygiene: Column[str | None] = field(
        "卫生", codes="check_state", listed=False, section=HOME
    )
    surroundings: Column[str | None] = field(
        "环境", codes="check_state", listed=False, section=HOME
    )
    fraud: Column[str | None] = field(
        "诈骗风险", codes="check_state", listed=False, section=HOME
    )
    concerns: Column[tuple[str, ...] | None] = field(
        "需关注的细项", CODES, codes="check_item", listed=False, section=STATE
    )
    abnormal: Column[tuple[str, ...] | None] = field(
        "异常的细项", CODES, codes="check_item", listed=False, section=STATE
    )
    systolic: Column[int | None] = field("收缩压", NUMBER, listed=False, section=STATE)
    diastolic: Column[int | None] = field("舒张压", NUMBER, listed=False, section=STATE)
    hazards: Column[tuple[str, ...] | None] = field(
        "居家隐患", CODES, codes="home_hazard", section=HOME
    )
    needs: Column[tuple[str, ...] | None] = field(
        "需求", CODES, codes="need", listed=False, section=AFTER
    )
    need_note: Column[str | None] = field("诉求", NOTE, listed=False, section=AFTER)
    desk_services: Column[tuple[str, ...] | None] = field(
        "移动办公桌服务", CODES, codes="desk_service", listed=False, section=AFTER
    )
    disposal: Column[tuple[str, ...] | None] = field(
        "处置", CODES, codes="disposal", listed=False, section=AFTER
    )
    disposal_note: Column[str | None] = field(
        "处置说明", NOTE, listed=False, section=AFTER
    )
    referred_to: Column[str | None] = field("转介到", listed=False, section=AFTER)
    referred_due: Column[dt.date | None] = field(
        "转介时限", DATE, listed=False, section=AFTER
    )
    rescue_at: Column[dt.datetime | None] = field(
        "求助时间", TIME, listed=False, section=AFTER
    )
    family_told: Column[str | None] = field(
        "已告知的家属", NAME, listed=False, section=AFTER
    )
    family_told_at: Column[dt.datetime | None] = field(
        "告知家属时间", TIME, listed=False, section=AFTER
    )
    care_colour: Column[str | None] = field(
        "关爱等级", codes="care_colour", listed=False, section=AFTER
    )
    remind: Column[str | None] = field("下次要问", NOTE, listed=False, section=AFTER)
    next_on: Column[dt.date | None] = field("下次日期", DATE, section=AFTER)
    interval_reason: Column[str | None] = field(
        "频次调整理由", listed=False, section=AFTER
    )
    signed_by: Column[str | None] = field("签名人", NAME, listed=False, section=AFTER)
    unsigned_reason: Column[str | None] = field(
        "未签名原因", listed=False, section=AFTER
    )

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> dict[str, str]:
        wrong: dict[str, str] = {}
        if values.get("resident_id") is None and values["mode"] != "mobile_desk":
            wrong["resident_id"] = tr("还没有选走访的是谁")
        if values.get("met_whom") == "nobody" and not values.get("not_met_reason"):
            wrong["not_met_reason"] = tr("没见到人，选一下原因")
        if values.get("condition") in ("unwell", "hospital") and not values.get("note"):
            word = {"unwell": tr("不适"), "hospital": tr("已送医")}[values["condition"]]
            wrong["note"] = tr(
                "身体状况选了“{word}”，请写明哪里不舒服、是否已联系家属", word=word
            )
        ended = values.get("ended_at")
        if ended and ended < values["started_at"]:
            wrong["ended_at"] = tr("结束时间不能早于开始时间")
        wrong |= _pressure(values)
        return wrong


def _pressure(values: Mapping[str, Any]) -> dict[str, str]:
    ranges = {"systolic": (40, 300, tr("收缩压")), "diastolic": (20, 200, tr("舒张压"))}
    return {
        name: tr(
            "{label}应在 {low} 到 {high} 之间，请核对", label=label, low=low, high=high
        )
        for name, (low, high, label) in ranges.items()
        if values.get(name) is not None and not low <= values[name] <= high
    }
