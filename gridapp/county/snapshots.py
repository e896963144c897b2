"""A county's database as files of a backup, and back: one way for each database.

SQLite: its online backup, one copy of the file while the server goes on. PostgreSQL:
COPY of every table inside one REPEATABLE READ transaction; it needs no superuser and
no program beside this one, and other versions of PostgreSQL read it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import zstandard
from sqlalchemy import Connection, text

from gridapp import migrations
from gridapp.county.store import DATABASE_FILE, County
from gridapp.county.tables import COUNTY
from gridapp.models.record import METADATA

SQLITE, POSTGRESQL = "sqlite", "postgresql"
_LEVEL = 6  # zstd; a backup is written once and kept long
_PIECE = 1 << 20
_DATABASE = "county.db.zst"
_TABLE = "tables/{}.copy.zst"
_NO_COPY = frozenset({"alembic_version"})  # made by the steps when it is restored


class Sink(Protocol):
    """Takes the parts of a backup, one after the other."""

    def part(self, name: str) -> Any:
        """A context that gives a binary file to write that part into."""
        ...


class Source(Protocol):
    """Gives the parts of a backup back."""

    def open(self, name: str) -> BinaryIO:
        """The part of that name, to be read."""
        ...


def kind_of(county: County) -> str:
    """Which database a county has."""
    return POSTGRESQL if county.postgres else SQLITE


def write(county: County, sink: Sink, scratch: Path) -> tuple[str, dict[str, int]]:
    """Write the database as it is at one moment: its schema step, rows by table.

    scratch: a folder of this backup's own, beside the file that is being written.
    """
    if county.postgres:
        with county.engine.connect().execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        ) as db:
            return _copy_out(db, sink)
    return _sqlite_out(county, sink, scratch)


def _sqlite_out(
    county: County, sink: Sink, scratch: Path
) -> tuple[str, dict[str, int]]:
    path = scratch / DATABASE_FILE
    path.touch(mode=0o600)
    source = sqlite3.connect(f"file:{county.folder / DATABASE_FILE}?mode=ro", uri=True)
    with closing(source), closing(sqlite3.connect(path)) as copy:
        source.backup(copy)  # all pages in one step: one moment, writers go on
        copy.execute("PRAGMA journal_mode = DELETE")
        found = _rows(copy)
        step = copy.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    with sink.part(_DATABASE) as out, path.open("rb") as plain:
        zstandard.ZstdCompressor(_LEVEL).copy_stream(plain, out)
    return step, found


def _rows(db: sqlite3.Connection) -> dict[str, int]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    names = [name for (name,) in db.execute(query) if not name.startswith("sqlite_")]
    return {
        name: db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
        for name in names
        if name not in _NO_COPY
    }


def _copy_out(db: Connection, sink: Sink) -> tuple[str, dict[str, int]]:
    step = migrations.version_of(db)
    assert step is not None
    counts: dict[str, int] = {}
    cursor = _cursor(db)
    for name in _tables(db):
        columns = ", ".join(f'"{one}"' for one in _columns(db, name))
        query = f'COPY (SELECT {columns} FROM "{name}") TO STDOUT'
        with sink.part(_TABLE.format(name)) as out:
            packed = zstandard.ZstdCompressor(_LEVEL).stream_writer(out, closefd=False)
            with packed, cursor.copy(query.encode()) as rows:
                packed.write(f"{columns}\n".encode())
                for piece in rows:
                    packed.write(piece)
        counts[name] = cursor.rowcount
    return step, counts


def _cursor(db: Connection) -> Any:
    driver: Any = db.connection.dbapi_connection
    return driver.cursor()


def _tables(db: Connection) -> list[str]:
    """Every table of the county, those that others point to first; parts of a
    partitioned table are in it."""
    query = text(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
        " AND NOT relispartition AND relnamespace = current_schema()::regnamespace"
    )
    found = set(db.scalars(query)) - _NO_COPY
    ordered = [
        one.name
        for metadata in (METADATA, COUNTY)
        for one in metadata.sorted_tables
        if one.name in found
    ]
    return [*ordered, *sorted(found - set(ordered))]


def _columns(db: Connection, name: str) -> list[str]:
    query = text(
        "SELECT attname FROM pg_attribute WHERE attrelid = CAST(:name AS regclass)"
        " AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"
    )
    return list(db.scalars(query, {"name": f'"{name}"'}))


def count(
    kind: str, source: Source, names: Sequence[str], scratch: Path
) -> dict[str, int]:
    """Rows by table as the parts of a backup really have them; reads everything."""
    if kind == SQLITE:
        path = scratch / DATABASE_FILE
        unpack_file(source, path)
        with closing(sqlite3.connect(path)) as db:
            damage = db.execute("PRAGMA integrity_check").fetchone()[0]
            return _rows(db) if damage == "ok" else {}
    counts: dict[str, int] = {}
    for name in names:
        with unpacked(source, _TABLE.format(name)) as plain:
            lines = sum(piece.count(b"\n") for piece in _pieces(plain))
        counts[name] = lines - 1  # the names of the columns
    return counts


def unpack_file(source: Source, path: Path) -> None:
    """Write the SQLite file of a backup; kept on the disk when this returns."""
    path.touch(mode=0o600)
    with unpacked(source, _DATABASE) as plain, path.open("wb") as out:
        for piece in _pieces(plain):
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())


def copy_in(db: Connection, source: Source, names: Sequence[str]) -> None:
    """Fill the empty tables of a new PostgreSQL database; `db` is one transaction."""
    cursor = _cursor(db)
    for name in names:
        with unpacked(source, _TABLE.format(name)) as plain:
            pieces = _pieces(plain)
            head, rest = b"", b""
            for piece in pieces:
                head, found, rest = (head + piece).partition(b"\n")
                if found:
                    break
            query = f'COPY "{name}" ({head.decode()}) FROM STDIN'
            with cursor.copy(query.encode()) as rows:
                rows.write(rest)
                for piece in pieces:
                    rows.write(piece)


@contextmanager
def unpacked(source: Source, name: str) -> Generator[Any]:
    """The plain bytes of a part."""
    with (
        source.open(name) as packed,
        zstandard.ZstdDecompressor().stream_reader(packed) as plain,
    ):
        yield plain


def _pieces(plain: Any) -> Iterator[bytes]:
    while piece := plain.read(_PIECE):
        yield piece
