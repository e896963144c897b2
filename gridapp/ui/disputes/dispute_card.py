"""The file of one dispute at the right of the list, and the forms of its acts."""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.models import Dispute
from gridapp.models.record import Record, Values
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.store.undo import Done, noted, take_back
from gridapp.store.vault import Writing
from gridapp.ui.disputes import dispute_acts, dispute_drafts
from gridapp.ui.disputes.case_form import CaseForm
from gridapp.ui.disputes.dispute_acts import (
    ACTS,
    ADD,
    EDIT,
    FILE,
    INQUIRE,
    PAPERS,
    PART,
    PRINT,
    Act,
)
from gridapp.ui.disputes.dispute_answers import Write
from gridapp.ui.disputes.dispute_facts import Doings
from gridapp.ui.disputes.dispute_parties import PartyDoings
from gridapp.ui.disputes.dispute_view import CaseView
from gridapp.ui.disputes.dispute_words import missing_words
from gridapp.ui.forms.ask_form import AskForm
from gridapp.ui.photos.photo_view import PhotoView
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.card import Card
from gridapp.ui.widgets.text import Text
from gridapp.work.dispute_cases import CaseFile, case_file
from gridapp.work.mediation_papers import BLANK


class DisputeCard(Card):
    """Shows a dispute, and in its place the form of what is being done with it."""

    resident_asked = Signal(object)
    print_asked = Signal(str, object)  # name of a sheet, ids of its records
    said = Signal(str, object)
    working = Signal(bool)  # whether a form stands in place of the file
    finished = Signal()  # what was begun is saved or given up
    left = Signal()  # back to the list

    def __init__(self, session: Session) -> None:
        super().__init__((1, 1, 1, 1), 0)
        self._session = session
        self._case: CaseFile | None = None
        self._width = Width.WIDE
        self._form: CaseForm | None = None
        self._act = ""
        people = PartyDoings(session, self)
        people.written.connect(self._on_written)
        people.resident_asked.connect(self.resident_asked)
        self._people = people
        doings = Doings(
            add=people.add,
            edit=people.edit,
            drop=people.drop,
            open=people.open,
            reveal=people.reveal,
            change=partial(self.start, EDIT),
            file=partial(self.start, FILE),
            add_paper=partial(self.start, ADD),
            change_part=self._start_part,
            drop_part=self._drop_part,
        )
        self._view = CaseView(session.theme, doings)
        self._empty = Text(tr("在左边选一件纠纷，或按 F7 登记新的纠纷。"), "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._view)
        self.box.addWidget(self._stack)
        self._view.act_asked.connect(self.start)
        self._view.drop_asked.connect(self.drop)
        self._view.left.connect(self.left)
        self._view.photos_asked.connect(self._show_photos)
        self._view.part_asked.connect(self._start_part)

    @property
    def dispute_id(self) -> UUID | None:
        """Return which dispute is shown."""
        return self._case.dispute["id"] if self._case else None

    @property
    def busy(self) -> bool:
        """Return whether a form is open."""
        return self._form is not None

    def show_case(self, case: CaseFile | None) -> None:
        """Show a dispute; None shows how to begin. An open form stays as it is."""
        self._case = case
        self._people.case = case
        if case is not None:
            self._view.show_case(case, dt.date.today())
        if self._form is None:
            self._stack.setCurrentWidget(self._empty if case is None else self._view)

    def start(self, act: str) -> None:
        """Open the form of an act that may be done now."""
        case = self._case
        if case is None or (self._form is not None and self._act == act):
            return
        known = {one.act for one in case.steps} | {EDIT, FILE, ADD}
        if case.may_inquire:
            known.add(INQUIRE)
        if act == PRINT:
            self._open(act, PAPERS)
        elif act in known:
            self._open(act, ACTS[act])

    def _start_part(self, part_id: UUID) -> None:
        case = self._case
        act = dispute_acts.part_act(case, part_id) if case else None
        if self._form is None and act is not None:
            self._open(f"{PART}-{part_id.hex}", act)

    def _drop_part(self, model: type[Record], part_id: UUID, name: str) -> None:
        work = partial(records.delete, model=model, record_id=part_id)
        words = tr("已移入回收站：{name}", name=name)
        done = partial(self._on_written, words)
        self._session.write(partial(noted, work=work), done)

    def _open(self, name: str, act: Act) -> None:
        case = self._case
        if case is None:
            return
        self.close_form()
        today = dt.date.today()
        asked = AskForm(self._session.theme, act.asks(self._session, case))
        asked.said.connect(self.said)
        key = "" if act is PAPERS else dispute_drafts.act_key(case.dispute["id"], name)
        form = CaseForm(self._session, asked, act.title, key, act.verb)
        form.about.setText(case.dispute["name"])
        form.say_notice(act.notice(case, today))
        form.set_width(self._width)
        form.filled.connect(partial(self._filled, name, act, form))
        form.left.connect(self._on_left)
        asked.changed.connect(partial(act.follow, asked))
        if act is PAPERS:
            asked.changed.connect(partial(self._say_missing, case, form))
        self._form, self._act = form, name
        self._stack.addWidget(form)
        self._stack.setCurrentWidget(form)
        self.working.emit(True)
        form.begin(act.begin(case, today), act.first)
        act.follow(asked)
        if act is PAPERS:
            self._say_missing(case, form)

    def _say_missing(self, case: CaseFile, form: CaseForm) -> None:
        sheet = form.form.editor("sheet").value()
        form.say_notice(missing_words(case.papered, sheet) if sheet else "")

    def _filled(self, name: str, act: Act, form: CaseForm, values: Values) -> None:
        case = self._case
        if case is None:
            return
        if name == PRINT:
            self._print(case, form, values["sheet"])
            return
        try:
            write = act.write(case, values)
        except InvalidFields as error:
            form.refuse(error)
            return
        follows = dispute_acts.next_act(name, values, case)
        key = dispute_drafts.act_key(case.dispute["id"], name)
        work = partial(_written, work=write, key=key)
        words = tr("{said}：{name}", said=act.said, name=case.dispute["name"])
        done = partial(self._done, form, words, follows)
        self._session.write(work, done, form.refuse)

    def _done(self, form: CaseForm, words: str, follows: str, done: Done) -> None:
        form.end()
        self.close_form()
        self._say_done(words, done)
        if follows:
            self.reload(partial(self.start, follows))
        else:
            self._view.focus_steps()
            self.finished.emit()

    def _print(self, case: CaseFile, form: CaseForm, sheet: str) -> None:
        form.end()
        self.close_form()
        ids = () if sheet == BLANK else (case.dispute["id"],)
        self.print_asked.emit(sheet, ids)

    def _say_done(self, words: str, done: Done) -> None:
        self.said.emit(words, partial(self._take_back, done))

    def _take_back(self, done: Done) -> None:
        def taken(_: None) -> None:
            self.said.emit(tr("已撤销"), None)

        self._session.write(partial(take_back, span=done), taken)

    def _show_photos(self) -> None:
        if self._case is not None:
            photos = self._case.photos
            PhotoView(self._session, photos, 0, self, removable=False).open()

    def drop(self) -> None:
        """Put the dispute into the recycle bin."""
        case = self._case
        if case is None or self.busy:
            return
        dispute_id, name = case.dispute["id"], case.dispute["name"]
        work = partial(records.delete, model=Dispute, record_id=dispute_id)
        words = tr("已移入回收站：{name}", name=name)
        done = partial(self._say_done, words)
        self._session.write(partial(noted, work=work), done)

    def _on_written(self, words: str, done: Done) -> None:
        self._say_done(words, done)
        self.reload()

    def reload(self, then: object = None) -> None:
        """Read the dispute again, then call `then`."""
        if self.dispute_id is None:
            return
        work = partial(_read, dispute_id=self.dispute_id)
        self._session.read(work, partial(self._reloaded, then))

    def _reloaded(self, then: object, case: CaseFile | None) -> None:
        self.show_case(case)
        if callable(then) and case is not None:
            then()

    def _on_left(self) -> None:
        self.close_form()
        self._view.focus_steps()
        self.finished.emit()

    def close_form(self) -> None:
        """Go back to the file; what is half written is kept."""
        form = self._form
        if form is None:
            return
        form.keep()
        form.end()
        self._form, self._act = None, ""
        self._stack.removeWidget(form)
        form.hide()
        form.deleteLater()
        self._stack.setCurrentWidget(self._view if self._case else self._empty)
        self.working.emit(False)

    def leave(self) -> None:
        """Keep what is half written: the window closes."""
        if self._form is not None:
            self._form.keep()

    def focus_start(self) -> None:
        """Put the keyboard into the open form, else on the usual next step."""
        if self._form is not None:
            self._form.focus_start()
        else:
            self._view.focus_steps()

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window."""
        self._width = width
        self._view.set_width(width)
        if self._form is not None:
            self._form.set_width(width)


def _written(tx: Writing, work: Write, key: str) -> Done:
    done = noted(tx, work)
    dispute_drafts.drop(tx, key)
    return done


def _read(db: Connection, dispute_id: UUID) -> CaseFile | None:
    return case_file(db, dispute_id, dt.date.today())
