"""A field for a door: those on file are offered, one that is new is made on saving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridapp.language import tr
from gridapp.models import Dwelling
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.store.search import Hit, search
from gridapp.ui.find_popup import row_of
from gridapp.ui.session import Session
from gridapp.ui.widgets.card import column
from gridapp.ui.widgets.entry import FindField
from gridapp.ui.widgets.rows import Row, RowList
from gridapp.ui.widgets.text import Text
from gridapp.work.doors import Door, door_of_dwelling, read_door
from gridapp.work.households import heads_behind_door

MOST = 4
ROW_HEIGHT = 60


@dataclass(frozen=True)
class Found:
    """What a typed door is: the door itself, doors like it, and who lives there."""

    door: Door | None
    hits: tuple[Hit, ...]
    homes: tuple[tuple[UUID, str], ...] = ()
    tenure: str | None = None


class DoorPicker(QWidget):
    """Type 5-1-201, or choose below; `changed` tells what the door is."""

    finished = Signal()
    changed = Signal(object)  # Found, or None while it is no door

    def __init__(self, session: Session, name: str, near: UUID | None) -> None:
        """`near` is a building: of two with one number that of its estate is meant."""
        super().__init__()
        self._session = session
        self._near = near
        self._found: Found | None = None
        self._taken = ""
        self._walked = False  # with the arrow keys into the doors that are offered
        self.setAccessibleName(name)
        self.box = FindField(session.theme, name, tr("楼号-单元-房号，如 3-2-501"))
        self._list = RowList(session.theme, tr("{name}：候选", name=name))
        self._list.hide()
        self._said = Text("", "muted", wrap=True)
        self._said.hide()
        inside = column(self, gap=4)
        for part in (self.box, self._list, self._said):
            inside.addWidget(part)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setFocusProxy(self.box)
        self.box.searched.connect(self._search)
        self.box.moved.connect(self._walk)
        self.box.finished.connect(self._accept)
        self._list.clicked.connect(self._click)

    def door(self) -> Door | None:
        """Return the door that is written, or None while it is none."""
        return self._found.door if self._found else None

    def text(self) -> str:
        """Return what is written."""
        return self.box.text()

    def set_text(self, door: str) -> None:
        """Write a door as if it had been chosen."""
        self._taken = door
        self.box.setText(door)
        self._read(door)

    def _search(self, text: str) -> None:
        if text != self._taken:
            self._taken = ""
            self._read(text)

    def _read(self, text: str) -> None:
        work = partial(read_found, text=text, near=self._near)
        self._session.read(work, partial(self._show, text))

    def _show(self, text: str, found: Found) -> None:
        if text != self.box.query():
            return
        self._found = found
        door = found.door
        taken = bool(self._taken) or (door is not None and door.known)
        rows = [] if taken else [row_of(hit) for hit in found.hits]
        self._walked = False
        self._list.show_rows(rows)
        self._list.setFixedHeight(ROW_HEIGHT * len(rows) + 2)
        self._list.setVisible(bool(rows))
        self._said.setText(self._words(text, found))
        self._said.setVisible(bool(self._said.text()))
        self.changed.emit(found if door else None)

    def _words(self, text: str, found: Found) -> str:
        if found.door is None:
            written = text.strip() and not found.hits
            return (
                tr("没有找到“{text}”，门牌请写成 3-2-501", text=text) if written else ""
            )
        if not found.door.known:
            return tr("{door} 还没有登记，保存时会新建", door=found.door.words)
        if not found.homes:
            return tr("{door} 现在没有人住", door=found.door.words)
        names = tr("、").join(name for _, name in found.homes)
        return tr("{door} 现在住着 {names}", door=found.door.words, names=names)

    def _walk(self, steps: int) -> None:
        """Choose among the doors offered: Enter then takes that one."""
        if self._walked:
            self._list.move_current(steps)
        self._walked = self._list.isVisible()

    def _click(self) -> None:
        self._walked = True
        self._accept()

    def _accept(self) -> None:
        """Take the chosen door; a whole door that was typed stays as it is."""
        row = self._list.current()
        written = self._found is not None and self._found.door is not None
        asked = self._walked or not written
        if self._list.isVisible() and row is not None and asked:
            self._take(row)
        self._list.hide()
        self.finished.emit()

    def _take(self, row: Row) -> None:
        work = partial(door_of_dwelling, dwelling_id=row.id)
        self._session.read(work, self.set_text)


def read_found(db: Connection, text: str, near: UUID | None) -> Found:
    """Return what a typed door is, with who lives behind it."""
    hits = tuple(search(db, text, MOST, model=Dwelling)) if text.strip() else ()
    door = read_door(db, text, near)
    if door is None or door.dwelling_id is None:
        return Found(door, hits)
    dwelling = records.get(db, Dwelling, door.dwelling_id)
    homes: Sequence[tuple[UUID, str]] = heads_behind_door(db, door.dwelling_id)
    return Found(door, hits, tuple(homes), dwelling["tenure"] if dwelling else None)
