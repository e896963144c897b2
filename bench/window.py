"""How long the window takes to appear."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from bench import vaults
from bench.start import started
from bench.table import Line, Run

_WAYS = ("login", "window", "empty")


def window(run: Run) -> Iterator[Line]:
    """From the start of a process until our window is drawn, against an empty one.

    The login is what a person can use first, by the real command; what the window needs
    is read by a thread while the password is typed. `open` is the window straight from
    its start, as the demo and a changed text size open it. Where other work keeps the
    processor, the processor's own time says more than the clock.
    """
    folder = vaults.estate(run.folder).store.folder
    for what in _WAYS:  # the first start of a new copy compiles its modules
        _drawn(what, folder)
    taken: dict[str, list[tuple[float, float]]] = {what: [] for what in _WAYS}
    for _ in range(run.pick(15, 1)):  # in turns: noise falls on all alike
        for what in _WAYS:
            taken[what].append(_drawn(what, folder))
    login, opened, bare = (_median(taken[what], 0) for what in _WAYS)
    login_work, _, bare_work = (_median(taken[what], 1) for what in _WAYS)
    against, bar = "an empty PySide6 window", "≤ 2×"
    yield Line("start to the login", login, "s", login / bare, against, bar)
    name = "start to the login, processor time"
    yield Line(name, login_work, "s", login_work / bare_work, against, bar)
    yield Line("start to the open window", opened, "s", opened / bare, against)


def _median(taken: list[tuple[float, float]], part: int) -> float:
    return statistics.median(one[part] for one in taken)


def _drawn(what: str, folder: Path) -> tuple[float, float]:
    """Seconds from the start until it was drawn: by the clock, and of processor."""
    start = perf_counter()
    at, work = map(float, started(what, folder).split()[-2:])
    return at - start, work
