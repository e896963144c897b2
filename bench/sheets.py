"""Visit sheets: how fast they are drawn, against others, and in how much memory."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench import sheet_rivals, vaults
from bench.sheet_memory import FEW, MANY
from bench.sheet_rivals import Drawings
from bench.table import Line, Run, medians
from gridapp.models import Resident
from gridapp.store import records

SHEETS = 500
# How many pages they draw in a full run and in a quick one: enough of them for the
# fonts, which are opened once, to count little.
RIVALS = {"QPdfWriter": (500, 100), "fpdf2": (200, 30), "WeasyPrint": (100, 20)}
INSTALLED = Path("build/rivals")  # by make bench


def visit_sheets(run: Run) -> Iterator[Line]:
    """Visit sheets to a file, against the same texts and rules drawn by others.

    The others are handed every text with its place, every rule and every bar of the
    codes, and only draw them: they lay nothing out and encode no code.
    """
    from gridapp.office.sheets import visit_data, visit_sheet

    store, out = vaults.estate(run.folder).store, run.folder / "sheets.pdf"
    with store.reading() as db:
        wanted = records.ids(db, Resident)[: run.pick(SHEETS, 100)]

    def whole() -> None:
        with store.reading() as db:
            total, sheets = visit_data.streamed(db, wanted, dt.date.today())
            visit_sheet.visit_sheets(sheets, out, total=total, leave_blanks=True)

    with store.reading() as db:
        sheets = visit_data.from_records(db, wanted, dt.date.today())
    draw = partial(visit_sheet.visit_sheets, sheets, out, leave_blanks=True)
    [read, drawn] = medians(run.pick(3, 1), whole, draw)
    name = f"{len(sheets)} visit sheets"
    yield Line(f"{name} from the records", read, "s", read / drawn, "drawing them")
    mine = len(sheets) / drawn
    pages = sheet_rivals.recorded(draw)
    for rival, counts in RIVALS.items():
        taken = _taken(rival, pages[: run.pick(*counts)], run.folder)
        if taken is None:
            missing = f"{rival} is not installed: make bench installs it"
            yield Line(name, mine, "pages/s", against=missing)
        else:
            version, speed = taken
            against = f"{rival} {version}, {speed:,.3g} pages/s"
            yield Line(name, mine, "pages/s", mine / speed, against, "> 1×")
    yield _memory()


def _taken(rival: str, pages: list[Drawings], folder: Path) -> tuple[str, float] | None:
    """The version of a rival and its pages a second; None when it is not here."""
    recording = folder / "pages"
    recording.write_bytes(pickle.dumps(pages))
    out = str(folder / f"{rival}.pdf")
    said = _said("bench.sheet_rivals", rival, str(recording), out, check=False)
    if not said:
        return None
    version, took = said.split()
    return version, len(pages) / float(took)


def _memory() -> Line:
    """The peak of a process that draws many sheets, against one that draws few."""
    many, few = (_peak(count) for count in (MANY, FEW))
    name = f"memory for {MANY:,} visit sheets"
    return Line(name, many, "MB", many / few, f"for {FEW}", "< 1.25×")


def _peak(count: int) -> float:
    return float(_said("bench.sheet_memory", str(count)))


def _said(module: str, *given: str, check: bool = True) -> str:
    """What a process of a module prints."""
    path = os.pathsep.join(filter(None, (*sys.path, str(INSTALLED.absolute()))))
    return subprocess.run(
        [sys.executable, "-m", module, *given],
        env={"QT_QPA_PLATFORM": "offscreen", **os.environ, "PYTHONPATH": path},
        check=check,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
