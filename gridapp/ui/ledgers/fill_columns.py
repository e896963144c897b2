"""First step of filling a form: what goes into each of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from gridapp.language import tr
from gridapp.ui.ledgers.field_chooser import FieldChooser
from gridapp.ui.ledgers.plain_table import PlainTable, Shown
from gridapp.ui.ledgers.step_dialog import Step
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import Card, column, line
from gridapp.ui.widgets.entry import LineField

if TYPE_CHECKING:
    from gridapp.office.filling.form import Form
    from gridapp.office.filling.table import Table

MOST_WORDS = 6  # of a drop-down list that are shown


class FillColumnsStep(Step):
    """One row a column. `meant` tells a heading and its source, `sheet_picked` which
    sheet is to be filled in."""

    meant = Signal(str, str)
    sheet_picked = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        theme = session.theme
        self._table: Table | None = None
        self._lists: dict[int, tuple[str, ...]] = {}
        self._rows: list[tuple[int, str, str]] = []  # column, heading, source
        self._chips = ChipRow(theme, tr("工作表"), [], wrap=True)
        self._list = PlainTable(theme, tr("表的列"), _columns(Width.WIDE))
        self._change = Button(theme, tr("换一项…"), icon="pencil")
        self._blank = Button(theme, tr("留空"), "quiet", icon="x")
        hint = tr("每行写同样的字，如：和平社区")
        self._same = LineField(tr("每行写同样的字"), hint)
        self._same.setMaximumWidth(300)
        self._place()
        self._chips.picked.connect(self.sheet_picked)
        self._list.opened.connect(self._ask_source)
        self._list.moved.connect(self._show_acts)
        self._change.clicked.connect(lambda: self._ask_source(self._list.current()))
        self._blank.clicked.connect(self._leave_blank)
        self._same.finished.connect(self._write_same)

    def _place(self) -> None:
        box = column(self, gap=8)
        box.addWidget(self._chips)
        card = Card((1, 1, 1, 1), 0)
        card.box.addWidget(self._list)
        box.addWidget(card, 1)
        row = line(gap=8)
        row.addWidget(self._change)
        row.addWidget(self._blank)
        row.addStretch()
        row.addWidget(self._same, 1)
        box.addLayout(row)

    def show_table(self, form: Form, table: Table) -> None:
        """Show the columns of the sheet that is filled in."""
        kept = self._list.current()
        names = list(form.headers)
        self._chips.set_choices([(name, name) for name in names])
        self._chips.choose(table.sheet.name)
        self._chips.setVisible(len(names) > 1)
        self._table = table
        offered = {c: form.options(table, c) for c in table.headings}
        self._lists = {c: words for c, words in offered.items() if words}
        self._rows = [
            (one.index, one.heading, table.sources[one.index])
            for one in table.header.columns
        ]
        self._list.show_cells(len(self._rows), self._cell)
        self._list.choose(max(kept, 0))
        self._show_acts(self._list.current())

    def focus_start(self) -> None:
        """Put the keyboard on the first column nobody knows, else on the first."""
        unknown = [n for n, (_, _, source) in enumerate(self._rows) if not source]
        if unknown:
            self._list.choose(unknown[0])
        self._list.setFocus()

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window."""
        self._list.set_columns(_columns(width))

    def _cell(self, row: int, at: int) -> Shown:
        from gridapp.office.filling.sources import BLANK, CONSTANT, source_words

        place, heading, source = self._rows[row]
        if at == 0:
            return Shown(heading, strong=True)
        if at == 2:
            return Shown(self._remark(place), faint=True)
        if self._is_fixed(place):
            return Shown(tr("照原样留着"), faint=True)
        if not source:
            return Shown(tr("不认识，请选填什么"), "amber", badge=True)
        words = source_words(source)
        if source == BLANK:
            return Shown(words, faint=True)
        return Shown(words, "blue" if source.startswith(CONSTANT) else None)

    def _is_fixed(self, place: int) -> bool:
        return self._table is not None and place in self._table.fixed

    def _remark(self, place: int) -> str:
        if self._is_fixed(place):
            return tr("表里有公式或上了锁")
        words = self._lists.get(place, ())
        if not words:
            return ""
        shown = tr("、").join(words[:MOST_WORDS])
        more = tr("…") if len(words) > MOST_WORDS else ""
        return tr("可选：{words}{more}", words=shown, more=more)

    def _current(self) -> tuple[int, str, str] | None:
        row = self._list.current()
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def _show_acts(self, _row: int) -> None:
        from gridapp.office.filling.sources import BLANK, CONSTANT

        one = self._current()
        able = one is not None and not self._is_fixed(one[0])
        source = one[2] if one else ""
        self._change.setEnabled(able)
        self._blank.setEnabled(able and source != BLANK)
        self._same.setEnabled(able)
        if not self._same.hasFocus():
            text = source[len(CONSTANT) :] if source.startswith(CONSTANT) else ""
            self._same.setText(text)

    def _ask_source(self, row: int) -> None:
        from gridapp.office.filling.sources import BLANK, offered

        one = self._rows[row] if 0 <= row < len(self._rows) else None
        if one is None or self._is_fixed(one[0]):
            return
        question = tr("“{heading}”这一列填什么？", heading=one[1])
        choices: Sequence[tuple[str, str]] = [(BLANK, tr("留空")), *offered()]
        chooser = FieldChooser(self._session, question, choices, one[2], self)
        chooser.chosen.connect(partial(self.meant.emit, one[1]))
        chooser.finished.connect(self._back_to_list)
        chooser.open()

    def _back_to_list(self, _how: int) -> None:
        self._list.setFocus()

    def _leave_blank(self) -> None:
        from gridapp.office.filling.sources import BLANK

        one = self._current()
        if one is not None:
            self.meant.emit(one[1], BLANK)

    def _write_same(self) -> None:
        from gridapp.office.filling.sources import BLANK, CONSTANT

        one, text = self._current(), self._same.text().strip()
        if one is not None:
            self._list.setFocus()
            self.meant.emit(one[1], CONSTANT + text if text else BLANK)


def _columns(width: Width) -> list[tuple[str, int]]:
    narrow = width is Width.NARROW
    return [
        (tr("表上的列"), 220 if narrow else 300),
        (tr("填什么"), 0),
        (tr("说明"), 250 if narrow else 360),
    ]
