"""Values as SQLite keeps them, straight from and to the wire.

A sync moves rows; it does not look at them. Making Python values of each row and
SQLite's form of them again took three quarters of a laptop's time (bench: sync).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any, cast

from gridapp.models.kinds import WORD_BREAK, time_text
from gridapp.models.record import Record
from gridapp.sync.wire import OF_SQLITE, kinds_of

Convert = Callable[[Any], Any]
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def _text(value: Any) -> str:
    if type(value) is not str or "\0" in value:
        raise ValueError("not a text")
    return value


def _date(value: Any) -> str:
    return dt.date.fromisoformat(_text(value)).isoformat()


@lru_cache(maxsize=4096)
def time_from_wire(value: int) -> str:
    """Milliseconds since 1970 as SQLite keeps a moment."""
    if type(value) is not int:
        raise ValueError("not a moment")
    return time_text(_EPOCH + dt.timedelta(milliseconds=value))


def id_from_wire(value: Any) -> str:
    """An id of 16 bytes as SQLite keeps it."""
    if type(value) is not bytes or len(value) != 16:
        raise ValueError("not an id")
    return value.hex()


def _number(value: Any) -> int:
    if type(value) is not int:
        raise ValueError("not a number")
    return value


def _decimal(value: Any) -> float:
    if type(value) is not int and type(value) is not float:
        raise ValueError("not a number")
    return float(value)


def _yes_no(value: Any) -> int:
    if type(value) is not bool:
        raise ValueError("neither yes nor no")
    return int(value)


def _words(value: Any) -> str | None:
    if not isinstance(value, list):
        raise ValueError("not a list of words")
    return WORD_BREAK.join(map(_text, cast("list[Any]", value))) or None


_FROM_WIRE: Mapping[str, Convert] = {
    "number": _number,
    "decimal": _decimal,
    "yes_no": _yes_no,
    "date": _date,
    "time": time_from_wire,
    "codes": _words,
    "phones": _words,
    "ref": id_from_wire,
}  # kinds that are not named are text


@cache
def from_wire(model: type[Record]) -> Mapping[str, Convert]:
    """What makes SQLite's form of each value that travels, by name.

    They take no None, and raise ValueError for a value of another sort.
    """
    return {
        name: _FROM_WIRE.get(kind.name, _text) for name, kind in kinds_of(model).items()
    }


@cache
def to_wire(model: type[Record]) -> Mapping[str, Convert | None]:
    """What makes of SQLite's form what travels, by name; None: it is the same."""
    return {name: OF_SQLITE.get(kind.name) for name, kind in kinds_of(model).items()}
