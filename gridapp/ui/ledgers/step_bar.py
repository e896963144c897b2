"""Where one is in a dialog of several steps: one chip a step, from left to right."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QWidget

from gridapp.language import tr
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import line
from gridapp.ui.widgets.text import Text


class StepBar(QWidget):
    """Steps that can be gone to are pressed; the others say what is still to come."""

    picked = Signal(str)

    def __init__(self, theme: Theme, steps: Sequence[tuple[str, str]]) -> None:
        """Show `steps`, pairs of a key and its words."""
        super().__init__()
        self._group = QButtonGroup(self)
        self._chips: dict[str, Button] = {}
        row = line(self, gap=4)
        for number, (key, words) in enumerate(steps, 1):
            if number > 1:
                row.addWidget(Text("›", "faint"))
            chip = Button(
                theme, tr("{number} {words}", number=number, words=words), "chip"
            )
            chip.setCheckable(True)
            chip.setAccessibleName(
                tr("第 {number} 步：{words}", number=number, words=words)
            )
            chip.clicked.connect(lambda _on=False, key=key: self.picked.emit(key))
            self._group.addButton(chip)
            self._chips[key] = chip
            row.addWidget(chip)
        row.addStretch()

    def show_step(self, key: str, reachable: Collection[str]) -> None:
        """Mark the step one is at; only reachable ones can be gone to."""
        for other, chip in self._chips.items():
            chip.setEnabled(other == key or other in reachable)
        self._chips[key].setChecked(True)
