"""Taking back what one piece of work wrote, from the rows it left in the journal.

Taking back is itself a change: it is journalled and sent like any other, so that
nothing is ever lost. Traces (insert-only records) stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, func, select

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import RECORDS, record_named
from gridapp.models.record import Record, Values, fields_of, table_of
from gridapp.store.journal import changes_of
from gridapp.store.tables import journal
from gridapp.store.vault import Writing

Result = TypeVar("Result")
Key = tuple[type[Record], UUID]


@dataclass(frozen=True)
class Span:
    """The journal rows after number `first`, up to and with `last`."""

    first: int
    last: int


@dataclass(frozen=True)
class Done(Span):
    """What a piece of work wrote, and what it returned."""

    result: Any


def noted(tx: Writing, work: Callable[[Writing], Any]) -> Done:
    """Do `work` in this transaction and note what it wrote."""
    first = _last(tx.db)
    result = work(tx)
    return Done(first, _last(tx.db), result)


def take_back(tx: Writing, span: Span) -> None:
    """Give every record the values it had before; a new record goes to the bin.

    UserError, and nothing is changed, when somebody changed one of them since.
    """
    made: set[Key] = set()
    old: dict[Key, Values] = {}
    new: dict[Key, Values] = {}
    query = select(journal).where(
        journal.c.seq > span.first,
        journal.c.seq <= span.last,
        journal.c.origin == "local",
    )
    for row in tx.db.execute(query.order_by(journal.c.seq)):
        model = record_named(row.type)
        key = (model, UUID(row.record_id))
        if row.action == "insert":
            if not model.insert_only:
                made.add(key)
            continue
        for name, (before, after) in changes_of(row).items():
            old.setdefault(key, {}).setdefault(name, before)
            new.setdefault(key, {})[name] = after
    for key in made:
        _refuse_if_changed_since(tx.db, key, span.last)
        old[key] = {"deleted_at": tx.at}
    for (model, record_id), values in old.items():
        expected = {} if (model, record_id) in made else new[(model, record_id)]
        _put_back(tx, model, record_id, values, expected)
    for model, record_id in made:
        _refuse_if_needed(tx.db, model, record_id)


def _last(db: Connection) -> int:
    return db.scalar(select(func.max(journal.c.seq))) or 0


def _put_back(
    tx: Writing, model: type[Record], record_id: UUID, old: Values, expected: Values
) -> None:
    table = table_of(model)
    columns = [table.c[name] for name in expected] or [table.c.id]
    row = tx.db.execute(select(*columns).where(table.c.id == record_id)).mappings()
    current = row.one_or_none()
    if current is None or any(current[name] != expected[name] for name in expected):
        raise _changed_since(model)
    statement = table.update().where(table.c.id == record_id)
    tx.db.execute(statement.values(**old, updated_at=tx.at, updated_by=tx.by))
    tx.touched(model, record_id)


def _refuse_if_changed_since(db: Connection, key: Key, last: int) -> None:
    model, record_id = key
    query = select(func.count()).where(
        journal.c.record_id == record_id.hex,
        journal.c.type == model.__tablename__,
        journal.c.seq > last,
    )
    if db.scalar(query):
        raise _changed_since(model)


def _refuse_if_needed(db: Connection, model: type[Record], record_id: UUID) -> None:
    """Refuse to take away a record that something made later belongs to."""
    for other in RECORDS:
        if other.insert_only:
            continue
        table = table_of(other)
        for one in fields_of(other):
            if one.part and one.target == model.__tablename__:
                query = select(func.count()).where(
                    table.c[one.name] == record_id, table.c.deleted_at.is_(None)
                )
                if db.scalar(query):
                    raise _changed_since(model)


def _changed_since(model: type[Record]) -> UserError:
    words = tr("这条{title}后来又改过，不能一步撤销，请打开它改回来", title=model.title)
    return UserError(words)
