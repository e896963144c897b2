"""The rows of the visit form: the fields from the time to the next date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from gridapp.language import tr, weekday
from gridapp.models import codes
from gridapp.store.meetings import KNOWN_REASONS
from gridapp.ui.care.visit_values import (
    ANSWERS,
    ASKED,
    CALL_MODES,
    NOBODY,
    RESCUE,
    VISIT_MODES,
    VisitEntry,
    Way,
)
from gridapp.ui.photos.photo_strip import PhotoStrip
from gridapp.ui.theme import Theme
from gridapp.ui.visits.visit_notices import IssueNotice, OutcomeLine, PhraseChips
from gridapp.ui.widgets.buttons import PinButton
from gridapp.ui.widgets.card import column
from gridapp.ui.widgets.entry import LineField, NoteField
from gridapp.ui.widgets.field_row import FieldRow
from gridapp.ui.widgets.moments import DayField, MomentField
from gridapp.ui.widgets.options import OptionRow
from gridapp.ui.widgets.shortcuts import bind_inside
from gridapp.ui.widgets.text import Text
from gridapp.work.visits import HazardIssue
from gridapp.work.ways import every_words

Choices = tuple[tuple[str, str], ...]
_FIRST = 5  # options of a long list shown at first
# What may be kept for the next household: how one works and what one says, but never
# how somebody is.
PINNED = ("mode", "met_whom", "note", "needs", "need_note", "remind")
WHEN_SEEN = ("met_whom", "condition", "hazards", "needs", "need_note")


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
        self._pins: dict[str, PinButton] = {}
        call = way == "call"
        self._at = MomentField(tr("走访时间") if not call else tr("通话时间"))
        self._mode = OptionRow(theme, tr("方式"), CALL_MODES if call else VISIT_MODES)
        self._result = OptionRow(theme, tr("通话结果"), _choices("call_result"))
        self._answer = OptionRow(theme, tr("问到什么"), ANSWERS)
        self._reason = OptionRow(
            theme, tr("没见到的原因"), _choices("not_met_reason"), first=_FIRST
        )
        whom = tuple(c for c in _choices("met_whom") if c[0] != "nobody")
        self._whom = OptionRow(theme, tr("接听人") if call else tr("见到谁"), whom)
        self._condition = OptionRow(theme, tr("身体状况"), _choices("condition"))
        self._note = NoteField(tr("情况记录"))
        self._phrases = PhraseChips(theme)
        self._hazards = OptionRow(
            theme, tr("居家隐患"), _choices("home_hazard"), many=True, first=_FIRST
        )
        self._issues = IssueNotice(theme)
        self._needs = OptionRow(
            theme, tr("需求"), _choices("need"), many=True, first=_FIRST
        )
        self._need_note = LineField(tr("诉求"), tr("没有就直接按 Enter"))
        self._remind = LineField(tr("下次要问"), tr("下次见面时提醒自己问什么"))
        self._next = DayField(tr("下次日期"))
        self._next_words = Text("", "faint")
        self._outcome = OutcomeLine(theme)
        self._after_miss: Callable[[str | None], str] = _nothing
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
        self._rows["mode"].add_below(self._outcome)
        if call:
            self._add("call_result", tr("通话结果"), self._result, required=True)
            self._add("answer", tr("问到什么"), self._answer, required=True)
        else:
            self._add("reason", tr("原因"), self._reason)
        self._add(
            "met_whom",
            tr("接听人") if call else tr("见到谁"),
            self._whom,
            required=True,
        )
        self._add("condition", tr("身体状况"), self._condition, required=True)
        self._add("note", tr("情况记录"), self._note)
        self._rows["note"].add_below(self._phrases)
        if not call:
            self._add("hazards", tr("居家隐患"), self._hazards)
            self._rows["hazards"].add_below(self._issues)
        self._add("needs", tr("需求"), self._needs)
        self._add("need_note", tr("诉求"), self._need_note)
        self._add("next_on", tr("下次走访") if not call else tr("下次通话"), self._next)
        self._rows["next_on"].add_beside(self._next_words)
        self._add("remind", tr("下次要问"), self._remind)
        self._box.addStretch()
        for name in PINNED:
            self._pins[name] = PinButton(self._theme, self._rows[name].label)
            self._rows[name].add_after(self._pins[name])

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

    def _bind(self) -> None:
        for number, name in enumerate(self._rows):
            editor = self._rows[name].editor
            assert isinstance(editor, OptionRow | LineField | NoteField)
            editor.finished.connect(partial(self._go_on, number))
            if not isinstance(editor, NoteField):
                editor.went_back.connect(partial(self._go, number - 1, step=-1))
            if isinstance(editor, OptionRow):
                editor.changed.connect(self._on_change)
            else:
                editor.textChanged.connect(self._on_change)
        self._phrases.chosen.connect(self._add_phrase)
        phrases = {f"Alt+{n}": partial(self._phrases.choose, n) for n in range(1, 5)}
        bind_inside(self, phrases | {"Ctrl+D": self._pin_here})

    def show_entry(
        self,
        entry: VisitEntry,
        plan_words: str,
        phrases: Sequence[str],
        hazard_issues: Mapping[str, HazardIssue],
        after_miss: Callable[[str | None], str],
    ) -> None:
        """Show an entry.

        `plan_words` say by which plan the next date was found, `after_miss` what comes
        next when an attempt of that mode reaches nobody.
        """
        self._plan_words, self._after_miss = plan_words, after_miss
        self._phrases.show_phrases(phrases)
        self._issues.know(hazard_issues)
        self._at.set_moment(entry.started_at)
        self._mode.set_values(_one(entry.mode))
        self._result.set_values(_one(entry.call_result))
        self._answer.set_values(_one(entry.answer))
        self._reason.set_values(_one(entry.reason))
        self._whom.set_values(_one(entry.met_whom))
        self._condition.set_values(_one(entry.condition))
        self._note.setPlainText(entry.note)
        self._hazards.set_values(entry.hazards)
        self._needs.set_values(entry.needs)
        self._need_note.setText(entry.need_note)
        self._remind.setText(entry.remind)
        self._next.set_day(entry.next_on)
        self.show_errors({})
        self._on_change()

    def fill(self, entry: VisitEntry) -> VisitEntry:
        """Write what stands in the fields into the entry, and return it."""
        call = self._way == "call"
        entry.started_at = self._at.moment()
        entry.mode = self._mode.value()
        entry.call_result = self._result.value() if call else None
        entry.answer = self._answer.value() if call else None
        entry.reason = None if call else self._reason.value()
        entry.met_whom = self._whom.value()
        entry.condition = self._condition.value()
        entry.note = self._note.toPlainText()
        entry.hazards = self._hazards.values()
        entry.needs = self._needs.values()
        entry.need_note = self._need_note.text()
        entry.remind = self._remind.text()
        entry.next_on = self._next.day()
        return entry

    def pinned(self, entry: VisitEntry) -> dict[str, Any]:
        """Return the values that are kept for the next household, by their names."""
        return {
            name: getattr(entry, name)
            for name, pin in self._pins.items()
            if pin.isChecked()
        }

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

    def add_photos(self, strip: PhotoStrip) -> None:
        """Place the photos at the end, where Enter does not lead."""
        self._box.insertWidget(
            self._box.count() - 1, FieldRow(self._theme, tr("照片"), strip)
        )
        strip.listen_to(self._note)
        strip.changed.connect(self.changed)

    def note_finished(self, act: Callable[[], None]) -> None:
        """Call `act` when the user leaves the note by Enter."""
        self._note.finished.connect(act)

    def focus(self, name: str) -> None:
        """Put the keyboard into a field."""
        self._focus[name]()

    def focus_start(self) -> None:
        """Put the keyboard where one begins: how it went."""
        if self._mode.value() == RESCUE:
            self.focus("note")
        elif self._mode.value() == ASKED:
            self.focus("answer")
        else:
            self.focus("mode" if self._way == "visit" else "call_result")

    def set_note_height(self, height: int) -> None:
        """Give the note this much room, in logical pixels."""
        self._note.setFixedHeight(height)

    def _go_on(self, number: int) -> None:
        """Go to the next field; a digit passes over choices that are made already."""
        editor = list(self._rows.values())[number].editor
        by_digit = isinstance(editor, OptionRow) and editor.by_digit
        self._go(number + 1, open_only=by_digit)

    def _go(self, number: int, step: int = 1, *, open_only: bool = False) -> None:
        names = list(self._rows)
        while 0 <= number < len(names):
            row = self._rows[names[number]]
            if row.isVisibleTo(self) and not (open_only and _made(row.editor)):
                self.focus(names[number])
                return
            number += step
        if step > 0:
            self.finished.emit()

    def _pin_here(self) -> None:
        for name, pin in self._pins.items():
            if self._rows[name].holds_focus():
                pin.click()

    def _add_phrase(self, phrase: str) -> None:
        self._note.add_phrase(phrase)
        self._note.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_change(self) -> None:
        mode = self._mode.value()
        result = self._result.value() if self._way == "call" else None
        reached = VisitEntry.reached_by(mode, result, self._answer.value())
        seen = reached and mode != ASKED
        for name in WHEN_SEEN:
            if name in self._rows:
                self._rows[name].setVisible(seen)
        if self._way == "call":
            self._rows["call_result"].setVisible(mode in ("phone", "video", None))
            self._rows["answer"].setVisible(mode == ASKED)
        else:
            self._rows["reason"].setVisible(mode == NOBODY)
        for name in ("remind", "next_on"):
            self._rows[name].setVisible(reached)
        self._show_next(mode, reached=reached)
        self._issues.show_ticked(self._hazards.values())
        self.changed.emit()

    def _show_next(self, mode: str | None, *, reached: bool) -> None:
        day = self._next.day()
        words = [weekday(day)] if day else []
        if self._plan_words:
            words.append(self._plan_words)
        self._next_words.setText(tr("，").join(words))
        unsaid = mode == ASKED and self._answer.value() is None
        words = "" if reached or unsaid else self._after_miss(mode)
        if mode == NOBODY and self._reason.value() in KNOWN_REASONS:
            words = tr("记下原因，保存后明天再排")
        self._outcome.say(words)


def _nothing(_mode: str | None) -> str:
    return ""


def _made(editor: QWidget) -> bool:
    return isinstance(editor, OptionRow) and not editor.many and bool(editor.value())


def _choices(key: str) -> Choices:
    return codes.table(key).choices


def _one(code: str | None) -> tuple[str, ...]:
    return (code,) if code else ()


def plan_words(interval_days: int | None, way: Way) -> str:
    """Return by which plan a date was found, as 按“每周走访 1 次”算出."""
    if interval_days is None:
        return ""
    every = every_words(interval_days)
    if way == "visit":
        return tr("按“{every}走访 1 次”算出", every=every)
    return tr("按“{every}通话 1 次”算出", every=every)


def proposed(day: dt.date, interval_days: int | None) -> dt.date | None:
    """Return the next date by the plan, or None where there is no plan."""
    return day + dt.timedelta(days=interval_days) if interval_days else None
