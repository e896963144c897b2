"""A list as somebody sees it, to be written to a file: its columns and its rows.

A page says what it shows as a `Listing`; `of_records` makes one of any record type.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as Keys
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.models import codes as code_tables
from gridapp.models.identity import is_birth, mask_phone
from gridapp.models.kinds import (
    BIRTH,
    CODES,
    DATE,
    DECIMAL,
    NOTE,
    NUMBER,
    TEXT,
    TIME,
    Kind,
)
from gridapp.models.record import Record

Cell = str | int | float | dt.date | dt.datetime | None
Row = Mapping[str, Any]  # values by column key
Read = Callable[[Connection, Sequence[Any], Keys[str]], Iterable[Row]]
BATCH = 500  # rows read at once
_WHOLE_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"\d[\d-]{6,}")


def _mask_numbers(text: str) -> str:
    return _NUMBER.sub(lambda found: mask_phone(found[0]), text)


# Names with their telephone numbers, as 女儿李芳13800000002.
CALLED = replace(NOTE, name="called", private=True, mask=_mask_numbers)


@dataclass(frozen=True)
class Column:
    """One column: what it is called and how its values are written.

    `usual` columns are written unless the user chooses others.
    """

    key: str
    label: str
    kind: Kind[Any] = TEXT
    codes: str = ""  # key of a code table
    usual: bool = True

    @property
    def private(self) -> bool:
        """Whether its values are masked unless somebody says what for."""
        return self.kind.guarded

    @property
    def digits(self) -> bool:
        """Whether it holds digits that Excel must keep as text."""
        return self.kind.number_text

    @property
    def long(self) -> bool:
        """Whether its values may go on for several lines."""
        return self.kind.name in (NOTE.name, CALLED.name)

    def cell(self, value: Any, *, unmasked: bool) -> Cell:
        """A value as a table has it: numbers and dates as such, codes as words.

        Times are local and without a zone, as Excel keeps them.
        """
        if value is None:
            return None
        if self.codes:
            name = code_tables.table(self.codes).name
            some = value if self.kind is CODES else (value,)
            return tr("、").join(name(code) for code in some)
        if self.kind in (NUMBER, DECIMAL, DATE):
            return value
        if self.kind is TIME:
            return value.astimezone().replace(tzinfo=None, microsecond=0)
        if self.kind is BIRTH and _WHOLE_DAY.fullmatch(value) and is_birth(value):
            return dt.date.fromisoformat(value)
        text = self.kind.format(value)
        return text if unmasked else self.kind.given_out(text)


@dataclass(frozen=True)
class Listing:
    """What a page shows as a list, as it is filtered and sorted.

    key: under which chosen columns are remembered. items: what the rows are read of,
    in their order. narrowed: what narrows it, in words. model: the record type, where
    the items are ids of records; only such a list can follow a standard.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    items: tuple[Any, ...]
    read: Read
    narrowed: tuple[str, ...] = ()
    model: type[Record] | None = None

    def rows(self, db: Connection, keys: Keys[str]) -> Iterator[Row]:
        """Values of these columns, in the order shown; what is gone is passed over."""
        for start in range(0, len(self.items), BATCH):
            yield from self.read(db, self.items[start : start + BATCH], keys)


def of_records(
    model: type[Record],
    ids: Iterable[UUID],
    *,
    title: str = "",
    narrowed: Iterable[str] = (),
    also: Iterable[str] = (),
) -> Listing:
    """The records of one type, with every column there is for it.

    also: keys of columns to write though they are not usual.
    """
    from gridapp.work.record_columns import columns_of, read_rows

    asked = frozenset(also)
    columns = tuple(
        replace(one, usual=True) if one.key in asked else one
        for one in columns_of(model)
    )

    def read(db: Connection, some: Sequence[Any], keys: Keys[str]) -> Iterable[Row]:
        return read_rows(db, model, some, keys)

    return Listing(
        model.__tablename__,
        title or model.title,
        columns,
        tuple(ids),
        read,
        tuple(narrowed),
        model,
    )
