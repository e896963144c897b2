"""The search index: one row a record, found by name, pinyin, door, number or title.

A contentless FTS5 table holds words (search_words) made from the fields declared
`searched=True`; `search_item` beside it says which record a row is and what to show.
It is derived: `rebuild` makes it anew from the records, so no migration touches it.
It holds parts of ID and phone numbers, and so must lie in the encrypted file only.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Connection, select

from gridapp.language import language, tr
from gridapp.models import RECORDS, identity, record_named
from gridapp.models.ids import id_of_hex
from gridapp.models.record import Record, table_of
from gridapp.store import search_words as words
from gridapp.store.database import write_rows
from gridapp.store.search_rows import (
    AGE,
    BATCH,
    Row,
    batches,
    dependents,
    indexed,
    rows,
)

if TYPE_CHECKING:
    from gridapp.store.vault import Writing

VERSION = 2  # raise it when words or shown texts change: the next `ensure` rebuilds
EDITION = f"{VERSION} {language()}"  # the shown texts are in one language
FIRST_OTHER = 1 << 40  # residents have lower row numbers and so come first
MATCH = "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid LIMIT ?"
_MERGED_AT = 50  # per cent of a piece of the index that was replaced
INDEXED: tuple[type[Record], ...] = tuple(model for model in RECORDS if indexed(model))


@dataclass(frozen=True)
class Hit:
    """A record that was found; nothing private in it.

    title: what names the record (姓名); detail: e.g. 女 82岁 3-2-501.
    """

    type: str
    id: UUID
    title: str
    detail: str


def search(
    db: Connection,
    text: str,
    limit: int = 50,
    *,
    model: type[Record] | None = None,
    grid_id: UUID | None = None,
) -> list[Hit]:
    """Records that have every word of `text`, at most `limit`.

    Those whose whole name was typed come first, then those whose name begins with it,
    then the rest; within each, residents first. Empty text finds nothing.
    """
    asked = words.asked(text)
    if not asked:
        return []
    scope = [] if model is None else [words.marked(model.__tablename__)]
    scope += [] if grid_id is None else [words.marked(grid_id.hex)]
    found: dict[int, None] = {}
    for question in _questions(asked, scope):
        if len(found) >= limit:
            break
        numbers = db.exec_driver_sql(MATCH, (question, limit)).scalars()
        found |= dict.fromkeys(numbers)
    return _hits(db, list(found)[:limit])


def _questions(asked: Sequence[words.Word], scope: Sequence[str]) -> Iterator[str]:
    """FTS5 questions, the strictest first."""
    ways = (("whole", True), ("begin", True), ("begin", False), ("any", False))
    seen: set[str] = set()
    for way, exact in ways:
        named = False
        parts = [f'"{word}"' for word in scope]
        for word in asked:
            if not word.letters:
                parts.append(f'"{word.text}"' + ("" if exact else "*"))
            elif way == "any" or named:
                parts.append(f'("{words.BEGIN}{word.text}"* OR "{word.text}"*)')
            else:
                named = True
                end = "" if way == "whole" else "*"
                parts.append(f'"{words.BEGIN}{word.text}"{end}')
        question = " AND ".join(parts)
        if question not in seen:
            seen.add(question)
            yield question


def _hits(db: Connection, numbers: Sequence[int]) -> list[Hit]:
    if not numbers:
        return []
    marks = ",".join("?" * len(numbers))
    items = db.exec_driver_sql(
        "SELECT number, type, record_id, title, detail, born FROM search_item"
        f" WHERE number IN ({marks})",
        tuple(numbers),
    )
    by_number = {
        number: Hit(kind, id_of_hex(record_id), title, _aged(detail, born))
        for number, kind, record_id, title, detail, born in items
    }
    return [by_number[number] for number in numbers]


def hit_of(db: Connection, model: type[Record], record_id: UUID) -> Hit | None:
    """One record as a search shows it; None when records of its type are not found
    by words, or it is in the recycle bin."""
    hits = _hits(db, list(_numbers(db, model, [record_id]).values()))
    return hits[0] if hits else None


def _aged(detail: str, born: str | None) -> str:
    if born is None:
        return detail
    age = identity.age_on(born, dt.date.today())
    shown = detail.replace(AGE, "" if age is None else tr("{age}岁", age=age))
    return " ".join(shown.split())


def reindex(tx: Writing, changed: Mapping[type[Record], Iterable[UUID]]) -> None:
    """Bring the index up to date with changed records, and with those that show them.

    Records that are deleted or gone leave the index. Called in the transaction that
    changed them; a resident whose household or building changed is brought along.
    """
    _bring_up(tx.db, changed)


def _bring_up(
    db: Connection,
    changed: Mapping[type[Record], Iterable[UUID]],
    waiting: Callable[[type[Record], Sequence[UUID]], set[UUID]] | None = None,
) -> None:
    for model, ids in dependents(db, changed, waiting).items():
        for batch in batches(sorted(ids)):
            _replace(db, model, batch)


def postpone(db: Connection, model: type[Record], ids: Iterable[str]) -> None:
    """Note that records, given in hex, changed, for `catch_up` to index them.

    A page of a sync is applied in a third of the time so.
    """
    write_rows(
        db,
        "INSERT OR IGNORE INTO search_stale (type, record_id) VALUES {rows}",
        "(?, ?)",
        [(model.__tablename__, one) for one in ids],
    )


def behind(db: Connection) -> bool:
    """Whether records wait to be indexed."""
    query = "SELECT EXISTS (SELECT 1 FROM search_stale)"
    return bool(db.exec_driver_sql(query).scalar_one())


def catch_up(db: Connection, limit: int) -> int:
    """Index the next `limit` records that were postponed; how many there were."""
    found = db.exec_driver_sql(
        "SELECT rowid, type, record_id FROM search_stale ORDER BY rowid LIMIT ?",
        (limit,),
    ).all()
    changed: dict[type[Record], list[UUID]] = {}
    for _, type_, record_id in found:
        changed.setdefault(record_named(type_), []).append(id_of_hex(record_id))
    _bring_up(db, changed, partial(_waiting, db))
    if found:
        last = (found[-1][0],)
        db.exec_driver_sql("DELETE FROM search_stale WHERE rowid <= ?", last)
    return len(found)


def _waiting(db: Connection, model: type[Record], ids: Sequence[UUID]) -> set[UUID]:
    """Those of these records that `catch_up` still has to index."""
    found: set[UUID] = set()
    for part in batches(ids):
        marks = ",".join("?" * len(part))
        query = (
            "SELECT record_id FROM search_stale"
            f" WHERE type = ? AND record_id IN ({marks})"
        )
        given = (model.__tablename__, *(one.hex for one in part))
        found.update(map(id_of_hex, db.exec_driver_sql(query, given).scalars()))
    return found


def _replace(db: Connection, model: type[Record], ids: Sequence[UUID]) -> None:
    known = _numbers(db, model, ids)
    kept = list(rows(db, model, ids))
    there = {row.id for row in kept}
    gone = [(number,) for one, number in known.items() if one not in there]
    if gone:
        db.exec_driver_sql("DELETE FROM search WHERE rowid = ?", gone)
        db.exec_driver_sql("DELETE FROM search_item WHERE number = ?", gone)
    following = _next_number(db, model)
    for row in kept:
        if row.id not in known:
            known[row.id] = following
            following += 1
    if kept:
        _write(db, model, [(known[row.id], row) for row in kept])


def _write(
    db: Connection, model: type[Record], numbered: Sequence[tuple[int, Row]]
) -> None:
    kind = model.__tablename__
    db.exec_driver_sql(
        "INSERT OR REPLACE INTO search_item"
        " (number, type, record_id, title, detail, born) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (number, kind, row.id.hex, row.title, row.detail, row.born)
            for number, row in numbered
        ],
    )
    db.exec_driver_sql(
        "INSERT OR REPLACE INTO search (rowid, words) VALUES (?, ?)",
        [(number, " ".join(row.words)) for number, row in numbered],
    )


def _numbers(
    db: Connection, model: type[Record], ids: Sequence[UUID]
) -> dict[UUID, int]:
    marks = ",".join("?" * len(ids))
    found = db.exec_driver_sql(
        "SELECT record_id, number FROM search_item"
        f" WHERE type = ? AND record_id IN ({marks})",
        (model.__tablename__, *(one.hex for one in ids)),
    )
    return {id_of_hex(record_id): number for record_id, number in found}


def _next_number(db: Connection, model: type[Record]) -> int:
    low, high = 0, FIRST_OTHER
    if model.__tablename__ != "resident":
        low, high = FIRST_OTHER, FIRST_OTHER * 2
    last = db.exec_driver_sql(
        "SELECT max(number) FROM search_item WHERE number >= ? AND number < ?",
        (low, high),
    ).scalar_one()
    return low + 1 if last is None else last + 1


def ensure(db: Connection) -> None:
    """Make the index if this file has none, or an older program's; bring it up to date.

    Call it once after the migrations, in a write transaction.
    """
    db.exec_driver_sql(
        "CREATE TABLE IF NOT EXISTS search_stale (type TEXT NOT NULL,"
        " record_id TEXT NOT NULL, UNIQUE (type, record_id))"
    )
    found = db.exec_driver_sql(
        "SELECT count(*) FROM sqlite_master WHERE name = 'search_state'"
    ).scalar_one()
    if found:
        version = db.exec_driver_sql("SELECT version FROM search_state").scalar()
        if version == EDITION:
            _tune(db)
            while catch_up(db, BATCH):  # a sync was killed before it had indexed
                pass
            return
    rebuild(db)


def rebuild(db: Connection) -> None:
    """Make the whole index anew from the records, in the caller's transaction."""
    utils = _sqlite_utils(db)
    for name in ("search", "search_item", "search_state"):
        db.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
    db.exec_driver_sql("DELETE FROM search_stale")
    utils.table("search_state").insert({"version": EDITION})
    items = utils.table("search_item")
    items.create(
        {
            "number": int,
            "type": str,
            "record_id": str,
            "title": str,
            "detail": str,
            "born": str,
        },
        pk="number",
        not_null={"type", "record_id", "title", "detail"},
    )
    items.create_index(["type", "record_id"], unique=True)
    db.exec_driver_sql(
        "CREATE VIRTUAL TABLE search USING fts5(words, content='',"
        " contentless_delete=1, detail=none, tokenize='ascii', prefix='1 2 3')"
    )
    _tune(db)
    for model in INDEXED:
        table = table_of(model)
        ids = db.execute(select(table.c.id).where(table.c.deleted_at.is_(None)))
        for batch in batches(list(ids.scalars())):
            _replace(db, model, batch)


