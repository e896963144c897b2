"""The table of the fault suite: which faults were tried, what was lost or doubled.

A pytest plugin: a test hands over each try through the `tried` fixture; the table is
printed after the run and written to build/faults.md. More seeds: GRIDAPP_FAULT_SEEDS=20
(`make faults`).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

OUT = Path(__file__).parents[2] / "build" / "faults.md"
KEY = "fault"  # of the user property that carries one try
SEEDS = int(os.environ.get("GRIDAPP_FAULT_SEEDS", "1"))  # rounds of every fault


def due(world, number: int, seed: int) -> bool:
    """Whether the fault of that number has its turn on this world's database.

    With one seed each fault is tried on one of both databases, else on both.
    """
    on_postgres = world.restart_database is not None
    return SEEDS > 1 or (number + seed) % 2 == int(on_postgres)


@dataclass
class Row:
    """What came of all tries of one fault."""

    tries: int = 0
    lost: int = 0
    doubled: int = 0
    unequal: int = 0
    unsound: int = 0

    def add(self, found: dict) -> None:
        """One test's tries."""
        for name in vars(self):
            setattr(self, name, getattr(self, name) + found[name])


class Table:
    """Collects the reports of a run, of all its processes."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.failed = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what a test tried once it is over."""
        if report.nodeid.startswith("tests/faults/") and report.failed:
            self.failed += 1
        if report.when == "teardown":
            for key, found in report.user_properties:
                if key == KEY:
                    self.rows.setdefault(found["fault"], Row()).add(found)

    def pytest_terminal_summary(self, terminalreporter) -> None:
        """Print the table and write it down."""
        if not self.rows:
            return
        lines = self._lines()
        OUT.parent.mkdir(exist_ok=True)
        OUT.write_text("# Faults\n\n" + "\n".join(lines) + "\n", encoding="utf-8")
        terminalreporter.section("faults")
        for line in lines:
            terminalreporter.write_line(line)

    def _lines(self) -> list[str]:
        whole = Row()
        for row in self.rows.values():
            whole.add(vars(row))
        rows = [*sorted(self.rows.items()), ("**all**", whole)]
        return [
            f"Seeds 0 to {SEEDS - 1} of each fault; tests that failed: {self.failed}.",
            "",
            "| fault | tries | lost | doubled | not equal | doctor |",
            "|---|---|---|---|---|---|",
            *(
                f"| {name} | {row.tries} | {row.lost} | {row.doubled} |"
                f" {row.unequal} | {row.unsound or 'clean'} |"
                for name, row in rows
            ),
        ]


def pytest_configure(config: pytest.Config) -> None:
    """Collect what the tests tried."""
    config.pluginmanager.register(Table(), "faults-table")


@pytest.fixture
def tried(request):
    """Notes one try of a fault, and fails unless nothing was lost or doubled."""

    def note(fault, verdict, *, seed=0, tries=1):
        found = {
            "fault": fault,
            "tries": tries,
            "lost": len(verdict.lost),
            "doubled": len(verdict.doubled),
            "unequal": len(verdict.unequal),
            "unsound": len(verdict.unsound),
        }
        request.node.user_properties.append((KEY, found))
        assert verdict.good, f"{fault}, seed {seed}: {verdict}"

    return note
