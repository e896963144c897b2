"""Records as GB/T 31000-2015 delivers them: a sheet a table, and what is lacking.

The columns of a table's sheet are the standard's items in its order under its own
headings; a code stands with its words, a day as YYYYMMDD. Cells that the standard
requires and nobody filled are marked, and each such row is told on the sheet 待补.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.record import Record
from gridapp.office.exporting.book import Book
from gridapp.office.exporting.export import EVERY, EXCEL, look, suffix_of
from gridapp.office.whole_file import write_whole
from gridapp.work.gbt31000 import Item, Table, tables_for
from gridapp.work.purpose import Signature
from gridapp.work.readiness import (
    Ready,
    answer,
    delivered,
    field_behind,
    judged,
    tables_of,
    unfit,
)
from gridapp.work.standard_answers import Subject, subjects

if TYPE_CHECKING:
    from gridapp.office.steps import Cancelled, Progress
    from gridapp.store.database import Connection

NAME = "gbt31000"
TITLE = "GB/T 31000-2015"
MOST_TOLD = 8  # items that are missing most often


@dataclass(frozen=True)
class Delivered:
    """What a workbook of the standard holds: rows by table, and how many lack
    something."""

    rows: dict[str, int]
    lacking: int

    @property
    def count(self) -> int:
        """Rows of all tables."""
        return sum(self.rows.values())


def follows(model: type[Record]) -> bool:
    """Whether the standard has a table for records of this type."""
    return bool(tables_for(model))


def export_standard(
    db: Connection,
    model: type[Record],
    ids: Iterable[UUID],
    out: Path,
    signature: Signature,
    narrowed: Iterable[str] = (),
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Delivered:
    """Write these records in the standard's tables. Whole, or not at all.

    Private values are masked unless the signature names a purpose. UserError when the
    standard has no table for them, the file cannot be written, or the work was stopped.
    """
    if not follows(model):
        raise UserError(
            tr("{standard} 没有{title}的表", standard=TITLE, title=model.title)
        )
    if suffix_of(out) != EXCEL:
        raise UserError(tr("按国标导出有几张表，文件名请以 .xlsx 结尾"))
    wanted = list(ids)
    with Book(TITLE, signature) as book:
        tables = {one.number: _TableSheet(book, one) for one in tables_for(model)}
        todo = _Lacking(book)
        for done, (_, subject) in enumerate(subjects(db, model, wanted)):
            if done % EVERY == 0:
                look(done, len(wanted), progress, cancelled)
            mine = tables_of(dict(subject[model.__tablename__]), model)
            for table in mine:
                tables[table.number].add(subject, unmasked=signature.unmasked)
            ready = judged(model, subject)
            if ready is not None and not ready.whole:
                todo.add(mine, subject, ready)
        for one in tables.values():
            one.finish()
        todo.finish()
        rows = {tr(one.table.title): one.count for one in tables.values()}
        title = tr("{standard}：{title}", standard=TITLE, title=model.title)
        count = sum(rows.values())
        marked = tr("标黄的格子是国标必填而没有的，或写法不合国标；各行见“待补”")
        book.say(title, list(narrowed), count, marked, *todo.most_lacking())
    write_whole(book.data, out)
    return Delivered(rows, todo.count)


class _TableSheet:
    """The sheet of one table."""

    def __init__(self, book: Book, table: Table) -> None:
        self.table = table
        self.count = 0
        words = tr("表{number} {title}", number=table.number, title=tr(table.title))
        self._sheet = book.sheet(words)
        for at, item in enumerate(table.items):
            weak = not item.required
            self._sheet.head(at, item.heading, text=_is_text(item), weak=weak)

    def add(self, subject: Subject, *, unmasked: bool) -> None:
        """Write one record."""
        self.count += 1
        for at, item in enumerate(self.table.items):
            value = answer(item, subject)
            lacking = item.required if value is None else bool(unfit(item, value))
            number = isinstance(value, int | float) and item.form == "number"
            cell = value if number else delivered(item, value, unmasked=unmasked)
            self._sheet.put(
                self.count,
                at,
                cell,
                text=_is_text(item),
                long=item.length > _SHORT,
                lacking=lacking,
            )

    def finish(self) -> None:
        """Set widths and how the sheet is printed."""
        self._sheet.finish(self.count)


class _Lacking:
    """The sheet 待补: who cannot be delivered yet, and why."""

    def __init__(self, book: Book) -> None:
        self.count = 0
        self._missing: Counter[str] = Counter()
        self._sheet = book.sheet(tr("待补"))
        headings = (
            tr("表"),
            tr("名称"),
            tr("门牌或地点"),
            tr("还缺几项"),
            tr("缺哪些"),
            tr("要改的"),
        )
        for at, words in enumerate(headings):
            self._sheet.head(at, words)

    def add(self, tables: Iterable[Table], subject: Subject, ready: Ready) -> None:
        """Tell one record."""
        self.count += 1
        self._missing.update(ready.missing)
        names = tr("、").join(tr(one.title) for one in tables)
        name, where = _named(subject)
        cells = (
            names,
            name,
            where,
            len(ready.missing) + len(ready.misfit),
            tr("、").join(ready.missing),
            tr("、").join(ready.misfit),
        )
        for at, cell in enumerate(cells):
            self._sheet.put(self.count, at, cell, long=at in (4, 5))

    def most_lacking(self) -> list[str]:
        """What is missing most often, as one sentence; none when nothing is."""
        each = (
            tr("{label} {count:,} 条", label=label, count=count)
            for label, count in self._missing.most_common(MOST_TOLD)
        )
        told = tr("、").join(each)
        return [tr("最常缺的：{told}", told=told)] if told else []

    def finish(self) -> None:
        """Set widths and how the sheet is printed."""
        self._sheet.finish(self.count)


_SHORT = 200  # characters that stand in one line


def _is_text(item: Item) -> bool:
    """Whether a column holds digits that are no number, or a code."""
    field = field_behind(item)
    digits = field is not None and field.kind.number_text
    return digits or bool(item.codes) or item.form in ("date", "area", "yes_no")


def _named(subject: Subject) -> tuple[str, str]:
    """What names a record to a person, and where it is."""
    place = subject.get("place", {}).get("number") or ""
    if "resident" in subject:
        return subject["resident"]["name"], place
    if "dispute" in subject:
        return subject["dispute"]["name"], subject["dispute"]["place"]
    return place, subject["place"].get("address") or ""
