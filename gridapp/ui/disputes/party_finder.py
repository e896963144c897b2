"""Adding somebody to a dispute: found in the residents' files, or just a name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridapp.language import tr
from gridapp.models import Resident
from gridapp.store.database import Connection
from gridapp.store.search import Hit, search
from gridapp.ui.find_popup import ROW_HEIGHT, row_of
from gridapp.ui.session import Session
from gridapp.ui.widgets.card import column
from gridapp.ui.widgets.entry import FindField
from gridapp.ui.widgets.rows import Row, RowList

MOST = 4
OUTSIDER = "outsider"
_NOBODY = UUID(int=0)


class PartyFinder(QWidget):
    """While one types, residents that match; at the end the name as it is written."""

    picked = Signal(object)  # a resident's id
    named = Signal(str)  # the name of somebody who is in no file
    finished = Signal()  # Enter in an empty box
    went_back = Signal()
    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._shown = ""  # for which text the list stands
        self._accepting = False  # Enter came before the list
        name = tr("加当事人")
        hint = tr("姓名、拼音首字母、门牌找居民；外来人员直接写姓名")
        self.box = FindField(session.theme, name, hint)
        self._list = RowList(session.theme, tr("当事人：候选"))
        self._list.setFocusProxy(self.box)
        self._list.hide()
        inside = column(self, gap=4)
        inside.addWidget(self.box)
        inside.addWidget(self._list)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setFocusProxy(self.box)
        self.box.searched.connect(self._search)
        self.box.moved.connect(self._list.move_current)
        self.box.finished.connect(self._accept)
        self.box.went_back.connect(self.went_back)
        self._list.clicked.connect(self._take)

    def clear(self) -> None:
        """Begin with an empty box."""
        self.box.clear()

    def _search(self, text: str) -> None:
        self.changed.emit()
        self._accepting = False
        if text.strip():
            self._session.read(partial(_found, text=text), partial(self._show, text))
        else:
            self._show(text, ())

    def _show(self, text: str, hits: Sequence[Hit]) -> None:
        if text != self.box.query():
            return  # a later letter was typed meanwhile
        self._shown = text
        rows = [row_of(hit) for hit in hits]
        name = text.strip()
        if name and not self.box.preedit:
            words = tr("不在居民档案里的人，就用这个名字")
            rows.append(Row(_NOBODY, name, "", words, type=OUTSIDER))
        self._list.show_rows(rows)
        if rows:
            self._list.move_current(-len(rows))
        self._list.setFixedHeight(ROW_HEIGHT * len(rows) + 2)
        self._list.setVisible(bool(rows))
        if self._accepting:
            self._take()

    def _accept(self) -> None:
        if not self.box.text().strip():
            self.finished.emit()
        elif self._shown == self.box.query():
            self._take()
        else:
            self._accepting = True

    def _take(self, _at: object = None) -> None:
        self._accepting = False
        row = self._list.current()
        if row is None or not self._list.isVisible():
            return
        self.box.clear()
        if row.type == OUTSIDER:
            self.named.emit(row.title)
        else:
            self.picked.emit(row.id)


def _found(db: Connection, text: str) -> list[Hit]:
    return search(db, text, MOST, model=Resident)
