"""Chips to choose columns with: the usual ones first, the others behind 更多列."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from PySide6.QtCore import Signal
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
        self._usual = [one.key for one in columns if one.usual]
        self._chips: dict[str, Button] = {}
        self._all = Button(theme, tr("全选"), "small")
        self._few = Button(theme, tr("只要常用的"), "small")
        self._more = Button(theme, tr("更多列…"), "small")
        box = column(self, gap=8)
        acts = line(gap=4)
        for part in (self._few, self._all, self._more):
            acts.addWidget(part)
        acts.addStretch()
        holder = QWidget()
        flow = FlowLayout(holder, 6)
        for one in sorted(columns, key=lambda one: not one.usual):
            flow.addWidget(self._chip(theme, one))
        box.addWidget(holder)
        box.addLayout(acts)
        self._all.clicked.connect(self._take_all)
        self._few.clicked.connect(partial(self.take, self._usual))
        self._more.clicked.connect(self._show_all)
        self.take(self._usual)

    def _chip(self, theme: Theme, one: Column) -> Button:
        chip = Button(theme, one.label, "chip", icon="plus")
        chip.setCheckable(True)
        chip.setAccessibleName(tr("列：{label}", label=one.label))
        chip.toggled.connect(partial(self._mark, chip))
        self._chips[one.key] = chip
        return chip

    def _mark(self, chip: Button, chosen: bool) -> None:
        chip.show_icon(
            "check" if chosen else "plus", "blue.text" if chosen else "text3"
        )
        self.changed.emit()

    def keys(self) -> list[str]:
        """Return the keys of what is chosen."""
        return [key for key, chip in self._chips.items() if chip.isChecked()]

    def take(self, keys: Iterable[str]) -> None:
        """Choose exactly these; who is chosen is shown."""
        wanted = set(keys)
        for key, chip in self._chips.items():
            chip.setChecked(key in wanted)
            chip.setVisible(key in wanted or key in self._usual)
        self._tell_more()

    def _take_all(self) -> None:
        self.take(self._chips)

    def _show_all(self) -> None:
        for chip in self._chips.values():
            chip.setVisible(True)
        self._tell_more()

    def _tell_more(self) -> None:
        hidden = sum(chip.isHidden() for chip in self._chips.values())
        self._more.setVisible(hidden > 0)
        words = tr("更多列（{count}）", count=hidden)
        self._more.setText(words)
        self._more.setAccessibleName(words)
        self.updateGeometry()
