"""The history of one record: every change with its old and new value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text

from gridapp.language import tr
from gridapp.models import Worker
from gridapp.models.record import Record, Values, fields_of, table_of
from gridapp.store import journal, records

LABELS = {"deleted_at": tr("回收站"), "grid_id": tr("所属网格")}


@dataclass(frozen=True)
class HistoryLine:
    """One field of one change."""

    at: dt.datetime
    by: str  # the author's name, "" when nobody was signed in
    device: str
    action: str
    field: str
    label: str
    old: Any
    new: Any


def history(db: Connection, model: type[Record], record_id: UUID) -> list[HistoryLine]:
    """Every change of a record, oldest first: first its values as it was made.

    A record that came with the first download has no insert here; its first lines are
    taken from when and by whom it was made.
    """
    current = records.get(db, model, record_id, deleted=True)
    if current is None:
        return []
    rows = journal.rows_of(db, model.__tablename__, record_id)
    state: Values = {name: current[name] for name in journal.journalled(model)}
    lines: list[HistoryLine] = []
    names = authors(db, {row.by for row in rows} | {current["created_by"]})
    for row in reversed(rows):
        if row.action == "insert":
            continue
        changes = row.values.items()
        lines[:0] = [
            _line(model, row.at, names.get(row.by, ""), row.device, row.action, *change)
            for change in ((name, old, new) for name, (old, new) in changes)
        ]
        state.update({name: old for name, (old, _) in changes})
    made = next((row for row in rows if row.action == "insert"), None)
    at, by = current["created_at"], names.get(current["created_by"], "")
    device = made.device if made else ""
    first = [
        _line(model, at, by, device, "insert", name, None, value)
        for name, value in state.items()
        if value is not None and name not in journal.GUARDED
    ]
    return first + lines


def _line(
    model: type[Record],
    at: dt.datetime,
    by: str,
    device: object,
    action: str,
    name: str,
    old: Any,
    new: Any,
) -> HistoryLine:
    labels = LABELS | {one.name: one.label for one in fields_of(model)}
    return HistoryLine(at, by, str(device), action, name, labels[name], old, new)


def authors(db: Connection, ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Names of the workers who wrote, as far as this laptop knows them."""
    wanted = [one for one in ids if one is not None]
    if not wanted:
        return {}
    table = table_of(Worker)
    query = select(table.c.id, table.c.name).where(table.c.id.in_(wanted))
    known: dict[UUID | None, str] = {row[0]: row[1] for row in db.execute(query)}
    for raw, name in db.execute(text("SELECT id, name FROM author")):
        known.setdefault(UUID(raw), name)
    return known
