"""A table of faults: which were tried how often, and what came of it.

Each suite of faults has one, as a pytest plugin: a test hands over its tries as a user
property; the table is printed after the run and written into build/.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

BUILD = Path(__file__).parents[1] / "build"


class FaultTable:
    """Collects the reports of a run, of all its processes.

    suite: the folder of its tests below tests/. columns: what is counted beside the
    tries, and how it is called. note: a sentence above the table.
    """

    def __init__(
        self, suite: str, out: str, columns: Mapping[str, str], note: str
    ) -> None:
        self.suite, self.out, self.columns, self.note = suite, out, columns, note
        self.rows: dict[str, dict[str, int]] = defaultdict(self._empty)
        self.failed = 0

    def _empty(self) -> dict[str, int]:
        return dict.fromkeys(("tries", *self.columns), 0)

    @property
    def key(self) -> str:
        """Of the user property that carries one try."""
        return f"{self.suite} fault"

    def noted(self, fault: str, tries: int, **counts: int) -> tuple[str, Any]:
        """The user property of some tries of one fault."""
        return self.key, {"fault": fault, "tries": tries, **counts}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what a test tried once it is over."""
        if report.nodeid.startswith(f"tests/{self.suite}/") and report.failed:
            self.failed += 1
        if report.when == "teardown":
            for key, found in report.user_properties:
                if key == self.key and isinstance(found, dict):
                    row = self.rows[found["fault"]]
                    for name in row:
                        row[name] += found[name]

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the table and write it down."""
        if not self.rows:
            return
        lines = self._lines()
        BUILD.mkdir(exist_ok=True)
        title = self.suite.replace("_", " ").capitalize()
        text = f"# {title}\n\n" + "\n".join(lines) + "\n"
        (BUILD / self.out).write_text(text, encoding="utf-8")
        terminalreporter.section(self.suite.replace("_", " "))
        for line in lines:
            terminalreporter.write_line(line)

    def _lines(self) -> list[str]:
        whole = self._empty()
        for row in self.rows.values():
            for name, count in row.items():
                whole[name] += count
        rows = [*sorted(self.rows.items()), ("**all**", whole)]
        return [
            f"{self.note} Tests that failed: {self.failed}.",
            "",
            f"| fault | tries | {' | '.join(self.columns.values())} |",
            "|---" * (2 + len(self.columns)) + "|",
            *(
                f"| {name} | {' | '.join(str(row[one]) for one in row)} |"
                for name, row in rows
            ),
        ]
