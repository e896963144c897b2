"""The county's grids, and records that the county writes on its own account.

A grid is made here and nowhere else; its id follows from its code. What is written here
goes into the log and so to the laptops, like every change.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update

from gridapp.county import acts, log
from gridapp.county.store import County
from gridapp.county.tables import device, device_scope, scope
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import RECORDS, Grid, Worker, codes
from gridapp.models.kinds import TIME, now
from gridapp.models.place import grid_id
from gridapp.models.record import Record, Values, fields_of, table_of
from gridapp.models.roles import AREA_DIGITS
from gridapp.sync.protocol import (
    DELETE,
    ENTER,
    INSERT,
    LEAVE,
    RESTORE,
    UPDATE,
    Change,
)
from gridapp.sync.wire import pairs, whole

_GRID_CODE = re.compile("[0-9A-Za-z-]{1,32}")
_TICK = dt.timedelta(milliseconds=1)


def checked_codes(given: Iterable[str]) -> list[str]:
    """The codes of grids, each once; UserError when one cannot be a code.

    A grid code is usually the 12-digit code of the community with the grid's own digits
    after it, but counties number grids in their own ways (domain.md §2.5): digits,
    letters and hyphens.
    """
    wanted = list(dict.fromkeys(one.strip() for one in given))
    for one in wanted:
        if not _GRID_CODE.fullmatch(one):
            raise UserError(
                tr(
                    "网格编码“{one}”不对，只能是数字、字母和连字符，请核对后重填",
                    one=one,
                )
            )
    return wanted


def checked_area(area: str | None, role: str) -> str | None:
    """The area of somebody in that role; UserError when it is not one of theirs."""
    if area is None or not area.strip():
        return None
    area, digits = area.strip(), AREA_DIGITS.get(role)
    if digits is None:
        raise UserError(
            tr(
                "{role}按网格登记，不能给整片区划：请去掉区划代码 {area}，"
                "写明负责的网格编码",
                role=codes.table("worker_role").name(role),
                area=area,
            )
        )
    if not (area.isascii() and area.isdigit() and len(area) == digits):
        raise UserError(
            tr(
                "{role}的区划代码应是 {digits} 位数字，请核对后重填",
                role=codes.table("worker_role").name(role),
                digits=digits,
            )
        )
    return area


def in_area(db: Connection, area: str) -> set[UUID]:
    """The open grids whose code begins with `area`."""
    table = table_of(Grid)
    query = (
        select(scope.c.grid_id)
        .join(table, table.c.id == scope.c.grid_id)
        .where(
            table.c.code.startswith(area, autoescape=True), table.c.deleted_at.is_(None)
        )
    )
    return set(db.scalars(query))


def known(db: Connection, code: str) -> bool:
    """Whether there is a grid of that code, open or closed."""
    grid = table_of(Grid)
    return db.scalar(select(grid.c.id).where(grid.c.id == grid_id(code))) is not None


def missing(county: County, given: Iterable[str]) -> list[str]:
    """Those of the codes that no grid has; UserError when one cannot be a code."""
    wanted = checked_codes(given)
    with county.reading() as db:
        return [one for one in wanted if not known(db, one)]


def make_grid(
    db: Connection, code: str, at: dt.datetime, words: Mapping[str, Any] | None = None
) -> UUID:
    """The grid of that code, made now unless it is there; UserError when closed."""
    table, key = table_of(Grid), grid_id(code)
    found = db.execute(
        select(table.c.deleted_at).where(table.c.id == key)
    ).one_or_none()
    if found is None:
        log.open_scope(db, key)
        values = {"id": key, "grid_id": key, "code": code, "name": code}
        make(db, Grid, values | dict(words or {}), at)
    elif found.deleted_at is not None:
        raise UserError(
            tr(
                "网格 {code} 已停用，要再用请先运行 gridapp county org open {code}",
                code=code,
            )
        )
    return key


def make(
    db: Connection, model: type[Record], values: Mapping[str, Any], at: dt.datetime
) -> None:
    """Insert a record on the county's own account, and log it."""
    row: Values = {one.name: None for one in fields_of(model)} | dict(values)
    row |= {"created_at": at, "updated_at": at, "deleted_at": None}
    row |= {"created_by": None, "updated_by": None}
    db.execute(insert(table_of(model)), [row])
    sent = whole(model, {**values, "grid_id": None})
    _log(db, model, row, [(row["grid_id"], INSERT, sent)], at)


