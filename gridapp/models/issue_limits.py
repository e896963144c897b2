"""How long an issue may take: one rule for the laptop and for the county.

There is no national table of limits for grid events (domain.md §2.9): the days below
are proposals. A county replaces them by category; what it wrote reads `3` for three
calendar days, `3w` for three working days, `24h` for 24 hours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from gridapp.language import tr

Unit = Literal["d", "w", "h"]


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


# By category code of issue_category; the longest code that fits counts.
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


def _nothing(_: str) -> str | None:
    return None


def allowance(
    category: str, level: str, replaced: Callable[[str], str | None] = _nothing
) -> Allowance:
    """How long an issue of that category may take; an urgent one at most one day.

    replaced: what the county wrote for a category code, None where it wrote nothing.
    """
    found = Allowance(ISSUE_DAYS[""])
    for end in range(len(category) + 1):
        code = category[:end]
        kept = replaced(code)
        if kept:
            found = _read(kept)
        elif code in ISSUE_DAYS:
            found = Allowance(ISSUE_DAYS[code])
    if level != "urgent":
        return found
    return found if found.unit == "h" and found.amount <= 24 else URGENT


def deadline(
    given: Allowance,
    found_at: dt.datetime,
    off: Collection[dt.date] = (),
    worked: Collection[dt.date] = (),
) -> dt.datetime:
    """When what was found at that moment must be done.

    off, worked: the days that differ from Monday to Friday.
    """
    if given.unit == "h":
        return found_at + dt.timedelta(hours=given.amount)
    if given.unit == "d":
        return found_at + dt.timedelta(days=given.amount)
    moment, left = found_at.astimezone(), given.amount
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
