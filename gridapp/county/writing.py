"""Writes the rows of a batch: few statements a table, and none spoils the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import DataError, IntegrityError

from gridapp.models import RECORDS
from gridapp.models.record import Record, Values, table_of

Key = tuple[type[Record], UUID]
_REFUSED = (IntegrityError, DataError)


def load(
    db: Connection, model: type[Record], ids: Iterable[UUID], *, lock: bool = False
) -> dict[UUID, Values]:
    """Records by id; with `lock` nobody else changes them until the commit."""
    table = table_of(model)
    query = select(table).where(table.c.id.in_(sorted(set(ids)))).order_by(table.c.id)
    if lock:
        # FOR NO KEY UPDATE: others may still point to these records meanwhile. A SQLite
        # writer is alone as it is.
        query = query.with_for_update(key_share=True)
    return {row["id"]: dict(row) for row in db.execute(query).mappings()}


def write(
    db: Connection,
    inserts: Mapping[type[Record], Sequence[Values]],
    updates: Mapping[type[Record], Mapping[UUID, Mapping[str, Any]]],
) -> set[Key]:
    """Insert and update the rows; returns those that the database would not take.

    All go in at once. Only when one is refused is each tried alone: the database keeps
    rules that the record's own `check` may not know.
    """
    try:
        with db.begin_nested():
            for model in RECORDS:
                _insert(db, model, inserts.get(model, ()))
            for model in RECORDS:
                _update(db, model, updates.get(model, {}))
    except _REFUSED:
        return _one_by_one(db, inserts, updates)
    return set()


def _one_by_one(
    db: Connection,
    inserts: Mapping[type[Record], Sequence[Values]],
    updates: Mapping[type[Record], Mapping[UUID, Mapping[str, Any]]],
) -> set[Key]:
    refused: set[Key] = set()
    for model in RECORDS:
        for row in inserts.get(model, ()):
            try:
                with db.begin_nested():
                    _insert(db, model, [row])
            except _REFUSED:
                refused.add((model, row["id"]))
    for model in RECORDS:
        for record_id, values in updates.get(model, {}).items():
            try:
                with db.begin_nested():
                    _update(db, model, {record_id: values})
            except _REFUSED:
                refused.add((model, record_id))
    return refused


def _insert(db: Connection, model: type[Record], rows: Sequence[Values]) -> None:
    if rows:
        db.execute(insert(table_of(model)), sorted(rows, key=lambda row: row["id"]))


def _update(
    db: Connection, model: type[Record], rows: Mapping[UUID, Mapping[str, Any]]
) -> None:
    """One statement for each set of fields that changed together."""
    groups: dict[tuple[str, ...], list[Values]] = {}
    for record_id in sorted(rows):
        values = rows[record_id]
        bound = {f"p_{name}": value for name, value in values.items()}
        groups.setdefault(tuple(sorted(values)), []).append(bound | {"p_id": record_id})
    table = table_of(model)
    for names, bound in groups.items():
        statement = (
            table.update()
            .where(table.c.id == bindparam("p_id"))
            .values({name: bindparam(f"p_{name}") for name in names})
        )
        db.execute(statement, bound)
