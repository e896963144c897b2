"""Somebody's blank form: where its headings and its empty rows are, and what they ask.

The headings are found as those of a ledger. Below them stand an example, perhaps rows
that name somebody already, the empty rows, and a foot (合计, 填表人：).

Rows and columns count from 0.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.office.fill_sources import BLANK, UNKNOWN, sources_of
from gridapp.office.sheet_headers import (
    DEEPEST,
    SEARCHED_ROWS,
    Header,
    find_header,
    header_at,
)
from gridapp.office.sheet_reader import RawSheet, read_book

if TYPE_CHECKING:
    from gridapp.office.form_book import FormBook
    from gridapp.office.form_sheet import FormSheet

FEWEST = 2  # headings, 姓名 among them: a form need not ask for three things
_FOOT = re.compile(
    r"(本?[页栋楼户]?)(合计|小计|总计|共计)[:：]?.*|共\s*\d*\s*[人户].*|"
    r"(以下空白|注|备注|说明|填表说明|填表须知)[:：].*|"
    r"(填表|制表|填报|审核|复核|负责|经办|联系|单位|社区|村)[^:：]{0,8}[:：].*"
)
_EXAMPLE = re.compile(r"例|样表|示范|填写样式")


@dataclass(frozen=True)
class Block:
    """The rows one household has, or the one row of one person."""

    first: int
    size: int = 1

    @property
    def rows(self) -> range:
        """Its rows."""
        return range(self.first, self.first + self.size)


@dataclass(frozen=True)
class Table:
    """What is to be filled in on one sheet.

    sources: by column. blocks: the empty rows in their order. end: the row behind them.
    named: by row that names somebody already, the name. examples: by column, what the
    example row shows. fixed: columns left alone, because they calculate or are locked.
    """

    sheet: RawSheet
    header: Header
    sources: Mapping[int, str]
    blocks: tuple[Block, ...]
    end: int
    named: Mapping[int, str] = field(default_factory=dict[int, str])
    examples: Mapping[int, str] = field(default_factory=dict[int, str])
    fixed: frozenset[int] = frozenset()

    @property
    def headings(self) -> dict[int, str]:
        """The heading of each column."""
        return {one.index: one.heading for one in self.header.columns}

    @property
    def unknown(self) -> list[str]:
        """Headings nobody has said the meaning of."""
        return [
            one.heading
            for one in self.header.columns
            if self.sources[one.index] == UNKNOWN and one.index not in self.fixed
        ]

    @property
    def filled(self) -> dict[int, str]:
        """The columns that are written, with their sources."""
        left = (BLANK, UNKNOWN)
        return {
            column: source
            for column, source in self.sources.items()
            if source not in left and column not in self.fixed
        }


class Form:
    """A form as it stands in its file; UserError in words when it is none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sheets = read_book(path)  # first: it refuses what is hostile
        self.content = path.read_bytes()
        if not zipfile.is_zipfile(path) or not self._is_workbook():
            raise UserError(
                tr(
                    "“{name}”不是 .xlsx 表。请用 Excel 或 WPS 打开它，"
                    "另存为“Excel 工作簿（.xlsx）”，再来填",
                    name=path.name,
                )
            )

    def _is_workbook(self) -> bool:
        with zipfile.ZipFile(self.path) as book:
            names = book.namelist()
        return "xl/workbook.xml" in names and "xl/styles.xml" in names

    def book(self) -> FormBook:
        """The form's parts, to be filled in; each time anew."""
        from gridapp.office.form_book import FormBook

        return FormBook(self.content)

    @cached_property
    def _first(self) -> FormBook:
        return self.book()

    def headers(self) -> dict[str, Header]:
        """By sheet that has any, its headings; hidden sheets are left out."""
        found = {one.name: _header(one) for one in self.sheets if one.visible}
        return {name: header for name, header in found.items() if header is not None}

    def table(
        self,
        sheet: str = "",
        chosen: Mapping[str, str] | None = None,
        rows: tuple[int, int] | None = None,
    ) -> Table:
        """The table of a sheet, the first that has one when none is named.

        chosen: by heading, the source the user chose. rows: the heading rows when the
        user pointed them out. UserError when there are no headings.
        """
        headers = self.headers()
        name = sheet or next(iter(headers), "")
        raw = next((one for one in self.sheets if one.name == name), None)
        if sheet and raw is None:
            raise UserError(
                tr(
                    "没有“{sheet}”这张工作表，有的是：{names}",
                    sheet=sheet,
                    names=tr("、").join(one.name for one in self.sheets),
                )
            )
        header = headers.get(name)
        if raw is not None and rows is not None:
            header = _without_merged(raw, header_at(raw, *rows, {}))
        if raw is None or header is None:
            raise UserError(
                tr(
                    "在“{name}”里没有找到表头：前 {rows} 行里要有“姓名”和别的列名",
                    name=self.path.name,
                    rows=SEARCHED_ROWS,
                )
            )
        return _table(raw, header, self._first.form(name), chosen or {})

    def options(self, table: Table, row: int, column: int) -> tuple[str, ...] | None:
        """The words of a cell's drop-down list; None when it has none, or one that
        cannot be read without calculating."""
        page = self._first.form(table.sheet.name)
        for one in page.choices:
            if one.holds(row, column):
                return self._listed(one.formula, table.sheet)
        return None

    def _listed(self, formula: str, sheet: RawSheet) -> tuple[str, ...] | None:
        if formula.startswith('"'):
            words = formula.strip('"').replace('""', '"').split(",")
            return tuple(word.strip() for word in words if word.strip())
        formula = self._first.named_areas.get(formula, formula)
        before, _, area = formula.replace("$", "").rpartition("!")
        name = before.strip("'").replace("''", "'") or sheet.name
        source = next((one for one in self.sheets if one.name == name), None)
        match = re.fullmatch(r"([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?", area)
        if source is None or match is None:
            return None
        from gridapp.office.form_sheet import area_of

        top, left, bottom, right = area_of(area)
        cells = (
            source.own(row, column)
            for row in range(top, min(bottom + 1, len(source.rows)))
            for column in range(left, right + 1)
        )
        return tuple(str(one).strip() for one in cells if one is not None)


