"""常用语: what Alt+1 to Alt+4 write into a visit and into a phone call."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from gridapp.language import tr
from gridapp.ui.care.visit_values import PHRASE_KEYS, PHRASES, Way, phrases
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.text import Text

WAYS: tuple[tuple[Way, str], ...] = (("visit", tr("走访")), ("call", tr("电话")))
LONGEST = 60  # characters; a longer sentence is no phrase


class PhrasesDialog(QDialog):
    """Four phrases for each form; an empty one takes no key."""

    def __init__(self, session: Session, over: QWidget) -> None:
        super().__init__(over)
        self._preferences = session.preferences
        self.setWindowTitle(tr("常用语"))
        self.setModal(True)
        self.resize(720, 0)
        self._fields: dict[Way, list[LineField]] = {
            way: [self._field(words, n) for n in range(1, PHRASE_KEYS + 1)]
            for way, words in WAYS
        }
        self._usual = Button(session.theme, tr("换回原来的"), "quiet", icon="history")
        self._cancel = Button(session.theme, tr("不保存"))
        self._save = Button(session.theme, tr("保存 Ctrl+S"), "primary", icon="check")
        self._place()
        self._bind()
        kept = self._preferences.now.phrases
        self._show({way: phrases(way, kept) for way, _ in WAYS})
        self._fields["visit"][0].setFocus()

    @staticmethod
    def _field(words: str, number: int) -> LineField:
        field = LineField(tr("{form}常用语 {number}", form=words, number=number))
        field.setMaxLength(LONGEST)
        return field

    def _place(self) -> None:
        box = column(self, (24, 18, 24, 18), 12)
        hint = tr("填表时按 Alt 加数字，或者点一下，就写进“情况记录”。不用的可以清空。")
        box.addWidget(Text(hint, "muted", wrap=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        for column_, (way, words) in enumerate(WAYS, 1):
            grid.addWidget(Text(words, "section"), 0, column_)
            for row, field in enumerate(self._fields[way], 1):
                grid.addWidget(field, row, column_)
        for row in range(1, PHRASE_KEYS + 1):
            cap = Text(f"Alt+{row}", "key")
            cap.setFixedHeight(28)
            grid.addWidget(cap, row, 0, Qt.AlignmentFlag.AlignVCenter)
        box.addLayout(grid)
        buttons = line(gap=8)
        buttons.addWidget(self._usual)
        buttons.addStretch()
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._save)
        box.addLayout(buttons)

    def _bind(self) -> None:
        every = [field for fields in self._fields.values() for field in fields]
        for field, following in zip(every, [*every[1:], self._save], strict=True):
            field.finished.connect(following.setFocus)
        self._usual.clicked.connect(lambda: self._show(PHRASES))
        self._cancel.clicked.connect(self.reject)
        self._save.clicked.connect(self.save)
        QShortcut(QKeySequence("Ctrl+S"), self).activated.connect(self.save)

    def _show(self, shown: Mapping[Way, tuple[str, ...]]) -> None:
        for way, fields in self._fields.items():
            words = [*shown[way], *[""] * PHRASE_KEYS]
            for field, phrase in zip(fields, words, strict=False):
                field.setText(phrase)

    def save(self) -> None:
        """Keep the phrases; a form whose four are the usual ones keeps none."""
        chosen: dict[str, tuple[str, ...]] = {}
        for way, fields in self._fields.items():
            words = tuple(one.text().strip() for one in fields if one.text().strip())
            if words != PHRASES[way][:PHRASE_KEYS]:
                chosen[way] = words
        self._preferences.keep(phrases=chosen)
        self.accept()
