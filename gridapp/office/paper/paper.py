"""An A4 page to draw on: ruled tables, a QR code, a foot; and a file written whole.

Lengths are millimetres from the top left corner of the page; font sizes are points.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from shutil import copyfileobj
from uuid import UUID

from PIL import Image

from gridapp.language import tr
from gridapp.models.record_number import number_of
from gridapp.office.paper.canvas import Canvas
from gridapp.office.paper.chinese_text import break_lines
from gridapp.office.paper.fonts import BODY, BOLD, REGULAR, drawable, font, width
from gridapp.office.paper.qr_code import modules
from gridapp.office.paper.target import Target
from gridapp.office.whole_file import write_whole
from gridapp.work.purpose import Signature, in_full

MM = 72 / 25.4
PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
LEFT, RIGHT = 20.0, 16.0  # left: room to punch and file
TEXT_WIDTH = PAGE_WIDTH - LEFT - RIGHT
FOOT_AT = 285.5
LINE = 1.4  # line pitch, in font sizes
SPREAD = 0.08  # em between two characters: more looks like a space, also to readers
PAD, PAD_UP = 1.6, 1.1  # between a cell's rule and its text, beside and above it
SMALL, SMALLEST = 8.5, 6.5  # points
# The code of the record: its number stands on the line under the title, and between
# both is the quiet zone a reader needs.
CODE_TOP, CODE_SIDE = 9.5, 18.0
NUMBER_AT, NUMBER_SIZE = 31.5, 8.0
TINT = 0.94  # of label cells: stays paper-white on a poor copier
HAIR, RULE, FRAME = 0.3, 0.5, 1.1  # line weights, points
FOOT_MIDDLE = 17.0  # mm of the page number, left of the middle
UNDER_FOOT = 4.5  # mm from the foot to the line under it
FOOT_GREY = 0.35  # of who printed whole numbers: readable, also when copied
UNDER = 1.5  # mm from the baseline to a rule under it
HATCH = 2.2  # mm from line to line of a hatched block
HATCH_GREY = 0.6  # so that words stay readable on it
CUT_MARK = tr("…（余见电子档案）")


@dataclass(frozen=True)
class Cell:
    """One cell of a ruled table."""

    text: str
    width: float
    head: bool = False  # a label: bold, centred, tinted
    align: str = "left"  # or "center"
    size: float = 10
    bold: bool = False
    lines: int = 999  # most lines shown; what is left out is said so
    under: bool = False  # a rule under each line, to write on where it is empty
    official: bool = False  # in the letter of official papers, unless it is bold
    spread: bool = False  # a line that nearly fills the cell is spread to fill it
    picture: bytes = b""  # fills the cell; the row says how high

    @property
    def font(self) -> str:
        if self.head or self.bold:
            return BOLD
        return BODY if self.official else REGULAR


@dataclass(frozen=True)
class Row:
    """Cells side by side; as high as its fullest cell, at least `height`."""

    cells: tuple[Cell, ...]
    height: float = 7.2
    ruled: bool = True
    writing: bool = False  # dotted lines to write on, in the last cell
    keep: bool = False  # never the last on a page: it goes with the row after it


def label(text: str, width: float) -> Cell:
    """A label cell."""
    return Cell(text, width, head=True, align="center")


def cell_lines(cell: Cell) -> list[str]:
    """The lines of a cell's text, cut to its number of lines with a mark."""
    room = (cell.width - 2 * PAD) * MM

    def measure(text: str) -> float:
        return width(text, cell.font, cell.size)

    lines = break_lines(drawable(cell.text), room, measure)
    if len(lines) <= cell.lines:
        return lines
    last = lines[cell.lines - 1]
    while last and measure(last + CUT_MARK) > room:
        last = last[:-1]
    return [*lines[: cell.lines - 1], last + CUT_MARK]


def row_height(row: Row, lines: Sequence[Sequence[str]] | None = None) -> float:
    """The height the row needs for the lines of its cells."""
    lines = lines or [cell_lines(cell) for cell in row.cells]
    needed = (
        len(text) * cell.size * LINE / MM + 2 * PAD_UP
        for cell, text in zip(row.cells, lines, strict=True)
    )
    return max(row.height, *needed)


