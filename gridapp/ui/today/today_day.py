"""What 今日待办 reads of one day, off the UI thread, and prints."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from gridapp.language import tr
from gridapp.models import Resident
from gridapp.store import journal, records, state
from gridapp.store.database import Connection
from gridapp.ui.care import visit_drafts
from gridapp.ui.care.visit_start import Saved
from gridapp.ui.care.visit_values import VisitEntry
from gridapp.work import offers, today
from gridapp.work.due import Due
from gridapp.work.today import Progress


@dataclass(frozen=True)
class Day:
    """What is due on one day."""

    day: dt.date
    rows: tuple[Due, ...]


@dataclass(frozen=True)
class Rest:
    """What stands beside the list."""

    progress: tuple[Progress, ...]
    unsent: int
    drafts: tuple[VisitEntry, ...]  # half-filled forms, the newest first
    draft_name: str  # whose the newest is

    @property
    def draft_words(self) -> str:
        """What waits half-filled, as a sentence; empty when nothing does."""
        if not self.drafts:
            return ""
        what = tr("走访") if self.drafts[0].way == "visit" else tr("电话")
        more = (
            tr("，另有 {count} 份", count=len(self.drafts) - 1)
            if len(self.drafts) > 1
            else ""
        )
        return tr(
            "{draft_name}的{what}还没写完，已替您存好{more}",
            draft_name=self.draft_name,
            what=what,
            more=more,
        )


def read_day(db: Connection) -> Day:
    """Return what is due now."""
    day = dt.date.today()
    return Day(day, tuple(today.due(db, day)))


def read_rest(db: Connection) -> Rest:
    """Return how the month stands and what waits to be sent or finished."""
    day = dt.date.today()
    drafts = visit_drafts.waiting(db)
    name = ""
    if drafts:
        newest = drafts[0].resident_id
        name = records.labels(db, Resident, [newest]).get(newest, "")
    return Rest(
        tuple(today.month_progress(db, day)),
        journal.unsent_count(db, state.pushed_seq(db)),
        tuple(drafts),
        name,
    )


def read_offers(
    db: Connection, rows: Sequence[Due], day: dt.date, saved: Saved
) -> tuple[Due, ...]:
    """Return what else is open behind the door where something was just done."""
    if saved.household_id is None:
        return ()
    found = offers.of_household(
        db, rows, day, saved.household_id, saved.resident_id, saved.issue_ids
    )
    return tuple(found)
