"""What a batch of changes touches: locked and read before, known whole after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from uuid import UUID

from sqlalchemy import Connection, select

from gridapp.county import log, rows
from gridapp.county.access import Device
from gridapp.county.intake import Arrival
from gridapp.county.rows import Row
from gridapp.county.tables import change as change_log
from gridapp.county.tables import device_scope
from gridapp.models.record import Field, Record, fields_of
from gridapp.sync.protocol import LEAVE


@dataclass
class Batch:
    """Everything that a batch touches, as it will be after it."""

    device: Device
    now: dt.datetime
    state: dict[type[Record], dict[UUID, Row]]
    owners: dict[str, dict[UUID, UUID]]  # grid of every record pointed to, by type
    graced: set[UUID]  # records that left the device's scope before it could know
    inserted: dict[type[Record], dict[UUID, Row]] = field(
        default_factory=dict[type[Record], dict[UUID, Row]]
    )
    updated: dict[type[Record], dict[UUID, set[str]]] = field(
        default_factory=dict[type[Record], dict[UUID, set[str]]]
    )
    entries: list[tuple[Arrival, log.Entry]] = field(
        default_factory=list[tuple[Arrival, log.Entry]]
    )
    moved: list[tuple[Arrival, UUID]] = field(
        default_factory=list[tuple[Arrival, UUID]]
    )  # with the grid they left
    joined: list[Arrival] = field(default_factory=list[Arrival])  # another owner's now


def load(
    db: Connection, device: Device, arrivals: Iterable[Arrival], now: dt.datetime
) -> Batch:
    """Lock what the batch touches and read what it points to."""
    touched: dict[type[Record], set[UUID]] = {}
    targets: dict[str, set[UUID]] = {}
    for arrival in arrivals:
        touched.setdefault(arrival.model, set()).add(arrival.record_id)
        for one in pointers(arrival.model):
            pair = arrival.change.changes.get(one.name)
            if pair and pair[1] is not None:
                targets.setdefault(one.target, set()).add(pair[1])
    state = {
        model: rows.load(db, model, sorted(ids, key=_number), lock=True)
        for model, ids in sorted(touched.items(), key=lambda item: item[0].__name__)
    }
    owners = {name: rows.grids(db, name, list(ids)) for name, ids in targets.items()}
    away = {
        record_id
        for found in state.values()
        for record_id, row in found.items()
        if not device.writes(row["grid_id"])
    }
    for grids in owners.values():
        away |= {one for one, grid_id in grids.items() if not device.writes(grid_id)}
    return Batch(device, now, state, owners, _graced(db, device, away))


def _number(one: UUID) -> int:
    return one.int


@cache
def pointers(model: type[Record]) -> tuple[Field, ...]:
    """The fields that point to other records."""
    return tuple(one for one in fields_of(model) if one.target)


def _graced(db: Connection, device: Device, away: set[UUID]) -> set[UUID]:
    """Records that left the device's scopes in changes it has not read yet."""
    if not away:
        return set()
    query = (
        select(change_log.c.record_id)
        .join(device_scope, device_scope.c.grid_id == change_log.c.grid_id)
        .where(
            device_scope.c.device_id == device.id,
            change_log.c.record_id.in_(away),
            change_log.c.action == LEAVE,
            change_log.c.n > device_scope.c.cursor,
        )
    )
    return set(db.scalars(query))
