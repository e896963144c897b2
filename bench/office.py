"""Ledgers in."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from bench import vaults
from bench.table import Line, Run, seconds


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
