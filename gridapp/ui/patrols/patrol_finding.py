"""What was found at a place, in six fields; on saving the round it becomes an issue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from gridapp.language import tr, weekday
from gridapp.models import codes
from gridapp.store.database import Connection
from gridapp.ui.patrols.patrol_kinds import OFTEN, often, others, phrases
from gridapp.ui.patrols.patrol_values import FindingEntry
from gridapp.ui.photos.photo_strip import PhotoStrip
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, column, line
from gridapp.ui.widgets.combo import Combo
from gridapp.ui.widgets.entry import LineField, NoteField
from gridapp.ui.widgets.field_row import FieldRow
from gridapp.ui.widgets.flow import FlowLayout
from gridapp.ui.widgets.frame import Foot, Scrolled
from gridapp.ui.widgets.moments import DayField
from gridapp.ui.widgets.options import OptionRow
from gridapp.ui.widgets.shortcuts import KeyHints, bind_inside
from gridapp.ui.widgets.text import Text
from gridapp.work import limits
from gridapp.work.due import local_day

ACTIONS = (
    ("report", tr("上报")),
    ("work", tr("自己处理")),
    ("self_close", tr("当场办结")),
)
HINTS = (("Enter", tr("下一项")), ("1–9", tr("选择")), ("Esc", tr("返回路线")))
_TAB = Qt.FocusReason.TabFocusReason


class FindingForm(QWidget):
    """The form; `done` gives the finding, `left` that one goes back to the route."""

    done = Signal(object)  # the FindingEntry
    removed = Signal()
    left = Signal()
    touched = Signal()
    said = Signal(str, object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._theme = session.theme
        self._entry = FindingEntry()
        self._found_on = dt.date.today()
        self._limit: dt.date | None = None
        self._showing = False
        self.written = False  # whether a person changed something in it
        self._heading = Text("", "section")
        self._category = OptionRow(self._theme, tr("类别"), often())
        self._other = Combo(self._theme, tr("其他类别"), others())
        self._place = LineField(tr("地点"))
        self._note = NoteField(tr("说明"), tr("看到了什么"))
        self._note.setFixedHeight(58)
        levels = codes.table("issue_level")
        self._level = OptionRow(
            self._theme, tr("等级"), [(c, levels.name(c)) for c in levels.codes]
        )
        self._until = DayField(tr("时限"))
        self._until_words = Text("", "faint")
        self._action = OptionRow(self._theme, tr("处理"), ACTIONS)
        self._owner = LineField(tr("责任人"))
        self._photos = PhotoStrip(session)
        self._phrases = QWidget()
        self._rows: dict[str, FieldRow] = {}
        self._remove = Button(self._theme, tr("删掉这个问题"), icon="trash-2")
        self._back = Button(self._theme, tr("返回"))
        self._keep = Button(
            self._theme, tr("记下这个问题 Ctrl+Enter"), "primary", icon="check"
        )
        self._hints = KeyHints(HINTS)
        self._lay_out()
        self._bind()

    def _lay_out(self) -> None:
        outer = column(self)
        self._body = column(margins=(16, 14, 16, 10))
        card = Card((1, 8, 1, 1), 4)
        head = line(margins=(20, 2, 12, 2))
        head.addWidget(self._heading, 1)
        card.box.addLayout(head)
        scroll = Scrolled()
        inside = QWidget()
        self._box = column(inside, (10, 0, 10, 8), 1)
        self._add("category", tr("类别"), self._category, required=True)
        self._other.setFixedWidth(210)
        beside = line(gap=8)
        beside.addWidget(Text(tr("不在上面的："), "muted"))
        beside.addWidget(self._other)
        beside.addStretch()
        self._rows["category"].add_below(beside)
        self._add("place", tr("地点"), self._place, required=True)
        self._add("note", tr("说明"), self._note)
        self._rows["note"].add_below(self._phrases)
        self._rows["note"].add_below(self._photos)
        self._add("level", tr("等级"), self._level)
        self._add("until", tr("时限"), self._until)
        self._rows["until"].add_beside(self._until_words)
        self._add("action", tr("处理"), self._action)
        owner = line(gap=8)
        owner.addWidget(Text(tr("责任人"), "muted"))
        self._owner.setFixedWidth(210)
        owner.addWidget(self._owner)
        owner.addStretch()
        self._rows["action"].add_below(owner)
        self._box.addStretch()
        scroll.setWidget(inside)
        self._scroll = scroll
        card.box.addWidget(scroll, 1)
        self._body.addWidget(card, 1)
        outer.addLayout(self._body, 1)
        outer.addWidget(self._footer())

    def _add(
        self, name: str, label: str, editor: QWidget, *, required: bool = False
    ) -> None:
        row = FieldRow(self._theme, label, editor, required=required)
        self._rows[name] = row
        self._box.addWidget(row)

    def _footer(self) -> QFrame:
        footer = Foot()
        footer.row.addWidget(self._hints)
        footer.row.addStretch()
        for button in (self._remove, self._back, self._keep):
            footer.row.addWidget(button)
        return footer

    def _bind(self) -> None:
        names = list(self._rows)
        for number, name in enumerate(names):
            editor = self._rows[name].editor
            assert isinstance(editor, OptionRow | LineField | NoteField)
            editor.finished.connect(partial(self._go, number + 1))
            if not isinstance(editor, NoteField):
                editor.went_back.connect(partial(self._go, number - 1))
            if isinstance(editor, OptionRow):
                editor.changed.connect(self._touch)
            else:
                editor.textChanged.connect(self._touch)
        self._owner.textChanged.connect(self._touch)
        self._owner.finished.connect(self._keep.setFocus)
        self._category.changed.connect(partial(self._on_category, often_chosen=True))
        self._other.activated.connect(partial(self._on_category, often_chosen=False))
        self._other.finished.connect(partial(self._go, 1))
        self._level.changed.connect(self._ask_limit)
        self._until.textChanged.connect(self._show_until)
        self._photos.changed.connect(self._touch)
        self._photos.said.connect(self.said)
        self._photos.listen_to(self._note)
        self._remove.clicked.connect(self.removed)
        self._back.clicked.connect(self.left)
        self._keep.clicked.connect(self.keep)
        keys: dict[str, Callable[[], object]] = {
            "Ctrl+Return": self.keep,
            "Ctrl+Enter": self.keep,
            "Ctrl+S": self.keep,
            "Esc": self.left.emit,
            **{f"Alt+{n}": partial(self._add_phrase_of, n - 1) for n in range(1, 5)},
        }
        bind_inside(self, keys)

    def begin(
        self, entry: FindingEntry, heading: str, found_on: dt.date, *, known: bool
    ) -> None:
        """Show a finding; `known` when it is already part of the round."""
        self._entry, self._found_on, self._limit = entry, found_on, None
        self._showing = True
        self._heading.setText(heading)
        self._remove.setVisible(known)
        category = entry.category
        self._category.set_values([category] if category else [])
        self._other.set_value(None if category in OFTEN else category)
        self._place.setText(entry.place)
        self._note.setPlainText(entry.note)
        self._level.set_values([entry.level])
        self._action.set_values([entry.action])
        self._owner.setText(entry.owner_name)
        self._until.set_day(entry.until)
        self._photos.show_pending(entry.photos)
        for row in self._rows.values():
            row.show_error("")
        self._showing = self.written = False
        self._show_phrases()
        self._ask_limit()
        self._scroll.verticalScrollBar().setValue(0)
        self.focus_start()

    def focus_start(self) -> None:
        """Put the keyboard on the category."""
        self._category.focus_first()

    def _touch(self) -> None:
        if not self._showing:
            self.written = True
            self.touched.emit()

    def filled(self) -> FindingEntry:
        """Return what stands in the form now."""
        until = self._until.day()
        return FindingEntry(
            self._entry.spot,
            self._chosen(),
            self._place.text(),
            self._note.toPlainText(),
            self._level.value() or "normal",
            None if until == self._limit else until,
            self._action.value() or "report",
            self._owner.text(),
            self._photos.pending(),
        )

    def keep(self) -> None:
        """Give the finding to the round, or show what is missing."""
        self._photos.when_ready(self._finish)

    def _finish(self) -> None:
        entry = self.filled()
        wrong = entry.missing(self._found_on)
        if self._until.text().strip() and self._until.day() is None:
            wrong["until"] = tr("写一个日期，如 2026-11-25，或按 + / − 调")
        for name, row in self._rows.items():
            row.show_error(wrong.get(name, ""))
        first = next((n for n, name in enumerate(self._rows) if name in wrong), None)
        if first is None:
            self.done.emit(entry)
        else:
            self._go(first)

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window."""
        narrow = width is Width.NARROW
        self._body.setContentsMargins(*((10, 8, 10, 8) if narrow else (16, 14, 16, 10)))
        self._keep.setText(tr("记下") if narrow else tr("记下这个问题 Ctrl+Enter"))
        self._hints.setVisible(width is Width.WIDE)

    def _chosen(self) -> str | None:
        return self._category.value() or self._other.value()

    def _on_category(self, _index: int = 0, *, often_chosen: bool) -> None:
        if often_chosen:
            self._other.set_value(None)
        else:
            self._category.set_values([])
        self._touch()
        self._show_phrases()
        self._ask_limit()

    def _ask_limit(self) -> None:
        category, level = self._chosen(), self._level.value() or "normal"
        if category is None:
            self._show_until()
            return
        work = partial(_limit, category=category, level=level, found_on=self._found_on)
        self._session.read(work, self._show_limit)

    def _show_limit(self, day: dt.date) -> None:
        if self._until.day() in (None, self._limit):
            self._showing = True
            self._until.set_day(day)
            self._showing = False
        self._limit = day
        self._show_until()

    def _show_until(self) -> None:
        day, category = self._until.day(), self._chosen()
        words = [weekday(day)] if day else []
        if day is not None and day == self._limit and category:
            name = codes.table("issue_category").name(category)
            words.append(tr("按“{category}”的时限算出，可以改", category=name))
        elif category is None:
            words.append(tr("选了类别就按它的时限算"))
        self._until_words.setText(tr("，").join(words))

    def _show_phrases(self) -> None:
        layout = self._phrases.layout()
        flow = (
            layout if isinstance(layout, FlowLayout) else FlowLayout(self._phrases, 6)
        )
        while (item := flow.takeAt(0)) is not None:
            chip = item.widget()
            if chip is not None:
                chip.hide()
                chip.deleteLater()
        for number, phrase in enumerate(phrases(self._chosen()), 1):
            chip = Button(self._theme, phrase, "chip", tip=f"Alt+{number}")
            chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            chip.clicked.connect(partial(self._add_phrase, phrase))
            flow.addWidget(chip)
        self._phrases.updateGeometry()

    def _add_phrase_of(self, number: int) -> None:
        self._add_phrase(phrases(self._chosen())[number])

    def _add_phrase(self, phrase: str) -> None:
        self._note.add_phrase(phrase)
        self._note.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go(self, number: int) -> None:
        editors = [row.editor for row in self._rows.values()]
        if number >= len(editors):
            self._keep.setFocus(_TAB)
        elif number >= 0:
            editor = editors[number]
            if isinstance(editor, OptionRow):
                editor.focus_first()
            else:
                editor.setFocus(_TAB)
            self._scroll.ensureWidgetVisible(list(self._rows.values())[number], 0, 12)


def _limit(db: Connection, category: str, level: str, found_on: dt.date) -> dt.date:
    found_at = dt.datetime.combine(found_on, dt.time(12)).astimezone(dt.UTC)
    return local_day(limits.issue_deadline(db, category, level, found_at))
