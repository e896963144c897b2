"""Recording a visit or a phone call: the form, what to know, and saving."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.models import Visit
from gridapp.models.record import Values
from gridapp.store.database import Connection
from gridapp.store.vault import Writing
from gridapp.ui import visit_drafts
from gridapp.ui.page import Page
from gridapp.ui.resident_file import ResidentFile, read_file
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.visit_context import VisitContext
from gridapp.ui.visit_fields import VisitFields, plan_words, proposed
from gridapp.ui.visit_values import VisitEntry, Way, fresh
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, NoticeBar, column, line
from gridapp.ui.widgets.text import Text
from gridapp.work import visits
from gridapp.work.visits import Logged

KEEP_EVERY = 5_000  # milliseconds between two drafts
HINTS = (
    ("Enter", tr("下一项")),
    ("1–5", tr("选择")),
    ("F9", tr("沿用上次")),
    ("Esc", tr("返回")),
)


@dataclass(frozen=True)
class _Start:
    """What the form needs to begin."""

    file: ResidentFile | None
    kept: VisitEntry | None


class VisitForm(Page):
    """The form for one visit or call; a draft is kept while one writes."""

    title = tr("记走访")
    next_asked = Signal()  # saved, and the next household is wanted

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._entry: VisitEntry | None = None
        self._file: ResidentFile | None = None
        self._touched = False
        self._go_next = False
        self._fields: dict[Way, VisitFields] = {
            "visit": VisitFields(self.theme, "visit"),
            "call": VisitFields(self.theme, "call"),
        }
        self._stack = QStackedWidget()
        self._reminder = NoticeBar(self.theme, "amber", "bell")
        self._context = VisitContext(self.theme)
        self._kept_words = Text("", "faint")
        self._hints = QFrame()
        self._error = Text("", "error")
        self._save = Button(self.theme, tr("保存 Ctrl+S"), icon="save")
        self._save_next = Button(
            self.theme, tr("保存，下一户 Ctrl+Enter"), "primary", icon="check"
        )
        self._timer = QTimer(self)
        self._timer.setInterval(KEEP_EVERY)
        self._place()
        self._bind()

    def _place(self) -> None:
        outer = column(self)
        self._body = line(margins=(16, 14, 16, 10), gap=12)
        outer.addLayout(self._body, 1)
        card = Card((1, 1, 1, 1), 0)
        self._notice_box = line(margins=(10, 8, 10, 0))
        self._notice_box.addWidget(self._reminder)
        card.box.addLayout(self._notice_box)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for fields in self._fields.values():
            self._stack.addWidget(fields)
        scroll.setWidget(self._stack)
        card.box.addWidget(scroll, 1)
        self._scroll = scroll
        self._body.addWidget(card, 1)
        self._body.addWidget(self._context)
        footer = QFrame()
        footer.setObjectName("footer")
        row = line(footer, (16, 8, 16, 8), 6)
        hints = line(self._hints, gap=6)
        for key, words in HINTS:
            cap = Text(key, "key")
            cap.setFixedHeight(28)
            hints.addWidget(cap)
            hints.addWidget(Text(words, "muted"))
            hints.addSpacing(8)
        row.addWidget(self._hints)
        row.addWidget(self._error)
        row.addStretch()
        row.addWidget(self._kept_words)
        row.addSpacing(6)
        row.addWidget(self._save)
        row.addWidget(self._save_next)
        outer.addWidget(footer)
        self.set_width(Width.WIDE)

    def _bind(self) -> None:
        keys: dict[str, Callable[[], object]] = {
            "Ctrl+S": self.save,
            "Ctrl+Return": self.save_and_next,
            "Ctrl+Enter": self.save_and_next,
            "F9": self._copy_last,
            "Esc": self._leave,
        }
        for key, act in keys.items():
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
        self._save.clicked.connect(self.save)
        self._save_next.clicked.connect(self.save_and_next)
        self._context.copy_asked.connect(self._copy_last)
        self._timer.timeout.connect(self._keep)
        for fields in self._fields.values():
            fields.changed.connect(self._on_change)
            fields.finished.connect(partial(self._save_next.setFocus))
            fields.note_finished(self._check_note)

    def begin(self, resident_id: UUID, way: Way) -> None:
        """Start to record a visit or a call with somebody, or go on with a draft."""
        self._keep()
        self._entry = None
        self.say_title("", person=True)
        self.session.read(
            partial(_read, resident_id=resident_id, way=way), partial(self._start, way)
        )

    def _start(self, way: Way, start: _Start) -> None:
        if start.file is None:
            self.left.emit()
            return
        self._file = start.file
        person = start.file.person
        now = dt.datetime.now(dt.UTC)
        interval = _interval(start.file, way)
        entry = fresh(person.id, way, now)
        entry.next_on = proposed(now.astimezone().date(), interval)
        going_on = start.kept is not None
        if start.kept is not None:
            entry = start.kept
        fields = self._fields[way]
        self._stack.setCurrentWidget(fields)
        fields.show_entry(entry, plan_words(interval, way))
        self._entry = entry
        self._touched = False
        self._error.setText("")
        self._kept_words.setText(tr("接着上次没写完的") if going_on else "")
        self._context.show_file(start.file)
        self._show_reminder()
        self._scroll.verticalScrollBar().setValue(0)
        self.title = tr("记走访") if way == "visit" else tr("记电话")
        age = tr("{age} 岁", age=person.age) if person.age is not None else ""
        words = "  ".join(word for word in (person.name, age, person.door) if word)
        self.say_title(words, person=True)
        fields.focus("note" if going_on else "mode")
        self._timer.start()

    def save(self) -> None:
        """Save and go back."""
        self._go_next = False
        self._write()

    def save_and_next(self) -> None:
        """Save and go to the next household that is due."""
        self._go_next = True
        self._write()

    def _write(self) -> None:
        entry = self._entry
        if entry is None or not self._save.isEnabled():
            return
        fields = self._fields[entry.way]
        wrong = fields.fill(entry).missing()
        values = entry.values()
        if not wrong:
            wrong = Visit.check(values | {"resident_id": entry.resident_id})
        if wrong:
            self._refuse(InvalidFields(wrong))
            return
        self._save.setEnabled(False)
        work = partial(_log, entry=entry, values=values)
        self.session.write(work, self._done, self._refuse)

    def _done(self, logged: Logged) -> None:
        self._save.setEnabled(True)
        self._timer.stop()
        entry, file = self._entry, self._file
        self._entry = None
        if entry is None or file is None or entry.started_at is None:
            return
        day = entry.started_at.astimezone().strftime("%m-%d")
        what = tr("入户走访") if entry.way == "visit" else tr("电话问候")
        words = tr(
            "已保存：{name} {day} {what}", name=file.person.name, day=day, what=what
        )
        if logged.issue_ids:
            words += tr("，并生成 {count} 张问题工单", count=len(logged.issue_ids))
        self.left.emit()
        self.said.emit(words, partial(self._take_back, logged))
        if self._go_next:
            self.next_asked.emit()

    def _take_back(self, logged: Logged) -> None:
        def taken(_: None) -> None:
            self.said.emit(tr("已撤销，走访记录在回收站里"), None)

        self.session.write(partial(visits.undo, logged=logged), taken)

    def _refuse(self, error: Exception) -> None:
        self._save.setEnabled(True)
        entry = self._entry
        if isinstance(error, InvalidFields) and entry is not None:
            others = self._fields[entry.way].show_errors(error.messages)
            self._error.setText(tr("；").join(others))
        else:
            self.session.messages.show_error(error)

    def _check_note(self) -> None:
        entry = self._entry
        if entry is not None:
            fields = self._fields[entry.way]
            values = fields.fill(entry).values() | {"resident_id": entry.resident_id}
            if not entry.missing():
                fields.show_note_error(Visit.check(values).get("note", ""))

    def _on_change(self) -> None:
        self._touched = True

    def _keep(self) -> None:
        entry = self._entry
        if entry is None or not self._touched:
            return
        self._touched = False
        content = self._fields[entry.way].fill(entry).draft()
        self.session.write(partial(visit_drafts.keep, entry=content), self._kept)

    def _kept(self, _: None) -> None:
        self._kept_words.setText(tr("草稿已自动存 {now:%H:%M}", now=dt.datetime.now()))

    def leave(self) -> None:
        """Keep what is written: the window closes."""
        self._keep()

    def _leave(self) -> None:
        self._keep()
        self._entry = None
        self._timer.stop()
        self.left.emit()

    def _copy_last(self) -> None:
        last = self._file.last_visit if self._file else None
        if last is not None and self._entry is not None:
            fields = self._fields[self._entry.way]
            fields.copy_last(last["note"] or "", last["condition"])

    def _show_reminder(self) -> None:
        last = self._file.last_visit if self._file else None
        narrow = self.layout_width is Width.NARROW
        words = ""
        if narrow and last is not None and (last["remind"] or last["note"]):
            day = last["started_at"].astimezone().strftime("%m-%d")
            words = tr(
                "上次 {day}：{remind}", day=day, remind=last["remind"] or last["note"]
            )
        self._reminder.say(words)

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        narrow = width is Width.NARROW
        margins = (10, 8, 10, 8) if narrow else (16, 14, 16, 10)
        self._body.setContentsMargins(*margins)
        self._context.setVisible(not narrow)
        self._context.setFixedWidth(288 if width is Width.WIDE else 250)
        for fields in self._fields.values():
            fields.set_note_height(72 if width is Width.WIDE else 58)
        self._save.setText(tr("保存") if narrow else tr("保存 Ctrl+S"))
        self._save_next.setText(
            tr("保存，下一户") if narrow else tr("保存，下一户 Ctrl+Enter")
        )
        self._hints.setVisible(width is Width.WIDE)
        self._show_reminder()


def _read(db: Connection, resident_id: UUID, way: Way) -> _Start:
    kept = visit_drafts.kept(db, resident_id, way)
    return _Start(read_file(db, resident_id, dt.date.today()), kept)


def _log(tx: Writing, entry: VisitEntry, values: Values) -> Logged:
    logged = visits.log_visit(tx, entry.resident_id, values)
    visit_drafts.drop(tx, entry.resident_id, entry.way)
    return logged


def _interval(file: ResidentFile, way: Way) -> int | None:
    """Return the interval of the plan for this way, the shortest if there are some."""
    found = [plan["interval_days"] for plan in file.stop.plans if plan["way"] == way]
    return min(found, default=None)
