"""Takes back an import as a whole, as far as nobody has built on it since.

Unlike `undo`, which refuses when anything was changed, this leaves alone what was
changed or is needed by something newer, and says which records those are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import RECORDS, record_named
from gridapp.models.record import Record, Values, fields_of, table_of
from gridapp.store import records
from gridapp.store.journal import changes_of
from gridapp.store.tables import journal
from gridapp.store.vault import Writing

CHUNK = 500
CHANGED, NEEDED = "changed", "needed"
Key = tuple[str, UUID]


@dataclass(frozen=True)
class Stayed:
    """A record that was not taken back: changed since, or needed by something newer.
    `subject` is its name."""

    type: str
    id: UUID
    why: str
    subject: str = ""


@dataclass(frozen=True)
class TakenBack:
    """What came of it: how many records were put back or into the bin, what stayed."""

    records: int
    stayed: tuple[Stayed, ...]

    def summary(self) -> str:
        """One line for a person."""
        if not self.records and not self.stayed:
            return tr("这次导入已经撤销过了")
        words = [tr("已撤销 {count:,} 条记录", count=self.records)]
        changed = sum(one.why == CHANGED for one in self.stayed)
        needed = len(self.stayed) - changed
        if changed:
            words.append(tr("{count:,} 条后来又改过，保留", count=changed))
        if needed:
            words.append(tr("{count:,} 条后来又有新的记录，保留", count=needed))
        return tr("，").join(words)


@dataclass
class _Batch:
    """What the journal tells of a batch: new records, and fields with old and new."""

    made: dict[Key, None]
    changed: dict[Key, dict[str, tuple[Any, Any]]]
    last: int


def take_back_batch(tx: Writing, batch: UUID) -> TakenBack:
    """Give back the values the batch replaced; put what it made into the bin.

    UserError when this vault knows no such batch.
    """
    found = _read(tx.db, batch)
    stayed = _changed_since(tx.db, found, batch)
    gone = _in_the_bin(tx.db, found)
    _needed(tx.db, found, stayed, gone)
    taken = 0
    for model in reversed(RECORDS):
        name = model.__tablename__
        ids = [key[1] for key in found.made if key[0] == name]
        ids = [one for one in ids if (name, one) not in stayed | gone.keys()]
        taken += _bin(tx, model, ids)
    for model in RECORDS:
        taken += _put_back(tx, model, found, stayed)
    return TakenBack(taken, _named(tx.db, stayed))


def _read(db: Connection, batch: UUID) -> _Batch:
    found = _Batch({}, {}, 0)
    query = select(journal).where(
        journal.c.batch == batch.hex, journal.c.origin == "local"
    )
    for row in db.execute(query.order_by(journal.c.seq)):
        found.last = row.seq
        key = row.type, UUID(row.record_id)
        if row.action == "insert":
            if not record_named(row.type).insert_only:
                found.made[key] = None
        elif key not in found.made:
            fields = found.changed.setdefault(key, {})
            for name, (old, new) in changes_of(row).items():
                fields[name] = (fields.get(name, (old, new))[0], new)
    if not found.last:
        raise UserError(tr("没有这次导入，请从操作记录里核对编号"))
    return found


def _changed_since(db: Connection, found: _Batch, batch: UUID) -> dict[Key, str]:
    """New records that somebody has changed after the batch."""
    query = (
        select(journal.c.type, journal.c.record_id)
        .where(
            journal.c.seq > found.last,
            journal.c.action == "update",
            func.coalesce(journal.c.batch, "") != batch.hex,
        )
        .distinct()
    )
    later = {(row.type, UUID(row.record_id)) for row in db.execute(query)}
    return dict.fromkeys(later & found.made.keys(), CHANGED)


def _in_the_bin(db: Connection, found: _Batch) -> dict[Key, None]:
    """Records of the batch that are in the bin already."""
    gone: dict[Key, None] = {}
    for model in RECORDS:
        name = model.__tablename__
        c = table_of(model).c
        ids = [key[1] for key in (*found.made, *found.changed) if key[0] == name]
        for some in _chunks(ids):
            query = select(c.id).where(c.id.in_(some), c.deleted_at.is_not(None))
            gone |= dict.fromkeys((name, one) for one in db.scalars(query))
    return gone


def _needed(
    db: Connection, found: _Batch, stayed: dict[Key, str], gone: dict[Key, None]
) -> None:
    """Add to `stayed` what a record that stays, or a newer one, belongs to."""
    wanted = {key[0] for key in found.made}
    links: list[tuple[Key, Key]] = []  # who points to whom
    for other in RECORDS:
        for one in fields_of(other):
            if one.target in wanted and not other.insert_only:
                links += _links(db, other, one.name, one.target, found)
    going = found.made.keys() - stayed.keys() - gone.keys()
    while True:
        kept = {
            target for owner, target in links if owner not in going and target in going
        }
        if not kept:
            return
        stayed |= dict.fromkeys(kept, NEEDED)
        going -= kept


def _links(
    db: Connection, model: type[Record], field: str, target: str, found: _Batch
) -> Iterator[tuple[Key, Key]]:
    """Each living record of a type that points to a record the batch made, but for
    those whose pointing is itself taken back."""
    c = table_of(model).c
    name = model.__tablename__
    ids = [key[1] for key in found.made if key[0] == target]
    for some in _chunks(ids):
        query = select(c.id, c[field]).where(c[field].in_(some), c.deleted_at.is_(None))
        for owner, pointed in db.execute(query):
            fields = found.changed.get((name, owner), {})
            if field not in fields or fields[field][1] != pointed:
                yield (name, owner), (target, pointed)


def _bin(tx: Writing, model: type[Record], ids: Sequence[UUID]) -> int:
    table = table_of(model)
    for some in _chunks(ids):
        statement = table.update().where(table.c.id.in_(some))
        tx.db.execute(
            statement.values(deleted_at=tx.at, updated_at=tx.at, updated_by=tx.by)
        )
        tx.touched(model, *some)
    return len(ids)


def _put_back(
    tx: Writing, model: type[Record], found: _Batch, stayed: dict[Key, str]
) -> int:
    """Give fields their old values where they still have the batch's."""
    name = model.__tablename__
    changed = {key[1]: old for key, old in found.changed.items() if key[0] == name}
    groups: dict[tuple[str, ...], list[Values]] = {}
    for some in _chunks(list(changed)):
        for record_id, row in records.by_id(tx.db, model, some, deleted=True).items():
            fields = changed[record_id]
            back = {f: old for f, (old, new) in fields.items() if row[f] == new}
            rest = [f for f in fields if f not in back and row[f] != fields[f][0]]
            if rest:
                stayed[name, record_id] = CHANGED
            back = {f"p_{f}": old for f, old in back.items() if row[f] != old}
            if back:
                groups.setdefault(tuple(back), []).append(back | {"p_id": record_id})
    table = table_of(model)
    for names, rows in groups.items():
        values: dict[str, Any] = {one[2:]: bindparam(one) for one in names}
        values |= {"updated_at": tx.at, "updated_by": tx.by}
        statement = table.update().where(table.c.id == bindparam("p_id"))
        tx.db.execute(statement.values(values), rows)
        tx.touched(model, *(row["p_id"] for row in rows))
    return sum(len(rows) for rows in groups.values())


def _named(db: Connection, stayed: dict[Key, str]) -> tuple[Stayed, ...]:
    by_type: dict[str, list[UUID]] = {}
    for name, one in stayed:
        by_type.setdefault(name, []).append(one)
    names: dict[Key, str] = {}
    for name, ids in by_type.items():
        if record_named(name).shown_by != "id":
            found = records.labels(db, record_named(name), ids)
            names |= {(name, one): words for one, words in found.items()}
    return tuple(Stayed(*key, why, names.get(key, "")) for key, why in stayed.items())


def _chunks(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