class Paper:
    """A document being drawn, page after page, then saved whole."""

    def __init__(
        self, title: str, signature: Signature | None = None, *, landscape: bool = False
    ) -> None:
        """Begin a document; `signature` is that of whoever has whole numbers on it."""
        font(REGULAR)
        font(BOLD)
        upright = (PAGE_WIDTH, PAGE_HEIGHT)
        self.width, self.height = reversed(upright) if landscape else upright
        self._signature = signature if in_full(signature) else None
        self._canvas = Canvas(
            title,
            tr("网格日志"),
            self.width * MM,
            self.height * MM,
            made_by=self._signature.who if self._signature else "",
        )

    @property
    def pages(self) -> int:
        """How many are finished."""
        return self._canvas.pages

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 10,
        name: str = REGULAR,
        align: str = "left",
        room: float = 0.0,
    ) -> None:
        """Draw one line whose baseline is at `y`; `x` is its left, middle or right.

        A line that nearly fills the `room`, mm, is spread to fill it.
        """
        text = drawable(text)
        if align != "left":
            share = 0.5 if align == "center" else 1.0
            x -= width(text, name, size) * share / MM
        apart = 0.0
        if room and len(text) > 1:
            lacking = (room * MM - width(text, name, size)) / (len(text) - 1)
            apart = lacking if 0 < lacking <= SPREAD * size else 0.0
        self._canvas.text(x * MM, (self.height - y) * MM, text, name, size, apart)

    def fitted(
        self,
        x: float,
        y: float,
        text: str,
        room: float,
        size: float = 10,
        name: str = REGULAR,
        align: str = "left",
    ) -> None:
        """Draw one line at most `room` wide: in smaller letters, then cut with a mark.

        Where it stands and how it is aligned are those of `text`.
        """
        text = drawable(text)
        wide = width(text, name, size) / MM
        if wide > room:
            size = max(SMALLEST, size * room / wide)
        if width(text, name, size) / MM > room:
            while text and width(f"{text}…", name, size) / MM > room:
                text = text[:-1]
            text = f"{text}…"
        self.text(x, y, text, size, name, align)

    def line(
        self, x1: float, y1: float, x2: float, y2: float, weight: float = RULE
    ) -> None:
        """Draw a straight line."""
        self._canvas.line(
            x1 * MM, (self.height - y1) * MM, x2 * MM, (self.height - y2) * MM, weight
        )

    def table(self, rows: Sequence[Row], top: float, fill_to: float = 0) -> float:
        """Draw a ruled table and return where it ends.

        With `fill_to` the rows to write in grow until the table ends there.
        """
        lines = [[cell_lines(cell) for cell in row.cells] for row in rows]
        heights = [row_height(row, text) for row, text in zip(rows, lines, strict=True)]
        growing = [i for i, row in enumerate(rows) if row.writing]
        spare = fill_to - top - sum(heights)
        if growing and spare > 0:
            for i in growing:
                heights[i] += spare / len(growing)
        y = top
        for row, text, height in zip(rows, lines, heights, strict=True):
            self._row(row, text, y, height)
            y += height
        if any(row.ruled for row in rows):
            self._box(LEFT, top, self.width - LEFT - RIGHT, y - top, FRAME)
        return y

    def _row(
        self, row: Row, lines: Sequence[Sequence[str]], y: float, height: float
    ) -> None:
        x = LEFT
        for cell, text in zip(row.cells, lines, strict=True):
            if row.ruled:
                self._box(x, y, cell.width, height, RULE, filled=cell.head)
            self._cell(cell, text, x, y, height)
            x += cell.width
        if row.writing:
            self._writing_lines(x - row.cells[-1].width, x, y, height)

    def _cell(
        self, cell: Cell, lines: Sequence[str], x: float, y: float, height: float
    ) -> None:
        if cell.picture:
            area = (x + PAD, y + PAD, cell.width - 2 * PAD, height - 2 * PAD)
            self.picture(cell.picture, area)
        pitch = cell.size * LINE / MM
        # The ink of a line is its upper 0.88 em and lower 0.12 em.
        base = y + (height - len(lines) * pitch) / 2 + pitch / 2
        base += cell.size * 0.38 / MM
        start = x + (cell.width / 2 if cell.align == "center" else PAD)
        for number, line in enumerate(lines):
            at = base + number * pitch
            room = cell.width - 2 * PAD if cell.spread else 0.0
            self.text(start, at, line, cell.size, cell.font, cell.align, room)
            if cell.under:
                self.line(x + PAD / 2, at + UNDER, x + cell.width, at + UNDER, HAIR)

    def _writing_lines(self, x1: float, x2: float, y: float, height: float) -> None:
        count = max(1, int(height // 8))
        self._canvas.dash(0.6, 2)
        for number in range(1, count):
            at = y + height * number / count
            self.line(x1 + PAD, at, x2 - PAD, at, HAIR)
        self._canvas.dash()

    def _box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        weight: float,
        *,
        filled: bool = False,
    ) -> None:
        area = self._points((x, y, width, height))
        self._canvas.box(area, weight, TINT if filled else None)

    def _points(
        self, area: tuple[float, float, float, float]
    ) -> tuple[float, float, float, float]:
        """The area as the canvas measures it."""
        x, y, width, height = area
        return x * MM, (self.height - y - height) * MM, width * MM, height * MM

    def block(
        self,
        area: tuple[float, float, float, float],
        weight: float = RULE,
        *,
        grey: float = 1.0,
        hatched: bool = False,
        dotted: bool = False,
    ) -> None:
        """Draw a box at x, y of a width and a height; `grey` is 0 for black."""
        x, y, width, height = area
        if dotted:
            self._canvas.dash(0.6, 2)
        self._canvas.box(self._points(area), weight, grey)
        self._canvas.dash()
        self._canvas.line_grey(HATCH_GREY)
        at = HATCH
        while hatched and at < width + height:
            left, up = max(0.0, at - height), min(at, height)
            across, over = min(at, width), max(0.0, at - width)
            self.line(x + left, y + up, x + across, y + over, HAIR)
            at += HATCH
        self._canvas.line_grey(0)

    @contextmanager
    def white(self) -> Generator[None]:
        """Write white, on a dark block."""
        self._canvas.fill_grey(1)
        yield
        self._canvas.fill_grey(0)

    def repeated(self, name: str, draw: Callable[[], None]) -> None:
        """Draw what `draw` draws; on later pages only a reference to it is written."""
        if not self._canvas.has_form(name):
            page = self._canvas.begin_form()
            draw()
            self._canvas.end_form(name, page)
        self._canvas.form(name)

    def code(self, record_id: UUID) -> None:
        """Draw in the top right corner what leads from the paper back to the record:
        its id as a QR code, and its number to type."""
        left = self.width - RIGHT - CODE_SIDE
        self.qr(str(record_id).upper(), left, CODE_TOP, CODE_SIDE)
        middle = left + CODE_SIDE / 2
        self.text(middle, NUMBER_AT, number_of(record_id), NUMBER_SIZE, align="center")

    def qr(self, text: str, x: float, y: float, side: float) -> None:
        """Draw `text` as a QR code (level M) with its left top corner at x, y.

        Digits, capitals and hyphens make the smallest code.
        """
        rows = modules(text)
        unit, bottom = side / len(rows) * MM, (self.height - y - side) * MM
        self._canvas.squares(x * MM, bottom, unit, rows)

    def foot(self, grid: str, number: int, total: int, *, private: bool = True) -> None:
        """Draw the foot of page `number` of `total`; who took whole numbers, when and
        why, if they stand on it. Not `private`: a blank form, with nobody's data."""
        end, middle = self.width - RIGHT, self.width / 2
        foot = self.height - PAGE_HEIGHT + FOOT_AT
        self.line(LEFT, foot - 4, end, foot - 4, HAIR)
        printed = tr("打印日期 {today:%Y-%m-%d}", today=dt.date.today())
        left = tr("\u3000").join(filter(None, (grid, printed)))
        self.fitted(LEFT, foot, left, middle - LEFT - FOOT_MIDDLE, SMALL)
        self.text(
            middle,
            foot,
            tr("第{number}页，共{total}页", number=number, total=total),
            SMALL,
            align="center",
        )
        if not private:
            return
        if self._signature is not None:
            self._signed_foot(self._signature, foot)
            return
        hidden = tr("打印时已隐去证件和电话中间位")
        self.text(end, foot, hidden, SMALL, align="right")
        notice = tr("内含个人信息，用后请收回存档或粉碎")
        self.text(middle, foot + UNDER_FOOT, notice, SMALL, align="center")

    def _signed_foot(self, signature: Signature, foot: float) -> None:
        """Say who answers for the whole numbers on this page, and what for."""
        end, room = self.width - RIGHT, self.width - LEFT - RIGHT
        kept = tr("证件和电话未隐去，用后收回存档或粉碎")
        self.fitted(end, foot, kept, room / 2 - FOOT_MIDDLE, SMALL, align="right")
        words = tr(
            "{who} 打印，用途：{purpose}", who=signature.who, purpose=signature.purpose
        )
        self._canvas.fill_grey(FOOT_GREY)
        self.fitted(LEFT, foot + UNDER_FOOT, words, room, SMALL)
        self._canvas.fill_grey(0)

    def picture(self, content: bytes, area: tuple[float, float, float, float]) -> None:
        """Draw a picture as large as it fits into x, y, width, height, centred."""
        x, y, width, height = area
        wide, high = Image.open(BytesIO(content)).size
        scale = min(width / wide, height / high)
        wide, high = wide * scale, high * scale
        left, top = x + (width - wide) / 2, y + (height - high) / 2
        self._canvas.picture(content, self._points((left, top, wide, high)))

    def bookmark(self, title: str, level: int = 0) -> None:
        """Name the page that is being drawn in the outline of the file."""
        self._canvas.bookmark(title, level)

    def end_page(self) -> None:
        """Finish the page; the next drawing begins a new one."""
        self._canvas.end_page()

    def save(self, out: Target) -> None:
        """Write the file: all of it, or nothing and a UserError; or into memory."""
        written = self._canvas.finish()
        if isinstance(out, Path):
            write_whole(written, out)
        else:
            copyfileobj(written, out)
