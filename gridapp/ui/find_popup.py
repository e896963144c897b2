"""The list under the global search box: found people, places, issues, disputes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from gridapp.language import tr
from gridapp.models import record_named
from gridapp.models.record_number import may_be_number, read_number
from gridapp.store.database import Connection
from gridapp.store.numbers import numbered, opening
from gridapp.store.search import Hit, search
from gridapp.ui.session import Session
from gridapp.ui.widgets.badge import Badge
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.entry import FindField
from gridapp.ui.widgets.rows import Row, RowList
from gridapp.ui.widgets.text import Text

MOST = 8
ROW_HEIGHT = 60
NARROWEST = 400
# Record types that a paper opens; of others, the record they are part of.
OPENED = frozenset(
    ("resident", "household", "building", "issue", "dispute", "patrol", "grid")
)


class FindPopup(QFrame):
    """Found records below a search box; a child of the window, so that an input
    method keeps working while it is open."""

    chosen = Signal(object)  # the Row
    new_asked = Signal()  # a resident whom the search did not find

    def __init__(self, session: Session, box: FindField, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("popup")
        self._session = session
        self._box = box
        self._window = window
        self._asked = ""
        self._shown = ""  # what the list answers
        self._enter = False  # Enter came before the answer did
        self._list = RowList(session.theme, tr("查找结果"))
        self._list.setFocusProxy(box)
        self._list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._empty = QWidget()
        self._words = Text("", "muted", wrap=True)
        self._new = Button(session.theme, tr("新建居民"), icon="plus")
        self._clear = Button(session.theme, tr("清除"), "quiet", icon="x")
        self._place()
        self.hide()
        box.searched.connect(self._search)
        box.moved.connect(self._move)
        box.finished.connect(self._choose)
        box.left.connect(self.hide)
        self._list.clicked.connect(self._choose)
        self._new.clicked.connect(self._ask_new)
        self._clear.clicked.connect(self._start_again)
        box.installEventFilter(self)

    def _place(self) -> None:
        self._inside = column(self, (1, 1, 1, 1))
        self._inside.addWidget(self._list)
        below = column(self._empty, (16, 12, 16, 12), 8)
        below.addWidget(self._words)
        buttons = line(gap=8)
        buttons.addWidget(self._new)
        buttons.addWidget(self._clear)
        buttons.addStretch()
        below.addLayout(buttons)
        self._inside.addWidget(self._empty)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Close when the keyboard goes elsewhere than into the popup."""
        if event.type() == QEvent.Type.FocusOut and not self.underMouse():
            there = QApplication.focusWidget()
            if there is None or not self.isAncestorOf(there):
                self.hide()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape on a button goes back into the box."""
        if event.key() == Qt.Key.Key_Escape:
            self._box.setFocus()
        else:
            super().keyPressEvent(event)

    def _search(self, text: str) -> None:
        self._asked = text
        self._enter = False
        if not text.strip():
            self.hide()
            return
        self._session.read(partial(found, text=text), partial(self._show, text))

    def _show(self, text: str, answer: Found) -> None:
        if text != self._asked:
            return  # a later letter was typed meanwhile
        self._shown = text
        hits = answer.hits
        self._list.show_rows([row_of(hit) for hit in hits])
        if hits:
            self._list.move_current(-MOST)  # the best one, not the one before
        self._list.setVisible(bool(hits))
        self._empty.setVisible(not hits)
        self._words.setText(
            answer.trouble
            or tr(
                "没有找到“{text}”。可以查姓名、拼音首字母、门牌（3-2-501）、电话尾"
                "号、纸上的单号。",
                text=text,
            )
        )
        self._new.setVisible(not answer.trouble)
        self._fit(len(hits))
        self.show()
        self.raise_()
        if self._enter:
            self._choose()

    def _fit(self, rows: int) -> None:
        """Lie below the box, inside the window, as high as what is found."""
        below = self._box.mapTo(self._window, QPoint(0, self._box.height() + 4))
        width = max(self._box.width(), NARROWEST)
        left = min(below.x(), self._window.width() - width - 12)
        height = rows * ROW_HEIGHT + 2
        if not rows:
            height = self._inside.totalHeightForWidth(width)
        room = self._window.height() - below.y() - 8
        self.setGeometry(left, below.y(), width, min(height, room))

    def _move(self, steps: int) -> None:
        if self._list.isVisible():
            self._list.move_current(steps)
        elif self.isVisible() and steps > 0:
            self._new.setFocus(Qt.FocusReason.TabFocusReason)

    def _choose(self, _from: QObject | None = None) -> None:
        if self._asked != self._shown:
            self._enter = True  # the answer to what is typed comes in a moment
            return
        row = self._list.current() if self._list.isVisible() else None
        if self.isVisible() and row is not None:
            self.hide()
            self._box.clear()
            self.chosen.emit(row)

    def _start_again(self) -> None:
        self._box.clear()
        self._box.setFocus()

    def _ask_new(self) -> None:
        self._box.clear()
        self.new_asked.emit()


@dataclass(frozen=True)
class Found:
    """The best hits; why there are none when the number of a paper was typed."""

    hits: Sequence[Hit]
    trouble: str = ""


def found(db: Connection, text: str) -> Found:
    """Return the best hits for what was typed, or what a scanner read off a paper."""
    trouble = ""
    marked: list[Hit] = []
    try:
        end = read_number(text)
    except ValueError as error:
        trouble = str(error)
    else:
        papers = (opening(db, one, OPENED) for one in numbered(db, end))
        marked = [hit for hit in papers if hit is not None]
        trouble = tr("没有单号是“{text}”的记录：可能删掉了，或在别的网格", text=text)
    if marked:
        return Found(marked)
    return Found(search(db, text, MOST), trouble if may_be_number(text) else "")


def row_of(hit: Hit) -> Row:
    """Return a hit as a row of a list; what is not a person says what it is."""
    badge = None
    if hit.type != "resident":
        badge = Badge(record_named(hit.type).title, "grey", height=24)
    return Row(hit.id, hit.title, "", hit.detail, badge, type=hit.type)
