"""Writes the rows of a batch: few statements a table, and none spoils the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError

from gridapp.county import rows as stored
from gridapp.models import RECORDS
from gridapp.models.record import Record

Key = tuple[type[Record], UUID]
_REFUSED = (IntegrityError, DataError)


def write(
    db: Connection,
    inserts: Mapping[type[Record], Sequence[Mapping[str, Any]]],
    updates: Mapping[type[Record], Mapping[UUID, Mapping[str, Any]]],
) -> set[Key]:
    """Insert and update the rows; returns those that the database would not take.

    All go in at once. Only when one is refused is each tried alone: the database keeps
    rules that the record's own `check` may not know.
    """
    try:
        with db.begin_nested():
            for model in RECORDS:
                stored.insert(db, model, inserts.get(model, ()))
            for model in RECORDS:
                _update(db, model, updates.get(model, {}))
    except _REFUSED:
        return _one_by_one(db, inserts, updates)
    return set()


def _one_by_one(
    db: Connection,
    inserts: Mapping[type[Record], Sequence[Mapping[str, Any]]],
    updates: Mapping[type[Record], Mapping[UUID, Mapping[str, Any]]],
) -> set[Key]:
    refused: set[Key] = set()
    for model in RECORDS:
        for row in inserts.get(model, ()):
            try:
                with db.begin_nested():
                    stored.insert(db, model, [row])
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


def _update(
    db: Connection, model: type[Record], rows: Mapping[UUID, Mapping[str, Any]]
) -> None:
    """One statement for each set of fields that changed together."""
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for record_id in sorted(rows):
        values = rows[record_id]
        groups.setdefault(tuple(sorted(values)), []).append({**values, "id": record_id})
    for names, changed in groups.items():
        stored.update(db, model, names, changed)
