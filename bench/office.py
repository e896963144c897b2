"""Ledgers in, visit sheets out."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from bench import vaults
from bench.table import Line, Run, medians, seconds
from gridapp.models import Resident
from gridapp.store import records

SHEETS = 500


def ledgers(run: Run) -> Iterator[Line]:
    """Import the three sample ledgers into a new vault, against reading their cells."""
    first = vaults.estate(run.folder)
    taken, read = [first.took], [seconds(_read_samples)]
    for number in range(run.pick(2, 0)):
        store = vaults.new(run.folder / f"ledgers-{number}")
        taken.append(seconds(partial(vaults.import_samples, store)))
        read.append(seconds(_read_samples))
        store.close()
    took = median(taken)
    name = f"import of the sample ledgers, {first.rows:,} rows"
    yield Line(name, took, "s", took / median(read), "reading their cells")


def _read_samples() -> int:
    return sum(map(_cells, vaults.samples()))


def _cells(source: Path) -> int:
    import python_calamine

    calamine: Any = python_calamine  # its types are half known
    if source.suffix == ".csv":
        text = source.read_bytes().decode("gb18030", errors="replace")
        return sum(len(row) for row in csv.reader(text.splitlines()))
    book = calamine.load_workbook(str(source))
    return sum(
        len(row)
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
    )


def visit_sheets(run: Run) -> Iterator[Line]:
    """Visit sheets from records to a file, against the same texts on a bare canvas."""
    from gridapp.office.sheets import visit_data, visit_sheet
    from gridapp.office.sheets.visit_sheet import VisitSheet

    store, out = vaults.estate(run.folder).store, run.folder / "sheets.pdf"
    with store.reading() as db:
        wanted = records.ids(db, Resident)[:SHEETS]
    sheets: list[VisitSheet] = []

    def ours() -> None:
        with store.reading() as db:
            sheets[:] = visit_data.from_records(db, wanted, dt.date.today())
        visit_sheet.visit_sheets(sheets, out, leave_blanks=True)

    def theirs() -> None:
        _bare_pages([[text for _, text in visit_sheet.texts_of(one)] for one in sheets])

    mine, floor = medians(run.pick(3, 1), ours, theirs)
    name = f"{len(sheets)} visit sheets"
    yield Line(name, mine, "s", mine / floor, "reportlab, the filled-in texts alone")


def _bare_pages(pages: list[list[str]]) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    from gridapp.office import fonts

    fonts.font(fonts.REGULAR)
    canvas: Any = Canvas("")  # reportlab carries no types
    for texts in pages:
        for line, text in enumerate(texts):
            canvas.setFont(fonts.REGULAR, 10)
            canvas.drawString(50, 800 - 20 * line, fonts.drawable(text))
        canvas.showPage()
    return canvas.getpdfdata()
