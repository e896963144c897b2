"""A household is opened behind a door where nobody is on file yet."""

from __future__ import annotations

from uuid import UUID

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Dwelling, Household
from gridapp.store import records
from gridapp.store.vault import Writing
from gridapp.work.doors import Door, make_door
from gridapp.work.households import behind_door


def open_home(tx: Writing, door: Door) -> UUID:
    """An empty household behind the door, which is made when it is not on file.

    The door is not said to stand empty any more. UserError when a household is there.
    """
    dwelling_id = make_door(tx, door)
    if behind_door(tx.db, dwelling_id):
        raise UserError(tr("这个门牌已经登记了住户，请刷新后再看"))
    dwelling = records.get(tx.db, Dwelling, dwelling_id)
    if dwelling is not None and dwelling["tenure"] == "vacant":
        records.save(tx, Dwelling, {"tenure": None}, dwelling_id)
    return records.save(tx, Household, {"dwelling_id": dwelling_id})
