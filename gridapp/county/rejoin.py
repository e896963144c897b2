"""What a county that was restored says to laptops that knew it before.

Each restored county has an epoch of its own, and remembers where the log of the epoch
before it ended. A laptop that comes with an older epoch learns how far both agree.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from uuid import UUID

import msgspec
from sqlalchemy import Connection, select, update

from gridapp.county import again_states
from gridapp.county.access import Device
from gridapp.county.store import County
from gridapp.county.tables import meta, scope
from gridapp.language import tr
from gridapp.models import record_named
from gridapp.models.ids import id_of
from gridapp.models.kinds import now
from gridapp.models.record import table_of
from gridapp.sync.protocol import (
    MAX_ROWS,
    VERSION,
    Refused,
    RejoinReply,
    RejoinRequest,
)

_RESTORES, _EPOCH = "restores", "epoch"


class _Restore(msgspec.Struct):
    """One backup that was restored: the epoch that ended, and the ends of its log."""

    epoch: str
    ends: dict[str, int]  # by grid, as hex


def new_epoch(db: Connection) -> str:
    """Begin a new epoch: what laptops know from after this moment may be lost here."""
    before = _value(db, _EPOCH) or ""
    ends = {key.hex: last for key, last in db.execute(select(scope)).all()}
    restores = [*_restores(db), _Restore(before, ends)]
    epoch = secrets.token_urlsafe(6)  # short: each request repeats it
    _keep(db, _RESTORES, msgspec.json.encode(restores).decode())
    _keep(db, _EPOCH, epoch)
    return epoch


def answer(
    county: County, who: Callable[[Connection], Device], request: RejoinRequest
) -> RejoinReply:
    """Say how far the county knows a laptop, after it took the records it brings."""
    if max(len(request.records), len(request.holding)) > MAX_ROWS:
        raise Refused(
            "size", tr("一次最多上传 {most} 条改动，请升级程序", most=MAX_ROWS)
        )
    if request.records:
        with county.writing() as db:
            device = _known(who(db), request)
            shared = _ends(db, county.epoch, request.epoch)
            again_states.take(db, device, request.records, shared, now())
    with county.reading() as db:
        device = _known(who(db), request)
        shared = _ends(db, county.epoch, request.epoch)
        elsewhere, unknown = _looked_up(db, device, request.holding)
        return RejoinReply(
            version=VERSION,
            server=county.server_id,
            epoch=county.epoch,
            last=device.last_seq,
            mark=device.mark,
            ends=[(one.bytes, shared.get(one, 0)) for one in sorted(device.grids)],
            elsewhere=elsewhere,
            unknown=unknown,
        )


def _known(device: Device, request: RejoinRequest) -> Device:
    if request.device != device.id.bytes:
        raise Refused(
            "device", tr("这份数据是从备份恢复或复制来的，请重新登记这台电脑")
        )
    return device


def _ends(db: Connection, epoch: str, known: str) -> dict[UUID, int]:
    """Where the log that both sides know ends, by grid; a grid that is left out: at 0.

    An epoch that this county never had was made after the backup it was restored from.
    The same epoch: the database went back without a new one.
    """
    restores = _restores(db)
    since = [at for at, one in enumerate(restores) if one.epoch == known]
    if not since or known == epoch:
        return {}
    shared = dict(restores[since[0]].ends)
    for one in restores[since[0] + 1 :]:
        shared = {key: min(n, one.ends.get(key, 0)) for key, n in shared.items()}
    return {UUID(key): n for key, n in shared.items()}


def _looked_up(
    db: Connection, device: Device, holding: Sequence[tuple[str, bytes]]
) -> tuple[list[tuple[str, bytes]], list[tuple[str, bytes]]]:
    """Of these records, those in grids which are not the device's, and those that are
    not here at all."""
    ids: dict[str, list[UUID]] = {}
    for type_, raw in holding:
        if len(raw) == 16:
            ids.setdefault(type_, []).append(id_of(raw))
    elsewhere: list[tuple[str, bytes]] = []
    unknown: list[tuple[str, bytes]] = []
    for type_, wanted in ids.items():
        try:
            table = table_of(record_named(type_))
        except KeyError:
            continue
        query = select(table.c.id, table.c.grid_id).where(table.c.id.in_(wanted))
        grids = dict(db.execute(query).all())
        elsewhere += [
            (type_, one.bytes)
            for one in wanted
            if one in grids and grids[one] not in device.grids
        ]
        unknown += [(type_, one.bytes) for one in wanted if one not in grids]
    return elsewhere, unknown


def _restores(db: Connection) -> list[_Restore]:
    raw = _value(db, _RESTORES)
    return msgspec.json.decode(raw, type=list[_Restore]) if raw else []


def _value(db: Connection, key: str) -> str | None:
    return db.scalars(select(meta.c.value).where(meta.c.key == key)).first()


def _keep(db: Connection, key: str, value: str) -> None:
    statement = update(meta).where(meta.c.key == key).values(value=value)
    if not db.execute(statement).rowcount:
        db.execute(meta.insert().values(key=key, value=value))
