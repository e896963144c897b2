"""Records as a first download brings them: from the database's row to the wire."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import Connection

from gridapp.county.rows import columns_of
from gridapp.models.kinds import TIME
from gridapp.models.record import SYSTEM_COLUMNS, Record
from gridapp.sync.protocol import STATE, Change
from gridapp.sync.wire import OF_SQLITE, Sparse, kinds_of, words_of_text

Convert = Callable[[Any], Any]
_BEFORE = SYSTEM_COLUMNS.index("deleted_at")
_packed = msgspec.msgpack.Encoder().encode


class State(NamedTuple):
    """A record, as it is sent, and who wrote it."""

    id: bytes
    body: bytes
    authors: tuple[bytes | None, bytes | None]  # who made it, who changed it last


def _bytes(one: UUID) -> bytes:
    return one.bytes


_OF_POSTGRES: Mapping[str, Convert] = {
    "ref": _bytes,
    "time": TIME.to_wire,
    "date": dt.date.isoformat,
    "codes": words_of_text,
    "phones": words_of_text,
}  # kinds that are not named travel as they are kept


@cache
def _told(model: type[Record], postgres: bool) -> Sparse:
    ways, kinds = _OF_POSTGRES if postgres else OF_SQLITE, kinds_of(model)
    return Sparse({name: ways.get(kinds[name].name) for name in columns_of(model)[1:]})


def after(
    db: Connection,
    model: type[Record],
    grid: bytes,
    seen: bytes,
    limit: int,
) -> list[State]:
    """Records of a grid in the order of their ids, behind `seen` (empty: all), at most
    `limit`."""
    postgres = db.dialect.name == "postgresql"
    listed = ", ".join(f'"{name}"' for name in columns_of(model))
    query = f"SELECT {listed} FROM {model.__tablename__} WHERE grid_id = ?"
    given: list[Any] = [grid.hex()]
    if seen:
        query += " AND id > ?"
        given.append(seen.hex())
    query += " ORDER BY id LIMIT ?"
    if postgres:
        query = query.replace("?", "%s")
    found = db.exec_driver_sql(query, (*given, limit)).all()
    told = _told(model, postgres)
    ways = _OF_POSTGRES if postgres else OF_SQLITE
    return [_state(model.__tablename__, told, row, ways) for row in found]


def _state(
    type_: str, told: Sparse, row: Sequence[Any], ways: Mapping[str, Convert]
) -> State:
    record_id, grid, _, made_by, stamp, by = row[:_BEFORE]
    ref = ways["ref"]
    key, at, author = ref(record_id), ways["time"](stamp), by and ref(by)
    names, values = told(row[1:])
    body = _packed(
        Change(
            0, type_, key, ref(grid), STATE, at, author, None, names, values, stamp=at
        )
    )
    return State(key, body, (made_by and ref(made_by), author))
