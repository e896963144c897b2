"""Records as a laptop holds them, measured against a county that was restored.

A laptop that first read a grid after the backup was made has its records without their
history: who changed what is known to nobody, but the values must not be lost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, func, select

from gridapp.county import apply, intake, parked
from gridapp.county.access import Device
from gridapp.county.intake import Hold
from gridapp.county.tables import change as change_log
from gridapp.county.tables import held
from gridapp.models import RECORDS, record_named
from gridapp.models.ids import id_of
from gridapp.models.kinds import TIME
from gridapp.models.record import Record, Values, fields_of, table_of
from gridapp.sync.merge import CONFLICT
from gridapp.sync.protocol import DELETE, INSERT, RESTORE, UPDATE, WHOLE, Change
from gridapp.sync.wire import named, to_wire

_FIRST = 1 << 62  # numbers of what is held of them: no journal gets that far


def take(
    db: Connection,
    device: Device,
    states: Sequence[Change],
    ends: Mapping[UUID, int],
    now: dt.datetime,
) -> None:
    """Take what the county lacks of these records; keep what meets a newer value.

    ends: where the log of each grid ended when the county was restored. A field that
    was not changed since then is older here than on the laptop. Doing it again does
    nothing more.
    """
    seq = _next(db, device)
    order = {model.__tablename__: at for at, model in enumerate(RECORDS)}
    for raw in sorted(states, key=lambda one: order.get(one.type, 0)):
        try:
            made = _made(db, device, raw, ends)
        except (KeyError, ValueError, TypeError):
            continue  # of a newer program: the laptop keeps it and reads again later
        for change in made.changes:
            change.seq = seq = seq + 1
            holds = apply.apply(db, device, [intake.read(change)], now)
            parked.keep(db, device.id, holds, now)
        for hold in made.holds:
            hold.raw.seq = seq = seq + 1
            parked.keep(db, device.id, [hold], now)


class _Made:
    """What becomes of one record: changes to be merged, and values to be held."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.holds: list[Hold] = []


def _next(db: Connection, device: Device) -> int:
    query = select(func.max(held.c.seq)).where(
        held.c.device_id == device.id, held.c.seq >= _FIRST
    )
    return db.scalar(query) or _FIRST


def _made(
    db: Connection, device: Device, raw: Change, ends: Mapping[UUID, int]
) -> _Made:
    model = record_named(raw.type)
    said = dict(zip(named(raw.names), raw.values, strict=True))
    table = table_of(model)
    query = select(table).where(table.c.id == id_of(raw.id))
    row = db.execute(query).mappings().one_or_none()
    made = _Made()
    if row is None:
        names = [one.name for one in fields_of(model) if one.name in said]
        made.changes.append(_change(raw, said, INSERT, names, [said[n] for n in names]))
        if said.get("deleted_at") is not None:
            pair = [None, said["deleted_at"]]
            change = _change(raw, said, DELETE, ["deleted_at"], [pair])
            change.at = raw.at
            change.base = said["created_at"]
            made.changes.append(change)
        return made
    current = dict(row)
    if current["grid_id"] in device.grids and not model.insert_only:
        _compare(db, model, raw, said, current, ends, made)
    return made


def _change(
    raw: Change,
    said: Mapping[str, Any],
    action: str,
    names: list[str],
    values: list[Any],
) -> Change:
    """A change by whoever made the record, or changed it last."""
    whole = action == INSERT
    return Change(
        seq=0,
        type=raw.type,
        id=raw.id,
        grid=raw.grid,
        action=action,
        at=said["created_at"] if whole else raw.at,
        by=said.get("created_by") if whole else raw.by,
        base=None,
        names=",".join(names),
        values=values,
    )


def _compare(
    db: Connection,
    model: type[Record],
    raw: Change,
    said: Mapping[str, Any],
    current: Values,
    ends: Mapping[UUID, int],
    made: _Made,
) -> None:
    names = [*(one.name for one in fields_of(model)), "deleted_at"]
    here = {name: to_wire(model, name, current[name]) for name in names}
    other = [name for name in names if here[name] != said.get(name)]
    since = _since(db, current["id"], ends, other) if other else {}
    pairs = {name: [here[name], said.get(name)] for name in other}
    taken = {name: pair for name, pair in pairs.items() if name not in since}
    base = TIME.to_wire(current["updated_at"])
    deleted = taken.pop("deleted_at", None)
    if taken:
        change = _change(raw, said, UPDATE, list(taken), list(taken.values()))
        change.base = base
        made.changes.append(change)
    elif deleted and "deleted_at" in pairs and len(pairs) == 1:
        action = DELETE if deleted[1] is not None else RESTORE
        change = _change(raw, said, action, ["deleted_at"], [deleted])
        change.base = base
        made.changes.append(change)
    for name in other:
        if name == "deleted_at" or name not in since or said.get(name) in since[name]:
            continue
        if not _is_held(db, raw, name):
            change = _change(raw, said, UPDATE, [name], [pairs[name]])
            arrival = intake.read(change)
            if isinstance(arrival, Hold):
                made.holds.append(arrival)
                continue
            text = apply.sentence(CONFLICT, arrival, name)
            made.holds.append(Hold(change, name, CONFLICT, text, here[name]))


def _since(
    db: Connection, record_id: UUID, ends: Mapping[UUID, int], names: Collection[str]
) -> dict[str, list[Any]]:
    """{field: every value it had} of those that were changed since the restore."""
    query = select(change_log.c.grid_id, change_log.c.n, change_log.c.body).where(
        change_log.c.record_id == record_id
    )
    found: dict[str, list[Any]] = {}
    for grid_id, n, body in db.execute(query):
        line = msgspec.msgpack.decode(body, type=Change)
        if n <= ends.get(grid_id, 0) or line.action in WHOLE - {INSERT}:
            continue
        for name, value in zip(named(line.names), line.values, strict=True):
            if name in names:
                new = [value] if line.action == INSERT else value
                found.setdefault(name, []).extend(new)
    return found


def _is_held(db: Connection, raw: Change, name: str) -> bool:
    query = select(held.c.mine).where(
        held.c.record_id == id_of(raw.id), held.c.field == name
    )
    for mine in db.scalars(query):
        kept = msgspec.msgpack.decode(mine, type=Change)
        if (kept.by, kept.at) == (raw.by, raw.at):
            return True
    return False
