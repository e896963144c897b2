"""What is said of a door of the 楼栋图: its state, what is near, its tags, its tier."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Literal

from gridapp.language import tr
from gridapp.models.codes import table as code_table
from gridapp.work.due import Due
from gridapp.work.plans import CARE_TAGS
from gridapp.work.visit_round import Stop

State = Literal["urgent", "soon", "normal", "vacant", "unknown"]
STATES: tuple[State, ...] = ("urgent", "soon", "normal", "vacant", "unknown")
PARTY = ("01", "02")  # GB/T 4762: 中共党员, 中共预备党员
RENT = "rent"  # a tag of the door, not of a person
TAG_ORDER = (
    *CARE_TAGS,
    "pregnant",
    "attention",
    RENT,
    "party_member",
    "veteran",
    "preferential",
    "unemployed",
)
NO_TIER = ""  # the key of people who have no 关爱等级


# The words of each state.
STATE_NAMES: Mapping[State, str] = {
    "urgent": tr("急办"),
    "soon": tr("快到期"),
    "normal": tr("正常"),
    "vacant": tr("空置"),
    "unknown": tr("未采集"),
}


# One character for each tag, for the corner of a cell.
TAG_SIGNS: Mapping[str, str] = {
    "alone": tr("独"),
    "empty_nest": tr("巢"),
    "left_behind": tr("留"),
    "disabled_care": tr("失"),
    "half_disabled": tr("半"),
    "dementia": tr("智"),
    "severe_disability": tr("重"),
    "disability": tr("残"),
    "one_child_lost": tr("扶"),
    "extreme_poverty": tr("特"),
    "low_income": tr("低"),
    "low_margin": tr("边"),
    "hard_life": tr("困"),
    "hard_move": tr("行"),
    "no_child_near": tr("照"),
    "chronic": tr("慢"),
    "aged": tr("高"),
    "orphan": tr("孤"),
    "migrant_child": tr("童"),
    "pregnant": tr("孕"),
    "attention": tr("注"),
    RENT: tr("租"),
    "party_member": tr("党"),
    "veteran": tr("军"),
    "preferential": tr("优"),
    "unemployed": tr("业"),
}


def tag_name(code: str) -> str:
    """A tag in words."""
    if code == RENT:
        return tr("出租")
    return code_table("resident_tag").name(code)


def tags_of(tenure: str | None, people: Iterable[Stop]) -> tuple[str, ...]:
    """The tags of a door and of the people behind it, the weightiest first."""
    found: set[str] = {RENT} if tenure == "rent" else set()
    for one in people:
        found.update(one.tags)
        if one.resident["politics"] in PARTY:
            found.add("party_member")
    return tuple(tag for tag in TAG_ORDER if tag in found)


def tiers() -> tuple[str, ...]:
    """The codes of 关爱等级, the most urgent first: the list is the county's."""
    return code_table("care_colour").codes


def tier_name(code: str) -> str:
    """红档; those without are called 未定级."""
    return code_table("care_colour").name(code) if code else tr("未定级")


def tier_of(codes: Iterable[str | None]) -> str | None:
    """The most urgent of these tiers; None when there is none."""
    found = set(codes)
    return next((code for code in tiers() if code in found), None)


def near_words(due: Due, day: dt.date) -> str:
    """How near it is, short: 逾期 4 天, 问题超 2 天, 今天走访, 11-25 通话."""
    late = (day - due.due).days
    if late > 0 and due.kind == "issue":
        return tr("问题超 {days} 天", days=late)
    if late > 0:
        return tr("逾期 {days} 天", days=late)
    what = _what(due)
    if late == 0:
        return tr("今天{what}", what=what)
    if late == -1:
        return tr("明天{what}", what=what)
    return tr("{date} {what}", date=f"{due.due:%m-%d}", what=what)


def _what(due: Due) -> str:
    names = {"visit": tr("走访"), "call": tr("通话"), "issue": tr("办问题")}
    return names.get(due.kind, tr("调解"))
