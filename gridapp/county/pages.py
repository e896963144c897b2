"""Sends a device what it has not seen: first the state of its grids, then the log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, select

from gridapp.county import states
from gridapp.county.access import Device
from gridapp.county.tables import change, scope
from gridapp.language import tr
from gridapp.models import RECORDS, Worker, record_named
from gridapp.models.ids import id_of
from gridapp.models.record import table_of
from gridapp.sync.protocol import (
    LEAVE,
    PAGE_BYTES,
    PAGE_ROWS,
    WHOLE,
    Cursor,
    Pull,
    Pulled,
    Refused,
)

START, REPLAY, DONE = "", "log", "done"
_CHUNK = 1000  # rows of state read at a time


@dataclass
class _Page:
    """What one answer holds, and how much room is left in it."""

    rows: int
    room: int = PAGE_BYTES
    changes: list[msgspec.Raw] = field(default_factory=list[msgspec.Raw])
    authors: set[bytes | None] = field(default_factory=set[bytes | None])
    more: bool = False

    @property
    def full(self) -> bool:
        return self.rows <= 0 or self.room <= 0

    def add(self, body: bytes, authors: Iterable[bytes | None]) -> None:
        """Put one change in."""
        self.changes.append(msgspec.Raw(body))
        self.rows -= 1
        self.room -= len(body)
        self.authors.update(authors)


def pull(db: Connection, device: Device, asked: Pull) -> Pulled:
    """The next page for a device. `db` is one unchanging view of the data.

    A scope that the device has no right to is left out, whatever it asks for; one that
    it does not mention starts from the beginning.
    """
    known = {id_of(one.grid): one for one in asked.cursors if len(one.grid) == 16}
    query = select(scope.c.grid_id, scope.c.last).where(
        scope.c.grid_id.in_(device.grids)
    )
    page = _Page(max(1, min(asked.limit, PAGE_ROWS)))
    cursors: list[Cursor] = []
    for grid_id, last in sorted(db.execute(query)):
        at = known.get(grid_id) or Cursor(grid_id.bytes, 0)
        if at.n > last:  # the database went back without a new epoch
            raise Refused(
                "epoch", tr("县级服务器恢复过备份，正在重新核对，改动都在本机")
            )
        if at.place == DONE and at.n >= last:
            continue
        if page.full:
            page.more = True
            break
        if at.place in (REPLAY, DONE):
            cursors.append(_log(db, device, page, at, last))
        else:
            cursors.append(_state(db, page, at, last))
            page.more = True  # what happened meanwhile is read again
    return Pulled(page.changes, cursors, page.more, _names(db, page.authors))


def _log(db: Connection, device: Device, page: _Page, at: Cursor, last: int) -> Cursor:
    """Changes after the cursor. A device's own come back only where they met others,
    or while it reads again what happened during its first download."""
    scope_id = id_of(at.grid)
    query = select(
        change.c.n,
        change.c.by,
        change.c.body,
        change.c.type,
        change.c.record_id,
        change.c.action,
    ).where(change.c.grid_id == scope_id, change.c.n > at.n)
    if at.place != REPLAY:
        foreign = change.c.device_id.is_distinct_from(device.id)
        query = query.where(foreign | change.c.echo)
    rows = db.execute(query.order_by(change.c.n).limit(page.rows)).all()
    stale = _stale(db, scope_id, rows) if len(device.grids) > 1 else set[int]()
    everything = len(rows) < page.rows
    done = at.n
    for n, by, body, *_ in rows:
        if page.full:
            everything = False
            break
        if n not in stale:
            page.add(body, [by and by.bytes])
        done = n
    if not everything and done < last:
        page.more = True
        return Cursor(at.grid, done, at.place)
    return Cursor(at.grid, last, DONE)


def _stale(db: Connection, scope_id: UUID, rows: Sequence[Any]) -> set[int]:
    """Numbers of lines that brought a record which is elsewhere now, or took away one
    that is here again. A device with several grids reads their logs one after the
    other and could not tell which line is the later one."""
    wanted: dict[str, set[UUID]] = {}
    for row in rows:
        if row.action == LEAVE or row.action in WHOLE:
            wanted.setdefault(row.type, set()).add(row.record_id)
    here: set[UUID] = set()
    for type_, ids in wanted.items():
        table = table_of(record_named(type_))
        query = select(table.c.id).where(
            table.c.id.in_(ids), table.c.grid_id == scope_id
        )
        here.update(db.scalars(query))
    return {
        row.n
        for row in rows
        if (row.action == LEAVE and row.record_id in here)
        or (row.action in WHOLE and row.record_id not in here)
    }


def _state(db: Connection, page: _Page, at: Cursor, last: int) -> Cursor:
    """Records of the scope as they are, parents first, after the place reached.

    The cursor is the log's end when the first page was read: what changes while the
    pages go out comes once more from the log, and applying it twice does no harm.
    A device that starts over keeps its own cursor, so that it misses no leaving.
    """
    n = at.n if at.place != START or at.n else last
    names = [model.__tablename__ for model in RECORDS]
    first, after, place = 0, b"", at.place
    if place != START:
        try:
            type_, _, last_id = place.partition(":")
            first, after = names.index(type_), UUID(last_id).bytes
        except ValueError:
            raise Refused("cursor", tr("同步的位置读不懂，请升级程序后再试")) from None
    for model in RECORDS[first:]:
        seen, after = after, b""
        while True:
            found = states.after(db, model, at.grid, seen, min(_CHUNK, page.rows))
            for state in found:
                page.add(state.body, state.authors)
                seen = state.id
                if page.full:
                    return Cursor(at.grid, n, f"{model.__tablename__}:{seen.hex()}")
            if len(found) < _CHUNK:
                break
    return Cursor(at.grid, n, REPLAY)


def _names(db: Connection, authors: set[bytes | None]) -> dict[bytes, str]:
    table = table_of(Worker)
    known = [id_of(one) for one in authors if one]
    query = select(table.c.id, table.c.name).where(table.c.id.in_(known))
    return {key.bytes: name for key, name in db.execute(query)} if authors else {}
