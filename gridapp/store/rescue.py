"""What can still be read of a damaged database, without touching it.

The file and its log are read page by page (`rescue_pages`); the rows of every page that
is whole go into a database in memory, with the same tables, from which they can be
listed and exported like any other. Pages whose tree is lost are found again by the ids
in the tables' indexes. What cannot be read is counted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    Engine,
    Integer,
    String,
    Table,
    Uuid,
    create_engine,
    select,
)
from sqlalchemy.pool import StaticPool

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import RECORDS
from gridapp.models.record import METADATA, Record, fields_of, table_of
from gridapp.store import rescue_cells, rescue_pages, tables
from gridapp.store.database import driver, faults_in_words
from gridapp.store.door import DATABASE_FILE
from gridapp.store.rescue_cells import Row, Tree
from gridapp.store.rescue_pages import Pages

Progress = Callable[[int, int], None]
_BESIDE = (tables.author, tables.draft, tables.disclosure, tables.sync_state)
_WANTED: tuple[Table, ...] = (*(table_of(one) for one in RECORDS), *_BESIDE)
_UNKNOWN = tr("（已丢失）")
_HEX = 32  # letters of an id


@dataclass(frozen=True)
class Count:
    """How many records of a type were read and how many are lost; `exact` is False
    when more may be lost, of which nothing tells any more."""

    model: type[Record]
    read: int
    lost: int
    exact: bool


class Salvage:
    """The rows that were read, in memory until `close`. `damaged` of `pages` pages
    could not be read."""

    def __init__(
        self, engine: Engine, counts: tuple[Count, ...], pages: int, damaged: int
    ) -> None:
        self._engine = engine
        self.counts = counts
        self.pages = pages
        self.damaged = damaged

    @property
    def read(self) -> int:
        """How many records were read, of all types."""
        return sum(one.read for one in self.counts)

    @property
    def lost(self) -> int:
        """How many records are lost, for all that is known."""
        return sum(one.lost for one in self.counts)

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """A connection to what was read."""
        with self._engine.begin() as db:
            yield db

    def close(self) -> None:
        """Forget all of it."""
        self._engine.dispose()


def salvage(folder: Path, key: bytes, progress: Progress | None = None) -> Salvage:
    """What can be read of the database in `folder`; nothing in it is changed.

    progress: is told how many tables are done, and of how many. UserError when there
    is no database, or not one page of it opens with this key.
    """
    path = folder / DATABASE_FILE
    if not path.exists():
        raise UserError(tr("数据文件 {name} 不见了，请从备份恢复", name=path.name))
    with faults_in_words():
        pages = rescue_pages.read(path, key)
    if not pages.whole or not (pages.sealed or rescue_cells.looks_right(pages.whole)):
        raise UserError(tr("这个文件里已经没有能读的内容，请从备份恢复"))
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    reading = _Reading(pages)
    with engine.begin() as db:
        for pragma in ("foreign_keys = OFF", "ignore_check_constraints = ON"):
            db.exec_driver_sql(f"PRAGMA {pragma}")
        METADATA.create_all(db)
        tables.LOCAL.create_all(db)
        for done, table in enumerate(_WANTED):
            if progress:
                progress(done, len(_WANTED))
            reading.take(db, table)
        reading.take_strays(db)
        counts = tuple(reading.count(db, model) for model in RECORDS)
        _fill_in(db)
    total = len(pages.whole) + len(pages.damaged)
    return Salvage(engine, counts, total, len(pages.damaged))


def ids_of(db: Connection, model: type[Record]) -> list[UUID]:
    """The records that were read, but for those in the recycle bin, oldest first."""
    c = table_of(model).c
    query = select(c.id).where(c.deleted_at.is_(None))
    return list(db.scalars(query.order_by(c.created_at, c.id)))


class _Reading:
    """The trees of a file as far as they hold together, and what is beside them."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages.whole
        self.damaged = pages.damaged
        self.sealed = pages.sealed
        self._free = rescue_cells.free(self.pages)
        self._schema = self._read_schema()
        self._columns = self._read_columns()
        self._trees = {
            name: rescue_cells.walk(self.pages, root)
            for kind, name, root, _ in self._schema.values()
            if kind == "table" and root
        }
        self._strays = self._unreached()
        self._expected = {one.__tablename__: self._ids_of(one) for one in RECORDS}

    def _read_schema(self) -> dict[tuple[str, str], tuple[str, str, int, str]]:
        """{(kind, name): kind, name, first page, SQL} of tables and indexes."""
        tree = rescue_cells.walk(self.pages, rescue_cells.SCHEMA_ROOT)
        leaves = list(tree.leaves)
        if tree.lost:  # parts of it may stand alone
            leaves += [
                one
                for one in self.pages
                if one not in self._free
                and one not in leaves
                and rescue_cells.kind_of(self.pages, one) == rescue_cells.LEAF
            ]
        found: dict[tuple[str, str], tuple[str, str, int, str]] = {}
        for leaf in leaves:
            for _, row in rescue_cells.rows(self.pages, leaf)[0]:
                if len(row) == 5 and row[0] in ("table", "index"):
                    kind, name, _, root, sql = row
                    if isinstance(name, str) and isinstance(root, int):
                        key = (kind, name)
                        found.setdefault(key, (kind, name, root, str(sql or "")))
        return found

    def _read_columns(self) -> dict[str, list[str]]:
        """Columns of the wanted tables in the order that the file keeps them in."""
        scratch = sqlite3.connect(":memory:")
        found: dict[str, list[str]] = {}
        missing = False
        for table in _WANTED:
            entry = self._schema.get(("table", table.name))
            try:
                scratch.execute(entry[3] if entry else "")
            except sqlite3.Error:  # words that no seal vouches for
                entry = None
            found[table.name] = _columns_of(scratch, table.name)
            missing = missing or entry is None
        scratch.close()
        if missing:
            whole = {name: some for name, some in found.items() if some}
            found = _columns_of_program() | whole
        return found

    def _unreached(self) -> list[int]:
        """Leaves of tables that no tree leads to, though they are in use."""
        if not any(tree.lost for tree in self._trees.values()) and all(
            table.name in self._trees for table in _WANTED
        ):
            return []
        known = set(rescue_cells.walk(self.pages, rescue_cells.SCHEMA_ROOT).leaves)
        for tree in self._trees.values():
            known.update(tree.leaves)
        return [
            one
            for one in self.pages
            if one not in known
            and one not in self._free
            and rescue_cells.kind_of(self.pages, one) == rescue_cells.LEAF
        ]

    def _ids_of(self, model: type[Record]) -> tuple[set[str], bool]:
        """Ids that the index of a record type names, and whether all of it is whole."""
        name = f"sqlite_autoindex_{model.__tablename__}_1"
        entry = self._schema.get(("index", name))
        if entry is None:
            return set(), False
        tree = rescue_cells.walk(self.pages, entry[2])
        keys = rescue_cells.keys(self.pages, tree)
        ids = {row[0] for row in keys if row and isinstance(row[0], str)}
        return ids, not tree.lost

    def take(self, db: Connection, table: Table) -> None:
        """Put the rows that the tree of a table leads to into memory."""
        tree = self._trees.get(table.name, Tree())
        for leaf in tree.leaves:
            if rescue_cells.kind_of(self.pages, leaf) == rescue_cells.LEAF:
                found, _ = rescue_cells.rows(self.pages, leaf)
                self._put(db, table, found)

    def take_strays(self, db: Connection) -> None:
        """Put rows into memory whose tree is lost, by the id that an index names."""
        owners = {
            key: table_of(model)
            for model in RECORDS
            for key in self._expected[model.__tablename__][0]
        }
        for leaf in self._strays:
            found, _ = rescue_cells.rows(self.pages, leaf)
            by_table: dict[str, list[tuple[int, Row]]] = {}
            for number, row in found:
                table = owners.get(row[0]) if row and isinstance(row[0], str) else None
                if table is not None and len(row) <= len(self._columns[table.name]):
                    by_table.setdefault(table.name, []).append((number, row))
            for name, some in by_table.items():
                self._put(db, METADATA.tables[name], some)

    def _put(
        self, db: Connection, table: Table, found: Iterable[tuple[int, Row]]
    ) -> None:
        """Rows that are there already stay: those of a tree come before strays."""
        here = {one.name for one in table.columns}
        columns = self._columns[table.name]
        numbered = [one.name for one in table.columns if _is_number(table, one.name)]
        ready: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
        for number, row in found:
            values = dict(zip(columns, row, strict=False))
            values |= dict.fromkeys(numbered, number)
            kept = {name: one for name, one in values.items() if name in here}
            if self.sealed or _is_sane(table, kept):
                ready.setdefault(tuple(kept), []).append(tuple(kept.values()))
        for names, rows in ready.items():
            listed = ", ".join(f'"{name}"' for name in names)
            marks = ", ".join("?" * len(names))
            db.exec_driver_sql(
                f"INSERT OR IGNORE INTO {table.name} ({listed}) VALUES ({marks})", rows
            )

    def count(self, db: Connection, model: type[Record]) -> Count:
        """What was read of a record type, and what its index says was there."""
        query = f"SELECT id FROM {model.__tablename__}"
        read = set(db.exec_driver_sql(query).scalars())
        expected, whole = self._expected[model.__tablename__]
        tree = self._trees.get(model.__tablename__, Tree(lost={0}))
        return Count(model, len(read), len(expected - read), whole or not tree.lost)


