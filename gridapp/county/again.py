"""Changes that a restored county may have lost, sent again by whoever has them.

A change is known by its record, its author and the moment it was made: the log keeps
all three as they came, whoever brought it. What is in the log already is passed over;
the rest meets the county's values as any change does (docs/protocol.md, "After a
restored backup").
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID

import msgspec
from sqlalchemy import Connection, select

from gridapp.county import apply, parked
from gridapp.county.access import Device
from gridapp.county.tables import change as change_log
from gridapp.county.tables import held
from gridapp.models import record_named
from gridapp.models.ids import id_of
from gridapp.models.kinds import TIME
from gridapp.models.record import table_of
from gridapp.sync.merge import CONFLICT, EDITED
from gridapp.sync.protocol import (
    DELETE,
    ENTER,
    INSERT,
    LEAVE,
    RESTORE,
    RETURN,
    UPDATE,
    Change,
    Held,
    Push,
    Pushed,
)
from gridapp.sync.wire import named

Author = tuple[bytes | None, int]  # who, and when in milliseconds since 1970


@dataclass
class _Known:
    """What the log has of a record: fields by author, and its newest line's moment."""

    names: dict[Author, set[str]] = field(default_factory=dict[Author, set[str]])
    newest: int = 0


def push(db: Connection, device: Device, sent: Push, now: dt.datetime) -> Pushed:
    """Take a batch of changes of which some are here already, and some are others'.

    Each record comes once in a run, so that every change is measured against what the
    one before it left. The device is told of its own changes that do not fit, and of
    those of others where somebody has to decide.
    """
    result = Pushed(sent.last, 0, [])
    runs = list(_runs(sent.changes)) or [[]]
    for at, run in enumerate(runs, 1):
        last = sent.last if at == len(runs) else run[-1].seq
        mark = sent.mark if at == len(runs) else b""
        part = apply.push(db, device, Push(last, _missing(db, run), mark=mark), now)
        result.last, result.taken = part.last, result.taken + part.taken
        result.held += part.held
    others = {one.seq: one for one in sent.changes if one.device is not None}
    result.held = [
        one
        for one in result.held
        if one.seq not in others or _is_asked(db, device, others[one.seq], one)
    ]
    return result


def _runs(changes: Sequence[Change]) -> Iterator[list[Change]]:
    run: list[Change] = []
    records: set[bytes] = set()
    for one in changes:
        if one.id in records:
            yield run
            run, records = [], set()
        run.append(one)
        records.add(one.id)
    if run:
        yield run


def _missing(db: Connection, run: Sequence[Change]) -> list[Change]:
    """What of these changes the county does not have."""
    ids = {id_of(one.id) for one in run if len(one.id) == 16}
    known = _known(db, ids)
    here = _stamps(db, run)
    found: list[Change] = []
    for raw in run:
        stamp = here.get(raw.id)
        if raw.action == INSERT and stamp is not None:
            continue
        left = _narrowed(raw, known.get(raw.id, _Known()))
        if left is None:
            continue
        saw_newest = known.get(raw.id, _Known()).newest == raw.stamp
        if stamp is not None and saw_newest:
            left.base = stamp  # its author knew the record as it is here
        left.stamp = 0
        found.append(left)
    return found


def _known(db: Connection, ids: Collection[UUID]) -> dict[bytes, _Known]:
    query = (
        select(change_log.c.body)
        .where(change_log.c.record_id.in_(ids))
        .order_by(change_log.c.stamp, change_log.c.n)
    )
    found: dict[bytes, _Known] = {}
    for body in db.scalars(query):
        line = msgspec.msgpack.decode(body, type=Change)
        one = found.setdefault(line.id, _Known())
        names = one.names.setdefault((line.by, line.at), set[str]())
        if line.action in (INSERT, UPDATE, DELETE):
            names.update(named(line.names))
        if line.action in (RESTORE, RETURN):
            names.add("deleted_at")
        if line.action in (LEAVE, ENTER):
            names.add("grid_id")
        one.newest = line.at
    return found


def _stamps(db: Connection, run: Sequence[Change]) -> dict[bytes, int]:
    """{id: updated_at as it travels} of the records that are here."""
    found: dict[bytes, int] = {}
    for type_, changes in groupby(sorted(run, key=_type), _type):
        try:
            table = table_of(record_named(type_))
        except KeyError:
            continue
        ids = [id_of(one.id) for one in changes if len(one.id) == 16]
        query = select(table.c.id, table.c.updated_at).where(table.c.id.in_(ids))
        for key, at in db.execute(query):
            found[key.bytes] = TIME.to_wire(at)
    return found


def _type(raw: Change) -> str:
    return raw.type


def _narrowed(raw: Change, known: _Known) -> Change | None:
    """The change without the fields that its author's line in the log has."""
    if raw.action == INSERT:
        return msgspec.structs.replace(raw)
    had = known.names.get((raw.by, raw.at), set[str]())
    pairs = [
        (name, value)
        for name, value in zip(named(raw.names), raw.values, strict=False)
        if name not in had
    ]
    if not pairs:
        return None
    names = [name for name, _ in pairs]
    plain = raw.action in (DELETE, RESTORE) and "deleted_at" not in names
    return msgspec.structs.replace(
        raw,
        action=UPDATE if plain else raw.action,
        names=",".join(names),
        values=[value for _, value in pairs],
    )


def _is_asked(db: Connection, device: Device, raw: Change, one: Held) -> bool:
    """Whether a person has to decide about another's change that does not fit: when
    two values met, and nobody is asked yet. Else the county keeps it, and that is all.
    """
    key = (one.seq, one.field or "")
    if one.reason == EDITED:
        parked.settle(db, device.id, [key])
        return False
    if one.reason != CONFLICT or one.field is None:
        return False
    query = select(held.c.mine).where(
        held.c.record_id == id_of(raw.id),
        held.c.field == one.field,
        held.c.device_id != device.id,
    )
    for mine in db.scalars(query):
        kept = msgspec.msgpack.decode(mine, type=Change)
        if (kept.by, kept.at) == (raw.by, raw.at):
            parked.settle(db, device.id, [key])
            return False
    return True
