"""Disputes as a list shows them, and the whole file of one; set-wise, from records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection

from gridapp.models import (
    Dispute,
    DisputeInquiry,
    DisputeItem,
    DisputeParty,
    DisputeSession,
    Worker,
)
from gridapp.models.dispute_flow import MEDIATED, Step, allowed, step
from gridapp.models.record import Record, Values
from gridapp.store import records, state
from gridapp.store.history import HistoryLine, authors, history
from gridapp.work import limits
from gridapp.work.attachments import PendingPhoto, photos_of
from gridapp.work.disputes import follow_up_due, judicial_deadline
from gridapp.work.mediation_papers import Papered
from gridapp.work.record_parts import of_each

PARTS: tuple[type[Record], ...] = (
    DisputeParty,
    DisputeInquiry,
    DisputeSession,
    DisputeItem,
)
SIDES = ("applicant", "respondent", "other")
Owed = Literal["mediate", "follow_up", "confirm", ""]


@dataclass(frozen=True)
class Deadline:
    """What a dispute waits for next, and until when; nothing owed: `what` is empty."""

    what: Owed
    day: dt.date | None = None


@dataclass(frozen=True)
class Listed:
    """One dispute as a row of the list says it."""

    id: UUID
    name: str
    place: str
    state: str
    sides: tuple[tuple[str, ...], ...]  # names of the applicants, respondents, others
    next: Deadline

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return bool(self.next.what)

    def late(self, day: dt.date) -> bool:
        """Whether what is owed was due before `day`."""
        return self.next.day is not None and self.next.day < day


@dataclass(frozen=True)
class CaseFile:
    """A dispute with its parties, sittings, changes, and what may be done now."""

    dispute: Values
    parties: tuple[Values, ...]  # by side, the main one first; unmasked
    inquiries: tuple[Values, ...]  # oldest first
    sessions: tuple[Values, ...]  # oldest first
    items: tuple[Values, ...]  # what was handed in for the file
    changes: tuple[tuple[str, HistoryLine], ...]  # whose (a name, or empty), what
    photos: tuple[PendingPhoto, ...]  # of the dispute, then of its parts
    next: Deadline
    judicial: dt.date | None  # last day to ask the court, None when that is no matter
    steps: tuple[Step, ...]
    registered_by: str  # a name, or empty
    worker: str  # who works here
    mediation_days: int  # what a mediation may take in this vault
    follow_up_days: int  # from an agreement to the visit after it

    @property
    def may_inquire(self) -> bool:
        """Whether somebody may still be asked about it."""
        return step(self.dispute["state"], "inquire") is not None

    @property
    def papered(self) -> Papered:
        """What its papers are made of."""
        return Papered(
            self.dispute, self.parties, self.inquiries, self.sessions, self.items
        )

    @property
    def mediators(self) -> str:
        """Who mediated last, else who is responsible, else who works here."""
        last = [one["mediators"] for one in self.sessions]
        return (last[-1:] or [self.dispute["responsible"] or self.worker])[0]


def listed(db: Connection, day: dt.date) -> list[Listed]:
    """Every dispute: first what is owed, by its day, then the others, newest first."""
    rows = records.filtered(db, Dispute, {}, order="happened_on", descending=True)
    parties = of_each(db, DisputeParty, "dispute_id", (row["id"] for row in rows))
    found = [_listed(row, parties.get(row["id"], ()), day) for row in rows]
    return sorted(found, key=lambda one: one.next.day or dt.date.max)


def _listed(row: Values, parties: Sequence[Values], day: dt.date) -> Listed:
    ordered = by_side(parties)
    sides = tuple(
        tuple(one["name"] for one in ordered if one["side"] == side) for side in SIDES
    )
    return Listed(
        row["id"], row["name"], row["place"], row["state"], sides, deadline(row, day)
    )


def by_side(parties: Iterable[Values]) -> list[Values]:
    """Parties as the papers name them: applicants first, the main one first."""
    return sorted(parties, key=lambda one: (SIDES.index(one["side"]), not one["main"]))


def deadline(dispute: Mapping[str, object], day: dt.date) -> Deadline:
    """What is owed next: to mediate in time, to visit again, to go to the court.

    The days for the court run out by themselves (Art 33) and are then no matter.
    """
    if dispute["state"] in MEDIATED:
        limit = dispute["deadline"]
        assert isinstance(limit, dt.date)
        return Deadline("mediate", limit)
    due = follow_up_due(dispute)
    last = judicial(dispute)
    waits = last is not None and last >= day
    if waits and last is not None and (due is None or last < due):
        return Deadline("confirm", last)
    return Deadline("follow_up", due) if due else Deadline("")


def judicial(dispute: Mapping[str, object]) -> dt.date | None:
    """The last day to ask the court, None where nobody needs it any more."""
    effective = dispute["effective_on"]
    if dispute["state"] != "agreed" or dispute["judicial_confirmed_on"]:
        return None
    return judicial_deadline(effective) if isinstance(effective, dt.date) else None


def case_file(db: Connection, dispute_id: UUID, day: dt.date) -> CaseFile | None:
    """The whole file of a dispute as of `day`; None when it is gone."""
    dispute = records.get(db, Dispute, dispute_id)
    if dispute is None:
        return None
    mine = {"dispute_id": dispute_id}
    parties = by_side(records.filtered(db, DisputeParty, mine))
    sessions = records.filtered(db, DisputeSession, mine, order="held_at")
    inquiries = records.filtered(db, DisputeInquiry, mine, order="held_at")
    items = records.filtered(db, DisputeItem, mine, order="created_at")
    photos = photos_of(db, "dispute", [dispute_id])
    for model, some in (
        (DisputeInquiry, inquiries),
        (DisputeSession, sessions),
        (DisputeItem, items),
    ):
        owners = (one["id"] for one in some)
        photos += photos_of(db, model.__tablename__, owners)
    worker = state.worker(db)
    names = records.labels(db, Worker, [worker]) if worker else {}
    return CaseFile(
        dispute,
        tuple(parties),
        tuple(inquiries),
        tuple(sessions),
        tuple(items),
        tuple(_changes(db, dispute)),
        tuple(PendingPhoto.of(one) for one in photos),
        deadline(dispute, day),
        judicial(dispute),
        tuple(allowed(dispute["state"])),
        authors(db, [dispute["created_by"]]).get(dispute["created_by"], ""),
        "".join(names.values()),
        limits.days(db, limits.MEDIATION),
        limits.days(db, limits.FOLLOW_UP),
    )


def _changes(db: Connection, dispute: Values) -> list[tuple[str, HistoryLine]]:
    """What was changed since it was registered, of the dispute and of its parties."""
    begun = dispute["created_at"]
    lines = [("", one) for one in _later(db, Dispute, dispute)]
    everybody = _all_parties(db, dispute["id"])
    for party in everybody:
        added = party["created_at"] > begun
        for one in _later(db, DisputeParty, party, whole=added):
            lines.append((party["name"], one))
    return lines


def _all_parties(db: Connection, dispute_id: UUID) -> list[Values]:
    """The parties, those that were taken out as well."""
    column = DisputeParty.dispute_id
    return records.find(db, DisputeParty, column == dispute_id, deleted=True)


def _later(
    db: Connection, model: type[Record], row: Values, *, whole: bool = False
) -> list[HistoryLine]:
    """The changes of a record after it was made; `whole`: its making as well."""
    lines = history(db, model, row["id"])
    return [one for one in lines if whole or one.action != "insert"]


@dataclass(frozen=True)
class Start:
    """With what a new registration begins."""

    day: dt.date
    deadline: dt.date
    responsible: str
    responsible_phones: tuple[str, ...] | None
    organisation: str | None  # as it was written last


def start(db: Connection, day: dt.date) -> Start:
    """What need not be asked of somebody who registers a dispute."""
    worker = state.worker(db)
    row = records.get(db, Worker, worker) if worker else None
    newest = records.filtered(
        db, Dispute, {}, order="created_at", descending=True, limit=20
    )
    written = [one["organisation"] for one in newest if one["organisation"]]
    return Start(
        day,
        day + dt.timedelta(days=limits.days(db, limits.MEDIATION)),
        row["name"] if row else "",
        row["phones"] if row else None,
        (written or [None])[0],
    )
