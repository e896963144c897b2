"""The numbers at hand: masked, and shown in full once that stands in the journal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from PySide6.QtWidgets import QSizePolicy, QWidget

from gridapp.language import tr
from gridapp.models import Building, Contact, Resident
from gridapp.models.record import Record, field_of
from gridapp.ui.care.resident_file import ResidentFile
from gridapp.ui.care.revealing import CALL, reveal
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, Lines, line
from gridapp.ui.widgets.text import Text


@dataclass(frozen=True)
class Number:
    """Whose number it is, and where it stands."""

    who: str
    model: type[Record]
    record_id: UUID
    field: str
    phones: tuple[str, ...]

    @property
    def masked(self) -> str:
        """The number with its middle hidden."""
        return field_of(self.model, self.field).masked(self.phones)

    @property
    def whole(self) -> str:
        """The number as it is dialled."""
        return field_of(self.model, self.field).format(self.phones)


def numbers(file: ResidentFile) -> list[Number]:
    """Whom to ring: the person, the contacts in their order, the head of the house."""
    return list(_numbers(file))


def _numbers(file: ResidentFile) -> Iterator[Number]:
    person, building = file.person, file.stop.place.building
    if person.values["phones"]:
        yield Number(tr("本人"), Resident, person.id, "phones", person.values["phones"])
    for contact in person.contacts:
        if contact["phones"]:
            who = " ".join(w for w in (contact["relation"], contact["name"]) if w)
            yield Number(who, Contact, contact["id"], "phones", contact["phones"])
    if building and building["head_phones"]:
        who = tr("楼栋长 {name}", name=building["head_name"] or "").strip()
        phones = building["head_phones"]
        yield Number(who, Building, building["id"], "head_phones", phones)


class PhoneBook(Card):
    """The numbers of one person's file, each with a button that shows it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.box.addWidget(Text(tr("电话"), "section"))
        self._lines = Lines(gap=2)
        self.box.addWidget(self._lines)

    def show_file(self, file: ResidentFile) -> None:
        """Show whom to ring; hidden when no number is known."""
        found = numbers(file)
        self._lines.replace([self._line(one) for one in found])
        self.setVisible(bool(found))

    def _line(self, number: Number) -> QWidget:
        holder = QWidget()
        row = line(holder, gap=4)
        row.addWidget(Text(number.who, "note"))
        row.addStretch()
        words = Text(_lines(number.masked), "muted")
        row.addWidget(words)
        tip = tr("显示{who}的完整电话（会记入日志）", who=number.who)
        eye = Button(self._session.theme, "", "small", icon="eye", tip=tip)
        eye.setFixedSize(36, 34)
        eye.clicked.connect(partial(self._reveal, number, words, eye))
        row.addWidget(eye)
        return holder

    def _reveal(self, number: Number, words: Text, eye: Button) -> None:
        """Show a number once its showing stands in the journal."""

        def shown(_: None) -> None:
            words.setText(_lines(number.whole))
            words.setProperty("role", "strong")
            words.style().unpolish(words)
            words.style().polish(words)
            eye.hide()

        work = partial(
            reveal,
            kind=number.model.__tablename__,
            record_id=number.record_id,
            label=field_of(number.model, number.field).label,
            purpose=CALL,
        )
        self._session.write(work, shown)


def _lines(phones: str) -> str:
    """Each number on a line of its own."""
    return phones.replace("、", "\n")
