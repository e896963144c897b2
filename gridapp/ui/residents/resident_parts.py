"""Plans, tags, contacts and visits of a file: added, changed, ended, deleted."""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.models import Visit, record_named
from gridapp.models.record import Record, Values
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.store.undo import Done, take_back
from gridapp.store.vault import Writing
from gridapp.ui.care.plan_dialog import PlanDialog, PlanFile, read_plans
from gridapp.ui.forms.record_form import RecordDialog
from gridapp.ui.photos.photo_view import PhotoView
from gridapp.ui.residents.part_dialog import EndDialog
from gridapp.ui.residents.resident_acts import ResidentActs
from gridapp.ui.session import Session
from gridapp.work.attachments import PendingPhoto
from gridapp.work.people import Event

OWNER = frozenset({"resident_id"})
NEW = OWNER | {"until", "end_reason"}  # what a new tag or plan is not asked


class ResidentParts(QObject):
    """What belongs to a file; a change of a plan ends it and begins the next."""

    said = Signal(str, object)

    def __init__(self, session: Session, owner: QWidget, acts: ResidentActs) -> None:
        super().__init__(owner)
        self._session = session
        self._owner = owner
        self._acts = acts

    def act(self, resident_id: UUID, act: str, kind: str, part: UUID | None) -> None:
        """Add, edit, end or delete a plan, a tag or a contact."""
        if part is None and kind == "care_plan":
            self._read_plans(resident_id, None)
        elif part is None:
            today = dt.date.today()
            self.add(resident_id, kind, {"since": today})
        else:
            work = partial(_named, kind=kind, record_id=part)
            self._session.read(work, partial(self._on_part, act, kind))

    def _on_part(self, act: str, kind: str, found: tuple[Values, str] | None) -> None:
        if found is None:
            self.said.emit(tr("这一条已被删除，可以到回收站恢复"), None)
            return
        row, name = found
        if act == "delete":
            self._acts.delete(kind, row["id"], name)
        elif act == "end":
            dialog = EndDialog(self._session, kind, row["id"], name, self._owner)
            words = tr(
                "已结束{title}：{name}", title=record_named(kind).title, name=name
            )
            dialog.acted.connect(partial(self._on_done, words))
            dialog.open()
        elif kind == "care_plan":
            self._read_plans(row["resident_id"], row)
        else:
            self._edit(record_named(kind), row, name, OWNER)

    def _read_plans(self, resident_id: UUID, begin: Values | None) -> None:
        work = partial(read_plans, resident_id=resident_id, day=dt.date.today())
        self._session.read(work, partial(self._open_plans, begin))

    def _open_plans(self, begin: Values | None, file: PlanFile | None) -> None:
        if file is None:
            return
        dialog = PlanDialog(self._session, file, self._owner, begin=begin)
        words = tr("已定好{name}的关爱计划", name=file.name)
        dialog.acted.connect(partial(self._on_done, words))
        dialog.open()

    def _on_done(self, words: str, done: Done) -> None:
        self.said.emit(words, partial(self._undo, done))

    def _undo(self, done: Done) -> None:
        work = partial(take_back, span=done)
        self._session.write(work, lambda _: self.said.emit(tr("已撤销"), None))

    def add(self, resident_id: UUID, kind: str, defaults: Values) -> None:
        """Open the form of a new tag or contact of somebody."""
        model = record_named(kind)
        dialog = RecordDialog(self._session, model, None, defaults, self._owner, NEW)
        dialog.save_by(partial(add_part, model=model, resident_id=resident_id))
        words = tr("已新增{title}", title=model.title)
        dialog.saved.connect(partial(self._on_added, words))
        dialog.open()

    def _on_added(self, words: str, _record_id: UUID, _before: object) -> None:
        self.said.emit(words, None)

    def _edit(
        self, model: type[Record], row: Values, name: str, hidden: frozenset[str]
    ) -> None:
        dialog = RecordDialog(self._session, model, row, {}, self._owner, hidden)
        dialog.saved.connect(partial(self._on_saved, model, name))
        dialog.open()

    def _on_saved(
        self, model: type[Record], name: str, record_id: UUID, before: Values
    ) -> None:
        def undo() -> None:
            work = partial(_put_back, model=model, record_id=record_id, values=before)
            said = tr("已撤销修改")
            self._session.write(work, lambda _: self.said.emit(said, None))

        words = tr("已保存{title}：{name}", title=model.title, name=name)
        self.said.emit(words, undo)

    def show_paper(self, attachment_id: UUID) -> None:
        """Show a paper that came back signed."""
        work = partial(_named, kind="attachment", record_id=attachment_id)
        self._session.read(work, self._on_paper)

    def _on_paper(self, found: tuple[Values, str] | None) -> None:
        if found is not None:
            photos = [PendingPhoto.of(found[0])]
            PhotoView(self._session, photos, 0, self._owner, removable=False).open()

    def edit_visit(self, visit_id: UUID) -> None:
        """Open the form of a visit or call that was recorded."""
        work = partial(_named, kind="visit", record_id=visit_id)
        self._session.read(work, self._on_visit)

    def _on_visit(self, found: tuple[Values, str] | None) -> None:
        if found is not None:
            hidden = OWNER | {"plan_id", "source"}
            self._edit(Visit, found[0], found[1], hidden)

    def delete_event(self, event: Event) -> None:
        """Put a visit, a call, an issue or a signed paper into the recycle bin."""
        kept_as = {"call": "visit", "signed": "attachment"}
        kind = kept_as.get(event.kind, event.kind)
        at = event.at.astimezone()
        name = tr("{title} {day:%m-%d}", title=event.title, day=at)
        self._acts.delete(kind, event.id, name)


def _named(db: Connection, kind: str, record_id: UUID) -> tuple[Values, str] | None:
    model = record_named(kind)
    row = records.get(db, model, record_id)
    if row is None:
        return None
    return row, records.shown(db, model, [row])[0][model.shown_by]


def add_part(
    tx: Writing,
    *,
    model: type[Record],
    resident_id: UUID,
    values: Values,
    record_id: UUID | None,
) -> UUID:
    """Add a tag or a contact to somebody's file."""
    return records.save(tx, model, values | {"resident_id": resident_id})


def _put_back(
    tx: Writing, model: type[Record], record_id: UUID, values: Values
) -> None:
    records.save(tx, model, values, record_id)
