"""One row of an import: its questions, and each cell beside what would be written."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from gridapp.language import tr
from gridapp.office.ledgers.detail import Detail, Line, people_words
from gridapp.office.ledgers.plan import PlannedRow
from gridapp.office.ledgers.problems import Problem
from gridapp.office.ledgers.questions import ONE_BY_ONE, answers_to
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Lines, column, line
from gridapp.ui.widgets.options import OptionRow
from gridapp.ui.widgets.text import Text

HEADING, NARROW_HEADING = 116, 92  # pixels


class RowPanel(QWidget):
    """`answered` tells a question's code and the answer; `answered_all` the same for
    every row with that question."""

    answered = Signal(str, str)
    answered_all = Signal(str, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._narrow = False
        self._options: list[OptionRow] = []
        self._title = Text("", "strong", shrinks=True)
        self._questions = Lines(gap=6)
        self._lines = Lines((0, 0, 10, 0), gap=0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName(tr("这一行的内容"))
        inside = QWidget()
        box = column(inside, gap=8)
        box.addWidget(self._questions)
        box.addWidget(self._lines)
        box.addStretch()
        scroll.setWidget(inside)
        outer = column(self, (12, 10, 4, 8), 8)
        outer.addWidget(self._title)
        outer.addWidget(scroll, 1)
        self._scroll = scroll

    def show_row(self, row: PlannedRow, detail: Detail, alike: dict[str, int]) -> None:
        """Show a row; `alike` says how many rows have each of its questions."""
        self._title.setText(detail.title)
        had_keyboard = self._questions.isAncestorOf(self.focusWidget() or self)
        self._options = []
        asked = [self._question(row, one, alike) for one in row.questions]
        remarks = [self._remark(words) for words in self._remarks(row, detail)]
        self._questions.replace([*asked, *remarks])
        self._questions.setVisible(bool(asked or remarks))
        lines = [self._line(one) for one in detail.lines]
        self._lines.replace(lines if self._narrow else [self._heads(), *lines])
        self._scroll.verticalScrollBar().setValue(0)
        if had_keyboard:
            self._focus_open(row)

    def show_nothing(self, words: str) -> None:
        """Show that no row is chosen."""
        self._title.setText(words)
        self._questions.replace([])
        self._lines.replace([])

    def focus_question(self) -> bool:
        """Put the keyboard on the first question; return whether there is one."""
        if not self._options:
            return False
        self._options[0].focus_first()
        return True

    def _focus_open(self, row: PlannedRow) -> None:
        """Keep the keyboard on the questions, at the first that is not answered."""
        for options, one in zip(self._options, row.questions, strict=True):
            if one.code not in row.said:
                options.focus_first()
                return
        if self._options:
            self._options[-1].focus_first()

    def _remarks(self, row: PlannedRow, detail: Detail) -> list[str]:
        asked = {one.message for one in row.questions}
        return [words for words in detail.remarks if words not in asked]

    def _question(
        self, row: PlannedRow, one: Problem, alike: dict[str, int]
    ) -> QWidget:
        frame = QFrame()
        frame.setObjectName("warnbar")
        box = column(frame, (10, 8, 10, 8), 6)
        box.addWidget(Text(one.message, "strong", wrap=True))
        people = people_words(row.people) if one.code == "Q_SEVERAL" else []
        options = OptionRow(
            self._theme, one.message, [*people, *answers_to(one.code).items()]
        )
        self._options.append(options)
        given = row.said.get(one.code)
        options.set_values([given] if given else [])
        options.changed.connect(partial(self._tell, one.code, options))
        box.addWidget(options)
        count = alike.get(one.code, 0)
        if count > 1 and one.code not in ("Q_SEVERAL", *ONE_BY_ONE):
            words = tr("同类的 {count:,} 行都这样答", count=count)
            everyone = Button(self._theme, words, "quiet", icon="list-checks")
            everyone.clicked.connect(partial(self._tell_all, one.code, options))
            everyone.setEnabled(given is not None)
            options.changed.connect(partial(everyone.setEnabled, True))
            box.addWidget(everyone, 0, Qt.AlignmentFlag.AlignLeft)
        return frame

    def _tell(self, code: str, options: OptionRow) -> None:
        answer = options.value()
        if answer:
            self.answered.emit(code, answer)

    def _tell_all(self, code: str, options: OptionRow) -> None:
        answer = options.value()
        if answer:
            self.answered_all.emit(code, answer)

    def _remark(self, words: str) -> QWidget:
        return Text(words, "warning", wrap=True)

    def set_narrow(self, narrow: bool) -> None:
        """Put what would be written below the cell where there is little room."""
        self._narrow = narrow

    def _heads(self) -> QWidget:
        holder = QWidget()
        row = line(holder, (0, 0, 0, 4), 8)
        first = Text(tr("台账的列"), "faint")
        first.setFixedWidth(HEADING)
        row.addWidget(first)
        row.addWidget(Text(tr("台账写的"), "faint"), 1)
        row.addWidget(Text(tr("记成"), "faint"), 1)
        return holder

    def _line(self, one: Line) -> QWidget:
        holder = QFrame()
        row = line(holder, (0, 5, 0, 5), 8)
        heading = Text(one.heading, "muted", wrap=True)
        heading.setFixedWidth(NARROW_HEADING if self._narrow else HEADING)
        row.addWidget(heading, 0, Qt.AlignmentFlag.AlignTop)
        box = column(gap=2)
        beside = column(gap=2) if self._narrow else line(gap=8)
        texts = [text for text in (one.cell, self._outcome(one)) if text]
        for text in texts if self._narrow else (one.cell, self._outcome(one)):
            beside.addWidget(Text(text, "note", wrap=True), 1)
        box.addLayout(beside)
        for words in one.problems:
            box.addWidget(Text(words, "error" if one.wrong else "warning", wrap=True))
        row.addLayout(box, 1)
        return holder

    def _outcome(self, one: Line) -> str:
        if one.old:
            return tr("{old} → {new}", old=one.old, new=one.written)
        if self._narrow and one.written:
            return tr("→ {new}", new=one.written)
        return one.written
