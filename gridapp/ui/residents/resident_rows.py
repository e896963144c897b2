"""What the list of residents reads and shows: its rows, and what a search finds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from gridapp.language import tr
from gridapp.models import Resident
from gridapp.store.database import Connection
from gridapp.store.search import search
from gridapp.ui.care.due_words import due_badge
from gridapp.ui.care.resident_file import Listed, read_owed
from gridapp.ui.residents.resident_filters import GONE, UNREADY, ResidentFilters
from gridapp.ui.widgets.badge import Badge
from gridapp.ui.widgets.rows import LazyRows, Row
from gridapp.work.due import Due
from gridapp.work.households import HouseholdFile, household
from gridapp.work.listing import Listing as Export
from gridapp.work.listing import of_records
from gridapp.work.record_columns import READY

MOST_FOUND = 200
Owed = Mapping[UUID, tuple[Due, ...]]


@dataclass(frozen=True)
class Listing:
    """What is owed to everybody; a row is made when it is shown."""

    owed: Owed
    late: Collection[UUID]  # with whom something is overdue

    def rows_of(self, people: Sequence[Listed], *, found: bool) -> LazyRows:
        """Return the rows of these people; found by a search they are marked."""

        def row(at: int) -> Row:
            person = people[at]
            return listed_row(person, self.owed.get(person.id, ()), found=found)

        return LazyRows(len(people), row, lambda: (one.key for one in people))


def read_listing(db: Connection, day: dt.date) -> Listing:
    """Return what is owed as of `day`."""
    owed = read_owed(db, day)
    late = {key for key, dues in owed.items() if dues[0].late_days}
    return Listing(owed, late)


def listed_row(person: Listed, owed: Sequence[Due], *, found: bool) -> Row:
    """Return one line of the list; who left or died is faded and says so."""
    today = dt.date.today()
    soon = [due for due in owed if (due.due - today).days <= 3]
    badge = due_badge(soon[0], today) if soon else None
    if person.standing.state:
        badge = Badge(person.state_words, "grey")
    words = " ".join((person.door, tr("、").join(person.tag_words[:3])))
    faded = person.standing.state in GONE
    detail = words.strip()
    return Row(person.id, person.name, person.aside, detail, badge, found, faded=faded)


def found_people(db: Connection, text: str) -> list[UUID]:
    """Return whom a search finds, the best first."""
    return [hit.id for hit in search(db, text, MOST_FOUND, model=Resident)]


def read_household(db: Connection, household_id: UUID) -> HouseholdFile | None:
    """Return a household as of today; None when there is none."""
    return household(db, household_id, dt.date.today())


def chosen(
    people: Sequence[Listed],
    hits: Sequence[UUID] | None,
    shown: Callable[[Listed], bool],
    kept: UUID | None,
) -> list[Listed]:
    """Return whom the filters leave, and `kept`; of those a search found, if any was
    made, the best first."""
    if hits is not None:
        wanted = {one.int for one in hits}
        found = {one.key: one for one in people if one.key in wanted}
        people = [found[one.int] for one in hits if one.int in found]
    key = kept.int if kept else None
    return [one for one in people if one.key == key or shown(one)]


def nothing_found(text: str, words: str) -> str:
    """Return what is said when nobody is listed: what was asked, where to look."""
    asked = tr("“{text}”", text=text) if text else ""
    return tr(
        "没有找到{asked}{words}。可以查姓名、拼音首字母、门牌（3-2-501）、"
        "电话尾号；删除的档案在回收站里。",
        asked=asked,
        words=tr("（{words}）", words=words) if words else "",
    )


def people_listing(rows: Iterable[Row], text: str, filters: ResidentFilters) -> Export:
    """Return who is listed, to be written to a file; with what is lacking if asked."""
    narrowed = [one for one in (f"“{text}”" if text else "", filters.words()) if one]
    also = (READY,) if UNREADY in filters.asked() else ()
    ids = [row.id for row in rows]
    title = tr("居民名单")
    return of_records(Resident, ids, title=title, narrowed=narrowed, also=also)
