"""Time limits the county may replace: each declared once, with where it comes from.

A replaced limit lies in the vault's own state under `limit.<key>`; the county sends
them. `3` is three calendar days, `3w` three working days, `24h` 24 hours. Which days
are worked is the county's word too: `limit.days_off` and `limit.days_worked` name
those that differ from Monday to Friday, because the holidays are set anew each year.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.store import state

Unit = Literal["d", "w", "h"]


@dataclass(frozen=True)
class Limit:
    """A number of calendar days."""

    key: str
    days: int
    source: str


@dataclass(frozen=True)
class Allowance:
    """How long something may take: calendar days, working days or hours."""

    amount: int
    unit: Unit = "d"

    @property
    def words(self) -> str:
        """3 天, 3 个工作日, 24 小时."""
        if self.unit == "h":
            return tr("{amount} 小时", amount=self.amount)
        if self.unit == "w":
            return tr("{amount} 个工作日", amount=self.amount)
        return tr("{amount} 天", amount=self.amount)


MEDIATION = Limit(
    "mediation",
    30,
    tr("通行的调解工作规则：一般一个月内调解完，不是法律规定"),
)
FOLLOW_UP = Limit(
    "follow_up",
    30,
    tr("人民调解法第三十一条要求督促履行，没有规定天数，这是程序的建议"),
)
JUDICIAL_DAYS = 30  # 人民调解法 Art 33: a law, not a setting

# There is no national table of limits for grid events (domain.md §2.9): proposals by
# category code of issue_category, the longest code that fits counts.
ISSUE_DAYS: Mapping[str, int] = {
    "": 7,
    "01": 3,
    "0101": 1,
    "0102": 1,
    "0103": 1,
    "02": 30,
    "03": 3,
    "04": 7,
    "05": 1,
    "06": 15,
    "07": 7,
    "08": 1,
}
URGENT = Allowance(1)


def days(db: Connection, limit: Limit) -> int:
    """The limit that holds in this vault."""
    text = state.value(db, f"limit.{limit.key}")
    return int(text) if text else limit.days


def issue_allowance(db: Connection, category: str, level: str) -> Allowance:
    """How long an issue of that category may take; an urgent one at most one day."""
    found = Allowance(ISSUE_DAYS[""])
    for end in range(len(category) + 1):
        code = category[:end]
        kept = state.value(db, f"limit.issue.{code}")
        if kept:
            found = _read(kept)
        elif code in ISSUE_DAYS:
            found = Allowance(ISSUE_DAYS[code])
    if level != "urgent":
        return found
    return found if found.unit == "h" and found.amount <= 24 else URGENT


def issue_deadline(
    db: Connection, category: str, level: str, found_at: dt.datetime
) -> dt.datetime:
    """When an issue that was found at that moment must be done."""
    allowance = issue_allowance(db, category, level)
    if allowance.unit == "h":
        return found_at + dt.timedelta(hours=allowance.amount)
    if allowance.unit == "d":
        return found_at + dt.timedelta(days=allowance.amount)
    off, worked = _days(db, "days_off"), _days(db, "days_worked")
    moment, left = found_at.astimezone(), allowance.amount
    while left:
        moment += dt.timedelta(days=1)
        day = moment.date()
        weekend = day.weekday() >= 5 and day not in worked
        left -= not weekend and day not in off
    return moment.astimezone(dt.UTC)


def _read(text: str) -> Allowance:
    """What the county wrote: `3`, `3w` or `24h`."""
    if text[-1] in "wh":
        return Allowance(int(text[:-1]), cast("Unit", text[-1]))
    return Allowance(int(text))


def _days(db: Connection, key: str) -> frozenset[dt.date]:
    text = state.value(db, f"limit.{key}") or ""
    return frozenset(dt.date.fromisoformat(one) for one in text.split(",") if one)
