"""The lines of a resident's timeline, from visits, issues and the journal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby

from gridapp.language import tr
from gridapp.models import Resident
from gridapp.models.record import field_of
from gridapp.store.history import LABELS, HistoryLine
from gridapp.ui.care.due_words import ICONS
from gridapp.ui.tokens import ToneName
from gridapp.ui.widgets.timeline import Entry
from gridapp.work.people import Event

EVENT_ICONS = ICONS | {"signed": "camera"}
MISSED = "·"  # stands in the title of an attempt that reached nobody
ACTIONS = {
    "insert": tr("新建档案"),
    "update": tr("修改"),
    "delete": tr("移入回收站"),
    "restore": tr("从回收站恢复"),
}
EMPTY = tr("空")
MOST_FIELDS = 8  # of one change, the rest is counted


def event_entries(events: Sequence[Event], kind: str) -> list[Entry]:
    """Return what happened, newest first; `kind` is all or the kind of an event."""
    return [
        Entry(
            EVENT_ICONS[event.kind],
            _tone(event),
            _title(event),
            _when(event),
            event.summary,
        )
        for event in events
        if kind in ("all", event.kind)
    ]


def _tone(event: Event) -> ToneName:
    if event.kind in ("issue", "dispute"):
        return "amber"
    return "grey" if MISSED in event.title else "blue"


def _title(event: Event) -> str:
    if event.kind == "visit" and MISSED not in event.title:
        return tr("{title}走访", title=event.title)
    return event.title.replace(MISSED, " ")


def _when(event: Event) -> str:
    at = event.at.astimezone()
    this_year = at.year == dt.date.today().year
    return (
        f"{at:%m-%d %H:%M}  {event.who}" if this_year else f"{at:%Y-%m-%d}  {event.who}"
    )


def change_entries(lines: Sequence[HistoryLine]) -> list[Entry]:
    """Return one entry a change, newest first; private values stay masked."""
    entries: list[Entry] = []
    ordered = sorted(lines, key=lambda one: one.at, reverse=True)
    for (at, by, action), group in groupby(
        ordered, key=lambda one: (one.at, one.by, one.action)
    ):
        parts = [_change_words(one, action) for one in group]
        if len(parts) > MOST_FIELDS:
            parts = [*parts[:MOST_FIELDS], tr("等 {count} 项", count=len(parts))]
        tone: ToneName = "red" if action == "delete" else "blue"
        icon = "plus" if action == "insert" else "pencil"
        when = f"{at.astimezone():%Y-%m-%d %H:%M}  {by}"
        title = ACTIONS.get(action, tr("修改"))
        entries.append(Entry(icon, tone, title, when, tr("；").join(parts)))
    return entries


def _change_words(change: HistoryLine, action: str) -> str:
    if change.field in LABELS:
        return change.label
    field = field_of(Resident, change.field)
    new = field.masked(change.new) or EMPTY
    if action == "insert":
        return f"{field.label} {new}"
    return tr(
        "{label}：{masked} → {new}",
        label=field.label,
        masked=field.masked(change.old) or EMPTY,
        new=new,
    )
