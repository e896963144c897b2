"""Recording a visit or a phone call: the form, what to know, and saving."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.models import Visit
from gridapp.models.record import Values
from gridapp.store.meetings import Miss
from gridapp.store.vault import Writing
from gridapp.ui.care import visit_drafts
from gridapp.ui.care.phone_book import numbers
from gridapp.ui.care.resident_file import ResidentFile
from gridapp.ui.care.visit_context import ContextColumn, VisitContext
from gridapp.ui.care.visit_start import Saved, Start, read_start
from gridapp.ui.care.visit_values import VisitEntry, Way, fresh, phrases
from gridapp.ui.page import Page
from gridapp.ui.photos.photo_strip import PhotoStrip
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.visits.visit_fields import VisitFields, plan_words, proposed
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, NoticeBar, column, line
from gridapp.ui.widgets.frame import Foot, Scrolled
from gridapp.ui.widgets.shortcuts import KeyHints, bind_inside
from gridapp.ui.widgets.text import Text
from gridapp.work import attachments, chain, visits
from gridapp.work.asking import reminder
from gridapp.work.visits import Logged

KEEP_EVERY = 5_000  # milliseconds between two drafts
HINTS = (
    ("Enter", tr("下一项")),
    ("1–5", tr("选择")),
    ("F9", tr("沿用上次")),
    ("Esc", tr("返回")),
)


class _Made(dict[Way, VisitFields]):
    """The fields of each way, made when they are first wanted."""

    def __init__(self, make: Callable[[Way], VisitFields]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, way: Way) -> VisitFields:
        self[way] = fields = self._make(way)
        return fields


class VisitForm(Page):
    """The form for one visit or call; a draft is kept while one writes."""

    title = tr("记走访")
    saved = Signal(object, bool)  # Saved; whether to go on with the next household

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._entry: VisitEntry | None = None
        self._file: ResidentFile | None = None
        self._begun: Start | None = None
        self._pinned: dict[Way, dict[str, Any]] = {"visit": {}, "call": {}}
        self._touched = False
        self._go_next = False
        self._way: Way = "visit"
        self._fields: dict[Way, VisitFields] = _Made(self._make_fields)
        self._photos = PhotoStrip(session)
        self._forms = QWidget()
        self._reminder = NoticeBar(self.theme, "amber", "bell")
        self._look = Button(self.theme, tr("电话和要问的"), "quiet")
        self._context = VisitContext(session)
        self._beside = ContextColumn(self._context)
        self._kept_words = Text("", "faint")
        self._hints = KeyHints(HINTS)
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
        self._reminder.row.addWidget(self._look)
        card.box.addLayout(self._notice_box)
        scroll = Scrolled()
        self._inside = column(self._forms)
        scroll.setWidget(self._forms)
        card.box.addWidget(scroll, 1)
        self._scroll = scroll
        self._body.addWidget(card, 1)
        self._body.addWidget(self._beside)
        footer = Foot(6)
        footer.row.addWidget(self._hints)
        footer.row.addWidget(self._error)
        footer.row.addStretch()
        footer.row.addWidget(self._kept_words)
        footer.row.addSpacing(6)
        footer.row.addWidget(self._save)
        footer.row.addWidget(self._save_next)
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
        bind_inside(self, keys)
        self._save.clicked.connect(self.save)
        self._save_next.clicked.connect(self.save_and_next)
        self._context.copy_asked.connect(self._copy_last)
        self._context.ticked.connect(self._on_change)
        self._look.clicked.connect(self._show_context)
        self._timer.timeout.connect(self._keep)
        self._photos.said.connect(self.said)

    def _make_fields(self, way: Way) -> VisitFields:
        fields = VisitFields(self.theme, way)
        if way == "visit":
            fields.add_photos(self._photos)
        fields.hide()
        self._inside.insertWidget(len(self._fields), fields)
        fields.set_note_height(64 if self.layout_width is Width.WIDE else 58)
        fields.changed.connect(self._on_change)
        fields.finished.connect(partial(self._save_next.setFocus))
        fields.note_finished(self._check_note)
        return fields

    def begin(self, resident_id: UUID, way: Way) -> None:
        """Start to record a visit or a call with somebody, or go on with a draft."""
        self._keep()
        self._entry = None
        self.say_title("", person=True)
        self.session.read(
            partial(read_start, resident_id=resident_id, way=way),
            partial(self._start, way),
        )

    def _start(self, way: Way, start: Start) -> None:
        if start.file is None:
            self.left.emit()
            return
        self._file, self._begun = start.file, start
        person = start.file.person
        now = dt.datetime.now(dt.UTC)
        interval = start.interval(way)
        entry = start.kept or self._fresh(start, way, now, interval)
        self._way = way
        fields = self._fields[way]
        self._turn_to(fields)
        fields.show_entry(
            entry,
            plan_words(interval, way),
            phrases(way, self.session.preferences.now.phrases),
            start.hazard_issues,
            self._after_miss,
        )
        self._entry = entry
        self._error.setText("")
        self._kept_words.setText(tr("接着上次没写完的") if start.kept else "")
        self._context.show_file(start.file, entry.asked, call=way == "call")
        self._photos.show_pending(entry.photos)
        self._touched = False
        self._show_reminder()
        self._scroll.verticalScrollBar().setValue(0)
        self.title = tr("记走访") if way == "visit" else tr("记电话")
        age = tr("{age} 岁", age=person.age) if person.age is not None else ""
        words = "  ".join(word for word in (person.name, age, person.door) if word)
        self.say_title(words, person=True)
        if start.kept:
            fields.focus("note")
        else:
            fields.focus_start()
        self._timer.start()

    def _turn_to(self, fields: VisitFields) -> None:
        for one in self._fields.values():
            one.setVisible(one is fields)

    def _fresh(
        self, start: Start, way: Way, now: dt.datetime, interval: int | None
    ) -> VisitEntry:
        """Return a new entry with what the chain asks for and what is pinned."""
        assert start.file is not None  # looked at before
        step = start.step
        fits = step is not None and step.step.kind == way
        preset = step.step.preset if step and fits else None
        entry = fresh(start.file.person.id, way, now, preset)
        entry.next_on = proposed(now.astimezone().date(), interval)
        for name, value in self._pinned[way].items():
            if name != "mode" or preset is None:
                setattr(entry, name, value)
        return entry

    def _after_miss(self, mode: str | None) -> str:
        """Return what comes next when an attempt of that mode reaches nobody."""
        begun, now = self._begun, dt.datetime.now(dt.UTC)
        if begun is None or mode is None:
            return ""
        if not begun.watched:
            return tr("没见到人，保存后明天再排")
        call = self._way == "call"
        disposal = (mode,) if mode in (chain.ASKED, chain.RESCUE) else ()
        miss = Miss(now, "phone" if call else "home", disposal)
        step = chain.next_step([*begun.missed, miss], urgent=begun.urgent)
        if step is None:
            return ""
        return tr("保存后下一步：{todo}", todo=chain.todo_words(step, now))

    def save(self) -> None:
        """Save and go back."""
        self._go_next = False
        self._photos.when_ready(self._write)

    def save_and_next(self) -> None:
        """Save and go to the next household that is due."""
        self._go_next = True
        self._photos.when_ready(self._write)

    def _write(self) -> None:
        entry = self._entry
        if entry is None or not self._save.isEnabled():
            return
        fields = self._fields[entry.way]
        wrong = fields.fill(entry).missing()
        entry.asked, entry.photos = self._context.asked(), self._photos.pending()
        values = entry.values()
        remind = reminder(entry.remind, self._context.asks(), entry.asked)
        if entry.seen and remind:
            values["remind"] = remind
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
        if entry is not None:
            self._pinned[entry.way] = self._fields[entry.way].pinned(entry)
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
        household = file.person.values["household_id"]
        saved = Saved(file.person.id, household, logged.issue_ids)
        self.saved.emit(saved, self._go_next)

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
        entry.asked, entry.photos = self._context.asked(), self._photos.pending()
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
        """Say what the chain asks for; in a narrow window also what was last time."""
        last = self._file.last_visit if self._file else None
        step = self._begun.step if self._begun and self._begun.watched else None
        narrow = self.layout_width is Width.NARROW
        words = ""
        if step is not None:
            words = chain.words(step, dt.datetime.now(dt.UTC))
        elif narrow and last is not None and (last["remind"] or last["note"]):
            day = last["started_at"].astimezone().strftime("%m-%d")
            words = tr(
                "上次 {day}：{remind}", day=day, remind=last["remind"] or last["note"]
            )
        elif narrow:
            words = tr("还没有走访过。")
        call = self._way == "call"
        if narrow and call and self._file and (found := numbers(self._file)):
            who = tr("{who} {number}", who=found[0].who, number=found[0].masked)
            words = tr("；").join((who, words))
        self._reminder.say(words)
        self._look.setVisible(narrow)

    def _show_context(self) -> None:
        self._scroll.verticalScrollBar().setValue(self._context.y())

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        narrow = width is Width.NARROW
        margins = (10, 8, 10, 8) if narrow else (16, 14, 16, 10)
        self._body.setContentsMargins(*margins)
        self._beside.stand(width, self._inside)
        for fields in self._fields.values():
            fields.set_note_height(64 if width is Width.WIDE else 58)
        self._save.setText(tr("保存") if narrow else tr("保存 Ctrl+S"))
        self._save_next.setText(
            tr("保存，下一户") if narrow else tr("保存，下一户 Ctrl+Enter")
        )
        self._hints.setVisible(width is Width.WIDE)
        self._show_reminder()


def _log(tx: Writing, entry: VisitEntry, values: Values) -> Logged:
    logged = visits.log_visit(tx, entry.resident_id, values)
    attachments.attach(tx, "visit", logged.visit_id, entry.photos)
    visit_drafts.drop(tx, entry.resident_id, entry.way)
    return logged
