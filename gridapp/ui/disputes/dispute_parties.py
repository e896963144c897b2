"""What the buttons beside the parties of a dispute do."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.models import DisputeParty
from gridapp.models.record import Values, fields_of
from gridapp.store.undo import Done, noted
from gridapp.ui.care.revealing import CASE, reveal
from gridapp.ui.disputes.dispute_answers import Write
from gridapp.ui.disputes.dispute_facts import contact_words
from gridapp.ui.disputes.party_dialog import PartyDialog
from gridapp.ui.session import Session
from gridapp.ui.widgets.text import Text
from gridapp.work import dispute_parties
from gridapp.work.dispute_cases import CaseFile

FIELDS = tuple(one.name for one in fields_of(DisputeParty) if one.name != "dispute_id")


class PartyDoings(QObject):
    """Adds, changes, takes out and reveals the parties of `case`."""

    written = Signal(str, object)  # what was done, and what takes it back
    resident_asked = Signal(object)

    def __init__(self, session: Session, over: QWidget) -> None:
        """Show dialogs over the window of `over`."""
        super().__init__(over)
        self.case: CaseFile | None = None
        self._session = session
        self._over = over

    def add(self) -> None:
        """Ask for one more party."""
        if self.case is None:
            return
        title = tr("加当事人")
        begun = {"side": "respondent"}
        dialog = PartyDialog(self._session, begun, self._over, title)
        dialog.saved.connect(partial(self._add, dialog, self.case))
        dialog.open()

    def _add(self, dialog: PartyDialog, case: CaseFile, values: Values) -> None:
        work = partial(
            dispute_parties.add_party, dispute_id=case.dispute["id"], values=values
        )
        words = tr("已加当事人：{name}", name=values["name"])
        self._write(work, words, dialog)

    def edit(self, party: Values) -> None:
        """Ask what stands of a party."""
        title = tr("当事人资料")
        known = {name: party[name] for name in FIELDS}
        dialog = PartyDialog(self._session, known, self._over, title)
        dialog.saved.connect(partial(self._change, dialog, party))
        dialog.open()

    def _change(self, dialog: PartyDialog, party: Values, values: Values) -> None:
        work = partial(
            dispute_parties.change_party, party_id=party["id"], values=values
        )
        words = tr("已改好：{name} 的资料", name=values["name"])
        self._write(work, words, dialog)

    def drop(self, party: Values) -> None:
        """Take a party out of the dispute."""
        work = partial(dispute_parties.drop_party, party_id=party["id"])
        self._write(work, tr("已移出：{name}", name=party["name"]), None)

    def open(self, party: Values) -> None:
        """Ask for the file of a party who is a resident."""
        self.resident_asked.emit(party["resident_id"])

    def reveal(self, party: Values, words: Text) -> None:
        """Show what is private once its showing stands in the journal."""

        def shown(_: None) -> None:
            if words in self._over.findChildren(Text):
                words.setText(contact_words(party, masked=False))

        work = partial(
            reveal,
            kind="dispute_party",
            record_id=party["id"],
            label=tr("联系方式、住址、证件"),
            purpose=CASE,
        )
        self._session.write(work, shown)

    def _write(self, work: Write, words: str, dialog: PartyDialog | None) -> None:
        def done(found: Done) -> None:
            if dialog is not None:
                dialog.accept()
            self.written.emit(words, found)

        failed = dialog.refuse if dialog else None
        self._session.write(partial(noted, work=work), done, failed)
