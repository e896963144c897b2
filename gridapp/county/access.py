"""Who may sync: enrolment codes, devices and their tokens, and their scopes.

Codes and tokens are kept as hashes. What a device may see comes from its token and
never from what it says.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, update
from uuid_utils.compat import uuid7

from gridapp.county import log
from gridapp.county.store import County
from gridapp.county.tables import device, device_scope, enrolment
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Grid, Worker, codes
from gridapp.models.kinds import TIME, now
from gridapp.models.place import grid_id
from gridapp.models.record import Record, Values, fields_of, table_of
from gridapp.sync.keys import are_public
from gridapp.sync.protocol import (
    INSERT,
    STATE,
    VERSION,
    Change,
    EnrolReply,
    EnrolRequest,
    Refused,
    whole,
)

CODE_DAYS = 7
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is misread
_CODE_LETTERS = 12
_GRID_CODE = re.compile("[0-9A-Za-z-]{1,32}")


@dataclass(frozen=True)
class Device:
    """A laptop that was let in."""

    id: UUID
    worker_id: UUID
    role: str  # of that worker, a code of worker_role
    cursors: Mapping[UUID, int]  # how far it said it has read each of its grids
    seen_at: dt.datetime
    keys: bytes = b""  # its public keys, empty when it has not told them

    @property
    def grids(self) -> Collection[UUID]:
        """The grids it may see and change."""
        return self.cursors.keys()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _plain(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isalnum())


def create_enrolment(
    county: County,
    grid_codes: Sequence[str],
    worker: str,
    role: str = "worker",
    days: int = CODE_DAYS,
) -> str:
    """A code that lets one laptop in, once; makes the grids that are not there yet.

    A grid code is usually the 12-digit code of the community with the grid's own digits
    after it, but counties number grids in their own ways (domain.md §2.5): digits,
    letters and hyphens. UserError, and nothing made, when one holds anything else.
    """
    if not grid_codes:
        raise UserError(tr("请至少写一个网格编码"))
    if not worker.strip():
        raise UserError(tr("请写明工作人员的姓名"))
    if role not in codes.table("worker_role").codes:
        known = tr("、").join(codes.table("worker_role").codes)
        raise UserError(
            tr("没有“{role}”这种岗位，可填：{known}", role=role, known=known)
        )
    wanted = list(dict.fromkeys(one.strip() for one in grid_codes))
    for one in wanted:
        if not _GRID_CODE.fullmatch(one):
            raise UserError(
                tr(
                    "网格编码“{one}”不对，只能是数字、字母和连字符，请核对后重填",
                    one=one,
                )
            )
    code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LETTERS))
    made_at = now()
    with county.writing() as db:
        grids = [_grid(db, one, made_at) for one in wanted]
        db.execute(
            insert(enrolment).values(
                code_hash=_hash(code),
                worker_id=uuid7(),
                worker_name=worker.strip(),
                worker_role=role,
                grids=",".join(one.hex for one in grids),
                made_at=made_at,
                expires_at=made_at + dt.timedelta(days=days),
            )
        )
    return "-".join(code[at : at + 4] for at in range(0, _CODE_LETTERS, 4))


def _grid(db: Connection, code: str, at: dt.datetime) -> UUID:
    table = table_of(Grid)
    found = db.scalars(select(table.c.id).where(table.c.code == code)).first()
    if found:
        return found
    key = grid_id(code)
    log.open_scope(db, key)
    _make(db, Grid, {"id": key, "grid_id": key, "code": code, "name": code}, at)
    return key


def _make(
    db: Connection, model: type[Record], values: dict[str, Any], at: dt.datetime
) -> None:
    """Insert a record on the county's own account, and log it."""
    row: Values = {one.name: None for one in fields_of(model)} | values
    row |= {"created_at": at, "updated_at": at, "deleted_at": None}
    row |= {"created_by": None, "updated_by": None}
    db.execute(insert(table_of(model)), [row])
    names, sent = whole(model, {**values, "grid_id": None})
    entry = log.Entry(
        grid_id=row["grid_id"],
        type=model.__tablename__,
        record_id=row["id"],
        action=INSERT,
        names=names,
        values=sent,
        at=at,
        by=None,
        device_id=None,
        stamp=at,
    )
    log.append(db, [entry], at)


def enrol(county: County, request: EnrolRequest) -> EnrolReply:
    """Let a laptop in, or in again. Refused when the code is wrong, used or too old.

    The answer may get lost on its way. So the device that used the code may use it
    again, until it has come with the token of the last answer: it gets a new token,
    the old one is void. A laptop that was shut out, or lost its token, comes back as
    the device it was with a new code.
    """
    moment = now()
    token = secrets.token_urlsafe(32)
    device_id = UUID(bytes=request.device)
    with county.writing() as db:
        query = select(enrolment).where(
            enrolment.c.code_hash == _hash(_plain(request.code))
        )
        row = db.execute(query.with_for_update()).one_or_none()
        if row is None:
            raise Refused("code", tr("登记码不对，请核对后重新输入"))
        if row.device_id and not _unheard(db, row.device_id, device_id):
            raise Refused("code", tr("这个登记码已经用过，请向县里要一个新的"))
        if row.expires_at < moment:
            raise Refused("code", tr("登记码已过期，请向县里要一个新的"))
        grids = [UUID(one) for one in row.grids.split(",")]
        if not set(request.grids) <= {one.bytes for one in grids}:
            raise Refused("grid", tr("登记码不是这台电脑所在网格的，请核对网格编码"))
        worker = _worker(db, row, grids[0], request, moment)
        _admit(db, device_id, worker, grids, request, _hash(token), moment)
        db.execute(
            update(enrolment)
            .where(enrolment.c.code_hash == row.code_hash)
            .values(device_id=device_id)
        )
        records = [_sent(db, Grid, one) for one in grids] + [_sent(db, Worker, worker)]
    return EnrolReply(
        VERSION,
        token,
        worker.bytes,
        records,
        county.server_id,
        county.epoch,
        county.keys.current.public,
    )


