"""A field that refers to another record: type part of its name and choose it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridapp.language import tr
from gridapp.models import Resident
from gridapp.models.record import Record
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.store.search import Hit, search
from gridapp.ui.find_popup import row_of
from gridapp.ui.session import Session
from gridapp.ui.widgets.card import column
from gridapp.ui.widgets.entry import FindField
from gridapp.ui.widgets.rows import Row, RowList
from gridapp.ui.widgets.text import Text

MOST = 4


class RecordPicker(QWidget):
    """The chosen record's name; while one types, the best matches below it."""

    finished = Signal()
    went_back = Signal()

    def __init__(self, session: Session, model: type[Record], name: str) -> None:
        super().__init__()
        self._session = session
        self._model = model
        self._chosen: UUID | None = None
        self._words = ""
        self.setAccessibleName(name)
        hint = tr("输入{title}的名称、拼音首字母或门牌来选", title=model.title)
        if model is Resident:
            hint = tr("输入姓名、拼音首字母或门牌来选")
        self.box = FindField(session.theme, name, hint)
        self._list = RowList(session.theme, tr("{name}：候选", name=name))
        self._list.hide()
        self._none = Text("", "faint")
        self._none.hide()
        inside = column(self, gap=4)
        for part in (self.box, self._list, self._none):
            inside.addWidget(part)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setFocusProxy(self.box)
        self.box.searched.connect(self._search)
        self.box.moved.connect(self._list.move_current)
        self.box.finished.connect(self._accept)
        self.box.went_back.connect(self.went_back)
        self._list.clicked.connect(self._accept)

    def value(self) -> UUID | None:
        """Return the id of the chosen record."""
        return self._chosen

    def set_value(self, record_id: UUID | None) -> None:
        """Choose a record by its id."""
        self._chosen = record_id
        if record_id is None:
            self._show_words("")
        else:
            self._session.read(
                partial(_label, model=self._model, record_id=record_id),
                self._show_words,
            )

    def _search(self, text: str) -> None:
        if text == self._words:
            return
        self._chosen = None
        if text.strip():
            work = partial(_found, text=text, model=self._model)
            self._session.read(work, partial(self._show, text))
        else:
            self._show(text, [])

    def _show(self, text: str, hits: Sequence[Hit]) -> None:
        if text != self.box.query():
            return
        self._list.show_rows([row_of(hit) for hit in hits])
        self._list.setFixedHeight(60 * len(hits) + 2)
        self._list.setVisible(bool(hits))
        self._none.setText(tr("没有找到“{text}”", text=text))
        self._none.setVisible(bool(text.strip()) and not hits)

    def _accept(self) -> None:
        row = self._list.current()
        if self._list.isVisible() and row is not None:
            self._take(row)
        self.finished.emit()

    def _take(self, row: Row) -> None:
        self._chosen = row.id
        self._show_words(" ".join(word for word in (row.title, row.detail) if word))

    def _show_words(self, words: str) -> None:
        self._words = words
        self.box.setText(words)
        self._list.hide()
        self._none.hide()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.box.selectAll()


def _found(db: Connection, text: str, model: type[Record]) -> list[Hit]:
    return search(db, text, MOST, model=model)


def _label(db: Connection, model: type[Record], record_id: UUID) -> str:
    return records.labels(db, model, [record_id]).get(record_id, "")
