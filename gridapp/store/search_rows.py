"""What the search index reads of each record type, derived from its declared fields.

A record that lives behind a door (part of a household, dwelling or building) is found
by that door; one that is part of another record shows that one's name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, FromClause, select, text

from gridapp.language import tr
from gridapp.models import RECORDS, record_named
from gridapp.models.kinds import BIRTH, CODE, ID_NUMBER, NAME, PHONES, TEXT
from gridapp.models.record import Field, Record, field_of, fields_of, table_of
from gridapp.store import search_words as words

PLACES = ("household", "dwelling", "building")  # each lies in the next
DOOR = {"number": "building", "unit": "dwelling", "room": "dwelling"}
_DOOR_PARTS = {**DOOR, "estate": "building"}
BATCH = 1000
AGE = "{age}"  # stands in a stored detail: an age is told when it is shown
ORDINARY = ("here", "living")  # presence, life_state: only the others are said
DETAILS: Mapping[str, tuple[str, ...]] = {
    "resident": ("sex", "born_on", "presence", "life_state"),
    "contact": ("relation",),
    "grid": ("community",),
    "building": ("estate",),
    "issue": ("state", "place"),
    "dispute": ("state", "place"),
}

T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One record as the index keeps it; `detail` may hold AGE, told from `born`."""

    id: UUID
    title: str
    detail: str
    born: str | None
    words: frozenset[str]


def indexed(model: type[Record]) -> bool:
    """Whether records of this type can be found."""
    return any(one.searched for one in fields_of(model))


def batches(ids: Sequence[T]) -> Iterator[Sequence[T]]:
    """`ids` in pieces one SQL statement takes."""
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


def _place_field(model: type[Record]) -> Field | None:
    """The reference that says behind which door a record lives."""
    return next((one for one in fields_of(model) if one.target in PLACES), None)


def _owner_field(model: type[Record]) -> Field | None:
    """The reference to the record this one is part of, when that is not a place."""
    return next(
        (f for f in fields_of(model) if f.part and f.target not in PLACES), None
    )


@cache
def _shows(target: type[Record]) -> tuple[tuple[type[Record], Field], ...]:
    """Which records show this one, by what field: its change changes their rows."""
    return tuple(
        (model, one)
        for model in RECORDS
        if indexed(model)
        for one in (_place_field(model), _owner_field(model))
        if one is not None and record_named(one.target) is target
    )


def dependents(
    db: Connection,
    changed: Mapping[type[Record], Iterable[UUID]],
    waiting: Callable[[type[Record], Sequence[UUID]], set[UUID]] | None = None,
) -> dict[type[Record], set[UUID]]:
    """The changed records that are indexed, and all whose row depends on them.

    waiting: which of these records will have their own turn, and bring theirs along.
    """
    found = {model: set(ids) for model, ids in changed.items()}
    fresh = {model: set(ids) for model, ids in found.items()}
    while fresh:
        following: dict[type[Record], set[UUID]] = {}
        for target, ids in fresh.items():
            for model, one in _shows(target):
                table = table_of(model)
                for batch in batches(sorted(ids)):
                    query = select(table.c.id).where(table.c[one.name].in_(batch))
                    new = set(db.execute(query).scalars()) - found.get(model, set())
                    if waiting is not None and new:
                        new -= waiting(model, sorted(new))
                    following.setdefault(model, set()).update(new)
                    found.setdefault(model, set()).update(new)
        fresh = {model: ids for model, ids in following.items() if ids}
    return {model: ids for model, ids in found.items() if ids and indexed(model)}


@cache
def shown_columns(model: type[Record]) -> frozenset[str]:
    """The columns of a record that its row, or one that depends on it, is made of;
    none when there is no such row."""
    if not indexed(model) and not _shows(model):
        return frozenset()
    places = {
        name for name, place in _DOOR_PARTS.items() if place == model.__tablename__
    }
    steps = (_place_field(model), _owner_field(model))
    led = {one.name for one in steps if one is not None}
    return frozenset({"deleted_at", *_read(model), *places, *led})


def rows(db: Connection, model: type[Record], ids: Sequence[UUID]) -> Iterator[Row]:
    """The rows of those records that exist and are not deleted."""
    found = db.execute(_query(model), {"ids": json.dumps([one.hex for one in ids])})
    names = tuple(found.keys())
    for values in found:
        yield _row(model, dict(zip(names, values, strict=True)))


