"""An act of this vault in the words of the person who did it."""

from __future__ import annotations

from collections.abc import Mapping

from gridapp.language import mark, said_again, tr
from gridapp.models import record_named
from gridapp.store.acts import IMPORT, Act, Done, FieldChange
from gridapp.store.state import NOBODYS

_DID: Mapping[str, str] = {
    "insert": tr("登记{what}"),
    "update": tr("修改{what}"),
    "delete": tr("删除{what}"),
    "restore": tr("恢复{what}"),
    "leave": tr("移交{what}"),
}
_LOOKED: Mapping[str, str] = {
    "reveal": tr("查看私密信息"),
    "show": tr("查看私密信息"),
    "list": tr("列出完整号码"),
    "export": tr("导出完整号码"),
    "fill": tr("填表用了完整号码"),
    "print": tr("打印完整号码"),
    "restore": tr("从备份恢复"),
    "account": tr("用户和密码"),
    "password": tr("修改自己的密码"),
    "repair": tr("修理数据文件"),
    "wrong_password": tr("密码输错"),
    "recover": tr("县里帮助找回密码"),
    "mended": tr("补好密钥文件"),
}
# What is kept of acts in the words of their day: see `disclose` where it is called.
_KEPT = (
    mark("添加 {name}（{role}）"),
    mark("{name} 改为{role}，设新密码"),
    mark("给 {name} 设新密码"),
    mark("停用 {name}"),
    mark("恢复到 {made:%Y-%m-%d %H:%M} 的备份"),
    mark("{name} 坏了，已用另一份补好"),
    mark("{count} 次，最近 {at:%Y-%m-%d %H:%M}"),
    mark("下次同步时，会从头核对 {count} 个网格"),
    mark("从备份取回照片 {back} 张，下次同步时向县里要 {asked} 张"),
    mark("已清掉 {count} 份读不懂的草稿"),
    mark("已清掉 {count} 个没写完的临时文件"),
    mark("{title} {count:,} 条，存为 {name}"),
    mark("{name} {count} 人"),
    mark("{sheet} {count} 份"),
    mark("{count} 条"),
)
MOST = 3  # of what else was done or changed, before “等”


def title(act: Act) -> str:
    """What was done and about whom, as `登记走访记录：李桂英`."""
    first = act.done[0] if act.done else None
    if act.kind == IMPORT:
        return tr("导入台账")
    if first is None or act.kind != "change":
        words = _LOOKED.get(act.kind, act.kind)
    else:
        words = _DID[first.action].format(what=record_named(first.type).title)
    if first is not None and first.subject:
        words = tr("{what}：{name}", what=words, name=first.subject)
    return words


def who(act: Act) -> str:
    """By whom, "" when nobody was signed in; who typed a wrong password is unknown."""
    return tr("不详") if act.kind in NOBODYS else act.by


def details(act: Act) -> str:
    """What was changed, from which file it came, or what it was wanted for."""
    if act.kind not in ("change", IMPORT):
        detail = said_again(act.detail, _KEPT)
        return tr("；").join(filter(None, (detail, _file(act), _why(act))))
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
