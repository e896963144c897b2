"""What a sync request brings and asks for: taken and answered, however it came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.exc import OperationalError

from gridapp.county import (
    access,
    again,
    anchors,
    apply,
    pages,
    parked,
    programs,
    rights,
)
from gridapp.county.store import County
from gridapp.county.tables import change, device_scope
from gridapp.county.tables import device as devices
from gridapp.language import tr
from gridapp.models.ids import id_of
from gridapp.models.kinds import now
from gridapp.sync.protocol import (
    LEAVE,
    MAX_ROWS,
    VERSION,
    Pulled,
    Push,
    Pushed,
    Refused,
    SyncReply,
    SyncRequest,
    mark_of,
)
from gridapp.sync.versions import SERVED, Served

Who = Callable[[Connection], access.Device]  # Refused when it may not
_SEEN_EVERY = dt.timedelta(minutes=1)
_ATTEMPTS = 3  # of a write that met a deadlock or a long wait


def reply_to(
    county: County,
    who: Who,
    request: SyncRequest,
    known: access.Device | None = None,
    served: Served = SERVED,
) -> SyncReply:
    """Take what a request brings and say what it asks for, however it came.

    who: finds the device in each transaction, so that a revocation counts at once.
    known: who it is, when that was asked a moment ago. Raises Refused.
    """
    served.check(request.version, pushing=request.push is not None)
    if request.version in served.push_only:
        request.pull = None
    moment = now()
    if known is None:
        with county.reading() as db:
            known = who(db)
    device = _known(county, known, request)
    ahead = (device.last_seq, device.mark) if _is_ahead(device, request) else None
    if ahead and request.push and not _is_same_journal(request.push, *ahead):
        request.push = None  # it has to look at its journal first
    pushed = None
    if _writes(device, request, moment):
        if request.push and len(request.push.changes) > MAX_ROWS:
            raise Refused(
                "size",
                tr("一次最多上传 {most} 条改动，请升级程序", most=MAX_ROWS),
            )
        pushed = _taken(county, who, request, moment)
    with county.reading() as db:
        pulled = pages.pull(db, device, request.pull) if request.pull else None
        settled = parked.settled_of(db, device.id, request.open[:MAX_ROWS])
        kept = anchors.kept(db, device, request.push, moment)
        reached = _reached(db, device, _moved(device, request), pulled)
    if reached:
        with county.writing() as db:
            _note(db, device, reached, moment)
    grids = sorted(one.bytes for one in device.grids)
    keys = _keys_for(county, device, request)
    gone = sorted(one.bytes for one in device.gone)
    return SyncReply(
        VERSION, grids, pushed, pulled, settled, keys, ahead, gone, known=kept
    )


def _is_ahead(device: access.Device, request: SyncRequest) -> bool:
    """Whether more was taken from the device than it knows: an answer got lost, or its
    data are an older copy. A program that says nothing of itself gets no answer."""
    return 0 <= request.sent < device.last_seq and bool(device.mark)


def _is_same_journal(push: Push, last: int, mark: bytes) -> bool:
    """Whether a push repeats the row `last`, as it does when an answer got lost, or was
    begun after both sides agreed on what the county has."""
    return push.again or any(
        one.seq == last and mark_of(one.id, one.at) == mark for one in push.changes
    )


def _keys_for(county: County, device: access.Device, request: SyncRequest) -> bytes:
    """The county's public keys for a device that lacks them, or that has yet to tell
    its own; empty for a program that knows nothing of keys."""
    current = county.keys.current
    lacks = request.county_keys != current.id or not device.keys
    return current.public if request.keys or (request.county_keys and lacks) else b""


def _writes(device: access.Device, request: SyncRequest, moment: dt.datetime) -> bool:
    return bool(
        request.push
        or request.decided
        or (request.keys and request.keys != device.keys)
        or _moved(device, request)
        or device.unsettled
        or _let_go(device, request)
        or programs.is_news(device, request)
        or moment - device.seen_at > _SEEN_EVERY
    )


def _taken(
    county: County, who: Who, request: SyncRequest, moment: dt.datetime
) -> Pushed | None:
    """Write what the request brings, once more when another write stood in its way."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with county.writing() as db:
                device = who(db)
                if request.keys != device.keys:
                    access.keep_keys(db, device.id, request.keys)
                more = anchors.told(db, device, request.push)
                more |= programs.told(db, device, request)
                _note(db, device, _moved(device, request), moment, more)
                if device.unsettled:
                    rights.settle(db, device.id, moment)
                rights.let_go(db, device.id, _let_go(device, request))
                parked.settle(db, device.id, request.decided[:MAX_ROWS])
                if request.push is None:
                    return None
                push = again.push if request.push.again else apply.push
                return push(db, device, request.push, moment)
        except OperationalError:
            if attempt == _ATTEMPTS:
                raise
    raise AssertionError("every attempt returns or raises")


def _known(
    county: County, device: access.Device, request: SyncRequest
) -> access.Device:
    if request.device != device.id.bytes:
        raise Refused(
            "device", tr("这份数据是从备份恢复或复制来的，请重新登记这台电脑")
        )
    if request.epoch != county.epoch or request.sent > device.last_seq:
        raise Refused("epoch", tr("县级服务器恢复过备份，正在重新核对，改动都在本机"))
    return device


def _moved(device: access.Device, request: SyncRequest) -> dict[UUID, int]:
    """Grids that the device has read further than it had said."""
    cursors = request.pull.cursors if request.pull else []
    said = {id_of(one.grid): one.n for one in cursors if len(one.grid) == 16}
    return {
        grid_id: said[grid_id]
        for grid_id, before in device.cursors.items()
        if said.get(grid_id, 0) > before
    }


def _let_go(device: access.Device, request: SyncRequest) -> set[UUID]:
    """Grids that were taken away and that the device does not read any more: it has
    sent what it wrote there."""
    if request.pull is None:
        return set()
    said = {id_of(one.grid) for one in request.pull.cursors if len(one.grid) == 16}
    return set(device.gone - said)


def _reached(
    db: Connection, device: access.Device, moved: dict[UUID, int], pulled: Pulled | None
) -> dict[UUID, int]:
    """Grids that the answer brings the device to the end of.

    Not one where a record leaves on the way: the device may have changes of that
    record and send them first, and they count for as long as it has not read on.
    """
    cursors = pulled.cursors if pulled else []
    ends = {id_of(one.grid): one.n for one in cursors if one.place == pages.DONE}
    reached: dict[UUID, int] = {}
    for grid_id, before in {**device.cursors, **moved}.items():
        end = ends.get(grid_id, 0)
        leaving = select(change.c.n).where(
            change.c.grid_id == grid_id,
            change.c.n > before,
            change.c.n <= end,
            change.c.action == LEAVE,
        )
        if end > before and db.scalars(leaving.limit(1)).first() is None:
            reached[grid_id] = end
    return reached


_HERE = update(devices).where(devices.c.id == bindparam("it"))


def _note(
    db: Connection,
    device: access.Device,
    moved: dict[UUID, int],
    at: dt.datetime,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Write down that the device was here, how far it has read, and what `more` says
    for columns of its row."""
    opened = {"unlock_hash": None, "lock_done_at": None}  # who is served is not locked
    here = {"seen_at": at, **opened, **(more or {})}
    db.execute(_HERE, {"it": device.id, **here})
    for grid_id, n in moved.items():
        db.execute(
            update(device_scope)
            .where(
                device_scope.c.device_id == device.id,
                device_scope.c.grid_id == grid_id,
            )
            .values(cursor=n)
        )