def _tune(db: Connection) -> None:
    """Have a piece of the index merged when half of it was replaced: the tenth part at
    which FTS5 does it by itself has ten thousand changed people merged all the time."""
    query = "SELECT v FROM search_config WHERE k = 'deletemerge'"
    if db.exec_driver_sql(query).scalar() != _MERGED_AT:
        statement = "INSERT INTO search (search, rank) VALUES ('deletemerge', ?)"
        db.exec_driver_sql(statement, (_MERGED_AT,))


def tidy(db: Connection) -> None:
    """Merge the index's pieces after a large import, so that questions stay quick."""
    _sqlite_utils(db).table("search").optimize()


def _sqlite_utils(db: Connection) -> Any:
    """sqlite-utils on the caller's connection and in its transaction.

    It takes its exceptions from the module named pysqlite3 when there is one; only
    when that is SQLCipher's does it know the errors of this connection.
    """
    import sqlcipher3
    import sqlcipher3.dbapi2

    sys.modules.setdefault("pysqlite3", sqlcipher3)
    sys.modules.setdefault("pysqlite3.dbapi2", sqlcipher3.dbapi2)
    import sqlite_utils

    # Both defaults would change the connection for everybody else.
    return sqlite_utils.Database(
        db.connection.driver_connection, recursive_triggers=False, execute_plugins=False
    )
