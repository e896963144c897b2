"""Choosing what a column means: every field in words, narrowed down while typing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QWidget

from gridapp.language import tr
from gridapp.ui.ledgers.plain_table import PlainTable, Shown
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column
from gridapp.ui.widgets.entry import FindField
from gridapp.ui.widgets.frame import Foot
from gridapp.ui.widgets.text import Text

Choice = tuple[str, str]  # key and words


class FieldChooser(QDialog):
    """`chosen` tells the key of the field picked."""

    chosen = Signal(str)

    def __init__(
        self,
        session: Session,
        question: str,
        choices: Sequence[Choice],
        current: str,
        parent: QWidget,
    ) -> None:
        """Offer `choices`, pairs of a key and its words; `current` is marked."""
        super().__init__(parent)
        self.setWindowTitle(tr("这一列是什么"))
        self._choices = list(choices)
        self._shown = list(choices)
        self._initials: dict[str, str] = {}
        theme = session.theme
        self._find = FindField(theme, tr("找字段"), tr("输入几个字或拼音首字母"))
        self._list = PlainTable(theme, tr("可选的字段"), [(tr("字段"), 0)])
        self._list.horizontalHeader().hide()
        self._none = Text(tr("没有这样的字段，换个说法试试"), "muted")
        self._take = Button(theme, tr("就是它"), "primary", icon="check")
        self._leave = Button(theme, tr("返回"))
        self._place(question)
        self._find.searched.connect(self._narrow)
        self._find.moved.connect(self._move)
        self._find.finished.connect(self._accept)
        self._find.left.connect(self.reject)
        self._list.opened.connect(self._accept)
        self._take.clicked.connect(self._accept)
        self._leave.clicked.connect(self.reject)
        self._show()
        keys = [key for key, _ in choices]
        self._list.choose(keys.index(current) if current in keys else 0)
        self._find.setFocus()
        session.jobs.run(partial(_initials, self._choices), self._know)

    def _place(self, question: str) -> None:
        box = column(self)
        body = column(margins=(16, 12, 16, 10), gap=8)
        body.addWidget(Text(question, "strong", wrap=True))
        body.addWidget(self._find)
        body.addWidget(self._none)
        body.addWidget(self._list, 1)
        box.addLayout(body, 1)
        footer = Foot()
        footer.row.addStretch()
        footer.row.addWidget(self._leave)
        footer.row.addWidget(self._take)
        box.addWidget(footer)
        parent = self.parentWidget()
        room = parent.window().size() if parent else self.size()
        self.resize(min(520, room.width() - 40), min(560, room.height() - 20))

    def _know(self, initials: dict[str, str]) -> None:
        self._initials = initials
        self._narrow(self._find.query())

    def _narrow(self, text: str) -> None:
        wanted = "".join(text.casefold().split())
        self._shown = [
            (key, words)
            for key, words in self._choices
            if wanted in "".join(words.casefold().split())
            or (wanted and wanted in self._initials.get(key, ""))
        ]
        if wanted:
            self._shown.sort(key=lambda choice: self._far(choice, wanted))
        self._show()

    def _far(self, choice: Choice, wanted: str) -> int:
        """How far a choice is from what was typed: the field so called is nearest."""
        key, words = choice
        field = "".join(words.rpartition("·")[2].casefold().split())
        initials = self._initials.get(key, "")
        if wanted == field or (initials.endswith(wanted) and len(field) == len(wanted)):
            return 0
        return 1 if field.startswith(wanted) else 2

    def _show(self) -> None:
        self._list.show_cells(
            len(self._shown), lambda row, _column: Shown(self._shown[row][1])
        )
        self._none.setVisible(not self._shown)
        self._take.setEnabled(bool(self._shown))

    def _move(self, steps: int) -> None:
        if self._shown:
            row = self._list.current() + steps
            self._list.choose(min(max(row, 0), len(self._shown) - 1))

    def _accept(self, _row: int = 0) -> None:
        if 0 <= self._list.current() < len(self._shown):
            self.chosen.emit(self._shown[self._list.current()][0])
            self.accept()


def _initials(choices: Sequence[Choice]) -> dict[str, str]:
    """The pinyin initials of each choice; off the window, for the table is slow."""
    from gridapp.store.pinyin import usual_readings

    def first(character: str) -> str:
        readings = usual_readings(character)
        return readings[0][:1] if readings and character.isalnum() else ""

    return {key: "".join(map(first, words)) for key, words in choices}
