"""From the records to the papers of a dispute."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from gridapp.language import tr
from gridapp.models import (
    Dispute,
    DisputeInquiry,
    DisputeItem,
    DisputeParty,
    DisputeSession,
    Grid,
)
from gridapp.models.record import Record, Values, fields_of
from gridapp.office.sheets.record_data import in_words
from gridapp.office.sheets.visit_data import grid_words
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.work.attachments import photos_of
from gridapp.work.dispute_cases import by_side
from gridapp.work.mediation_papers import PAPERS, Papered
from gridapp.work.record_parts import of_each

Words = Mapping[str, str]  # values in words by field name; "" when empty


@dataclass(frozen=True)
class DisputeFile:
    """A dispute with all that its papers say, in words, masked or not."""

    record_id: UUID | None  # None: a blank one
    grid: str
    dispute: Words
    parties: tuple[Words, ...]  # applicants first
    inquiries: tuple[Words, ...] = ()
    sessions: tuple[Words, ...] = ()  # oldest first
    items: tuple[Words, ...] = ()
    photos: tuple[tuple[str, ...], ...] = ()  # of each item, by their hashes
    keys: frozenset[str] = frozenset()  # the papers that belong to it by now
    applicants: int = 1  # how many of the parties asked for the mediation
    failed: bool = False

    @property
    def names(self) -> str:
        """The parties by name."""
        return tr("、").join(one["name"] for one in self.parties if one["name"])

    @property
    def kind(self) -> str:
        """纠纷类型: the kind of the judicial statistics, else the standard's."""
        return self.dispute["mediation_kind"] or self.dispute["dispute_kind"]

    @property
    def mediators(self) -> str:
        """Who mediated, each once, else who is responsible."""
        named = dict.fromkeys(one["mediators"] for one in self.sessions)
        return tr("、").join(named) or self.dispute["responsible"]


def empty(model: type[Record], **known: str) -> Words:
    """Values in words of a record nothing is known of but `known`."""
    return dict.fromkeys((one.name for one in fields_of(model)), "") | known


def blank_file() -> DisputeFile:
    """What the papers are made of that are filled in by hand."""
    sides = (tr("申请人"), tr("被申请人"))
    return DisputeFile(
        record_id=None,
        grid="",
        dispute=empty(Dispute),
        parties=tuple(empty(DisputeParty, side=side) for side in sides),
        inquiries=(empty(DisputeInquiry),),
        sessions=(empty(DisputeSession),),
        keys=frozenset(one.key for one in PAPERS),
    )


def from_records(
    db: Connection, ids: Iterable[UUID], *, unmasked: bool = False
) -> list[DisputeFile]:
    """One file a dispute, in the order asked; those that are gone are left out."""
    disputes = records.by_id(db, Dispute, ids)
    grids = records.by_id(db, Grid, {one["grid_id"] for one in disputes.values()})
    words = in_words(db, Dispute, disputes.values(), unmasked=unmasked)
    parts = {
        model: _Parts(db, model, disputes, unmasked=unmasked)
        for model in (DisputeParty, DisputeInquiry, DisputeSession, DisputeItem)
    }
    photos = _photos(db, parts[DisputeItem])
    files: list[DisputeFile] = []
    for key, dispute in disputes.items():
        parties = by_side(parts[DisputeParty].rows(key))
        papered = Papered(
            dispute,
            parties,
            parts[DisputeInquiry].rows(key),
            parts[DisputeSession].rows(key),
            parts[DisputeItem].rows(key),
        )
        files.append(
            DisputeFile(
                record_id=key,
                grid=grid_words(grids[dispute["grid_id"]]),
                dispute=words[key],
                parties=parts[DisputeParty].words(parties),
                inquiries=parts[DisputeInquiry].words(papered.inquiries),
                sessions=parts[DisputeSession].words(papered.sessions),
                items=parts[DisputeItem].words(papered.items),
                photos=tuple(tuple(photos.get(one["id"], ())) for one in papered.items),
                keys=frozenset(one.key for one in PAPERS if papered.belongs(one)),
                applicants=sum(one["side"] == "applicant" for one in parties),
                failed=dispute["succeeded"] is False,
            )
        )
    return files


class _Parts:
    """The records of one type that belong to these disputes, and their words."""

    def __init__(
        self,
        db: Connection,
        model: type[Record],
        disputes: Collection[UUID],
        *,
        unmasked: bool,
    ) -> None:
        self._of = of_each(db, model, "dispute_id", disputes)
        self._words = in_words(db, model, self.all(), unmasked=unmasked)

    def all(self) -> list[Values]:
        """Every one of them."""
        return [one for some in self._of.values() for one in some]

    def rows(self, dispute: UUID) -> Sequence[Values]:
        """Those of one dispute, oldest first."""
        return self._of.get(dispute, ())

    def words(self, rows: Iterable[Values]) -> tuple[Words, ...]:
        """These in words."""
        return tuple(self._words[one["id"]] for one in rows)


def _photos(db: Connection, items: _Parts) -> dict[UUID, list[str]]:
    """The hashes of the photos of each item."""
    found: dict[UUID, list[str]] = {}
    rows = photos_of(db, DisputeItem.__tablename__, (x["id"] for x in items.all()))
    for one in rows:
        found.setdefault(one["owner_id"], []).append(one["hash"])
    return found
