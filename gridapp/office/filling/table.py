"""The rows of a blank form below its headings: empty ones, an example, the foot.

Rows and columns count from 0.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gridapp.office.filling.cards import Label, Spot, header_of
from gridapp.office.filling.sources import BLANK, UNKNOWN, sources_of
from gridapp.office.tables.headers import Header
from gridapp.office.tables.reader import RawSheet

if TYPE_CHECKING:
    from gridapp.office.filling.form_sheet import FormSheet

FOOT = re.compile(
    r"(本?[页栋楼户]?)(合计|小计|总计|共计)[:：]?.*|共\s*\d*\s*[人户].*|"
    r"(以下空白|注|备注|说明|填表说明|填表须知)[:：].*|"
    r"(填表|制表|填报|审核|复核|负责|经办|联系|单位|社区|村)[^:：]{0,8}[:：].*"
)
EXAMPLE = re.compile(r"例|样表|示范|填写样式")


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
    labels: those of a form of one person, whose columns they are; none of a table.
    """

    sheet: RawSheet
    header: Header
    sources: Mapping[int, str]
    blocks: tuple[Block, ...]
    end: int
    named: Mapping[int, str] = field(default_factory=dict[int, str])
    examples: Mapping[int, str] = field(default_factory=dict[int, str])
    fixed: frozenset[int] = frozenset()
    labels: tuple[Label, ...] = ()

    def spot(self, row: int, column: int) -> Spot:
        """The cell of a column in a person's row; beside its label, where the form is
        of one person."""
        return self.labels[column].spot if self.labels else (row, column)

    def first_spot(self, column: int) -> Spot:
        """The first cell of a column that is to be filled in."""
        row = self.blocks[0].first if self.blocks else self.header.last + 1
        return self.spot(row, column)

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


def table_below(
    sheet: RawSheet, header: Header, page: FormSheet, chosen: Mapping[str, str]
) -> Table:
    """The table under these headings; `chosen` are sources by heading."""
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


def table_beside(
    sheet: RawSheet,
    labels: tuple[Label, ...],
    page: FormSheet,
    chosen: Mapping[str, str],
) -> Table:
    """A form of one person; `chosen` are sources by heading."""
    header = header_of(labels)
    fixed = frozenset(
        number
        for number, one in enumerate(labels)
        if page.formula(*one.spot) is not None or page.is_locked(*one.spot)
    )
    sources = sources_of(header, chosen)
    return Table(sheet, header, sources, (), 0, fixed=fixed, labels=labels)


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
        return any(FOOT.fullmatch(text) for text in bare)

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
        if any(EXAMPLE.search(text) for text in texts) and not self.blocks:
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
