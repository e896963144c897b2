"""Time limits the county may replace: each declared once, with where it comes from.

A replaced limit lies in the vault's own state under `limit.<key>`, as a number of
calendar days; the county sends them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.store import state


@dataclass(frozen=True)
class Limit:
    """A number of calendar days."""

    key: str
    days: int
    source: str


MEDIATION = Limit(
    "mediation",
    30,
    tr("调解一般在一个月内完成（domain.md §2.8, rules in use, not law）"),
)
FOLLOW_UP = Limit(
    "follow_up",
    30,
    tr("proposal: 人民调解法 Art 31 asks to see it done and names no day"),
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
URGENT_DAYS = 1


def days(db: Connection, limit: Limit) -> int:
    """The limit that holds in this vault."""
    return _kept(db, limit.key) or limit.days


def issue_days(db: Connection, category: str, level: str) -> int:
    """Days an issue of that category may take; an urgent one at most one day."""
    found = ISSUE_DAYS[""]
    for end in range(len(category) + 1):
        code = category[:end]
        found = _kept(db, f"issue.{code}") or ISSUE_DAYS.get(code, found)
    return min(found, URGENT_DAYS) if level == "urgent" else found


def _kept(db: Connection, key: str) -> int | None:
    text = state.value(db, f"limit.{key}")
    return int(text) if text else None
