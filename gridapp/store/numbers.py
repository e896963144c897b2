"""Back from a paper to its record: by the number under the code, or the whole id.

Ids are looked through type by type: no column keeps the numbers, because 100,000
records take a few hundredths of a second and nothing has to be kept in step.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.models import RECORDS, record_named
from gridapp.models.record import Record, Values, fields_of
from gridapp.store import records
from gridapp.store.search import Hit, hit_of


@dataclass(frozen=True)
class Numbered:
    """A record that carries the number."""

    model: type[Record]
    row: Values

    @property
    def id(self) -> UUID:
        return self.row["id"]


def numbered(db: Connection, end: str) -> list[Numbered]:
    """The records whose id ends with these hexadecimal digits (`read_number`).

    One as a rule; none in the recycle bin or of another grid.
    """
    found: list[Numbered] = []
    for model in RECORDS:
        ids = db.exec_driver_sql(
            f"SELECT id FROM {model.__tablename__}"
            + (" WHERE id = ?" if len(end) == 32 else " WHERE substr(id, -10) = ?"),
            (end,),
        ).scalars()
        rows = records.by_id(db, model, map(UUID, ids))
        found += [Numbered(model, row) for row in rows.values()]
        if found and len(end) == 32:
            break
    return found


def named(db: Connection, one: Numbered) -> str:
    """What the record is to a person: 李桂英 11-23 走访记录, 问题工单 楼道堆物."""
    title = one.model.title
    name = records.labels(db, one.model, [one.id]).get(one.id, "")
    value = one.row.get(one.model.shown_by)
    if isinstance(value, dt.datetime):
        name = f"{value.astimezone():%m-%d}"
    owner = _owner(db, one)
    if owner is not None and owner.model.__tablename__ == "resident":
        person = owner.row["name"]
        return tr("{person} {name} {title}", person=person, name=name, title=title)
    return tr("{title} {name}", title=title, name=name)


def opening(db: Connection, one: Numbered, pages: Collection[str]) -> Hit | None:
    """The record to open for it, as the search shows one: itself when its type is
    among `pages`, else the one it is part of; None when there is none."""
    at = one
    while at.model.__tablename__ not in pages:
        owner = _owner(db, at)
        if owner is None:
            return None
        at = owner
    hit = hit_of(db, at.model, at.id)
    words = named(db, one)
    if hit is None:
        return Hit(at.model.__tablename__, at.id, words, "")
    return hit if at is one else replace(hit, detail=words)


def _owner(db: Connection, one: Numbered) -> Numbered | None:
    """The record this one is a part of."""
    if one.model.__tablename__ == "attachment":
        return _get(db, one.row["owner_type"], one.row["owner_id"])
    for field in fields_of(one.model):
        if field.part and one.row[field.name] is not None:
            return _get(db, field.target, one.row[field.name])
    return None


def _get(db: Connection, kind: str, record_id: UUID) -> Numbered | None:
    model = record_named(kind)
    row = records.get(db, model, record_id)
    return Numbered(model, row) if row is not None else None
