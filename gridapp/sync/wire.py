"""The values of a record as they travel; docs/protocol.md, "A change"."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import compress, repeat
from operator import is_not
from typing import Any, NamedTuple, cast
from uuid import UUID

from gridapp.models.ids import id_of
from gridapp.models.kinds import REF, TIME, WORD_BREAK, Kind
from gridapp.models.record import Record, fields_of

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LARGEST = 1 << 31  # of an INTEGER at the county


@cache
def kinds_of(model: type[Record]) -> Mapping[str, Kind[Any]]:
    """The Kind of everything of a record that travels, by name."""
    return {
        **{one.name: one.kind for one in fields_of(model)},
        "grid_id": REF,
        "created_at": TIME,
        "created_by": REF,
        "updated_at": TIME,
        "updated_by": REF,
        "deleted_at": TIME,
    }


def to_wire(model: type[Record], name: str, value: Any) -> Any:
    """A Python value of a record as it travels."""
    return None if value is None else kinds_of(model)[name].to_wire(value)


def from_wire(model: type[Record], name: str, raw: Any) -> Any:
    """The Python value that travelled; ValueError when it is of another sort."""
    return None if raw is None else readers_of(model)[name](raw)


def text(raw: Any) -> str:
    """The text that travelled; ValueError when it is none that both databases keep."""
    if type(raw) is not str or "\0" in raw:
        raise ValueError("not a text that both databases keep")
    return raw


def _number(raw: Any) -> int:
    if type(raw) is not int or not -_LARGEST <= raw < _LARGEST:
        raise ValueError("not a number of 32 bits")
    return raw


def _decimal(raw: Any) -> float:
    if type(raw) not in (int, float) or not math.isfinite(raw):
        raise ValueError("not a number")
    return raw


def _yes_no(raw: Any) -> bool:
    if type(raw) is not bool:
        raise ValueError("neither yes nor no")
    return raw


def _date(raw: Any) -> dt.date:
    return dt.date.fromisoformat(text(raw))


@lru_cache(maxsize=4096)
def moment(raw: int | str) -> dt.datetime:
    """The moment that travelled; ValueError when there is none such."""
    if isinstance(raw, str):
        return dt.datetime.fromisoformat(raw).astimezone(dt.UTC)
    try:
        return _EPOCH + dt.timedelta(milliseconds=raw)
    except OverflowError:
        raise ValueError("not a moment") from None


def _time(raw: Any) -> dt.datetime:
    if type(raw) is not int and type(raw) is not str:
        raise ValueError("not a moment")
    return moment(raw)


def _words(raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise ValueError("not a list of words")
    return tuple(map(text, cast("list[Any]", raw)))


def _id(raw: Any) -> UUID:
    if type(raw) is bytes:
        return id_of(raw)
    return UUID(text(raw))


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "number": _number,
    "decimal": _decimal,
    "yes_no": _yes_no,
    "date": _date,
    "time": _time,
    "codes": _words,
    "phones": _words,
    "ref": _id,
}  # kinds that are not named here are text


@cache
def readers_of(model: type[Record]) -> Mapping[str, Callable[[Any], Any]]:
    """What makes the Python value of each value that travels, by name.

    They take no None, and raise ValueError for a value of another sort, or one that
    SQLite or PostgreSQL could not keep.
    """
    return {
        name: _READERS.get(kind.name, text) for name, kind in kinds_of(model).items()
    }


@lru_cache(maxsize=4096)
def time_of_sqlite(kept: str) -> int:
    """A moment as SQLite keeps it, in milliseconds since 1970."""
    return (dt.datetime.fromisoformat(kept) - _EPOCH) // dt.timedelta(milliseconds=1)


def words_of_text(text: str) -> list[str]:
    """Words as both databases keep them, as they travel."""
    return text.split(WORD_BREAK)


# What makes of SQLite's form of a value what travels, by kind, on both sides; a kind
# that is not named travels as it is kept.
OF_SQLITE: Mapping[str, Callable[[Any], Any]] = {
    "yes_no": bool,
    "time": time_of_sqlite,
    "codes": words_of_text,
    "phones": words_of_text,
    "ref": bytes.fromhex,
}


@lru_cache(maxsize=4096)
def time_to_sqlite(raw: Any) -> str:
    """Milliseconds since 1970 as SQLite keeps a moment."""
    if type(raw) is not int:
        raise ValueError("not a moment")
    second, millisecond = divmod(raw, 1000)
    return f"{_second_text(second)}.{millisecond:03}Z"


@lru_cache(maxsize=4096)  # what one act writes has few of them
def _second_text(second: int) -> str:
    return moment(second * 1000).isoformat()[:19]


def id_to_sqlite(raw: Any) -> str:
    """An id of 16 bytes as SQLite keeps it."""
    if type(raw) is not bytes or len(raw) != 16:
        raise ValueError("not an id")
    return raw.hex()


def _date_text(raw: Any) -> str:
    return _date(raw).isoformat()


def _yes_no_number(raw: Any) -> int:
    return int(_yes_no(raw))


def _float(raw: Any) -> float:
    return float(_decimal(raw))


def _words_text(raw: Any) -> str | None:
    return WORD_BREAK.join(_words(raw)) or None


# What makes of what travels SQLite's form, by kind, on both sides; PostgreSQL takes it
# too. They take no None, and raise ValueError as the readers do. Kinds that are not
# named are text.
TO_SQLITE: Mapping[str, Callable[[Any], Any]] = {
    "number": _number,
    "decimal": _float,
    "yes_no": _yes_no_number,
    "date": _date_text,
    "time": time_to_sqlite,
    "codes": _words_text,
    "phones": _words_text,
    "ref": id_to_sqlite,
}


@lru_cache(maxsize=2000)
def named(names: str) -> tuple[str, ...]:
    """The single names of a change's `names`."""
    return tuple(names.split(",")) if names else ()


