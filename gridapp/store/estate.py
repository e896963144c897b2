"""Set-wise questions behind the building list: how many live behind which door.

Ids are hex digits, as SQLite keeps them: there are thousands, and few are needed.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, String, case, func, select, type_coerce

from gridapp.models import Building, Dwelling, Household, Resident
from gridapp.models.record import table_of
from gridapp.store.agenda import lives_here


@dataclass(frozen=True)
class DoorCount:
    """A door with one household behind it, or with none."""

    dwelling: str
    building: str
    tenure: str | None
    household: str | None
    moved_out: bool  # a day on which the household left is written down
    living: int  # people of the household who live here
    known: int  # with those who died or moved out


def door_counts(db: Connection) -> list[DoorCount]:
    """Every door of every building, once a household; the recycle bin is left out."""
    building, dwelling = table_of(Building), table_of(Dwelling)
    household, resident = table_of(Household), table_of(Resident)
    here = case((resident.c.id.is_not(None) & lives_here(resident), 1))
    query = (
        select(
            type_coerce(dwelling.c.id, String()),
            type_coerce(dwelling.c.building_id, String()),
            dwelling.c.tenure,
            type_coerce(household.c.id, String()),
            household.c.moved_out_on.is_not(None),
            func.count(here),
            func.count(resident.c.id),
        )
        .join(building, building.c.id == dwelling.c.building_id)
        .outerjoin(
            household,
            (household.c.dwelling_id == dwelling.c.id)
            & household.c.deleted_at.is_(None),
        )
        .outerjoin(
            resident,
            (resident.c.household_id == household.c.id)
            & resident.c.deleted_at.is_(None),
        )
        .where(dwelling.c.deleted_at.is_(None), building.c.deleted_at.is_(None))
        .group_by(dwelling.c.id, household.c.id)
    )
    return [DoorCount(*row) for row in db.execute(query)]


def living_count(db: Connection) -> int:
    """How many people live in the grid, behind a known door or not."""
    resident = table_of(Resident)
    query = select(func.count()).select_from(resident).where(lives_here(resident))
    return db.scalar(query) or 0
