"""A line for a reason, with the usual ones to click."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.flow import FlowLayout


class ReasonField(QWidget):
    """One line with the usual reasons below it; a click writes one."""

    def __init__(self, session: Session, name: str, reasons: Sequence[str]) -> None:
        super().__init__()
        box = column(self, gap=6)
        self.box = LineField(name, tr("写一句，或点下面的常用理由"))
        self.finished = self.box.finished
        self.setAccessibleName(name)
        self.setFocusProxy(self.box)
        box.addWidget(self.box)
        chips = QWidget()
        flow = FlowLayout(chips, 6)
        for words in reasons:
            chip = Button(session.theme, words, "chip")
            chip.setAccessibleName(tr("常用理由：{words}", words=words))
            chip.clicked.connect(partial(self.box.setText, words))
            flow.addWidget(chip)
        box.addWidget(chips)

    def text(self) -> str:
        """Return the reason."""
        return self.box.text().strip()
