"""The columns a record type has in a list that is written to a file, and its rows.

Every field, and beside them what people look for in such a list: whoever and wherever
a reference means in words, the age, the tags, who is behind a door, who wrote it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as Keys
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.models import (
    Building,
    Contact,
    Dispute,
    DisputeParty,
    Dwelling,
    Finding,
    Household,
    Patrol,
    Resident,
    record_named,
)
from gridapp.models.identity import age_on
from gridapp.models.kinds import CODES, NUMBER, TIME
from gridapp.models.record import Field, Record, Values, fields_of
from gridapp.store import agenda, records, rounds
from gridapp.store.estate import door_counts
from gridapp.store.history import authors
from gridapp.work.due import door_of
from gridapp.work.gbt31000 import tables_for
from gridapp.work.listing import CALLED, Column
from gridapp.work.patrol_round import finding_words
from gridapp.work.people import state_words
from gridapp.work.readiness import readiness
from gridapp.work.record_parts import of_each

DOOR = ".door"  # after the key of a person's column: where they live
READY = "ready"
PLACE = frozenset({"estate", "building", "unit", "room"})
_SIGNED = frozenset({"visit", "patrol", "issue", "dispute_session"})  # who wrote it
_More = Callable[[Connection, Sequence[Values]], Mapping[UUID, Values]]


@cache
def columns_of(model: type[Record]) -> tuple[Column, ...]:
    """Every column of a record type, in the order of its fields."""
    found: list[Column] = []
    for one in fields_of(model):
        found += _columns(model, one)
    if model is Resident:
        born = [one.key for one in found].index("born_on")
        found.insert(born + 1, Column("age", tr("年龄"), NUMBER))
    found += _MORE.get(model.__tablename__, _NO_MORE)[0]
    if tables_for(model):
        found.append(Column(READY, tr("国标资料"), usual=False))
    signed = model.__tablename__ in _SIGNED
    return (
        *found,
        Column("created_by", tr("录入人"), usual=signed),
        Column("created_at", tr("录入时间"), TIME, usual=False),
        Column("updated_at", tr("最后修改"), TIME, usual=False),
    )


def _columns(model: type[Record], one: Field) -> list[Column]:
    if not one.target:
        return [Column(one.name, one.label, one.kind, one.codes, one.listed)]
    if one.part and one.target in ("household", "dwelling", "building"):
        return [
            Column("estate", tr("小区"), usual=False),
            Column("building", tr("楼栋")),
            *_inside(model),
        ]
    if record_named(one.target).shown_by == "id":
        return []
    shown = [Column(one.name, one.label, usual=one.listed)]
    if one.target == "resident":
        shown.append(Column(one.name + DOOR, tr("门牌"), usual=one.listed))
    return shown


def _inside(model: type[Record]) -> list[Column]:
    """Unit and room of the door; a dwelling has them as fields of its own."""
    if model is Dwelling:
        return []
    return [Column("unit", tr("单元")), Column("room", tr("房号"))]


def read_rows(
    db: Connection, model: type[Record], ids: Sequence[UUID], keys: Keys[str]
) -> list[dict[str, Any]]:
    """Values by column key of these records, in their order; only what is wanted."""
    known = records.by_id(db, model, ids, deleted=True)
    rows = [known[one] for one in ids if one in known]
    words = {
        one.name: _words(db, one.target, _pointed(rows, one.name))
        for one in fields_of(model)
        if one.target and not keys.isdisjoint((one.name, one.name + DOOR))
    }
    beside: list[Mapping[UUID, Values]] = []
    if not PLACE.isdisjoint(keys):
        beside.append(_doors(db, model, rows))
    columns, more = _MORE.get(model.__tablename__, _NO_MORE)
    if not {*(one.key for one in columns), "age"}.isdisjoint(keys):
        beside.append(more(db, rows))
    if READY in keys:
        ready = readiness(db, model, [row["id"] for row in rows])
        beside.append({key: {READY: one.words} for key, one in ready.items()})
    names = authors(db, {row["created_by"] for row in rows})
    found: list[dict[str, Any]] = []
    for row in rows:
        full = {**row, "created_by": names.get(row["created_by"])}
        for some in beside:
            full |= some.get(row["id"], {})
        for name, said in words.items():
            full[name] = said.get(row[name])
            full[name + DOOR] = said.get((row[name], DOOR))
        found.append(full)
    return found


def _pointed(rows: Iterable[Values], name: str) -> set[UUID]:
    return {row[name] for row in rows if row[name] is not None}


def _words(db: Connection, target: str, ids: set[UUID]) -> dict[Any, str]:
    """What names these records to a person; of a resident the door as well."""
    found: dict[Any, str] = {}
    if target == "resident":
        for key, one in agenda.persons(db, ids).items():
            found[key] = one.name
            found[key, DOOR] = door_of(one)
        return found
    model = record_named(target)
    if model.shown_by == "id":
        return found
    found.update(records.labels(db, model, ids))
    return found


def _doors(
    db: Connection, model: type[Record], rows: Sequence[Values]
) -> dict[UUID, Values]:
    """Estate, building, unit and room of what stands behind a door or in a house."""
    part = next((one for one in fields_of(model) if one.part), None)
    if part is None or part.target not in ("household", "dwelling", "building"):
        return {}
    here = {row["id"]: row[part.name] for row in rows}
    homes: dict[UUID, Values] = {}
    rooms: dict[UUID, Values] = {}
    if part.target == "household":
        homes = records.by_id(db, Household, set(here.values()) - {None}, deleted=True)
        here = {key: homes[one]["dwelling_id"] for key, one in here.items() if one}
    if part.target in ("household", "dwelling"):
        rooms = records.by_id(db, Dwelling, set(here.values()), deleted=True)
        houses_of = {key: rooms[one]["building_id"] for key, one in here.items()}
    else:
        houses_of = here
    houses = records.by_id(db, Building, set(houses_of.values()), deleted=True)
    found: dict[UUID, Values] = {}
    for key, house_id in houses_of.items():
        house = houses[house_id]
        found[key] = {"estate": house["estate"], "building": house["number"]}
        if rooms:
            room = rooms[here[key]]
            found[key] |= {"unit": room["unit"], "room": room["room"]}
    return found


def _of_people(db: Connection, rows: Sequence[Values]) -> Mapping[UUID, Values]:
    ids, today = [row["id"] for row in rows], dt.date.today()
    tags = agenda.tags_on(db, today, ids)
    contacts = of_each(db, Contact, "resident_id", ids)
    return {
        row["id"]: {
            "age": age_on(row["born_on"], today),
            "tags": tuple(tags.get(row["id"], ())) or None,
            "contacts": _called(contacts.get(row["id"], ())),
        }
        for row in rows
    }


def _called(contacts: Iterable[Values]) -> str | None:
    """女儿李芳13800000002、儿子李强13800000003, in the order they are called."""
    ordered = sorted(contacts, key=lambda one: (one["rank"] is None, one["rank"] or 0))
    each = (
        "".join((one["relation"] or "", one["name"], *(one["phones"] or ())[:1]))
        for one in ordered
    )
    return tr("、").join(each) or None


def _of_homes(db: Connection, rows: Sequence[Values]) -> Mapping[UUID, Values]:
    return _living(db, {row["id"]: [row] for row in rows})


def _of_doors(db: Connection, rows: Sequence[Values]) -> Mapping[UUID, Values]:
    homes = of_each(db, Household, "dwelling_id", [row["id"] for row in rows])
    return _living(db, {row["id"]: homes.get(row["id"], []) for row in rows})


def _living(
    db: Connection, homes: Mapping[UUID, Sequence[Values]]
) -> Mapping[UUID, Values]:
    """How many live in these households, and their names."""
    there = [one["id"] for some in homes.values() for one in some]
    people = of_each(db, Resident, "household_id", there)
    found: dict[UUID, Values] = {}
    for key, some in homes.items():
        everybody = [one for home in some for one in people.get(home["id"], ())]
        names = [one["name"] for one in everybody if not state_words(one)]
        found[key] = {"people": len(names), "members": tr("、").join(names) or None}
    return found


def _of_houses(db: Connection, rows: Sequence[Values]) -> Mapping[UUID, Values]:
    counted: dict[UUID, Values] = {
        row["id"]: {"doors": 0, "homes": 0, "people": 0} for row in rows
    }
    seen: set[str] = set()
    for one in door_counts(db):
        mine = counted.get(UUID(one.building))
        if mine is None:
            continue
        mine["doors"] += one.dwelling not in seen
        mine["homes"] += one.living > 0
        mine["people"] += one.living
        seen.add(one.dwelling)
    return counted


def _of_patrols(db: Connection, rows: Sequence[Values]) -> Mapping[UUID, Values]:
    ids = [row["id"] for row in rows]
    stops = rounds.stop_counts(db, ids)
    findings = of_each(db, Finding, "patrol_id", ids)
    return {
        one: {
            "stops": stops.get(one, 0),
            "findings": tr("；").join(map(finding_words, findings.get(one, ())))
            or None,
        }
        for one in ids
    }


def _of_disputes(db: Connection, rows: Sequence[Values]) -> Mapping[UUID, Values]:
    parties = of_each(db, DisputeParty, "dispute_id", [row["id"] for row in rows])
    return {
        row["id"]: {
            side: tr("、").join(
                one["name"] for one in parties.get(row["id"], ()) if one["side"] == side
            )
            or None
            for side in ("applicant", "respondent")
        }
        for row in rows
    }


# What stands beside the fields, by record type, and how it is read.
_PEOPLE = Column("people", tr("人数"), NUMBER)
_MEMBERS = Column("members", tr("住户"), usual=False)
_NO_MORE: tuple[tuple[Column, ...], _More] = ((), lambda _db, _rows: {})
_MORE: Mapping[str, tuple[tuple[Column, ...], _More]] = {
    Resident.__tablename__: (
        (
            Column("tags", tr("人员标签"), CODES, "resident_tag"),
            Column("contacts", tr("紧急联系人及电话"), CALLED, usual=False),
        ),
        _of_people,
    ),
    Household.__tablename__: ((_PEOPLE, _MEMBERS), _of_homes),
    Dwelling.__tablename__: ((_PEOPLE, _MEMBERS), _of_doors),
    Building.__tablename__: (
        (
            Column("doors", tr("房屋数"), NUMBER),
            Column("homes", tr("户数"), NUMBER),
            _PEOPLE,
        ),
        _of_houses,
    ),
    Patrol.__tablename__: (
        (
            Column("stops", tr("看了几处"), NUMBER),
            Column("findings", tr("发现的问题")),
        ),
        _of_patrols,
    ),
    Dispute.__tablename__: (
        (
            Column("applicant", tr("申请人")),
            Column("respondent", tr("被申请人")),
        ),
        _of_disputes,
    ),
}
