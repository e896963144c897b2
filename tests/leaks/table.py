"""The table of the leak search: what was searched for what, and what was found.

A pytest plugin: a test hands a search over through the `searched` fixture; the table is
printed after the run and written to build/leaks.md.
"""

from __future__ import annotations

from pathlib import Path

import pytest

OUT = Path(__file__).parents[2] / "build" / "leaks.md"
KEY = "leaks"  # of the user property that carries one search
COUNTED = ("files", "bytes", "patterns", "hits")


class Table:
    """Collects the reports of a run, of all its processes."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, int]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what a test searched once it is over."""
        if report.when != "teardown":
            return
        for key, found in report.user_properties:
            if key == KEY:
                row = self.rows.setdefault(found["what"], dict.fromkeys(COUNTED, 0))
                for name in COUNTED:
                    together = max if name == "patterns" else int.__add__
                    row[name] = together(row[name], found[name])

    def pytest_terminal_summary(self, terminalreporter) -> None:
        """Print the table and write it down."""
        if not self.rows:
            return
        lines = [
            "| searched | files | bytes | markers in all their forms | hits |",
            "|---|---|---|---|---|",
            *(
                f"| {what} | " + " | ".join(f"{row[one]:,}" for one in COUNTED) + " |"
                for what, row in self.rows.items()
            ),
        ]
        OUT.parent.mkdir(exist_ok=True)
        OUT.write_text("# Leaks\n\n" + "\n".join(lines) + "\n", encoding="utf-8")
        terminalreporter.section("leaks")
        for line in lines:
            terminalreporter.write_line(line)


def pytest_configure(config: pytest.Config) -> None:
    """Collect what the tests searched."""
    config.pluginmanager.register(Table(), "leaks-table")


@pytest.fixture
def searched(request):
    """Takes a search into the table, and fails unless it found nothing."""

    def note(what, search):
        counted = {
            "what": what,
            "files": search.files,
            "bytes": search.bytes,
            "patterns": search.patterns,
            "hits": len(search.hits),
        }
        request.node.user_properties.append((KEY, counted))
        assert search.files
        assert not search.hits, "\n".join(map(str, search.hits[:20]))

    return note
