"""One sheet of somebody's file as it stands, whatever program wrote the file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from gridapp.errors import UserError
from gridapp.language import tr

EPOCH = dt.date(1899, 12, 30)  # day 0 of Excel's dates since March 1900
EPOCH_1904 = dt.date(1904, 1, 1)  # of workbooks that began on an old Macintosh
MOST_ROWS = 100_000  # of one sheet: a large town's people
MOST_CELLS = 5_000_000  # of one file, the empty ones between them included

Rows = Sequence[Sequence[object]]
Position = tuple[int, int]
Block = tuple[int, int, int, int]  # first and last row, first and last column


@dataclass(frozen=True)
class RawSheet:
    """One sheet as it stands. Rows and columns count from 0; None is an empty cell.

    anchors: for each cell inside a merged range but the first, the first one.
    hidden: rows that are not shown; struck: rows crossed out; unsaved: formula cells
    without a stored value. epoch: day 0 of dates that are bare numbers.
    """

    name: str
    rows: Rows
    anchors: Mapping[Position, Position] = field(
        default_factory=dict[Position, Position]
    )
    hidden: frozenset[int] = frozenset()
    struck: frozenset[int] = frozenset()
    unsaved: frozenset[Position] = frozenset()
    visible: bool = True
    epoch: dt.date = EPOCH

    def cell(self, row: int, column: int) -> object:
        """The value of a cell, taken from its merged range if it is in one."""
        row, column = self.anchors.get((row, column), (row, column))
        return self.own(row, column)

    def own(self, row: int, column: int) -> object:
        """The value the cell itself holds."""
        line = self.rows[row]
        return line[column] if column < len(line) else None

    def below(self, row: int, column: int) -> object:
        """As `cell`, but only from a merge downwards in the same column, as people
        merge the cells of one household."""
        anchor = self.anchors.get((row, column))
        if anchor is None or anchor[1] != column:
            return self.own(row, column)
        return self.own(*anchor)

    @cached_property
    def width(self) -> int:
        """Columns of the longest row."""
        return max((len(line) for line in self.rows), default=0)


def anchors_of(blocks: Iterable[Block], rows: Rows) -> dict[Position, Position]:
    """The anchors of merged ranges, as far as the sheet has cells."""
    width = max((len(line) for line in rows), default=0)
    found: dict[Position, Position] = {}
    for top, bottom, left, right in blocks:
        last_row, last = min(bottom, len(rows) - 1), min(right, width - 1)
        if len(found) + (last_row - top + 1) * (last - left + 1) > MOST_CELLS:
            raise too_large()
        for row in range(top, last_row + 1):
            for column in range(left, last + 1):
                if (row, column) != (top, left):
                    found[row, column] = (top, left)
    return found


def trimmed(rows: list[list[object]]) -> list[list[object]]:
    """The rows without the empty ones at the end."""
    last = len(rows)
    while last and all(cell is None for cell in rows[last - 1]):
        last -= 1
    return rows[:last]


def too_many_rows(name: str) -> UserError:
    """The sentence for a sheet that is longer than any ledger."""
    return UserError(
        tr(
            "工作表“{name}”超过 {most:,} 行，请按楼栋或网格分成几个文件再导入",
            name=name,
            most=MOST_ROWS,
        )
    )


def too_large() -> UserError:
    """The sentence for a file that unfolds to more than a ledger."""
    return UserError(tr("文件展开后太大，不像是台账，没有导入；请分成几个文件再导入"))


def stray_cell(name: str, where: str) -> UserError:
    """The sentence for cells far away from the table, which would fill the memory."""
    return UserError(
        tr(
            "工作表“{name}”在很远的 {stray} 处有零散内容，请删除表格以外的行和列再导入",
            name=name,
            stray=where,
        )
    )


def damaged(name: str) -> UserError:
    """The sentence for a file that is no longer whole."""
    return UserError(
        tr(
            "“{name}”不是完好的 Excel 文件，请用 Excel 打开，另存为 .xlsx 后再导入",
            name=name,
        )
    )


def locked(name: str) -> UserError:
    """The sentence for a file that opens with a password."""
    return UserError(
        tr("“{name}”加了打开密码，请先在 Excel 里去掉密码再导入", name=name)
    )


@dataclass
class Sheet:
    """A sheet that is laid out row by row out of a file."""

    name: str
    rows: list[list[object]] = field(kw_only=True, default_factory=list[list[object]])
    blocks: list[Block] = field(kw_only=True, default_factory=list[Block])
    hidden: set[int] = field(kw_only=True, default_factory=set[int])
    struck: set[int] = field(kw_only=True, default_factory=set[int])
    unsaved: set[Position] = field(kw_only=True, default_factory=set[Position])
    visible: bool = field(kw_only=True, default=True)

    def whole(self) -> RawSheet:
        """The sheet as it came together."""
        rows = trimmed(self.rows)
        return RawSheet(
            self.name,
            rows,
            anchors_of(self.blocks, rows),
            frozenset(self.hidden),
            frozenset(self.struck),
            frozenset(self.unsaved),
            self.visible,
        )
