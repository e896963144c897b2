"""Answers one request: bytes in, bytes out, whatever carries them."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import OperationalError

from gridapp.county import access, apply, pages, parked
from gridapp.county.store import County
from gridapp.county.tables import change, device_scope
from gridapp.county.tables import device as devices
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.ids import id_of
from gridapp.models.kinds import now
from gridapp.sync.protocol import (
    LEAVE,
    MAX_ROWS,
    VERSION,
    EnrolRequest,
    Pulled,
    Pushed,
    Refusal,
    Refused,
    SyncReply,
    SyncRequest,
    pack,
    unpack,
)

_LOG = logging.getLogger(__name__)
Who = Callable[[Connection], access.Device]  # Refused when it may not
ENROL, SYNC = "/v1/enrol", "/v1/sync"
_STATUS = {"token": 401, "revoked": 403, "version": 426, "device": 409, "epoch": 409}
_SEEN_EVERY = dt.timedelta(minutes=1)
_ATTEMPTS = 3  # of a write that met a deadlock or a long wait


@dataclass(frozen=True)
class Answer:
    """An HTTP status and a packed message."""

    status: int
    body: bytes


def answer(county: County, path: str, token: str, body: bytes) -> Answer:
    """What the county says to a request; a Refusal in words when it says no."""
    try:
        if path == ENROL:
            request = unpack(body, EnrolRequest)
            _check_version(request.version)
            return Answer(200, pack(access.enrol(county, request)))
        asked = unpack(body, SyncRequest)
        who = partial(access.authenticate, token=token)
        return Answer(200, pack(reply_to(county, who, asked)))
    except Refused as error:
        refusal = Refusal(error.code, str(error))
        return Answer(_STATUS.get(error.code, 400), pack(refusal))
    except OperationalError:
        _LOG.exception("the county's database did not answer")
        busy = Refusal("busy", tr("县级服务器正忙，请过一会儿再同步；改动都在本机"))
        return Answer(503, pack(busy))
    except UserError as error:
        return Answer(400, pack(Refusal("unreadable", str(error))))


def _check_version(version: int) -> None:
    if version > VERSION:
        raise Refused("version", tr("县级服务器的版本太旧，请联系县里升级服务器"))
    if version < 1:
        raise Refused("version", tr("这个程序的版本太旧，请先升级程序"))


def reply_to(county: County, who: Who, request: SyncRequest) -> SyncReply:
    """Take what a request brings and say what it asks for, however it came.

    who: finds the device in each transaction, so that a revocation counts at once.
    Raises Refused.
    """
    _check_version(request.version)
    moment = now()
    with county.reading() as db:
        device = _known(county, who(db), request)
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
        reached = _reached(db, device, _moved(device, request), pulled)
    if reached:
        with county.writing() as db:
            _note(db, device, reached, moment)
    grids = sorted(one.bytes for one in device.grids)
    keys = _keys_for(county, device, request)
    return SyncReply(VERSION, grids, pushed, pulled, settled, keys)


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
                _note(db, device, _moved(device, request), moment)
                parked.settle(db, device.id, request.decided[:MAX_ROWS])
                if request.push is None:
                    return None
                return apply.push(db, device, request.push, moment)
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
    if request.epoch != county.epoch:
        raise Refused("epoch", tr("县级服务器恢复过备份，请联系县里的管理人员后再同步"))
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


def _note(
    db: Connection, device: access.Device, moved: dict[UUID, int], at: dt.datetime
) -> None:
    """Write down that the device was here, and how far it has read."""
    db.execute(update(devices).where(devices.c.id == device.id).values(seen_at=at))
    for grid_id, n in moved.items():
        db.execute(
            update(device_scope)
            .where(
                device_scope.c.device_id == device.id,
                device_scope.c.grid_id == grid_id,
            )
            .values(cursor=n)
        )
