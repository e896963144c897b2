"""The list of a hundred thousand residents: its first rows, and the room it takes."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Iterator

from bench import people, vaults
from bench.start import started
from bench.table import Line, Run


def first_rows(run: Run) -> Iterator[Line]:
    """Whole processes: from going to the page until its first rows are painted, and
    what the process takes more once the whole list is there."""
    count = run.pick(100_000, 10_000)
    store = vaults.new(run.folder / "list")
    people.fill(store, count, searched=False, told=0)
    store.close()
    taken: list[float] = []
    room: list[float] = []
    for _ in range(run.pick(5, 1)):
        first, grown = map(float, started("list", store.folder).split()[-2:])
        taken.append(first * 1e3)
        room.append(grown)
    shutil.rmtree(store.folder)
    name = f"list of {count:,} people"
    first = min(taken)  # what else the machine does can only add to it
    yield Line(f"{name}, first rows painted", first, "ms", bar="≤ 100 ms")
    grown = statistics.median(room)
    yield Line(f"{name}, all of them there", grown, "MB", bar="< 40 MB")
