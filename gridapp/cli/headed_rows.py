"""The rows of somebody's table below its headings, by the fields that these mean."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from gridapp.errors import UserError
from gridapp.language import tr

_HEADING_ROWS = 20  # rows in which the headings are looked for
_MARKS = "*＊：:"
T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """What a line says: by field the cells that are not empty, each with the heading of
    its column. `number` counts from 1 as Excel shows it."""

    number: int
    cells: Mapping[str, Sequence[tuple[str, str]]]

    def text(self, field: str) -> str:
        """What the field's columns say, with a blank between several."""
        return " ".join(text for _, text in self.cells.get(field, ()))

    def parsed(self, field: str, parse: Callable[[str], T]) -> list[T]:
        """Each cell of the field; ValueError names the column of one to mend."""
        found: list[T] = []
        for heading, text in self.cells.get(field, ()):
            try:
                found.append(parse(text))
            except ValueError as error:
                words = tr("“{heading}”：{fault}", heading=heading, fault=error)
                raise ValueError(words) from error
        return found


def rows_of(
    file: Path,
    headings: Mapping[str, str],
    needed: str,
    either: Sequence[str] = (),
    lists: Collection[str] = (),
) -> Iterator[Row]:
    """Each row that says something; cells of other columns are left out.

    headings: what a heading may be called, and the field that it means. needed: the
    field without whose column a row is no row of headings. either: fields of which one
    must have a column as well. lists: fields of many values, which may have several
    columns (电话 and 手机号).
    UserError when no sheet of the file has these columns, when two columns mean the
    same one value, or the file cannot be read.
    """
    from gridapp.office.tables.reader import no_table, read_book

    sheets, lacking = read_book(file), (needed,)
    for sheet in sheets:
        for at, row in enumerate(sheet.rows[:_HEADING_ROWS]):
            fields = [headings.get(_heading(cell)) for cell in row]
            if needed in fields:
                if either and not set(either).intersection(fields):
                    lacking = either
                    continue
                _check_once([None if f in lists else f for f in fields], row)
                columns = [
                    (field, " ".join(_text(cell).split()).strip(_MARKS))
                    for field, cell in zip(fields, row, strict=True)
                ]
                return _below(sheet.rows[at + 1 :], columns, at + 2)
    if all(sheet.width < 2 for sheet in sheets):
        raise no_table(file.name)
    raise _absent(file, headings, lacking)


def _absent(
    file: Path, headings: Mapping[str, str], fields: Sequence[str]
) -> UserError:
    """None of these fields has a column; each is called by its first heading."""
    named = {field: word for word, field in reversed([*headings.items()])}
    return UserError(
        tr(
            "{name} 里没有{columns}这一列，请加上再试；标题分成上下两行的，请合成一行，"
            "每列写全",
            name=file.name,
            columns=tr("或").join(tr("“{first}”", first=named[one]) for one in fields),
        )
    )


def _check_once(fields: Sequence[str | None], row: Sequence[object]) -> None:
    """UserError when two columns mean the same: which of them counts nobody knows."""
    for field in filter(None, fields):
        same = [at for at, one in enumerate(fields) if one == field]
        if len(same) > 1:
            columns = (
                tr("第 {number} 列“{heading}”", number=at + 1, heading=_text(row[at]))
                for at in same
            )
            raise UserError(
                tr(
                    "{columns}是同一个意思，不知道照哪一列，请只留一列，别的改个标题",
                    columns=tr("、").join(columns),
                )
            )


def _below(
    rows: Any, columns: Sequence[tuple[str | None, str]], first: int
) -> Iterator[Row]:
    for number, row in enumerate(rows, first):
        cells: dict[str, list[tuple[str, str]]] = {}
        for (field, heading), cell in zip(columns, row, strict=False):
            if field and (text := _text(cell)):
                cells.setdefault(field, []).append((heading, text))
        if cells:
            yield Row(number, cells)


def _heading(cell: object) -> str:
    """A heading as it is compared: without blanks and marks of what must be filled."""
    return "".join(_text(cell).split()).strip(_MARKS)


def _text(cell: object) -> str:
    """What a cell says; Excel keeps a code of digits as a number."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()
