"""Moves a county that began with SQLite into PostgreSQL, and laptops never notice.

The whole of it goes over: epoch, tokens and the numbers of the log stay, and so do keys
and photos, which lie in the same folder. While it moves nobody else may have the file
open. All goes into PostgreSQL in one transaction and is read back there; then the
settings name the new database, in one step. Whatever is broken off before that leaves
the county in its file, and may be done again; what is broken off after it is done.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, create_engine, inspect, select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import StaticPool

from gridapp import durable, migrations
from gridapp.county import rows, store
from gridapp.county.tables import COUNTY
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.record import METADATA

BEFORE = "county-before-postgresql.db"  # the file, once it is no county any more
_MOVED = "moved"  # its step of the schema then: no program opens that
_CHUNK = 2000  # rows read at a time
_PATIENCE = 2.0  # seconds for another command to let go of the file
Counts = dict[str, int]  # rows by table


def move(folder: Path, database_url: str) -> Counts:
    """Move the county in `folder` into that empty PostgreSQL database.

    Returns the rows of each table; none when it had been moved there before. UserError
    when the server still runs, the database is not empty, or anything differs there.
    """
    with store.faults_in_words():
        there = store.settings_of(folder).database
        if there:
            if there != database_url:
                raise UserError(tr("这台服务器的数据已经在 PostgreSQL 里，不用再搬"))
            _put_aside(folder)
            return {}
        store.open_county(folder).close()  # brings it up to this program's version
        with _alone(folder / store.DATABASE_FILE) as file:
            found = _moved(file, folder, database_url)
            store.keep_settings(folder, database_url)
            _mark(file)
        _put_aside(folder)
    return found


def _moved(file: sqlite3.Connection, folder: Path, database_url: str) -> Counts:
    """Make the database the same as the file, all of it or nothing."""
    engine = store.engine_of(folder, database_url)
    source = create_engine("sqlite://", creator=lambda: file, poolclass=StaticPool)
    try:
        with source.connect() as old, engine.begin() as new:
            empty = migrations.version_of(new) is None
            if empty:
                _check_empty(new)
                migrations.upgrade(new, "county")
                for table in _tables():
                    _copy(file, new, table)
            elif migrations.version_of(new) != migrations.HEAD:
                raise _used()
            counts = _same(old, new)
            if counts is None:
                raise _differs() if empty else _used()
            return counts
    finally:
        engine.dispose()


def _check_empty(new: Connection) -> None:
    if inspect(new).get_table_names():
        raise UserError(tr("这个数据库里已经有别的表，请换一个空的数据库"))


def _used() -> UserError:
    return UserError(
        tr("这个数据库里已经有县级服务器的数据，请换一个空的数据库，再搬一次")
    )


def _differs() -> UserError:
    return UserError(
        tr("搬过去的内容和原来的不一样，没有搬，数据仍在原来的文件里，请再试一次")
    )


def _tables() -> Iterator[Table]:
    """Every table of a county, those that others point to first."""
    for metadata in (METADATA, COUNTY):
        yield from metadata.sorted_tables


def _copy(file: sqlite3.Connection, new: Connection, table: Table) -> None:
    """Copy a table; PostgreSQL reads ids, moments and truth as SQLite keeps them."""
    names = [one.name for one in table.columns]
    listed = ", ".join(f'"{name}"' for name in names)
    found = file.execute(f'SELECT {listed} FROM "{table.name}"')  # noqa: S608  (ours)
    try:
        rows.write(new, f'"{table.name}"', names, found)
    except OperationalError:
        raise  # the database went away
    except DBAPIError as error:
        raise UserError(
            tr(
                "{table} 表里有 PostgreSQL 不收的内容，没有搬，数据仍在原来的文件里。"
                "请运行 gridapp county doctor，把结果告诉技术支持",
                table=table.name,
            )
        ) from error


def _same(old: Connection, new: Connection) -> Counts | None:
    """Rows by table when both hold the very same; None when they do not."""
    counts: Counts = {}
    for table in _tables():
        here, there = _content(old, table), _content(new, table)
        if here != there:
            return None
        counts[table.name] = here[0]
    return counts


def _content(db: Connection, table: Table) -> tuple[int, int]:
    """How many rows there are, and a sum of what they say, whatever their order."""
    many = total = 0
    options = {"stream_results": True, "yield_per": _CHUNK}
    for row in db.execute(select(table), execution_options=options):
        digest = hashlib.blake2b(repr(tuple(row)).encode(), digest_size=16).digest()
        many, total = many + 1, total + int.from_bytes(digest)
    return many, total


@contextmanager
def _alone(path: Path) -> Generator[sqlite3.Connection]:
    """The file, which nobody else has open; UserError when a server runs on it."""
    options: dict[str, Any] = {"timeout": _PATIENCE, "isolation_level": None}
    with closing(sqlite3.connect(path, **options)) as file:
        try:
            file.execute("PRAGMA locking_mode = EXCLUSIVE")
            mode = file.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
            file.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise _busy() from error
        if mode != "delete":
            raise _busy()
        yield file


def _busy() -> UserError:
    return UserError(
        tr("县级服务器还在运行，请先停止服务（systemctl stop gridapp-county），再搬")
    )


def _mark(file: sqlite3.Connection) -> None:
    """Let nothing open the file as a county again: not a server that was started
    meanwhile and waits for it either."""
    if file.in_transaction:
        file.execute("ROLLBACK")
    file.execute("UPDATE alembic_version SET version_num = ?", (_MOVED,))


def _put_aside(folder: Path) -> None:
    """Give the file another name, where an earlier move did not come so far."""
    path = folder / store.DATABASE_FILE
    if path.exists():
        with _alone(path) as file:
            _mark(file)
        path.replace(folder / BEFORE)
        durable.sync_folder(folder)
