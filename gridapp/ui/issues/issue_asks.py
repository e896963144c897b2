"""What a new issue is asked: six questions, and the rest behind 更多."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridapp.language import tr
from gridapp.models import Issue, codes
from gridapp.models.issue_flow import START, allowed
from gridapp.models.record import Field, field_of
from gridapp.ui.forms.ask_form import Ask, ChipEditor, note, yes_no
from gridapp.ui.forms.editors import LineEditor, NoteEditor, OptionEditor, editor_for
from gridapp.ui.issues.place_finder import PlaceEditor
from gridapp.ui.session import Session
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.card import column
from gridapp.ui.widgets.combo import Combo
from gridapp.ui.widgets.moments import DayField
from gridapp.ui.widgets.options import OptionRow

# What grid workers meet most (domain.md §2.9): a proposal, the list has the others.
OFTEN = ("0101", "0102", "0301", "0302", "0401", "0402", "0103", "0606")
OTHERS = "others"


class CategoryField(QWidget):
    """The usual categories as chips with a digit; the last opens the whole list."""

    changed = Signal()
    finished = Signal()
    went_back = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        field = field_of(Issue, "category")
        table = codes.table(field.codes)
        self.setAccessibleName(field.label)
        chips = [(code, table.name(code)) for code in OFTEN]
        chips.append((OTHERS, tr("其他类别…")))
        self._chips = OptionRow(theme, field.label, chips)
        self._list = Combo(theme, tr("全部类别"), _choices())
        box = column(self, gap=6)
        box.addWidget(self._chips)
        box.addWidget(self._list)
        self._list.hide()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._chips.changed.connect(self._on_chip)
        self._chips.finished.connect(self._on_chip_done)
        self._chips.went_back.connect(self.went_back)
        self._list.currentIndexChanged.connect(self.changed)
        self._list.finished.connect(self.finished)
        self._list.went_back.connect(self._chips.focus_first)

    def focus_first(self) -> None:
        """Put the keyboard on the chips."""
        self._chips.focus_first()

    def value(self) -> str | None:
        """Return the code that is chosen."""
        chip = self._chips.value()
        return self._list.value() if chip == OTHERS else chip

    def set_value(self, code: str | None) -> None:
        """Show a code."""
        chip = code if code in OFTEN or not code else OTHERS
        self._chips.set_values([chip] if chip else [])
        self._list.set_value(code if chip == OTHERS else None)
        self._list.setVisible(chip == OTHERS)

    def _on_chip(self) -> None:
        self._list.setVisible(self._chips.value() == OTHERS)
        self.changed.emit()

    def _on_chip_done(self) -> None:
        if self._chips.value() == OTHERS:
            self._list.setFocus()
        else:
            self.finished.emit()


class CategoryEditor:
    """The category as a question of a form."""

    def __init__(self, theme: Theme) -> None:
        self.widget = CategoryField(theme)

    @property
    def finished(self) -> SignalInstance:
        return self.widget.finished

    @property
    def changed(self) -> SignalInstance:
        return self.widget.changed

    def value(self) -> str | None:
        """Return the code that is chosen."""
        return self.widget.value()

    def set_value(self, value: str | None) -> None:
        """Show a code."""
        self.widget.set_value(value)

    def raw(self) -> str:
        """Return the code, or an empty text."""
        return self.value() or ""

    def restore(self, text: str) -> None:
        """Show a code that `raw` gave."""
        self.set_value(text or None)


class DayEditor:
    """A day; what is written and is none gets a sentence."""

    def __init__(self, name: str) -> None:
        self.widget = DayField(name)

    @property
    def finished(self) -> SignalInstance:
        return self.widget.finished

    def value(self) -> dt.date | None:
        """Return the day, None when nothing is written."""
        day = self.widget.day()
        if day is None and self.widget.text().strip():
            raise ValueError(tr("日期写成 11-27 或 5（本月 5 日）这样"))
        return day

    def set_value(self, value: dt.date | None) -> None:
        """Show a day."""
        self.widget.set_day(value)


def asks(session: Session) -> list[Ask]:
    """Return the questions in their order."""
    theme = session.theme
    begin = [(move.action, move.words) for move in allowed(START, "worker")]
    description = note(NoteEditor(field_of(Issue, "description")), 62)
    description.widget.setPlaceholderText(tr("看到了什么；第一行就是标题"))
    level = OptionEditor(session, field_of(Issue, "level"))
    result = LineEditor(_optional("result"))
    result.widget.setPlaceholderText(tr("怎么办好的"))
    owner = LineEditor(field_of(Issue, "owner_name"))
    owner.widget.setPlaceholderText(tr("不填就是自己"))
    return [
        Ask("category", tr("类别"), CategoryEditor(theme), required=True),
        Ask("place", tr("地点"), PlaceEditor(session, tr("地点"))),
        Ask("description", tr("说明"), description),
        Ask("level", tr("等级"), level, required=True),
        Ask("deadline", tr("办结时限"), DayEditor(tr("办结时限"))),
        Ask("action", tr("怎么办"), ChipEditor(theme, tr("怎么办"), begin), True),
        Ask("result", tr("处理结果"), result),
        Ask("owner_name", tr("责任人"), owner),
        *_more(session),
    ]


def _more(session: Session) -> list[Ask]:
    theme = session.theme
    found: list[Ask] = []
    for name in (
        "title_text",
        "source",
        "found_at",
        "owner_phones",
        "reporter_name",
        "reporter_phones",
        "list_item",
    ):
        field = _optional(name)
        found.append(Ask(name, field.label, editor_for(session, field), more=True))
    outside = yes_no(theme, tr("清单外任务"))
    until = DayEditor(tr("清单外截止"))
    by = LineEditor(_optional("approved_by"))
    found += [
        Ask("outside_list", tr("清单外任务"), outside, more=True),
        Ask("approved_by", tr("批准人"), by, more=True),
        Ask("approved_until", tr("批准到"), until, more=True),
    ]
    return found


def _optional(name: str) -> Field:
    return replace(field_of(Issue, name), required=False)


def _choices() -> Sequence[tuple[str, str]]:
    """Return every category, those of one parent after it and with its name."""
    table = codes.table(field_of(Issue, "category").codes)
    found: list[tuple[str, str]] = []
    for item in table.items:
        name = tr(item.name)
        if item.parent:
            name = tr("{parent}：{name}", parent=table.name(item.parent), name=name)
        found.append((item.code, name))
    return found
