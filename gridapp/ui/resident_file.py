"""What the window reads of one resident: the person, what is owed, what happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from gridapp.models import Resident
from gridapp.models.record import Values
from gridapp.store import history
from gridapp.store.database import Connection
from gridapp.store.history import HistoryLine
from gridapp.work import people, today
from gridapp.work.due import Due
from gridapp.work.people import Event, Person
from gridapp.work.visit_round import Stop, stops

FAR = 400  # days ahead: every plan's next contact lies within a year


@dataclass(frozen=True)
class ResidentFile:
    """Everything a worker wants to see before knocking at a door."""

    person: Person
    stop: Stop  # plans, what is open, and the last visit
    events: tuple[Event, ...]  # newest first

    @property
    def last_visit(self) -> Values | None:
        """Return the newest visit or call at which somebody was met."""
        return self.stop.last_visit


def read_file(db: Connection, resident_id: UUID, day: dt.date) -> ResidentFile | None:
    """Return somebody's file as of `day`; None when there is no such resident."""
    person = people.person(db, resident_id, day)
    if person is None:
        return None
    stop = stops(db, [resident_id], day)[0]
    return ResidentFile(person, stop, tuple(people.timeline(db, resident_id)))


def read_owed(db: Connection, day: dt.date) -> Mapping[UUID, tuple[Due, ...]]:
    """Return what is owed to each person, soonest first."""
    owed: dict[UUID, tuple[Due, ...]] = {}
    for due in today.due(db, day, FAR):
        if due.resident_id is not None and due.kind in ("visit", "call"):
            owed[due.resident_id] = (*owed.get(due.resident_id, ()), due)
    return owed


def read_history(db: Connection, resident_id: UUID) -> list[HistoryLine]:
    """Return every change of the resident's own record, oldest first."""
    return history.history(db, Resident, resident_id)
