"""What belongs to a record goes with it into another grid.

A laptop moves what it knows of. What another added meanwhile, or put there while the
owner moved, would stay behind where nobody of the new grid sees it: it follows here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from uuid import UUID

from sqlalchemy import Connection, select

from gridapp.county import rows
from gridapp.county.intake import Arrival
from gridapp.county.rows import Row
from gridapp.models import RECORDS
from gridapp.models.record import Field, Record, fields_of, table_of
from gridapp.sync import merge
from gridapp.sync.merge import Incoming, Outcome
from gridapp.sync.protocol import UPDATE, Change

Moved = Sequence[tuple[Arrival, UUID]]  # what moved, and from which grid
State = MutableMapping[type[Record], dict[UUID, Row]]  # as the batch leaves it
Take = Callable[[Arrival, Row, Outcome], None]


def follow(
    db: Connection, state: State, moved: Moved, now: dt.datetime, take: Take
) -> None:
    """Let the parts of what moved follow, and theirs, and so on."""
    while moved:
        owners: dict[str, dict[UUID, tuple[Arrival, UUID]]] = {}
        for arrival, old in moved:
            by_id = owners.setdefault(arrival.model.__tablename__, {})
            by_id[arrival.record_id] = (arrival, old)
        moved = [
            one
            for model in RECORDS
            for field in fields_of(model)
            if field.part and field.target in owners
            for one in _parts(db, state, model, field, owners[field.target], now, take)
        ]


def _parts(
    db: Connection,
    state: State,
    model: type[Record],
    field: Field,
    owners: Mapping[UUID, tuple[Arrival, UUID]],
    now: dt.datetime,
    take: Take,
) -> list[tuple[Arrival, UUID]]:
    """Take along the records of one type that stayed in the grid of their owner."""
    c = table_of(model).c
    left = {old for _, old in owners.values()}
    query = select(c.id).where(c[field.name].in_(owners), c.grid_id.in_(left))
    ids = sorted(db.scalars(query), key=lambda one: one.int)
    known = state.setdefault(model, {})
    unread = [one for one in ids if one not in known]
    known.update(rows.load(db, model, unread, lock=True))
    done: list[tuple[Arrival, UUID]] = []
    for record_id in ids:
        row = known[record_id]
        owner, old = owners.get(row[field.name], (None, None))
        if owner is None or row["grid_id"] != old:
            continue
        new = state[owner.model][owner.record_id]["grid_id"]
        part = along(owner, model, record_id, row, new)
        take(part, row, merge.merge(row, part.change, now, insert_only=True))
        done.append((part, row["grid_id"]))
    return done


def along(
    owner: Arrival, model: type[Record], record_id: UUID, row: Row, grid_id: UUID
) -> Arrival:
    """The move of a record that goes where `owner` went, by the same hand.

    It is sent as from the old grid, so that its own laptop reads of it too.
    """
    change = owner.change
    raw = Change(
        seq=owner.raw.seq,
        type=model.__tablename__,
        id=record_id.bytes,
        grid=row["grid_id"].bytes,
        action=UPDATE,
        at=owner.raw.at,
        by=owner.raw.by,
        base=None,
        names="grid_id",
        values=[],
    )
    pairs = {"grid_id": (row["grid_id"], grid_id)}
    incoming = Incoming(UPDATE, pairs, change.at, change.by, row["updated_at"])
    return Arrival(
        raw=raw,
        model=model,
        record_id=record_id,
        grid_id=row["grid_id"],
        change=incoming,
        sent_grid=row["grid_id"],
        plain=False,
    )
