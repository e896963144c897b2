"""操作记录 and 回收站 as tables for a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as Keys
from typing import Any

from gridapp.language import tr
from gridapp.models.kinds import NOTE, NUMBER, TIME
from gridapp.store.acts import Act
from gridapp.store.database import Connection
from gridapp.ui.settings.act_words import entry_of
from gridapp.work.act_words import who
from gridapp.work.listing import Column, Listing, Row
from gridapp.work.recycle import Deleted

_ACTS = (
    Column("at", tr("时间"), TIME),
    Column("by", tr("谁")),
    Column("what", tr("做了什么")),
    Column("more", tr("详情"), NOTE),
    Column("purpose", tr("用途"), NOTE),
    Column("people", tr("条数"), NUMBER),
    Column("file", tr("文件")),
)
_BIN = (
    Column("kind", tr("类型")),
    Column("title", tr("名称")),
    Column("detail", tr("内容"), NOTE),
    Column("at", tr("删除时间"), TIME),
    Column("by", tr("谁删的")),
    Column("days", tr("还列几天"), NUMBER),
)


def acts_listing(acts: Iterable[Act], narrowed: Sequence[str]) -> Listing:
    """Return what was done as a list to export, newest first."""
    return _listing("acts", tr("操作记录"), _ACTS, map(_act, acts), narrowed)


def _act(act: Act) -> Row:
    entry = entry_of(act)
    return {
        "at": act.at,
        "by": who(act),
        "what": entry.title,
        "more": entry.text,
        "purpose": act.purpose,
        "people": act.people,
        "file": act.file,
    }


def bin_listing(lines: Iterable[Deleted], narrowed: Sequence[str]) -> Listing:
    """Return what was deleted as a list to export."""
    return _listing("bin", tr("回收站"), _BIN, map(_deleted, lines), narrowed)


def _deleted(one: Deleted) -> Row:
    return {
        "kind": one.kind,
        "title": one.title,
        "detail": one.detail,
        "at": one.at,
        "by": one.by,
        "days": one.days_left,
    }


def _listing(
    key: str,
    title: str,
    columns: tuple[Column, ...],
    rows: Iterable[Row],
    narrowed: Sequence[str],
) -> Listing:
    return Listing(key, title, columns, tuple(rows), _as_they_are, tuple(narrowed))


def _as_they_are(
    _db: Connection, some: Sequence[Any], _keys: Keys[str]
) -> Iterable[Mapping[str, Any]]:
    return some
