"""Who is let in: enrolment codes, the laptops they let in, and their grids.

What a laptop may see and change once it is in is in `rights`. Codes and tokens are kept
as hashes.

The answers to a code that is wrong, used or too old differ, because whoever has the
right one must be told what to do. They tell somebody who guesses nothing: only who
knows all its 60 bits ever gets another answer than "wrong".
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, update
from uuid_utils.compat import uuid7

from gridapp.county import acts, locks, org, rights, workers
from gridapp.county.codes import (
    fresh_code,
    hashed_code,
    short,
    shown,
    wrong_words,
)
from gridapp.county.rights import Device, authenticate, keep_keys, signer
from gridapp.county.store import County
from gridapp.county.tables import device, device_scope, enrolment
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Grid, Worker
from gridapp.models.kinds import TIME, now
from gridapp.models.record import Record, table_of
from gridapp.models.roles import syncs
from gridapp.sync.keys import are_public
from gridapp.sync.protocol import (
    STATE,
    VERSION,
    Change,
    EnrolReply,
    EnrolRequest,
    Refused,
)
from gridapp.sync.wire import whole

__all__ = ["Device", "authenticate", "keep_keys", "signer"]

CODE_DAYS = 7
Kept = Callable[[str], str]  # how a code or a token is kept


@dataclass(frozen=True)
class Invitation:
    """A code that lets one laptop in, and whose laptop it will be."""

    code: str
    worker_id: UUID
    worker: str
    role: str
    known: bool  # there is such a worker already


def create_enrolment(
    county: County,
    grid_codes: Sequence[str],
    worker: str,
    role: str | None = None,
    days: int = CODE_DAYS,
    area: str | None = None,
) -> str:
    """A code that lets one laptop in, once; see `invite`."""
    return invite(county, grid_codes, worker, role, days=days, area=area).code


def invite(
    county: County,
    grid_codes: Sequence[str],
    worker: str,
    role: str | None = None,
    *,
    days: int = CODE_DAYS,
    area: str | None = None,
    new_worker: bool = False,
) -> Invitation:
    """A code that lets one laptop in, once; makes the grids that are not there yet.

    Args:
        worker: an id or a name. A name that somebody has in these grids or this area
            means that person, unless `new_worker`: two laptops, one worker.
        role: a code of worker_role; that of the worker, or 网格员, when it is not said.
        area: a division code; all grids whose code begins so, also later ones.

    UserError, and nothing made, when something of it cannot be.
    """
    code = fresh_code()
    with county.writing() as db:
        made = invite_in(
            db, code, grid_codes, worker, role, days, area, new_worker=new_worker
        )
    return replace(made, code=shown(code))


def invite_in(
    db: Connection,
    code: str,
    grid_codes: Sequence[str],
    worker: str,
    role: str | None,
    days: int,
    area: str | None,
    *,
    new_worker: bool = False,
    kept_as: Kept = hashed_code,
) -> Invitation:
    """What `invite` does, with that code and inside a transaction."""
    if not grid_codes and not area:
        raise UserError(tr("请至少写一个网格编码"))
    if not worker.strip():
        raise UserError(tr("请写明工作人员的姓名"))
    if role is not None:
        workers.checked_role(role)
    wanted, made_at = org.checked_codes(grid_codes), now()
    grids = [org.make_grid(db, one, made_at) for one in wanted]
    who = worker.strip()
    found = None if new_worker else workers.one_of(db, who, grids, area)
    worker_id, name, has = found or (uuid7(), who, role or "worker")
    _check_role(name, has, role)
    area = _checked_area(db, area, has, grids)
    db.execute(
        insert(enrolment).values(
            code_hash=kept_as(code),
            worker_id=worker_id,
            worker_name=name,
            worker_role=has,
            grids=",".join(one.hex for one in grids),
            made_at=made_at,
            expires_at=made_at + dt.timedelta(days=days),
            area=area,
        )
    )
    detail = " ".join([str(worker_id), has, *wanted, *([area] if area else [])])
    acts.note(db, acts.ENROL, short(kept_as(code)), detail)
    return Invitation(code, worker_id, name, has, found is not None)


def _checked_area(
    db: Connection, area: str | None, role: str, grids: Sequence[UUID]
) -> str | None:
    """The area of a code; UserError when its owner would have no grid at all."""
    area = org.checked_area(area, role)
    if area and not grids and not org.in_area(db, area):
        raise UserError(
            tr("{area} 里还没有网格，请先建立网格，或用 --grid 写明", area=area)
        )
    return area


def _check_role(name: str, has: str, role: str | None) -> None:
    """UserError when a code would change a role by the way, or is for nobody."""
    if role is not None and role != has:
        raise UserError(
            tr(
                "{name}已登记为“{has}”，改岗位请先用 gridapp county worker role；"
                "如果是另一位同名的人，请加 --new-worker",
                name=name,
                has=has,
            )
        )
    if not syncs(has):
        raise UserError(tr("这个岗位不收发居民记录，不用登记码；请在服务器上管理"))


def enrol(
    county: County,
    request: EnrolRequest,
    code_kept_as: Kept = hashed_code,
    token_kept_as: Kept = rights.hashed,
) -> EnrolReply:
    """Let a laptop in, or in again. Refused when the code is wrong, used or too old.

    The answer may get lost on its way. So the device that used the code may use it
    again, until it has come with the token of the last answer: it gets a new token,
    the old one is void. A laptop that was shut out, or lost its token, comes back as
    the device it was with a new code.
    """
    moment = now()
    token = secrets.token_urlsafe(16)  # 128 bits
    device_id = locks.device_named(request.device)
    with county.writing() as db:
        code_hash = code_kept_as(request.code)
        query = select(enrolment).where(enrolment.c.code_hash == code_hash)
        row = db.execute(query.with_for_update()).one_or_none()
        if row is None:
            raise Refused("code", wrong_words(request.code))
        if row.device_id and not _unheard(db, row.device_id, device_id):
            raise Refused("code", tr("这个登记码已经用过，请向县里要一个新的"))
        if row.expires_at < moment:
            raise Refused("code", tr("登记码已过期，请向县里要一个新的"))
        _check_unlocked(db, device_id)
        own = workers.grids_of(row.grids)
        also = org.in_area(db, row.area) if row.area else set[UUID]()
        grids = [*own, *sorted(also.difference(own))]
        if not set(request.grids) <= {one.bytes for one in grids}:
            raise Refused("grid", tr("登记码不是这台电脑所在网格的，请核对网格编码"))
        worker = _worker(db, row, grids[0], request, moment)
        _admit(db, device_id, worker, row.area, request, token_kept_as(token), moment)
        _give(db, device_id, own, grids)
        org.house(db, worker, moment)
        used = update(enrolment).where(enrolment.c.code_hash == code_hash)
        db.execute(used.values(device_id=device_id))
        records = [_sent(db, Grid, one) for one in grids]
        records.append(_sent(db, Worker, worker))
    return EnrolReply(
        VERSION,
        token,
        worker.bytes,
        records,
        county.server_id,
        county.epoch,
        county.keys.current.public,
    )


def _check_unlocked(db: Connection, device_id: UUID) -> None:
    """A laptop that shall be shut gets the order and no new token."""
    asked = db.scalar(select(device.c.lock_asked_at).where(device.c.id == device_id))
    if asked is not None:
        raise locks.refusal(db, device_id, asked)


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
    """The worker of the code. One who is new is made now, under the id they had while
    their vault stood alone; an id that the county knows is never taken on trust."""
    table = table_of(Worker)
    wanted: list[UUID] = [row.worker_id]
    if request.worker and request.worker_name.strip() == row.worker_name:
        wanted.append(locks.device_named(request.worker))
    there = set(db.scalars(select(table.c.id).where(table.c.id.in_(wanted))))
    if row.worker_id in there:
        return row.worker_id
    key = row.worker_id if wanted[-1] in there else wanted[-1]
    values = {"name": row.worker_name, "role": row.worker_role}
    org.make(db, Worker, {"id": key, "grid_id": grid} | values, at)
    others = update(enrolment).where(enrolment.c.worker_id == row.worker_id)
    db.execute(others.values(worker_id=key))
    return key


def _admit(
    db: Connection,
    device_id: UUID,
    worker: UUID,
    area: str | None,
    request: EnrolRequest,
    token_hash: str,
    at: dt.datetime,
) -> None:
    """Make the device; one that is known goes on where it stopped.

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
        "area": area,
        "verify_key": request.keys if are_public(request.keys) else None,
    }
    again = update(device).where(device.c.id == device_id).values(values)
    if not db.execute(again).rowcount:
        db.execute(insert(device).values(id=device_id, last_seq=0, **values))


