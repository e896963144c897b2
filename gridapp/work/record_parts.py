"""What belongs to a record: the records that are declared as a part of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import Connection

from gridapp.models import RECORDS
from gridapp.models.kinds import DATE, NUMBER, TIME
from gridapp.models.record import Field, Record, Values, fields_of, table_of
from gridapp.store import records

BATCH = 500  # owners in one query


def parts_of(
    db: Connection, model: type[Record], ids: Collection[UUID]
) -> dict[type[Record], dict[UUID, list[Values]]]:
    """The parts of each of these records by type, in the order they are read.

    Set-wise: a query a type for every 500 records. Types without any are left out.
    """
    found: dict[type[Record], dict[UUID, list[Values]]] = {}
    for other in RECORDS:
        for one in fields_of(other):
            if one.part and one.target == model.__tablename__:
                rows = of_each(db, other, one.name, ids)
                if rows:
                    found[other] = rows
    return found


def of_each(
    db: Connection, model: type[Record], name: str, owners: Iterable[UUID]
) -> dict[UUID, list[Values]]:
    """The records of a type by the owner their field `name` points to, in order."""
    table = table_of(model)
    found: dict[UUID, list[Values]] = {}
    for batch in batches(owners):
        order = (table.c[_order(fields_of(model))], table.c.id)
        for row in records.find(db, model, table.c[name].in_(batch), order=order):
            found.setdefault(row[name], []).append(row)
    return found


def batches(ids: Iterable[UUID]) -> list[list[UUID]]:
    """`ids` in lists one query takes."""
    wanted = list(ids)
    return [wanted[i : i + BATCH] for i in range(0, len(wanted), BATCH)]


def _order(fields: tuple[Field, ...]) -> str:
    """The field that sorts a list: its rank, day or time; else when it was made."""
    for one in fields:
        if one.kind in (DATE, TIME) or (one.kind is NUMBER and one.name == "rank"):
            return one.name
    return "created_at"
