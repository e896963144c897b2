"""What the visit form needs to begin, and what it tells when it has saved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from gridapp.store import meetings
from gridapp.store.database import Connection
from gridapp.store.meetings import Miss
from gridapp.ui.care import visit_drafts
from gridapp.ui.care.resident_file import ResidentFile, read_file
from gridapp.ui.care.visit_values import VisitEntry, Way
from gridapp.work import chain, visits
from gridapp.work.chain import Next
from gridapp.work.visits import HazardIssue


@dataclass(frozen=True)
class Saved:
    """What was saved: with whom, and what it made."""

    resident_id: UUID
    household_id: UUID | None
    issue_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class Start:
    """What the form needs to begin."""

    file: ResidentFile | None
    kept: VisitEntry | None
    missed: tuple[Miss, ...]  # attempts since somebody was last reached
    hazard_issues: Mapping[str, HazardIssue]

    @property
    def urgent(self) -> bool:
        file = self.file
        colour = file.person.values["care_colour"] if file else None
        return colour in chain.URGENT_COLOURS

    @property
    def watched(self) -> bool:
        """Whether the missed-contact chain is followed for this person."""
        plans = self.file.stop.plans if self.file else ()
        return bool(self.missed) or any(
            plan["interval_days"] <= chain.WATCHED_INTERVAL for plan in plans
        )

    @property
    def step(self) -> Next | None:
        """The step of the chain that is due."""
        return chain.next_step(self.missed, urgent=self.urgent)

    def interval(self, way: Way) -> int | None:
        """The interval of the plan for this way, the shortest if there are some."""
        plans = self.file.stop.plans if self.file else ()
        found = [plan["interval_days"] for plan in plans if plan["way"] == way]
        return min(found, default=None)


def read_start(db: Connection, resident_id: UUID, way: Way) -> Start:
    """Return what the form for this person needs."""
    now = dt.datetime.now(dt.UTC)
    missed = meetings.misses(db, now, resident_id).get(resident_id, [])
    return Start(
        read_file(db, resident_id, dt.date.today()),
        visit_drafts.kept(db, resident_id, way),
        tuple(missed),
        visits.hazard_issues(db, resident_id, now),
    )
