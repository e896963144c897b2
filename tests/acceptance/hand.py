"""A worker's hand: real keys and real clicks on the window that is open, counted.

Keys go to the window that has the keyboard and from there to whatever has the focus;
clicks go to a place of the window and from there to whatever lies on top. What is
counted is what arrives at a window. A chord as Ctrl+Enter is one key, as ux.md counts;
the Ctrl or Alt that is held down for it is counted apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import contextmanager

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QEventLoop,
    QObject,
    QPoint,
    Qt,
)
from PySide6.QtGui import (
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QWindow,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

from tests.acceptance.stalls import StallWatch

PATIENCE = 60.0  # seconds
_HELD = (Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Shift, Qt.Key.Key_Meta)
_LEFT, _PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


class Counter(QObject):
    """Counts the keys and clicks that arrive at the windows."""

    def __init__(self, app: QApplication) -> None:
        super().__init__()
        self.keys = 0
        self.held = 0  # Ctrl, Alt and Shift
        self.clicks = 0
        self.counting = True
        app.focusWindowChanged.connect(self.listen)
        for window in app.topLevelWindows():
            self.listen(window)

    def listen(self, window: QWindow | None) -> None:
        """Count at this window. A filter of the whole application would slow it."""
        if window is not None:
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Count; Qt asks a window for each key first whether it overrides a shortcut,
        so this is what comes once for every key, of a shortcut or not."""
        if self.counting and event.spontaneous():
            if isinstance(event, QKeyEvent):
                pressed = event.type() == QEvent.Type.ShortcutOverride
                held = event.key() in _HELD
                self.keys += pressed and not held
                self.held += pressed and held
            self.clicks += event.type() == QEvent.Type.MouseButtonPress
        return False


class Hand:
    """Presses, clicks and writes, and waits until the window has answered."""

    def __init__(self, busy: Callable[[], bool], watch: StallWatch) -> None:
        """`busy` tells whether an answer of the store is still to come."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.counter = Counter(app)
        self.watch = watch
        self._app = app
        self._busy = busy

    def press(self, *chords: str) -> None:
        """Press keys as people name them, as F2, 1, Alt+1 or Ctrl+Enter."""
        for chord in chords:
            keys = QKeySequence(chord)[0]
            window = self._window()
            with self.watch.stretch(f"the key {chord}"):
                QTest.keyClick(window, keys.key(), keys.keyboardModifiers())
            self.settle()

    def click(self, target: QWidget, place: QPoint | None = None) -> None:
        """Click into the middle of what is seen of a widget, or at a place of it."""
        assert target.isVisible(), f"{target} cannot be seen"
        if place is None:
            seen = target.visibleRegion().boundingRect()
            assert not seen.isEmpty(), f"{target} is covered or scrolled away"
            place = seen.center()
        whole = target.window()
        handle = whole.windowHandle()
        assert handle is not None
        self.counter.listen(handle)
        name = target.accessibleName() or type(target).__name__
        with self.watch.stretch(f"a click on {name}"):
            QTest.mouseClick(handle, _LEFT, _PLAIN, target.mapTo(whole, place))
        self.settle()

    def click_row(self, view: QAbstractItemView, row: int, column: int = 0) -> None:
        """Click into a row of a list, which must be in sight."""
        index = view.model().index(row, column)
        place = view.visualRect(index).center()
        assert view.viewport().rect().contains(place), f"row {row} is out of sight"
        self.click(view.viewport(), place)

    def write(self, text: str) -> None:
        """Write free text, which no check counts, as an input method hands it over."""
        with self.uncounted():
            for letter in text:
                self.commit(letter)

    def compose(self, pinyin: str) -> None:
        """Show letters an input method has not committed yet."""
        self._input(QInputMethodEvent(pinyin, []))

    def commit(self, words: str) -> None:
        """Commit what was chosen in the input method."""
        event = QInputMethodEvent("", [])
        event.setCommitString(words)
        self._input(event)

    @contextmanager
    def uncounted(self):
        """What free text or the file dialog of the system takes is not counted."""
        self.counter.counting = False
        try:
            yield
        finally:
            self.counter.counting = True

    def settle(self) -> None:
        """Wait until every answer has come and all is painted."""
        end = time.monotonic() + PATIENCE
        quiet = 0
        while quiet < 3:
            assert time.monotonic() < end, "the window never came to rest"
            self._round()
            quiet = 0 if self._busy() else quiet + 1
            if self._busy():
                time.sleep(0.001)

    def until(self, seen: Callable[[], object]) -> None:
        """Let the window run until `seen` is true."""
        end = time.monotonic() + PATIENCE
        while not seen():
            assert time.monotonic() < end, "it was waited for in vain"
            self._round()
            time.sleep(0.002)
        self.settle()

    def _round(self) -> None:
        with self.watch.stretch("the event loop"):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
            self._app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)

    def _input(self, event: QInputMethodEvent) -> None:
        target = QGuiApplication.focusObject()
        assert target is not None, "nothing takes what is written"
        with self.watch.stretch("writing"):
            QCoreApplication.sendEvent(target, event)
        self.settle()

    @staticmethod
    def _window() -> QWindow:
        window = QGuiApplication.focusWindow()
        assert window is not None, "no window has the keyboard"
        return window
