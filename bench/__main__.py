"""python -m bench [NAME ...] [--quick]: measures, and prints one table.

`vault` stands for all that the vault has bars for.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import (
    large,
    lists,
    matrix,
    office,
    rush,
    sheets,
    store,
    syncing,
    vaults,
    window,
)
from bench.table import Line, Measure, Run, show

MEASURES: dict[str, Measure] = {
    "save": store.save,
    "open": store.opening,
    "journal": store.journal_size,
    "search": store.searching,
    "list": lists.first_rows,
    "ledgers": office.ledgers,
    "today": store.today_list,
    "sheets": sheets.visit_sheets,
    "sync": syncing.syncing,
    "rush": rush.end_of_day,
    "large": large.large,
    "window": window.window,
    "matrix": matrix.matrix,
}
GROUPS = {"vault": ("save", "open", "search", "list", "window", "journal")}


def main() -> None:
    """Take the measurements that were asked for, all when none was."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=", ".join((*GROUPS, *MEASURES))
    )
    parser.add_argument("--quick", action="store_true", help="less of all, in a minute")
    asked = parser.parse_args()
    names = [one for name in asked.names for one in GROUPS.get(name, (name,))]
    strange = set(names) - set(MEASURES)
    if strange:
        parser.error(f"no measure is called {', '.join(sorted(strange))}")
    with tempfile.TemporaryDirectory(prefix="gridapp-bench-") as folder:
        run = Run(Path(folder), quick=asked.quick)
        lines = list(_taken(run, names or list(MEASURES)))
        vaults.close_all()
    print(_machine())
    print(*show(lines), sep="\n")


def _taken(run: Run, names: list[str]) -> Iterator[Line]:
    for name in names:
        start = time.monotonic()
        yield from MEASURES[name](run)
        print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)


def _machine() -> str:
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    python = f"Python {platform.python_version()}"
    return f"{platform.platform()}, {os.cpu_count()} cores, {python}{load}"


if __name__ == "__main__":
    main()
