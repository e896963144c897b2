"""How what is due is said: late by how much, today, tomorrow, or the day."""

from __future__ import annotations

import datetime as dt

from gridapp.ui.tokens import ToneName
from gridapp.ui.widgets.badge import Badge, status_badge
from gridapp.work.due import Due

ICONS = {
    "visit": "footprints",
    "call": "phone",
    "issue": "triangle-alert",
    "dispute": "handshake",
    "follow_up": "handshake",
}
KINDS = {
    "visit": "入户走访",
    "call": "电话问候",
    "issue": "问题工单",
    "dispute": "矛盾调解",
    "follow_up": "调解回访",
}


def due_tone(due: Due, today: dt.date) -> ToneName:
    """Return red for late, amber for today, grey for later."""
    if due.late_days > 0:
        return "red"
    return "amber" if due.due <= today else "grey"


def due_text(due: Due, today: dt.date) -> str:
    """Return how late it is in words, as 逾期 4 天, 今天, 11-25."""
    if due.late_days > 0:
        return f"逾期 {due.late_days} 天"
    if due.due <= today:
        return "今天"
    return "明天" if (due.due - today).days == 1 else f"{due.due:%m-%d}"


def due_badge(due: Due, today: dt.date) -> Badge:
    """Return the pill with an icon, for lists and plans."""
    return status_badge(due_text(due, today), due_tone(due, today))


def day_words(day: dt.date) -> str:
    """Return 11-25(周三)."""
    return f"{day:%m-%d}(周{'一二三四五六日'[day.weekday()]})"
