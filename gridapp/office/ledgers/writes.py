"""What an import is going to write, collected before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from gridapp.models import record_named
from gridapp.models.free_text import masked
from gridapp.models.kinds import NOTE, PHONES
from gridapp.models.record import Field, Values, fields_of
from gridapp.office.ledgers.known import TABLES, Known, index_resident
from gridapp.office.steps import Steps
from gridapp.store import records
from gridapp.store.vault import Writing

CHUNK = 500
COARSE = {"marital_status", "education", "relation", "health_state"}


class Change(NamedTuple):
    """One field that a row changes, or (`old` and `new` alone) a new record beside
    the resident: its name in `new`. `path` is as in `ledger_columns`."""

    path: str
    old: Any
    new: Any


@cache
def _blank(name: str) -> Mapping[str, None]:
    """A record of that type with nothing in it."""
    return {one.name: None for one in fields_of(record_named(name))}


class Writes:
    """New records and changed fields by table; `known` sees each at once, so that
    the next row of the ledger finds what the row before it brought. `told` collects
    what changes, until somebody takes it."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.inserts: dict[str, list[Values]] = {name: [] for name in TABLES}
        self.changes: dict[str, dict[UUID, Values]] = {name: {} for name in TABLES}
        self._new: set[UUID] = set()
        self._told: list[Change] = []

    def told(self) -> tuple[Change, ...]:
        """What was planned since this was asked last."""
        told, self._told = tuple(self._told), []
        return told

    def insert(self, name: str, values: Mapping[str, Any]) -> UUID:
        """Plan a new record; its id is given now."""
        row: Values = {**_blank(name), **values, "id": uuid7()}
        self._new.add(row["id"])
        self.inserts[name].append(row)
        if name != "resident":
            self._told.append(Change(name, None, row[record_named(name).shown_by]))
        if name == "resident":
            self.known.by_table[name][row["id"]] = row
            index_resident(self.known, row)
        elif name in TABLES[:3]:
            self.known.add_place(name, row)
        else:
            self.known.parts[(name, row["resident_id"])].append(row)
        return row["id"]

    def change(self, name: str, record: Values, values: Mapping[str, Any]) -> None:
        """Plan to change fields of a record that is there or about to be."""
        if not values:
            return
        if record["id"] not in self._new:
            self.changes[name].setdefault(record["id"], {}).update(values)
        for field, value in values.items():
            path = field if name == "resident" else f"{name}.{field}"
            self._told.append(Change(path, record[field], value))
        record.update(values)

    def is_new(self, record_id: UUID) -> bool:
        """Whether this import makes the record."""
        return record_id in self._new

    def total(self) -> int:
        """How many records will be written."""
        return sum(len(rows) for rows in self.inserts.values()) + sum(
            len(rows) for rows in self.changes.values()
        )


def execute(tx: Writing, writes: Writes, grid_id: UUID | None, steps: Steps) -> None:
    """Write everything inside `tx`, a step for each record; an error, also a person
    who cancels, undoes the whole of it."""
    steps.total = writes.total()
    steps.to(0)
    for count, write in _steps(tx, writes, grid_id):
        write()
        steps.to(steps.done + count)


def _steps(
    tx: Writing, writes: Writes, grid_id: UUID | None
) -> Iterator[tuple[int, Callable[[], object]]]:
    grid = {"grid_id": grid_id} if grid_id is not None else {}
    for name in TABLES:
        model = record_named(name)
        rows = writes.inserts[name]
        for start in range(0, len(rows), CHUNK):
            part = rows[start : start + CHUNK]
            if name == "building" or name == "resident":
                part = [row | grid if _rootless(name, row) else row for row in part]
            yield len(part), lambda m=model, p=part: records.insert_many(tx, m, p)
        changed = list(writes.changes[name].items())
        for start in range(0, len(changed), CHUNK):
            some = dict(changed[start : start + CHUNK])
            yield len(some), lambda m=model, p=some: records.update_many(tx, m, p)


def _rootless(name: str, row: Values) -> bool:
    """Whether a record belongs to no other that would say its grid."""
    return name == "building" or row["household_id"] is None


def merged(spec: Field, old: Any, new: Any) -> Any:
    """The value a field has after the ledger's `new` one met the `old` one.

    An empty value never wins; telephones and notes are joined; a coarser code or date
    does not replace a finer one.
    """
    if new is None or new == old:
        return old
    if old is None:
        return new
    if spec.kind is PHONES:
        return tuple(dict.fromkeys((*old, *new)))
    if spec.kind is NOTE:
        known = new in old or new in masked(old)  # it may have gone out masked
        return old if known else f"{old}；{new}"
    if spec.kind.name == "birth" and old.startswith(new):
        return old
    if spec.name in COARSE and new.endswith("0") and new[0] == old[0]:
        return old
    return new
