"""What the visit form says between its fields: what follows, and what to tap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.models import Issue
from gridapp.ui.care.due_words import day_words
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Lines, column, line
from gridapp.ui.widgets.flow import FlowLayout
from gridapp.ui.widgets.text import Glyph, Text
from gridapp.work.due import local_day
from gridapp.work.visits import HazardIssue


class OutcomeLine(QWidget):
    """What comes next when nobody was reached; hidden while it has nothing to say."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        row = line(self, gap=6)
        row.addWidget(Glyph(theme, "clock", "amber.text", 18))
        self._words = Text("", "muted", wrap=True)
        row.addWidget(self._words, 1)
        self.hide()

    def say(self, words: str) -> None:
        """Show a sentence; an empty one hides the line."""
        self._words.setText(words)
        self.setVisible(bool(words))


class IssueNotice(QWidget):
    """The issues that the ticked hazards make on save, each with its deadline."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._known: Mapping[str, HazardIssue] = {}
        row = line(self, gap=6)
        icon = Glyph(theme, "triangle-alert", "amber.text", 18)
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        box = column(gap=2)
        self._head = Text("", "muted")
        self._lines = Lines(gap=2)
        box.addWidget(self._head)
        box.addWidget(self._lines)
        row.addLayout(box, 1)
        self.hide()

    def know(self, issues: Mapping[str, HazardIssue]) -> None:
        """Remember what each hazard would make."""
        self._known = issues

    def show_ticked(self, hazards: Sequence[str]) -> None:
        """Show what saving makes of these hazards."""
        known = [self._known[one] for one in hazards if one in self._known]
        made = [one for one in known if one.deadline is not None]
        words = tr(
            "保存时会自动生成 {count} 张{title}：", count=len(made), title=Issue.title
        )
        self._head.setText(words if made else tr("这些隐患已有工单，不再生成："))
        self._lines.replace([Text(hazard_words(one), "note") for one in known])
        self.setVisible(bool(known))


def hazard_words(issue: HazardIssue) -> str:
    """Return 居家隐患：燃气，限 11-24（周二）前办结."""
    if issue.deadline is None:
        return tr("{title}，已有工单没有办结", title=issue.title)
    return tr(
        "{title}，限 {day}前办结",
        title=issue.title,
        day=day_words(local_day(issue.deadline)),
    )


class PhraseChips(QWidget):
    """Quick phrases for the note, each with its Alt key."""

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._phrases: tuple[str, ...] = ()
        self._flow = FlowLayout(self, 6)

    def show_phrases(self, phrases: Sequence[str]) -> None:
        """Show these in place of those before."""
        if tuple(phrases) == self._phrases:
            return
        self._phrases = tuple(phrases)
        chips: list[Button] = []
        for number, phrase in enumerate(self._phrases, 1):
            chip = Button(self._theme, phrase, "chip", tip=f"Alt+{number}")
            chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            chip.clicked.connect(partial(self.chosen.emit, phrase))
            chips.append(chip)
        self._flow.replace(chips)
        self.updateGeometry()

    def choose(self, number: int) -> None:
        """Take the phrase of Alt and that digit, where there is one."""
        if number <= len(self._phrases):
            self.chosen.emit(self._phrases[number - 1])
