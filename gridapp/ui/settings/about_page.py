"""关于与许可: what this program is, and every part in it with its licence."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QPlainTextEdit

import gridapp
from gridapp.language import tr
from gridapp.ui.session import Session
from gridapp.ui.settings.licences import Part, parts
from gridapp.ui.side_page import SidePage
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.card import Card, Divider, line
from gridapp.ui.widgets.entry import FindField
from gridapp.ui.widgets.text import Glyph, Text


class AboutPage(SidePage):
    """The list of parts at the left, the licence of the chosen one at the right."""

    title = tr("关于与许可")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._parts: Sequence[Part] = ()
        self.top.addWidget(Glyph(self.theme, "house", "blue.text", 22))
        version = tr("网格日志 {version}", version=gridapp.__version__)
        self.top.addWidget(Text(version, "section"))
        self.top.addWidget(Text(tr("离线、加密、不联网也能用"), "muted"))
        self.top.addStretch()
        self._row = line(gap=12)
        self._outer.addLayout(self._row, 1)
        self._side = Card((8, 10, 4, 8), 6)
        self._count = Text("", "muted")
        self._count.setContentsMargins(8, 0, 8, 0)
        self._find = FindField(self.theme, tr("查部件"), tr("查名称或许可"))
        self._list = QListWidget()
        self._list.setObjectName("chapters")
        self._list.setAccessibleName(tr("程序里的部件"))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._side.box.addWidget(self._count)
        self._side.box.addWidget(self._find)
        self._side.box.addWidget(self._list, 1)
        self._row.addWidget(self._side)
        self._row.addWidget(self._right(), 1)
        self._find.searched.connect(self._fill)
        self._find.left.connect(self.left)
        self._find.finished.connect(self._list.setFocus)
        self._list.currentRowChanged.connect(self._show)
        self.set_width(Width.WIDE)

    def _right(self) -> Card:
        card = Card((20, 14, 8, 8), 4)
        self._name = Text("", "section")
        self._facts = Text("", "muted", wrap=True)
        self._text = QPlainTextEdit()
        self._text.setObjectName("reader")
        self._text.setAccessibleName(tr("许可全文"))
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        card.box.addWidget(self._name)
        card.box.addWidget(self._facts)
        card.box.addWidget(Divider())
        card.box.addWidget(self._text, 1)
        return card

    def names(self) -> list[str]:
        """What the list shows."""
        return [self._list.item(row).text() for row in range(self._list.count())]

    def reload(self) -> None:
        self.session.jobs.run(parts, self._arrived)

    def focus_start(self) -> None:
        self._list.setFocus()

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        self._side.setFixedWidth(240 if width is Width.NARROW else 320)

    def _arrived(self, found: Sequence[Part]) -> None:
        self._parts = found
        words = tr("共 {count} 个部件", count=len(found))
        self._count.setText(words)
        self._fill()

    def _fill(self, _words: str = "") -> None:
        wanted = self._find.query().strip().casefold()
        self._list.clear()
        for part in self._parts:
            words = f"{part.name} {part.version}".rstrip() + f"\n{part.licence}"
            if wanted in words.casefold():
                self._list.addItem(words)
                row = self._list.item(self._list.count() - 1)
                row.setSizeHint(QSize(100, 56))
                row.setData(Qt.ItemDataRole.UserRole, part.name)
        self._list.setCurrentRow(0)

    def _show(self, row: int) -> None:
        if row < 0:
            return
        name = self._list.item(row).data(Qt.ItemDataRole.UserRole)
        part = next(one for one in self._parts if one.name == name)
        self._name.setText(f"{part.name} {part.version}".rstrip())
        self._facts.setText(" — ".join(filter(None, (part.licence, part.purpose))))
        self._text.setPlainText(part.text or tr("许可全文见 Qt 一项（LGPL-3.0）。"))
