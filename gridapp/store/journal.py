"""The journal: one row a change, written by triggers in the same transaction.

An insert's row carries no values: the record and the later old values give them back
(a JSON of every value made the file four times as large, research/README.md).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects import sqlite

from gridapp.models import RECORDS, record_named
from gridapp.models.ids import id_of_hex
from gridapp.models.kinds import time_text
from gridapp.models.record import Record, Values, fields_of, table_of
from gridapp.store.database import driver, write_rows
from gridapp.store.tables import journal, journal_entry

DIALECT: Any = sqlite.dialect()  # pyright: ignore[reportUnknownMemberType]
# at, by, device, type, record_id, grid_id, action, changes: as the file keeps them
Line = tuple[str, str | None, str, str, str, str, str, str | None]
Writer = tuple[str, str, str]  # device, author ("" when nobody) and grid, as hex
GUARDED = ("grid_id", "deleted_at")  # journalled though they are not fields


@dataclass(frozen=True)
class JournalRow:
    """One change with Python values.

    `values` is {field: value} for an insert and {field: (old, new)} otherwise.
    """

    seq: int
    at: dt.datetime
    by: UUID | None
    device: UUID
    origin: str
    type: str
    record_id: UUID
    grid_id: UUID
    action: str
    base: dt.datetime | None
    values: dict[str, Any]
    batch: UUID | None = None


@cache
def journalled(model: type[Record]) -> tuple[str, ...]:
    """Names of the columns whose changes the journal records."""
    return (*(field.name for field in fields_of(model)), *GUARDED)


def _quoted(name: str) -> str:
    return f'"{name}"'


_WRITES = (
    "writer.device = actor.device AND writer.\"by\" = coalesce(NEW.updated_by, '')"
    " AND writer.grid_id = NEW.grid_id"
)
_WRITER_ADDED = (  # not OR IGNORE, which a REPLACE that fires the trigger overrules
    'INSERT INTO writer (device, "by", grid_id)'
    " SELECT device, coalesce(NEW.updated_by, ''), NEW.grid_id FROM actor"
    f" WHERE NOT EXISTS (SELECT 1 FROM writer WHERE {_WRITES});"
)


def trigger_sql(model: type[Record]) -> dict[str, str]:
    """CREATE TRIGGER statements of a record's table, by trigger name."""
    table = model.__tablename__
    pairs = " UNION ALL ".join(
        f"SELECT '{name}' AS f, OLD.{_quoted(name)} AS o, NEW.{_quoted(name)} AS n"
        for name in journalled(model)
    )
    columns = (
        f"{_WRITER_ADDED} INSERT INTO journal"
        " (at, writer, origin, batch, type, record_id, action, base, changes)"
    )
    local = "(SELECT origin FROM actor) = 'local'"
    triggers = {
        f"journal_{table}_insert": (
            f"AFTER INSERT ON {table} WHEN {local} BEGIN {columns}"
            f" SELECT NEW.updated_at, writer.id, 'local', batch, '{table}', NEW.id,"
            f" 'insert', NULL, NULL FROM actor, writer WHERE {_WRITES}; END"
        ),
        f"journal_{table}_update": (
            f"AFTER UPDATE ON {table} WHEN {local} BEGIN {columns}"
            f" SELECT NEW.updated_at, writer.id, 'local', batch, '{table}', NEW.id,"
            " CASE WHEN OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL"
            " THEN 'delete'"
            " WHEN OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL"
            " THEN 'restore' ELSE 'update' END, OLD.updated_at, changes"
            " FROM actor, writer,"
            " (SELECT json_group_object(f, json_array(o, n)) AS changes,"
            f" count(*) AS many FROM ({pairs}) WHERE o IS NOT n)"
            f" WHERE {_WRITES} AND many > 0; END"
        ),
        f"keep_{table}": (
            f"BEFORE DELETE ON {table} WHEN {local} BEGIN"
            " SELECT RAISE(ABORT, 'a record is never removed: set deleted_at'); END"
        ),
    }
    if model.insert_only:
        written = [name for name in journalled(model) if name != "grid_id"]
        changed = " OR ".join(
            f"OLD.{_quoted(name)} IS NOT NEW.{_quoted(name)}" for name in written
        )  # it moves to another grid with the record it is a part of
        triggers[f"trace_{table}"] = (
            f"BEFORE UPDATE ON {table} WHEN {local} AND ({changed}) BEGIN"
            " SELECT RAISE(ABORT, 'a trace is never changed'); END"
        )
    return {name: f"CREATE TRIGGER {name} {body}" for name, body in triggers.items()}


