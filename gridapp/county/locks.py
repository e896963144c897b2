"""The county's order that a laptop shuts its data, and the way back.

The laptop seals its key slots once more with a key that only the county can make again,
and forgets it: then neither the password alone nor the county alone opens the data.
Nothing is deleted, on neither side. The key of an order follows from the server's own
secret, so there is nothing to lose on the way: an order may come twice, an answer get
lost, and the county's backup brings the keys of every order back.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from uuid import UUID

import msgspec
from sqlalchemy import Connection, select, update

from gridapp.county import acts, attempts
from gridapp.county.codes import fresh_code, hashed_code, shown
from gridapp.county.store import County
from gridapp.county.tables import device
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.kinds import TIME, now
from gridapp.sync.protocol import (
    VERSION,
    LockDone,
    LockOrder,
    Refused,
    UnlockReply,
    UnlockRequest,
)

CODE_DAYS = 7


def ask(county: County, device_id: UUID) -> None:
    """Order a laptop to shut its data at its next request; UserError: no such one."""
    with county.writing() as db:
        attempts.secret(db)  # so that answering with the order only reads
        query = update(device).where(device.c.id == device_id)
        asked = query.where(device.c.lock_asked_at.is_(None)).values(
            lock_asked_at=now(), lock_done_at=None, unlock_hash=None, unlock_until=None
        )
        if db.execute(asked).rowcount:
            acts.note(db, acts.LOCK, device_id)
        elif db.scalar(select(device.c.id).where(device.c.id == device_id)) is None:
            raise UserError(no_device())


def lift(county: County, device_id: UUID) -> str:
    """Take the order back; a code that opens the laptop again, for seven days."""
    code = fresh_code()
    with county.writing() as db:
        query = update(device).where(device.c.id == device_id)
        lifted = query.values(
            lock_asked_at=None,
            unlock_hash=hashed_code(code),
            unlock_until=now() + dt.timedelta(days=CODE_DAYS),
        )
        if not db.execute(lifted).rowcount:
            raise UserError(no_device())
        acts.note(db, acts.UNLOCK, device_id)
    return shown(code)


def no_device() -> str:
    """What to say of a device that is not there."""
    return tr("没有这台电脑，请用 gridapp county status 查看设备编号")


def device_named(raw: bytes) -> UUID:
    """The id of a device as it sends it; Refused when it cannot be one."""
    if len(raw) != 16:
        raise Refused("device", tr("这台电脑的编号读不懂，请升级程序后再试"))
    return UUID(bytes=raw)


def refusal(db: Connection, device_id: UUID, asked_at: dt.datetime) -> Refused:
    """What a laptop is answered whose data shall be shut."""
    moment: int = TIME.to_wire(asked_at)
    order_id = hashlib.sha256(device_id.bytes + moment.to_bytes(8)).digest()[:16]
    order = LockOrder(order_id, _key(attempts.secret(db), device_id, order_id))
    return Refused(
        "lock",
        tr("县里已经锁定这台电脑，数据都在，但打不开了。请联系县里的管理人员要解锁码"),
        order=msgspec.msgpack.encode(order),
    )


def _key(secret: bytes, device_id: UUID, order_id: bytes) -> bytes:
    text = b"lock" + device_id.bytes + order_id
    return hmac.new(secret, text, hashlib.sha256).digest()


def done(county: County, token_hash: str, request: LockDone) -> LockDone:
    """Note that a laptop has carried its order out; Refused when it is unknown."""
    with county.writing() as db:
        which = (device.c.token_hash == token_hash) & (
            device.c.id == device_named(request.device)
        )
        row = db.execute(select(device).where(which)).one_or_none()
        if row is None:
            raise Refused("token", tr("县级服务器不认识这台电脑，请重新登记"))
        if row.lock_asked_at is not None and row.lock_done_at is None:
            db.execute(update(device).where(which).values(lock_done_at=now()))
    return request


def open_again(county: County, request: UnlockRequest) -> UnlockReply:
    """The key of an order, for whoever has the code of `lift`; Refused else.

    The answer may get lost: the code works until the laptop has synced, or is too old.
    """
    with county.reading() as db:
        query = select(device).where(device.c.id == device_named(request.device))
        row = db.execute(query).one_or_none()
        given = hashed_code(request.code)
        if row is None or not hmac.compare_digest(row.unlock_hash or "", given):
            raise Refused("code", tr("解锁码不对，请核对后重新输入"))
        if row.unlock_until < now():
            raise Refused("code", tr("解锁码已过期，请向县里要一个新的"))
        key = _key(attempts.secret(db), row.id, request.id)
    return UnlockReply(VERSION, key)
