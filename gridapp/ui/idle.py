"""Tells when nobody has touched the program for a while, so that it can be locked."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QApplication

_TOUCHES = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
    }
)


class IdleWatch(QObject):
    """Counts from the last key, click or movement in any window of the program.

    It listens where input arrives, at the windows. Listening to the whole application
    would bring every event of every widget here, which makes forms twice as slow.
    """

    idle = Signal()

    def __init__(self, app: QApplication, minutes: float) -> None:
        super().__init__(app)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(round(minutes * 60_000))
        self._timer.timeout.connect(self.idle)
        app.focusWindowChanged.connect(self._listen)
        caret = QGuiApplication.inputMethod().cursorRectangleChanged
        caret.connect(self._touched)  # an input method brings no keys while composing

    def set_minutes(self, minutes: float) -> None:
        """Count to another time from now on."""
        self._timer.setInterval(round(minutes * 60_000))

    def start(self) -> None:
        """Begin to count."""
        self._timer.start()

    def stop(self) -> None:
        """Count no more."""
        self._timer.stop()

    def _listen(self, window: QWindow | None) -> None:
        if window is not None:
            window.installEventFilter(self)  # one that listens already goes on
        self._touched()

    def _touched(self) -> None:
        if self._timer.isActive():
            self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _TOUCHES:
            self._touched()
        return False
