"""An act in the words of the person who did it."""

from __future__ import annotations

from collections.abc import Mapping

from gridapp.store.acts import IMPORT, Act, Done
from gridapp.ui.tokens import ToneName
from gridapp.ui.widgets.timeline import Entry
from gridapp.work.act_words import details, title, who

_ICONS: Mapping[str, str] = {
    "insert": "plus",
    "update": "pencil",
    "delete": "x",
    "restore": "history",
    "leave": "route",
}
_KIND_ICONS: Mapping[str, str] = {
    IMPORT: "file-input",
    "print": "printer",
    "export": "file-output",
    "fill": "file-output",
    "restore": "history",
    "account": "settings",
    "password": "settings",
    "repair": "settings",
}
_TYPE_ICONS: Mapping[str, str] = {
    "visit": "footprints",
    "patrol": "route",
    "issue": "triangle-alert",
    "dispute": "handshake",
    "resident": "contact-round",
}


def entry_of(act: Act) -> Entry:
    """One line of the list: what, about whom, when and by whom, and the details."""
    first = act.done[0] if act.done else None
    when = f"{act.at.astimezone():%m-%d %H:%M}  {who(act)}".rstrip()
    return Entry(_icon(act, first), _tone(act, first), title(act), when, details(act))


def _icon(act: Act, first: Done | None) -> str:
    if first is None or act.kind != "change":
        return _KIND_ICONS.get(act.kind, "eye")
    if first.action == "insert":
        return _TYPE_ICONS.get(first.type, "plus")
    return _ICONS[first.action]


def _tone(act: Act, first: Done | None) -> ToneName:
    if act.kind not in ("change", IMPORT):
        return "purple"
    if first is not None and first.action == "delete":
        return "red"
    return "blue" if first is not None and first.action == "insert" else "grey"
