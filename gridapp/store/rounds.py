"""Set-wise questions about rounds of patrol: what was looked at, and how often."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection, func, select

from gridapp.models import Patrol, PatrolStop
from gridapp.models.record import table_of

_CHUNK = 500  # ids in one IN list


def building_looks(db: Connection) -> dict[UUID, dt.datetime]:
    """By building, when somebody last looked at it as a whole, not at a point."""
    stop, patrol = table_of(PatrolStop), table_of(Patrol)
    query = (
        select(stop.c.building_id, func.max(stop.c.at).label("at"))
        .join(patrol, patrol.c.id == stop.c.patrol_id)
        .where(
            stop.c.deleted_at.is_(None),
            patrol.c.deleted_at.is_(None),
            stop.c.building_id.is_not(None),
            stop.c.point_id.is_(None),
        )
        .group_by(stop.c.building_id)
    )
    return {row.building_id: row.at for row in db.execute(query)}


def stop_counts(db: Connection, patrol_ids: Iterable[UUID]) -> dict[UUID, int]:
    """By round, how many places were looked at; rounds without one are left out."""
    c = table_of(PatrolStop).c
    found: dict[UUID, int] = {}
    wanted = list(patrol_ids)
    for start in range(0, len(wanted), _CHUNK):
        query = (
            select(c.patrol_id, func.count())
            .where(
                c.deleted_at.is_(None),
                c.patrol_id.in_(wanted[start : start + _CHUNK]),
            )
            .group_by(c.patrol_id)
        )
        found.update((row[0], row[1]) for row in db.execute(query))
    return found
