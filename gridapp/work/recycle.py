"""The recycle bin: what was deleted, by whom and when, and how it comes back.

Nothing is ever removed. What was deleted more than thirty days ago is not listed any
more, but still lies in the file. What belongs to a record goes and comes back with it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import (
    RECORDS,
    Building,
    Dwelling,
    Household,
    Resident,
    record_named,
)
from gridapp.models.record import Field, Record, Values, fields_of, table_of
from gridapp.store import agenda, records
from gridapp.store.history import authors
from gridapp.store.vault import Writing
from gridapp.work.due import door_of

KEPT_DAYS = 30  # how long the bin lists something, ux.md §3.5

# A place does not take along who lives there: one deletes it when it is empty.
_HOLDERS = frozenset({"grid", "building", "dwelling", "household"})
_INSIDE: Mapping[type[Record], type[Record]] = {
    Household: Resident,
    Dwelling: Household,
    Building: Dwelling,
}
_SAID: Mapping[str, tuple[str, ...]] = {
    "visit": ("mode", "note"),
    "resident_tag": ("tag", "reason"),
    "care_plan": ("way", "reason"),
    "contact": ("relation",),
    "issue": ("state", "place"),
    "dispute": ("state", "place"),
    "resident": (),
}


@dataclass(frozen=True)
class Deleted:
    """One line of the bin: a record, with what was deleted together with it."""

    type: str
    id: UUID
    title: str  # what names it: 李桂英, or whose it is
    detail: str  # what it says, masked
    at: dt.datetime
    by: str  # who deleted it, or empty
    parts: Mapping[str, int]  # how many of each record type went with it
    days_left: int  # until the bin does not list it any more

    @property
    def kind(self) -> str:
        """Return the record type in words."""
        return record_named(self.type).title


def owner_field(model: type[Record]) -> Field | None:
    """The reference to the record that this one goes and comes back with."""
    return next(
        (f for f in fields_of(model) if f.part and f.target not in _HOLDERS), None
    )


def delete(tx: Writing, model: type[Record], record_id: UUID) -> int:
    """Put a record and what belongs to it into the bin; how many records that were.

    UserError when people still live in the place.
    """
    _refuse_inhabited(tx.db, model, record_id)
    count = 1
    for part, part_id in _parts(tx.db, model, record_id, None):
        count += delete(tx, part, part_id)
    records.delete(tx, model, record_id)
    return count


def restore(tx: Writing, model: type[Record], record_id: UUID) -> int:
    """Take a record out of the bin with what went into it at the same moment.

    Returns how many records came back. UserError when what it belongs to is in the bin
    itself: that must come back first.
    """
    row = records.get(tx.db, model, record_id, deleted=True)
    if row is None or row["deleted_at"] is None:
        raise UserError(tr("这条{title}不在回收站里", title=model.title))
    owner = deleted_owner(tx.db, model, row)
    if owner is not None:
        raise UserError(
            tr("它属于“{owner}”，请先恢复那份{title}", owner=owner[1], title=owner[0])
        )
    return _bring_back(tx, model, record_id, row["deleted_at"])


def _bring_back(
    tx: Writing, model: type[Record], record_id: UUID, moment: dt.datetime
) -> int:
    records.undelete(tx, model, record_id)
    count = 1
    for part, part_id in _parts(tx.db, model, record_id, moment):
        count += _bring_back(tx, part, part_id, moment)
    return count


def deleted_owner(
    db: Connection, model: type[Record], row: Values
) -> tuple[str, str] | None:
    """Type and name of what a record belongs to, when that is in the bin."""
    for one in fields_of(model):
        if not one.part or row[one.name] is None:
            continue
        target = record_named(one.target)
        owner = records.get(db, target, row[one.name], deleted=True)
        if owner is not None and owner["deleted_at"] is not None:
            name = records.labels(db, target, [owner["id"]]).get(owner["id"], "")
            return target.title, name or target.title
    return None


def _parts(
    db: Connection, model: type[Record], record_id: UUID, moment: dt.datetime | None
) -> Iterable[tuple[type[Record], UUID]]:
    """What belongs to a record and was deleted at that moment; None: is not deleted."""
    for other in RECORDS:
        one = owner_field(other)
        if one is None or other.insert_only or one.target != model.__tablename__:
            continue
        table = table_of(other)
        rows = records.find(
            db,
            other,
            table.c[one.name] == record_id,
            table.c.deleted_at.is_(None)
            if moment is None
            else table.c.deleted_at == moment,
            deleted=True,
        )
        yield from [(other, row["id"]) for row in rows]


def _refuse_inhabited(db: Connection, model: type[Record], record_id: UUID) -> None:
    inside = _INSIDE.get(model)
    if inside is None:
        return
    name = next(f.name for f in fields_of(inside) if f.target == model.__tablename__)
    rows = records.filtered(db, inside, {name: record_id})
    if rows:
        words = tr(
            "里面还有 {count} 条{title}，请先移走或删除",
            count=len(rows),
            title=inside.title,
        )
        raise UserError(words)


def bin_lines(db: Connection, now: dt.datetime, kind: str = "") -> list[Deleted]:
    """What was deleted in the last thirty days, newest first; of one type if given."""
    first = now - dt.timedelta(days=KEPT_DAYS)
    found: dict[type[Record], dict[UUID, Values]] = {}
    for model in RECORDS:
        if model.insert_only:
            continue
        c = table_of(model).c
        rows = records.find(db, model, c.deleted_at >= first, deleted=True)
        if rows:
            found[model] = {row["id"]: row for row in rows}
    gone_with = _gone_with(found)
    names = authors(
        db, {r["updated_by"] for rows in found.values() for r in rows.values()}
    )
    parts: dict[_Key, list[_Key]] = {}
    for part, whole in gone_with.items():
        parts.setdefault(whole, []).append(part)
    lines: list[Deleted] = []
    for model, rows in found.items():
        if kind and model.__tablename__ != kind:
            continue
        shown = [row for row in rows.values() if (model, row["id"]) not in gone_with]
        words = _described(db, model, shown)
        for row in shown:
            age = now - row["deleted_at"]
            title, detail = words[row["id"]]
            lines.append(
                Deleted(
                    type=model.__tablename__,
                    id=row["id"],
                    title=title,
                    detail=detail,
                    at=row["deleted_at"],
                    by=names.get(row["updated_by"], ""),
                    parts=_counted((model, row["id"]), parts),
                    days_left=max(KEPT_DAYS - age.days, 0),
                )
            )
    return sorted(lines, key=lambda one: (one.at, one.id), reverse=True)


_Key = tuple[type[Record], UUID]


def _gone_with(found: Mapping[type[Record], Mapping[UUID, Values]]) -> dict[_Key, _Key]:
    """By record, the one it was deleted together with."""
    result: dict[_Key, _Key] = {}
    for model, rows in found.items():
        one = owner_field(model)
        if one is None:
            continue
        owners = found.get(record_named(one.target), {})
        for key, row in rows.items():
            owner = owners.get(row[one.name]) if row[one.name] else None
            if owner is not None and owner["deleted_at"] == row["deleted_at"]:
                result[model, key] = (record_named(one.target), owner["id"])
    return result


def _counted(key: _Key, parts: Mapping[_Key, Sequence[_Key]]) -> Counter[str]:
    """How many records of each type went with this one, also parts of its parts."""
    counts: Counter[str] = Counter()
    for part in parts.get(key, ()):
        counts[part[0].__tablename__] += 1
        counts += _counted(part, parts)
    return counts


def _described(
    db: Connection, model: type[Record], rows: list[Values]
) -> dict[UUID, tuple[str, str]]:
    """What names each record, and what it says; private values masked."""
    shown = dict(
        zip((row["id"] for row in rows), records.shown(db, model, rows), strict=True)
    )
    people = agenda.persons(db, _people(model, rows))
    owner = owner_field(model)
    found: dict[UUID, tuple[str, str]] = {}
    for row in rows:
        words = shown[row["id"]]
        name = "" if model.shown_by == "id" else words[model.shown_by]
        said = [words[one] for one in _SAID.get(model.__tablename__, ())]
        if owner is not None:
            said = [name, *said] if name not in said else said
            name = words[owner.name] or name
        whose: UUID | None = row["id"] if model is Resident else row.get("resident_id")
        door = door_of(people[whose]) if whose and whose in people else ""
        detail = " ".join(dict.fromkeys(word for word in (door, *said) if word))
        found[row["id"]] = (name or model.title, detail)
    return found


def _people(model: type[Record], rows: list[Values]) -> list[UUID]:
    if model is Resident:
        return [row["id"] for row in rows]
    named = [one.name for one in fields_of(model) if one.target == "resident"]
    return [row[name] for row in rows for name in named[:1] if row[name]]
