"""One start of a window, in a process of its own: `python -m bench.start WHAT FOLDER`.

WHAT is `empty` (a bare PySide6 window), `login` or `window` (ours, the first as the
command shows it); each prints when it was drawn and the processor time until then, so
that how long a process takes to end does not count. `list` is the page of the residents
and prints the seconds to its first rows and the MB it takes. Nothing of the program is
imported before it is known which.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter, process_time, sleep

_PAGE = 4096  # bytes, of Linux's count of a process's memory


def started(what: str, folder: Path) -> str:
    """Run such a process; what it printed. RuntimeError when it failed."""
    import os
    import subprocess

    environment = dict(os.environ)
    if not environment.get("DISPLAY"):
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    done = subprocess.run(
        [sys.executable, "-m", "bench.start", what, str(folder)],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{what} did not start:\n{done.stderr}")
    return done.stdout


def empty() -> None:
    """A window with nothing in it, drawn once."""
    from PySide6.QtWidgets import QApplication, QWidget

    qt = QApplication([])
    window = QWidget()
    window.resize(1000, 640)
    window.show()
    qt.processEvents()
    _tell_drawn()


def _tell_drawn() -> None:
    """Print `perf_counter`, which all processes of a system share, and this process's
    own processor time, both in seconds."""
    print(perf_counter(), process_time())


def login(folder: Path) -> None:
    """`gridapp --data FOLDER`, ended when its login is drawn."""
    from gridapp.cli import main  # first, as the command: Qt looks at later imports

    from PySide6.QtCore import QTimer  # isort: skip

    from gridapp.ui.qt_start import qt_application

    qt = qt_application()

    def drawn() -> None:
        qt.processEvents()
        _tell_drawn()
        qt.quit()

    QTimer.singleShot(0, drawn)
    main(["--data", str(folder)], standalone_mode=False)


def opened(folder: Path) -> None:
    """The window of an open vault, drawn once."""
    from bench.vaults import PASSWORD
    from gridapp.app import App
    from gridapp.store import vault
    from gridapp.ui.qt_start import qt_application

    qt = qt_application()
    app = App(qt, folder)
    app.open_window(vault.open_store(folder, PASSWORD))
    qt.processEvents()
    _tell_drawn()
    app.close()


def residents(folder: Path) -> None:
    """The page of the residents, made but not shown yet, then gone to."""
    from bench.vaults import PASSWORD
    from gridapp.app import App
    from gridapp.language import tr
    from gridapp.store import vault
    from gridapp.ui.places import SOON
    from gridapp.ui.qt_start import qt_application
    from gridapp.ui.widgets.rows import RowList

    qt = qt_application()
    app = App(qt, folder, attended=False)
    window = app.open_window(vault.open_store(folder, PASSWORD))
    page, name = window.residents, tr("居民列表")
    lists = page.findChildren(RowList)
    people = next(one for one in lists if one.accessibleName() == name)
    while len(window.pages.made()) < len({"today", "residents", *SOON}):
        qt.processEvents()
        sleep(0.01)
    before, start = _memory(), perf_counter()
    window.go("residents")
    while not people.rows():
        qt.processEvents()
        sleep(0.0005)
    people.viewport().repaint()
    first = perf_counter() - start
    while app.jobs.busy or len(people.rows()) < 1000:
        qt.processEvents()
    people.viewport().repaint()
    print(first, (_memory() - before) / 1e6)
    app.close()


def _memory() -> int:
    """Bytes of this process that are in memory; 0 where Linux does not tell."""
    told = Path("/proc/self/statm")
    return int(told.read_text().split()[1]) * _PAGE if told.exists() else 0


if __name__ == "__main__":
    if sys.argv[1] == "empty":
        empty()
    elif sys.argv[1] == "list":
        residents(Path(sys.argv[2]))
    elif sys.argv[1] == "login":
        login(Path(sys.argv[2]))
    else:
        opened(Path(sys.argv[2]))
