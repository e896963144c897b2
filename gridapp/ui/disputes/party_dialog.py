"""The dialog for what stands of one party of a dispute."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.models import DisputeParty, codes
from gridapp.models.kinds import CODES
from gridapp.models.record import Values, field_of, fields_of
from gridapp.store.database import Connection
from gridapp.ui.disputes.party_finder import PartyFinder
from gridapp.ui.forms.ask_form import Ask, AskForm, ChipEditor, yes_no
from gridapp.ui.forms.editors import ChoiceEditor, Editor, LineEditor
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.field_row import FieldRow
from gridapp.ui.widgets.frame import Foot, Scrolled
from gridapp.ui.widgets.text import Text
from gridapp.work import dispute_parties

CHIPS = frozenset({"side", "sex", "deputy_sex", "deputy_powers"})
FIRST = (
    ("side", False),  # its name, and whether it stands beside the one before
    ("name", False),
    ("sex", False),
    ("age", False),
    ("phones", True),
    ("address", False),
    ("deputy", False),
    ("main", True),
)
DEPUTY = (
    ("deputy_relation", False),
    ("deputy_phones", True),
    ("deputy_document", False),
    ("deputy_sex", False),
    ("deputy_address", False),
    ("deputy_powers", False),
    ("deputy_other", False),
    ("deputy_until", True),
)  # asked when there is a delegate
REST = (
    "occupation",
    "ethnicity",
    "education",
    "party_kind",
    "document_type",
    "document_number",
)
SEXES = frozenset({"1", "2"})


def party_asks(session: Session) -> list[Ask]:
    """Return what is asked of a party; what the papers need least comes last."""
    asks: list[Ask] = []
    for name, beside in (*FIRST, *DEPUTY, *((name, False) for name in REST)):
        field = field_of(DisputeParty, name)
        asks.append(
            Ask(
                name,
                field.label,
                _editor(session, name),
                required=field.required,
                beside=beside,
                more=name in REST,
            )
        )
    return asks


def _editor(session: Session, name: str) -> Editor:
    field = field_of(DisputeParty, name)
    if name == "main":
        return yes_no(session.theme, field.label)
    if name in CHIPS:
        table = codes.table(field.codes)
        sexes = field.codes == "sex"
        kept = [c for c in table.codes if not sexes or c in SEXES]
        options = [(code, table.name(code)) for code in kept]
        many = field.kind is CODES
        return ChipEditor(session.theme, field.label, options, many=many)
    return ChoiceEditor(session, field) if field.codes else LineEditor(field)


class PartyDialog(QDialog):
    """Asks who somebody is; `saved` gives the values, the caller accepts them."""

    saved = Signal(object)

    def __init__(
        self, session: Session, values: Mapping[str, Any], parent: QWidget, title: str
    ) -> None:
        """With no name in `values` the residents' files are offered first."""
        super().__init__(parent)
        self._session = session
        self._over = parent
        self._values: Values = dict(values)
        self.setWindowTitle(title)
        theme = session.theme
        self._finder = PartyFinder(session)
        self.form = AskForm(theme, party_asks(session))
        self._find_row = FieldRow(
            theme, tr("找居民"), self._finder, label_width=self.form.label_width
        )
        self._from_file = Text(
            tr("资料取自居民档案；在这里改的，只用在这件纠纷"), "faint"
        )
        self._error = Text("", "error", wrap=True)
        self._save = Button(theme, tr("保存 Ctrl+S"), "primary", icon="check")
        self._leave = Button(theme, tr("返回 Esc"))
        self._place()
        self._bind()
        new = not values.get("name")
        self._find_row.setVisible(new)
        self._show(self._values)
        if new:
            self._finder.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.form.focus("side")

    def _place(self) -> None:
        inside = QWidget()
        body = column(inside, (8, 8, 8, 8), 0)
        find = line(margins=(8, 0, 8, 0))  # as the rows of the form below
        find.addWidget(self._find_row)
        body.addLayout(find)
        body.addWidget(self._from_file)
        self._from_file.setContentsMargins(18, 4, 0, 4)
        body.addWidget(self.form, 1)
        scroll = Scrolled("form")
        scroll.setWidget(inside)
        box = column(self)
        box.addWidget(scroll, 1)
        footer = Foot()
        footer.row.addWidget(self._error, 1)
        footer.row.addWidget(self._leave)
        footer.row.addWidget(self._save)
        box.addWidget(footer)
        room = self._over.window().size()
        self.resize(min(700, room.width() - 40), min(560, room.height() - 30))

    def _bind(self) -> None:
        self._finder.picked.connect(self._take)
        self._finder.named.connect(self._name)
        self._finder.finished.connect(partial(self.form.focus, "side"))
        self.form.finished.connect(self._save.setFocus)
        self.form.changed.connect(self._ask_for_deputy)
        self._save.clicked.connect(self.save)
        self._leave.clicked.connect(self.reject)
        for keys in ("Ctrl+S", "Ctrl+Return"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.save)

    def _ask_for_deputy(self) -> None:
        """Ask about the delegate as soon as there is one."""
        named = bool(self.form.raw()["deputy"].strip())
        for name, _ in DEPUTY:
            self.form.ask_for(name, wanted=named)

    def save(self) -> None:
        """Hand over what was written, or show what is wrong."""
        try:
            values = self.form.values()
        except InvalidFields as error:
            self.refuse(error)
            return
        self.saved.emit({**self._values, **values})

    def refuse(self, error: Exception) -> None:
        """Show what is wrong with what was handed over."""
        if isinstance(error, InvalidFields):
            others = self.form.show_errors(error.messages)
            self._error.setText(tr("；").join(others) or tr("有几项要改，见红字"))
        else:
            self._session.messages.show_error(error)

    def reject(self) -> None:
        """Close; ask first when something was written and not kept."""
        question = tr("改过的内容还没有保存，要离开吗？")
        kept = self.form.raw() == self._before
        ask = self._session.messages.ask
        if kept or ask(question, tr("不保存"), tr("继续填写")):
            super().reject()

    def _take(self, resident_id: UUID) -> None:
        work = partial(_party, resident_id=resident_id)
        self._session.read(work, self._fill)

    def _fill(self, values: Values) -> None:
        side = self.form.editor("side").value()
        self._values |= values
        self.form.set_values(self._values | {"side": side or self._values.get("side")})
        self._from_file.setVisible("resident_id" in values)
        self.form.focus("side")

    def _name(self, name: str) -> None:
        self._fill({"name": name})

    def _show(self, values: Values) -> None:
        self.form.set_values(values)
        self._ask_for_deputy()
        self._before = self.form.raw()
        self._from_file.setVisible(bool(values.get("resident_id")))


