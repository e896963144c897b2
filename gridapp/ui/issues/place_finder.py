"""A field for a place: a building, a door or a person by search, or free words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridapp.language import tr
from gridapp.models import Building, Dwelling, Household
from gridapp.store import agenda, records
from gridapp.store.database import Connection
from gridapp.store.search import Hit, search
from gridapp.store.search_rows import door_text
from gridapp.ui.find_popup import row_of
from gridapp.ui.session import Session
from gridapp.ui.widgets.card import column
from gridapp.ui.widgets.entry import FindField
from gridapp.ui.widgets.rows import Row, RowList
from gridapp.ui.widgets.text import Text
from gridapp.work.due import door_of

MOST = 3
ROW_HEIGHT = 60
FOUND = frozenset({"resident", "dwelling", "household"})


@dataclass(frozen=True)
class Spot:
    """Where something is: words, and what of the estate they name."""

    words: str = ""  # as the field shows it
    place: str = ""  # as it is kept
    building_id: UUID | None = None
    resident_id: UUID | None = None

    @classmethod
    def written(cls, words: str) -> Spot:
        """Return a place in free words."""
        return cls(words, words)


class PlaceEditor:
    """The finder as a question of a form; its draft is what was chosen."""

    def __init__(self, session: Session, name: str) -> None:
        self.widget = PlaceFinder(session, name)

    @property
    def finished(self) -> SignalInstance:
        return self.widget.finished

    @property
    def changed(self) -> SignalInstance:
        return self.widget.changed

    def value(self) -> Spot:
        """Return the place."""
        return self.widget.spot()

    def set_value(self, value: Spot | None) -> None:
        """Show a place."""
        self.widget.set_spot(value or Spot())

    def raw(self) -> str:
        """Return the place as text."""
        spot = self.value()
        ids = (spot.building_id, spot.resident_id)
        return json.dumps(
            [spot.words, spot.place, *(one.hex if one else "" for one in ids)],
            ensure_ascii=False,
        )

    def restore(self, text: str) -> None:
        """Show a place that `raw` gave."""
        words, place, *ids = json.loads(text)
        building, resident = (UUID(one) if one else None for one in ids)
        self.set_value(Spot(words, place, building, resident))


class PlaceFinder(QWidget):
    """While one types, the best matches stand below; what matches none stays as
    written."""

    finished = Signal()
    went_back = Signal()
    changed = Signal()

    def __init__(self, session: Session, name: str) -> None:
        super().__init__()
        self._session = session
        self._spot = Spot()
        self.setAccessibleName(name)
        hint = tr("楼栋、门牌、姓名都能查；也可以直接写地点")
        self.box = FindField(session.theme, name, hint)
        self._list = RowList(session.theme, tr("{name}：候选", name=name))
        self._list.hide()
        self._note = Text("", "faint")
        self._note.hide()
        inside = column(self, gap=4)
        for part in (self.box, self._list, self._note):
            inside.addWidget(part)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setFocusProxy(self.box)
        self.box.searched.connect(self._search)
        self.box.moved.connect(self._list.move_current)
        self.box.finished.connect(self._go_on)
        self.box.went_back.connect(self.went_back)
        self._list.clicked.connect(self._choose)

    def spot(self) -> Spot:
        """Return what was chosen, else what is written."""
        text = self.box.text().strip()
        return self._spot if self._spot.words == text else Spot.written(text)

    def set_spot(self, spot: Spot) -> None:
        """Show a place."""
        self._spot = spot
        self.box.setText(spot.words)
        self._close()

    def _search(self, text: str) -> None:
        self.changed.emit()
        if text.strip() == self._spot.words or not text.strip():
            self._close()
            return
        self._session.read(partial(_found, text=text), partial(self._show, text))

    def _show(self, text: str, hits: Sequence[Hit]) -> None:
        if text != self.box.query() or text.strip() == self._spot.words:
            return
        self._list.show_rows([row_of(hit) for hit in hits])
        self._list.clearSelection()
        self._list.setCurrentIndex(self._list.rootIndex())
        self._list.setFixedHeight(ROW_HEIGHT * len(hits) + 2)
        self._list.setVisible(bool(hits))
        self._note.setText(tr("按 ↓ 选一个；直接回车就用写的字"))
        self._note.setVisible(bool(hits))

    def _go_on(self) -> None:
        row = self._list.current()
        if self._list.isVisible() and row is not None:
            self._choose()
        else:
            self._close()
        self.finished.emit()

    def _choose(self) -> None:
        row = self._list.current()
        if row is not None:
            self._pick(row)

    def _pick(self, row: Row) -> None:
        self._close()
        self._session.read(
            partial(_place_of, kind=row.type, record_id=row.id), self._take
        )

    def _take(self, spot: Spot | None) -> None:
        if spot is not None:
            self.set_spot(spot)
            self.changed.emit()

    def _close(self) -> None:
        self._list.hide()
        self._note.hide()


def _found(db: Connection, text: str) -> list[Hit]:
    """Return the best matches, buildings before doors and people."""
    hits = search(db, text, MOST - 1, model=Building)
    hits += [hit for hit in search(db, text, MOST * 3) if hit.type in FOUND]
    return hits[:MOST]


def _place_of(db: Connection, kind: str, record_id: UUID) -> Spot | None:
    """Return the place a found record names."""
    if kind == "building":
        number = records.labels(db, Building, [record_id]).get(record_id, "")
        words = tr("{number}号楼", number=number) if number.isdecimal() else number
        return Spot(words, words, record_id)
    if kind == "resident":
        person = agenda.persons(db, [record_id]).get(record_id)
        if person is None:
            return None
        door = door_of(person)
        home = agenda.building_of(db, record_id)
        return Spot(f"{door} {person.name}".strip(), door, home, record_id)
    if kind == "household":
        home = records.get(db, Household, record_id)
        record_id = home["dwelling_id"] if home else record_id
    door = records.get(db, Dwelling, record_id) if record_id else None
    if door is None:
        return None
    number = records.labels(db, Building, [door["building_id"]])
    words = door_text(number.get(door["building_id"]), door["unit"], door["room"])
    return Spot(words, words, door["building_id"])
