"""Imports what comes after the login while the password is typed."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from threading import Event

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from gridapp.ui.jobs import Jobs

_is_up = Event()


def up() -> None:
    """Import what opens a vault; another thread that is at it is waited for.

    Two threads that come into a ring of modules from two sides would find one of them
    half made: so who needs the database in the UI thread goes by `then`.
    """
    import_module("gridapp.ui.entering")
    _is_up.set()


def then(jobs: Jobs, window: QWidget, act: Callable[[], None]) -> None:
    """Do it at once when all is here; else let a thread import it first, with the
    pointer of `window` telling that something comes. Asked again, it is done once."""
    if _is_up.is_set():
        act()
        return
    if window.cursor().shape() is Qt.CursorShape.BusyCursor:
        return
    window.setCursor(Qt.CursorShape.BusyCursor)

    def come(_: None) -> None:
        if isValid(window):
            window.unsetCursor()
            if window.isVisible():
                act()

    jobs.run_beside(up, come)
