"""Working on an issue: what it is, its trace, and the next step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.models import Issue, IssueStep, Worker, codes
from gridapp.models.issue_flow import Transition, allowed, transition
from gridapp.models.record import Values, field_of
from gridapp.store import records, state
from gridapp.store.database import Connection
from gridapp.store.history import authors
from gridapp.store.vault import Writing
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, column, line
from gridapp.ui.widgets.entry import NoteField
from gridapp.ui.widgets.field_row import FieldRow
from gridapp.ui.widgets.moments import DayField
from gridapp.ui.widgets.options import OptionRow
from gridapp.ui.widgets.text import Text
from gridapp.ui.widgets.timeline import Entry, Timeline
from gridapp.work import flow

SHOWN = ("category", "level", "place", "found_at", "deadline", "owner_name")
SATISFIED = (("yes", tr("满意")), ("no", tr("不满意")))


@dataclass(frozen=True)
class IssueFile:
    """An issue with its trace and what the worker here may do with it."""

    issue: Values
    shown: dict[str, str]
    steps: tuple[Values, ...]  # newest first
    names: dict[UUID | None, str]
    moves: tuple[Transition, ...]


def read_issue(db: Connection, issue_id: UUID) -> IssueFile | None:
    """Return an issue with its trace; None when it is gone."""
    issue = records.get(db, Issue, issue_id)
    if issue is None:
        return None
    mine = {"issue_id": issue_id}
    steps = records.filtered(db, IssueStep, mine, order="at", descending=True)
    worker = state.worker(db)
    values = records.get(db, Worker, worker) if worker else None
    role = values["role"] if values else "worker"
    return IssueFile(
        issue,
        records.shown(db, Issue, [issue])[0],
        tuple(steps),
        authors(db, {step["created_by"] for step in steps}),
        tuple(allowed(issue["state"], role)),
    )


class IssueDialog(QDialog):
    """Shows an issue and records its next step."""

    stepped = Signal(str)  # the state it is in now
    edit_asked = Signal(object)

    def __init__(self, session: Session, file: IssueFile, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._file = file
        self._parent = parent
        self.setWindowTitle(tr("处理问题工单"))
        theme = session.theme
        moves = [(move.action, move.words) for move in file.moves]
        self._move = OptionRow(theme, tr("下一步"), moves)
        self._note = NoteField(tr("说明"), tr("做了什么、结果怎样"))
        self._note.setFixedHeight(72)
        self._until = DayField(tr("新的时限"))
        self._satisfied = OptionRow(theme, tr("居民评价"), SATISFIED)
        self._rows = {
            "action": FieldRow(theme, tr("下一步"), self._move, required=True),
            "note": FieldRow(theme, tr("说明"), self._note),
            "deadline": FieldRow(theme, tr("新的时限"), self._until),
            "satisfied": FieldRow(theme, tr("居民评价"), self._satisfied),
        }
        self._save = Button(theme, tr("保存 Ctrl+S"), "primary", icon="check")
        self._place()
        self._on_move()

    def _place(self) -> None:
        file, theme = self._file, self._session.theme
        box = column(self)
        body = column(margins=(16, 14, 16, 10), gap=10)
        card = Card()
        card.box.addWidget(Text(file.issue["title_text"], "section", wrap=True))
        state_words = file.shown["state"]
        parts = [
            f"{field_of(Issue, name).label} {file.shown[name]}"
            for name in SHOWN
            if file.shown[name]
        ]
        words = "  ".join((state_words, *parts))
        card.box.addWidget(Text(words, "muted", wrap=True))
        if file.issue["description"]:
            card.box.addWidget(Text(file.issue["description"], "note", wrap=True))
        body.addWidget(card)
        trace = Card((8, 8, 4, 4), 4)
        timeline = Timeline(theme, tr("工单留痕"))
        timeline.show_entries(trace_entries(file))
        trace.box.addWidget(timeline)
        body.addWidget(trace, 1)
        form = Card((4, 4, 4, 4), 0)
        for row in self._rows.values():
            form.box.addWidget(row)
        form.setVisible(bool(file.moves))
        body.addWidget(form)
        box.addLayout(body, 1)
        box.addWidget(self._footer())
        room = self._parent.window().size()
        self.resize(min(760, room.width() - 40), min(640, room.height() - 40))
        self._save.setVisible(bool(file.moves))
        self._save.clicked.connect(self.save)
        self._move.changed.connect(self._on_move)
        self._move.finished.connect(self._note.setFocus)
        self._note.finished.connect(self._save.setFocus)
        for keys in ("Ctrl+S", "Ctrl+Return"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.save)
        if file.moves:
            self._move.focus_first()

    def _footer(self) -> QFrame:
        theme = self._session.theme
        footer = QFrame()
        footer.setObjectName("footer")
        row = line(footer, (16, 8, 16, 8), 8)
        edit = Button(theme, tr("修改内容"), icon="pencil")
        leave = Button(theme, tr("返回"))
        row.addWidget(edit)
        row.addStretch()
        row.addWidget(leave)
        row.addWidget(self._save)
        edit.clicked.connect(self._edit)
        leave.clicked.connect(self.reject)
        return footer

    def save(self) -> None:
        """Record the step, or show what is missing."""
        action = self._move.value()
        if action is None:
            self._refuse(InvalidFields({"action": tr("选一下接下来怎么办")}))
            return
        changes: Values = {}
        day = self._until.day()
        if action == "extend" and day is not None:
            end = dt.datetime.combine(day, dt.time(18)).astimezone(dt.UTC)
            changes["deadline"] = end
        if action == "rate" and self._satisfied.value():
            changes["satisfied"] = self._satisfied.value() == "yes"
        work = partial(
            _step,
            issue_id=self._file.issue["id"],
            action=action,
            note=self._note.toPlainText().strip(),
            changes=changes,
        )
        self._session.write(work, partial(self._done, action), self._refuse)

    def _done(self, action: str, _step_id: UUID) -> None:
        move = transition(self._file.issue["state"], action)
        self.stepped.emit(move.next_state if move else "")
        self.accept()

    def _refuse(self, error: Exception) -> None:
        if not isinstance(error, InvalidFields):
            self._session.messages.show_error(error)
            return
        for name, row in self._rows.items():
            row.show_error(error.messages.get(name, ""))
        if "note" in error.messages:
            self._note.setFocus()

    def _on_move(self) -> None:
        action = self._move.value()
        self._rows["deadline"].setVisible(action == "extend")
        self._rows["satisfied"].setVisible(action == "rate")

    def _edit(self) -> None:
        self.reject()
        self.edit_asked.emit(self._file.issue["id"])


def trace_entries(file: IssueFile) -> Sequence[Entry]:
    """Return the steps as lines of a timeline, newest first."""
    actions, states = codes.table("issue_action"), codes.table("issue_state")
    return [
        Entry(
            "check" if step["to_state"] in ("closed", "self_closed") else "route",
            "green" if step["to_state"] in ("closed", "self_closed") else "blue",
            f"{actions.name(step['action'])} → {states.name(step['to_state'])}",
            f"{step['at'].astimezone():%m-%d %H:%M}  "
            + file.names.get(step["created_by"], ""),
            step["note"] or "",
        )
        for step in file.steps
    ]


def _step(tx: Writing, issue_id: UUID, action: str, note: str, changes: Any) -> UUID:
    return flow.step(tx, issue_id, action, note, changes=changes)
