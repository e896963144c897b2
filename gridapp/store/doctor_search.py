"""Does the search index say what the records say?

The words of a contentless index cannot be read back by row. SQLite's fts5vocab table
lists every pair of word and row instead, so both sides are summed up to one number:
a word too many or too few anywhere makes them differ.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from gridapp.language import tr
from gridapp.models.record import Record, table_of
from gridapp.store.search import INDEXED
from gridapp.store.search_rows import BATCH, Row, rows

_ALL = (1 << 64) - 1
_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def differences(db: Connection) -> Iterator[str]:
    """Records that are shown otherwise than they are, or not found, or not there."""
    summed, items = 0, 0
    for model in INDEXED:
        table = table_of(model)
        query = select(table.c.id).where(table.c.deleted_at.is_(None))
        for ids in db.execute(query.order_by(table.c.id)).scalars().partitions(BATCH):
            shown = _shown(db, model, ids)
            for row in rows(db, model, ids):
                items += 1
                number, *words = shown.get(row.id, (None,))
                if words != [row.title, row.detail, row.born]:
                    yield tr(
                        "搜索里的{title} {id} 与记录不同", title=model.title, id=row.id
                    )
                if number is not None:
                    summed = (summed + _sum_of(number, row)) & _ALL
    kept = db.exec_driver_sql("SELECT count(*) FROM search_item").scalar_one()
    if kept != items:
        yield tr("搜索里有 {kept} 条，应有 {items} 条", kept=kept, items=items)
    if _sum_of_index(db) != summed:
        yield tr("搜索用的词与记录不同")


def _shown(
    db: Connection, model: type[Record], ids: Sequence[UUID]
) -> dict[UUID, tuple[Any, ...]]:
    marks = ",".join("?" * len(ids))
    found = db.exec_driver_sql(
        "SELECT record_id, number, title, detail, born FROM search_item"
        f" WHERE type = ? AND record_id IN ({marks})",
        (model.__tablename__, *(one.hex for one in ids)),
    )
    return {UUID(hex=record_id): tuple(row) for record_id, *row in found}


def _sum_of(number: int, row: Row) -> int:
    """Words in small letters A to Z, as the tokenizer 'ascii' keeps them."""
    return sum(_pair(number, word) for word in {_folded(one) for one in row.words})


def _folded(word: str) -> str:
    return word.lower() if word.isascii() else word.translate(_SMALL)


def _pair(number: int, word: str) -> int:
    raw = hashlib.blake2b(f"{number} {word}".encode(), digest_size=8).digest()
    return int.from_bytes(raw)


def _sum_of_index(db: Connection) -> int:
    db.exec_driver_sql(
        "CREATE VIRTUAL TABLE temp.search_word USING fts5vocab(main, search, instance)"
    )
    try:
        found = db.exec_driver_sql("SELECT doc, term FROM temp.search_word")
        return sum(_pair(number, word) for number, word in found) & _ALL
    finally:
        db.exec_driver_sql("DROP TABLE temp.search_word")
