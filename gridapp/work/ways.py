"""Which visit or call settles which debt: the ways a care plan asks for.

A home visit settles a call that is due, because the person was seen; a call does not
settle a home visit, because the home was not (S0.08, S0.09 count them apart). A text
message settles nothing: that it was read is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gridapp.language import tr
from gridapp.models.care import AT_HOME, BY_VOICE, IN_PERSON, SETTLES

__all__ = ["AT_HOME", "BY_VOICE", "IN_PERSON", "WAYS", "Kind", "Way", "every_words"]

Kind = Literal["visit", "call"]


@dataclass(frozen=True)
class Way:
    """One way of contact. Modes are codes of `visit_mode`."""

    kind: Kind
    words: str  # as in 每周入户 1 次
    action: str  # of the button that does it
    attempts: frozenset[str]  # modes that are this way itself
    settles: frozenset[str]  # modes that count as done when they reached somebody


WAYS: Mapping[str, Way] = {
    "visit": Way("visit", tr("入户"), tr("记走访"), AT_HOME, SETTLES["visit"]),
    "call": Way("call", tr("通话"), tr("记电话"), BY_VOICE, SETTLES["call"]),
    "video": Way(
        "call",
        tr("视频"),
        tr("记电话"),
        frozenset({"video"}),
        SETTLES["video"],
    ),
    "remote": Way("call", tr("查看监测"), tr("记电话"), BY_VOICE, SETTLES["remote"]),
}


_EVERY = {
    1: tr("每天"),
    7: tr("每周"),
    14: tr("每两周"),
    30: tr("每月"),
    90: tr("每季度"),
    180: tr("每半年"),
}


def every_words(days: int) -> str:
    """An interval as people say it: 每周, 每 10 天."""
    return _EVERY.get(days) or tr("每 {days} 天", days=days)


def kind_of(mode: str) -> Kind:
    """Whether a visit record of that mode is a visit or a call."""
    return "call" if mode in BY_VOICE or mode == "message" else "visit"