def _unheard(db: Connection, used_by: UUID, asking: UUID) -> bool:
    """Whether the device that used a code asks again, not seen since it was let in.

    Whatever it pushes or reads moves `seen_at` away from `enrolled_at`.
    """
    query = select(device.c.id).where(
        device.c.id == used_by,
        device.c.revoked_at.is_(None),
        device.c.seen_at == device.c.enrolled_at,
    )
    return used_by == asking and db.scalars(query).first() is not None


def _worker(
    db: Connection, row: Any, grid: UUID, request: EnrolRequest, at: dt.datetime
) -> UUID:
    """The worker of the code: made now, under the id they had when they stood alone."""
    key: UUID = row.worker_id
    if request.worker and request.worker_name.strip() == row.worker_name:
        key = UUID(bytes=request.worker)
    table = table_of(Worker)
    if db.scalars(select(table.c.id).where(table.c.id == key)).first():
        return key
    values = {"name": row.worker_name, "role": row.worker_role}
    _make(db, Worker, {"id": key, "grid_id": grid} | values, at)
    return key


def _admit(
    db: Connection,
    device_id: UUID,
    worker: UUID,
    grids: Sequence[UUID],
    request: EnrolRequest,
    token_hash: str,
    at: dt.datetime,
) -> None:
    """Make the device; one that is known goes on where it stopped, for these grids.

    `last_seq` and the cursors stay, so that its unsent changes come and none twice.
    """
    values: dict[str, Any] = {
        "worker_id": worker,
        "name": request.device_name[:200],
        "version": request.program[:40],
        "token_hash": token_hash,
        "enrolled_at": at,
        "seen_at": at,
        "revoked_at": None,
        "verify_key": request.keys if are_public(request.keys) else None,
    }
    again = update(device).where(device.c.id == device_id).values(values)
    if not db.execute(again).rowcount:
        db.execute(insert(device).values(id=device_id, last_seq=0, **values))
    its_own = device_scope.c.device_id == device_id
    db.execute(
        delete(device_scope).where(its_own, device_scope.c.grid_id.not_in(grids))
    )
    known = set(db.scalars(select(device_scope.c.grid_id).where(its_own)))
    scopes = [
        {"device_id": device_id, "grid_id": one, "cursor": 0}
        for one in grids
        if one not in known
    ]
    if scopes:
        db.execute(insert(device_scope), scopes)


def _sent(db: Connection, model: type[Record], key: UUID) -> Change:
    """A record as it is now."""
    table = table_of(model)
    row = dict(db.execute(select(table).where(table.c.id == key)).mappings().one())
    names, values = whole(model, row)
    return Change(
        seq=0,
        type=model.__tablename__,
        id=key.bytes,
        grid=row["grid_id"].bytes,
        action=STATE,
        at=TIME.to_wire(row["updated_at"]),
        by=None,
        base=None,
        names=names,
        values=values,
        stamp=TIME.to_wire(row["updated_at"]),
    )


def authenticate(db: Connection, token: str) -> Device:
    """The device of that token; Refused when there is none or it was revoked."""
    query = select(device).where(device.c.token_hash == _hash(token))
    row = db.execute(query).one_or_none()
    if row is None:
        raise Refused("token", tr("县级服务器不认识这台电脑，请重新登记"))
    return _let_in(db, row)


def signer(db: Connection, device_id: UUID) -> Device:
    """The device that signed a package; Refused as with `authenticate`."""
    row = db.execute(select(device).where(device.c.id == device_id)).one_or_none()
    if row is None:
        raise Refused("token", tr("县级服务器不认识这台电脑，请重新登记"))
    return _let_in(db, row)


def keep_keys(db: Connection, device_id: UUID, keys: bytes) -> None:
    """Write down the public keys that a device told over its own connection."""
    if are_public(keys):
        query = update(device).where(device.c.id == device_id)
        db.execute(query.values(verify_key=keys))


def _let_in(db: Connection, row: Any) -> Device:
    if row.revoked_at is not None:
        raise Refused("revoked", tr("这台电脑已被停用，请联系县里的管理人员"))
    scopes = select(device_scope.c.grid_id, device_scope.c.cursor).where(
        device_scope.c.device_id == row.id
    )
    cursors = dict(db.execute(scopes).all())
    worker = table_of(Worker)
    role = db.scalar(select(worker.c.role).where(worker.c.id == row.worker_id))
    return Device(
        row.id,
        row.worker_id,
        role or "worker",
        cursors,
        row.seen_at,
        row.verify_key or b"",
    )


def revoke(county: County, device_id: UUID) -> None:
    """Shut a laptop out from now on; UserError when there is no such device."""
    with county.writing() as db:
        query = update(device).where(device.c.id == device_id).values(revoked_at=now())
        if not db.execute(query).rowcount:
            raise UserError(tr("没有这台电脑，请用 gridapp county status 查看设备编号"))
