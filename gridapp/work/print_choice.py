"""Whom a batch of sheets is for: a day, a week, a building, somebody's grid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Building, Worker
from gridapp.models.record import Record, table_of
from gridapp.store import agenda, records
from gridapp.store.search_words import door_of
from gridapp.work import today
from gridapp.work.conditions import linked
from gridapp.work.ways import WAYS


def week_of(day: dt.date) -> tuple[dt.date, dt.date]:
    """Monday and Sunday of the week of a day."""
    monday = day - dt.timedelta(days=day.weekday())
    return monday, monday + dt.timedelta(days=6)


def month_of(day: dt.date) -> tuple[dt.date, dt.date]:
    """The first and the last day of the month of a day."""
    first = day.replace(day=1)
    after = (first + dt.timedelta(days=31)).replace(day=1)
    return first, after - dt.timedelta(days=1)


def people_due(db: Connection, kind: str, day: dt.date, until: dt.date) -> list[UUID]:
    """Whom a visit or a call (`kind`) is owed to by `until`, as seen on `day`."""
    rows = today.due(db, day, horizon=max((until - day).days, 0))
    found = (one.resident_id for one in rows if one.kind == kind)
    return list(dict.fromkeys(one for one in found if one))


def people_planned(db: Connection, kind: str, day: dt.date) -> list[UUID]:
    """Who has a plan for a visit or a call (`kind`) on `day`, due or not."""
    plans = agenda.plans_on(db, day)
    found = (one.person.resident_id for one in plans if WAYS[one.way].kind == kind)
    return list(dict.fromkeys(found))


def behind(
    db: Connection, people: Collection[UUID], buildings: Collection[UUID]
) -> list[UUID]:
    """Those of these people who live in one of these buildings, in their order."""
    live = agenda.living_in(db, buildings)
    return [one for one in people if one in live]


def standing_in(
    db: Connection,
    model: type[Record],
    ids: Collection[UUID],
    buildings: Collection[UUID],
) -> list[UUID]:
    """Those of these records that belong to one of these buildings, in their order.

    UserError when records of this type belong to no building.
    """
    try:
        there = linked(model, Building, table_of(Building).c.id.in_(buildings))
    except ValueError as error:
        raise UserError(str(error)) from None
    found = {row["id"] for row in records.find(db, model, there)}
    return [one for one in ids if one in found]


def in_grids(
    db: Connection, model: type[Record], ids: Collection[UUID], grids: Collection[UUID]
) -> list[UUID]:
    """Those of these records that belong to one of these grids, in their order."""
    rows = records.by_id(db, model, ids)
    return [one for one in ids if one in rows and rows[one]["grid_id"] in grids]


def buildings_named(db: Connection, number: str) -> list[UUID]:
    """The buildings of that number, of every estate; UserError when there is none."""
    wanted = door_of(number, None, None).building
    found = [
        row["id"]
        for row in records.find(db, Building)
        if door_of(row["number"], None, None).building == wanted
    ]
    if not found:
        raise UserError(tr("没有“{number}”这栋楼，请核对楼栋号。", number=number))
    return found


def grids_of_worker(db: Connection, name: str) -> set[UUID]:
    """The grids the workers of that name work in; UserError when there is nobody."""
    rows = records.filtered(db, Worker, {"name": name})
    if not rows:
        raise UserError(tr("没有叫“{name}”的工作人员，请核对姓名。", name=name))
    return {row["grid_id"] for row in rows}
