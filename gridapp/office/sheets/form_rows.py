"""What forms are made of: labelled fields, tables, places to write and to sign."""

from __future__ import annotations

from collections.abc import Sequence

from gridapp.language import tr
from gridapp.office.paper.flow import Block, split
from gridapp.office.paper.fonts import REGULAR, width
from gridapp.office.paper.paper import (
    MM,
    PAD,
    TEXT_WIDTH,
    Cell,
    Row,
    label,
)

LABEL = 31.0
LABEL_SIZE = 9.0
VALUE = TEXT_WIDTH / 2 - LABEL
SIZE = 9.5
NARROWEST, WIDEST = 15.0, 60.0  # columns of a table, mm
HEADING = 6.4  # height of a heading, mm
SIGNING = 17.0  # of a place to sign
ACROSS, PHOTO = 3, 42.0  # photos side by side, and their height in mm

Pair = tuple[str, str]  # a label and its value in words


def heading(text: str) -> Row:
    """A band with a title, over the rows below it."""
    return Row((label(text, TEXT_WIDTH),), height=HEADING)


def fields(pairs: Sequence[Pair]) -> list[Row]:
    """Two fields a row; one that needs more room has a row to itself."""
    rows: list[Row] = []
    waiting: Pair | None = None
    for one in pairs:
        if "\n" in one[1] or wide(one[1]) > VALUE:
            if waiting:
                rows.append(whole(waiting))
                waiting = None
            rows += split(whole(one))
        elif waiting:
            rows.append(_half(waiting, one))
            waiting = None
        else:
            waiting = one
    return [*rows, whole(waiting)] if waiting else rows


def wide(text: str) -> float:
    """The width of a cell that holds `text` in one line, mm."""
    return width(text, REGULAR, SIZE) / MM + 2 * PAD + 0.1


def whole(one: Pair, height: float = 0) -> Row:
    """A field with a row to itself, at least `height` mm high."""
    cells = (_label(one[0]), Cell(one[1], 2 * VALUE + LABEL, size=SIZE))
    return Row(cells, height=height) if height else Row(cells)


def _half(left: Pair, right: Pair) -> Row:
    cells = [(_label(one[0]), Cell(one[1], VALUE, size=SIZE)) for one in (left, right)]
    return Row((*cells[0], *cells[1]))


def _label(text: str) -> Cell:
    return Cell(text, LABEL, head=True, align="center", size=LABEL_SIZE)


def table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float] | None = None,
) -> Block:
    """A table under its title, its head on each page; long texts go on in a next row.

    Without `widths`, in mm, its columns are as wide as what they hold asks for.
    """
    found = list(widths) if widths else fitting(columns, rows)
    names = Row(tuple(map(label, columns, found)), height=HEADING)
    lines = (
        Row(tuple(Cell(text, w, size=SIZE) for text, w in zip(row, found, strict=True)))
        for row in rows
    )
    pieces = (piece for row in lines for piece in split(row))
    return Block(tuple(pieces), head=(heading(title), names))


def fitting(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """Widths in proportion to what the columns hold, the whole as wide as the page."""
    wanted = [
        min(max(NARROWEST, *map(wide, (name, *texts))), WIDEST)
        for name, *texts in zip(columns, *rows, strict=True)
    ]
    scale = TEXT_WIDTH / sum(wanted)
    return [one * scale for one in wanted]


def signatures(*places: str) -> Block:
    """Places to sign side by side, each with a day, on one page."""
    each = TEXT_WIDTH / len(places)
    day = tr("\u3000\u3000\u3000\u3000年\u3000\u3000月\u3000\u3000日")
    cells = (
        Cell(tr("{place}（签名）：\n\n{day}", place=one, day=day), each, size=SIZE)
        for one in places
    )
    return Block((Row(tuple(cells), height=SIGNING),))


def photo_rows(pictures: Sequence[tuple[bytes, str]]) -> list[Row]:
    """Pictures side by side, each over its words."""
    rows: list[Row] = []
    each = TEXT_WIDTH / ACROSS
    for start in range(0, len(pictures), ACROSS):
        some = [*pictures[start : start + ACROSS]]
        some += [(b"", "")] * (ACROSS - len(some))
        cells = tuple(Cell("", each, picture=picture) for picture, _ in some)
        rows.append(Row(cells, height=PHOTO, keep=True))
        words = (Cell(text, each, size=8.5, align="center") for _, text in some)
        rows.append(Row(tuple(words), height=5.5))
    return rows
