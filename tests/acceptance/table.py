"""The table of the thirty checks: what was asked, what was measured, the verdict.

A pytest plugin: a test marked `check(number)` hands over what it measured through the
`check` fixture; the table is printed after the run and written to build/acceptance.md.
Keys and clicks are asserted by the tests, milliseconds never.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.acceptance.stalls import LATE

OUT = Path(__file__).parents[2] / "build" / "acceptance.md"
KEY = "acceptance"  # of the user property that carries a check's measurements
STALLS = "stalls"  # of the one that carries what held the UI thread up

CHECKS = {
    1: ("Cold start to a usable list of today", "3 s, 0 clicks"),
    2: ("Say who is most overdue and by how long", "0 clicks"),
    3: ("Show only phone calls due", "1 click or 1 key"),
    4: ("Log a normal call for the selected person", "4 keys"),
    5: ("Log a normal visit", "6 keys"),
    6: ("The same with the touch-pad only", "5 clicks"),
    7: ("Ten visits in a row, no mouse", "10 × 6 keys"),
    8: ("Log 没人在家, planned again by itself", "3 keys"),
    9: ("Undo the last save", "1 key, row back in 0.3 s"),
    10: ("Save with a needed field empty", "nothing lost, focus there"),
    11: ("Kill in mid-form, start again", "1 click, 5 s of typing"),
    12: ("Enter commits pinyin, the next Enter advances", "—"),
    13: ("Digits while composing choose candidates", "never chips"),
    14: ("Find a person by the initials lgy", "4 keys + Enter, 100 ms a key"),
    15: ("Find by either reading, by door, by phone tail", "the same"),
    16: ("The list narrows while pinyin is composed", "before commit"),
    17: ("Urgent households of building 3", "2 clicks"),
    18: ("The matrix by arrows; Enter; words for a reader", "keyboard only"),
    19: ("33 floors × 4 units; headers stay", "repaint 50 ms"),
    20: ("Colouring by state or by care tier", "1 click"),
    21: ("From a patrol an issue with deadline and owner", "6 fields"),
    22: ("A ticked hazard makes an issue, shown before", "0 extra clicks"),
    23: ("Close an issue with a re-check", "3 clicks"),
    24: ("Print today's visit sheets", "3 clicks, 20 pages 3 s"),
    25: ("Exact words and names in that PDF, masked", "100 %"),
    26: ("Delete a resident, restore the next day", "3 clicks"),
    27: ("Export the unsynced to a USB disk", "3 clicks"),
    28: ("字号 大 survives a restart; nothing clipped", "2 clicks"),
    29: ("Contrast and accessible names, three looks", "0 failures"),
    30: ("Bundle without GPL parts; licences listed", "automatic"),
}
LATER = {
    30: "install without admin in 2 minutes: issue 7",
}
UNDONE = frozenset({27})  # nothing of it can be done yet


@dataclass
class Row:
    """What the tests of one check measured; the most where there are several."""

    keys: int | None = None
    held: int | None = None
    clicks: int | None = None
    milliseconds: float | None = None
    passed: int = 0
    failed: int = 0
    notes: list[str] = field(default_factory=list)

    def add(self, measured: dict) -> None:
        """Take over what one test measured."""
        for name in ("keys", "held", "clicks", "milliseconds"):
            if (new := measured.get(name)) is not None:
                old = getattr(self, name)
                setattr(self, name, new if old is None else max(old, new))
        self.notes += [note for note in measured["notes"] if note not in self.notes]

    def verdict(self, number: int) -> str:
        """Passed, failed, or honestly neither."""
        if self.failed:
            return "FAILED"
        if self.passed:
            return "passed"
        return "后续 (later)" if number in UNDONE else "not run"


class Table:
    """Collects the reports of a run, of all its processes."""

    def __init__(self) -> None:
        self.rows = {number: Row() for number in CHECKS}
        self.stalls: list[dict] = []
        self.longest = 0.0
        self.any = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note each phase of a test that is part of a check."""
        if report.when != "teardown":
            if report.failed or (report.when == "call" and report.passed):
                for _, measured in self._of(report):
                    row = self.rows[measured["number"]]
                    row.failed += report.failed
                    row.passed += report.passed
            return
        for key, value in report.user_properties:
            if key == KEY:
                self.any = True
                self.rows[value["number"]].add(value)
            elif key == STALLS:
                self.stalls += value["stalls"]
                self.longest = max(self.longest, value["longest"])

    @staticmethod
    def _of(report: pytest.TestReport) -> list[tuple[str, dict]]:
        return [one for one in report.user_properties if one[0] == KEY]

    def pytest_terminal_summary(self, terminalreporter) -> None:
        """Print the table and write it down."""
        if not self.any:
            return
        lines = [*self._table(), "", *self._stalls()]
        OUT.parent.mkdir(exist_ok=True)
        OUT.write_text("# Acceptance\n\n" + "\n".join(lines) + "\n", encoding="utf-8")
        terminalreporter.section("acceptance")
        for line in lines:
            terminalreporter.write_line(line)

    def _table(self) -> list[str]:
        lines = [
            "| # | task | limit | keys | clicks | ms | verdict | note |",
            "|---|---|---|---|---|---|---|---|",
        ]
        for number, (task, limit) in CHECKS.items():
            row = self.rows[number]
            notes = [*row.notes]
            if number in LATER:
                notes.append(f"后续: {LATER[number]}")
            cells = (
                str(number),
                task,
                limit,
                _pressed(row),
                "" if row.clicks is None else str(row.clicks),
                "" if row.milliseconds is None else f"{row.milliseconds:.0f}",
                row.verdict(number),
                "; ".join(notes),
            )
            lines.append(f"| {' | '.join(cells)} |")
        return lines

    def _stalls(self) -> list[str]:
        own = sum(one["cpu_ms"] > LATE * 1000 for one in self.stalls)
        lines = [
            f"The UI thread was busy for {self.longest:.0f} ms at most; "
            f"{len(self.stalls)} times for more than 100 ms, "
            f"{own} of them by its own work and not by a busy machine."
        ]
        for one in sorted(self.stalls, key=lambda one: -one["ms"]):
            lines.append(
                f"- {one['ms']:.0f} ms (processor {one['cpu_ms']:.0f} ms), "
                f"{one['test']}: {one['what']}; in {one['where'] or 'Qt'}"
            )
        return lines


def _pressed(row: Row) -> str:
    """Keys, and beside them how many of Ctrl, Alt and Shift were held for them."""
    if row.keys is None:
        return ""
    return f"{row.keys} (held {row.held})" if row.held else str(row.keys)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give a test of a check its measurements, which also a failed one hands over."""
    if (mark := item.get_closest_marker("check")) is not None:
        item.user_properties.append((KEY, {"number": mark.args[0], "notes": []}))


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of the mark, and collect what the tests measure."""
    config.addinivalue_line("markers", "check(number): an acceptance check of ux.md")
    config.pluginmanager.register(Table(), "acceptance-table")
