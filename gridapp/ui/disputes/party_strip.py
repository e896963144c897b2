"""The parties of a dispute that is being registered: found, added, put on a side."""

from __future__ import annotations

import datetime as dt
import json
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridapp.language import tr
from gridapp.models.record import Values
from gridapp.store.database import Connection
from gridapp.ui.disputes.party_dialog import (
    PartyDialog,
    party_of,
    party_text,
    party_words,
    sides,
)
from gridapp.ui.disputes.party_finder import PartyFinder
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Lines, column, line
from gridapp.ui.widgets.text import Text
from gridapp.work import dispute_parties

LEAST = dispute_parties.LEAST


class PartyStrip(QWidget):
    """A search box, and a line for each party that was added."""

    changed = Signal()
    finished = Signal()
    went_back = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._parties: list[Values] = []
        self._rows: list[QWidget] = []
        self.finder = PartyFinder(session)
        self._lines = Lines(gap=2)
        box = column(self, gap=4)
        box.addWidget(self.finder)
        box.addWidget(self._lines)
        self._lines.hide()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setFocusProxy(self.finder)
        self.finder.picked.connect(self._add_resident)
        self.finder.named.connect(self._add_named)
        self.finder.finished.connect(self.finished)
        self.finder.went_back.connect(self.went_back)

    def parties(self) -> list[Values]:
        """Return those who were added, in order."""
        return [dict(one) for one in self._parties]

    def set_parties(self, parties: list[Values]) -> None:
        """Show these parties."""
        self._parties = [dict(one) for one in parties]
        self._draw()

    def _add_resident(self, resident_id: UUID) -> None:
        self._session.read(partial(_party, resident_id=resident_id), self._add)

    def _add_named(self, name: str) -> None:
        self._add({"name": name})

    def _add(self, values: Values | None) -> None:
        if values is None:
            return
        known = [one.get("resident_id") for one in self._parties]
        if values.get("resident_id") and values["resident_id"] in known:
            return
        side = "applicant" if not self._parties else "respondent"
        self._parties.append({"side": side, **values})
        self._draw()
        self.changed.emit()

    def _draw(self) -> None:
        self._rows = [self._line(number) for number in range(len(self._parties))]
        self._lines.replace(self._rows)
        self._lines.setVisible(bool(self._rows))

    def _line(self, number: int) -> QWidget:
        party, theme = self._parties[number], self._session.theme
        row = QWidget()
        across = line(row, gap=8)
        words = dict(sides())[party["side"]]
        turn = tr("按一下换一方")
        side = Button(theme, words, "chip", icon="arrow-left-right", tip=turn)
        side.setAccessibleName(
            tr("{name}：{side}，按一下换一方", name=party["name"], side=words)
        )
        side.setFixedWidth(132)
        side.clicked.connect(partial(self._turn, number))
        across.addWidget(side)
        across.addWidget(Text(party["name"], "strong"))
        across.addWidget(Text(party_words(party), "muted"))
        across.addStretch()
        detail = tr("补充{name}的资料", name=party["name"])
        edit = Button(theme, tr("补充"), "small", icon="pencil", tip=detail)
        edit.setAccessibleName(detail)
        edit.clicked.connect(partial(self._edit, number))
        gone = tr("去掉{name}", name=party["name"])
        drop = Button(theme, "", "small", icon="x", tip=gone)
        drop.setFixedSize(36, 34)
        drop.clicked.connect(partial(self._drop, number))
        across.addWidget(edit)
        across.addWidget(drop)
        return row

    def _turn(self, number: int) -> None:
        codes = [code for code, _ in sides()]
        now = codes.index(self._parties[number]["side"])
        self._parties[number]["side"] = codes[(now + 1) % len(codes)]
        self._changed(number, 0)

    def _edit(self, number: int) -> None:
        title = tr("当事人资料")
        dialog = PartyDialog(self._session, self._parties[number], self, title)
        dialog.saved.connect(partial(self._put, number, dialog))
        dialog.open()

    def _put(self, number: int, dialog: PartyDialog, values: Values) -> None:
        self._parties[number] = values
        if values.get("main"):
            for other in self._parties:
                other["main"] = other is values
        dialog.accept()
        self._changed(number, 1)

    def _drop(self, number: int) -> None:
        del self._parties[number]
        self._draw()
        self.changed.emit()
        self.finder.setFocus()

    def _changed(self, number: int, button: int) -> None:
        """Draw the lines again; the keyboard stays on the same button."""
        self._draw()
        self.changed.emit()
        row = self._rows[number]
        row.show()  # what is not shown yet takes no keyboard
        row.findChildren(Button)[button].setFocus()


class PartiesEditor:
    """The strip as a question of a form."""

    def __init__(self, session: Session) -> None:
        self.widget = PartyStrip(session)

    @property
    def finished(self) -> SignalInstance:
        return self.widget.finished

    @property
    def changed(self) -> SignalInstance:
        return self.widget.changed

    def value(self) -> Any:
        parties = self.widget.parties()
        if len(parties) < LEAST:
            raise ValueError(tr("当事人至少要有两方，请再加上一位"))
        return parties

    def set_value(self, value: Any) -> None:
        self.widget.set_parties(value or [])

    def raw(self) -> str:
        return json.dumps([party_text(one) for one in self.widget.parties()])

    def restore(self, text: str) -> None:
        self.widget.set_parties([party_of(one) for one in json.loads(text)])


def _party(db: Connection, resident_id: UUID) -> Values | None:
    found = dispute_parties.from_residents(db, [resident_id], dt.date.today())
    return found.get(resident_id)
