"""Reads the rows of one sheet: which are residents, and what each row says.

Totals, repeated headings and sub-headings are skipped; merged cells and 同上 are
filled in; what the ID number says about birth and sex is compared with the columns.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from gridapp.models.cell import Cell
from gridapp.office.ledgers.agreement import (
    compare_with_id,
    keep_age,
    raw_of,
    read_health,
    read_id,
    read_name_note,
)
from gridapp.office.ledgers.cell_reader import TOGETHER, CellReader, joined
from gridapp.office.ledgers.columns import IGNORED, PLACE, group_kind, joins
from gridapp.office.ledgers.contacts import read_people
from gridapp.office.ledgers.doors import read_place
from gridapp.office.ledgers.members import HEAD_NAME, HEAD_NUMBER, HEADS, Family, Heads
from gridapp.office.ledgers.problems import Problem, problem
from gridapp.office.tables.headers import NAME, Header
from gridapp.office.tables.reader import RawSheet

DITTO = {"同上", "同上行", "〃", "″", '"', "''", "〞", "”", "同户主", "上同", "同前"}
NOT_VALUES = frozenset({"", IGNORED, *PLACE})
SHORTEST = 8  # digits that may be the rest of an ID number
LONGEST_DITTO = 10  # characters, blanks around it included
_TOTAL = re.compile(r"(本?[页栋楼户单元]*)(合计|小计|总计|共计)[:：]?.*|共\d+[人户].*")
_REMARK = re.compile(
    r"(以下空白|以下无正文|注|备注|说明|(?:填表|制表|审核|审批|经办|统计)(?:人|单位|日期|时间)?|"
    r"(?:单位)?负责人(?:签[字名])?)(?:[:：].*)?|[-—]?第\w{1,4}页[,，/]?(?:共\w{1,4}页)?[-—]?"
)
_BUILDING = re.compile(
    r".{0,12}?(\d+[A-Z]?)(?:号楼|号?[栋幢座]|#楼?)(?:(\d+)单元)?(?:[(（].*)?"
)
_DIGIT = re.compile(r"\d")


@dataclass
class LedgerRow:
    """One line of a sheet; `row` counts from 1 as Excel shows it.

    values: by path, only what the ledger says. `cells` are the cells as they stand
    with merges and 同上 filled in. head: it is about the head of the household whom a
    line names beside somebody else, who has the line's other row.
    """

    sheet: str
    row: int
    cells: tuple[object, ...] = ()
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    warnings: list[Problem] = field(default_factory=list[Problem])
    questions: list[Problem] = field(default_factory=list[Problem])
    errors: list[Problem] = field(default_factory=list[Problem])
    skipped: Problem | None = None
    head: bool = False

    @property
    def place(self) -> tuple[str, int]:
        """Sheet and row, which name a line of the file; less than 0 for its head."""
        return self.sheet, -self.row if self.head else self.row

    def copy(self) -> LedgerRow:
        """The same row, to be remarked on without touching this one."""
        lists = list(self.warnings), list(self.questions), list(self.errors)
        values, rest = dict(self.values), (self.skipped, self.head)
        return LedgerRow(self.sheet, self.row, self.cells, values, *lists, *rest)

    def for_head(self, values: dict[str, Any]) -> LedgerRow:
        """A row of the same line about the head; the only one where nobody else is."""
        beside = "name" in self.values
        return LedgerRow(self.sheet, self.row, self.cells, values, head=beside)

    def note(self, words: str) -> None:
        """Keep words beside the others that go to the note, of whatever column."""
        there = self.values.get("note")
        self.values["note"] = f"{there}；{words}" if there else words

    def warn(self, path: str, code: str, message: str = "") -> None:
        """Say something about the row that does not keep it out."""
        self.warnings.append(problem(path, code, message))

    def ask(self, path: str, code: str, message: str = "") -> None:
        """Keep the row out until a person has decided."""
        self.questions.append(problem(path, code, message))

    def refuse(
        self, path: str, code: str, message: str = "", heading: str = ""
    ) -> None:
        """Keep the row out until its cells are corrected."""
        self.errors.append(problem(path, code, message, heading))


def read_rows(
    sheet: RawSheet,
    header: Header,
    reader: CellReader,
    named: Collection[str] = (NAME,),
) -> Iterator[LedgerRow]:
    """Every line below the headings that is not empty; `named` as for the headings."""
    return iter(_SheetRows(sheet, header, reader, named))


class _SheetRows:
    """Walks down a sheet and remembers what the lines above said."""

    def __init__(
        self,
        sheet: RawSheet,
        header: Header,
        reader: CellReader,
        named: Collection[str],
    ) -> None:
        self.sheet, self.header, self.reader = sheet, header, reader
        reader.epoch = sheet.epoch
        self.width = max(column.index for column in header.columns) + 1
        self.name_column = next(c for c in header.columns if c.path in named)
        headings = {text for c in header.columns for text in c.heading.split("/")}
        self.headings = {_bare(text) for text in headings}
        title = _BUILDING.fullmatch(unicodedata.normalize("NFKC", sheet.name.strip()))
        self.blank_is_ditto = any(column.ditto for column in header.columns)
        self.context: dict[str, str] = {}
        self.family, self.heads = Family(), Heads()
        paths = {column.path: column.index for column in header.columns}
        apart = HEAD_NUMBER in paths and NAME in paths
        parts = self.name_column.heading.split("/")
        self.of_heads = any(group_kind(part) == "head" for part in parts)
        self.of_heads &= "relation" not in paths
        self.head_column = paths.get(HEAD_NAME) if apart else None
        if title:
            self._enter(title)
        self.above: tuple[object, ...] = ()
        self.merged = {row for row, _ in sheet.anchors}
        name = self.name_column.index
        self.uncomputed = {row for row, column in sheet.unsaved if column == name}

    def __iter__(self) -> Iterator[LedgerRow]:
        end = max(len(self.sheet.rows), *(row + 1 for row in self.uncomputed), 0)
        rows: list[LedgerRow] = []
        for at in range(self.header.last + 1, end):
            own = [cell for cell in self._own(at) if cell is not None]
            if any(str(cell).strip() for cell in own) or at in self.uncomputed:
                row = self._line(at, own)
                if self.head_column is None:
                    yield row
                else:
                    rows.append(row)
                    self.heads.note(row)
        found = {row.place: row for row in (*rows, *self.heads.without_a_row())}
        yield from sorted(found.values(), key=lambda one: (one.row, not one.head))

    def _own(self, at: int) -> Sequence[object]:
        """The cells of a line as they stand; a file ends at its last value, which may
        be above a formula without one."""
        return self.sheet.rows[at] if at < len(self.sheet.rows) else ()

    def _line(self, at: int, own: list[object]) -> LedgerRow:
        line = self._cells(at)
        row = LedgerRow(self.sheet.name, at + 1, line)
        code = self._not_a_resident(at, own, line)
        if code:
            row.skipped = problem("", code)
            return row
        filled = self._without_ditto(row, line)
        row.cells, self.above = filled, filled
        if at in self.sheet.struck:
            crossed = row.copy()  # its family may live on below
            self._read(crossed)
            row.skipped = problem("", "S_STRUCK")
            return row
        if at in self.sheet.hidden:
            row.warn("", "W_HIDDEN_ROW")
        self._read(row)
        self._formulas(row, at)
        return row

    def _read(self, row: LedgerRow) -> None:
        read_values(row, self.header, self.reader)
        keep_age(row, self.header)
        read_place(row, self.header, self.context)
        if self.of_heads and "name" in row.values:
            row.values.setdefault("relation", HEADS[0])
        if self.name_column.path == NAME:
            self.family.take(row)

    def _cells(self, at: int) -> tuple[object, ...]:
        """The cells of a line with what is merged downwards into them."""
        if at in self.merged:
            return tuple(self.sheet.below(at, n) for n in range(self.width))
        line = self._own(at)[: self.width]
        return (*line, *[None] * (self.width - len(line)))

    def _not_a_resident(
        self, at: int, own: list[object], line: tuple[object, ...]
    ) -> str:
        """Why a line holds no resident, as a code; "" when it does, or should."""
        if not own:  # but a formula nobody has computed
            return ""
        name = self._name(line)
        if (name is None or _bare(name) in self.headings) and self._is_heading(own):
            return "S_HEADING"
        first = _bare(own[0])
        if len(own) == 1:
            match = _BUILDING.fullmatch(first)
            if match:
                self._enter(match)
                return "S_BUILDING"
        if _TOTAL.fullmatch(first) or _TOTAL.fullmatch(_bare(name or "")):
            return "S_TOTAL"
        somebody = name is not None or self._is_somebody(at)
        if _REMARK.fullmatch(first) or (len(own) == 1 and not name and not somebody):
            return "S_BLANK_LINE"
        return "" if somebody else "S_NO_NAME"

    def _is_somebody(self, at: int) -> bool:
        """Whether a line without a name has a formula for it, or somebody's ID number
        or birth; a telephone alone may be that of an empty flat's owner."""
        if at in self.uncomputed:
            return True
        if self.head_column is not None and self.sheet.own(at, self.head_column):
            return True
        cells = [(one.path, self.sheet.own(at, one.index)) for one in self.header.known]
        return self.name_column.path == NAME and any(
            (path == "id_number" and len(_DIGIT.findall(str(cell))) >= SHORTEST)
            or (path == "born_on" and self.reader.read(path, cell).value is not None)
            for path, cell in cells
        )

    def _is_heading(self, own: list[object]) -> bool:
        """Whether the headings stand here once more, as on each printed page."""
        known = sum(_bare(cell) in self.headings for cell in own)
        return known >= 2 and known * 2 > len(own)

    def _name(self, line: tuple[object, ...]) -> object:
        return line[self.name_column.index]

    def _enter(self, match: re.Match[str]) -> None:
        """The rows below stand under this building."""
        self.context = {"building.number": match[1]}
        if match[2]:
            self.context["dwelling.unit"] = match[2]
        self.above = ()
        self.family.end()

    def _without_ditto(
        self, row: LedgerRow, line: tuple[object, ...]
    ) -> tuple[object, ...]:
        short = (c.strip() for c in line if type(c) is str and len(c) <= LONGEST_DITTO)
        if not self.blank_is_ditto and DITTO.isdisjoint(short):
            return line
        filled = list(line)
        for column in self.header.columns:
            cell = line[column.index]
            if cell is None and column.ditto and self.above:
                filled[column.index] = self.above[column.index]
            if not isinstance(cell, str) or len(cell) > LONGEST_DITTO:
                continue
            if cell.strip() not in DITTO:
                continue
            if column.path in ("name", "id_number"):
                row.refuse(column.path, "E_DITTO_NAME")
            elif self.above:
                filled[column.index] = self.above[column.index]
                if column.path:
                    row.warn(column.path, "W_DITTO")
        return tuple(filled)

    def _formulas(self, row: LedgerRow, at: int) -> None:
        if not self.sheet.unsaved:
            return
        for column in self.header.known:
            if (at, column.index) in self.sheet.unsaved:
                row.refuse(column.path, "E_FORMULA_NO_VALUE")