@cache
def _query(model: type[Record]) -> Any:
    """What a row is made of, of the records whose `ids` are given as JSON."""
    table = table_of(model)
    source, places = _with_places(model, table)
    owner = _owner_field(model)
    columns: list[Any] = [table.c[name] for name in _read(model)]
    columns += [place.c[name].label(f"door_{name}") for name, place in places.items()]
    if owner is not None:
        whole = record_named(owner.target)
        parent = table_of(whole)
        source = source.outerjoin(parent, parent.c.id == table.c[owner.name])
        columns.append(parent.c[whole.shown_by].label("owner_name"))
    asked = text(f"{table.name}.id IN (SELECT value FROM json_each(:ids))")
    return (
        select(*columns)
        .select_from(source)
        .where(asked, table.c.deleted_at.is_(None))
        .order_by(table.c.id)
    )


@cache
def _searched(model: type[Record]) -> tuple[Field, ...]:
    return tuple(one for one in fields_of(model) if one.searched)


@cache
def _read(model: type[Record]) -> tuple[str, ...]:
    """Names of the columns that a row is made of."""
    fields = (*_searched(model), *_details(model), field_of(model, model.shown_by))
    return tuple(dict.fromkeys(("id", "grid_id", *(one.name for one in fields))))


def _with_places(
    model: type[Record], table: FromClause
) -> tuple[FromClause, dict[str, FromClause]]:
    """The table joined along its way to a building; the table of each door part."""
    source, here, there = table, table, model
    on_the_way = {model.__tablename__: table}
    while (step := _place_field(there)) is not None:
        there = record_named(step.target)
        target = table_of(there)
        source = source.outerjoin(target, target.c.id == here.c[step.name])
        here = on_the_way[step.target] = target
    parts = _DOOR_PARTS.items()
    return source, {
        name: on_the_way[place] for name, place in parts if place in on_the_way
    }


def _row(model: type[Record], values: Mapping[str, Any]) -> Row:
    door = tuple(values.get(f"door_{name}") for name in DOOR)
    born = next((f for f in _details(model) if f.kind is BIRTH), None)
    shown = door_text(*door)
    title = field_of(model, model.shown_by).format(values[model.shown_by])
    if model.__tablename__ in PLACES:
        title = title if model.__tablename__ == "household" and title else shown
        shown = "" if title == shown else shown
    told = (values.get("owner_name"), *_told(model, values), shown)
    return Row(
        values["id"],
        title or model.title,
        " ".join(str(one) for one in told if one),
        values[born.name] if born else None,
        frozenset(_words(model, values, door)),
    )


@cache
def _details(model: type[Record]) -> tuple[Field, ...]:
    """The fields that tell one record from another of the same name."""
    names = DETAILS.get(model.__tablename__)
    if names is not None:
        return tuple(field_of(model, name) for name in names)
    return tuple(f for f in fields_of(model) if f.kind is CODE and f.listed)[:1]


def _told(model: type[Record], values: Mapping[str, Any]) -> Iterator[str]:
    for one in _details(model):
        value = values[one.name]
        if one.kind is BIRTH:
            yield AGE if value else ""
        elif one.codes == "sex":
            yield {"1": tr("男"), "2": tr("女")}.get(value, "")
        elif value not in ORDINARY:
            yield one.format(value)


def door_text(number: str | None, unit: str | None, room: str | None) -> str:
    """A door as people read it: 3-2-501, 3-501, 东街 12号, 3栋."""
    door = words.door_of(number, unit, room)
    if door.building and door.room:
        return "-".join(
            part for part in (door.building.upper(), door.unit, room) if part
        )
    return " ".join(part for part in (number, unit, room) if part)


def _words(
    model: type[Record], values: Mapping[str, Any], door: tuple[str | None, ...]
) -> Iterator[str]:
    yield words.marked(model.__tablename__)
    yield words.marked(values["grid_id"].hex)
    for one in _searched(model):
        value = values[one.name]
        if value:
            yield from _field_words(model, one, value)
    if any(door):
        yield from words.door_of(*door).words()
        inherited = (values.get("door_estate"), door[0])
        for text in inherited if model.__tablename__ != "building" else ():
            if text:
                yield from words.text_words(text, begins=False, spelled=False)


def _field_words(model: type[Record], one: Field, value: Any) -> Iterable[str]:
    if one.kind is NAME:
        return words.name_words(value)
    if one.kind is PHONES:
        return {word for phone in value for word in words.number_words(phone)}
    if one.kind is ID_NUMBER:
        return words.id_words(value)
    return words.text_words(
        one.format(value),
        begins=one.name == model.shown_by,
        spelled=one.kind is TEXT,
    )
