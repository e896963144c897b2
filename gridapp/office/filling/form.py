"""Somebody's blank form: where its headings and its empty rows are, and what they ask.

The headings are found as those of a ledger. Below them stand an example, perhaps rows
that name somebody already, the empty rows, and a foot (合计, 填表人：).

Rows and columns count from 0.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.office.filling.cards import header_of, labels_of, options_in
from gridapp.office.filling.table import (
    EXAMPLE,
    FOOT,
    Table,
    table_below,
    table_beside,
)
from gridapp.office.tables.headers import (
    DEEPEST,
    SEARCHED_ROWS,
    Header,
    find_header,
    header_at,
)
from gridapp.office.tables.reader import RawSheet, read_book

if TYPE_CHECKING:
    from gridapp.office.filling.form_book import FormBook

# What parts of a workbook raise that lack what they should hold.
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, SyntaxError),
    *(KeyError, ValueError, TypeError, AttributeError, IndexError),
)
FEWEST = 2  # headings, 姓名 among them: a form need not ask for three things


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

        try:
            self._look_through()
        except DAMAGED as error:
            raise UserError(
                tr(
                    "“{name}”不是完好的 Excel 文件，请用 Excel 打开，"
                    "另存为 .xlsx 后再来填",
                    name=path.name,
                )
            ) from error

    def _look_through(self) -> None:
        """Read every part once, so that a damaged one is noticed at the beginning."""
        with zipfile.ZipFile(self.path) as book:
            for part in book.infolist():
                book.read(part)
        for name in self.headers:
            page = self._first.form(name)
            len(page.choices)
            list(page.merged())

    def _is_workbook(self) -> bool:
        with zipfile.ZipFile(self.path) as book:
            names = book.namelist()
        return "xl/workbook.xml" in names and "xl/styles.xml" in names

    def book(self) -> FormBook:
        """The form's parts, to be filled in; each time anew."""
        from gridapp.office.filling.form_book import FormBook

        return FormBook(self.content)

    @cached_property
    def _first(self) -> FormBook:
        return self.book()

    @cached_property
    def headers(self) -> Mapping[str, Header]:
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
        headers = self.headers
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
        page, said = self._first.form(name), chosen or {}
        labels = labels_of(raw) if rows is None else ()
        if labels:
            return table_beside(raw, labels, page, said)
        return table_below(raw, header, page, said)

    def options(self, table: Table, column: int) -> tuple[str, ...] | None:
        """The words a column's first empty cell may be filled with: of its drop-down
        list, or of the boxes there. None when there are none, or when they cannot be
        read without calculating."""
        if table.labels and table.labels[column].boxes:
            return options_in(table.labels[column].boxes)
        page, spot = self._first.form(table.sheet.name), table.first_spot(column)
        for one in page.choices:
            if one.holds(*spot):
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
        from gridapp.office.filling.form_sheet import area_of

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
    if any(labels_of(one) for one in sheets):
        return True
    headers = [(one, _header(one)) for one in sheets]
    found = [(sheet, header) for sheet, header in headers if header is not None]
    return bool(found) and not any(_names_somebody(*one) for one in found)


def _names_somebody(sheet: RawSheet, header: Header) -> bool:
    name = next(one.index for one in header.columns if one.path == "name")
    for row in range(header.last + 1, len(sheet.rows)):
        line = [str(cell) for cell in sheet.rows[row] if cell is not None]
        bare = re.sub(r"\s", "", line[0]) if line else ""
        if FOOT.fullmatch(unicodedata.normalize("NFKC", bare)):
            return False
        shown = any(EXAMPLE.search(text) for text in line)
        if not shown and str(sheet.own(row, name) or "").strip():
            return True
    return False


def _header(sheet: RawSheet) -> Header | None:
    """The labels of a form of one person; headings as a ledger's; else the rows with
    姓名 and the most other headings."""
    if labels := labels_of(sheet):
        return header_of(labels)
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
