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
from gridapp.models.ids import id_of
from gridapp.models.kinds import TIME
from gridapp.models.record import Record
from gridapp.sync.protocol import STATE, Change
from gridapp.sync.wire import OF_SQLITE, kinds_of, words_of_text

Convert = Callable[[Any], Any]


class State(NamedTuple):
    """A record, as it is sent, and who wrote it."""

    id: UUID
    body: bytes
    authors: tuple[UUID | None, UUID | None]


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
def _converts(model: type[Record], postgres: bool) -> Mapping[str, Convert | None]:
    ways = _OF_POSTGRES if postgres else OF_SQLITE
    kinds = kinds_of(model)
    return {
        name: ways.get(kinds[name].name) for name in columns_of(model) if name in kinds
    }


def after(
    db: Connection,
    model: type[Record],
    grid_id: UUID,
    seen: UUID | None,
    limit: int,
) -> list[State]:
    """Records of a grid in the order of their ids, behind `seen`, at most `limit`."""
    postgres = db.dialect.name == "postgresql"
    columns = columns_of(model)
    listed = ", ".join(f'"{name}"' for name in columns)
    query = f"SELECT {listed} FROM {model.__tablename__} WHERE grid_id = ?"
    given: list[Any] = [grid_id.hex]
    if seen is not None:
        query += " AND id > ?"
        given.append(seen.hex)
    query += " ORDER BY id LIMIT ?"
    if postgres:
        query = query.replace("?", "%s")
    found = db.exec_driver_sql(query, (*given, limit))
    converts = tuple(_converts(model, postgres).items())
    first = len(columns) - len(converts)
    return [_state(model.__tablename__, converts, row, first) for row in found]


def _state(
    type_: str,
    converts: Sequence[tuple[str, Convert | None]],
    row: Sequence[Any],
    first: int,
) -> State:
    names: list[str] = []
    values: list[Any] = []
    for (name, convert), value in zip(converts, row[first:], strict=True):
        if value is not None:
            names.append(name)
            values.append(value if convert is None else convert(value))
    told = dict(zip(names, values, strict=True))
    record_id, by = row[0], told.get("updated_by")
    key = record_id if isinstance(record_id, UUID) else id_of(bytes.fromhex(record_id))
    body = Change(
        seq=0,
        type=type_,
        id=key.bytes,
        grid=told["grid_id"],
        action=STATE,
        at=told["updated_at"],
        by=by,
        base=None,
        names=",".join(names),
        values=values,
        stamp=told["updated_at"],
    )
    made_by = told.get("created_by")
    authors = (id_of(made_by) if made_by else None, id_of(by) if by else None)
    return State(key, msgspec.msgpack.encode(body), authors)