def _is_number(table: Table, name: str) -> bool:
    """Whether a column is another name of SQLite's number of the row."""
    column = table.columns[name]
    return bool(column.primary_key) and isinstance(column.type, Integer)


def _is_sane(table: Table, values: dict[str, Any]) -> bool:
    """Whether a row that no seal vouches for has what every row has."""
    if "created_at" not in table.columns:
        return True
    key, at = values.get("id"), values.get("created_at")
    return isinstance(key, str) and len(key) == _HEX and isinstance(at, str)


def _columns_of(db: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in db.execute(f'PRAGMA table_info("{table}")')]


def _columns_of_program() -> dict[str, list[str]]:
    """Columns as this program's migrations make them, when the file does not say."""
    from gridapp import migrations

    engine = create_engine("sqlite://")
    with engine.begin() as db:
        migrations.upgrade(db, "client")
        file = driver(db)
        found = {table.name: _columns_of(file, table.name) for table in _WANTED}
    engine.dispose()
    return found


def _fill_in(db: Connection) -> None:
    """Give what points to a lost record something to point to, in the recycle bin: so
    that lists can say that it is lost."""
    for model in reversed(RECORDS):
        name = model.__tablename__
        pointers = [(one.name, one.target) for one in fields_of(model) if one.target]
        for column, target in (*pointers, ("grid_id", "grid")):
            query = (
                f"SELECT DISTINCT t.{column}, t.grid_id, t.created_at, t.updated_at"
                f" FROM {name} t LEFT JOIN {target} p ON p.id = t.{column}"
                f" WHERE t.{column} IS NOT NULL AND p.id IS NULL"
            )
            for key, grid_id, made, changed in db.exec_driver_sql(query).all():
                _stand_in(db, METADATA.tables[target], key, grid_id, made, changed)


def _stand_in(
    db: Connection, table: Table, key: str, grid_id: str, made: str, changed: str
) -> None:
    values: dict[str, Any] = {}
    for one in table.columns:
        if not one.nullable:
            words = isinstance(one.type, String)
            lost = UUID(int=0).hex if isinstance(one.type, Uuid) else 0
            values[one.name] = _UNKNOWN if words else lost
    values |= {"id": key, "grid_id": grid_id, "created_at": made}
    values |= {"updated_at": changed, "deleted_at": changed}
    listed = ", ".join(f'"{one}"' for one in values)
    marks = ", ".join("?" * len(values))
    db.exec_driver_sql(
        f"INSERT OR IGNORE INTO {table.name} ({listed}) VALUES ({marks})",
        tuple(values.values()),
    )
