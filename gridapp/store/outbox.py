"""What this laptop has not sent yet, as it is sent: the journal read as an outbox."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Connection

from gridapp.models import record_named
from gridapp.models.record import Record, fields_of
from gridapp.store import conflicts, state, stored
from gridapp.sync.protocol import (
    DELETE,
    INSERT,
    MAX_ASKED,
    MAX_PUSH,
    MAX_ROWS,
    Change,
    Push,
    pack,
)
from gridapp.sync.wire import Sparse, time_of_sqlite

_ENVELOPE = 64 << 10  # bytes of a request beside its changes
_NO_END = (1 << 63) - 1  # beyond every journal number
_AT_ONCE = 500  # ids in one IN list
_UNSENT = (
    'SELECT seq, at, "by", type, record_id, grid_id, action, base, changes'
    " FROM journal_entry WHERE origin = 'local' AND seq > ? AND seq <= ?"
    " ORDER BY seq LIMIT ?"
)
_LATER = (
    "SELECT record_id, changes FROM journal WHERE record_id IN ({marks})"
    " AND type = ? AND changes IS NOT NULL ORDER BY seq DESC"
)
_Row = tuple[Any, ...]  # of _UNSENT
_Key = tuple[str, str]  # type and id in hex
_Told = tuple[str, list[Any]]  # names and values as they travel
_NOTHING: _Told = ("", [])


@dataclass
class Batch:
    """Changes for one request."""

    last: int  # the journal number it ends with
    changes: list[Change]
    complete: bool  # nothing waits behind it


def next_batch(
    db: Connection, after: int | None = None, until: int = _NO_END
) -> Batch | None:
    """The next changes to send, as many as fit into one request; None: all is sent.

    after: the journal number to begin behind; the last that the county has taken
    when it is not given. until: the last one that may be among them.
    """
    since = state.pushed_seq(db) if after is None else after
    rows = [*map(tuple, db.exec_driver_sql(_UNSENT, (since, until, MAX_ROWS)).all())]
    if not rows:
        return None
    complete = len(rows) < MAX_ROWS
    absent = {(type_, one.hex) for type_, one in conflicts.absent(db)}
    while True:
        batch = Batch(rows[-1][0], _changes(db, rows, absent), complete)
        if _fits(Push(batch.last, batch.changes)) or len(rows) == 1:
            return batch
        rows = rows[: len(rows) // 2]
        complete = False


def _fits(push: Push) -> bool:
    """Whether one request takes it, packed and unpacked."""
    plain = len(msgspec.msgpack.encode(push))
    if plain <= MAX_PUSH - _ENVELOPE:  # packing makes it no larger
        return True
    return plain <= MAX_ASKED - _ENVELOPE and len(pack(push)) <= MAX_PUSH - _ENVELOPE


def _changes(db: Connection, rows: Sequence[_Row], absent: set[_Key]) -> list[Change]:
    """The rows as they are sent. A record that the county would not take before is
    sent whole, once, as it is now."""
    made: dict[str, set[str]] = {}
    last: dict[_Key, int] = {}
    for seq, _, _, type_, record_id, _, action, *_ in rows:
        if action == INSERT:
            made.setdefault(type_, set()).add(record_id)
        elif (type_, record_id) in absent:
            last[type_, record_id] = seq
    first = {type_: _as_inserted(db, type_, ids) for type_, ids in made.items()}
    changes: list[Change] = []
    for row in rows:
        seq, _, _, type_, record_id, _, action, *_ = row
        if action == INSERT:
            changes.append(_change(row, INSERT, *first[type_].get(record_id, _NOTHING)))
        elif (type_, record_id) not in absent:
            changes.append(_change(row, action, *_pairs(record_named(type_), row[-1])))
        elif last[type_, record_id] == seq and action != DELETE:
            changes += _again(db, row)
    return changes


def _change(row: _Row, action: str, names: str, values: list[Any]) -> Change:
    seq, at, by, type_, record_id, grid_id, _, base, _ = row
    return Change(
        seq,
        type_,
        bytes.fromhex(record_id),
        bytes.fromhex(grid_id),
        action,
        time_of_sqlite(at),
        bytes.fromhex(by) if by else None,
        time_of_sqlite(base) if base and action != INSERT else None,
        names,
        values,
    )


@cache
def _fields(model: type[Record]) -> tuple[str, ...]:
    return tuple(one.name for one in fields_of(model))


@cache
def _whole(model: type[Record]) -> Sparse:
    """Names and values of everything in a record that is not empty, but its grid: the
    change says it already."""
    converts = stored.to_wire(model)
    return Sparse({name: converts[name] for name in _fields(model)})


def _pairs(model: type[Record], changes: str | None) -> _Told:
    """Names and [old, new] of what a journal row changed."""
    converts = stored.to_wire(model)
    names: list[str] = []
    sent: list[Any] = []
    for name, both in json.loads(changes or "{}").items():
        if name not in converts:
            continue
        convert = converts[name]
        names.append(name)
        sent.append(
            both
            if convert is None
            else [one if one is None else convert(one) for one in both]
        )
    return ",".join(names), sent


def _as_inserted(db: Connection, type_: str, ids: Iterable[str]) -> dict[str, _Told]:
    """{id: what was inserted}: the record as it is, with later changes undone."""
    model, wanted = record_named(type_), list(ids)
    names, whole, found = _fields(model), _whole(model), dict[str, _Told]()
    columns = ", ".join(f'"{name}"' for name in names)
    for start in range(0, len(wanted), _AT_ONCE):
        part = tuple(wanted[start : start + _AT_ONCE])
        marks = ",".join("?" * len(part))
        was: dict[str, dict[str, Any]] = {}
        for record_id, changes in db.exec_driver_sql(
            _LATER.format(marks=marks), (*part, type_)
        ):
            before = {name: old for name, (old, _) in json.loads(changes).items()}
            was.setdefault(record_id, {}).update(before)
        query = f"SELECT id, {columns} FROM {type_} WHERE id IN ({marks})"
        for record_id, *row in db.exec_driver_sql(query, part).all():
            for name, old in was.get(record_id, {}).items():
                if name in names:
                    row[names.index(name)] = old
            found[record_id] = whole(row)
    return found


def _again(db: Connection, row: _Row) -> list[Change]:
    seq, type_, record_id = row[0], row[3], row[4]
    model = record_named(type_)
    system = ("created_at", "created_by", "grid_id")
    columns = ", ".join(f'"{name}"' for name in (*system, *_fields(model)))
    query = f"SELECT {columns} FROM {type_} WHERE id = ? AND deleted_at IS NULL"
    found = db.exec_driver_sql(query, (record_id,)).one_or_none()
    if found is None:
        return []
    at, by, grid_id, *values = found
    made = (seq, at, by, type_, record_id, grid_id, INSERT, None, None)
    return [_change(made, INSERT, *_whole(model)(values))]
