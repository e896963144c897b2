"""Second step of an import: what each column means, and what its digits mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from gridapp.language import tr
from gridapp.office.ledgers.columns import IGNORED
from gridapp.office.ledgers.offers import (
    CHOSEN,
    UNKNOWN,
    ColumnOffer,
    choosable,
)
from gridapp.ui.ledgers.field_chooser import FieldChooser
from gridapp.ui.ledgers.plain_table import PlainTable, Shown
from gridapp.ui.ledgers.step_dialog import Step
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import Card, Lines, column, line
from gridapp.ui.widgets.options import OptionRow
from gridapp.ui.widgets.text import Text

NOT_NOW = ""  # leave the column of digits out


class ColumnsStep(Step):
    """One row a column. `meant` tells a heading and its path, `repeats` a heading and
    whether blanks mean 同上, `coded` a path and its code set."""

    meant = Signal(str, str)
    repeats = Signal(str, bool)
    coded = Signal(str, str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        theme = session.theme
        self._by_sheet: Mapping[str, Sequence[ColumnOffer]] = {}
        self._offers: Sequence[ColumnOffer] = ()
        self._asked = ""  # the path whose question is shown
        self._kind = ""
        self._question_row: OptionRow | None = None
        self._chips = ChipRow(theme, tr("工作表"), [], wrap=True)
        self._questions = Lines(gap=6)
        self._table = PlainTable(theme, tr("台账的列"), _columns(Width.WIDE))
        self._change = Button(theme, tr("换一个字段…"), icon="pencil")
        self._ignore = Button(theme, tr("不导入这一列"), "quiet", icon="x")
        self._ditto = Button(theme, tr("空白=同上"), "quiet")
        self._ditto.setCheckable(True)
        self._codes = Button(theme, tr("换代码标准"), "quiet")
        self._place()
        self._chips.picked.connect(self._show_sheet)
        self._table.opened.connect(self._ask_meaning)
        self._table.moved.connect(self._show_acts)
        self._change.clicked.connect(lambda: self._ask_meaning(self._table.current()))
        self._ignore.clicked.connect(self._tell_ignored)
        self._ditto.clicked.connect(self._tell_ditto)
        self._codes.clicked.connect(self._ask_codes_again)

    def _place(self) -> None:
        box = column(self, gap=8)
        box.addWidget(self._chips)
        box.addWidget(self._questions)
        card = Card((1, 1, 1, 1), 0)
        card.box.addWidget(self._table)
        box.addWidget(card, 1)
        row = line(gap=8)
        for part in (self._change, self._ignore, self._ditto, self._codes):
            row.addWidget(part)
        row.addStretch()
        box.addLayout(row)

    def show_offers(
        self, offers: Mapping[str, Sequence[ColumnOffer]], kind: str
    ) -> None:
        """Show the columns of every sheet that goes in, by the sheet's name; the rows
        are about records of that kind."""
        self._kind = kind
        self._by_sheet = {name: found for name, found in offers.items() if found}
        self._chips.set_choices([(name, name) for name in self._by_sheet])
        self._chips.setVisible(len(self._by_sheet) > 1)
        self._show_sheet(self._chips.chosen())

    def focus_start(self) -> None:
        """Put the keyboard on the first question, else on the first unknown column."""
        if self._question_row is not None and self._questions.isVisible():
            self._question_row.focus_first()
            return
        unknown = [n for n, one in enumerate(self._offers) if one.how == UNKNOWN]
        if unknown:
            self._table.choose(unknown[0])
        self._table.setFocus()

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window."""
        self._table.set_columns(_columns(width))

    def _show_sheet(self, name: str) -> None:
        self._offers = self._by_sheet.get(name, ())
        self._table.show_cells(len(self._offers), self._cell)
        self._show_question([one for one in self._offers if one.asks_code_set])
        self._show_acts(self._table.current())

    def _cell(self, row: int, at: int) -> Shown:
        one = self._offers[row]
        if at == 0:
            return Shown(one.heading, strong=True)
        if at == 1:
            return Shown(
                tr("、").join(one.samples) or tr("（都是空的）"), faint=not one.samples
            )
        if at == 2:
            return _meaning(one)
        return _remark(one)

    def _show_question(self, asked: Sequence[ColumnOffer]) -> None:
        """Ask about one column of digits at a time."""
        path = asked[0].path if asked else ""
        if path == self._asked:
            return
        had_keyboard = self._questions.isAncestorOf(self.focusWidget() or self)
        self._asked = path
        self._questions.replace([self._question(asked[0])] if asked else [])
        self._questions.setVisible(bool(asked))
        if had_keyboard:
            self.focus_start()

    def _question(self, one: ColumnOffer) -> QWidget:
        frame = QFrame()
        frame.setObjectName("warnbar")
        box = column(frame, (12, 8, 12, 8), 6)
        words = tr(
            "“{heading}”这一列填的是数字，各家系统的意思不同，请选它的意思：",
            heading=one.heading,
        )
        box.addWidget(Text(words, "strong", wrap=True))
        options = [
            (offer.name, tr("{name}：{words}", name=offer.name, words=offer.words()))
            for offer in one.code_sets
        ]
        options.append((NOT_NOW, tr("都不是，这一列不导入")))
        row = OptionRow(self._session.theme, one.heading, options)
        row.changed.connect(partial(self._tell_code_set, one, row))
        self._question_row = row
        box.addWidget(row)
        return frame

    def _tell_code_set(self, one: ColumnOffer, row: OptionRow) -> None:
        name = row.value()
        if name == NOT_NOW:
            self.meant.emit(one.heading, IGNORED)
        elif name is not None:
            self.coded.emit(one.path, name)

    def _current(self) -> ColumnOffer | None:
        row = self._table.current()
        return self._offers[row] if 0 <= row < len(self._offers) else None

    def _show_acts(self, _row: int) -> None:
        one = self._current()
        self._change.setEnabled(one is not None)
        self._ignore.setEnabled(one is not None and one.path not in ("", IGNORED))
        fits = (
            one is not None and one.blanks > 0 and one.path not in ("name", "id_number")
        )
        self._ditto.setVisible(fits or (one is not None and one.ditto))
        self._ditto.setChecked(one is not None and one.ditto)
        self._codes.setVisible(one is not None and bool(one.code_set and one.code_sets))

    def _ask_meaning(self, row: int) -> None:
        if not 0 <= row < len(self._offers):
            return
        one = self._offers[row]
        question = tr("“{heading}”这一列是什么？", heading=one.heading)
        if one.samples:
            samples = tr("、").join(one.samples)
            question = tr(
                "“{heading}”这一列是什么？里面写的是：{samples}",
                heading=one.heading,
                samples=samples,
            )
        choices = [(IGNORED, tr("不导入")), *choosable(self._kind)]
        chooser = FieldChooser(self._session, question, choices, one.path, self)
        chooser.chosen.connect(partial(self.meant.emit, one.heading))
        chooser.finished.connect(self._back_to_table)
        chooser.open()

    def _back_to_table(self, _how: int) -> None:
        self._table.setFocus()

    def _tell_ignored(self) -> None:
        one = self._current()
        if one is not None:
            self.meant.emit(one.heading, IGNORED)

    def _tell_ditto(self, checked: bool) -> None:
        one = self._current()
        if one is not None:
            self.repeats.emit(one.heading, checked)

    def _ask_codes_again(self) -> None:
        one = self._current()
        if one is not None:
            self._asked = ""
            self._questions.replace([self._question(one)])
            self._questions.show()
            self.focus_start()


def _columns(width: Width) -> list[tuple[str, int]]:
    narrow = width is Width.NARROW
    return [
        (tr("台账的列"), 180 if narrow else 220),
        (tr("里面写的（举例）"), 230 if narrow else 330),
        (tr("记到"), 0),
        (tr("说明"), 190 if narrow else 250),
    ]


def _meaning(one: ColumnOffer) -> Shown:
    if one.how == UNKNOWN:
        return Shown(tr("不认识，不导入"), "amber", badge=True)
    if one.path == IGNORED:
        return Shown(one.meaning, faint=True)
    return Shown(one.meaning, "blue" if one.how == CHOSEN else None)


def _remark(one: ColumnOffer) -> Shown:
    if one.asks_code_set:
        return Shown(tr("要选代码的意思"), "amber", badge=True)
    said: list[str] = []
    if one.code_set and one.code_sets:
        said.append(one.code_set)
    if one.ditto:
        said.append(tr("空白=同上"))
    elif one.blanks and one.path not in ("", IGNORED):
        said.append(tr("{count:,} 行是空的", count=one.blanks))
    return Shown(tr("，").join(said), faint=True)
