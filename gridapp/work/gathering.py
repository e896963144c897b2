"""A household is opened behind a door where nobody is on file yet."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Dwelling, Household, Resident
from gridapp.store import agenda, records
from gridapp.store.vault import Writing
from gridapp.work.doors import Door, make_door
from gridapp.work.households import behind_door


def open_home(tx: Writing, door: Door) -> UUID:
    """An empty household behind the door, which is made when it is not on file.

    The door is not said to stand empty any more. UserError when a household is there
    that has not left.
    """
    dwelling_id = make_door(tx, door)
    if not all(_left(tx.db, one) for one in behind_door(tx.db, dwelling_id)):
        raise UserError(tr("这个门牌已经登记了住户，请刷新后再看"))
    dwelling = records.get(tx.db, Dwelling, dwelling_id)
    if dwelling is not None and dwelling["tenure"] == "vacant":
        records.save(tx, Dwelling, {"tenure": None}, dwelling_id)
    return records.save(tx, Household, {"dwelling_id": dwelling_id})


def _left(db: Connection, household_id: UUID) -> bool:
    """Whether a household is known to live here no more: it moved out, or all of its
    people died or moved."""
    home = records.get(db, Household, household_id)
    if home is None or home["moved_out_on"] is not None:
        return True
    people = records.filtered(db, Resident, {"household_id": household_id})
    return bool(people) and not agenda.living_here(db, [one["id"] for one in people])