def change(
    db: Connection,
    model: type[Record],
    record_id: UUID,
    new: Mapping[str, Any],
    at: dt.datetime,
) -> bool:
    """Change a record on the county's own account, and log it; whether it differed.

    `grid_id` among `new` moves it, `deleted_at` deletes or restores it.
    UserError when there is no such record.
    """
    table = table_of(model)
    query = select(table).where(table.c.id == record_id).with_for_update()
    found = db.execute(query).mappings().one_or_none()
    if found is None:
        raise UserError(tr("没有这条{title}", title=model.title))
    different = {
        name: (found[name], value)
        for name, value in new.items()
        if found[name] != value
    }
    if not different:
        return False
    stamp = max(at, found["updated_at"] + _TICK)  # it only ever grows
    row: Values = {**found, **new, "updated_at": stamp, "updated_by": None}
    stored = {name: row[name] for name in (*different, "updated_at", "updated_by")}
    db.execute(update(table).where(table.c.id == record_id).values(stored))
    here, there = found["grid_id"], row["grid_id"]
    different.pop("grid_id", None)
    lines: list[tuple[UUID, str, tuple[str, list[Any]]]] = []
    if "deleted_at" in different and new["deleted_at"] is None:
        lines.append((here, RESTORE, whole(model, row)))
    elif different:
        action = DELETE if "deleted_at" in different else UPDATE
        lines.append((here, action, pairs(model, different)))
    if here != there:
        lines.append((here, LEAVE, ("", [])))
        lines.append((there, ENTER, whole(model, row)))
    _log(db, model, row, lines, at)
    return True


def _log(
    db: Connection,
    model: type[Record],
    row: Values,
    lines: Sequence[tuple[UUID, str, tuple[str, list[Any]]]],
    at: dt.datetime,
) -> None:
    entries = [
        log.Entry(
            Change(
                seq=0,
                type=model.__tablename__,
                id=row["id"].bytes,
                grid=where.bytes,
                action=action,
                at=TIME.to_wire(at),
                by=None,
                base=None,
                names=names,
                values=values,
                stamp=TIME.to_wire(row["updated_at"]),
            )
        )
        for where, action, (names, values) in lines
    ]
    log.append(db, entries, at)


def house(db: Connection, worker_id: UUID, at: dt.datetime) -> None:
    """Have the record of a worker in one of the grids that their laptops may see.

    Else a change of their role would never reach them.
    """
    table = table_of(Worker)
    here = db.scalar(select(table.c.grid_id).where(table.c.id == worker_id))
    theirs = (
        select(device_scope.c.grid_id)
        .join(device, device.c.id == device_scope.c.device_id)
        .where(device.c.worker_id == worker_id, device_scope.c.left_at.is_(None))
        .order_by(device_scope.c.grid_id)
    )
    found = list(db.scalars(theirs))
    if here is not None and found and here not in found:
        change(db, Worker, worker_id, {"grid_id": found[0]}, at)


def import_grids(county: County, rows: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    """Make or change the grids of a list; (how many made, how many changed).

    Each row has `code`, and what is to be written beside it. UserError, and nothing is
    written, when a row has no code or one that cannot be.
    """
    made = changed = 0
    at = now()
    with county.writing() as db:
        for row in rows:
            [code] = checked_codes([row.get("code") or ""])
            words = {n: v for n, v in row.items() if n != "code" and v is not None}
            key, table = grid_id(code), table_of(Grid)
            if db.scalar(select(table.c.id).where(table.c.id == key)) is None:
                make_grid(db, code, at, words)
                acts.note(db, acts.OPEN, code)
                made += 1
            else:
                changed += change(db, Grid, key, words, at)
    return made, changed


def close_grid(county: County, code: str, *, anyhow: bool = False) -> None:
    """Close a grid: laptops send what they wrote there, then let its records go.

    Nothing is deleted at the county. UserError when the grid still has records, which
    somebody should move to another grid before, unless `anyhow`.
    """
    at, key = now(), grid_id(code)
    with county.writing() as db:
        grid_of(db, code)
        left = _records_in(db, key)
        if left and not anyhow:
            raise UserError(
                tr(
                    "网格 {code} 里还有 {left} 条记录。请先让社区把它们移到别的网格；"
                    "确实要停用，请加 --anyhow，记录仍在服务器上",
                    code=code,
                    left=left,
                )
            )
        if change(db, Grid, key, {"deleted_at": at}, at):
            open_here = (device_scope.c.grid_id == key) & device_scope.c.left_at.is_(
                None
            )
            db.execute(update(device_scope).where(open_here).values(left_at=at))
            for worker_id in _workers_in(db, key):
                house(db, worker_id, at)
            acts.note(db, acts.CLOSE, code)


def open_grid(county: County, code: str) -> None:
    """Open a closed grid again: those whose area it is in get it back by themselves."""
    at, key = now(), grid_id(code)
    with county.writing() as db:
        grid_of(db, code)
        if change(db, Grid, key, {"deleted_at": None}, at):
            acts.note(db, acts.OPEN, code)


def grid_of(db: Connection, code: str) -> UUID:
    """The grid of that code, open or closed; UserError when there is none."""
    if not known(db, code):
        raise UserError(
            tr("没有网格 {code}，请用 gridapp county org list 查看", code=code)
        )
    return grid_id(code)


def _records_in(db: Connection, key: UUID) -> int:
    count = 0
    for model in RECORDS:
        table = table_of(model)
        if model not in (Grid, Worker):
            here = (table.c.grid_id == key) & table.c.deleted_at.is_(None)
            count += db.scalar(select(func.count()).where(here)) or 0
    return count


def _workers_in(db: Connection, key: UUID) -> Collection[UUID]:
    table = table_of(Worker)
    return db.scalars(select(table.c.id).where(table.c.grid_id == key)).all()
