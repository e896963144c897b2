"""一表通: fills somebody's blank form from the records; the form looks as it did.

`plan_fill` writes nothing and says what would stand where; `write_fill` makes the file.
The form itself is never changed. More people than rows: rows are put in before the last
empty one, so that totals, borders and lists reach over them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.office.filling.cards import Spot, asides_of, ticked
from gridapp.office.filling.form import Form
from gridapp.office.filling.people import PersonFacts, read_people
from gridapp.office.filling.rows import Placing, placed
from gridapp.office.filling.sources import CONSTANT
from gridapp.office.filling.table import Table
from gridapp.office.filling.words import NotOffered, Slot, Written, written
from gridapp.office.ledgers.columns import plain_heading
from gridapp.office.whole_file import write_whole
from gridapp.store.database import Connection
from gridapp.work.purpose import Signature

if TYPE_CHECKING:
    from gridapp.office.filling.form_book import FormBook
    from gridapp.office.filling.form_sheet import FormSheet

OPTIONAL = ("note", "tags", "contacts", "remind")  # nobody misses these
LIKE_THIS = "2026年1月1日"  # how the day stands above or below a table
_EPOCH, _EPOCH_1904 = dt.date(1899, 12, 30), dt.date(1904, 1, 1)


@dataclass(frozen=True)
class FilledRow:
    """One person's row. cells: by column, what goes into it, or what stands there."""

    resident_id: UUID
    name: str
    row: int  # from 0, as the filled form will have it
    cells: Mapping[int, Written]


@dataclass(frozen=True)
class FillPlan:
    """What the form would hold. missing: by source, who has no such value."""

    form: Form
    table: Table
    placing: Placing
    rows: tuple[FilledRow, ...]
    missing: Mapping[str, tuple[tuple[UUID, str], ...]]
    warnings: tuple[str, ...]
    unmasked: bool
    aside: tuple[tuple[Spot, Written], ...] = ()  # above and below the table

    def as_json(self) -> dict[str, Any]:
        """What `gridapp fill --json` prints."""
        headings = self.table.headings
        return {
            "rows": len(self.rows),
            "columns": {headings[c]: s for c, s in self.table.filled.items()},
            "unknown": self.table.unknown,
            "missing": {source: len(who) for source, who in self.missing.items()},
            "warnings": list(self.warnings),
        }

    def heading_of(self, source: str) -> str:
        """What the form itself calls a source, without its hints."""
        column = next(c for c, one in self.table.filled.items() if one == source)
        parts = self.table.headings[column].split("/")
        return "/".join(plain_heading(part) for part in parts)

    def missing_words(self) -> list[str]:
        """3 人没有联系电话, for each column that somebody has nothing for."""
        return [
            tr("{count} 人没有{what}", count=len(who), what=self.heading_of(source))
            for source, who in self.missing.items()
        ]


@dataclass
class _Told:
    """What is to be said about a form that is filled in."""

    missing: dict[str, list[tuple[UUID, str]]] = field(
        default_factory=dict[str, "list[tuple[UUID, str]]"]
    )
    warnings: list[str] = field(default_factory=list[str])
    not_offered: dict[tuple[int, str], list[int]] = field(
        default_factory=dict[tuple[int, str], "list[int]"]
    )
    kept: int = 0  # cells that something stands in already
    locked: int = 0


def plan_fill(
    db: Connection,
    form: Form,
    table: Table,
    ids: Sequence[UUID],
    day: dt.date,
    *,
    unmasked: bool = False,
) -> FillPlan:
    """What the form would hold with these people in this order, as of `day`.

    UserError when there is nobody, or nothing may be written.
    """
    people = read_people(db, ids, day)
    if not people:
        raise UserError(tr("没有符合条件的人，请换一换条件"))
    if not table.filled:
        raise UserError(_why_nothing(form, table))
    told = _Told()
    if table.labels:
        placing = Placing(tuple(enumerate(people)))  # a file each
    else:
        placing = placed(form, table, people, told.warnings)
    _warn_of_table(table, told)
    book = placing.grown(form, table.sheet.name)
    filler = _Filler(table, _slots(form, table), book.form(table.sheet.name), told)
    rows = tuple(
        filler.row(row, person, unmasked=unmasked) for row, person in placing.people
    )
    _warn_of_cells(table, told)
    aside = tuple(_aside(table, placing, people[0], told, unmasked=unmasked))
    missing = {
        source: tuple(told.missing[source])
        for source in dict.fromkeys(table.filled.values())
        if source in told.missing
    }
    warnings = tuple(told.warnings)
    return FillPlan(form, table, placing, rows, missing, warnings, unmasked, aside)


