"""Time limits the county may replace: each declared once, with where it comes from.

A replaced limit lies in the vault's own state under `limit.<key>`; the county sends
them. `3` is three calendar days, `3w` three working days, `24h` 24 hours. Which days
are worked is the county's word too: `limit.days_off` and `limit.days_worked` name
those that differ from Monday to Friday, because the holidays are set anew each year.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.models.issue_limits import Allowance, allowance, deadline
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
    tr("通行的调解工作规则：一般一个月内调解完，不是法律规定"),
)
FOLLOW_UP = Limit(
    "follow_up",
    30,
    tr("人民调解法第三十一条要求督促履行，没有规定天数，这是程序的建议"),
)
JUDICIAL_DAYS = 30  # 人民调解法 Art 33: a law, not a setting


def days(db: Connection, limit: Limit) -> int:
    """The limit that holds in this vault."""
    text = state.value(db, f"limit.{limit.key}")
    return int(text) if text else limit.days


def issue_allowance(db: Connection, category: str, level: str) -> Allowance:
    """How long an issue of that category may take; an urgent one at most one day."""

    def replaced(code: str) -> str | None:
        return state.value(db, f"limit.issue.{code}")

    return allowance(category, level, replaced)


def issue_deadline(
    db: Connection, category: str, level: str, found_at: dt.datetime
) -> dt.datetime:
    """When an issue that was found at that moment must be done."""
    given = issue_allowance(db, category, level)
    if given.unit != "w":
        return deadline(given, found_at)
    off, worked = _days(db, "days_off"), _days(db, "days_worked")
    return deadline(given, found_at, off, worked)


def _days(db: Connection, key: str) -> frozenset[dt.date]:
    text = state.value(db, f"limit.{key}") or ""
    return frozenset(dt.date.fromisoformat(one) for one in text.split(",") if one)
