"""What a laptop may see and change, found from its token at every request.

A device has grids of its own, an area, or both. The rows of `device_scope` hold how far
it has read each grid; those of its area are made when a grid of it is first met, so
that a grid opened later is there by itself and a usual request writes nothing.

A grid that was taken away is not sent any more at once. What the laptop wrote there
before it could know is still taken, until it says that it let the grid go, or
GRACE_DAYS have passed; then it is held in words like anything outside its grids.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, bindparam, delete, insert, select, update

from gridapp.county import locks, org
from gridapp.county.tables import device, device_scope
from gridapp.language import tr
from gridapp.models import Worker
from gridapp.models.kinds import now
from gridapp.models.record import table_of
from gridapp.models.roles import syncs
from gridapp.sync.keys import are_public
from gridapp.sync.protocol import Refused

GRACE_DAYS = 60


@dataclass(frozen=True)
class Device:
    """A laptop that was let in."""

    id: UUID
    worker_id: UUID
    role: str  # of that worker, a code of worker_role
    cursors: Mapping[UUID, int]  # how far it said it has read each of its grids
    seen_at: dt.datetime
    keys: bytes = b""  # its public keys, empty when it has not told them
    left: frozenset[UUID] = frozenset()  # taken away; what it wrote there still counts
    unsettled: bool = False  # its area gives and takes grids that no row tells of
    last_seq: int = 0  # the last journal number of it that was answered for
    mark: bytes = b""  # tells that journal row from any other
    gone: frozenset[UUID] = frozenset()  # taken away, and it has not said it knows
    seal_number: int = 0  # the link of its journal's chain that it told last
    seal: bytes = b""
    program: str = ""  # the version of its program, as it told last

    @property
    def grids(self) -> Collection[UUID]:
        """The grids it may see."""
        return self.cursors.keys()

    def writes(self, grid_id: UUID) -> bool:
        """Whether its changes in that grid are taken."""
        return grid_id in self.cursors or grid_id in self.left


@dataclass
class _Scopes:
    """What the rows of a device and its area come to, and what to write of it."""

    cursors: dict[UUID, int] = field(default_factory=dict[UUID, int])
    left: set[UUID] = field(default_factory=set[UUID])
    gone: set[UUID] = field(default_factory=set[UUID])
    begin: set[UUID] = field(default_factory=set[UUID])
    again: set[UUID] = field(default_factory=set[UUID])
    end: set[UUID] = field(default_factory=set[UUID])


def hashed(secret: str) -> str:
    """How a token or a code is kept: it is found by this, so that the time which a
    comparison takes says nothing about the secret itself."""
    return hashlib.sha256(secret.encode()).hexdigest()


def authenticate(db: Connection, token: str) -> Device:
    """The device of that token.

    Refused "token" when there is none, "lock" when the county wants its data shut,
    "revoked" when it was stopped, "role" when its worker gets no records.
    """
    return _let_in(db, "token_hash", hashed(token))


def signer(db: Connection, device_id: UUID) -> Device:
    """The device that signed a package; Refused as with `authenticate`."""
    return _let_in(db, "id", device_id)


def keys_of(db: Connection, device_id: UUID) -> bytes:
    """The public keys that a device told; empty when it has not, or is not known."""
    query = select(device.c.verify_key).where(device.c.id == device_id)
    return db.scalar(query) or b""


@cache
def _laptop_by(column: str) -> Select[Any]:
    """Finds a laptop, and its worker's role, by that column, bound as "it". Made once:
    a request asks twice, and the making took longer than the finding."""
    worker = table_of(Worker)
    query = select(device, worker.c.role).outerjoin(
        worker, worker.c.id == device.c.worker_id
    )
    return query.where(device.c[column] == bindparam("it"))


def _let_in(db: Connection, column: str, it: str | UUID) -> Device:
    row = db.execute(_laptop_by(column), {"it": it}).one_or_none()
    if row is None:
        raise Refused("token", tr("县级服务器不认识这台电脑，请重新登记"))
    if row.lock_asked_at is not None:
        raise locks.refusal(db, row.id, row.lock_asked_at)
    if row.revoked_at is not None:
        raise Refused("revoked", tr("这台电脑已被停用，请联系县里的管理人员"))
    role: str = row.role or "worker"
    if not syncs(role):
        raise Refused(
            "role",
            tr("您的岗位不收发居民记录，请联系县里的管理人员；改动都在本机"),
        )
    scopes = _scopes(db, row)
    return Device(
        row.id,
        row.worker_id,
        role,
        scopes.cursors,
        row.seen_at,
        row.verify_key or b"",
        frozenset(scopes.left),
        bool(scopes.begin or scopes.again or scopes.end),
        row.last_seq,
        row.mark or b"",
        frozenset(scopes.gone),
        row.seal_number or 0,
        row.seal or b"",
        row.version,
    )


_THEIRS = select(
    device_scope.c.grid_id,
    device_scope.c.cursor,
    device_scope.c.by_area,
    device_scope.c.left_at,
).where(device_scope.c.device_id == bindparam("it"))


def _scopes(db: Connection, row: Any) -> _Scopes:
    area = org.in_area(db, row.area) if row.area else set[UUID]()
    found = _Scopes(begin=set(area))
    late = now() - dt.timedelta(days=GRACE_DAYS)
    for grid_id, cursor, by_area, left_at in db.execute(_THEIRS, {"it": row.id}):
        found.begin.discard(grid_id)
        if grid_id in area or (left_at is None and not by_area):
            found.cursors[grid_id] = cursor
            if left_at is not None:
                found.again.add(grid_id)
        else:
            found.gone.add(grid_id)
            if left_at is None:
                found.end.add(grid_id)
            if left_at is None or left_at > late:
                found.left.add(grid_id)
    found.cursors.update(dict.fromkeys(found.begin, 0))
    return found


def grids_of(db: Connection, row: Any) -> Collection[UUID]:
    """The grids that a device, a row of its table, may see now."""
    return _scopes(db, row).cursors.keys()


def settle(db: Connection, device_id: UUID, at: dt.datetime) -> None:
    """Write down what the area of a device gives and takes by now."""
    query = select(device).where(device.c.id == device_id).with_for_update()
    row = db.execute(query).one()
    found = _scopes(db, row)
    theirs = device_scope.c.device_id == device_id
    if found.begin:
        db.execute(
            insert(device_scope),
            [
                {
                    "device_id": device_id,
                    "grid_id": one,
                    "cursor": 0,
                    "by_area": True,
                    "left_at": None,
                }
                for one in sorted(found.begin)
            ],
        )
    for which, values in (
        (found.again, {"left_at": None, "by_area": True}),
        (found.end, {"left_at": at}),
    ):
        if which:
            these = theirs & device_scope.c.grid_id.in_(which)
            db.execute(update(device_scope).where(these).values(values))
    org.house(db, row.worker_id, at)


def let_go(db: Connection, device_id: UUID, gone: Collection[UUID]) -> None:
    """Forget grids that were taken away and that the device reads no more."""
    if gone:
        theirs = device_scope.c.device_id == device_id
        taken = device_scope.c.left_at.is_not(None)
        these = theirs & taken & device_scope.c.grid_id.in_(gone)
        db.execute(delete(device_scope).where(these))


def keep_keys(db: Connection, device_id: UUID, keys: bytes) -> None:
    """Write down the public keys that a device told over its own connection."""
    if are_public(keys):
        query = update(device).where(device.c.id == device_id)
        db.execute(query.values(verify_key=keys))
