"""The form of one patrol point, with what was changed about it before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.models import Building
from gridapp.models.record import Values
from gridapp.ui.forms.record_picker import RecordPicker
from gridapp.ui.session import Session
from gridapp.ui.widgets.card import Card, Lines, column, line
from gridapp.ui.widgets.entry import LineField, NoteField
from gridapp.ui.widgets.field_row import FieldRow
from gridapp.ui.widgets.frame import Scrolled
from gridapp.ui.widgets.options import OptionRow
from gridapp.ui.widgets.text import Text
from gridapp.work.patrol_points import Change

# Days offered with a digit; any other can be written.
INTERVALS = {1: tr("每天"), 7: tr("每周"), 14: tr("每两周"), 30: tr("每月")}
LONGEST = 366
REQUIRED = frozenset({"name", "interval_days", "reason"})
STAR = 18  # pixels beside a label
_TAB = Qt.FocusReason.TabFocusReason


@dataclass(frozen=True)
class Written:
    """What stands in the form."""

    values: Values
    reason: str


class PointForm(Card):
    """Name, building, how often and what to look at."""

    finished = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__((1, 8, 1, 1), 0)
        theme = self._theme = session.theme
        self.touched = False
        self._showing = False
        self._interval_before: int | None = None
        self._name = LineField(tr("看哪里"), tr("如：消防通道、水泵房"))
        self._building = RecordPicker(session, Building, tr("楼栋"))
        choices = [(str(days), words) for days, words in INTERVALS.items()]
        self._often = OptionRow(theme, tr("多久看一次"), choices)
        self._days = LineField(tr("隔几天看一次"), tr("几天"))
        self._days.setFixedWidth(90)
        self._look_at = NoteField(tr("看什么"), tr("到了看哪几样，可以不填"))
        self._look_at.setFixedHeight(84)
        self._reason = LineField(tr("为什么改"), tr("如：连续一个月没有发现问题"))
        self._rows: dict[str, FieldRow] = {}
        self._add_rows(
            (
                ("name", tr("看哪里"), self._name),
                ("building_id", tr("楼栋"), self._building),
                ("interval_days", tr("多久看"), self._often),
                ("reason", tr("为什么改"), self._reason),
                ("look_at", tr("看什么"), self._look_at),
            )
        )
        self._past = Text(tr("改过什么"), "strong")
        self._changes = Lines(gap=6)
        self._lay_out()
        self._bind()

    def _add_rows(self, fields: Sequence[tuple[str, str, QWidget]]) -> None:
        """Make the rows, with as much room as the longest label takes."""
        metrics = QFontMetrics(self._theme.font())
        widest = max(metrics.horizontalAdvance(words) for _, words, _ in fields)
        for name, words, editor in fields:
            self._rows[name] = FieldRow(
                self._theme,
                words,
                editor,
                required=name in REQUIRED,
                label_width=max(84, widest + STAR),
            )

    def _lay_out(self) -> None:
        scroll = Scrolled()
        inside = QWidget()
        box = column(inside, (10, 0, 10, 8), 1)
        for row in self._rows.values():
            box.addWidget(row)
        other = line(gap=8)
        other.addWidget(Text(tr("或每隔"), "muted"))
        other.addWidget(self._days)
        other.addWidget(Text(tr("天"), "muted"))
        other.addStretch()
        self._rows["interval_days"].add_below(other)
        past = column(margins=(12, 8, 12, 0), gap=6)
        past.addWidget(self._past)
        past.addWidget(self._changes)
        box.addLayout(past)
        box.addStretch()
        scroll.setWidget(inside)
        self.box.addWidget(scroll, 1)

    def _bind(self) -> None:
        for field in (self._name, self._days, self._reason):
            field.textChanged.connect(self._touch)
        self._look_at.textChanged.connect(self._touch)
        self._building.box.textChanged.connect(self._touch)
        self._often.changed.connect(self._on_often)
        self._days.textEdited.connect(self._on_days)
        steps = (self._name, self._building, self._often, self._reason, self._look_at)
        for number, field in enumerate(steps):
            field.finished.connect(partial(self._go, number + 1))
        self._days.finished.connect(partial(self._go, 3))

    def show_point(self, values: Mapping[str, Any] | None) -> None:
        """Show a point; None begins a new one."""
        self._showing = True
        days = values["interval_days"] if values else 7
        self._interval_before = days if values else None
        self._name.setText(values["name"] if values else "")
        self._building.set_value(values["building_id"] if values else None)
        self._show_days(days)
        self._look_at.setPlainText((values["look_at"] or "") if values else "")
        self._reason.clear()
        self.show_errors({})
        self.show_changes([])
        self._showing = False
        self.touched = False
        self._ask_reason()

    def show_changes(self, changes: Sequence[Change]) -> None:
        """Show what was changed about the point, newest first."""
        lines: list[QWidget] = []
        for one in changes:
            when = f"{one.at.astimezone():%Y-%m-%d}"
            words = "  ".join(word for word in (when, one.who, one.words) if word)
            lines.append(Text(words, "muted", wrap=True))
        self._changes.replace(lines)
        self._past.setVisible(bool(lines))

    def written(self) -> Written:
        """Return what stands in the form; InvalidFields with a sentence a field."""
        wrong: dict[str, str] = {}
        days = self._interval()
        if days is None:
            wrong["interval_days"] = tr(
                "选一个间隔，或写 1 到 {longest} 之间的天数", longest=LONGEST
            )
        name = self._name.text().strip()
        if not name:
            wrong["name"] = tr("写一下看哪里，如：消防通道")
        building = self._building.value()
        if building is None and self._building.box.text().strip():
            wrong["building_id"] = tr("从列出的楼栋里选一个；不在楼里就留空")
        if wrong:
            raise InvalidFields(wrong)
        values: Values = {
            "name": name,
            "building_id": building,
            "interval_days": days,
            "look_at": self._look_at.toPlainText().strip() or None,
        }
        return Written(values, self._reason.text().strip())

    def show_errors(self, messages: Mapping[str, str]) -> None:
        """Show each sentence beside its field, and go to the first."""
        for name, row in self._rows.items():
            row.show_error(messages.get(name, ""))
        first = next((n for n, name in enumerate(self._rows) if name in messages), None)
        if first is not None:
            order = ("name", "building_id", "interval_days", "reason", "look_at")
            self._go(order.index(list(self._rows)[first]))

    def name(self) -> str:
        """Return the name that is written."""
        return self._name.text().strip()

    def focus_start(self) -> None:
        """Put the keyboard into the first field."""
        self._go(0)

    def _interval(self) -> int | None:
        text = self._days.text().strip()
        if not text:
            chosen = self._often.value()
            return int(chosen) if chosen else None
        days = int(text) if text.isdecimal() else 0
        return days if 1 <= days <= LONGEST else None

    def _show_days(self, days: int) -> None:
        common = days in INTERVALS
        self._often.set_values([str(days)] if common else [])
        self._days.setText("" if common else str(days))

    def _on_often(self) -> None:
        self._days.clear()
        self._touch()

    def _on_days(self) -> None:
        self._often.set_values([])

    def _touch(self) -> None:
        if not self._showing:
            self.touched = True
            self._ask_reason()

    def _ask_reason(self) -> None:
        """Ask why, as soon as the interval of a known point is another."""
        before, days = self._interval_before, self._interval()
        self._rows["reason"].setVisible(
            before is not None and days not in (None, before)
        )

    def _go(self, number: int) -> None:
        fields = (self._name, self._building, self._often, self._reason, self._look_at)
        while number < len(fields) and not fields[number].isVisibleTo(self):
            number += 1
        if number >= len(fields):
            self.finished.emit()
            return
        field = fields[number]
        if isinstance(field, OptionRow):
            field.focus_first()
        else:
            field.setFocus(_TAB)
