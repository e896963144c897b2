"""Records in the order of one column, as a click on a heading or --sort asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gridapp.models import codes as code_tables
from gridapp.models.kinds import CODES
from gridapp.models.record import Record
from gridapp.work.listing import Column, of_records
from gridapp.work.visit_round import natural


def ordered(
    db: Connection,
    model: type[Record],
    ids: Sequence[UUID],
    column: Column,
    *,
    descending: bool = False,
) -> list[UUID]:
    """`ids` by the values of a column; empty ones last, equal ones as they were.

    Chinese stands in the order of its pinyin, codes in that of their table, rooms as
    one counts.
    """
    listing = of_records(model, ids)
    found = list(listing.rows(db, frozenset((column.key,))))
    filled = [row for row in found if row.get(column.key) not in (None, "", ())]
    empty = [row for row in found if row.get(column.key) in (None, "", ())]
    filled.sort(key=lambda row: _key(column, row[column.key]), reverse=descending)
    return [row["id"] for row in (*filled, *empty)]


def _key(column: Column, value: Any) -> Any:
    if column.codes:
        return _places(column, value if column.kind is CODES else (value,))
    if isinstance(value, bool | int | float | dt.date | dt.datetime):
        return value
    return text_key(column.kind.format(value))


def _places(column: Column, some: Sequence[str]) -> list[int]:
    known = code_tables.table(column.codes).codes
    return [known.index(one) if one in known else len(known) for one in some]


def text_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts text by its pinyin, and the numbers in it as numbers."""
    from pypinyin import lazy_pinyin

    return natural(" ".join(lazy_pinyin(text)))
