"""How long the window takes to appear."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec

from bench import vaults
from bench.table import Line, Run, medians


def window(run: Run) -> Iterator[Line]:
    """A whole process that shows our window, against one that shows an empty one."""
    if find_spec("gridapp.app") is None:
        yield Line("start of the window", None, against="gridapp.app is not here yet")
        return
    folder = vaults.estate(run.folder).store.folder
    environment = dict(os.environ)
    if not environment.get("DISPLAY"):
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")

    def start(what: str) -> None:
        command = [sys.executable, "-m", "bench.start", what, str(folder)]
        done = subprocess.run(
            command, env=environment, check=False, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"{what} did not start:\n{done.stderr}")

    starts = [partial(start, what) for what in ("login", "window", "empty")]
    medians(1, *starts)  # the first start of a new copy compiles its modules
    login, opened, bare = medians(run.pick(5, 1), *starts)
    against = "an empty PySide6 window"
    yield Line("start to the login", login, "s", login / bare, against)
    yield Line("start to the open window", opened, "s", opened / bare, against)
