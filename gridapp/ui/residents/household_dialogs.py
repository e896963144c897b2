"""户主和关系, and entering somebody into a household."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.models import Resident, codes
from gridapp.ui.forms.act_dialog import ActDialog, Work
from gridapp.ui.forms.record_picker import RecordPicker
from gridapp.ui.session import Session
from gridapp.ui.widgets.combo import Combo
from gridapp.ui.widgets.options import OptionRow
from gridapp.work.households import HouseholdFile, add_member, set_relations
from gridapp.work.relations import HEADS, after_head


def relation_choices(*, heads: bool) -> list[tuple[str, str]]:
    """Return the relations of the standard; without `heads` none that is 户主."""
    table = codes.table("relation")
    return [(one, table.name(one)) for one in table.codes if heads or one not in HEADS]


class RelationsDialog(ActDialog):
    """Who heads the household, and how each of the others is related to them."""

    def __init__(self, session: Session, file: HouseholdFile, parent: QWidget) -> None:
        title = tr("户主和关系")
        super().__init__(session, title, tr("保存 Ctrl+S"), parent)
        self._file = file
        self._people = file.here
        names = [(one.id.hex, one.name) for one in self._people]
        self._head = OptionRow(session.theme, tr("户主"), names)
        current = next((one.id.hex for one in self._people if one.head), None)
        self._head.set_values([current] if current else [])
        self.say(tr("换了户主，能确定的关系会自动换好，其余请补上。"))
        self.add_row("head", tr("户主"), self._head, self._head.finished, required=True)
        self._relations: dict[UUID, Combo] = {}
        for one in self._people:
            words = tr("{name}与户主的关系", name=one.name)
            combo = Combo(session.theme, words, relation_choices(heads=False))
            combo.set_value(one.values["relation"])
            self._relations[one.id] = combo
            self.add_row(one.id.hex, one.name, combo, combo.finished)
        self.form.addStretch()
        self._head.changed.connect(self._on_head)
        self._show_rows()
        self.watch(self._held)
        self.fit(600, 520)
        self._head.focus_first()

    def _held(self) -> object:
        return self._head.value(), [one.value() for one in self._relations.values()]

    def _on_head(self) -> None:
        chosen = self._head.value()
        if chosen is not None:
            rows = [one.values for one in self._people]
            for key, code in after_head(rows, UUID(hex=chosen)).items():
                with QSignalBlocker(self._relations[key]):
                    self._relations[key].set_value(code)
        self._show_rows()

    def _show_rows(self) -> None:
        chosen = self._head.value()
        for key in self._relations:
            self.show_row(key.hex, key.hex != chosen)

    def work(self) -> Work:
        chosen = self._head.value()
        if chosen is None:
            raise InvalidFields({"head": tr("选一位户主")})
        return partial(
            set_relations,
            household_id=self._file.id,
            head_id=UUID(hex=chosen),
            relations={key: one.value() for key, one in self._relations.items()},
        )


class MemberDialog(ActDialog):
    """Enters somebody who is on file already into this household."""

    def __init__(self, session: Session, file: HouseholdFile, parent: QWidget) -> None:
        title = tr("把已有居民登记到这户")
        super().__init__(session, title, tr("登记到这户 Ctrl+S"), parent)
        self._file = file
        self.say(tr("只改登记在哪一户，不记搬家；真的搬来的，请在他的档案里用“搬家”。"))
        self._who = RecordPicker(session, Resident, tr("居民"))
        self._relation = Combo(
            session.theme, tr("与户主关系"), relation_choices(heads=True)
        )
        self.add_row("who", tr("居民"), self._who, self._who.finished, required=True)
        self.add_row(
            "relation", tr("与户主关系"), self._relation, self._relation.finished
        )
        self.form.addStretch()
        self.fit(600, 460)
        self._who.setFocus()

    def work(self) -> Work:
        who = self._who.value()
        if who is None:
            raise InvalidFields({"who": tr("输入姓名、拼音首字母或门牌，选一位居民")})
        return partial(
            add_member,
            household_id=self._file.id,
            resident_id=who,
            relation=self._relation.value(),
        )
