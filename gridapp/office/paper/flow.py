"""Rows spread over pages: which rows stand on which page, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gridapp.office.paper.paper import Row, cell_lines, row_height

GAP = 2.5  # between blocks, mm
LONGEST = 20  # lines of a row; a longer text continues in the next row


@dataclass(frozen=True)
class Block:
    """A ruled table that may go on over several pages, its head on each of them."""

    rows: tuple[Row, ...]
    head: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Placed:
    """Rows of one block on one page, from `top` mm down."""

    top: float
    rows: tuple[Row, ...]


def pages_of(blocks: Sequence[Block], top: float, end: float) -> list[list[Placed]]:
    """The blocks in order on as few pages as hold them between `top` and `end`.

    A row is never split, so it must fit a page: see `split`. A head never stands alone
    at the foot of a page, nor does a row that is kept with the next.
    """
    pages: list[list[Placed]] = [[]]
    y = top
    for block in blocks:
        head = sum(row_height(row) for row in block.head)
        rows: list[Row] = []
        start = y + (GAP if pages[-1] else 0)
        y = start + head
        for row in block.rows:
            height = row_height(row)
            if y + height > end and (rows or pages[-1]):
                held = _held(rows)
                if len(held) == len(rows) and not pages[-1]:
                    held = []  # a page of nothing else: it cannot help
                rows = rows[: len(rows) - len(held)]
                if rows:
                    pages[-1].append(Placed(start, (*block.head, *rows)))
                pages.append([])
                rows, start = held, top
                y = top + head + sum(map(row_height, held))
            rows.append(row)
            y += height
        if rows:
            pages[-1].append(Placed(start, (*block.head, *rows)))
    return pages


def _held(rows: Sequence[Row]) -> list[Row]:
    """The last rows that may not be parted from the row after them."""
    held: list[Row] = []
    for row in reversed(rows):
        if not row.keep:
            break
        held.insert(0, row)
    return held


def split(row: Row) -> list[Row]:
    """The row as rows of at most LONGEST lines, the text of every cell going on."""
    texts = [cell_lines(cell) for cell in row.cells]
    most = max(map(len, texts))
    if most <= LONGEST:
        return [row]
    return [
        replace(
            row,
            cells=tuple(
                replace(cell, text="\n".join(lines[start : start + LONGEST]))
                for cell, lines in zip(row.cells, texts, strict=True)
            ),
        )
        for start in range(0, most, LONGEST)
    ]