def triggers() -> dict[str, str]:
    """CREATE TRIGGER statements of the whole file, by trigger name."""
    wanted = {
        f"fixed_{table}_{action.lower()}": (
            f"CREATE TRIGGER fixed_{table}_{action.lower()} BEFORE {action} ON {table}"
            " BEGIN SELECT RAISE(ABORT, 'the journal is never changed'); END"
        )
        for table in ("journal", "writer", "disclosure", "seal")
        for action in ("UPDATE", "DELETE")
    }
    for model in RECORDS:
        wanted |= trigger_sql(model)
    return wanted


def ensure_triggers(db: Connection) -> None:
    """Make the file's triggers those that the record declarations ask for."""
    query = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    found = {name: sql for name, sql in db.execute(query)}
    wanted = triggers()
    ours = ("journal_", "keep_", "trace_", "fixed_")
    for name in found:
        if name.startswith(ours) and found[name] != wanted.get(name):
            db.exec_driver_sql(f"DROP TRIGGER {name}")
    for name, sql in wanted.items():
        if found.get(name) != sql:
            db.exec_driver_sql(sql)


@cache
def _decoders(model: type[Record]) -> dict[str, Any]:
    columns = table_of(model).columns
    return {
        name: columns[name].type.dialect_impl(DIALECT).result_processor(DIALECT, None)
        for name in (*journalled(model), "created_at", "updated_at")
    }


@cache
def _encoders(model: type[Record]) -> dict[str, Any]:
    columns = table_of(model).columns
    return {
        name: columns[name].type.dialect_impl(DIALECT).bind_processor(DIALECT)
        for name in journalled(model)
    }


def from_stored(model: type[Record], name: str, raw: Any) -> Any:
    """A value as the journal's JSON has it, as a Python value."""
    decode = _decoders(model)[name]
    return raw if raw is None or decode is None else decode(raw)


def to_stored(model: type[Record], name: str, value: Any) -> Any:
    """A Python value as the journal's JSON has it."""
    encode = _encoders(model)[name]
    return value if value is None or encode is None else encode(value)


def changes_of(row: Any) -> dict[str, tuple[Any, Any]]:
    """{field: (old, new)} of a journal row; names this version lacks are left out."""
    if row.changes is None:
        return {}
    model = record_named(row.type)
    known = set(journalled(model))
    return {
        name: (from_stored(model, name, old), from_stored(model, name, new))
        for name, (old, new) in json.loads(row.changes).items()
        if name in known
    }


def as_inserted(db: Connection, type_: str, ids: Iterable[UUID]) -> dict[UUID, Values]:
    """Values of records as they were inserted: today's, with later changes undone."""
    model = record_named(type_)
    table = table_of(model)
    wanted = list(ids)
    result: dict[UUID, Values] = {}
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        for row in db.execute(select(table).where(table.c.id.in_(part))).mappings():
            result[row["id"]] = {name: row[name] for name in journalled(model)}
        query = (
            select(journal)
            .where(journal.c.record_id.in_([one.hex for one in part]))
            .where(journal.c.type == type_)
            .order_by(journal.c.seq.desc())
        )
        for row in db.execute(query):
            state = result[id_of_hex(row.record_id)]
            state.update({name: old for name, (old, _) in changes_of(row).items()})
    return {
        key: {name: value for name, value in state.items() if value is not None}
        for key, state in result.items()
    }


