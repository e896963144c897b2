"""Care plans: how often whom, by which rule, and when the next contact is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from gridapp.errors import InvalidFields, UserError
from gridapp.language import tr
from gridapp.models import CarePlan
from gridapp.models.record import Values
from gridapp.store import records
from gridapp.store.vault import Writing

WEEK, MONTH, QUARTER = 7, 30, 90  # days; a month's and a quarter's plan


@dataclass(frozen=True)
class Proposal:
    """A plan that a rule asks for; the worker may take another interval."""

    way: str
    interval_days: int
    reason: str
    source: str


@dataclass(frozen=True)
class Rule:
    """Who is to be contacted how often, and where that is written."""

    way: str
    interval_days: int
    tags: frozenset[str]  # any of these, codes of resident_tag; none needed if empty
    age_from: int
    reason: str
    source: str


WITHOUT_COMPANY = frozenset({"alone", "empty_nest", "left_behind"})
HARDSHIP = frozenset({"severe_disability", "one_child_lost", "extreme_poverty"})

# The first rule of a way that fits is the one proposed, so the strictest come first.
# Sources, domain.md §2.6. TIERS: szb.northnews.cn 2022-06-23: high risk weekly, key
# monthly, general quarterly. OPINION: at least one visit a month to the disabled.
TIERS = tr("内蒙古报纸 2022-06-23 所载分级探访办法")
CALLS = tr("社区“定时电话”做法，一年 800 余次")  # domain.md S0.08
OPINION = tr("民政部等十部门关于特殊困难老年人探访关爱服务的意见（2022-10）")
COLOUR_CODE = tr("爱心色码做法（2025-12-10）")
RULES: tuple[Rule, ...] = (
    Rule(
        "visit",
        WEEK,
        WITHOUT_COMPANY,
        80,
        tr("80 岁以上独居、空巢或留守，高风险对象每周至少走访 1 次"),
        TIERS,
    ),
    Rule(
        "visit",
        WEEK,
        frozenset({"dementia"}),
        0,
        tr("失智，高风险对象每周至少走访 1 次"),
        TIERS,
    ),
    Rule(
        "visit",
        MONTH,
        frozenset({"disabled_care"}),
        0,
        tr("失能，每月至少走访 1 次"),
        OPINION,
    ),
    Rule(
        "visit",
        MONTH,
        HARDSHIP,
        0,
        tr("重残、失独或特困，重点对象每月至少走访 1 次"),
        OPINION,
    ),
    Rule(
        "visit",
        MONTH,
        WITHOUT_COMPANY | {"half_disabled"},
        60,
        tr("60 岁以上独居、空巢、留守或半失能，重点对象每月至少走访 1 次"),
        TIERS,
    ),
    Rule(
        "visit",
        QUARTER,
        frozenset(
            {
                "hard_life",
                "hard_move",
                "no_child_near",
                "low_income",
                "low_margin",
                "disability",
                "chronic",
                "aged",
                "migrant_child",
                "orphan",
            }
        ),
        0,
        tr("一般关爱对象，每季度至少走访 1 次"),
        TIERS,
    ),
    Rule(
        "call",
        3,  # ours: between two weekly visits; the source names no interval
        frozenset({"alone"}),
        80,
        tr("80 岁以上独居，两次走访之间每 3 天电话问候 1 次"),
        CALLS,
    ),
)

# Tags that say why somebody is owed a plan, the weightiest first.
CARE_TAGS = (
    "disabled_care",
    "dementia",
    "severe_disability",
    "one_child_lost",
    "extreme_poverty",
    "alone",
    "empty_nest",
    "left_behind",
    "half_disabled",
    "hard_move",
    "no_child_near",
    "disability",
    "low_income",
    "low_margin",
    "hard_life",
    "chronic",
    "aged",
    "orphan",
    "migrant_child",
)

# Colours as data: 红 daily, 黄 weekly, 绿 monthly (爱心色码, xjbtnss.gov.cn, domain.md
# §1.6); other counties use other colours.
COLOURS: Mapping[str, Proposal] = {
    "red": Proposal("call", 1, tr("红档，每天联系 1 次"), COLOUR_CODE),
    "yellow": Proposal("call", WEEK, tr("黄档，每周联系 1 次"), COLOUR_CODE),
    "green": Proposal("call", MONTH, tr("绿档，每月联系 1 次"), COLOUR_CODE),
}


def defaults_for(
    tags: Collection[str], age: int | None, colour: str | None
) -> list[Proposal]:
    """What the rules ask for: at most one plan a way; nothing for most people.

    An unknown age meets no rule that starts at an age.
    """
    found: dict[str, Proposal] = {}
    for rule in RULES:
        old_enough = rule.age_from == 0 or (age is not None and age >= rule.age_from)
        if old_enough and rule.tags & set(tags):
            found.setdefault(
                rule.way,
                Proposal(rule.way, rule.interval_days, rule.reason, rule.source),
            )
    if colour is not None and colour in COLOURS:
        found["call"] = COLOURS[colour]
    return list(found.values())


def next_due(since: dt.date, interval_days: int, last: dt.date | None) -> dt.date:
    """When a contact is due next, `last` being the last one that reached somebody.

    One interval after the last, but never before the plan began; a plan that never had
    one gives a whole interval for the first.
    """
    interval = dt.timedelta(days=interval_days)
    return since + interval if last is None else max(last + interval, since)


def holds(plan: Values, day: dt.date) -> bool:
    """Whether a plan or tag is in force on `day`: not any more on the day it ended."""
    return plan["since"] <= day and (plan["until"] is None or plan["until"] > day)


def set_plan(
    tx: Writing,
    resident_id: UUID,
    way: str,
    interval_days: int,
    reason: str,
    since: dt.date,
) -> UUID:
    """Owe this way of contact every so many days from `since` on; the plan's id.

    A plan of the same way ends on that day, with the reason, and a new one begins; an
    equal plan is left as it is. InvalidFields when `since` lies before the old one's.
    """
    if not reason.strip():
        raise InvalidFields(
            {"reason": tr("写一下为什么这样安排，如“失能，每月走访 1 次”")}
        )
    for plan in records.filtered(
        tx.db, CarePlan, {"resident_id": resident_id, "way": way, "until": None}
    ):
        if plan["interval_days"] == interval_days and plan["since"] <= since:
            return plan["id"]
        if plan["since"] > since:
            raise InvalidFields(
                {
                    "since": tr(
                        "开始日期不能早于现有计划的开始日期 {since}",
                        since=plan["since"],
                    )
                }
            )
        records.save(tx, CarePlan, {"until": since, "end_reason": reason}, plan["id"])
    return records.save(
        tx,
        CarePlan,
        {
            "resident_id": resident_id,
            "way": way,
            "interval_days": interval_days,
            "reason": reason,
            "since": since,
        },
    )


def end_plan(tx: Writing, plan_id: UUID, reason: str, on: dt.date) -> None:
    """End a plan on a day, with its reason; InvalidFields when there is none."""
    if not reason.strip():
        raise InvalidFields(
            {"end_reason": tr("写一下为什么结束，如“本人长期拒绝探访”")}
        )
    plan = records.get(tx.db, CarePlan, plan_id)
    if plan is None:
        raise UserError(tr("这条关爱计划已被删除"))
    ended = {"until": max(on, plan["since"]), "end_reason": reason}
    records.save(tx, CarePlan, ended, plan_id)
