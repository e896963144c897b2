"""Third step of filling a form: the rows as they will stand, and what is lacking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Signal

from gridapp.language import tr
from gridapp.ui.ledgers.plain_table import PlainTable, Shown
from gridapp.ui.ledgers.step_dialog import Step
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import ChipRow
from gridapp.ui.widgets.card import Card, NoticeBar, column, line
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.options import OptionRow
from gridapp.ui.widgets.text import Text

if TYPE_CHECKING:
    from gridapp.office.filling.fill import FillPlan

MASKED, WHOLE = "masked", "whole"
ALL = "all"
_WIDTHS: Mapping[str, int] = {"number": 64, "name": 96, "sex": 64, "age": 64}
_USUAL, _LONG = 124, 190
LOWEST = 80  # pixels of the list in a low window


class FillPreviewStep(Step):
    """The filled rows; `numbers_changed` tells that numbers are wanted otherwise."""

    numbers_changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        theme = session.theme
        self._plan: FillPlan | None = None
        self._rows: list[int] = []
        self._columns: list[int] = []
        self._lacking: dict[str, set[UUID]] = {}
        ways = [(MASKED, tr("遮住中间几位")), (WHOLE, tr("写完整号码"))]
        self.numbers = OptionRow(theme, tr("证件和电话"), ways)
        self.numbers.set_values([MASKED])
        self.purpose = LineField(tr("用途"), tr("用途，如：报街道民政办高龄补贴"))
        words = tr("文件里是完整号码，屏幕上仍然遮住；用途会记入操作记录和文件属性")
        self._hint = Text(words, "faint", wrap=True)
        self._warned = NoticeBar(theme, "amber", "info")
        self._chips = ChipRow(theme, tr("哪些行"), [(ALL, tr("全部"))], wrap=True)
        self._list = PlainTable(theme, tr("填好的行"), [])
        self._list.setMinimumHeight(LOWEST)
        self._place()
        self.purpose.setVisible(False)
        self._hint.setVisible(False)
        self.numbers.changed.connect(self._on_numbers)
        self._chips.picked.connect(self._filter)

    def _place(self) -> None:
        box = column(self, gap=8)
        row = line(gap=8)
        label = Text(tr("证件和电话"), "muted")
        label.setBuddy(self.numbers)
        row.addWidget(label)
        row.addWidget(self.numbers, 1)
        row.addWidget(self.purpose, 1)
        box.addLayout(row)
        box.addWidget(self._hint)
        box.addWidget(self._warned)
        box.addWidget(self._chips)
        card = Card((1, 1, 1, 1), 0)
        card.box.addWidget(self._list)
        box.addWidget(card, 1)

    @property
    def unmasks(self) -> bool:
        """Whether whole numbers are wanted."""
        return self.numbers.value() == WHOLE

    def _on_numbers(self) -> None:
        self.purpose.setVisible(self.unmasks)
        self._hint.setVisible(self.unmasks)
        if self.unmasks:
            self.purpose.setFocus()
        self.numbers_changed.emit()

    def show_plan(self, plan: FillPlan) -> None:
        """Show the rows, and chips for those that lack something."""
        self._plan = plan
        headings = plan.table.headings
        self._columns = list(plan.table.filled)
        self._list.set_columns(
            [
                (tr("份") if plan.table.labels else tr("行"), 56),
                *((headings[c], self._width(c)) for c in self._columns),
            ]
        )
        self._lacking = {
            source: {key for key, _ in who} for source, who in plan.missing.items()
        }
        choices = [(ALL, tr("全部 {count:,}", count=len(plan.rows)))]
        choices += [
            (
                source,
                tr(
                    "没有{what} {count:,}", what=plan.heading_of(source), count=len(who)
                ),
            )
            for source, who in self._lacking.items()
        ]
        self._chips.set_choices(choices)
        self._warned.say(tr("；").join(plan.warnings))
        self._filter()

    def focus_start(self) -> None:
        """Put the keyboard on the rows."""
        self._list.setFocus()

    def _width(self, column: int) -> int:
        source = self._plan.table.filled[column] if self._plan else ""
        long = source in ("id_number", "address", "contacts", "note", "visited_result")
        return _WIDTHS.get(source, _LONG if long else _USUAL)

    def _filter(self, _key: str = "") -> None:
        if self._plan is None:
            return
        wanted = self._lacking.get(self._chips.chosen())
        self._rows = [
            number
            for number, row in enumerate(self._plan.rows)
            if wanted is None or row.resident_id in wanted
        ]
        self._list.show_cells(len(self._rows), self._cell)

    def _cell(self, row: int, at: int) -> Shown:
        if self._plan is None:
            return Shown("")
        one = self._plan.rows[self._rows[row]]
        if at == 0:
            return Shown(str(one.row + 1), faint=True)
        place = self._columns[at - 1]
        source = self._plan.table.filled[place]
        cell = one.cells.get(place)
        if cell is not None:
            return Shown(cell.words, strong=source == "name")
        if one.resident_id in self._lacking.get(source, ()):
            return Shown(tr("没有"), "amber", badge=True)
        return Shown(one.name if source == "name" else "", faint=True)
