"""Third step of an import: every row with its state, and what it comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSplitter

from gridapp.language import tr
from gridapp.office.ledgers.detail import row_detail, row_place, row_remark, row_title
from gridapp.office.ledgers.plan import ImportPlan, PlannedRow
from gridapp.office.ledgers.problems import (
    ASK,
    ERROR,
    NEW,
    SAME,
    SKIP,
    STATES,
    UPDATE,
)
from gridapp.office.ledgers.returned import beside
from gridapp.ui.ledgers.import_work import write_returned
from gridapp.ui.ledgers.plain_table import PlainTable, Shown
from gridapp.ui.ledgers.row_panel import RowPanel
from gridapp.ui.ledgers.step_dialog import Step
from gridapp.ui.session import Session
from gridapp.ui.tokens import ToneName, Width
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import Card, column, line

ALL, WARNED = "all", "warned"
SETTLED = 40  # milliseconds before the row one moves to is shown whole
TONES: Mapping[str, ToneName] = {
    NEW: "green",
    UPDATE: "blue",
    SAME: "grey",
    ASK: "amber",
    ERROR: "red",
    SKIP: "grey",
}


class PreviewStep(Step):
    """`answered` tells rows (sheet and number), a question's code and the answer;
    `said` what was done in words."""

    answered = Signal(object, str, str)
    said = Signal(str)

    def __init__(self, session: Session, path: Path) -> None:
        super().__init__()
        theme = session.theme
        self._session, self._path = session, path
        self._plan: ImportPlan | None = None
        self._rows: list[PlannedRow] = []
        self._alike: dict[str, int] = {}  # rows by question
        self._several = False
        self._chips = ChipRow(theme, tr("哪些行"), [(ALL, tr("全部"))], wrap=True)
        self._table = PlainTable(theme, tr("台账的行"), _columns(Width.WIDE, False))
        self._panel = RowPanel(theme)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setChildrenCollapsible(False)
        self._width = Width.WIDE
        for part in (self._table, self._panel):
            card = Card((1, 1, 1, 1), 0)
            card.box.addWidget(part)
            self._split.addWidget(card)
        self._split.setStretchFactor(0, 1)
        box = column(self, gap=8)
        top = line(gap=8)
        top.addWidget(self._chips, 1)
        self._keep = Button(theme, tr("把问题存成表…"), "quiet", icon="save")
        top.addWidget(self._keep, 0, Qt.AlignmentFlag.AlignTop)
        box.addLayout(top)
        box.addWidget(self._split, 1)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLED)
        self._settle.timeout.connect(self._show_row)
        self._chips.picked.connect(self._filter)
        self._keep.clicked.connect(self._save_returned)
        self._table.moved.connect(self._on_moved)
        self._table.opened.connect(self._on_opened)
        self._panel.answered.connect(self._tell)
        self._panel.answered_all.connect(self._tell_all)

    def show_plan(self, plan: ImportPlan) -> None:
        """Show what the rows come to; the row one looks at stays."""
        first = self._plan is None
        self._plan = plan
        self._several = sum(bool(sheet.rows) for sheet in plan.sheets) > 1
        self.set_width(self._width)
        asked = Counter(one.code for row in plan.rows for one in row.questions)
        self._alike = dict(asked)
        count = plan.count()
        warned = sum(bool(row.warnings) for row in plan.rows if row.state != SKIP)
        choices = [(ALL, tr("全部 {count:,}", count=len(plan.rows)))]
        choices += [
            (state, tr("{state} {count:,}", state=tr(state), count=count[state]))
            for state in STATES
            if count[state]
        ]
        if warned:
            choices.append((WARNED, tr("有提醒 {count:,}", count=warned)))
        self._keep.setVisible(bool(plan.refused))
        self._chips.set_choices(choices)
        if first:
            self._chips.choose(ASK if count[ASK] else ERROR if count[ERROR] else ALL)
        self._filter()

    def focus_start(self) -> None:
        """Put the keyboard on the rows."""
        self._table.setFocus()

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window."""
        self._width = width
        self._table.set_columns(_columns(width, self._several))
        self._panel.set_narrow(width is Width.NARROW)
        panel = 400 if width is Width.NARROW else 480
        self._split.setSizes([max(self.width() - panel, 300), panel])

    def _on_moved(self, _row: int) -> None:
        self._settle.start()

    def _on_opened(self, _row: int) -> None:
        self._panel.focus_question()

    def _filter(self, _key: str = "") -> None:
        if self._plan is None:
            return
        kept = self._current()
        wanted = self._chips.chosen()
        self._rows = [row for row in self._plan.rows if _fits(row, wanted)]
        self._table.show_cells(len(self._rows), self._cell)
        places = {row.place: number for number, row in enumerate(self._rows)}
        if kept is not None and kept.place in places:
            self._table.choose(places[kept.place])
        self._show_row()

    def _current(self) -> PlannedRow | None:
        row = self._table.current()
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def _cell(self, number: int, at: int) -> Shown:
        row = self._rows[number]
        if at == 0:
            words = tr("{sheet} {row}", sheet=row.sheet, row=row.row)
            return Shown(words if self._several else str(row.row), faint=True)
        if at == 1:
            return Shown(tr(row.state), TONES[row.state], badge=True)
        if at == 2:
            return Shown(row_title(row), strong=True)
        if at == 3:
            return Shown(row_place(row))
        return Shown(row_remark(row), "red" if row.state == ERROR else None)

    def _show_row(self) -> None:
        row, plan = self._current(), self._plan
        if row is None or plan is None:
            self._panel.show_nothing(tr("没有这样的行"))
            return
        self._panel.show_row(row, row_detail(plan, row), self._alike)

    def _save_returned(self) -> None:
        """The ledger with a word on each row, for whoever wrote it to correct."""
        name = beside(self._path).name
        target = self._session.messages.choose_target(
            tr("标了问题的表存为"), name, tr("Excel 文件 (*.xlsx)")
        )
        if target and self._plan is not None:
            work = partial(write_returned, self._plan, self._path, Path(target))
            self._session.jobs.run(work, self._saved)

    def _saved(self, path: Path) -> None:
        self.said.emit(
            tr(
                "已存到 {name}。里面有完整的证件号和电话，改好导入后请删除。",
                name=path.name,
            )
        )

    def _tell(self, code: str, answer: str) -> None:
        row = self._current()
        if row is not None:
            self.answered.emit((row.place,), code, answer)

    def _tell_all(self, code: str, answer: str) -> None:
        rows = self._plan.rows if self._plan else ()
        places = tuple(
            row.place for row in rows if any(one.code == code for one in row.questions)
        )
        self.answered.emit(places, code, answer)


def _fits(row: PlannedRow, wanted: str) -> bool:
    if wanted == WARNED:
        return bool(row.warnings) and row.state != SKIP
    return wanted in (ALL, row.state)


def _columns(width: Width, several: bool) -> list[tuple[str, int]]:
    narrow = width is Width.NARROW
    place = (tr("行"), 120 if several else 52)
    return [
        place,
        (tr("状态"), 90),
        (tr("姓名"), 84 if narrow else 110),
        (tr("住址"), 84 if narrow else 110),
        (tr("说明"), 0),
    ]
