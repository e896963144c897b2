"""A paper that came back signed: which record it belongs to, and putting it there.

A visit sheet carries the number of its resident: it is printed before there is a
visit. So it belongs to the visit that was recorded with it: one of the day the photo
was taken, or of the two before it that has no paper yet; else the person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Resident, Visit
from gridapp.models.record import Values, field_of, table_of
from gridapp.models.record_number import read_number
from gridapp.store import records
from gridapp.store.numbers import Numbered, named, numbered
from gridapp.store.vault import Writing
from gridapp.work.attachments import SIGNED, PendingPhoto, attach, photos_of
from gridapp.work.due import local_day, short_date
from gridapp.work.ways import kind_of

BACK = 2  # days in which a photo of a paper is taken, as a rule
MOST = 8  # visits offered


@dataclass(frozen=True)
class Place:
    """A record a paper can be put to."""

    owner_type: str
    owner_id: UUID
    words: str


@dataclass(frozen=True)
class Home:
    """Where a paper belongs: the likeliest place first.

    resident_id: whose visit may still have to be recorded; None when one was found.
    """

    places: tuple[Place, ...]
    likely: int
    resident_id: UUID | None = None


def home_of(db: Connection, typed: str, day: dt.date) -> Home:
    """Where the paper with this number, or id, belongs that was signed about `day`.

    UserError with a sentence when it is no number or nothing has it.
    """
    try:
        found = numbered(db, read_number(typed))
    except ValueError as error:
        raise UserError(str(error)) from error
    if not found:
        raise UserError(tr("没有这个单号的记录：可能删掉了，或在别的网格"))
    one = found[0]
    if one.model is Resident:
        return _of_person(db, one, day)
    places = tuple(
        Place(each.model.__tablename__, each.id, named(db, each)) for each in found
    )
    return Home(places, 0)


def _of_person(db: Connection, person: Numbered, day: dt.date) -> Home:
    name = person.row["name"]
    visits = _visits(db, person.id)
    papers = photos_of(db, "visit", (visit["id"] for visit in visits), (SIGNED,))
    signed = {row["owner_id"] for row in papers}
    places = [
        Place("visit", visit["id"], _visit_words(name, visit, day)) for visit in visits
    ]
    own = Place("resident", person.id, tr("{name}的居民档案", name=name))
    days = [local_day(visit["started_at"]) for visit in visits]
    for number, on in enumerate(days):
        late = (day - on).days
        free = visits[number]["id"] not in signed
        if on == day or (free and 0 <= late <= BACK):
            return Home((*places, own), number)
    return Home((own, *places), 0, person.id)


def _visits(db: Connection, resident_id: UUID) -> list[Values]:
    """The newest visits of a person that were no calls."""
    c = table_of(Visit).c
    rows = records.find(
        db, Visit, c.resident_id == resident_id, order=(c.started_at.desc(),)
    )
    return [row for row in rows if kind_of(row["mode"]) == "visit"][:MOST]


def _visit_words(name: str, visit: Values, day: dt.date) -> str:
    """李桂英 11-23 走访（入户）."""
    on = short_date(local_day(visit["started_at"]), day)
    mode = field_of(Visit, "mode").format(visit["mode"])
    return tr("{name} {on} 走访（{mode}）", name=name, on=on, mode=mode)


def put_away(tx: Writing, papers: Iterable[tuple[Place, PendingPhoto]]) -> list[UUID]:
    """Put each paper to its record; ids of the attachments made."""
    made: list[UUID] = []
    for place, photo in papers:
        made += attach(tx, place.owner_type, place.owner_id, [photo], SIGNED)
    return made