def is_blank(path: Path) -> bool:
    """Whether a file is a form that names nobody yet, and no ledger; an example does
    not count. False for what cannot be read."""
    try:
        sheets = [one for one in read_book(path) if one.visible]
    except UserError:
        return False
    headers = [(one, _header(one)) for one in sheets]
    found = [(sheet, header) for sheet, header in headers if header is not None]
    return bool(found) and not any(_names_somebody(*one) for one in found)


def _names_somebody(sheet: RawSheet, header: Header) -> bool:
    name = next(one.index for one in header.columns if one.path == "name")
    for row in range(header.last + 1, len(sheet.rows)):
        line = [str(cell) for cell in sheet.rows[row] if cell is not None]
        bare = re.sub(r"\s", "", line[0]) if line else ""
        if _FOOT.fullmatch(unicodedata.normalize("NFKC", bare)):
            return False
        shown = any(_EXAMPLE.search(text) for text in line)
        if not shown and str(sheet.own(row, name) or "").strip():
            return True
    return False


def _header(sheet: RawSheet) -> Header | None:
    """As a ledger's; else the rows with 姓名 and the most other headings."""
    found = find_header(sheet) or _longest_header(sheet)
    return _without_merged(sheet, found) if found is not None else None


def _without_merged(sheet: RawSheet, header: Header) -> Header:
    """A heading merged over two columns is one column, the first."""
    kept = (
        one
        for one in header.columns
        if sheet.anchors.get((header.last, one.index), (0, one.index))[1] == one.index
    )
    return replace(header, columns=tuple(kept))


def _longest_header(sheet: RawSheet) -> Header | None:
    best: Header | None = None
    for first in range(min(SEARCHED_ROWS, len(sheet.rows))):
        for depth in range(1, DEEPEST + 1):
            if first + depth > len(sheet.rows):
                break
            header = header_at(sheet, first, first + depth - 1, {})
            named = any(one.path == "name" for one in header.columns)
            enough = len(header.columns) >= FEWEST
            better = best is None or len(header.columns) > len(best.columns)
            if named and enough and better:
                best = header
    return best


