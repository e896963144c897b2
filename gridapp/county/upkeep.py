"""The county server's upkeep: make it, open it, list its records, see how it is."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select

from gridapp.county import programs, store
from gridapp.county.store import County
from gridapp.county.tables import (
    BROWSER,
    IS_LAPTOP,
    change,
    device,
    device_scope,
    held,
    photo,
    scope,
)
from gridapp.models import RECORDS, Grid, Worker
from gridapp.models.kinds import time_text
from gridapp.models.record import Record, Values, table_of
from gridapp.sync.merge import CAME_BACK

init = store.init


@contextmanager
def opened(folder: Path) -> Generator[County]:
    """The county's data in `folder`, closed afterwards."""
    county = store.open_county(folder)
    try:
        yield county
    finally:
        county.close()


def list_records(
    county: County, model: type[Record], equal: Mapping[str, Any] | None = None
) -> list[Values]:
    """Records of a type outside the recycle bin whose fields have these values."""
    table = table_of(model)
    query = select(table).where(table.c.deleted_at.is_(None)).order_by(table.c.id)
    for name, value in (equal or {}).items():
        query = query.where(table.c[name] == value)
    with county.reading() as db:
        return [dict(row) for row in db.execute(query).mappings()]


def status(county: County) -> dict[str, Any]:
    """How the server is: its scopes, its laptops, what is held. Ready for JSON."""
    with county.reading() as db:
        return {
            "server": county.server_id,
            "database": "postgresql" if county.postgres else "sqlite",
            "records": _records(db),
            "grids": _grids(db),
            "devices": _devices(db),
            "held": _held(db),
            "photos": db.scalar(select(func.count()).select_from(photo)),
        }


def _records(db: Connection) -> dict[str, int]:
    counts: dict[str, int] = {}
    for model in RECORDS:
        table = table_of(model)
        query = select(func.count()).where(table.c.deleted_at.is_(None))
        counts[model.__tablename__] = db.execute(query).scalar_one()
    return counts


def _grids(db: Connection) -> list[dict[str, Any]]:
    table = table_of(Grid)
    query = (
        select(table.c.id, table.c.code, table.c.name, table.c.deleted_at, scope.c.last)
        .join(scope, scope.c.grid_id == table.c.id)
        .order_by(table.c.code)
    )
    return [
        {
            "id": str(row.id),
            "code": row.code,
            "name": row.name,
            "changes": row.last,
            "closed": row.deleted_at is not None,
        }
        for row in db.execute(query)
    ]


def _devices(db: Connection) -> list[dict[str, Any]]:
    workers = table_of(Worker)
    to_read = change.c.device_id.is_distinct_from(device.c.id) | change.c.echo
    behind = (
        select(func.count())
        .select_from(device_scope)
        .join(change, change.c.grid_id == device_scope.c.grid_id)
        .where(
            device_scope.c.device_id == device.c.id,
            IS_LAPTOP,  # a browser reads no changes
            device_scope.c.left_at.is_(None),
            change.c.n > device_scope.c.cursor,
            to_read,
        )
        .correlate(device)
        .scalar_subquery()
    )
    query = (
        select(
            device,
            workers.c.name.label("worker"),
            workers.c.role,
            behind.label("behind"),
        )
        .outerjoin(workers, workers.c.id == device.c.worker_id)
        .order_by(device.c.enrolled_at, device.c.id)
    )
    own = _own_grids(db)
    rows = db.execute(query).all()
    failed = programs.failed(db, {row.id: row.version for row in rows})
    return [
        {
            "id": str(row.id),
            "name": row.name,
            "worker": row.worker or "",
            "worker_id": str(row.worker_id),
            "role": row.role or "worker",
            "area": row.area or "",
            "grids": own.get(row.id, []),
            "version": row.version,
            "update_failed": failed.get(row.id, ""),
            "seen_at": time_text(row.seen_at),
            "behind": int(row.behind),
            "revoked": row.revoked_at is not None,
            "browser": row.token_hash.endswith(BROWSER),
            "lock_asked_at": time_text(row.lock_asked_at) if row.lock_asked_at else "",
            "lock_done_at": time_text(row.lock_done_at) if row.lock_done_at else "",
        }
        for row in rows
    ]


def _own_grids(db: Connection) -> dict[UUID, list[str]]:
    """Codes of the grids that each laptop was given besides those of its area."""
    table = table_of(Grid)
    query = (
        select(device_scope.c.device_id, table.c.code)
        .join(table, table.c.id == device_scope.c.grid_id)
        .where(device_scope.c.left_at.is_(None), ~device_scope.c.by_area)
        .order_by(table.c.code)
    )
    found: dict[UUID, list[str]] = {}
    for device_id, code in db.execute(query):
        found.setdefault(device_id, []).append(code)
    return found


def _held(db: Connection) -> dict[str, int]:
    query = (
        select(held.c.reason, func.count())
        .where(~held.c.settled, held.c.reason != CAME_BACK)
        .group_by(held.c.reason)
    )
    return dict(db.execute(query).all())
