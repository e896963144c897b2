"""快捷键: every key of the program, from the one table that binds them."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.ui.keys import GROUPS, KEYS, Key
from gridapp.ui.session import Session
from gridapp.ui.side_page import SidePage
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.card import Card, column, line
from gridapp.ui.widgets.text import Text

_CAPS = 148  # room of the keys before the words


class KeysPage(SidePage):
    """Cards of keys and what they do, two beside each other where there is room."""

    title = tr("快捷键")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        hint = tr("不用记：按钮上都写着自己的键。笔记本上 F 键要和 Fn 一起按。")
        self.add_hint(hint)
        self._inside = QWidget()
        self._columns = line(self._inside, gap=12)
        self._cards = [self._card(group, words) for group, words in GROUPS]
        self._sides = [column(gap=12), column(gap=12)]
        for side in self._sides:
            self._columns.addLayout(side, 1)
        self._scroll = self.add_scrolled(self._inside)
        self.set_width(Width.WIDE)

    def _card(self, group: str, words: str) -> Card:
        card = Card((18, 12, 18, 14), 4)
        card.box.addWidget(Text(words, "section"))
        for key in KEYS:
            if key.group == group:
                card.box.addWidget(_line(key))
        return card

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        both = width is not Width.NARROW
        for side in self._sides:
            while side.count():
                side.takeAt(0)
        for number, card in enumerate(self._cards):
            self._sides[1 if both and number else 0].addWidget(card)
        for side in self._sides:
            side.addStretch()
        self._columns.setStretch(1, 1 if both else 0)


def _line(key: Key) -> QWidget:
    holder = QWidget()
    row = line(holder, (0, 3, 0, 3), 4)
    caps = QWidget()
    caps.setFixedWidth(_CAPS)
    inside = line(caps, gap=4)
    for cap in key.caps:
        shown = Text(cap, "key")
        shown.setFixedHeight(28)
        inside.addWidget(shown)
    inside.addStretch()
    row.addWidget(caps)
    row.addWidget(Text(key.words, wrap=True), 1)
    said = "+".join(key.caps)
    holder.setAccessibleName(f"{said}　{key.words}")
    return holder
