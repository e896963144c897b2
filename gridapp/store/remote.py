"""Applies what came from the county: pages of changes, with their cursors.

Everything of a page happens in one transaction. A field with a local change that the
county has not taken yet keeps its local value: it meets the county's at the next push.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from gridapp.models import RECORDS, record_named
from gridapp.models.ids import id_of
from gridapp.models.kinds import TIME
from gridapp.models.record import SYSTEM_COLUMNS, Record, Values, fields_of, table_of
from gridapp.store import records, state
from gridapp.store.journal import JournalRow, append_remote, journalled
from gridapp.store.tables import author, journal, scope_cursor
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
    Cursor,
    from_wire,
    kinds_of,
    named,
)

DONE = "done"
_UNKNOWN = "unknown_fields"
Key = tuple[str, UUID]  # table name and id of a record
_CHUNK = 500  # ids in one IN list


class UnsentFirst(Exception):
    """A record leaves this laptop that has changes the county has not taken yet."""


@dataclass(frozen=True)
class Applied:
    """How many changes a page brought; names of types and fields this version lacks."""

    changes: int
    unknown: frozenset[str]


def cursors(db: Connection) -> list[Cursor]:
    """How far each grid was read."""
    return [
        Cursor(
            UUID(row.grid_id).bytes,
            row.cursor,
            DONE if row.complete else row.bootstrap or "",
        )
        for row in db.execute(select(scope_cursor).order_by(scope_cursor.c.grid_id))
    ]


def keep_cursors(db: Connection, reached: Iterable[Cursor]) -> None:
    """Write down how far each grid was read."""
    for one in reached:
        done = one.place == DONE
        values = {
            "cursor": one.n,
            "bootstrap": None if done else one.place,
            "complete": done,
        }
        statement = insert(scope_cursor).values(grid_id=id_of(one.grid).hex, **values)
        db.execute(
            statement.on_conflict_do_update(index_elements=["grid_id"], set_=values)
        )


def subscribe(db: Connection, grids: Sequence[bytes]) -> bool:
    """Follow exactly these grids; says whether one of them is new."""
    known = {one.grid for one in cursors(db)}
    gone = [id_of(one).hex for one in known - set(grids)]
    if gone:
        db.execute(delete(scope_cursor).where(scope_cursor.c.grid_id.in_(gone)))
    new = [Cursor(one, 0) for one in grids if one not in known]
    keep_cursors(db, new)
    return bool(new)


def keep_authors(db: Connection, names: Mapping[bytes, str]) -> None:
    """Write down what the people who wrote are called."""
    for raw, name in names.items():
        statement = insert(author).values(id=id_of(raw).hex, name=name)
        db.execute(
            statement.on_conflict_do_update(
                index_elements=["id"], set_={"name": statement.excluded.name}
            )
        )


def unsent_fields(
    db: Connection, after: int, ids: Collection[UUID]
) -> dict[Key, set[str]]:
    """Fields of these records with local changes after journal number `after`."""
    query = select(
        journal.c.type, journal.c.record_id, journal.c.action, journal.c.changes
    ).where(journal.c.origin == "local", journal.c.seq > after)
    wanted = [one.hex for one in ids]
    found: dict[Key, set[str]] = {}
    for start in range(0, len(wanted), _CHUNK):
        part = journal.c.record_id.in_(wanted[start : start + _CHUNK])
        for type_, raw, action, changes in db.execute(query.where(part)):
            fields = found.setdefault((type_, UUID(raw)), set())
            if action == INSERT:
                fields.update(journalled(record_named(type_)))
            else:
                fields.update(json.loads(changes))
    return found


def keep_unknown(db: Connection, names: Iterable[str]) -> None:
    """Remember types ("type") and fields ("type.field") this version does not know."""
    both = _unknown(db).union(names)
    if both:
        state.keep(db, _UNKNOWN, json.dumps(sorted(both)))


def knows_more(db: Connection) -> bool:
    """Whether this version knows something that an older one could not take."""
    return any(_is_known(name) for name in _unknown(db))


def start_over(db: Connection) -> None:
    """Have every grid read again from its state: what was unknown is at the county."""
    again = cursors(db)
    for one in again:
        one.place = ""
    keep_cursors(db, again)
    state.keep(db, _UNKNOWN, None)


def _unknown(db: Connection) -> set[str]:
    return set(json.loads(state.value(db, _UNKNOWN) or "[]"))


def _is_known(name: str) -> bool:
    type_, _, one = name.partition(".")
    try:
        model = record_named(type_)
    except KeyError:
        return False
    return not one or one in kinds_of(model)


class _Page:
    """The records that a page touches: as they are, then as they will be."""

    def __init__(self, tx: Writing, changes: Sequence[Change]) -> None:
        self.tx = tx
        self.followed = {id_of(one.grid) for one in cursors(tx.db)}
        self.lines: list[JournalRow] = []
        self.unknown: set[str] = set()
        self.changed: dict[type[Record], dict[UUID, set[str]]] = {}
        self.rows: dict[type[Record], dict[UUID, Values]] = {}
        ids: dict[str, set[UUID]] = {}
        for one in changes:
            ids.setdefault(one.type, set()).add(id_of(one.id))
        touched = set[UUID]().union(*ids.values())
        self.unsent = unsent_fields(tx.db, state.pushed_seq(tx.db), touched)
        for model in RECORDS:
            wanted = ids.pop(model.__tablename__, set[UUID]())
            self.rows[model] = records.by_id(tx.db, model, wanted, deleted=True)
        self.before = {model: set(rows) for model, rows in self.rows.items()}
        self.unknown.update(ids)

    def take(self, change: Change) -> None:
        """Bring one change into the rows, where it concerns this laptop."""
        if change.type in self.unknown:
            return
        model = record_named(change.type)
        record_id, scope = id_of(change.id), id_of(change.grid)
        here = self.rows[model].get(record_id)
        if here is None and change.action not in WHOLE:
            return
        if here is not None and here["grid_id"] != scope:
            gone = change.action == LEAVE and here["grid_id"] not in self.followed
            if change.action not in WHOLE and not gone:
                return  # a line of a grid that the record has left
        if change.action == LEAVE:
            self._leave(model, record_id, change)
        elif change.action in (UPDATE, DELETE) or change.action in WHOLE:
            self._set(model, record_id, change, self._values(model, change))
        else:
            self.unknown.add(change.action)

    def _values(self, model: type[Record], change: Change) -> Values:
        """The new values of a change, system columns included."""
        known = kinds_of(model)
        whole = change.action in WHOLE
        new: Values = dict.fromkeys(known) if whole else {}
        for name, value in zip(named(change.names), change.values, strict=True):
            if name in known:
                new[name] = from_wire(model, name, value if whole else value[1])
            else:
                self.unknown.add(f"{change.type}.{name}")
        by = id_of(change.by) if change.by else None
        if change.action == INSERT:
            new |= {"created_at": TIME.from_wire(change.at), "created_by": by}
        if change.action != STATE:
            new["updated_by"] = by
        if whole:
            new["grid_id"] = id_of(change.grid)
        return new | {"updated_at": TIME.from_wire(change.stamp)}

    def _set(
        self, model: type[Record], record_id: UUID, change: Change, new: Values
    ) -> None:
        here = self.rows[model].get(record_id)
        if here is None:
            row: Values = dict.fromkeys(
                (*SYSTEM_COLUMNS, *(one.name for one in fields_of(model)))
            )
            row |= {"id": record_id} | new
            self.rows[model][record_id] = row
            different: dict[str, tuple[Any, Any]] = {}
            self._touch(model, record_id, row)
        else:
            kept = self.unsent.get((change.type, record_id), set())
            new = {name: value for name, value in new.items() if name not in kept}
            different = {
                name: (here[name], value)
                for name, value in new.items()
                if here[name] != value
            }
            here.update(new)
            if different:
                self._touch(model, record_id, different)
        self._line(model, record_id, change, here is None, different)

    def _touch(
        self, model: type[Record], record_id: UUID, names: Iterable[str]
    ) -> None:
        self.changed.setdefault(model, {}).setdefault(record_id, set()).update(names)

    def _line(
        self,
        model: type[Record],
        record_id: UUID,
        change: Change,
        new: bool,
        different: Mapping[str, tuple[Any, Any]],
    ) -> None:
        """A journal line of what happened at the county, if it changed anything."""
        told = {n: pair for n, pair in different.items() if n in journalled(model)}
        if change.action == STATE or not (new or told):
            return
        action = {RETURN: RESTORE}.get(change.action, change.action)
        if new or action not in (UPDATE, DELETE, RESTORE):
            action = INSERT if new else UPDATE
        self._append(change, record_id, action, told)

    def _append(
        self, change: Change, record_id: UUID, action: str, values: dict[str, Any]
    ) -> None:
        self.lines.append(
            JournalRow(
                seq=0,
                at=TIME.from_wire(change.at),
                by=id_of(change.by) if change.by else None,
                device=id_of(change.device) if change.device else UUID(int=0),
                origin="remote",
                type=change.type,
                record_id=record_id,
                grid_id=id_of(change.grid),
                action=action,
                base=None,
                values=values,
            )
        )

    def _leave(self, model: type[Record], record_id: UUID, change: Change) -> None:
        if (change.type, record_id) in self.unsent:
            raise UnsentFirst
        del self.rows[model][record_id]
        self._touch(model, record_id, ())
        self._append(change, record_id, LEAVE, {})

    def write(self) -> None:
        """Write the rows as they are now, and the journal."""
        for model, ids in self.changed.items():
            rows, before = self.rows[model], self.before[model]
            new = [rows[one] for one in ids if one in rows and one not in before]
            groups: dict[frozenset[str], list[Values]] = {}
            for one, names in ids.items():
                if one in rows and one in before:
                    groups.setdefault(frozenset(names - {"id"}), []).append(rows[one])
            gone = [one for one in ids if one not in rows and one in before]
            _insert(self.tx.db, model, new)
            for names, changed in groups.items():
                _update(self.tx.db, model, sorted(names), changed)
            _remove(self.tx.db, model, gone)
            self.tx.touched(model, *ids)
        append_remote(self.tx.db, self.lines)


def apply(tx: Writing, changes: Sequence[Change]) -> Applied:
    """Apply a page in order. `tx` is a remote transaction.

    Raises UnsentFirst when a record leaves that has changes to be pushed before.
    """
    page = _Page(tx, changes)
    for change in changes:
        page.take(change)
    page.write()
    return Applied(len(changes), frozenset(page.unknown))


def _insert(db: Connection, model: type[Record], rows: list[Values]) -> None:
    if rows:
        db.execute(table_of(model).insert(), rows)


def _update(
    db: Connection, model: type[Record], names: Sequence[str], rows: list[Values]
) -> None:
    table = table_of(model)
    statement = (
        table.update()
        .where(table.c.id == bindparam("p_id"))
        .values({name: bindparam(f"p_{name}") for name in names})
    )
    db.execute(statement, [{f"p_{n}": row[n] for n in ("id", *names)} for row in rows])


def _remove(db: Connection, model: type[Record], ids: list[UUID]) -> None:
    if ids:
        table = table_of(model)
        statement = delete(table).where(table.c.id == bindparam("p_id"))
        db.execute(statement, [{"p_id": one} for one in ids])
