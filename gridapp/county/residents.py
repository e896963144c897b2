"""Which grids have a page where residents report: the one place for on and off.

A page is off until IT staff open it and say who answers for what is sent there, as
个人信息保护法 Art 17 asks: who handles it, how to reach them, how long it is kept. That
lies in `meta`, under the code of the grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlalchemy import Connection, delete, select

from gridapp.county import acts, attempts, org
from gridapp.county.store import County
from gridapp.county.tables import meta
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Grid
from gridapp.models.phones import parse_phones
from gridapp.models.place import grid_id
from gridapp.models.record import table_of
from gridapp.sync.protocol import Refused

_KEY = "residents:"
_LONGEST = 60  # characters of what is said about who answers


class Notice(msgspec.Struct, frozen=True):
    """Who handles what residents send, and how long it is kept, in words."""

    who: str
    phone: str
    keep: str


@dataclass(frozen=True)
class Page:
    """An open page: its grid, as people know it, and its notice."""

    code: str
    grid_id: UUID
    name: str
    notice: Notice


def address(server: str, code: str) -> str:
    """Where the page of a grid is; `server` ends without a slash."""
    return f"{server}/r/{code}"


def open_page(county: County, code: str, notice: Notice) -> Page:
    """Open the page of a grid, or say anew who answers for it. UserError when there is
    no such grid, it is closed, or the notice says too little."""
    told = _checked(notice)
    with county.writing() as db:
        org.grid_of(db, code)
        found = _grid(db, code)
        if found is None:
            raise UserError(tr("网格 {code} 已停用，不能开居民网页", code=code))
        attempts.secret(db)  # receipts hang on it
        words = msgspec.json.encode(told).decode()
        db.execute(delete(meta).where(meta.c.key == _KEY + code))
        db.execute(meta.insert().values(key=_KEY + code, value=words))
        acts.note(db, acts.RESIDENTS_ON, code)
    return Page(code, found[0], found[1], told)


def close_page(county: County, code: str) -> None:
    """Close the page of a grid; UserError when it is not open. Reports stay."""
    with county.writing() as db:
        gone = db.execute(delete(meta).where(meta.c.key == _KEY + code))
        if not gone.rowcount:
            raise UserError(
                tr(
                    "网格 {code} 没有开居民网页，"
                    "请用 gridapp county residents list 查看",
                    code=code,
                )
            )
        acts.note(db, acts.RESIDENTS_OFF, code)


def page_of(county: County, code: str) -> Page:
    """The open page of a grid. Refused "path" when it is closed, or so is its grid."""
    with county.reading() as db:
        words = db.scalar(select(meta.c.value).where(meta.c.key == _KEY + code))
        found = _grid(db, code) if words else None
    if words is None or found is None:
        raise Refused(
            "path",
            tr("这个网格没有开通网上反馈，有事请打电话或到社区说；急事请打 110"),
        )
    notice = msgspec.json.decode(words, type=Notice)
    return Page(code, found[0], found[1], notice)


def listed(county: County) -> Sequence[tuple[str, Notice]]:
    """Codes of the grids whose page is open, with the notices."""
    query = select(meta.c.key, meta.c.value).where(meta.c.key.startswith(_KEY))
    with county.reading() as db:
        return [
            (key.removeprefix(_KEY), msgspec.json.decode(value, type=Notice))
            for key, value in db.execute(query.order_by(meta.c.key))
        ]


def _grid(db: Connection, code: str) -> tuple[UUID, str] | None:
    """The id and the name of an open grid; None when there is none."""
    table = table_of(Grid)
    query = select(table.c.id, table.c.name).where(
        table.c.id == grid_id(code), table.c.deleted_at.is_(None)
    )
    row = db.execute(query).one_or_none()
    return None if row is None else (row.id, row.name)


def _checked(notice: Notice) -> Notice:
    who, keep = notice.who.strip(), notice.keep.strip()
    for words in (who, keep):
        if not 0 < len(words) <= _LONGEST:
            raise UserError(
                tr(
                    "处理单位和保存期限都要写明，各不超过 {most} 个字",
                    most=_LONGEST,
                )
            )
    try:
        phones = parse_phones(notice.phone)
    except ValueError as fault:
        raise UserError(tr("联系电话：{fault}", fault=fault)) from None
    return Notice(who, tr("、").join(phones), keep)
