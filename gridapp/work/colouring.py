"""What the colours of the 楼栋图 stand for: 办理状态, or 关爱等级 by choice.

Red, yellow and green already mean the care tier to these users (ux.md §0.4), so the
two are never mixed: one at a time is shown, with its own words beside it. How urgent
a thing is also shows without colour: solid, tint, white.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from gridapp.language import tr
from gridapp.work.buildings import Door
from gridapp.work.door_words import NO_TIER, STATE_NAMES, tag_name, tier_name, tiers
from gridapp.work.matrix import short_door

Basis = Literal["status", "care"]
Ink = Literal["solid", "tint", "plain", "bare", "hatched"]
Hue = Literal["red", "amber", "green", "grey", "blue", "purple"]

BASES: tuple[tuple[Basis, str], ...] = (
    ("status", tr("办理状态")),
    ("care", tr("关爱等级")),
)
SHORT_BASES: tuple[tuple[Basis, str], ...] = (
    ("status", tr("状态")),
    ("care", tr("等级")),
)
TIER_HUES: Mapping[str, Hue] = {
    "red": "red",
    "orange": "amber",
    "yellow": "amber",
    "green": "green",
    "blue": "blue",
}


@dataclass(frozen=True)
class Shade:
    """One entry of the legend: what it means, and how a cell of it is filled."""

    key: str
    words: str
    ink: Ink
    hue: Hue


@cache
def shades(basis: Basis) -> tuple[Shade, ...]:
    """The entries of the legend, the most urgent first."""
    empty = tuple(
        Shade(key, STATE_NAMES[key], "hatched", "grey") for key in ("vacant", "unknown")
    )
    if basis == "status":
        return (
            Shade("urgent", STATE_NAMES["urgent"], "solid", "red"),
            Shade("soon", STATE_NAMES["soon"], "tint", "amber"),
            Shade("normal", STATE_NAMES["normal"], "plain", "green"),
            *empty,
        )
    inks: tuple[Ink, ...] = ("solid", "tint", "plain")
    ranked = tuple(
        Shade(
            f"tier:{code}",
            tier_name(code),
            inks[min(rank, 2)],
            TIER_HUES.get(code, "purple"),
        )
        for rank, code in enumerate(tiers())
    )
    nobody = Shade(f"tier:{NO_TIER}", tier_name(NO_TIER), "bare", "grey")
    return (*ranked, nobody, *empty)


def shade_of(door: Door, basis: Basis) -> Shade:
    """How a door is filled."""
    known = _by_key(basis)
    if basis == "status" or (door.state in known and not door.people):
        return known[door.state]
    return known[f"tier:{door.tier or NO_TIER}"]


@cache
def _by_key(basis: Basis) -> Mapping[str, Shade]:
    return {shade.key: shade for shade in shades(basis)}


def counted(doors: Iterable[Door], basis: Basis) -> Counter[str]:
    """How many doors there are of each entry of the legend, by its key."""
    return Counter(shade_of(door, basis).key for door in doors)


def people_words(door: Door) -> str:
    """2 人, or in words why nobody is listed."""
    if door.people:
        return tr("{count} 人", count=door.people)
    if door.state == "unknown":
        return tr("有户无人") if door.homes else STATE_NAMES["unknown"]
    if door.tenure == "vacant":
        return STATE_NAMES["vacant"]
    if any(home.gone or home.moved_out for home in door.homes):
        return tr("人已不在此住")
    if door.tenure == "business":
        return tr("经营用房")
    return tr("没有住户")


def below_words(door: Door, basis: Basis) -> str:
    """What stands below the name: what is near, or the tier, or how many live here."""
    if basis == "care" and door.tier:
        return tier_name(door.tier)
    if basis == "status" and door.words:
        return door.words
    return people_words(door)


def spoken(door: Door, basis: Basis = "status") -> str:
    """A cell as a sentence: 2-501 李桂英 急办 逾期 4 天，1 人，独居、慢病，红档."""
    shade = shade_of(door, basis).words
    first = " ".join(
        part for part in (short_door(door), door.name, shade, door.words) if part
    )
    said = people_words(door)
    more = [said if said != shade else "", tr("、").join(map(tag_name, door.tags))]
    if door.tier and basis == "status":
        more.append(tier_name(door.tier))
    return tr("，").join(part for part in (first, *more) if part)
