"""The next step of an issue: what to do as chips, then what it asks, then save."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr, weekday
from gridapp.models.issue_flow import Transition
from gridapp.models.record import Values
from gridapp.store import drafts
from gridapp.store.vault import Writing
from gridapp.ui.issues.issue_words import move_words
from gridapp.ui.photos.photo_strip import PhotoStrip
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.entry import NoteField
from gridapp.ui.widgets.field_row import FieldRow
from gridapp.ui.widgets.flow import FlowLayout
from gridapp.ui.widgets.moments import DayField
from gridapp.ui.widgets.options import OptionRow
from gridapp.ui.widgets.shortcuts import bind_inside
from gridapp.ui.widgets.text import Text
from gridapp.work import attachments, flow
from gridapp.work.attachments import PendingPhoto
from gridapp.work.flow import Stepped
from gridapp.work.issues import IssueFile

KEEP_EVERY = 5_000  # milliseconds between two drafts
LABEL_WIDTH = 76
SATISFIED = (("yes", tr("满意")), ("no", tr("不满意")))
# The first of those that end something is written already, to be read and changed.
PHRASES: Mapping[str, tuple[str, ...]] = {
    "close": (
        tr("已到现场复查，问题解决了"),
        tr("已电话回访，居民确认解决"),
        tr("已看过整改照片"),
    ),
    "self_close": (
        tr("已处理好，现场看过"),
        tr("已联系物业处理好"),
        tr("居民已自行整改"),
    ),
    "check": (tr("已处理完，请核查"), tr("已整改，有照片")),
    "work": (tr("已到现场查看"), tr("已联系物业"), tr("已劝导，约好整改时间")),
    "urge": (tr("请尽快处理并回复"), tr("快到期了，请抓紧")),
    "extend": (tr("等配件到货"), tr("要几家一起处理"), tr("天气原因，暂时不能施工")),
    "cooperate": (tr("请物业一起处理"), tr("请社区民警到场"), tr("请消防部门协助")),
    "return": (tr("现场复查，问题还在"), tr("材料不全，请补充"), tr("居民说又出现了")),
    "void": (tr("重复登记"), tr("登记错了")),
    "report": (tr("自己处理不了，请上级处理"),),
}
WRITTEN = ("close", "self_close", "check")


@dataclass(frozen=True)
class _Entry:
    """What stands in the form."""

    action: str
    note: str
    until: dt.date | None
    satisfied: bool | None
    photos: tuple[PendingPhoto, ...]

    def changes(self) -> Values:
        """Return the fields of the issue that the step settles."""
        changes: Values = {}
        if self.until is not None and self.action in ("extend", "accept"):
            changes["deadline"] = flow.end_of(self.until)
        if self.action == "rate" and self.satisfied is not None:
            changes["satisfied"] = self.satisfied
        return changes


class StepForm(QWidget):
    """`stepped` tells the step that was written, and its words."""

    stepped = Signal(object, str)
    said = Signal(str, object)
    resized = Signal()  # it needs more or less room

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._file: IssueFile | None = None
        self._moves: tuple[Transition, ...] = ()
        self._written = ""  # the words the form wrote itself
        self._touched = False
        self._narrow = False
        theme = session.theme
        self._move = OptionRow(theme, tr("下一步"), ())
        self._move_row = FieldRow(
            theme, tr("下一步"), self._move, label_width=LABEL_WIDTH
        )
        self._note = NoteField(tr("说明"), tr("做了什么、结果怎样"))
        self._until = DayField(tr("新的时限"))
        self._until_words = Text("", "faint")
        self._satisfied = OptionRow(theme, tr("居民评价"), SATISFIED)
        self._rows = {
            "satisfied": self._row(tr("居民评价"), self._satisfied),
            "deadline": self._row(tr("新的时限"), self._until),
            "note": self._row(tr("说明"), self._note),
        }
        self._phrases = QWidget()
        self._phrase_flow = FlowLayout(self._phrases, 6)
        self._photos = PhotoStrip(session)
        self._save = Button(theme, tr("保存 Ctrl+S"), "primary", icon="check")
        self._nothing = Text("", "muted", wrap=True)
        self._timer = QTimer(self)
        self._timer.setInterval(KEEP_EVERY)
        self._place()
        self._bind()

    def _row(self, label: str, editor: QWidget) -> FieldRow:
        return FieldRow(self._session.theme, label, editor, label_width=LABEL_WIDTH)

    def _place(self) -> None:
        self._box = column(self, (4, 2, 4, 6), 0)
        self._nothing.setContentsMargins(10, 8, 10, 8)
        self._box.addWidget(self._nothing)
        self._box.addWidget(self._move_row)
        self._rows["deadline"].add_beside(self._until_words)
        self._rows["note"].add_below(self._phrases)
        for row in self._rows.values():
            self._box.addWidget(row)
        self._foot = QWidget()
        foot = line(self._foot, (10, 2, 10, 4), 8)
        foot.addWidget(self._photos, 1, Qt.AlignmentFlag.AlignTop)
        foot.addWidget(self._save, 0, Qt.AlignmentFlag.AlignBottom)
        self._box.addWidget(self._foot)

    def _bind(self) -> None:
        self._satisfied.finished.connect(self._note.setFocus)
        self._satisfied.changed.connect(self._touch)
        self._until.finished.connect(self._note.setFocus)
        self._until.textChanged.connect(self._touch)
        self._until.textChanged.connect(self._show_until)
        self._note.finished.connect(self._save.setFocus)
        self._note.textChanged.connect(self._touch)
        self._photos.listen_to(self._note)
        self._photos.said.connect(self.said)
        self._photos.changed.connect(self.resized)
        self._save.clicked.connect(self.save)
        self._timer.timeout.connect(self.keep)
        keys: dict[str, Callable[[], object]] = {
            "Ctrl+S": self.save,
            "Ctrl+Return": self.save,
            "Ctrl+Enter": self.save,
        }
        for number in range(1, 4):
            keys[f"Alt+{number}"] = partial(self._add_phrase, number)
        bind_inside(self, keys)

    def show_file(self, file: IssueFile, draft: Mapping[str, Any] | None) -> None:
        """Offer what may be done next; an issue that did not change keeps its words."""
        before = self._file
        same = before is not None and before.issue["id"] == file.issue["id"]
        self._file = file
        if same and self._moves == file.moves:
            return
        self._moves = file.moves
        self._replace_moves(file)
        self._photos.clear()
        self._fill(draft if draft and draft["action"] in self._actions() else None)
        can = bool(file.moves)
        self._move_row.setVisible(can)
        self._nothing.setVisible(not can)
        self._nothing.setText(tr("这一步由上级办理，办好同步后会显示在这里"))
        self._touched = False
        self._timer.start()

    def focus_first(self) -> None:
        """Put the keyboard on the chips, or where one was writing."""
        if not self._moves:
            return
        if self._move.value() is None:
            self._move.focus_first()
        else:
            self._note.setFocus(Qt.FocusReason.TabFocusReason)

    def save(self) -> None:
        """Write the step, or show what is missing."""
        if self._file is None or not self._save.isEnabled():
            return
        if self._move.value() is None:
            self._move_row.show_error(tr("选一下接下来怎么办"))
            self._move.focus_first()
            return
        self._save.setEnabled(False)
        self._photos.when_ready(self._write)

    def keep(self) -> None:
        """Keep what is written as a draft."""
        if not self._touched or self._file is None:
            return
        self._touched = False
        action = self._move.value()
        if action is None or self._note.toPlainText() == self._written:
            return
        content = {
            "action": action,
            "note": self._note.toPlainText(),
            "until": self._until.text(),
            "satisfied": self._satisfied.value(),
        }
        key = draft_key(self._file.issue["id"])
        work = partial(drafts.keep, key=key, content=content)
        self._session.write(work, lambda _: None)

    def set_narrow(self, *, narrow: bool) -> None:
        """Lay out for a narrow window."""
        self._narrow = narrow
        self._note.setFixedHeight(58 if narrow else 68)
        self._save.setText(tr("保存") if narrow else tr("保存 Ctrl+S"))

    def _actions(self) -> list[str]:
        return [one.action for one in self._moves]

    def _replace_moves(self, file: IssueFile) -> None:
        old = self._move_row
        choices = [(one.action, move_words(one, own=file.own)) for one in file.moves]
        theme = self._session.theme
        self._move = OptionRow(theme, tr("下一步"), choices)
        self._move_row = FieldRow(
            theme, tr("下一步"), self._move, label_width=LABEL_WIDTH
        )
        self._box.replaceWidget(old, self._move_row)
        old.hide()
        old.deleteLater()
        self._move.changed.connect(self._on_move)
        self._move.finished.connect(self._go_on)
        self.setTabOrder(self._move, self._satisfied)

    def _fill(self, draft: Mapping[str, Any] | None) -> None:
        given = draft or {}
        self._note.setPlainText(given.get("note") or "")
        self._until.setText(given.get("until") or "")
        satisfied = given.get("satisfied")
        self._satisfied.set_values([satisfied] if satisfied else [])
        self._move.set_values([given["action"]] if draft else [])
        self._written = ""
        self._show_rows()

    def _on_move(self) -> None:
        action = self._move.value() or ""
        self._move_row.show_error("")
        phrases = PHRASES.get(action, ())
        if self._note.toPlainText().strip() in ("", self._written):
            self._written = phrases[0] if action in WRITTEN else ""
            self._note.setPlainText(self._written)
            self._note.selectAll()
        file = self._file
        if file is not None and action == "accept" and file.asked is not None:
            self._until.set_day(file.asked.until)
        elif file is not None and action == "extend" and self._until.day() is None:
            week = dt.timedelta(days=7)
            late = max(file.deadline.astimezone().date(), dt.date.today())
            self._until.set_day(late + week)
        self._show_rows()
        self._touch()

    def _go_on(self) -> None:
        action = self._move.value()
        if action == "rate":
            self._satisfied.focus_first()
        elif action in ("extend", "accept") and self._grants_or_asks():
            self._until.setFocus(Qt.FocusReason.TabFocusReason)
            self._until.selectAll()
        elif action:
            self._note.setFocus(Qt.FocusReason.TabFocusReason)

    def _grants_or_asks(self) -> bool:
        action, file = self._move.value(), self._file
        if file is None:
            return False
        granting = action == "accept" and file.asked is not None
        return action == "extend" or granting

    def _show_rows(self) -> None:
        action = self._move.value()
        for name, row in self._rows.items():
            row.show_error("")
            wanted = {"satisfied": action == "rate", "deadline": self._grants_or_asks()}
            row.setVisible(action is not None and wanted.get(name, True))
        self._foot.setVisible(action is not None)
        self._show_until()
        self._show_phrases(PHRASES.get(action or "", ()))

    def _show_until(self) -> None:
        """Say the weekday, and whether somebody has to agree."""
        day, file = self._until.day(), self._file
        words = [weekday(day)] if day is not None else []
        if file is not None and self._move.value() == "extend" and not file.own:
            words.append(tr("上级同意后才改"))
        self._until_words.setText("  ".join(words))

    def _show_phrases(self, phrases: Sequence[str]) -> None:
        chips: list[Button] = []
        for number, phrase in enumerate(phrases, 1):
            chip = Button(self._session.theme, phrase, "chip", tip=f"Alt+{number}")
            chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            chip.clicked.connect(partial(self._add_phrase, number))
            chips.append(chip)
        self._phrase_flow.replace(chips)
        self._phrases.setVisible(bool(phrases))
        self._phrases.updateGeometry()
        self.resized.emit()

    def _add_phrase(self, number: int) -> None:
        phrases = PHRASES.get(self._move.value() or "", ())
        if number > len(phrases):
            return
        if self._note.toPlainText() == self._written:
            self._note.clear()
        self._note.add_phrase(phrases[number - 1])
        self._note.setFocus(Qt.FocusReason.OtherFocusReason)

    def _write(self) -> None:
        file, action = self._file, self._move.value()
        if file is None or action is None:
            return
        answer = self._satisfied.value()
        entry = _Entry(
            action,
            self._note.toPlainText().strip(),
            self._until.day(),
            None if answer is None else answer == "yes",
            self._photos.pending(),
        )
        words = next(
            move_words(one, own=file.own) for one in file.moves if one.action == action
        )
        work = partial(_step, issue_id=file.issue["id"], entry=entry)
        self._session.write(work, partial(self._done, words), self._refuse)

    def _done(self, words: str, stepped: Stepped) -> None:
        self._save.setEnabled(True)
        self._touched = False
        self._moves = ()
        self._file = None
        self._photos.clear()
        self.stepped.emit(stepped, words)

    def _refuse(self, error: Exception) -> None:
        self._save.setEnabled(True)
        if not isinstance(error, InvalidFields):
            self._session.messages.show_error(error)
            return
        for name, row in self._rows.items():
            row.show_error(error.messages.get(name, ""))
        first = next((n for n in self._rows if n in error.messages), "note")
        editor = self._rows[first].editor
        if editor is self._satisfied:
            self._satisfied.focus_first()
        else:
            editor.setFocus(Qt.FocusReason.TabFocusReason)

    def _touch(self) -> None:
        self._touched = True


def draft_key(issue_id: UUID) -> str:
    """Return under which key the half-written step of an issue is kept."""
    return f"issue:{issue_id.hex}"


def _step(tx: Writing, issue_id: UUID, entry: _Entry) -> Stepped:
    stepped = flow.step(tx, issue_id, entry.action, entry.note, changes=entry.changes())
    if entry.photos:
        attachments.attach(tx, "issue_step", stepped.step_id, entry.photos)
    drafts.drop(tx, draft_key(issue_id))
    return stepped
