"""Ids of records, made from bytes and hex digits at a third of uuid.UUID's own cost.

A sync makes about ten of them a row; `UUID(bytes=…)` looks at six arguments each time.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID, SafeUUID

from sqlalchemy import Dialect, Uuid

_new: Any = object.__new__
_set_int: Any = UUID.__dict__["int"].__set__
_set_safe: Any = UUID.__dict__["is_safe"].__set__
_unknown = SafeUUID.unknown


def id_of(raw: bytes) -> UUID:
    """The id of 16 bytes; ValueError when there are more or fewer."""
    if len(raw) != 16:
        raise ValueError("an id has 16 bytes")
    made = _new(UUID)
    _set_int(made, int.from_bytes(raw))
    _set_safe(made, _unknown)
    return made


def id_of_hex(text: str) -> UUID:
    """The id of 32 hex digits, as SQLite keeps it."""
    made = _new(UUID)
    _set_int(made, int(text, 16))
    _set_safe(made, _unknown)
    return made


class Id(Uuid[UUID]):
    """A column of ids: `uuid` in PostgreSQL, 32 hex digits in SQLite."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        if dialect.name == "sqlite":
            return _from_sqlite
        parent: Any = super()
        return parent.result_processor(dialect, coltype)


def _from_sqlite(raw: str | None) -> UUID | None:
    return None if raw is None else id_of_hex(raw)
