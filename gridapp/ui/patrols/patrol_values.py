"""What a round of patrol holds, as plain values: marks and findings, and its draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from gridapp.language import tr
from gridapp.models.kinds import now
from gridapp.models.record import Values
from gridapp.work.attachments import PendingPhoto
from gridapp.work.due import local_day
from gridapp.work.patrol_round import Leg, Spot

KEY = "patrol"  # of the draft
FINE, WATCH, WRONG = "0", "1", "2"  # codes of check_state
OFFICE_CLOSES = dt.time(18)  # the hour of a deadline that was given as a day
MOST_NAMED = 4  # buildings named in the words of a route


@dataclass
class Mark:
    """What was seen at one place."""

    point_id: UUID | None
    building_id: UUID | None
    state: str
    at: dt.datetime
    note: str = ""


@dataclass
class FindingEntry:
    """A problem found on the round, as the form holds it."""

    spot: str | None = None  # key of the place; None when it lay on the way
    category: str | None = None
    place: str = ""
    note: str = ""
    level: str = "normal"
    until: dt.date | None = None  # None: the limit of the category
    action: str = "report"
    owner_name: str = ""
    photos: tuple[PendingPhoto, ...] = ()

    def missing(self, found_on: dt.date) -> dict[str, str]:
        """Return a sentence for each field that must be seen to first."""
        wrong: dict[str, str] = {}
        if self.category is None:
            wrong["category"] = tr("选一下是哪一类问题")
        if not self.place.strip():
            wrong["place"] = tr("写一下在哪里，如：3号楼2单元楼道")
        if self.action == "self_close" and not self.note.strip():
            wrong["note"] = tr("当场办结的，写一句问题和怎么处理的")
        if self.until is not None and self.until < found_on:
            wrong["until"] = tr("时限最早是发现那天：{day}", day=f"{found_on:%m-%d}")
        return wrong

    def values(self, found_at: dt.datetime) -> Values:
        """Return what `patrols.log_patrol` makes a finding and its issue of."""
        note = self.note.strip() or None
        values: Values = {
            "category": self.category,
            "place": self.place.strip(),
            "note": note,
            "level": self.level,
            "action": self.action,
            "owner_name": self.owner_name.strip() or None,
        }
        if self.action == "self_close":
            values["result"] = note
        if self.until is not None:
            end = dt.datetime.combine(self.until, OFFICE_CLOSES).astimezone(dt.UTC)
            values["deadline"] = max(end, found_at)
        return values

    def draft(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "spot": self.spot,
            "category": self.category,
            "place": self.place,
            "note": self.note,
            "level": self.level,
            "until": self.until.isoformat() if self.until else None,
            "action": self.action,
            "owner_name": self.owner_name,
            "photos": [photo.draft() for photo in self.photos],
        }

    @classmethod
    def from_draft(cls, kept: Mapping[str, Any]) -> FindingEntry:
        """Return the finding a draft was made of."""
        until = kept["until"]
        values = dict(kept)
        values["until"] = dt.date.fromisoformat(until) if until else None
        values["photos"] = tuple(
            PendingPhoto.from_draft(photo) for photo in kept["photos"]
        )
        return cls(**values)


@dataclass
class RoundEntry:
    """One round that is going on, or is written down in the evening."""

    started_at: dt.datetime | None = None
    by_hand: bool = False  # whether a person wrote the time
    marks: dict[str, Mark] = field(default_factory=dict[str, Mark])
    findings: list[FindingEntry] = field(default_factory=list[FindingEntry])
    half: FindingEntry | None = None  # a finding whose form is still open
    half_of: int | None = None  # which of `findings` that form changes
    companions: str = ""
    note: str = ""

    @property
    def empty(self) -> bool:
        """Return whether nothing would be lost without it."""
        written = self.companions.strip() or self.note.strip()
        return not (self.marks or self.findings or self.half or written)

    def begin(self) -> None:
        """Note that the round has begun, unless it had."""
        if self.started_at is None:
            self.started_at = now().replace(second=0, microsecond=0)

    def mark(self, spot: Spot, state: str, note: str = "") -> None:
        """Note what was seen at a place."""
        self.begin()
        self.marks[spot.key] = Mark(spot.point_id, spot.building_id, state, now(), note)

    def unmark(self, key: str) -> None:
        """Forget what was seen at a place; what was found there stays."""
        self.marks.pop(key, None)

    def state_of(self, key: str) -> str:
        """Return the code of what was seen at a place, or an empty text."""
        mark = self.marks.get(key)
        return mark.state if mark else ""

    def finding_at(self, key: str) -> int | None:
        """Return which finding was made at a place, the first if there are several."""
        places = [one.spot for one in self.findings]
        return places.index(key) if key in places else None

    def found_on(self) -> dt.date:
        """Return the day of the round."""
        return local_day(self.started_at or now())

    def values(self, legs: Sequence[Leg]) -> Values:
        """Return the values of the patrol record."""
        started = self.started_at or now()
        same_day = local_day(started) == local_day(now())
        ended = now() if same_day and not self.by_hand and started <= now() else None
        return {
            "started_at": started,
            "ended_at": ended,
            "route": self._route(legs),
            "companions": self.companions.strip() or None,
            "note": self.note.strip() or None,
        }

    def _route(self, legs: Sequence[Leg]) -> str | None:
        names = [
            leg.name
            for leg in legs
            if any(spot.key in self.marks for spot in leg.spots)
        ]
        if len(names) > MOST_NAMED:
            listed = tr("、").join(names[:MOST_NAMED])
            return tr("{names}等 {count} 处", names=listed, count=len(names))
        return tr("、").join(names) or None

    def stops(self) -> list[Values]:
        """Return the stops in the order of the marks; a written time holds for all."""
        return [
            {
                "point_id": mark.point_id,
                "building_id": mark.building_id,
                "state": mark.state,
                "note": mark.note.strip() or None,
                **({} if self.by_hand else {"at": mark.at}),
            }
            for mark in self.marks.values()
        ]

    def finding_values(self) -> list[Values]:
        """Return the findings, each with the number of its stop."""
        keys = list(self.marks)
        found_at = self.started_at or now()
        found: list[Values] = []
        for one in self.findings:
            at_stop = one.spot if one.spot in self.marks else None
            stop = {} if at_stop is None else {"stop": keys.index(at_stop)}
            at = found_at if at_stop is None or self.by_hand else self.marks[at_stop].at
            found.append(one.values(at) | stop)
        return found

    def draft(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "started_at": self.started_at.isoformat() if self.started_at else None,
            "by_hand": self.by_hand,
            "marks": {
                key: [
                    mark.point_id.hex if mark.point_id else None,
                    mark.building_id.hex if mark.building_id else None,
                    mark.state,
                    mark.at.isoformat(),
                    mark.note,
                ]
                for key, mark in self.marks.items()
            },
            "findings": [one.draft() for one in self.findings],
            "half": self.half.draft() if self.half else None,
            "half_of": self.half_of,
            "companions": self.companions,
            "note": self.note,
        }

    @classmethod
    def from_draft(cls, kept: Mapping[str, Any]) -> RoundEntry:
        """Return the round a draft was made of."""
        at, half = kept["started_at"], kept["half"]
        return cls(
            dt.datetime.fromisoformat(at) if at else None,
            kept["by_hand"],
            {
                key: Mark(
                    UUID(point) if point else None,
                    UUID(building) if building else None,
                    state,
                    dt.datetime.fromisoformat(moment),
                    note,
                )
                for key, (point, building, state, moment, note) in kept["marks"].items()
            },
            [FindingEntry.from_draft(one) for one in kept["findings"]],
            FindingEntry.from_draft(half) if half else None,
            kept["half_of"],
            kept["companions"],
            kept["note"],
        )
