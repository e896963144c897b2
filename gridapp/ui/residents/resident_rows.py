"""What the list of residents reads and shows: its rows, and what a search finds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from gridapp.language import tr
from gridapp.models import Resident
from gridapp.store.database import Connection
from gridapp.store.search import search
from gridapp.ui.care.due_words import due_badge
from gridapp.ui.care.resident_file import Listed, read_owed
from gridapp.ui.residents.resident_filters import GONE
from gridapp.ui.widgets.badge import Badge
from gridapp.ui.widgets.rows import Row
from gridapp.work.due import Due
from gridapp.work.households import HouseholdFile, household

MOST_FOUND = 200
Owed = Mapping[UUID, tuple[Due, ...]]


@dataclass(frozen=True)
class Listing:
    """What is owed to everybody, and a row each, made off the window's thread."""

    owed: Owed
    late: Collection[UUID]  # with whom something is overdue
    rows: Mapping[UUID, Row]


def read_listing(
    db: Connection, people: Mapping[UUID, Listed], day: dt.date
) -> Listing:
    """Return what is owed as of `day`, with the rows of these people."""
    owed = read_owed(db, day)
    late = {key for key, dues in owed.items() if dues[0].late_days}
    rows = {
        key: listed_row(person, owed.get(key, ()), found=False)
        for key, person in people.items()
    }
    return Listing(owed, late, rows)


def listed_row(person: Listed, owed: Sequence[Due], *, found: bool) -> Row:
    """Return one line of the list; who left or died is faded and says so."""
    today = dt.date.today()
    soon = [due for due in owed if (due.due - today).days <= 3]
    badge = due_badge(soon[0], today) if soon else None
    if person.state:
        badge = Badge(person.state_words, "grey")
    words = " ".join((person.door, tr("、").join(person.tag_words[:3])))
    faded = person.state in GONE
    detail = words.strip()
    return Row(person.id, person.name, person.aside, detail, badge, found, faded=faded)


def found_people(db: Connection, text: str) -> list[UUID]:
    """Return whom a search finds, the best first."""
    return [hit.id for hit in search(db, text, MOST_FOUND, model=Resident)]


def read_household(db: Connection, household_id: UUID) -> HouseholdFile | None:
    """Return a household as of today; None when there is none."""
    return household(db, household_id, dt.date.today())
