"""Chips to choose columns with: the usual ones first, the others behind 更多列."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.flow import FlowLayout
from gridapp.work.listing import Column


class ColumnChips(QWidget):
    """Any number of columns; a tick stands on each that is chosen."""

    changed = Signal()
    finished = Signal()  # go on to the next field

    def __init__(self, theme: Theme, columns: Sequence[Column]) -> None:
        super().__init__()
        self.setAccessibleName(tr("要导出的列"))
        self._theme = theme
        self._labels = {one.key: one.label for one in columns}
        self._usual = [one.key for one in columns if one.usual]
        self._chips: dict[str, Button] = {}  # those that are shown
        self._all = Button(theme, tr("全选"), "small")
        self._few = Button(theme, tr("只要常用的"), "small")
        self._more = Button(theme, "", "small")
        box = column(self, gap=8)
        acts = line(gap=4)
        for part in (self._few, self._all, self._more):
            acts.addWidget(part)
        acts.addStretch()
        holder = QWidget()
        self._flow = FlowLayout(holder, 6)
        box.addWidget(holder)
        box.addLayout(acts)
        self._all.clicked.connect(partial(self.take, self._labels))
        self._few.clicked.connect(partial(self.take, self._usual))
        self._more.clicked.connect(self._show_rest)
        self.take(self._usual)

    def chosen(self) -> list[str]:
        """Return the keys of what is chosen."""
        return [key for key, chip in self._chips.items() if chip.isChecked()]

    def take(self, keys: Iterable[str], _clicked: bool = False) -> None:
        """Choose exactly these; what is usual or chosen is shown."""
        wanted = set(keys)
        self._show([*self._usual, *(key for key in self._labels if key in wanted)])
        for key, chip in self._chips.items():
            chip.setChecked(key in wanted)

    def _show_rest(self) -> None:
        first = next(key for key in self._labels if key not in self._chips)
        self._show(self._labels)
        self._chips[first].setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, keys: Iterable[str]) -> None:
        """Show these as well; the others wait behind 更多列."""
        for key in keys:
            if key not in self._chips:
                chip = self._chip(key)
                self._flow.addWidget(chip)
                chip.show()  # now, so that it can take the keyboard
        hidden = len(self._labels) - len(self._chips)
        self._more.setVisible(hidden > 0)
        words = tr("更多列（{count}）", count=hidden)
        self._more.setText(words)
        self._more.setAccessibleName(words)
        self.updateGeometry()

    def _chip(self, key: str) -> Button:
        label = self._labels[key]
        chip = Button(self._theme, label, "chip", icon="plus")
        chip.setCheckable(True)
        chip.setAccessibleName(tr("列：{label}", label=label))
        chip.toggled.connect(partial(self._mark, chip))
        self._chips[key] = chip
        return chip

    def _mark(self, chip: Button, chosen: bool) -> None:
        chip.show_icon(
            "check" if chosen else "plus", "blue.text" if chosen else "text3"
        )
        self.changed.emit()
