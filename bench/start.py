"""One start of a window, in a process of its own: `python -m bench.start WHAT FOLDER`.

WHAT is `empty` (a bare PySide6 window), `login` or `window` (ours). Nothing of the
program is imported before it is known which.
"""

from __future__ import annotations

import sys
from pathlib import Path


def empty() -> None:
    """A window with nothing in it, drawn once."""
    from PySide6.QtWidgets import QApplication, QWidget

    qt = QApplication([])
    window = QWidget()
    window.resize(1000, 640)
    window.show()
    qt.processEvents()


def ours(what: str, folder: Path) -> None:
    """The login, or the window of an open vault, drawn once."""
    from gridapp.app import App, qt_application

    qt = qt_application()
    app = App(qt, folder)
    if what == "login":
        app.ask_password()
    else:
        from bench.vaults import PASSWORD
        from gridapp.store import vault

        app.open_window(vault.open_store(folder, PASSWORD))
    qt.processEvents()
    app.close()


if __name__ == "__main__":
    if sys.argv[1] == "empty":
        empty()
    else:
        ours(sys.argv[1], Path(sys.argv[2]))
