"""A worker at the window: real keys, as the tests of acceptance press them."""

from __future__ import annotations

import os
import signal

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QMessageBox

from gridapp.app import App, qt_application
from gridapp.cli import main
from gridapp.ui.places import PLACES
from tests.acceptance.hand import Hand
from tests.acceptance.stalls import StallWatch
from tests.leaks import given
from tests.leaks.given import Place


def use(place: Place, password: str, end: signal.Signals) -> None:
    """Open the window by its command, work on it, and end as an accident ends."""
    qt = qt_application()
    QTimer.singleShot(0, lambda: _worked(qt, password, end))
    main.main(["--data", str(place.data)])


def _worked(qt: QApplication, password: str, end: signal.Signals) -> None:
    app = qt.findChild(App)
    assert app is not None
    hand = Hand(lambda: app.jobs.busy, StallWatch())
    hand.settle()
    _sign_in(app, hand, password)
    window = app.window
    assert window is not None
    for at in PLACES:
        window.go(at.key)
        hand.settle()
    hand.press("Ctrl+K")
    hand.write(given.SOUGHT)
    window.go("residents")
    hand.settle()
    hand.press("F2")
    hand.write(given.DRAFT)
    QTimer.singleShot(0, _fault)
    QTimer.singleShot(300, _put_away)
    hand.settle()
    app.lock()
    hand.settle()
    _sign_in(app, hand, password)
    window.leave()
    hand.settle()
    os.kill(os.getpid(), end)


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
