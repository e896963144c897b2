"""How what is due is said: late by how much, today, tomorrow, or the day."""

from __future__ import annotations

import datetime as dt

from gridapp.language import tr, weekday
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
    "visit": tr("入户走访"),
    "call": tr("电话问候"),
    "issue": tr("问题工单"),
    "dispute": tr("矛盾调解"),
    "follow_up": tr("调解回访"),
}


def due_tone(due: Due, today: dt.date) -> ToneName:
    """Return red for late, amber for today, grey for later."""
    if due.late_days > 0:
        return "red"
    return "amber" if due.due <= today else "grey"


def due_text(due: Due, today: dt.date) -> str:
    """Return how late it is in words, as 逾期 4 天, 今天, 11-25."""
    if due.late_days > 0:
        return tr("逾期 {late_days} 天", late_days=due.late_days)
    if due.due <= today:
        return tr("今天")
    return tr("明天") if (due.due - today).days == 1 else f"{due.due:%m-%d}"


def due_badge(due: Due, today: dt.date) -> Badge:
    """Return the pill with an icon, for lists and plans."""
    return status_badge(due_text(due, today), due_tone(due, today))


def day_words(day: dt.date) -> str:
    """Return 11-25(周三)."""
    return tr("{day:%m-%d}（{weekday}）", day=day, weekday=weekday(day))