def whole(model: type[Record], values: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """`names` and `values` of everything in a record that is not empty."""
    names: list[str] = []
    sent: list[Any] = []
    for name, kind in kinds_of(model).items():
        value = values.get(name)
        if value is not None:
            names.append(name)
            sent.append(kind.to_wire(value))
    return ",".join(names), sent


def pairs(
    model: type[Record], changes: Mapping[str, tuple[Any, Any]]
) -> tuple[str, list[Any]]:
    """`names` and `values` of changed fields, given as {field: (old, new)}."""
    values = [
        [to_wire(model, name, old), to_wire(model, name, new)]
        for name, (old, new) in changes.items()
    ]
    return ",".join(changes), values


class Sparse:
    """Tells of wide rows, most of whose columns are empty, what is there.

    A resident has 55 columns and a dozen values; rows come in few shapes, and what
    follows from a shape is worked out once.
    """

    def __init__(self, columns: Mapping[str, Callable[[Any], Any] | None]) -> None:
        """`columns`: in the order of a row, what makes of each what travels; None: it
        travels as it is."""
        self._columns = tuple(columns.items())
        self._shapes: dict[bytes, _Shape] = {}

    def __call__(self, row: Sequence[Any]) -> tuple[str, list[Any]]:
        """`names` and `values` of a row as they travel."""
        there = bytes(map(is_not, row, repeat(None)))
        shape = self._shapes.get(there)
        if shape is None:
            shape = self._shapes[there] = self._shape(there)
        values = list(compress(row, there))
        for place, convert in shape.converts:
            values[place] = convert(values[place])
        return shape.names, values

    def _shape(self, there: bytes) -> _Shape:
        found = [*compress(self._columns, there)]
        converts = [(place, way) for place, (_, way) in enumerate(found) if way]
        return _Shape(",".join(name for name, _ in found), converts)


class _Shape(NamedTuple):
    names: str
    converts: Sequence[tuple[int, Callable[[Any], Any]]]
