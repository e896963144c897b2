"""A list as an Excel workbook or a CSV file, as it is filtered and sorted.

The first sheet is a clean table from its first row, so that it can be imported again
and summed up; what the file is stands on a second sheet. Identity and telephone
numbers are text cells, dates are dates. Text that a spreadsheet would take for a
formula stays text (domain.md §5.1 row 22).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.office.exporting.book import FORMULA, Book, statement
from gridapp.office.whole_file import write_whole
from gridapp.work.listing import Cell, Column, Listing
from gridapp.work.purpose import Signature

if TYPE_CHECKING:
    from gridapp.office.steps import Cancelled, Progress
    from gridapp.store.database import Connection

EXCEL, CSV = ".xlsx", ".csv"
MOST_PINNED = 5  # columns
EVERY = 200  # rows between two looks at progress and cancel
Cells = Iterator[list[Cell]]


def suffix_of(out: Path) -> str:
    """`.xlsx` or `.csv`; UserError for any other ending."""
    suffix = out.suffix.lower()
    if suffix not in (EXCEL, CSV):
        raise UserError(
            tr("“{name}”请改成以 .xlsx 或 .csv 结尾的文件名", name=out.name)
        )
    return suffix


def export(
    db: Connection,
    listing: Listing,
    columns: Sequence[Column],
    out: Path,
    signature: Signature,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> int:
    """Write these columns of a list; how many rows. Whole, or not at all.

    Private values are masked unless the signature names a purpose. A workbook says
    itself who made it and why; beside a CSV file with whole numbers stands a text that
    does, for its first row has to be the headings. UserError when the
    file cannot be written or the work was stopped.
    """
    cells = _cells(db, listing, columns, signature, progress, cancelled)
    if suffix_of(out) == CSV:
        data, count = _csv(columns, cells)
        if signature.unmasked:
            said = "\r\n".join(statement(signature))
            beside = out.with_name(tr("{stem}-说明.txt", stem=out.stem))
            write_whole(said.encode("utf-8-sig"), beside)
    else:
        data, count = _workbook(listing, columns, cells, signature)
    write_whole(data, out)
    return count


def _cells(
    db: Connection,
    listing: Listing,
    columns: Sequence[Column],
    signature: Signature,
    progress: Progress | None,
    cancelled: Cancelled | None,
) -> Cells:
    total, unmasked = len(listing.items), signature.unmasked
    keys = frozenset(one.key for one in columns)
    for done, row in enumerate(listing.rows(db, keys)):
        if done % EVERY == 0:
            look(done, total, progress, cancelled)
        yield [one.cell(row.get(one.key), unmasked=unmasked) for one in columns]


def look(
    done: int, total: int, progress: Progress | None, cancelled: Cancelled | None
) -> None:
    """Say how far it is; UserError when somebody has asked to stop."""
    if cancelled is not None and cancelled():
        raise UserError(tr("已停止，没有生成文件"))
    if progress is not None:
        progress(done, total)


def _csv(columns: Sequence[Column], cells: Cells) -> tuple[bytes, int]:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([one.label for one in columns])
    count = 0
    for row in cells:
        writer.writerow([_plain(cell) for cell in row])
        count += 1
    return text.getvalue().encode("utf-8-sig"), count


def _plain(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, int | float):
        return cell
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA) else cell
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ", "minutes")
    return cell.isoformat()


def _workbook(
    listing: Listing, columns: Sequence[Column], cells: Cells, signature: Signature
) -> tuple[bytes, int]:
    count = 0
    with Book(listing.title, signature) as book:
        sheet = book.sheet(listing.title)
        for at, column in enumerate(columns):
            sheet.head(at, column.label, text=column.digits)
        for row in cells:
            count += 1
            for at, (column, cell) in enumerate(zip(columns, row, strict=True)):
                sheet.put(count, at, cell, long=column.long, text=column.digits)
        sheet.finish(count, _pinned(listing, columns))
        book.say(listing.title, listing.narrowed, count)
    return book.data, count


def _pinned(listing: Listing, columns: Sequence[Column]) -> int:
    """How many columns stay in sight: up to what names the row, if that is near."""
    name = listing.model.shown_by if listing.model else ""
    keys = [one.key for one in columns[:MOST_PINNED]]
    return keys.index(name) + 1 if name in keys else 1
