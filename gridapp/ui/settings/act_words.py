"""An act in the words of the person who did it."""

from __future__ import annotations

from collections.abc import Mapping

from gridapp.language import tr
from gridapp.models import record_named
from gridapp.store.acts import Act, Done, FieldChange
from gridapp.ui.tokens import ToneName
from gridapp.ui.widgets.timeline import Entry

_DID: Mapping[str, str] = {
    "insert": tr("登记{what}"),
    "update": tr("修改{what}"),
    "delete": tr("删除{what}"),
    "restore": tr("恢复{what}"),
    "leave": tr("移交{what}"),
}
_LOOKED: Mapping[str, str] = {
    "reveal": tr("查看私密信息"),
    "export": tr("导出"),
    "print": tr("打印"),
}
_ICONS: Mapping[str, str] = {
    "insert": "plus",
    "update": "pencil",
    "delete": "x",
    "restore": "history",
    "leave": "route",
}
_TYPE_ICONS: Mapping[str, str] = {
    "visit": "footprints",
    "patrol": "route",
    "issue": "triangle-alert",
    "dispute": "handshake",
    "resident": "contact-round",
}
MOST = 3  # of what else was done or changed, before “等”


def entry_of(act: Act) -> Entry:
    """One line of the list: what, about whom, when and by whom, and the details."""
    first = act.done[0] if act.done else None
    when = f"{act.at.astimezone():%m-%d %H:%M}  {act.by}".rstrip()
    return Entry(_icon(act, first), _tone(act, first), title(act), when, _details(act))


def title(act: Act) -> str:
    """What was done and about whom, as `登记走访记录：李桂英`."""
    first = act.done[0] if act.done else None
    if act.kind == "import":
        return tr("导入台账")
    if first is None or act.kind != "change":
        words = _LOOKED.get(act.kind, act.kind)
    else:
        words = _DID[first.action].format(what=record_named(first.type).title)
    if first is not None and first.subject:
        words = tr("{what}：{name}", what=words, name=first.subject)
    return words


def _details(act: Act) -> str:
    if act.kind not in ("change", "import"):
        return act.detail
    if act.kind == "change" and act.done and act.done[0].count == 1:
        parts = [_change(one) for one in act.done[0].changes]
        parts += [_count(one) for one in act.done[1:]]
    else:
        parts = [_count(one) for one in act.done]
    shown = parts[:MOST]
    if len(parts) > MOST:
        shown.append(tr("等 {count} 项", count=len(parts)))
    return tr("；").join(shown)


def _change(change: FieldChange) -> str:
    if not change.old and not change.new:
        return tr("换了{field}", field=change.label)
    empty = tr("（空）")
    return tr(
        "{field}：{old} → {new}",
        field=change.label,
        old=change.old or empty,
        new=change.new or empty,
    )


def _count(done: Done) -> str:
    what = record_named(done.type).title
    if done.subject and done.count == 1:
        words = _DID[done.action].format(what=what)
        return tr("{what}：{name}", what=words, name=done.subject)
    what = tr("{what} {count:,} 条", what=what, count=done.count)
    return _DID[done.action].format(what=what)


def _icon(act: Act, first: Done | None) -> str:
    if act.kind == "import":
        return "file-input"
    if act.kind == "print":
        return "printer"
    if first is None or act.kind != "change":
        return "eye"
    if first.action == "insert":
        return _TYPE_ICONS.get(first.type, "plus")
    return _ICONS[first.action]


def _tone(act: Act, first: Done | None) -> ToneName:
    if act.kind not in ("change", "import"):
        return "purple"
    if first is not None and first.action == "delete":
        return "red"
    return "blue" if first is not None and first.action == "insert" else "grey"