def _why_nothing(form: Form, table: Table) -> str:
    if form.book().form(table.sheet.name).is_protected:
        return tr("这张表加了保护，要填的格子都锁着。请让发表的单位解除保护后再填")
    return tr("这张表里没有认得的列，请先选好每一列填什么")


def _slots(form: Form, table: Table) -> dict[int, Slot]:
    page = form.book().form(table.sheet.name)
    listed = bool(table.blocks or table.labels)
    return {
        column: Slot(
            table.headings[column],
            source,
            form.options(table, column) if listed else None,
            page.format_of(*table.first_spot(column)),
            (table.headings[column], table.examples.get(column, "")),
        )
        for column, source in table.filled.items()
    }


class _Filler:
    """Fills rows downwards and counts them; what stands somewhere already stays."""

    def __init__(
        self, table: Table, slots: Mapping[int, Slot], page: FormSheet, told: _Told
    ) -> None:
        self.table, self.slots, self.page, self.told = table, slots, page, told
        self.number = 0

    def row(self, row: int, person: PersonFacts, *, unmasked: bool) -> FilledRow:
        """What goes into the cells of a person's row."""
        cells: dict[int, Written] = {}
        for column, slot in self.slots.items():
            spot = self.table.spot(row, column)
            if self.page.is_covered(*spot):
                continue
            if slot.source == "number":
                self.number = max(self.number + 1, self.page.number(*spot) or 0)
                cells[column] = Written(self.number, str(self.number))
            elif self.page.is_filled(*spot) and not self._boxes(column):
                self.told.kept += slot.source != "name"
            elif self.page.is_locked(*spot):
                self.told.locked += 1
            else:
                self._fill(cells, column, slot, row, person, unmasked=unmasked)
        return FilledRow(person.id, person.name, row, cells)

    def _boxes(self, column: int) -> str:
        """□男 □女, where a form of one person has a choice to be ticked."""
        return self.table.labels[column].boxes if self.table.labels else ""

    def _fill(
        self,
        cells: dict[int, Written],
        column: int,
        slot: Slot,
        row: int,
        person: PersonFacts,
        *,
        unmasked: bool,
    ) -> None:
        fact = person.fact(slot.source)
        try:
            found = written(fact, slot, unmasked=unmasked)
        except NotOffered as refused:
            rows = self.told.not_offered.setdefault((column, refused.words), [])
            rows.append(row)
            return
        boxes = self._boxes(column)
        if found is not None and found.words and boxes:
            cells[column] = Written(ticked(boxes, found.words), found.words)
        elif found is not None and found.words:
            cells[column] = found
        elif _is_missed(slot.source, fact.value):
            who = self.told.missing.setdefault(slot.source, [])
            who.append((person.id, person.name))


def _aside(
    table: Table,
    placing: Placing,
    person: PersonFacts,
    told: _Told,
    *,
    unmasked: bool,
) -> Iterator[tuple[Spot, Written]]:
    """Who fills the form in, where and when, in the empty cells beside such labels."""
    said: list[str] = []
    labels = () if table.labels else asides_of(table.sheet, table.header, table.end)
    for one in labels:
        slot = Slot(one.heading, one.path, hints=(one.heading, LIKE_THIS))
        found = written(person.fact(one.path), slot, unmasked=unmasked)
        if found is not None:
            said.append(one.heading)
            yield (placing.after(one.spot[0]), one.spot[1]), found
    if said:
        labelled = tr("、").join(said)
        told.warnings.append(tr("表头表尾的{said}也填上了", said=labelled))


def _is_missed(source: str, value: Any) -> bool:
    optional = source.startswith(("tag.", CONSTANT)) or source in OPTIONAL
    return not optional and value is None


def _warn_of_table(table: Table, told: _Told) -> None:
    fixed = [h for c, h in table.headings.items() if c in table.fixed]
    if fixed:
        told.warnings.append(
            tr(
                "这些列有公式或上了锁，照原样留着：{headings}",
                headings=tr("、").join(fixed),
            )
        )


