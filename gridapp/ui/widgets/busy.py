"""A thin line while something is read or written for longer than a moment."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.ui.jobs import Jobs
from gridapp.ui.theme import Theme

PATIENCE = 300  # milliseconds in which nothing is shown (ux.md §3.21)
_STEP = 120  # milliseconds between two places of the moving piece
_PLACES = 12


class BusyLine(QWidget):
    """Lies over the upper edge of a widget, so that nothing moves when it appears.

    The page keeps showing what it showed; the line is taken away with the last job.
    """

    def __init__(self, theme: Theme, jobs: Jobs, over: QWidget) -> None:
        super().__init__(over)
        self._theme = theme
        self._place = 0
        self._over = over
        self.setAccessibleName(tr("正在处理"))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE)
        self._patience.timeout.connect(self._appear)
        self._clock = QTimer(self)
        self._clock.setInterval(_STEP)
        self._clock.timeout.connect(self._move_on)
        self.hide()
        over.installEventFilter(self)
        jobs.turned.connect(self._turn)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as wide as what it lies over."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(0, 0, self._over.width(), 3)
        return False

    def _turn(self, busy: bool) -> None:
        if busy:
            self._patience.start()
            return
        self._patience.stop()
        self._clock.stop()
        self.hide()

    def _appear(self) -> None:
        self.setGeometry(0, 0, self._over.width(), 3)
        self.show()
        self.raise_()
        self._clock.start()

    def _move_on(self) -> None:
        self._place = (self._place + 1) % _PLACES
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("blue.back"))
        wide = self.width() / 4
        left = (self.width() + wide) * self._place / _PLACES - wide
        painter.fillRect(QRectF(left, 0, wide, 3), self._theme.colour("blue.text"))
        painter.end()