def _table(
    sheet: RawSheet, header: Header, page: FormSheet, chosen: Mapping[str, str]
) -> Table:
    sources = sources_of(header, chosen)
    reader = _Rows(sheet, header, page, sources)
    reader.read()
    return Table(
        sheet,
        header,
        sources,
        tuple(reader.blocks),
        reader.end,
        reader.named,
        reader.examples,
        reader.fixed(),
    )


class _Rows:
    """Walks down below the headings and tells the rows apart."""

    def __init__(
        self,
        sheet: RawSheet,
        header: Header,
        page: FormSheet,
        sources: Mapping[int, str],
    ) -> None:
        self.sheet, self.header, self.page = sheet, header, page
        self.columns = [one.index for one in header.columns]
        self.name = next(
            (one.index for one in header.columns if one.path == "name"),
            self.columns[0],
        )
        self.numbers = {c for c, source in sources.items() if source == "number"}
        self.blocks: list[Block] = []
        self.named: dict[int, str] = {}
        self.examples: dict[int, str] = {}
        self.end = header.last + 1
        self._heights: dict[int, int] = {}  # by row, of the merge that begins there
        self._across: set[int] = set()  # rows merged over several columns
        for first, left, last, right in page.merged():
            inside = [one for one in self.columns if left <= one <= right]
            if first > header.last and inside:
                height = max(last - first + 1, self._heights.get(first, 1))
                self._heights[first] = height
            if len(inside) > 1 and self.name in inside:
                self._across.update(range(first, last + 1))

    def read(self) -> None:
        """Find the empty rows, those with names, and where the table ends."""
        row = self.header.last + 1
        while row <= self._last():
            if self._is_foot(row):
                break
            size = self._heights.get(row, 1)
            if self._is_empty(row, size):
                if not self._is_drawn(row):
                    break
                self.blocks.append(Block(row, size))
            elif not self._note_row(row) and self.blocks:
                break
            row += size
            self.end = row

    def _last(self) -> int:
        return max([len(self.sheet.rows) - 1, *self.page.rows])

    def _text(self, row: int, column: int) -> str:
        if row >= len(self.sheet.rows):
            return ""
        cell = self.sheet.own(row, column)
        return "" if cell is None else unicodedata.normalize("NFKC", str(cell)).strip()

    def _texts(self, row: int) -> list[str]:
        found = (self._text(row, column) for column in range(self.sheet.width))
        return [text for text in found if text]

    def _is_foot(self, row: int) -> bool:
        texts = self._texts(row)
        bare = (re.sub(r"\s", "", text) for text in texts[:2])
        return any(_FOOT.fullmatch(text) for text in bare)

    def _is_empty(self, row: int, size: int) -> bool:
        """Whether nobody is named there; numbers and given words do not count."""
        for at in range(row, row + size):
            if self._text(at, self.name) or self._is_foot(at):
                return False
            for column in self.numbers:
                text = self._text(at, column)
                if text and not re.fullmatch(r"\d+(\.0)?", text):
                    return False
        return row not in self._across

    def _is_drawn(self, row: int) -> bool:
        """Whether the row belongs to the table: its cells are in the file."""
        drawn = sum(self.page.is_drawn(row, column) for column in self.columns)
        return drawn * 2 > len(self.columns) or bool(self._texts(row))

    def _note_row(self, row: int) -> bool:
        """Keep what a row that is not empty says; whether it is one of the table."""
        name = self._text(row, self.name)
        texts = self._texts(row)
        if any(_EXAMPLE.search(text) for text in texts) and not self.blocks:
            for column in self.columns:
                if text := self._text(row, column):
                    self.examples.setdefault(column, text)
            return True
        if name and len(texts) > 1 or name and not self.blocks:
            self.named[row] = name
            return True
        return not self.blocks

    def fixed(self) -> frozenset[int]:
        """Columns that calculate, or that the sheet's protection locks."""
        rows = [row for block in self.blocks for row in block.rows]
        return frozenset(
            column
            for column in self.columns
            if any(self.page.formula(row, column) is not None for row in rows[:50])
            or _all_locked(self.page, rows, column)
        )


def _all_locked(page: FormSheet, rows: Sequence[int], column: int) -> bool:
    return bool(rows) and all(page.is_locked(row, column) for row in rows[:50])
