"""A worker at the window: real keys, as the tests of acceptance press them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QMessageBox

from gridapp.app import App
from gridapp.cli import main
from gridapp.models import Resident
from gridapp.store import records
from gridapp.ui.places import PLACES
from gridapp.ui.qt_start import qt_application
from tests.acceptance.hand import Hand
from tests.acceptance.stalls import StallWatch
from tests.leaks import given
from tests.leaks.given import Place


def use(
    place: Place, password: str, end: signal.Signals, beside: Callable[[], None]
) -> None:
    """Open the window by its command, work on it, and end as an accident ends.

    beside: another program on the same data, while the window is open.
    """
    qt = qt_application()
    QTimer.singleShot(0, lambda: _worked(qt, password, end, beside))
    main.main(["--data", str(place.data)])


def _worked(
    qt: QApplication, password: str, end: signal.Signals, beside: Callable[[], None]
) -> None:
    app = qt.findChild(App)
    assert app is not None
    hand = Hand(lambda: app.jobs.busy, StallWatch())
    hand.settle()
    _sign_in(app, hand, password)
    window = app.window
    assert window is not None
    if end is signal.SIGKILL:
        _look_around(app, hand, password, beside)
    window.go("residents")
    hand.press("Ctrl+K")
    hand.write(given.SOUGHT)
    with window.session.store.reading() as db:
        person = records.find(db, Resident)[0]["id"]
    window.record_visit(person, "visit")
    hand.settle()
    hand.press("Alt+1")  # a phrase, and the keyboard is in the note
    hand.write(given.DRAFT)
    window.leave()
    hand.settle()
    os.kill(os.getpid(), end)


def _look_around(
    app: App, hand: Hand, password: str, beside: Callable[[], None]
) -> None:
    """Every page; another program on the same data; a fault; a lock."""
    window = app.window
    assert window is not None
    for at in PLACES:
        window.go(at.key)
        hand.settle()
    beside()
    QTimer.singleShot(0, _fault)
    QTimer.singleShot(300, _put_away)
    hand.settle()
    app.lock()
    hand.settle()
    _sign_in(app, hand, password)


def _sign_in(app: App, hand: Hand, password: str) -> None:
    hand.write(password)
    hand.press("Enter")
    hand.until(lambda: app.login is None)


def _fault() -> None:
    """What a bug of ours would be, with everything in its words."""
    raise RuntimeError(f"{given.NAMES} {given.NUMBERS} {given.PHONES} {given.DRAFT}")


def _put_away() -> None:
    """Take the report as a worker does who sends it on."""
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    for words in ("复制详情", "继续使用"):
        for button in box.findChildren(QAbstractButton):
            if button.text() == words:
                button.click()
