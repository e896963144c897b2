"""How much of the month's work is done: words, figures and a bar."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.text import Text


class Bar(QWidget):
    """A bar filled to a share between 0 and 1."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._share = 0.0
        self.setFixedHeight(8)
        theme.changed.connect(self.update)

    def fill(self, share: float) -> None:
        """Fill the bar; a share outside 0…1 is cut off."""
        self._share = min(max(share, 0.0), 1.0)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("grey.back"))
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        if self._share > 0:
            width = max(8.0, self.width() * self._share)
            painter.setBrush(self._theme.colour("blue.solid"))
            painter.drawRoundedRect(QRectF(0, 0, width, 8), 4, 4)
        painter.end()


class Meter(QWidget):
    """One line of the month: a label, `done / planned` and the bar."""

    def __init__(self, theme: Theme, label: str) -> None:
        super().__init__()
        self.label = label
        self._figures = Text("", "figure")
        self._bar = Bar(theme)
        box = column(self, gap=3)
        top = line()
        top.addWidget(Text(label, "muted"))
        top.addStretch()
        top.addWidget(self._figures)
        box.addLayout(top)
        box.addWidget(self._bar)

    def show_done(self, done: int, planned: int, *, share: bool = False) -> None:
        """Show how much of what was planned is done; with `share` in percent too."""
        figures = f"{done} / {planned}" if planned else tr("本月没有")
        if share and planned:
            figures = f"{done * 100 // planned}%   {figures}"
        self._figures.setText(figures)
        self._bar.fill(done / planned if planned else 0.0)
        self.setAccessibleName(
            tr(
                "{label}:{planned} 项已完成 {done} 项",
                label=self.label,
                planned=planned,
                done=done,
            )
        )
