"""The kind of a dispute (GB/T 31000 5.56): the usual ones as chips, then the list."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridapp.language import tr
from gridapp.models import Dispute, codes
from gridapp.models.record import field_of
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.combo import Combo
from gridapp.ui.widgets.options import OptionRow

# What neighbours quarrel about most (domain.md S0 and S3): a proposal, not a standard.
USUAL = ("0201", "0203", "0402", "0101", "0102", "0602", "0804")
OTHERS = "others"


class KindField(QWidget):
    """A chip, or, after 其他类别, a class and a kind within it."""

    changed = Signal()
    finished = Signal()
    went_back = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        field = field_of(Dispute, "dispute_kind")
        self._table = codes.table(field.codes)
        self.setAccessibleName(field.label)
        chips = [(code, self._table.name(code)) for code in USUAL]
        chips.append((OTHERS, tr("其他类别…")))
        self._chips = OptionRow(theme, field.label, chips)
        classes = [
            (i.code, self._table.name(i.code))
            for i in self._table.items
            if not i.parent
        ]
        self._class = Combo(theme, tr("事件大类"), classes)
        self._kind = Combo(theme, tr("事件细类"), ())
        self._lists = QWidget()
        across = line(self._lists, gap=8)
        across.addWidget(self._class, 1)
        across.addWidget(self._kind, 1)
        box = column(self, gap=6)
        box.addWidget(self._chips)
        box.addWidget(self._lists)
        self._lists.hide()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._chips.changed.connect(self._on_chip)
        self._chips.finished.connect(self._on_chip_done)
        self._chips.went_back.connect(self.went_back)
        self._class.currentIndexChanged.connect(self._on_class)
        self._class.finished.connect(self._kind.setFocus)
        self._class.went_back.connect(self._chips.focus_first)
        self._kind.currentIndexChanged.connect(self.changed)
        self._kind.finished.connect(self.finished)
        self._kind.went_back.connect(self._class.setFocus)

    def focus_first(self) -> None:
        """Put the keyboard on the chips."""
        self._chips.focus_first()

    def value(self) -> str | None:
        """Return the code, that of the class when no kind within it was chosen."""
        chip = self._chips.value()
        if chip != OTHERS:
            return chip
        return self._kind.value() or self._class.value()

    def set_value(self, code: str | None) -> None:
        """Show a code."""
        chip = code if code in USUAL or not code else OTHERS
        self._chips.set_values([chip] if chip else [])
        self._lists.setVisible(chip == OTHERS)
        if chip == OTHERS and code:
            parent = next(i.parent for i in self._table.items if i.code == code)
            self._class.set_value(parent or code)
            self._on_class()
            self._kind.set_value(code if parent else None)

    def _on_chip(self) -> None:
        self._lists.setVisible(self._chips.value() == OTHERS)
        self.changed.emit()

    def _on_chip_done(self) -> None:
        if self._chips.value() == OTHERS:
            self._class.setFocus()
        else:
            self.finished.emit()

    def _on_class(self) -> None:
        chosen = self._class.value()
        inside = [i for i in self._table.items if chosen and i.parent == chosen]
        self._kind.clear()
        self._kind.addItem("", "")
        for item in inside:
            self._kind.addItem(tr(item.name), item.code)
        self._kind.setEnabled(bool(inside))
        self.changed.emit()


class KindEditor:
    """The field as a question of a form."""

    def __init__(self, theme: Theme) -> None:
        self.widget = KindField(theme)

    @property
    def finished(self) -> SignalInstance:
        return self.widget.finished

    @property
    def changed(self) -> SignalInstance:
        return self.widget.changed

    def value(self) -> Any:
        return self.widget.value()

    def set_value(self, value: Any) -> None:
        self.widget.set_value(value)

    def raw(self) -> str:
        return self.widget.value() or ""

    def restore(self, text: str) -> None:
        self.widget.set_value(text or None)
