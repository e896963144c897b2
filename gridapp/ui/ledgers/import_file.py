"""First step of an import: which sheets, and where their headings stand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTableView

from gridapp.language import tr
from gridapp.office.ledgers.offers import ledger_types, masked_cell
from gridapp.office.ledgers.plan import ImportPlan, PlannedSheet
from gridapp.ui.ledgers.plain_table import PlainTable, Shown
from gridapp.ui.ledgers.step_dialog import Step
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import Card, column, line
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.text import Text

ROWS, COLUMNS, DEEPEST = 40, 14, 3  # of the sheet that are shown; heading rows
NUMBER_WIDTH, WIDTH = 64, 118


class FileStep(Step):
    """The sheet as it stands with its heading rows marked.

    `pointed` tells a sheet and its heading rows, None to leave it out; `named` whose
    table it is, `kind_picked` the record type its rows are about.
    """

    pointed = Signal(str, object)
    named = Signal(str)
    kind_picked = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        theme = session.theme
        self._sheets: dict[str, PlannedSheet] = {}
        self._chips = ChipRow(theme, tr("工作表"), [], wrap=True)
        self._kinds = ChipRow(theme, tr("是什么台账"), ledger_types())
        self._words = Text("", "note", wrap=True)
        self._sender = LineField(tr("谁发来的表"), tr("如：民政办（可不填）"))
        self._sender.setMaximumWidth(240)
        self._table = PlainTable(theme, tr("表的前几行"), [])
        mode = QTableView.SelectionMode.ContiguousSelection
        self._table.setSelectionMode(mode)
        self._point = Button(theme, tr("选中的行是表头"), icon="check")
        self._skip = Button(theme, tr("这张表不导入"), "quiet", icon="x")
        self._place()
        self._chips.picked.connect(self._show_sheet)
        self._kinds.picked.connect(self.kind_picked)
        self._point.clicked.connect(self._tell_rows)
        self._skip.clicked.connect(self._tell_skip)
        self._sender.editingFinished.connect(
            lambda: self.named.emit(self._sender.text().strip())
        )

    def _place(self) -> None:
        box = column(self, gap=8)
        kinds = line(gap=8)
        kinds.addWidget(Text(tr("这是什么台账"), "muted"))
        kinds.addWidget(self._kinds)
        kinds.addStretch()
        box.addLayout(kinds)
        box.addWidget(self._chips)
        box.addWidget(self._words)
        card = Card((1, 1, 1, 1), 0)
        card.box.addWidget(self._table)
        box.addWidget(card, 1)
        row = line(gap=8)
        row.addWidget(self._point)
        row.addWidget(self._skip)
        row.addStretch()
        label = Text(tr("谁发来的"), "muted")
        label.setBuddy(self._sender)
        row.addWidget(label)
        row.addWidget(self._sender, 1)
        box.addLayout(row)

    def show_plan(self, plan: ImportPlan) -> None:
        """Show the sheets of a file as they are understood."""
        self._sheets = {sheet.name: sheet for sheet in plan.sheets}
        self._kinds.choose(plan.kind)
        choices = [(sheet.name, _chip(sheet)) for sheet in plan.sheets]
        self._chips.set_choices(choices)
        self._chips.setVisible(len(choices) > 1)
        if not self._sender.hasFocus():
            self._sender.setText(_sender(plan.sheets, plan.choices.sender))
        self._show_sheet(self._chips.chosen())

    def focus_start(self) -> None:
        """Put the keyboard on the rows of the sheet."""
        self._table.setFocus()

    def _show_sheet(self, name: str) -> None:
        sheet = self._sheets[name]
        rows = min(len(sheet.raw.rows), ROWS)
        width = min(sheet.raw.width, COLUMNS)
        columns = [
            (tr("行"), NUMBER_WIDTH),
            *[(_letter(n), WIDTH) for n in range(width)],
        ]
        self._table.set_columns(columns)
        header = sheet.header
        first, last = (header.first, header.last) if header else (-1, -1)

        def ask(row: int, at: int) -> Shown:
            heading = first <= row <= last
            if at == 0:
                return Shown(str(row + 1), "blue" if heading else None, strong=heading)
            text = masked_cell("", sheet.raw.own(row, at - 1))
            return Shown(text, "blue" if heading else None, strong=heading)

        self._table.show_cells(rows, ask)
        if rows:
            self._table.choose(max(first, 0))
        self._words.setText(_words(sheet))
        self._skip.setVisible(header is not None)

    def _tell_rows(self) -> None:
        rows = self._table.chosen()
        if rows:
            last = min(rows[-1], rows[0] + DEEPEST - 1)
            self.pointed.emit(self._chips.chosen(), (rows[0], last))

    def _tell_skip(self) -> None:
        self.pointed.emit(self._chips.chosen(), None)


def _chip(sheet: PlannedSheet) -> str:
    if sheet.header is None:
        return tr("{name}（不导入）", name=sheet.name)
    return tr("{name}（{count:,} 行）", name=sheet.name, count=len(sheet.rows))


def _words(sheet: PlannedSheet) -> str:
    if sheet.header is None:
        return tr(
            "{note}。请选中写着“姓名”等列名的行（最多三行），再按“选中的行是表头”。",
            note=sheet.note,
        )
    first, last = sheet.header.first + 1, sheet.header.last + 1
    where = tr("第 {first} 行", first=first)
    if last > first:
        where = tr("第 {first} 到 {last} 行", first=first, last=last)
    return tr(
        "表头在{where}（蓝字）。不对的话，选中真正的表头行，再按“选中的行是表头”。",
        where=where,
    )


def _sender(sheets: Sequence[PlannedSheet], chosen: str | None) -> str:
    if chosen is not None:
        return chosen
    return next((one.memory.sender for one in sheets if one.memory), "")


def _letter(number: int) -> str:
    """The column as Excel names it."""
    letters = ""
    while number >= 0:
        letters = chr(ord("A") + number % 26) + letters
        number = number // 26 - 1
    return letters
