"""What a round begins with, and how it is saved."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gridapp.models import Worker
from gridapp.store import drafts, records, state
from gridapp.store.database import Connection
from gridapp.store.vault import Writing
from gridapp.ui.patrols.patrol_values import KEY, RoundEntry
from gridapp.work import patrol_round
from gridapp.work.patrol_round import Leg
from gridapp.work.patrols import LoggedPatrol


@dataclass(frozen=True)
class Start:
    """What the round needs to begin."""

    legs: list[Leg]
    kept: RoundEntry | None
    me: str  # name of who works here


def read_start(db: Connection, day: dt.date) -> Start:
    """Return the route of that day, and the round that was begun."""
    kept = drafts.kept(db, KEY)
    worker = state.worker(db)
    names = records.labels(db, Worker, [worker]) if worker else {}
    return Start(
        patrol_round.route(db, day),
        RoundEntry.from_draft(kept) if kept else None,
        next(iter(names.values()), ""),
    )


def log_entry(tx: Writing, entry: RoundEntry, legs: list[Leg]) -> LoggedPatrol:
    """Save a round as a whole, and forget its draft."""
    logged = patrol_round.log_round(
        tx,
        entry.values(legs),
        entry.stops(),
        entry.finding_values(),
        [one.photos for one in entry.findings],
    )
    drafts.drop(tx, KEY)
    return logged