def _party(db: Connection, resident_id: UUID) -> Values:
    found = dispute_parties.from_residents(db, [resident_id], dt.date.today())
    return found.get(resident_id, {})


def party_words(values: Mapping[str, Any]) -> str:
    """Return what a line says beside a party's name: 女  82 岁  138****0001."""
    parts: list[str] = []
    if values.get("sex"):
        parts.append(field_of(DisputeParty, "sex").format(values["sex"])[:1])
    if values.get("age") is not None:
        parts.append(tr("{age} 岁", age=values["age"]))
    if values.get("deputy"):
        parts.append(tr("代理人 {name}", name=values["deputy"]))
    if values.get("phones"):
        parts.append(field_of(DisputeParty, "phones").masked(values["phones"]))
    return "  ".join(parts)


def party_text(values: Mapping[str, Any]) -> dict[str, str]:
    """Return a party as texts by field, for a draft."""
    return {
        field.name: str(values[field.name])
        if field.target
        else field.format(values[field.name])
        for field in fields_of(DisputeParty)
        if values.get(field.name) is not None
    }


def party_of(texts: Mapping[str, str]) -> Values:
    """Return the party that `party_text` wrote down."""
    return {
        field.name: field.parse(texts[field.name])
        for field in fields_of(DisputeParty)
        if field.name in texts
    }


def sides() -> Sequence[tuple[str, str]]:
    """Return the sides of a dispute with their words."""
    table = codes.table(field_of(DisputeParty, "side").codes)
    return [(code, table.name(code)) for code in table.codes]