def _give(
    db: Connection, device_id: UUID, own: Collection[UUID], grids: Collection[UUID]
) -> None:
    """Let a device have exactly these grids, of which `own` are not by its area."""
    theirs = device_scope.c.device_id == device_id
    db.execute(delete(device_scope).where(theirs, device_scope.c.grid_id.not_in(grids)))
    known = set(db.scalars(select(device_scope.c.grid_id).where(theirs)))
    values: Mapping[str, Any] = {"left_at": None}
    for by_area, some in ((False, set(own)), (True, set(grids) - set(own))):
        old = theirs & device_scope.c.grid_id.in_(some & known)
        db.execute(update(device_scope).where(old).values(by_area=by_area, **values))
        rows = [
            {"device_id": device_id, "grid_id": one, "cursor": 0, "by_area": by_area}
            for one in sorted(some - known)
        ]
        if rows:
            db.execute(insert(device_scope), rows)


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


def revoke(county: County, device_id: UUID) -> None:
    """Shut a laptop out from now on; UserError when there is no such device."""
    with county.writing() as db:
        query = update(device).where(device.c.id == device_id).values(revoked_at=now())
        if not db.execute(query).rowcount:
            raise UserError(locks.no_device())
        acts.note(db, acts.REVOKE, device_id)


def change_grids(
    county: County,
    device_id: UUID,
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    area: str | None = None,
) -> None:
    """Give a laptop other grids without a new code.

    What is taken away, the laptop sends its changes of before it lets the records go.

    Args:
        add, remove: codes of grids.
        area: a division code, "" for none, None to leave it as it is.

    UserError when there is no such device or grid, or the role has no such area.
    """
    at = now()
    with county.writing() as db:
        query = select(device).where(device.c.id == device_id).with_for_update()
        row = db.execute(query).one_or_none()
        if row is None:
            raise UserError(locks.no_device())
        if area is not None:
            table = table_of(Worker)
            role = db.scalar(select(table.c.role).where(table.c.id == row.worker_id))
            area = org.checked_area(area, role or "worker")
            db.execute(update(device).where(device.c.id == device_id).values(area=area))
        _add(db, device_id, add, at)
        gone = [org.grid_of(db, one) for one in org.checked_codes(remove)]
        these = (device_scope.c.device_id == device_id) & device_scope.c.grid_id.in_(
            gone
        )
        db.execute(update(device_scope).where(these).values(left_at=at))
        rights.settle(db, device_id, at)
        words = [f"+{one}" for one in add] + [f"-{one}" for one in remove]
        acts.note(
            db, acts.SCOPE, device_id, " ".join([*words, *([area] if area else [])])
        )


def _add(
    db: Connection, device_id: UUID, grid_codes: Sequence[str], at: dt.datetime
) -> None:
    theirs = device_scope.c.device_id == device_id
    for one in org.checked_codes(grid_codes):
        key = org.make_grid(db, one, at)
        old = update(device_scope).where(theirs, device_scope.c.grid_id == key)
        if not db.execute(old.values(by_area=False, left_at=None)).rowcount:
            row = {"device_id": device_id, "grid_id": key, "cursor": 0}
            db.execute(insert(device_scope).values(row))
