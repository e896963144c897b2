"""The list under the global search box: found people, places, issues, disputes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from gridapp.language import tr
from gridapp.models import record_named
from gridapp.store.database import Connection
from gridapp.store.search import Hit, search
from gridapp.ui.session import Session
from gridapp.ui.widgets.badge import Badge
from gridapp.ui.widgets.card import column
from gridapp.ui.widgets.entry import FindField
from gridapp.ui.widgets.rows import Row, RowList
from gridapp.ui.widgets.text import Text

MOST = 8
ROW_HEIGHT = 60


class FindPopup(QFrame):
    """Found records below a search box; a child of the window, so that an input
    method keeps working while it is open."""

    chosen = Signal(object)  # the Row

    def __init__(self, session: Session, box: FindField, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("popup")
        self._session = session
        self._box = box
        self._window = window
        self._asked = ""
        self._list = RowList(session.theme, tr("查找结果"))
        self._list.setFocusProxy(box)
        self._list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._empty = Text("", "muted", wrap=True)
        inside = column(self, (1, 1, 1, 1))
        inside.addWidget(self._list)
        self._empty.setContentsMargins(16, 12, 16, 12)
        inside.addWidget(self._empty)
        self.hide()
        box.searched.connect(self._search)
        box.moved.connect(self._list.move_current)
        box.finished.connect(self._choose)
        box.left.connect(self.hide)
        self._list.clicked.connect(self._choose)
        box.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Close when the keyboard goes elsewhere than into the list."""
        if event.type() == QEvent.Type.FocusOut and not self.underMouse():
            self.hide()
        return False

    def _search(self, text: str) -> None:
        self._asked = text
        if not text.strip():
            self.hide()
            return
        self._session.read(partial(found, text=text), partial(self._show, text))

    def _show(self, text: str, hits: Sequence[Hit]) -> None:
        if text != self._asked:
            return  # a later letter was typed meanwhile
        self._list.show_rows([row_of(hit) for hit in hits])
        self._list.setVisible(bool(hits))
        self._empty.setVisible(not hits)
        self._empty.setText(
            tr(
                "没有找到“{text}”。可以查姓名、拼音首字母、门牌(3-2-501)、电话尾号。",
                text=text,
            )
        )
        height = len(hits) * ROW_HEIGHT + 2 if hits else 70
        below = self._box.mapTo(self._window, QPoint(0, self._box.height() + 4))
        width = max(self._box.width(), 380)
        left = min(below.x(), self._window.width() - width - 12)
        self.setGeometry(left, below.y(), width, height)
        self.show()
        self.raise_()

    def _choose(self, _from: QObject | None = None) -> None:
        row = self._list.current()
        if self.isVisible() and row is not None:
            self.hide()
            self._box.clear()
            self.chosen.emit(row)


def found(db: Connection, text: str) -> list[Hit]:
    """Return the best hits for what was typed."""
    return search(db, text, MOST)


def row_of(hit: Hit) -> Row:
    """Return a hit as a row of a list; what is not a person says what it is."""
    badge = None
    if hit.type != "resident":
        badge = Badge(record_named(hit.type).title, "grey", height=24)
    return Row(hit.id, hit.title, "", hit.detail, badge, type=hit.type)
