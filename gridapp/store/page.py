"""Applies one page of changes from the county, as SQLite keeps values.

A field with a local change that the county has not taken yet keeps its local value: it
meets the county's at the next push.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import Connection

from gridapp import garbage
from gridapp.models import RECORDS, record_named
from gridapp.models.record import SYSTEM_COLUMNS, Record, fields_of
from gridapp.store import arrived, remote, search, state, stored
from gridapp.store.arrived import Arrived
from gridapp.store.database import driver, write_rows
from gridapp.store.journal import Line, append_lines, journalled
from gridapp.store.search_rows import shown_columns
from gridapp.store.vault import Writing
from gridapp.sync.protocol import (
    DELETE,
    INSERT,
    LEAVE,
    RESTORE,
    RETURN,
    STATE,
    UPDATE,
    WHOLE,
    Change,
)
from gridapp.sync.wire import named, time_to_sqlite

Key = tuple[str, str]  # table name and id, in hex, of a record
_Row = dict[str, Any]
_AT_ONCE = 500  # ids in one IN list
_NOBODY = "0" * 32
_NO_NAMES: Collection[str] = ()
_json = msgspec.json.Encoder().encode
_COMPARED = frozenset({"id", "grid_id", "updated_at", "updated_by"})  # by every change


class UnsentFirst(Exception):
    """A record leaves this laptop that has changes the county has not taken yet."""


@dataclass(frozen=True)
class Applied:
    """How many changes a page brought; names of types and fields this version lacks."""

    changes: int
    unknown: frozenset[str]


@cache
def _columns(model: type[Record]) -> tuple[str, ...]:
    return (*SYSTEM_COLUMNS, *(one.name for one in fields_of(model)))


@cache
def _emptied(model: type[Record]) -> Mapping[str, Any]:
    """What a record that comes whole has of all that the change does not name."""
    return {name: None for name in stored.from_wire(model) if name != "id"}


@cache
def _told(model: type[Record]) -> frozenset[str]:
    return frozenset(journalled(model))


def unsent_fields(
    db: Connection, after: int, ids: Collection[str]
) -> dict[Key, set[str]]:
    """Fields of these records, given in hex, with local changes after that number."""
    wanted, found = list(ids), dict[Key, set[str]]()
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        query = (
            "SELECT type, record_id, action, changes FROM journal WHERE seq > ?"
            f" AND origin = 'local' AND record_id IN ({','.join('?' * len(part))})"
        )
        for type_, record_id, action, changes in db.exec_driver_sql(
            query, (after, *part)
        ):
            fields = found.setdefault((type_, record_id), set())
            if action == INSERT:
                fields.update(journalled(record_named(type_)))
            else:
                fields.update(json.loads(changes))
    return found


def _bases(db: Connection, after: int, keys: Collection[Key]) -> dict[Key, set[str]]:
    """The marks that the authors of unsent changes saw on these records."""
    found: dict[Key, set[str]] = {}
    query = (
        "SELECT type, record_id, base FROM journal WHERE seq > ?"
        " AND origin = 'local' AND base IS NOT NULL AND record_id = ?"
    )
    for _, one in keys:
        for type_, record_id, base in db.exec_driver_sql(query, (after, one)):
            found.setdefault((type_, record_id), set()).add(base)
    return found


class _Page:
    """The records that a page touches: as they are, then as they will be."""

    def __init__(self, db: Connection, changes: Sequence[Arrived]) -> None:
        self.db = db
        self.followed = {one.grid.hex() for one in remote.cursors(db)}
        self.lines: list[Line] = []
        self.unknown: set[str] = set()
        # The columns of each record that changed; their order says nothing.
        self.changed: dict[type[Record], dict[str, dict[str, Any]]] = {}
        ids: dict[type[Record], set[str]] = {model: set() for model in RECORDS}
        names: dict[type[Record], set[str]] = {model: set() for model in RECORDS}
        for one in changes:
            if one.model is None:
                self.unknown.add(one.change.type)
                continue
            ids[one.model].add(one.id)
            action = one.change.action
            whole = action in WHOLE or action == LEAVE
            names[one.model].add("*" if whole else one.change.names)
        self.pushed = state.pushed_seq(db)
        self.waits = _waits(db, self.pushed)
        self.unsent = (
            unsent_fields(db, self.pushed, {one.id for one in changes})
            if self.waits
            else dict[Key, set[str]]()
        )
        self.bases = _bases(db, self.pushed, self.unsent)
        self.rows = {
            model: _load(db, model, ids[model], _looked_at(model, names[model]))
            for model in RECORDS
        }
        self.before = {model: set(rows) for model, rows in self.rows.items()}

    def take(self, one: Arrived) -> None:
        """Bring one change into the rows, where it concerns this laptop."""
        change, model = one.change, one.model
        if model is None:
            return
        action = change.action
        here = self.rows[model].get(one.id)
        if here is None and action not in WHOLE:
            return
        if here is not None and here["grid_id"] != one.grid:
            gone = action == LEAVE and here["grid_id"] not in self.followed
            moved = "grid_id" in self.unsent.get((change.type, one.id), ())
            moved = moved and action != LEAVE
            if action not in WHOLE and not (gone or moved):
                return  # a line of a grid that the record has left
        if action == LEAVE:
            self._leave(model, one)
        elif not one.brought:
            self.unknown.add(action)
        else:
            self.unknown.update(one.unknown)
            if here is None:
                self._add(model, one)
            else:
                self._set(model, one, here)

    def _add(self, model: type[Record], one: Arrived) -> None:
        """A record that was not here. One that comes in a first download has no line
        in the journal."""
        row: _Row = {"id": one.id, **one.brought}
        names: Mapping[str, Any] = {}
        if one.id in self.before[model]:  # it left and came back
            names = _emptied(model)
            row = {**names, **row}
        self.rows[model][one.id] = row
        self.changed.setdefault(model, {}).setdefault(one.id, {}).update(names)
        if one.change.action != STATE:
            self._append(one, INSERT, None)

    def _set(self, model: type[Record], one: Arrived, here: _Row) -> None:
        brought, kept = one.brought, _NO_NAMES
        different: dict[str, tuple[Any, Any]] = {}  # not dict[…](), which takes 1 µs
        if one.change.action in WHOLE:
            brought = {**_emptied(model), **brought}
        if self.unsent:
            kept = self._kept((one.change.type, one.id), one.brought["updated_at"])
        for name, value in brought.items():
            was = here.get(name)
            if was != value:
                alike = name == "deleted_at" and value and was  # both deleted it
                if name not in kept or alike:
                    different[name] = (was, value)
                    here[name] = value
        if different:
            names = self.changed.setdefault(model, {}).setdefault(one.id, {})
            names.update(different)
            self._line(model, one, different)

    def _kept(self, key: Key, stamp: str) -> Collection[str]:
        """The columns of a record that a change with that mark leaves as they are.

        One that the author of an unsent change knew, and that is read again, does not
        take the mark back: the county will keep the author's, and says so to nobody.
        """
        kept, bases = self.unsent.get(key, set()), self.bases.get(key)
        if bases and (stamp in bases or stamp < min(bases)):
            return {*kept, "updated_at", "updated_by"}
        return kept

    def _line(
        self,
        model: type[Record],
        one: Arrived,
        different: Mapping[str, tuple[Any, Any]],
    ) -> None:
        """A journal line of what changed at the county in a record that was here."""
        known = _told(model)
        told = {name: both for name, both in different.items() if name in known}
        if told:
            action = {RETURN: RESTORE}.get(one.change.action, one.change.action)
            if action not in (UPDATE, DELETE, RESTORE):
                action = UPDATE
            self._append(one, action, _json(told).decode())

    def _append(self, one: Arrived, action: str, changes: str | None) -> None:
        at, device = time_to_sqlite(one.change.at), one.change.device
        made_on = device.hex() if device else _NOBODY
        type_ = one.change.type
        line = (at, one.by, made_on, type_, one.id, one.grid, action, changes)
        self.lines.append(line)

    def _leave(self, model: type[Record], one: Arrived) -> None:
        type_ = one.change.type
        if (type_, one.id) in self.unsent or (
            self.waits and _has_unsent_part(self.db, type_, one.id)
        ):
            raise UnsentFirst
        del self.rows[model][one.id]
        self.changed.setdefault(model, {}).setdefault(one.id, {})
        self._append(one, LEAVE, None)

    def write(self, tx: Writing) -> None:
        """Write the rows as they are now, and the journal."""
        for model, ids in self.changed.items():
            rows, before = self.rows[model], self.before[model]
            new = [rows[one] for one in ids if one in rows and one not in before]
            groups: dict[tuple[str, ...], list[_Row]] = {}
            for one, names in ids.items():
                if one in rows and one in before:
                    groups.setdefault(tuple(names), []).append(rows[one])
            _insert(self.db, model, new)
            for names, changed in groups.items():
                _update(self.db, model, names, changed)
            _remove(self.db, model, [one for one in ids if one not in rows])
            tx.touched(model)
            shown = shown_columns(model)
            search.postpone(
                self.db,
                model,
                [
                    one
                    for one, names in ids.items()
                    if one not in rows or one not in before or names.keys() & shown
                ],
            )
        append_lines(self.db, self.lines)
        if not self.waits:
            state.keep(self.db, state.PUSHED, str(_last(self.db)))


def apply(tx: Writing, changes: Sequence[Change]) -> Applied:
    """Apply a page in order; `tx` is a remote transaction. The search index follows
    later (`search.catch_up`).

    Raises UnsentFirst when a record leaves that has changes to be pushed before.
    """
    with garbage.not_sought():
        found = arrived.read(changes)
        page = _Page(tx.db, found)
        for one in found:
            page.take(one)
        page.write(tx)
    return Applied(len(changes), frozenset(page.unknown))


def _waits(db: Connection, after: int) -> bool:
    """Whether a local change after that number waits to be sent."""
    query = "SELECT 1 FROM journal WHERE seq > ? AND origin = 'local' LIMIT 1"
    return db.exec_driver_sql(query, (after,)).scalar() is not None


def _has_unsent_part(db: Connection, type_: str, record_id: str) -> bool:
    """Whether something that belongs to the record has a change to be sent."""
    for model in RECORDS:
        for one in fields_of(model):
            if one.part and one.target == type_:
                query = (
                    f"SELECT 1 FROM {model.__tablename__} AS part JOIN journal"
                    " ON journal.record_id = part.id AND journal.origin = 'local'"
                    f" AND journal.seq > ? WHERE part.{one.name} = ? LIMIT 1"
                )
                given = (state.pushed_seq(db), record_id)
                if db.exec_driver_sql(query, given).scalar() is not None:
                    return True
    return False


def _last(db: Connection) -> int:
    return db.exec_driver_sql("SELECT coalesce(max(seq), 0) FROM journal").scalar_one()


def _looked_at(model: type[Record], names: Iterable[str]) -> Sequence[str]:
    """The columns that changes with such `names` ("*": the whole record) compare."""
    if "*" in names:
        return _columns(model)
    wanted = _COMPARED.union(*map(named, names))
    return [one for one in _columns(model) if one in wanted]


def _load(
    db: Connection, model: type[Record], ids: Iterable[str], columns: Sequence[str]
) -> dict[str, _Row]:
    """The rows of these records as they are, by id, the first of the columns."""
    listed = ", ".join(f'"{name}"' for name in columns)
    query = (
        f"SELECT {listed} FROM {model.__tablename__}"
        " WHERE id IN (SELECT value FROM json_each(?))"
    )
    wanted = json.dumps(sorted(ids))
    found = driver(db).execute(query, (wanted,)).fetchall() if ids else ()
    return {values[0]: dict(zip(columns, values, strict=True)) for values in found}


def _insert(db: Connection, model: type[Record], rows: Sequence[_Row]) -> None:
    """New rows, those with the same columns together: binding a NULL costs the driver
    twenty times what binding a text does."""
    groups: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for row in rows:
        groups.setdefault(tuple(row), []).append(tuple(row.values()))
    for columns, values in groups.items():
        listed = ", ".join(f'"{name}"' for name in columns)
        statement = f"INSERT INTO {model.__tablename__} ({listed}) VALUES {{rows}}"
        write_rows(db, statement, _places(len(columns)), values)


def _update(
    db: Connection, model: type[Record], names: Sequence[str], rows: Sequence[_Row]
) -> None:
    wanted = (*names, "id")
    listed = ", ".join(f'"{name}"' for name in wanted)
    given = ", ".join(f'"{name}" = new."{name}"' for name in names)
    statement = (
        f"WITH new ({listed}) AS (VALUES {{rows}}) UPDATE {model.__tablename__}"
        f" SET {given} FROM new WHERE {model.__tablename__}.id = new.id"
    )
    values = [*map(itemgetter(*wanted), rows)]
    write_rows(db, statement, _places(len(wanted)), values)


def _places(count: int) -> str:
    return f"({', '.join('?' * count)})"


def _remove(db: Connection, model: type[Record], ids: Sequence[str]) -> None:
    if ids:
        statement = f"DELETE FROM {model.__tablename__} WHERE id = ?"
        db.exec_driver_sql(statement, [(one,) for one in ids])
