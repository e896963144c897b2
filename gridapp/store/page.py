"""Applies one page of changes from the county, as SQLite keeps values.

A field with a local change that the county has not taken yet keeps its local value: it
meets the county's at the next push.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Connection

from gridapp.models import RECORDS, record_named
from gridapp.models.record import SYSTEM_COLUMNS, Record, fields_of
from gridapp.store import remote, search, state, stored
from gridapp.store.journal import Line, append_lines, journalled
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
from gridapp.sync.wire import id_to_sqlite, named, time_to_sqlite

Key = tuple[str, str]  # table name and id, in hex, of a record
_Row = dict[str, Any]
_AT_ONCE = 500  # ids in one IN list
_NOBODY = "0" * 32


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

    def __init__(self, db: Connection, changes: Sequence[Change]) -> None:
        self.db = db
        self.followed = {one.grid.hex() for one in remote.cursors(db)}
        self.lines: list[Line] = []
        self.unknown: set[str] = set()
        self.changed: dict[type[Record], dict[str, set[str]]] = {}
        ids: dict[str, set[str]] = {}
        names: dict[str, set[str]] = {}
        for one in changes:
            ids.setdefault(one.type, set()).add(one.id.hex())
            names.setdefault(one.type, set()).add(
                "*" if one.action in WHOLE or one.action == LEAVE else one.names
            )
        self.pushed = state.pushed_seq(db)
        self.waits = _waits(db, self.pushed)
        self.unsent = (
            unsent_fields(db, self.pushed, set[str]().union(*ids.values()))
            if self.waits
            else dict[Key, set[str]]()
        )
        self.bases = _bases(db, self.pushed, self.unsent)
        self.rows = {
            model: _load(
                db,
                model,
                ids.pop(model.__tablename__, set()),
                _looked_at(model, names.get(model.__tablename__, set())),
            )
            for model in RECORDS
        }
        self.before = {model: set(rows) for model, rows in self.rows.items()}
        self.unknown.update(ids)

    def take(self, change: Change) -> None:
        """Bring one change into the rows, where it concerns this laptop."""
        if change.type in self.unknown:
            return
        model, record_id = record_named(change.type), change.id.hex()
        here = self.rows[model].get(record_id)
        if here is None and change.action not in WHOLE:
            return
        if here is not None and here["grid_id"] != change.grid.hex():
            gone = change.action == LEAVE and here["grid_id"] not in self.followed
            moved = "grid_id" in self.unsent.get((change.type, record_id), ())
            moved = moved and change.action != LEAVE
            if change.action not in WHOLE and not (gone or moved):
                return  # a line of a grid that the record has left
        if change.action == LEAVE:
            self._leave(model, record_id, change)
        elif change.action in (UPDATE, DELETE) or change.action in WHOLE:
            self._set(model, record_id, change, here)
        else:
            self.unknown.add(change.action)

    def _values(self, model: type[Record], change: Change, *, new: bool) -> _Row:
        """What the change brings, system columns included."""
        converts = stored.from_wire(model)
        whole = change.action in WHOLE
        brought: _Row = {}
        if whole and not new:
            brought = {name: None for name in converts if name != "id"}
        for name, sent in zip(named(change.names), change.values, strict=True):
            value = sent if whole else sent[1]
            if name in converts:
                brought[name] = None if value is None else converts[name](value)
            else:
                self.unknown.add(f"{change.type}.{name}")
        by = change.by.hex() if change.by else None
        if change.action == INSERT:
            brought["created_at"] = time_to_sqlite(change.at)
            brought["created_by"] = by
        if change.action != STATE:
            brought["updated_by"] = by
        if whole:
            brought["grid_id"] = id_to_sqlite(change.grid)
        brought["updated_at"] = time_to_sqlite(change.stamp)
        return brought

    def _set(
        self, model: type[Record], record_id: str, change: Change, here: _Row | None
    ) -> None:
        brought = self._values(model, change, new=here is None)
        different: dict[str, tuple[Any, Any]] = {}
        if here is None:
            self.rows[model][record_id] = {"id": record_id, **brought}
            names = self.changed.setdefault(model, {}).setdefault(record_id, set())
            if record_id in self.before[model]:  # it left and came back
                names.update(_columns(model))
        else:
            kept = self._kept((change.type, record_id), brought["updated_at"])
            for name, value in brought.items():
                was = here.get(name)
                alike = name == "deleted_at" and value and was  # both deleted it
                if (name not in kept or alike) and was != value:
                    different[name] = (was, value)
                    here[name] = value
            if different:
                names = self.changed.setdefault(model, {}).setdefault(record_id, set())
                names.update(different)
        self._line(model, record_id, change, different, new=here is None)

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
        record_id: str,
        change: Change,
        different: Mapping[str, tuple[Any, Any]],
        *,
        new: bool,
    ) -> None:
        """A journal line of what happened at the county, if it changed anything.

        A record that comes in a first download has none; one that was here and comes
        otherwise than it was has.
        """
        if new:
            if change.action != STATE:
                self._append(change, record_id, INSERT, None)
            return
        told = {name: both for name, both in different.items() if name in _told(model)}
        if not told:
            return
        action = {RETURN: RESTORE}.get(change.action, change.action)
        if action not in (UPDATE, DELETE, RESTORE):
            action = UPDATE
        self._append(change, record_id, action, msgspec.json.encode(told).decode())

    def _append(
        self, change: Change, record_id: str, action: str, changes: str | None
    ) -> None:
        self.lines.append(
            (
                time_to_sqlite(change.at),
                change.by.hex() if change.by else None,
                change.device.hex() if change.device else _NOBODY,
                change.type,
                record_id,
                change.grid.hex(),
                action,
                changes,
            )
        )

    def _leave(self, model: type[Record], record_id: str, change: Change) -> None:
        if (change.type, record_id) in self.unsent or (
            self.waits and _has_unsent_part(self.db, change.type, record_id)
        ):
            raise UnsentFirst
        del self.rows[model][record_id]
        self.changed.setdefault(model, {}).setdefault(record_id, set())
        self._append(change, record_id, LEAVE, None)

    def write(self, tx: Writing) -> None:
        """Write the rows as they are now, and the journal."""
        for model, ids in self.changed.items():
            rows, before = self.rows[model], self.before[model]
            new = [rows[one] for one in ids if one in rows and one not in before]
            groups: dict[frozenset[str], list[_Row]] = {}
            for one, names in ids.items():
                if one in rows and one in before:
                    groups.setdefault(frozenset(names - {"id"}), []).append(rows[one])
            _insert(self.db, model, new)
            for names, changed in groups.items():
                _update(self.db, model, sorted(names), changed)
            _remove(self.db, model, [one for one in ids if one not in rows])
            tx.touched(model)
            search.postpone(self.db, model, ids)
        append_lines(self.db, self.lines)
        if not self.waits:
            state.keep(self.db, state.PUSHED, str(_last(self.db)))


def apply(tx: Writing, changes: Sequence[Change]) -> Applied:
    """Apply a page in order; `tx` is a remote transaction. The search index follows
    later (`search.catch_up`).

    Raises UnsentFirst when a record leaves that has changes to be pushed before.
    """
    page = _Page(tx.db, changes)
    for change in changes:
        page.take(change)
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
    single = set[str]().union(*map(named, names))
    return [one for one in _columns(model) if one in single or one in SYSTEM_COLUMNS]


def _load(
    db: Connection, model: type[Record], ids: Iterable[str], columns: Sequence[str]
) -> dict[str, _Row]:
    wanted, found = list(ids), dict[str, _Row]()
    listed = ", ".join(f'"{name}"' for name in columns)
    for start in range(0, len(wanted), _AT_ONCE):
        part = tuple(wanted[start : start + _AT_ONCE])
        query = (
            f"SELECT {listed} FROM {model.__tablename__}"
            f" WHERE id IN ({','.join('?' * len(part))})"
        )
        for values in db.exec_driver_sql(query, part).all():
            found[values[0]] = dict(zip(columns, values, strict=True))
    return found


def _insert(db: Connection, model: type[Record], rows: Sequence[_Row]) -> None:
    """New rows, those with the same columns together: binding a NULL costs the driver
    twenty times what binding a text does."""
    groups: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for row in rows:
        groups.setdefault(tuple(row), []).append(tuple(row.values()))
    for columns, values in groups.items():
        listed = ", ".join(f'"{name}"' for name in columns)
        statement = (
            f"INSERT INTO {model.__tablename__} ({listed})"
            f" VALUES ({', '.join('?' * len(columns))})"
        )
        db.exec_driver_sql(statement, values)


def _update(
    db: Connection, model: type[Record], names: Sequence[str], rows: Sequence[_Row]
) -> None:
    given = ", ".join(f'"{name}" = ?' for name in names)
    statement = f"UPDATE {model.__tablename__} SET {given} WHERE id = ?"
    wanted = (*names, "id")
    db.exec_driver_sql(statement, [tuple(map(row.get, wanted)) for row in rows])


def _remove(db: Connection, model: type[Record], ids: Sequence[str]) -> None:
    if ids:
        statement = f"DELETE FROM {model.__tablename__} WHERE id = ?"
        db.exec_driver_sql(statement, [(one,) for one in ids])