def _bare(cell: object) -> str:
    return _bare_text(cell if isinstance(cell, str) else str(cell))


@lru_cache(maxsize=1 << 14)
def _bare_text(text: str) -> str:
    if text.isascii():
        return "".join(text.split())
    return "".join(unicodedata.normalize("NFKC", text).split())


def read_values(row: LedgerRow, header: Header, reader: CellReader) -> None:
    """Read every column but the place into the row, then compare with the ID."""
    read: dict[str, Cell[Any]] = {}
    for column in header.columns:
        path = column.path
        if path in NOT_VALUES:
            continue
        cell = reader.read(path, row.cells[column.index])
        if path in header.repeated and joins(path):
            if cell.error:  # it is this column's, whatever the others say
                words = cell.note if cell.error == "E_VALUE" else ""
                row.refuse(path, cell.error, words, column.heading)
                continue
            cell = joined(read.get(path, cell), cell)
        read[path] = cell
    read_people(read, lambda path: raw_of(row, header, path))
    read_id(row, read, header)
    read_health(row, read, header)
    for path, cell in read.items():
        _take(row, path, cell)
    read_name_note(row, read.get("name"))
    if row.values.get("tag.alone") and TOGETHER.search(str(row.values.get("note"))):
        row.warn("tag.alone", "W_ALONE_REMARK")
    compare_with_id(row)


def _take(row: LedgerRow, path: str, cell: Cell[Any]) -> None:
    """Put a cell's value into the row, or its error."""
    if cell.error:
        row.refuse(path, cell.error, cell.note if cell.error == "E_VALUE" else "")
        return
    for code in cell.warnings:
        row.warn(path, code)
    if path == "note" and cell.value:
        row.note(cell.value)
    elif cell.value is not None:
        row.values[path] = cell.value
    if cell.note and (path == "tags" or path.endswith("phones")):
        if path != "tags":  # of those it is said already
            row.warn(path, "W_PHONE_NOTE")
        row.note(cell.note)
    elif cell.note and path.startswith("tag."):
        row.values[f"reason.{path[4:]}"] = cell.note
