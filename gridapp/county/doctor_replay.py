"""Does a record's log again: what it would be, and where its lines do not fit.

In one scope a record comes whole (`insert`, `enter`), changes from one value to the
next, and may leave. Every line is read, so that each is known to say what the columns
beside it say (docs/protocol.md, "A change").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, select

from gridapp.language import tr
from gridapp.models import RECORDS
from gridapp.models.kinds import TIME
from gridapp.models.record import Record, table_of
from gridapp.sync.protocol import (
    DELETE,
    ENTER,
    INSERT,
    LEAVE,
    STATE,
    UPDATE,
    WHOLE,
    Change,
)
from gridapp.sync.wire import kinds_of, named, to_wire


@dataclass
class Story:
    """What the lines of one record in one grid say it is, as values that travel."""

    type: str
    id: UUID
    values: dict[str, Any] | None = None  # None: it is not in this grid
    faults: list[str] = field(default_factory=list[str])

    def fault(self, n: int) -> None:
        """Note that line `n` does not fit."""
        self.faults.append(
            tr("第 {n} 条改动接不上：{type} {id}", n=n, type=self.type, id=self.id)
        )


def story(rows: Iterable[Any]) -> Story:
    """The story that rows of the log tell: one record, one grid, in order."""
    found: Story | None = None
    for row in rows:
        found = found or Story(row.type, row.record_id)
        try:
            line = msgspec.msgpack.decode(row.body, type=Change)
            good = _says(line) == _columns(row) and len(named(line.names)) == len(
                line.values
            )
        except (msgspec.MsgspecError, ValueError):
            found.fault(row.n)
            continue
        if not good:
            found.fault(row.n)
        else:
            _follow(found, line)
    assert found is not None, "a group has a row"
    return found


def _says(line: Change) -> tuple[Any, ...]:
    return (
        line.seq,
        line.type,
        UUID(bytes=line.id),
        UUID(bytes=line.grid),
        line.action,
        line.at,
        line.by,
        line.stamp,
        line.device,
    )


def _columns(row: Any) -> tuple[Any, ...]:
    return (
        row.n,
        row.type,
        row.record_id,
        row.grid_id,
        row.action,
        TIME.to_wire(row.at),
        row.by.bytes if row.by else None,
        TIME.to_wire(row.stamp),
        row.device_id.bytes if row.device_id else None,
    )


def _follow(found: Story, line: Change) -> None:
    """Do one line again. A `leave` may come where the record never was: its author
    had believed it to be there."""
    here = found.values
    if line.action == LEAVE:
        found.values = None
        return
    brings = line.action in WHOLE
    if (here is None) != (line.action in (INSERT, ENTER)):
        found.fault(line.seq)
    new: dict[str, Any] = {}
    for name, value in zip(named(line.names), line.values, strict=True):
        if brings:
            new[name] = value
            continue
        old, new[name] = value
        if here is not None and here.get(name) != old:
            found.fault(line.seq)
    if line.action == INSERT:
        new |= {"created_at": line.at, "created_by": line.by}
    if line.action != STATE:
        new["updated_by"] = line.by
    new |= {"updated_at": line.stamp, "grid_id": line.grid}
    if not brings and line.action not in (UPDATE, DELETE):
        found.fault(line.seq)
    found.values = new if brings else {**(here or {}), **new}


def against_records(
    db: Connection, grid_id: UUID, stories: list[Story]
) -> Iterator[str]:
    """Where the records of a grid are not what the stories say."""
    for model in RECORDS:
        ours = [one for one in stories if one.type == model.__tablename__]
        if not ours:
            continue
        table = table_of(model)
        query = select(table).where(table.c.id.in_([one.id for one in ours]))
        rows = {row["id"]: dict(row) for row in db.execute(query).mappings()}
        for one in ours:
            row = rows.get(one.id)
            here = row is not None and row["grid_id"] == grid_id
            if row is None or here != (one.values is not None):
                yield tr("{title} {id} 不在它的网格里", title=model.title, id=one.id)
            elif here:
                yield from _different(model, one, row)


def _different(model: type[Record], one: Story, row: dict[str, Any]) -> Iterator[str]:
    for name in kinds_of(model):
        if to_wire(model, name, row[name]) != (one.values or {}).get(name):
            yield tr(
                "{title} {id} 的 {name} 与改动记录不同",
                title=model.title,
                id=one.id,
                name=name,
            )
