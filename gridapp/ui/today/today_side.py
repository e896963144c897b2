"""The column beside the work list: quick entry, the month, what is not sent yet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from gridapp.language import tr
from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, column, line
from gridapp.ui.widgets.meter import Meter
from gridapp.ui.widgets.text import Glyph, Text
from gridapp.work.today import Progress

ROUND = "round"  # an extra round; the others are record types
ENTRIES = (
    ("visit", tr("走访"), "footprints", "F2"),
    ("call", tr("电话"), "phone", "F3"),
    ("patrol", tr("巡查"), "route", "F4"),
    ("issue", tr("问题"), "triangle-alert", "F6"),
    ("dispute", tr("调解"), "handshake", "F7"),
    (ROUND, tr("专项走访"), "heart-pulse", ""),
)
FEWEST = 2  # lines of the month that are always shown
HEAD = 28  # height of the title of the month, in pixels


class TodaySide(QWidget):
    """264 pixels of what one reaches for between two rows of the list."""

    entry_asked = Signal(str)
    sync_asked = Signal()
    plans_asked = Signal()  # the plans that the rules ask for and nobody has set

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._width = Width.WIDE
        self.setFixedWidth(264)
        box = column(self, gap=12)
        self._hints: list[Text] = []
        self._entry_card = self._entries()
        box.addWidget(self._entry_card)
        self._meters: list[Meter] = []
        self._month = Card((14, 10, 14, 14), 8)
        head = line()
        head.addWidget(Text(tr("本月进度"), "section"))
        head.addStretch()
        self._month_words = Text("", "faint")
        head.addWidget(self._month_words)
        self._month.box.addLayout(head)
        self._plans = Button(theme, "", "small", icon="list-checks")
        self._plans.clicked.connect(self.plans_asked)
        self._plans.hide()
        box.addWidget(self._month)
        self._sync = Card((14, 8, 6, 8), 0)
        row = line(gap=8)
        self._cloud = Glyph(theme, "cloud-check", "green.text", 20)
        self._words = Text("", "strong")
        button = Button(theme, tr("同步"), "quiet", icon="refresh-cw")
        row.addWidget(self._cloud)
        row.addWidget(self._words)
        row.addStretch()
        row.addWidget(button)
        self._sync.box.addLayout(row)
        box.addWidget(self._sync)
        box.addStretch()
        button.clicked.connect(self.sync_asked)

    def _entries(self) -> Card:
        card = Card((14, 10, 14, 12), 8)
        card.box.addWidget(Text(tr("快速登记"), "section"))
        grid = QGridLayout()
        grid.setSpacing(8)
        for number, (key, words, icon, keys) in enumerate(ENTRIES):
            tile = Button(
                self._theme,
                words,
                "tile",
                icon=icon,
                tip=tr("登记{words} {keys}", words=words, keys=keys),
            )
            inside = line(tile, (0, 0, 10, 0))
            inside.addStretch()
            hint = Text(keys, "faint")
            hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            inside.addWidget(hint)
            self._hints.append(hint)
            tile.clicked.connect(partial(self.entry_asked.emit, key))
            grid.addWidget(tile, number // 2, number % 2)
        card.box.addLayout(grid)
        return card

    def show_month(self, lines: Sequence[Progress], month: int, unsent: int) -> None:
        """Show how the month stands and how many changes wait."""
        self._month_words.setText(tr("{month} 月", month=month))
        if [line.label for line in lines] != [meter.label for meter in self._meters]:
            for meter in self._meters:
                meter.deleteLater()
            self._meters = [Meter(self._theme, line.label) for line in lines]
            for meter in self._meters:
                self._month.box.addWidget(meter)
            self._month.box.addWidget(self._plans)
        for meter, one in zip(self._meters, lines, strict=True):
            meter.show_done(one.done, one.total, share=one.rate)
        self.set_width(self._width)
        self._words.setText(
            tr("{unsent} 条未同步", unsent=unsent) if unsent else tr("全部已同步")
        )
        if unsent:
            self._cloud.show_icon("cloud-off", "amber.text")
        else:
            self._cloud.show_icon("cloud-check", "green.text")

    def show_lacking(self, count: int) -> None:
        """Offer to set the plans that are missing, as long as some are."""
        words = tr("{count} 人该有计划还没有", count=count)
        self._plans.setText(words)
        self._plans.setAccessibleName(words)
        self._plans.setToolTip(tr("按规则补齐关爱计划，先看后补"))
        self._plans.setVisible(count > 0)
        self._fit()

    def set_width(self, width: Width) -> None:
        """Drop what a middle window has no room for."""
        self._width = width
        self._sync.setVisible(width is Width.WIDE)
        self.setFixedWidth(264 if width is Width.WIDE else 240)
        for hint in self._hints:
            hint.setVisible(width is Width.WIDE)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show as many lines of the month as there is room for, the first ones."""
        box = self.layout()
        if box is None or not self._meters:
            return
        others = [
            self._entry_card,
            *([self._sync] if self._sync.isVisibleTo(self) else []),
        ]
        taken = sum(card.sizeHint().height() + box.spacing() for card in others)
        margins = self._month.box.contentsMargins()
        taken += margins.top() + margins.bottom() + HEAD
        if self._plans.isVisibleTo(self):
            taken += self._plans.sizeHint().height() + self._month.box.spacing()
        each = self._meters[0].sizeHint().height() + self._month.box.spacing()
        room = max((self.height() - taken) // each, FEWEST)
        for number, meter in enumerate(self._meters):
            meter.setVisible(number < room)
