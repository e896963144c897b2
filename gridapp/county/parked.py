"""Changes that are held: kept whole, answered again, tried again when they may fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, tuple_, update

from gridapp.county.intake import MISSING_PARENT, UNKNOWN, Hold
from gridapp.county.tables import held
from gridapp.models import RECORDS
from gridapp.models.ids import id_of
from gridapp.models.kinds import TIME
from gridapp.models.record import table_of
from gridapp.sync.merge import MISSING_RECORD
from gridapp.sync.protocol import Change, Held

Parked = tuple[Change, str]  # what is held, and the field ("" for the whole change)
_MAY_FIT_LATER = (MISSING_PARENT, MISSING_RECORD, UNKNOWN)
_TRIED = 1000  # held changes that are tried again with one batch


def answers(
    db: Connection, holds: Sequence[Hold], grids: Collection[UUID]
) -> list[Held]:
    """The holds as their author's device is told; `grids` are those that it reads."""
    ids: dict[str, set[UUID]] = {}
    for hold in holds:
        ids.setdefault(hold.raw.type, set()).add(_id(hold.raw.id))
    last: dict[UUID, tuple[dt.datetime, UUID | None]] = {}
    for model in RECORDS:
        wanted = ids.get(model.__tablename__)
        if wanted:
            c = table_of(model).c
            query = select(c.id, c.updated_at, c.updated_by)
            query = query.where(c.id.in_(wanted), c.grid_id.in_(grids))
            last |= {key: (at, by) for key, at, by in db.execute(query)}
    return [_answer(hold, *last.get(_id(hold.raw.id), (None, None))) for hold in holds]


def _answer(hold: Hold, stamp: dt.datetime | None, by: UUID | None) -> Held:
    return Held(
        seq=hold.raw.seq,
        field=hold.field,
        reason=hold.reason,
        sentence=hold.sentence,
        theirs=hold.theirs,
        theirs_by=hold.theirs_by.bytes if hold.theirs_by else None,
        theirs_at=TIME.to_wire(hold.theirs_at) if hold.theirs_at else None,
        stamp=TIME.to_wire(stamp) if stamp else None,
        by=by.bytes if by else None,
    )


def keep(
    db: Connection, device_id: UUID, holds: Iterable[Hold], now: dt.datetime
) -> None:
    """Write the holds down."""
    rows: list[dict[str, Any]] = [
        {
            "device_id": device_id,
            "seq": hold.raw.seq,
            "field": hold.field or "",
            "grid_id": _id(hold.raw.grid),
            "type": hold.raw.type,
            "record_id": _id(hold.raw.id),
            "action": hold.raw.action,
            "reason": hold.reason,
            "sentence": hold.sentence,
            "mine": msgspec.msgpack.encode(hold.raw),
            "theirs": msgspec.msgpack.encode(hold.theirs),
            "theirs_by": hold.theirs_by,
            "theirs_at": hold.theirs_at,
            "received_at": now,
            "settled": False,
        }
        for hold in holds
    ]
    if rows:
        db.execute(insert(held), rows)


def _id(raw: bytes) -> UUID:
    return id_of(raw) if len(raw) == 16 else UUID(int=0)


def between(db: Connection, device_id: UUID, first: int, last: int) -> list[Hold]:
    """What of these journal numbers was held, for a batch that comes again."""
    if first > last:
        return []
    query = select(held).where(
        held.c.device_id == device_id, held.c.seq.between(first, last), ~held.c.settled
    )
    return [
        Hold(
            raw=msgspec.msgpack.decode(row.mine, type=Change),
            field=row.field or None,
            reason=row.reason,
            sentence=row.sentence,
            theirs=msgspec.msgpack.decode(row.theirs),
            theirs_by=row.theirs_by,
            theirs_at=row.theirs_at,
        )
        for row in db.execute(query.order_by(held.c.seq, held.c.field))
    ]


_RECORDS = select(held.c.record_id).where(
    held.c.device_id == bindparam("it"), ~held.c.settled
)


def records(db: Connection, device_id: UUID) -> set[bytes]:
    """The ids of the records of which something of this device is held."""
    return {one.bytes for one in db.scalars(_RECORDS, {"it": device_id})}


def waiting(
    db: Connection, device_id: UUID, *, but: Collection[tuple[str, bytes]]
) -> list[Parked]:
    """Held changes that may fit by now, in order; not those of the records in `but`."""
    query = (
        select(held.c.mine, held.c.field)
        .where(
            held.c.device_id == device_id,
            held.c.reason.in_(_MAY_FIT_LATER),
            ~held.c.settled,
        )
        .order_by(held.c.seq, held.c.field)
        .limit(_TRIED)
    )
    found = (
        (msgspec.msgpack.decode(mine, type=Change), field)
        for mine, field in db.execute(query)
    )
    return [(raw, field) for raw, field in found if (raw.type, raw.id) not in but]


def sorted_out(
    holds: Sequence[Hold], older: Sequence[Parked]
) -> tuple[list[Hold], list[tuple[int, str]]]:
    """The holds that are new, and those of `older` that hold no more.

    A field that waits is tried again alone; when its record is not there, because the
    rest of the change was refused, the field waits on and nothing new is held.
    """
    before = {(raw.seq, field) for raw, field in older}
    alone = {seq for seq, _ in before} - {seq for seq, field in before if not field}
    in_vain = {one.raw.seq for one in holds if one.field is None} & alone
    still = {(hold.raw.seq, hold.field or "") for hold in holds}
    still |= {key for key in before if key[0] in in_vain}
    fresh = [
        one
        for one in holds
        if (one.raw.seq, one.field or "") not in before and one.raw.seq not in in_vain
    ]
    return fresh, sorted(before - still)


def superseded(
    db: Connection,
    device_id: UUID,
    inserted: Collection[tuple[str, bytes]],
    fresh: Iterable[Hold],
) -> list[tuple[int, str]]:
    """Older holds of records that this batch brought whole and that were taken."""
    if not inserted:
        return []
    refused = {(one.raw.type, one.raw.id) for one in fresh if one.field is None}
    ids = [_id(raw) for type_, raw in inserted if (type_, raw) not in refused]
    query = select(held.c.seq, held.c.field).where(
        held.c.device_id == device_id, held.c.record_id.in_(ids), ~held.c.settled
    )
    return [(seq, field) for seq, field in db.execute(query)] if ids else []


def settle(db: Connection, device_id: UUID, keys: Collection[tuple[int, str]]) -> None:
    """Note that these are held no more."""
    if keys:
        which = tuple_(held.c.seq, held.c.field).in_(sorted(set(keys)))
        db.execute(
            update(held)
            .where(held.c.device_id == device_id, which)
            .values(settled=True)
        )


def settled_of(
    db: Connection, device_id: UUID, keys: Collection[tuple[int, str]]
) -> list[tuple[int, str]]:
    """Those of `keys` that are held no more."""
    if not keys:
        return []
    query = select(held.c.seq, held.c.field).where(
        held.c.device_id == device_id,
        tuple_(held.c.seq, held.c.field).in_(sorted(set(keys))),
        held.c.settled,
    )
    return [(seq, field) for seq, field in db.execute(query)]
