"""网格月度台账: the month in numbers, by building, and person by person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from gridapp.language import tr
from gridapp.models import Grid
from gridapp.office.paper.document import Document
from gridapp.office.paper.flow import Block
from gridapp.office.paper.paper import TEXT_WIDTH, Cell, Row, label
from gridapp.office.paper.target import Target
from gridapp.office.sheets.checked import Paper, print_checked
from gridapp.office.sheets.form_rows import heading, signatures
from gridapp.office.sheets.sheet import Order
from gridapp.office.sheets.visit_data import grid_words
from gridapp.store import records, state
from gridapp.store.database import Connection
from gridapp.work.month_ledger import MonthLedger, Section, month_ledger
from gridapp.work.month_records import (
    BUILDING_HEADINGS,
    BuildingLine,
    PersonLine,
)

TITLE = tr("网格月度台账")
NAME, COUNT = 38.0, 42.0
HOW = TEXT_WIDTH - NAME - COUNT
SIZE, SMALL = 9.5, 8.5
MOST = 6  # lines of a cell of these tables; what is left out is said so
LINE = 5.6  # height of a row of the tables by building and by person, mm
WIDTHS = (38.0, 14.0, 16.0, 18.0, 18.0, 17.0, 17.0, 18.0, 18.0)
BUILDINGS = tuple(zip(BUILDING_HEADINGS, WIDTHS, strict=True))
PEOPLE = (
    (tr("门牌"), 21.0),
    (tr("姓名、年龄"), 26.0),
    (tr("标签"), 26.0),
    (tr("计划"), 26.0),
    (tr("见面（日）"), 27.0),
    (tr("通话（日）"), 27.0),
    (tr("本月"), 21.0),
)


def month_sheets(db: Connection, order: Order, out: Target) -> int:
    """Write the ledger of the order's month, of the grids chosen or of this one.

    Raises as `Sheet.draw` does.
    """
    ids: Sequence[UUID] = list(records.by_id(db, Grid, order.ids))
    if not ids:
        mine = state.default_grid(db)
        ids = [mine] if mine else []
    papers: list[Paper] = []
    for one in ids:
        ledger = month_ledger(db, one, order.day, dt.date.today())
        if ledger is not None:
            papers.append(_paper(ledger))
    nothing = tr("还没有网格，做不了月度台账。请先建立网格，再来打印。")
    return print_checked(papers, out, order.options, nothing)


def _paper(ledger: MonthLedger) -> Paper:
    grid = grid_words(ledger.grid)
    document = Document(
        title=TITLE,
        line=tr(
            "{grid}\u3000\u3000{month:%Y年%m月}\u3000\u3000统计到 {until:%Y-%m-%d}",
            grid=grid,
            month=ledger.first,
            until=ledger.until,
        ),
        grid=grid,
        blocks=(
            *(_section(one) for one in ledger.sections),
            signatures(tr("填表人"), tr("网格长"), tr("社区")),
            *_buildings(ledger.buildings),
            *_people(ledger.people),
        ),
        record_id=ledger.grid["id"],
    )
    return Paper(document, tr("{grid}月度台账", grid=grid))


def _section(section: Section) -> Block:
    rows = tuple(
        Row(
            (
                Cell(one.name, NAME, size=SIZE),
                Cell(one.words, COUNT, size=SIZE, bold=True),
                Cell(one.how, HOW, size=SMALL),
            ),
            height=6.0,
        )
        for one in section.figures
    )
    return Block(rows, head=(heading(section.title),))


def _buildings(lines: Sequence[BuildingLine]) -> list[Block]:
    if not lines:
        return []
    total = (
        tr("合计"),
        *(
            str(sum(numbers))
            for numbers in zip(*(one.numbers for one in lines), strict=True)
        ),
    )
    rows = [(one.name, *map(str, one.numbers)) for one in lines]
    return [_table(tr("分楼栋"), BUILDINGS, [*rows, total], align="center")]


def _people(everybody: Sequence[PersonLine]) -> list[Block]:
    """Who was owed a contact or had one; how many were not, is said."""
    lines = [
        one for one in everybody if one.owed or one.visited or one.called or one.missed
    ]
    if not lines:
        return []
    rows = [
        (
            one.door,
            one.name + (tr(" {age} 岁", age=one.age) if one.age is not None else ""),
            tr("、").join(one.tags),
            one.plan,
            _days(one.visited),
            _days(one.called),
            _standing(one),
        )
        for one in lines
    ]
    title = tr("附：按人（有关爱计划、本月该联系或联系过的 {n} 人）", n=len(rows))
    blocks = [_table(title, PEOPLE, rows)]
    rest = len(everybody) - len(lines)
    if rest:
        words = tr(
            "另有 {count} 人有关爱计划，本月不到期也没有联系，没有列出。", count=rest
        )
        blocks.append(Block((Row((Cell(words, TEXT_WIDTH, size=SMALL),)),)))
    return blocks


def _days(days: Sequence[dt.date]) -> str:
    """3、10、17; several on one day as 10（2 次）."""
    counts: dict[int, int] = {}
    for day in days:
        counts[day.day] = counts.get(day.day, 0) + 1
    return tr("、").join(
        str(day) if count == 1 else tr("{day}（{count} 次）", day=day, count=count)
        for day, count in counts.items()
    )


def _standing(one: PersonLine) -> str:
    """Whether the month's contact was made; how often nobody was reached."""
    words = tr("不到期")
    if one.owed:
        words = tr("已联系") if one.seen else tr("还没有")
    if one.missed:
        words = tr("{words}，没见到 {count} 次", words=words, count=one.missed)
    return words


def _table(
    title: str,
    columns: Sequence[tuple[str, float]],
    rows: Sequence[Sequence[str]],
    *,
    align: str = "left",
) -> Block:
    """A close table, its head on each page."""
    head = Row(tuple(label(*one) for one in columns), height=6.4)
    lines = tuple(
        Row(
            tuple(
                Cell(text, width, size=SMALL, align=align, lines=MOST)
                for text, (_, width) in zip(row, columns, strict=True)
            ),
            height=LINE,
        )
        for row in rows
    )
    return Block(lines, head=(heading(title), head))
