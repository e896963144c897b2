"""Extra rounds of care for weather, festivals and cuts of supply.

High-risk people are to be seen within 24 hours of a major event (Inner Mongolia,
szb.northnews.cn 2022-06-23), and all more often in extreme weather and at festivals
(Qinghai, yzlnb.sjzdaily.com.cn 2022-09); domain.md §2.6. How long one lasts is ours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.models import CareRound, identity
from gridapp.models.record import Values, table_of
from gridapp.store import agenda, records
from gridapp.store.agenda import Person
from gridapp.store.meetings import reached_between
from gridapp.store.vault import Writing
from gridapp.work.plans import WITHOUT_COMPANY
from gridapp.work.ways import WAYS

EVENT = tr("高风险对象重大变化后 24 小时内走访（内蒙古报纸 2022-06-23 所载办法）")
SEASON = tr("极端天气和节日增加探访（青海 2022-09）")


@dataclass(frozen=True)
class Occasion:
    """Why a round is made, and how long it usually takes. Days count from its first."""

    reason: str  # code of round_reason
    name: str
    due_days: int
    days: int
    source: str
    months: tuple[int, ...] = ()  # when it is the usual one


OCCASIONS: tuple[Occasion, ...] = (
    Occasion("cold", tr("寒潮走访"), 1, 3, EVENT, (11, 12, 1, 2, 3)),
    Occasion("heat", tr("高温走访"), 1, 3, EVENT, (6, 7, 8)),
    Occasion("storm", tr("暴雨走访"), 1, 3, EVENT, (4, 5, 9, 10)),
    Occasion("snow", tr("冰雪走访"), 1, 3, EVENT),
    Occasion("festival", tr("节日走访"), 7, 7, SEASON),
    Occasion("outage", tr("停水停电走访"), 1, 2, EVENT),
    Occasion("other", tr("专项走访"), 1, 3, SEASON),
)


@dataclass(frozen=True)
class Whom:
    """A group that a round usually names; `key` is for forms."""

    key: str
    words: str
    tags: tuple[str, ...] = ()
    age_from: int | None = None
    colours: tuple[str, ...] = ()


# The first is the high risk of the source; the illnesses it names are in no tag.
GROUPS: tuple[Whom, ...] = (
    Whom(
        "high_risk",
        tr("独居、空巢、留守（80 岁以上）"),
        tuple(sorted(WITHOUT_COMPANY)),
        80,
    ),
    Whom(
        "frail",
        tr("独居、失能、失智、重残"),
        ("alone", "disabled_care", "dementia", "severe_disability"),
    ),
    Whom("coloured", tr("红档和黄档"), colours=("red", "yellow")),
    Whom("planned", tr("所有有关爱计划的人")),
)


def occasion(reason: str) -> Occasion:
    """The usual shape of a round for that reason; 其他 for one that is not known."""
    known = {one.reason: one for one in OCCASIONS}
    return known.get(reason, known["other"])


def usual(day: dt.date) -> Occasion:
    """The occasion that is likely in the month of `day`."""
    return next(one for one in OCCASIONS if day.month in one.months)


def drafted(one: Occasion, whom: Whom, day: dt.date, way: str = "visit") -> Values:
    """The values of a round that begins on `day`."""
    return {
        "name": one.name,
        "reason": one.reason,
        "starts_on": day,
        "due_on": day + dt.timedelta(days=one.due_days),
        "ends_on": day + dt.timedelta(days=one.days),
        "way": way,
        "tags": whom.tags or None,
        "age_from": whom.age_from,
        "colours": whom.colours or None,
    }


def start(tx: Writing, values: Mapping[str, Any]) -> UUID:
    """Begin a round; its id. InvalidFields when a date is out of order."""
    return records.save(tx, CareRound, values)


def running(db: Connection, day: dt.date) -> list[Values]:
    """The rounds of that day, the one that is due first at the head."""
    c = table_of(CareRound).c
    return records.find(
        db, CareRound, c.starts_on <= day, c.ends_on >= day, order=(c.due_on, c.id)
    )


def named(db: Connection, one: Mapping[str, Any], day: dt.date) -> set[UUID]:
    """Who a round names: people who live here and did not refuse care for good."""
    wanted = _wanted(db, one, day)
    here = agenda.living_here(db, wanted)
    people = agenda.persons(db, here)
    return {key for key, who in people.items() if who.care_consent != "refused_always"}


def _wanted(db: Connection, one: Mapping[str, Any], day: dt.date) -> set[UUID]:
    tags: tuple[str, ...] = one.get("tags") or ()
    colours: tuple[str, ...] = one.get("colours") or ()
    age_from: int | None = one.get("age_from")
    if not tags and not colours:
        return {plan.person.resident_id for plan in agenda.plans_on(db, day)}
    found = agenda.tagged(db, day, tags)
    if age_from:
        found = _old_enough(agenda.persons(db, found), age_from, day)
    return found | agenda.coloured(db, colours)


def _old_enough(
    people: Mapping[UUID, Person], age_from: int, day: dt.date
) -> set[UUID]:
    ages = {key: identity.age_on(who.born_on, day) for key, who in people.items()}
    return {key for key, age in ages.items() if age is not None and age >= age_from}


def left_over(db: Connection, day: dt.date) -> dict[UUID, list[Values]]:
    """By resident, the running rounds in which nobody has reached them yet."""
    found: dict[UUID, list[Values]] = {}
    for one in running(db, day):
        for key in named(db, one, day) - _seen(db, one, day):
            found.setdefault(key, []).append(one)
    return found


@dataclass(frozen=True)
class RoundProgress:
    """How far a running round is."""

    name: str
    done: int
    total: int
    due_on: dt.date


def progress(db: Connection, day: dt.date) -> list[RoundProgress]:
    """How far each round of that day is."""
    found: list[RoundProgress] = []
    for one in running(db, day):
        people = named(db, one, day)
        done = len(people & _seen(db, one, day))
        found.append(RoundProgress(one["name"], done, len(people), one["due_on"]))
    return found


def _seen(db: Connection, one: Values, day: dt.date) -> set[UUID]:
    """Whom a contact that settles the round's way reached since it began."""
    settles = WAYS[one["way"]].settles
    reached = reached_between(db, one["starts_on"], day)
    return {key for key, modes in reached.items() if modes & settles}


def names(rounds: Iterable[Values]) -> list[str]:
    """What each round is called, once."""
    return list(dict.fromkeys(one["name"] for one in rounds))
