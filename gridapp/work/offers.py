"""What else is open behind a door, once one thing was done there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import Connection

from gridapp.work.due import Due, in_order
from gridapp.work.today import issues_due

FAR = dt.timedelta(days=3660)  # an issue of the house is open, whenever it is due


def of_household(
    db: Connection,
    rows: Iterable[Due],
    day: dt.date,
    household_id: UUID,
    done: UUID,
    made: Collection[UUID] = (),
) -> list[Due]:
    """The household's other open items out of the day's `rows`, and its open issues.

    Args:
        done: the resident who was just visited or called; of theirs only what is due by
            today, and no step whose time has not come.
        made: issues that were just made are no news.
    """
    contacts = [
        row
        for row in rows
        if row.household_id == household_id
        and row.kind in ("visit", "call")
        and not row.waits
        and (row.resident_id != done or row.due <= day)
    ]
    issues = [
        row
        for row in issues_due(db, day, day + FAR)
        if row.household_id == household_id and row.id not in made
    ]
    return in_order([*contacts, *issues])
