"""An act of this vault in the words of the person who did it."""

from __future__ import annotations

from collections.abc import Mapping

from gridapp.language import said_again, tr
from gridapp.models import record_named
from gridapp.models.deeds import DEEDS, is_nobodys
from gridapp.store.acts import IMPORT, Act, Done, FieldChange

_DID: Mapping[str, str] = {
    "insert": tr("登记{what}"),
    "update": tr("修改{what}"),
    "delete": tr("删除{what}"),
    "restore": tr("恢复{what}"),
    "leave": tr("移交{what}"),
}
MOST = 3  # of what else was done or changed, before “等”


def title(act: Act) -> str:
    """What was done and about whom, as `登记走访记录：李桂英`."""
    first = act.done[0] if act.done else None
    if act.kind == IMPORT:
        return DEEDS[IMPORT].title
    if first is None or act.kind != "change":
        words = DEEDS[act.kind].title if act.kind in DEEDS else act.kind
    else:
        words = _DID[first.action].format(what=record_named(first.type).title)
    if first is not None and first.subject:
        words = tr("{what}：{name}", what=words, name=first.subject)
    return words


def who(act: Act) -> str:
    """By whom, "" when nobody was signed in; who typed a wrong password is unknown."""
    return tr("不详") if is_nobodys(act.kind) else act.by


def details(act: Act) -> str:
    """What was changed, from which file it came, or what it was wanted for."""
    if act.kind not in ("change", IMPORT):
        return tr("；").join(filter(None, (act.detail, _file(act), _why(act))))
    if act.kind == "change" and act.done and act.done[0].count == 1:
        parts = [_change(one) for one in act.done[0].changes]
        parts += [_count(one) for one in act.done[1:]]
    else:
        parts = [_count(one) for one in act.done]
    if act.file:
        parts.insert(0, tr("从 {file}", file=act.file))
    shown = parts[:MOST]
    if len(parts) > MOST:
        shown.append(tr("等 {count} 项", count=len(parts)))
    return tr("；").join(shown)


def _file(act: Act) -> str:
    if not act.file or act.file in act.detail:
        return ""
    return tr("文件 {file}", file=act.file)


def _why(act: Act) -> str:
    why = said_again(act.purpose, ())
    return tr("用途：{purpose}", purpose=why) if why else ""


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
