"""Rows of the county's database, read and written without a layer between.

A batch moves a thousand rows; what SQLAlchemy does for each value of each would cost
more than the databases themselves (bench: sync). PostgreSQL gets them by COPY.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import (
    Callable,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from functools import cache, lru_cache
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from gridapp.models import kinds
from gridapp.models.ids import id_of, id_of_hex
from gridapp.models.kinds import WORD_BREAK
from gridapp.models.record import SYSTEM_COLUMNS, Record, Values, fields_of
from gridapp.sync.wire import TO_SQLITE, kinds_of, moment

Convert = Callable[[Any], Any]
_TOGETHER = 50  # rows of one statement of SQLite's
_COPIED_FROM = 50  # fewer rows go by plain statements: COPY needs a table to stage in


@cache
def columns_of(model: type[Record]) -> tuple[str, ...]:
    """Names of the columns of a record's table."""
    return (*SYSTEM_COLUMNS, *(one.name for one in fields_of(model)))


def _tuple(text: str) -> tuple[str, ...]:
    return tuple(text.split(WORD_BREAK))


def _text_of(words: Sequence[str]) -> str | None:
    return WORD_BREAK.join(words) or None


def _utc(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.UTC)


def _id(row: Mapping[str, Any]) -> int:
    return row["id"].int


def _hex(one: Any) -> str:
    return one.hex


time_text = lru_cache(maxsize=4096)(kinds.time_text)
_moment = lru_cache(maxsize=4096)(dt.datetime.fromisoformat)

_READ_SQLITE: Mapping[str, Convert] = {
    "ref": id_of_hex,
    "time": _moment,
    "date": dt.date.fromisoformat,
    "yes_no": bool,
    "codes": _tuple,
    "phones": _tuple,
}
_READ_POSTGRES: Mapping[str, Convert] = {
    "time": _utc,
    "codes": _tuple,
    "phones": _tuple,
}
_MET_POSTGRES: Mapping[str, Convert] = {
    "ref": id_of,
    "time": moment,
    "date": dt.date.fromisoformat,
    "yes_no": bool,
}  # other kinds are as in SQLite
_WRITE: Mapping[str, Convert] = {  # both take ids as hex digits and times as text
    "ref": _hex,
    "time": time_text,
    "date": dt.date.isoformat,
    "codes": _text_of,
    "phones": _text_of,
}  # kinds that are not named are kept as they are


def met(db: Connection, kind: str) -> Convert | None:
    """What makes of what travels the value as the database's driver has it; None: it is
    the same. It takes no None."""
    if db.dialect.name == "postgresql" and kind in _MET_POSTGRES:
        return _MET_POSTGRES[kind]
    return TO_SQLITE.get(kind)


@cache
def _kinds(model: type[Record]) -> Mapping[str, str]:
    return {"id": "ref"} | {name: one.name for name, one in kinds_of(model).items()}


@cache
def _readers(model: type[Record], postgres: bool) -> tuple[Convert | None, ...]:
    ways = _READ_POSTGRES if postgres else _READ_SQLITE
    return tuple(ways.get(_kinds(model)[name]) for name in columns_of(model))


@cache
def _writers(
    model: type[Record], names: tuple[str, ...]
) -> tuple[tuple[int, Convert], ...]:
    ways = [_WRITE.get(_kinds(model)[name]) for name in names]
    return tuple((place, way) for place, way in enumerate(ways) if way is not None)


@cache
def _places(model: type[Record]) -> Mapping[str, int]:
    return {name: place for place, name in enumerate(columns_of(model))}


class Loaded(Mapping[str, Any]):
    """A record as the database has it; a value is read when it is first asked for."""

    __slots__ = ("_known", "_places", "_raw", "_readers")

    def __init__(
        self,
        raw: Sequence[Any],
        places: Mapping[str, int],
        readers: Sequence[Convert | None],
        known: Values,
    ) -> None:
        self._raw, self._places, self._readers = raw, places, readers
        self._known = known

    def __getitem__(self, name: str) -> Any:
        if name in self._known:
            return self._known[name]
        place = self._places[name]
        value, convert = self._raw[place], self._readers[place]
        if value is not None and convert is not None:
            value = convert(value)
        self._known[name] = value
        return value

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self._places else default

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def changed(self, new: Mapping[str, Any]) -> Loaded:
        """The record with these values instead."""
        known = {**self._known, **new}
        return Loaded(self._raw, self._places, self._readers, known)


# A record that was there before, or one that is new: it lacks what is empty.
Row = Loaded | Values


def changed(row: Row, new: Mapping[str, Any]) -> Row:
    """The record with these values instead."""
    return row.changed(new) if isinstance(row, Loaded) else {**row, **new}


