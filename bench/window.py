"""How long the window takes to appear."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from bench import vaults
from bench.start import started
from bench.table import Line, Run, medians


def window(run: Run) -> Iterator[Line]:
    """A whole process that shows our window, against one that shows an empty one.

    The login is what a person can use first, by the real command; what the window needs
    is read by a thread while the password is typed. `open` is the window straight from
    its start, as the demo and a changed text size open it.
    """
    folder = vaults.estate(run.folder).store.folder
    starts = [partial(started, what, folder) for what in ("login", "window", "empty")]
    medians(1, *starts)  # the first start of a new copy compiles its modules
    login, opened, bare = medians(run.pick(9, 1), *starts)
    against = "an empty PySide6 window"
    yield Line("start to the login", login, "s", login / bare, against, "≤ 2×")
    yield Line("start to the open window", opened, "s", opened / bare, against)
