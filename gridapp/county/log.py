"""The county's change log: every change, numbered within its scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gridapp.county import rows
from gridapp.county.rows import time_text
from gridapp.county.tables import change, scope
from gridapp.models.kinds import TIME
from gridapp.sync.protocol import WHOLE, Change
from gridapp.sync.wire import named

_COLUMNS = (
    "grid_id",
    "n",
    "type",
    "record_id",
    "action",
    "at",
    "by",
    "device_id",
    "stamp",
    "received_at",
    "echo",
    "body",
)


class Entry(msgspec.Struct, frozen=True):
    """A line of the log before it has its number.

    `names` and `values` as in a Change. `echo`: its own device must read it too.
    """

    grid_id: UUID
    type: str
    record_id: UUID
    action: str
    names: str
    values: list[Any]
    at: dt.datetime
    by: UUID | None
    device_id: UUID | None
    stamp: dt.datetime
    echo: bool = False

    def body(self, n: int) -> bytes:
        """The line as it is sent."""
        return msgspec.msgpack.encode(
            Change(
                seq=n,
                type=self.type,
                id=self.record_id.bytes,
                grid=self.grid_id.bytes,
                action=self.action,
                at=TIME.to_wire(self.at),
                by=self.by.bytes if self.by else None,
                base=None,
                names=self.names,
                values=self.values,
                stamp=TIME.to_wire(self.stamp),
                device=self.device_id.bytes if self.device_id else None,
            )
        )


def append(db: Connection, entries: Sequence[Entry], now: dt.datetime) -> None:
    """Number the entries and write them: the last thing before a commit.

    The number is taken under the scope's row lock, which stands until the commit, so
    that a reader's cursor can never pass a change that commits later (design.md §5).
    """
    counts: dict[UUID, int] = {}
    for entry in entries:
        counts[entry.grid_id] = counts.get(entry.grid_id, 0) + 1
    following: dict[UUID, int] = {}
    for grid_id in sorted(counts):
        query = (
            update(scope)
            .where(scope.c.grid_id == grid_id)
            .values(last=scope.c.last + counts[grid_id])
            .returning(scope.c.last)
        )
        following[grid_id] = db.execute(query).scalar_one() - counts[grid_id] + 1
    lines = [(one, _next(following, one.grid_id)) for one in entries]
    rows.write(db, change.name, _COLUMNS, (_row(one, n, now) for one, n in lines))


def _next(following: dict[UUID, int], grid_id: UUID) -> int:
    n = following[grid_id]
    following[grid_id] = n + 1
    return n


def _row(entry: Entry, n: int, now: dt.datetime) -> tuple[Any, ...]:
    """In the order of _COLUMNS, as both databases take it."""
    return (
        entry.grid_id.hex,
        n,
        entry.type,
        entry.record_id.hex,
        entry.action,
        time_text(entry.at),
        entry.by.hex if entry.by else None,
        entry.device_id.hex if entry.device_id else None,
        time_text(entry.stamp),
        time_text(now),
        entry.echo,
        entry.body(n),
    )


def open_scope(db: Connection, grid_id: UUID) -> None:
    """Make the scope of a grid unless it is there."""
    make = postgresql.insert if db.dialect.name == "postgresql" else sqlite.insert
    db.execute(make(scope).values(grid_id=grid_id, last=0).on_conflict_do_nothing())


def last_touch(
    db: Connection, wanted: Collection[tuple[UUID, str]]
) -> dict[tuple[UUID, str], tuple[UUID | None, dt.datetime]]:
    """{(id, field): (by, at)}: who gave a field its present value, and when."""
    found: dict[tuple[UUID, str], tuple[UUID | None, dt.datetime]] = {}
    if not wanted:
        return found
    query = (
        select(change.c.record_id, change.c.at, change.c.by, change.c.body)
        .where(change.c.record_id.in_({record_id for record_id, _ in wanted}))
        .order_by(change.c.stamp.desc())
    )
    missing = set(wanted)
    for record_id, at, by, body in db.execute(query):
        if not missing:
            break
        line = msgspec.msgpack.decode(body, type=Change)
        if line.action in WHOLE and line.action != "insert":
            continue  # repeats values that an earlier line brought
        names = named(line.names)
        for key in [one for one in missing if one[0] == record_id]:
            if key[1] in names:
                found[key] = (by, at)
                missing.discard(key)
    return found
