"""The rows of somebody's table below its headings, by the fields that these mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gridapp.errors import UserError
from gridapp.language import tr

_HEADING_ROWS = 20  # rows in which the headings are looked for
Row = tuple[int, dict[str, str]]  # its number in the sheet, and its texts by field


def rows_of(file: Path, headings: Mapping[str, str], needed: str) -> Iterator[Row]:
    """Each row that says something; cells of other columns are left out.

    headings: what a heading may be called, and the field that it means. needed: the
    field without whose column a row is no row of headings.
    UserError when no sheet of the file has that column, or it cannot be read.
    """
    from gridapp.office.tables.reader import read_book

    for sheet in read_book(file):
        for at, row in enumerate(sheet.rows[:_HEADING_ROWS]):
            fields = [headings.get(_heading(cell)) for cell in row]
            if needed in fields:
                yield from _below(sheet.rows[at + 1 :], fields, at + 2)
                return
    [first, *_] = [word for word, field in headings.items() if field == needed]
    raise UserError(
        tr("{name} 里没有“{first}”这一列，请加上再试", name=file.name, first=first)
    )


def _below(rows: Any, fields: list[str | None], first: int) -> Iterator[Row]:
    for number, row in enumerate(rows, first):
        texts = {
            field: text
            for field, cell in zip(fields, row, strict=False)
            if field and (text := _text(cell))
        }
        if texts:
            yield number, texts


def _heading(cell: object) -> str:
    """A heading as it is compared: without blanks and marks of what must be filled."""
    return "".join(_text(cell).split()).strip("*＊：:")


def _text(cell: object) -> str:
    """What a cell says; Excel keeps a code of digits as a number."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()