def _moment(raw: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(raw) if raw else None


def _row(row: Any, values: dict[str, Any]) -> JournalRow:
    return JournalRow(
        seq=row.seq,
        at=dt.datetime.fromisoformat(row.at),
        by=id_of_hex(row.by) if row.by else None,
        device=id_of_hex(row.device),
        origin=row.origin,
        type=row.type,
        record_id=id_of_hex(row.record_id),
        grid_id=id_of_hex(row.grid_id),
        action=row.action,
        base=_moment(row.base),
        values=values,
        batch=id_of_hex(row.batch) if row.batch else None,
    )


def unsent(
    db: Connection, after: int, limit: int, others: Collection[str] = ()
) -> list[JournalRow]:
    """Local changes after journal number `after`, in order, at most `limit`.

    others: grids, as hex, of which the changes that came from the county count too.
    """
    entry = journal_entry.c
    query = (
        select(journal_entry)
        .where((entry.origin == "local") | entry.grid_id.in_(others))
        .where(entry.seq > after)
        .order_by(entry.seq)
        .limit(limit)
    )
    rows = db.execute(query).all()
    inserts: dict[str, list[UUID]] = {}
    for row in rows:
        if row.action == "insert":
            inserts.setdefault(row.type, []).append(id_of_hex(row.record_id))
    first = {type_: as_inserted(db, type_, ids) for type_, ids in inserts.items()}
    return [
        _row(
            row,
            first[row.type].get(id_of_hex(row.record_id), {})
            if row.action == "insert"
            else changes_of(row),
        )
        for row in rows
    ]


def newest(db: Connection, *, local: bool = False) -> int:
    """The last journal number there is, of changes made here alone when `local`; 0
    when there is none."""
    query = "SELECT max(seq) FROM journal"
    if local:
        query += " WHERE origin = 'local'"
    return int(driver(db).execute(query).fetchone()[0] or 0)


def unsent_count(db: Connection, after: int) -> int:
    """How many local changes wait after journal number `after`."""
    query = text("SELECT count(*) FROM journal WHERE origin = 'local' AND seq > :after")
    return int(db.execute(query, {"after": after}).scalar_one())


def unsent_by_type(db: Connection, after: int) -> dict[str, int]:
    """How many local changes of each record type wait after journal number `after`."""
    query = text(
        "SELECT type, count(*) FROM journal WHERE origin = 'local' AND seq > :after"
        " GROUP BY type ORDER BY count(*) DESC"
    )
    return {kind: number for kind, number in db.execute(query, {"after": after})}


def unsent_since(db: Connection, after: int) -> dt.datetime | None:
    """When the oldest of the local changes after journal number `after` was made."""
    query = text(
        "SELECT at FROM journal WHERE origin = 'local' AND seq > :after"
        " ORDER BY seq LIMIT 1"
    )
    return _moment(db.execute(query, {"after": after}).scalar())


def rows_of(db: Connection, type_: str, record_id: UUID) -> list[JournalRow]:
    """All journal rows of one record, oldest first; inserts without values."""
    entry = journal_entry.c
    query = (
        select(journal_entry)
        .where(entry.record_id == record_id.hex, entry.type == type_)
        .order_by(entry.seq)
    )
    return [_row(row, dict(changes_of(row))) for row in db.execute(query)]


def append_remote(db: Connection, rows: Sequence[JournalRow]) -> None:
    """Record changes as they happened at the county; `seq` of the rows is ignored."""
    append_lines(db, [_line(row) for row in rows])


def _line(row: JournalRow) -> Line:
    changes: str | None = None
    if row.action not in ("insert", "leave"):
        model = record_named(row.type)
        changes = json.dumps(
            {
                name: [to_stored(model, name, old), to_stored(model, name, new)]
                for name, (old, new) in row.values.items()
            },
            ensure_ascii=False,
        )
    return (
        time_text(row.at),
        row.by.hex if row.by else None,
        row.device.hex,
        row.type,
        row.record_id.hex,
        row.grid_id.hex,
        row.action,
        changes,
    )


def append_lines(db: Connection, lines: Sequence[Line]) -> None:
    """Record what happened at the county, as the journal keeps it."""
    if not lines:
        return
    statement = (
        "INSERT INTO journal (at, writer, origin, type, record_id, action, changes)"
        " VALUES {rows}"
    )
    row = "(?, ?, 'remote', ?, ?, ?, nullif(?, ''))"  # to bind a NULL takes longer
    known: dict[Writer, int] = {}
    rows: list[tuple[Any, ...]] = []
    for at, by, device, type_, record_id, grid_id, action, changes in lines:
        who = (device, by or "", grid_id)
        if who not in known:
            known[who] = writer_number(db, who)
        rows.append((at, known[who], type_, record_id, action, changes or ""))
    write_rows(db, statement, row, rows)


def writer_number(db: Connection, who: Writer) -> int:
    """The number under which the journal writes of a device, author and grid."""
    query = 'SELECT id FROM writer WHERE device = ? AND "by" = ? AND grid_id = ?'
    found = db.exec_driver_sql(query, who).scalar()
    if found is not None:
        return int(found)
    added = db.exec_driver_sql(
        'INSERT INTO writer (device, "by", grid_id) VALUES (?, ?, ?)', who
    )
    return added.lastrowid
