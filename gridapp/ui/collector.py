"""Python's search for garbage, by the UI thread alone."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

from gridapp import garbage

_LOOKS = 1_000  # ms between two looks at whether a search is due


class Collector(QObject):
    """Searches for garbage in the thread that it is made in, which is that of the
    window; no other thread does so by itself any more.

    Python searches in whichever thread makes one object too many, and frees what it
    finds there. Freeing a QObject takes a lock of Qt's and then waits for Python; the
    UI thread, which frees another at that moment, holds Python and waits for the lock:
    the window then stands still for ever.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(garbage.search_when_due)
        self._timer.start(_LOOKS)