def _warn_of_cells(table: Table, told: _Told) -> None:
    if told.kept:
        told.warnings.append(
            tr("{count} 个格子里原来就有内容，没有改动", count=told.kept)
        )
    if told.locked:
        told.warnings.append(tr("{count} 个格子上了锁，没有填", count=told.locked))
    for (column, words), rows in told.not_offered.items():
        told.warnings.append(
            tr(
                "“{heading}”的下拉里没有“{words}”，第 {rows} 行请自己选",
                heading=table.headings[column],
                words=words,
                rows=tr("、").join(str(row + 1) for row in rows[:10])
                + (tr("等 {count}", count=len(rows)) if len(rows) > 10 else ""),
            )
        )


def write_fill(plan: FillPlan, out: Path, signature: Signature) -> None:
    """Write the filled form to `out`, whole or not at all; a form of one person once
    for each into the folder `out`.

    signature: who and when, which the file's properties carry; and why, when whole
    numbers are in it, which the caller has journalled before. UserError when the file
    cannot be written, or when `out` is the form itself.
    """
    if plan.table.labels:
        for row, file in zip(plan.rows, _files(plan, out), strict=True):
            book = plan.form.book()
            _put_row(book, plan.table, row)
            _close(book, plan, file, signature)
        return
    if out.exists() and out.samefile(plan.form.path):
        raise UserError(tr("不能写在原来的空表上，请换一个文件名"))
    ending = plan.form.path.suffix.lower()
    if out.suffix.lower() != ending:  # a workbook with macros opens only as .xlsm
        raise UserError(tr("填好的表请存成 {ending} 文件", ending=ending))
    book = plan.placing.grown(plan.form, plan.table.sheet.name)
    page = book.form(plan.table.sheet.name)
    bare = plan.placing.bare and plan.table.end - 1 == plan.table.header.last
    for row in plan.rows:
        if bare:
            _dress(book, page, row.row, plan.table)
        _put_row(book, plan.table, row)
    for spot, cell in plan.aside:
        _put(book, page, *spot, cell)
    _close(book, plan, out, signature)


def _files(plan: FillPlan, folder: Path) -> Iterator[Path]:
    """A file of its own for each person, in a folder that is made when needed."""
    if folder.suffix.lower() == plan.form.path.suffix.lower() or folder.is_file():
        raise UserError(tr("这张表一人一份，请写一个文件夹来存，不要写文件名"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            tr("“{name}”这个文件夹建不了，请换一个保存位置", name=folder.name)
        ) from error
    stem, ending = plan.form.path.stem, plan.form.path.suffix
    taken: set[str] = set()
    for row in plan.rows:
        name = re.sub(r'[\\/:*?"<>|]', "", f"{stem}-{row.name}")
        number = 1
        while name in taken:
            number += 1
            name = f"{stem}-{row.name}{number}"
        taken.add(name)
        yield folder / f"{name}{ending}"


def _put_row(book: FormBook, table: Table, row: FilledRow) -> None:
    page = book.form(table.sheet.name)
    for column, cell in row.cells.items():
        _put(book, page, *table.spot(row.row, column), cell)


def _close(book: FormBook, plan: FillPlan, out: Path, signature: Signature) -> None:
    name = plan.table.sheet.name
    book.form(name).finish()
    book.recalculate(name)
    book.sign(signature.by, signature.at, _said_of(plan, signature))
    write_whole(book.content(), out)


def _dress(book: FormBook, page: FormSheet, row: int, table: Table) -> None:
    """Give a row that was made of the headings the look of a row below them."""
    for column in table.headings:
        page.write(row, column, "", book.plain(page.style(row, column)))


def _said_of(plan: FillPlan, signature: Signature) -> str:
    if not plan.unmasked:
        return ""
    return tr(
        "含完整的证件号和电话，{count} 人。用途：{purpose}",
        count=len(plan.rows),
        purpose=signature.purpose,
    )


def _put(book: FormBook, page: FormSheet, row: int, column: int, cell: Written) -> None:
    style = page.style(row, column)
    if cell.text and page.format_of(row, column) != "text":
        style = book.styled(style, text=True)
    if isinstance(cell.value, str):
        page.write(row, column, cell.value, style)
    elif isinstance(cell.value, dt.date):
        start = _EPOCH_1904 if book.counts_from_1904 else _EPOCH
        page.write_number(row, column, (cell.value - start).days, style)
    else:
        page.write_number(row, column, cell.value, style)
