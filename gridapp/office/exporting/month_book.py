"""月度台账 as a workbook: the month in numbers, by building, person by person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import UUID

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.office.exporting.book import Book
from gridapp.office.whole_file import write_whole
from gridapp.store.database import Connection
from gridapp.work.listing import Cell
from gridapp.work.month_ledger import MonthLedger, month_ledger
from gridapp.work.month_records import BUILDING_HEADINGS
from gridapp.work.purpose import signed


def month_book(db: Connection, grid_id: UUID | None, day: dt.date, out: Path) -> int:
    """Write the ledger of the month of `day`; how many people it names.

    There are no ID or telephone numbers in it. UserError when there is no grid or the
    file cannot be written.
    """
    ledger = month_ledger(db, grid_id, day, dt.date.today()) if grid_id else None
    if ledger is None:
        raise UserError(tr("还没有网格，做不了月度台账。请先建立网格，再来打印。"))
    title = tr("月度台账 {month:%Y-%m}", month=ledger.first)
    with Book(title, signed(db)) as book:
        _table(book, tr("汇总"), _FIGURES, _figures(ledger))
        _table(book, tr("分楼栋"), BUILDING_HEADINGS, _buildings(ledger))
        count = _table(book, tr("按人"), _PEOPLE, _people(ledger))
        until = tr("统计到 {day}", day=ledger.until)
        book.say(title, [until], count)
    write_whole(book.data, out)
    return count


_FIGURES = (
    tr("类别"),
    tr("项目"),
    tr("数"),
    tr("总数"),
    tr("占比（%）"),
    tr("怎么数的"),
)
_PEOPLE = (
    tr("门牌"),
    tr("姓名"),
    tr("年龄"),
    tr("标签"),
    tr("计划"),
    tr("见面次数"),
    tr("见面日期"),
    tr("通话次数"),
    tr("通话日期"),
    tr("没见到或没打通"),
    tr("本月到期"),
    tr("已联系"),
)


def _figures(ledger: MonthLedger) -> Iterable[list[Cell]]:
    for section in ledger.sections:
        for one in section.figures:
            share = round(100 * one.count / one.of, 1) if one.of else None
            yield [section.title, one.name, one.count, one.of, share, one.how]


def _buildings(ledger: MonthLedger) -> Iterable[list[Cell]]:
    for one in ledger.buildings:
        yield [one.name, *one.numbers]


def _people(ledger: MonthLedger) -> Iterable[list[Cell]]:
    for one in ledger.people:
        yield [
            one.door,
            one.name,
            one.age,
            tr("、").join(one.tags),
            one.plan,
            len(one.visited),
            _days(one.visited),
            len(one.called),
            _days(one.called),
            one.missed,
            tr("是") if one.owed else tr("否"),
            tr("是") if one.seen else tr("否"),
        ]


def _days(days: Sequence[dt.date]) -> str:
    return tr("、").join(f"{day:%m-%d}" for day in days)


def _table(
    book: Book, title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> int:
    """Write one sheet; how many rows it has."""
    sheet = book.sheet(title)
    for at, words in enumerate(columns):
        sheet.head(at, words)
    count = 0
    for count, row in enumerate(rows, 1):
        for at, cell in enumerate(row):
            sheet.put(count, at, cell)
    sheet.finish(count, 2)
    return count
