"""The county's change log: every change, numbered within its scope."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gridapp.county import rows
from gridapp.county.tables import change, scope
from gridapp.models.ids import id_of
from gridapp.models.kinds import time_text
from gridapp.sync.protocol import WHOLE, Change
from gridapp.sync.wire import named, time_to_sqlite

_packed = msgspec.msgpack.Encoder().encode

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


_NUMBERED = (
    update(scope)
    .where(scope.c.grid_id == bindparam("it"))
    .values(last=scope.c.last + bindparam("more"))
    .returning(scope.c.last)
)


class Entry(NamedTuple):
    """A line of the log before it has its number: the change as it will be sent.

    `echo`: its own device must read it too.
    """

    change: Change
    echo: bool = False


def append(db: Connection, entries: Sequence[Entry], now: dt.datetime) -> None:
    """Number the entries and write them: the last thing before a commit.

    The number is taken under the scope's row lock, which stands until the commit, so
    that a reader's cursor can never pass a change that commits later (design.md §5).
    """
    counts = Counter(entry.change.grid for entry in entries)
    following: dict[bytes, int] = {}
    for grid in sorted(counts):
        given = {"it": id_of(grid), "more": counts[grid]}
        following[grid] = db.execute(_NUMBERED, given).scalar_one() - counts[grid] + 1
    moment = time_text(now)
    lines = (_row(entry, following, moment) for entry in entries)
    rows.write(db, change.name, _COLUMNS, lines)


def _row(entry: Entry, following: dict[bytes, int], now: str) -> tuple[Any, ...]:
    """In the order of _COLUMNS, as both databases take it; numbers the line.

    SQLite's driver asks of bytes and bool, but not of these, what they may stand for.
    """
    line = entry.change
    n = line.seq = following[line.grid]
    following[line.grid] = n + 1
    return (
        line.grid.hex(),
        n,
        line.type,
        line.id.hex(),
        line.action,
        time_to_sqlite(line.at),
        line.by.hex() if line.by else None,
        line.device.hex() if line.device else None,
        time_to_sqlite(line.stamp),
        now,
        int(entry.echo),
        bytearray(_packed(line)),
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
