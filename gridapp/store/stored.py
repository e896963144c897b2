"""Values as SQLite keeps them, straight from and to the wire.

A sync moves rows; it does not look at them. Making Python values of each row and
SQLite's form of them again took three quarters of a laptop's time (bench: sync).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from gridapp.models.record import Record
from gridapp.sync.wire import OF_SQLITE, TO_SQLITE, kinds_of, text

Convert = Callable[[Any], Any]


@cache
def from_wire(model: type[Record]) -> Mapping[str, Convert]:
    """What makes SQLite's form of each value that travels, by name.

    They take no None, and raise ValueError for a value of another sort.
    """
    return {
        name: TO_SQLITE.get(kind.name, text) for name, kind in kinds_of(model).items()
    }


def column(convert: Convert, values: Sequence[Any]) -> Sequence[Any]:
    """SQLite's form of what travelled in one column; what is None stays so."""
    texts = convert is text and set(map(type, values)) == {str}
    if texts and "\0" not in "".join(values):  # looked at together: `text` does no more
        return values
    return [None if one is None else convert(one) for one in values]


@cache
def to_wire(model: type[Record]) -> Mapping[str, Convert | None]:
    """What makes of SQLite's form what travels, by name; None: it is the same."""
    return {name: OF_SQLITE.get(kind.name) for name, kind in kinds_of(model).items()}