def grids(db: Connection, table: str, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The grid of each of these records that is there."""
    query = f"SELECT id, grid_id FROM {table} WHERE id"
    if db.dialect.name == "postgresql":
        listed = _array([one.hex for one in ids])
        return dict(_pairs(db, f"{query} = ANY(%s::uuid[])", listed))
    marks = ",".join("?" * len(ids))
    return {
        id_of_hex(one): id_of_hex(grid)
        for one, grid in db.exec_driver_sql(
            f"{query} IN ({marks})", tuple(one.hex for one in ids)
        )
    }


def _pairs(db: Connection, query: str, listed: str) -> Iterator[Any]:
    yield from db.exec_driver_sql(query, (listed,))


def _array(ids: Sequence[str]) -> str:
    """Ids in hex as an array of PostgreSQL's; its driver takes ten times as long for a
    list, value by value."""
    return f"{{{','.join(ids)}}}"


def load(
    db: Connection, model: type[Record], ids: Sequence[UUID], *, lock: bool = False
) -> dict[UUID, Row]:
    """Records by id; with `lock` nobody else changes them until the commit."""
    if not ids:
        return {}
    found = as_kept(db, model, columns_of(model), [one.hex for one in ids], lock=lock)
    places = _places(model)
    readers = _readers(model, db.dialect.name == "postgresql")
    rows = (Loaded(raw, places, readers, {}) for raw in found)
    return {row["id"]: row for row in rows}


def as_kept(
    db: Connection,
    model: type[Record],
    names: Sequence[str],
    ids: Sequence[str],
    *,
    lock: bool,
) -> Sequence[Sequence[Any]]:
    """These columns of the records with these ids, given in hex, as the database's
    driver has them; with `lock` nobody else changes them until the commit."""
    listed = ", ".join(f'"{name}"' for name in names)
    query = f"SELECT {listed} FROM {model.__tablename__} WHERE id"
    if db.dialect.name != "postgresql":  # whose writer is alone as it is
        query += f" IN ({','.join('?' * len(ids))}) ORDER BY id"
        return db.exec_driver_sql(query, tuple(ids)).all()
    # FOR NO KEY UPDATE: others may still point to these records meanwhile.
    query += " = ANY(%s::uuid[]) ORDER BY id" + (" FOR NO KEY UPDATE" if lock else "")
    return db.exec_driver_sql(query, (_array(ids),)).all()


def insert(
    db: Connection, model: type[Record], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert records, in the order of their ids; what they lack is empty."""
    if not rows:
        return
    # Binding a NULL costs SQLite's driver twenty times what a text does.
    columns = tuple(sorted(set[str]().union(*rows)))
    rows = sorted(rows, key=_id)
    write(db, model.__tablename__, columns, _written(model, columns, rows))


def update(
    db: Connection,
    model: type[Record],
    names: tuple[str, ...],
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Give records, found by the id in each row, new values of these columns."""
    put(db, model, names, list(_written(model, (*names, "id"), rows)))


def put(
    db: Connection,
    model: type[Record],
    names: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """Give records new values of these columns; each row ends with the record's id,
    and is as both databases take it (`write`)."""
    if db.dialect.name == "postgresql" and len(rows) >= _COPIED_FROM:
        _merge(db, model, names, rows)
        return
    table, columns = model.__tablename__, (*names, "id")
    if db.dialect.name != "postgresql":
        listed = ", ".join(f'"{name}"' for name in columns)
        given = ", ".join(f'"{name}" = new."{name}"' for name in names)
        statement = (
            f"WITH new ({listed}) AS (VALUES {{rows}}) UPDATE {table} SET {given}"
            f" FROM new WHERE {table}.id = new.id"
        )
        _together(db, statement, columns, rows)
    elif rows:
        given = ", ".join(f'"{name}" = %s' for name in names)
        db.exec_driver_sql(f"UPDATE {table} SET {given} WHERE id = %s", rows)


def _merge(
    db: Connection,
    model: type[Record],
    names: tuple[str, ...],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """COPY into a table of this transaction's own, then one UPDATE."""
    table, columns = model.__tablename__, (*names, "id")
    listed = ", ".join(f'"{name}"' for name in columns)
    db.exec_driver_sql(
        f"CREATE TEMP TABLE staged ON COMMIT DROP AS SELECT {listed} FROM {table}"
        " WITH NO DATA"
    )
    write(db, "staged", columns, rows)
    given = ", ".join(f'"{name}" = staged."{name}"' for name in names)
    db.exec_driver_sql(
        f"UPDATE {table} SET {given} FROM staged WHERE {table}.id = staged.id"
    )
    db.exec_driver_sql("DROP TABLE staged")


def _written(
    model: type[Record], names: tuple[str, ...], rows: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Any, ...]]:
    writers = _writers(model, names)
    for row in rows:
        values = [row.get(name) for name in names]
        for place, convert in writers:
            value = values[place]
            if value is not None:
                values[place] = convert(value)
        yield tuple(values)


def write(
    db: Connection, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    """Insert rows into any table; ids as hex digits, moments as text."""
    listed = ", ".join(f'"{name}"' for name in columns)
    if db.dialect.name != "postgresql":
        statement = f"INSERT INTO {table} ({listed}) VALUES {{rows}}"
        _together(db, statement, columns, list(rows))
        return
    driver: Any = db.connection.driver_connection
    statement = f"COPY {table} ({listed}) FROM STDIN"
    with (
        _faults(db, statement),
        driver.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _together(
    db: Connection,
    statement: str,
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """Run a statement of SQLite's for these rows; "{rows}" in it stands for the values.

    One statement for many rows takes two thirds of the time of one for each.
    """
    row = f"({', '.join('?' * len(columns))})"
    whole = len(rows) - len(rows) % _TOGETHER
    starts = range(0, whole, _TOGETHER)
    pieces = [tuple(chain.from_iterable(rows[one : one + _TOGETHER])) for one in starts]
    for count, given in ((_TOGETHER, pieces), (1, rows[whole:])):
        if given:
            listed = ", ".join([row] * count)
            db.exec_driver_sql(statement.format(rows=listed), list(given))


@contextmanager
def _faults(db: Connection, statement: str) -> Generator[None]:
    """Raise what the driver says as SQLAlchemy would."""
    base: Any = db.dialect.dbapi
    try:
        yield
    except base.Error as error:
        raise DBAPIError.instance(
            statement, None, error, base.Error, hide_parameters=True, dialect=db.dialect
        ) from error
