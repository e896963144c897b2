"""A round of patrol: the places in walking order, and what is known of past rounds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.models import Building, Finding, Issue, Patrol, PatrolPoint, PatrolStop
from gridapp.models.codes import table as code_table
from gridapp.models.record import Values, table_of
from gridapp.store import agenda, records, rounds
from gridapp.store.history import authors
from gridapp.store.vault import Writing
from gridapp.work import attachments, patrols
from gridapp.work.buildings import building_name
from gridapp.work.due import local_day
from gridapp.work.record_parts import of_each
from gridapp.work.visit_round import natural

YEARS = 100 * 366  # days: a point whose next look is that far is shown as well


@dataclass(frozen=True)
class Spot:
    """A place to look at: a point, or a building as a whole (`point_id` is None)."""

    key: str
    point_id: UUID | None
    building_id: UUID | None
    name: str  # 消防通道; for a building its name
    look_at: str  # the first line of 看什么
    interval_days: int | None  # None for a building
    last: dt.date | None
    due: dt.date | None
    late_days: int  # beyond its day; a point nobody saw yet has a whole interval

    def is_due(self, day: dt.date) -> bool:
        """Whether somebody should look at it by that day."""
        return self.due is not None and self.due <= day


@dataclass(frozen=True)
class Leg:
    """One building of the route with its points; or, without an id, other places."""

    building_id: UUID | None
    name: str  # 3号楼
    estate: str
    spots: tuple[Spot, ...]  # a building without points is itself the one spot

    def due(self, day: dt.date) -> tuple[Spot, ...]:
        """Its spots that are due by that day."""
        return tuple(spot for spot in self.spots if spot.is_due(day))


def point_key(point_id: UUID) -> str:
    """What names a point in a draft."""
    return f"point:{point_id.hex}"


def building_key(building_id: UUID) -> str:
    """What names a building in a draft."""
    return f"building:{building_id.hex}"


def route(db: Connection, day: dt.date) -> list[Leg]:
    """Every building with its points in walking order, other places at the end."""
    due = {one.point_id: one for one in patrols.points_due(db, day, YEARS)}
    points = records.by_id(db, PatrolPoint, due)
    spots: dict[UUID | None, list[Spot]] = {}
    for point_id, point in points.items():
        spot = _spot(point, due[point_id])
        spots.setdefault(point["building_id"], []).append(spot)
    looks = rounds.building_looks(db)
    buildings = records.find(db, Building)
    legs = [_leg(row, spots.pop(row["id"], []), looks) for row in buildings]
    legs.sort(key=lambda leg: (natural(leg.estate), natural(leg.name)))
    others = [spot for rest in spots.values() for spot in rest]
    if others:
        others.sort(key=lambda spot: natural(spot.name))
        legs.append(Leg(None, tr("其他地点"), "", tuple(others)))
    return legs


def _spot(point: Values, due: patrols.PointDue) -> Spot:
    look_at = (point["look_at"] or "").strip()
    return Spot(
        point_key(point["id"]),
        point["id"],
        point["building_id"],
        point["name"],
        look_at.splitlines()[0] if look_at else "",
        point["interval_days"],
        due.last,
        due.due,
        due.late_days,
    )


def _leg(
    building: Values, spots: Sequence[Spot], looks: Mapping[UUID, dt.datetime]
) -> Leg:
    name = building_name(building["number"])
    if not spots:
        key, looked = building_key(building["id"]), looks.get(building["id"])
        last = local_day(looked) if looked else None
        whole = Spot(key, None, building["id"], name, "", None, last, None, 0)
        return Leg(building["id"], name, building["estate"] or "", (whole,))
    ordered = sorted(spots, key=lambda spot: natural(spot.name))
    return Leg(building["id"], name, building["estate"] or "", tuple(ordered))


def log_round(
    tx: Writing,
    values: Mapping[str, Any],
    stops: Sequence[Mapping[str, Any]],
    findings: Sequence[Mapping[str, Any]],
    photos: Sequence[Sequence[attachments.PendingPhoto]] = (),
) -> patrols.LoggedPatrol:
    """Save a round as `patrols.log_patrol` does, with the photos of each finding.

    The photos belong to the issue a finding becomes: whoever handles it sees them.
    """
    logged = patrols.log_patrol(tx, values, stops, findings)
    for issue_id, pictures in zip(logged.issue_ids, photos, strict=False):
        if pictures:
            attachments.attach(tx, "issue", issue_id, pictures)
    return logged


@dataclass(frozen=True)
class RoundLine:
    """A past round as a line of the log."""

    id: UUID
    started_at: dt.datetime
    ended_at: dt.datetime | None
    who: str
    stops: int
    findings: tuple[str, ...]  # 消防通道堵塞 3号楼西侧
    note: str


def log(
    db: Connection, first: dt.date | None = None, last: dt.date | None = None
) -> list[RoundLine]:
    """The rounds of these days, newest first; all days where None is given."""
    c = table_of(Patrol).c
    where = [
        *([c.started_at >= agenda.midnight(first)] if first else []),
        *([c.started_at < agenda.midnight(last + dt.timedelta(1))] if last else []),
    ]
    found = records.find(db, Patrol, *where, order=(c.started_at.desc(), c.id.desc()))
    ids = [row["id"] for row in found]
    stops = rounds.stop_counts(db, ids)
    findings = of_each(db, Finding, "patrol_id", ids)
    names = authors(db, {row["created_by"] for row in found})
    return [
        RoundLine(
            row["id"],
            row["started_at"],
            row["ended_at"],
            names.get(row["created_by"], ""),
            stops.get(row["id"], 0),
            tuple(finding_words(one) for one in findings.get(row["id"], ())),
            row["note"] or "",
        )
        for row in found
    ]


def finding_words(finding: Mapping[str, Any]) -> str:
    """消防通道堵塞 3号楼西侧."""
    category = code_table("issue_category").name(finding["category"])
    return f"{category} {finding['place']}".strip()


@dataclass(frozen=True)
class StopLine:
    """A place on a past round."""

    where: str  # 3号楼 消防通道
    state: str  # code of check_state
    note: str
    at: dt.datetime


@dataclass(frozen=True)
class FoundLine:
    """What was found on a past round, and what became of it."""

    words: str
    note: str
    issue_id: UUID | None
    state: str  # of the issue, in words
    photos: tuple[attachments.PendingPhoto, ...]


@dataclass(frozen=True)
class RoundFile:
    """A past round as one reads it."""

    values: Values
    who: str
    stops: tuple[StopLine, ...]  # in walking order
    findings: tuple[FoundLine, ...]


def read_round(db: Connection, patrol_id: UUID) -> RoundFile | None:
    """A round with its stops and findings; None when it is gone."""
    patrol = records.get(db, Patrol, patrol_id)
    if patrol is None:
        return None
    mine = {"patrol_id": patrol_id}
    findings = records.filtered(db, Finding, mine)
    issue_ids = [one["issue_id"] for one in findings if one["issue_id"]]
    issues = records.by_id(db, Issue, issue_ids)
    photos = attachments.photos_of(db, "issue", issue_ids)
    return RoundFile(
        patrol,
        authors(db, {patrol["created_by"]}).get(patrol["created_by"], ""),
        tuple(_stop_lines(db, records.filtered(db, PatrolStop, mine))),
        tuple(_found(one, issues.get(one["issue_id"]), photos) for one in findings),
    )


def _stop_lines(db: Connection, stops: Sequence[Values]) -> list[StopLine]:
    points = records.by_id(
        db,
        PatrolPoint,
        {row["point_id"] for row in stops if row["point_id"]},
        deleted=True,
    )
    wanted = {row["building_id"] for row in stops if row["building_id"]}
    wanted |= {row["building_id"] for row in points.values() if row["building_id"]}
    buildings = records.by_id(db, Building, wanted, deleted=True)
    lines: list[StopLine] = []
    for row in stops:
        point = points.get(row["point_id"])
        house = row["building_id"] or (point["building_id"] if point else None)
        building = buildings.get(house) if house else None
        number = building["number"] if building else ""
        where = [
            building_name(number) if number else "",
            point["name"] if point else "",
        ]
        words = " ".join(word for word in where if word) or tr("路上")
        lines.append(StopLine(words, row["state"], row["note"] or "", row["at"]))
    return sorted(lines, key=lambda line: natural(line.where))


def _found(
    finding: Values, issue: Values | None, photos: Sequence[Values]
) -> FoundLine:
    state = code_table("issue_state").name(issue["state"]) if issue else ""
    return FoundLine(
        finding_words(finding),
        finding["note"] or "",
        finding["issue_id"] if issue else None,
        state,
        tuple(
            attachments.PendingPhoto.of(row)
            for row in photos
            if row["owner_id"] == finding["issue_id"]
        ),
    )
