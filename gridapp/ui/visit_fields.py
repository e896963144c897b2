"""The rows of the visit form: nine fields from the time to the next date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from gridapp.language import tr, weekday
from gridapp.models import codes
from gridapp.models.issue import Issue
from gridapp.ui.theme import Theme
from gridapp.ui.visit_values import (
    CALL_MODES,
    NOBODY,
    PHRASES,
    VISIT_MODES,
    VisitEntry,
    Way,
)
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.entry import LineField, NoteField
from gridapp.ui.widgets.field_row import FieldRow
from gridapp.ui.widgets.flow import FlowLayout
from gridapp.ui.widgets.moments import DayField, MomentField
from gridapp.ui.widgets.options import OptionRow
from gridapp.ui.widgets.text import Glyph, Text
from gridapp.work.owed import EVERY

Choices = tuple[tuple[str, str], ...]
_FIRST = 5  # options of a long list shown at first


class VisitFields(QWidget):
    """The fields of one way of contact, in the order one fills them in."""

    changed = Signal()
    finished = Signal()  # Enter in the last field

    def __init__(self, theme: Theme, way: Way) -> None:
        super().__init__()
        self._theme = theme
        self._way: Way = way
        self._plan_words = ""
        self._rows: dict[str, FieldRow] = {}
        self._focus: dict[str, Callable[[], None]] = {}
        call = way == "call"
        self._at = MomentField(tr("走访时间") if not call else tr("通话时间"))
        self._mode = OptionRow(theme, tr("方式"), CALL_MODES if call else VISIT_MODES)
        self._result = OptionRow(theme, tr("通话结果"), _choices("call_result"))
        whom = tuple(c for c in _choices("met_whom") if c[0] != "nobody")
        self._whom = OptionRow(theme, tr("接听人") if call else tr("见到谁"), whom)
        self._condition = OptionRow(theme, tr("身体状况"), _choices("condition"))
        self._note = NoteField(tr("情况记录"))
        self._hazards = OptionRow(
            theme, tr("居家隐患"), _choices("home_hazard"), many=True, first=_FIRST
        )
        self._needs = OptionRow(
            theme, tr("需求"), _choices("need"), many=True, first=_FIRST
        )
        self._need_note = LineField(tr("诉求"), tr("没有就直接按 Enter"))
        self._next = DayField(tr("下次日期"))
        self._next_words = Text("", "faint")
        self._issue_words = Text("", "muted")
        self._issue_line = QWidget()
        self._place()
        self._bind()

    def _place(self) -> None:
        call = self._way == "call"
        self._box = column(self, (10, 8, 10, 8), 1)
        self._add("started_at", tr("时间"), self._at)
        self._rows["started_at"].add_beside(
            Text(tr("按 + / − 调 5 分钟，T 为现在"), "faint")
        )
        self._add("mode", tr("方式"), self._mode, required=True)
        if call:
            self._add("call_result", tr("通话结果"), self._result, required=True)
        self._add(
            "met_whom",
            tr("接听人") if call else tr("见到谁"),
            self._whom,
            required=True,
        )
        self._add("condition", tr("身体状况"), self._condition, required=True)
        self._add("note", tr("情况记录"), self._note)
        self._rows["note"].add_below(self._phrases())
        if not call:
            self._add("hazards", tr("居家隐患"), self._hazards)
            notice = line(self._issue_line, gap=6)
            notice.addWidget(Glyph(self._theme, "triangle-alert", "amber.text", 18))
            notice.addWidget(self._issue_words, 1)
            self._rows["hazards"].add_below(self._issue_line)
        self._add("needs", tr("需求"), self._needs)
        self._add("need_note", tr("诉求"), self._need_note)
        self._add("next_on", tr("下次走访") if not call else tr("下次通话"), self._next)
        self._rows["next_on"].add_beside(self._next_words)
        self._box.addStretch()

    def _add(
        self, name: str, label: str, editor: QWidget, *, required: bool = False
    ) -> None:
        row = FieldRow(self._theme, label, editor, required=required)
        self._rows[name] = row
        self._box.addWidget(row)
        if isinstance(editor, OptionRow):
            self._focus[name] = editor.focus_first
        else:
            tab = Qt.FocusReason.TabFocusReason
            self._focus[name] = partial(editor.setFocus, tab)

    def _phrases(self) -> QWidget:
        holder = QWidget()
        flow = FlowLayout(holder, 6)
        for number, phrase in enumerate(PHRASES[self._way], 1):
            chip = Button(self._theme, phrase, "chip", tip=f"Alt+{number}")
            chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            chip.clicked.connect(partial(self._add_phrase, phrase))
            key = QShortcut(QKeySequence(f"Alt+{number}"), self)
            key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            key.activated.connect(partial(self._add_phrase, phrase))
            flow.addWidget(chip)
        return holder

    def _bind(self) -> None:
        names = list(self._rows)
        for number, name in enumerate(names):
            editor = self._rows[name].editor
            assert isinstance(editor, OptionRow | LineField | NoteField)
            editor.finished.connect(partial(self._go, number + 1))
            if not isinstance(editor, NoteField):
                editor.went_back.connect(partial(self._go, number - 1, step=-1))
            if isinstance(editor, OptionRow):
                editor.changed.connect(self._on_change)
            else:
                editor.textChanged.connect(self._on_change)

    def show_entry(self, entry: VisitEntry, plan_words: str) -> None:
        """Show an entry; `plan_words` say by which plan the next date was found."""
        self._plan_words = plan_words
        self._at.set_moment(entry.started_at)
        self._mode.set_values(_one(entry.mode))
        self._result.set_values(_one(entry.call_result))
        self._whom.set_values(_one(entry.met_whom))
        self._condition.set_values(_one(entry.condition))
        self._note.setPlainText(entry.note)
        self._hazards.set_values(entry.hazards)
        self._needs.set_values(entry.needs)
        self._need_note.setText(entry.need_note)
        self._next.set_day(entry.next_on)
        self.show_errors({})
        self._on_change()

    def fill(self, entry: VisitEntry) -> VisitEntry:
        """Write what stands in the fields into the entry, and return it."""
        entry.started_at = self._at.moment()
        entry.mode = self._mode.value()
        entry.call_result = self._result.value() if self._way == "call" else None
        entry.met_whom = self._whom.value()
        entry.condition = self._condition.value()
        entry.note = self._note.toPlainText()
        entry.hazards = self._hazards.values()
        entry.needs = self._needs.values()
        entry.need_note = self._need_note.text()
        entry.next_on = self._next.day()
        return entry

    def copy_last(self, note: str, condition: str | None) -> None:
        """Write last time's words and state into the form."""
        self._note.setPlainText(note)
        if condition:
            self._condition.set_values([condition])
        self._on_change()
        self.focus("note")

    def show_errors(self, messages: Mapping[str, str]) -> list[str]:
        """Show sentences beside their fields, focus the first; return the others."""
        for name, row in self._rows.items():
            row.show_error(messages.get(name, ""))
        wrong = [n for n in self._rows if n in messages and self._rows[n].isVisible()]
        if wrong:
            self.focus(wrong[0])
        return [words for name, words in messages.items() if name not in wrong]

    def show_note_error(self, sentence: str) -> None:
        """Show what the note still needs, without taking the keyboard there."""
        self._rows["note"].show_error(sentence)

    def note_finished(self, act: Callable[[], None]) -> None:
        """Call `act` when the user leaves the note by Enter."""
        self._note.finished.connect(act)

    def focus(self, name: str) -> None:
        """Put the keyboard into a field."""
        self._focus[name]()

    def set_note_height(self, height: int) -> None:
        """Give the note this much room, in logical pixels."""
        self._note.setFixedHeight(height)

    def _go(self, number: int, step: int = 1) -> None:
        names = list(self._rows)
        while 0 <= number < len(names):
            if self._rows[names[number]].isVisibleTo(self):
                self.focus(names[number])
                return
            number += step
        if step > 0:
            self.finished.emit()

    def _add_phrase(self, phrase: str) -> None:
        self._note.add_phrase(phrase)
        self._note.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_change(self) -> None:
        reached = VisitEntry.reached_by(self._mode.value(), self._result.value())
        for name in ("met_whom", "condition", "hazards", "needs", "need_note"):
            if name in self._rows:
                self._rows[name].setVisible(reached)
        day = self._next.day()
        words = [weekday(day)] if day else []
        if self._mode.value() == NOBODY:
            words = [tr("没见到人，保存后明天再排")]
        elif self._plan_words:
            words.append(self._plan_words)
        self._next_words.setText(tr("，").join(words))
        self._show_issues()
        self.changed.emit()

    def _show_issues(self) -> None:
        names = [codes.table("home_hazard").name(c) for c in self._hazards.values()]
        self._issue_line.setVisible(bool(names))
        if names:
            self._issue_words.setText(
                tr(
                    "保存时会自动生成 {count} 张{title}:",
                    count=len(names),
                    title=Issue.title,
                )
                + tr("、").join(tr("{name}隐患", name=name) for name in names)
            )


def _choices(key: str) -> Choices:
    return tuple((item.code, item.name) for item in codes.table(key).items)


def _one(code: str | None) -> tuple[str, ...]:
    return (code,) if code else ()


def plan_words(interval_days: int | None, way: Way) -> str:
    """Return by which plan a date was found, as 按“每周 1 次”算出."""
    if interval_days is None:
        return ""
    every = EVERY.get(
        interval_days, tr("每 {interval_days} 天", interval_days=interval_days)
    )
    return tr(
        "按“{every}{word} 1 次”算出",
        every=every,
        word=tr("走访") if way == "visit" else tr("通话"),
    )


def proposed(day: dt.date, interval_days: int | None) -> dt.date | None:
    """Return the next date by the plan, or None where there is no plan."""
    return day + dt.timedelta(days=interval_days) if interval_days else None
