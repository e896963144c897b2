"""Beside the preview: which sheet, for whom, masked or not, on which printer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.purposes import purpose_of
from gridapp.ui.papers import Wanted
from gridapp.ui.printing.scope_picker import ScopePicker
from gridapp.ui.printing.scopes import Offer
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import Card, column, line
from gridapp.ui.widgets.combo import Combo
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.frame import Scrolled
from gridapp.ui.widgets.options import OptionRow
from gridapp.ui.widgets.text import Text

if TYPE_CHECKING:
    from gridapp.office.sheets.sheet import Sheet

MASKED, WHOLE = "masked", "whole"
KINDS = (
    ("people", tr("居民")),
    ("place", tr("网格")),
    ("work", tr("问题")),
    ("dispute", tr("调解")),
)
# Record types a sheet is about, by the first of them that fits.
KIND_OF = {
    "resident": "people",
    "household": "people",
    "visit": "people",
    "grid": "place",
    "building": "place",
    "patrol": "work",
    "issue": "work",
}
MOST_COPIES = 99
WIDTHS = {Width.WIDE: 296, Width.MID: 280, Width.NARROW: 276}


@dataclass(frozen=True)
class Usual:
    """Which sheets there are, read once: listing them imports no PDF library."""

    sheets: dict[str, Sheet]

    def of_kind(self, kind: str) -> list[tuple[str, str]]:
        """Return the sheets of a kind, pairs of a name and its title."""
        return [
            (name, one.title)
            for name, one in self.sheets.items()
            if self.kind_of(name) == kind
        ]

    def kind_of(self, name: str) -> str:
        """Return the kind a sheet stands under."""
        return KIND_OF.get(self.sheets[name].model.__tablename__, "dispute")


class PrintPanel(Card):
    """The choices; `changed` tells that something else is wanted."""

    changed = Signal()
    sheet_picked = Signal(str)
    print_asked = Signal()
    save_asked = Signal()
    setup_asked = Signal()
    left = Signal()

    def __init__(self, session: Session, usual: Usual) -> None:
        super().__init__((1, 1, 1, 1), 0)
        theme = session.theme
        self._usual = usual
        self._name = ""
        self._purpose_given = ""
        self._pages = 0
        self._narrow = False
        self._kinds = ChipRow(theme, tr("表样分类"), KINDS, gap=6, wrap=True)
        self._sheets = Combo(theme, tr("表样"), ())
        self._about = Text("", "faint", wrap=True)
        self.scopes = ScopePicker(session)
        ways = ((MASKED, tr("隐去中间位")), (WHOLE, tr("打完整号码")))
        self._numbers = OptionRow(theme, tr("证件和电话"), ways)
        self._purpose = LineField(tr("用途"), tr("用途，如：报街道民政办"))
        self._why = Text("", "faint", wrap=True)
        self._photos = OptionRow(
            theme, tr("照片"), (("no", tr("不带照片")), ("yes", tr("带照片")))
        )
        self._printers = Combo(theme, tr("打印机"), ())
        self._copies = LineField(tr("份数"))
        self._setup = Button(theme, tr("双面、页码范围…"), "quiet", icon="settings")
        self._none = Text("", "faint", wrap=True)
        self.print_button = Button(theme, "", "primary", icon="printer")
        self.save_button = Button(theme, tr("存 PDF"), icon="save")
        self.back_button = Button(theme, tr("返回"))
        self._more = column(gap=6)
        self._place()
        self._bind()
        self._show_purpose()

    def _place(self) -> None:
        inside = QWidget()
        box = column(inside, (14, 10, 12, 12), 8)
        box.addWidget(Text(tr("表样"), "section"))
        for part in (self._kinds, self._sheets, self._about):
            box.addWidget(part)
        box.addSpacing(4)
        box.addWidget(Text(tr("打印什么"), "section"))
        box.addWidget(self.scopes)
        box.addSpacing(4)
        box.addWidget(Text(tr("证件和电话"), "section"))
        for part in (self._numbers, self._purpose, self._why, self._photos):
            box.addWidget(part)
        box.addSpacing(4)
        box.addWidget(Text(tr("打印机"), "section"))
        box.addWidget(self._printers)
        copies = line(gap=8)
        copies.addWidget(Text(tr("份数"), "muted"))
        copies.addWidget(self._copies)
        copies.addStretch()
        self._copy_row = QWidget()
        self._copy_row.setLayout(copies)
        box.addWidget(self._copy_row)
        box.addWidget(self._setup, 0, Qt.AlignmentFlag.AlignLeft)
        box.addWidget(self._none)
        box.addLayout(self._more)
        box.addStretch()
        scroll = Scrolled()
        scroll.setWidget(inside)
        self.box.addWidget(scroll, 1)
        foot = QFrame()
        foot.setObjectName("footer")
        self._foot = column(foot, (12, 8, 12, 8), 8)
        self._foot.addWidget(self.print_button, 1)
        beside = line(gap=8)
        beside.addWidget(self.save_button, 1)
        beside.addWidget(self.back_button, 1)
        self._foot.addLayout(beside)
        self.box.addWidget(foot)
        self._copies.setFixedWidth(64)
        self._copies.setText("1")
        self._numbers.set_values([MASKED])
        self._photos.set_values(["no"])

    def _bind(self) -> None:
        self._kinds.picked.connect(self._pick_kind)
        self._sheets.activated.connect(self._pick_sheet)
        self._sheets.finished.connect(self.scopes.focus_first)
        self.scopes.changed.connect(self.changed)
        self._numbers.changed.connect(self._show_purpose)
        self._purpose.finished.connect(self._give_purpose)
        self._photos.changed.connect(self.changed)
        self._copies.textChanged.connect(partial(self.show_pages, None))
        self.print_button.clicked.connect(self.print_asked)
        self.print_button.setShortcut("Ctrl+P")
        self.save_button.clicked.connect(self.save_asked)
        self.save_button.setShortcut("Ctrl+S")
        self._setup.clicked.connect(self.setup_asked)
        self.back_button.clicked.connect(self.left)

    def mask_again(self) -> None:
        """Hide numbers: a purpose holds for what it was given for."""
        self._purpose_given = ""
        self._purpose.clear()
        self._numbers.set_values([MASKED])
        self._show_purpose()

    def add_way(self, button: Button, place: int = -1) -> None:
        """Offer something else one may do here, below the choices."""
        self._more.insertWidget(place, button)

    def show_sheet(self, name: str) -> None:
        """Show that this sheet is chosen; who it is for comes with `show_offer`."""
        kind = self._usual.kind_of(name)
        if kind != self._kinds.chosen() or not self._sheets.count():
            self._kinds.choose(kind)
        self._sheets.clear()
        for key, title in self._usual.of_kind(kind):
            self._sheets.addItem(title, key)
        self._sheets.set_value(name)
        self._name = name
        sheet = self._usual.sheets[name]
        self._about.setText(sheet.about)
        self._photos.setVisible(sheet.photos)

    def show_offer(self, offer: Offer, *, anew: bool) -> None:
        """Show what the sheet may be printed for; with `anew` the first is chosen."""
        model = self._usual.sheets[offer.sheet].model
        self.scopes.show_offer(offer, model, anew=anew)

    def show_printing(self, done: int, total: int) -> None:
        """Say on the button how far the printer is; pressing it stops."""
        words = tr("正在打印 {done}/{total}，停止", done=done, total=total)
        self.print_button.setText(words)
        self.print_button.setAccessibleName(words)

    def wanted(self) -> Wanted | None:
        """Return what is to be printed; None while something is left open."""
        wanted = self.scopes.wanted()
        if wanted is None:
            return None
        photos = self._usual.sheets[self._name].photos
        return replace(
            wanted,
            purpose=self._purpose_given,
            photos=photos and self._photos.value() == "yes",
        )

    def given(self) -> Sequence[UUID]:
        """Return the records that are chosen now."""
        wanted = self.scopes.wanted()
        return wanted.ids if wanted else ()

    def show_printers(self, names: Sequence[str]) -> None:
        """Offer these printers; without one, a PDF is what there is."""
        chosen = self._printers.value()
        self._printers.clear()
        for name in names:
            self._printers.addItem(name, name)
        self._printers.set_value(chosen if chosen in names else next(iter(names), ""))
        there = bool(names)
        for part in (self._printers, self._copy_row, self._setup):
            part.setVisible(there)
        self._none.setVisible(not there)
        self._none.setText(
            tr("这台电脑没有装打印机：先存成 PDF，拿到有打印机的电脑上打。")
        )
        self.show_pages(None)

    def printer(self) -> str:
        """Return the printer that is chosen; empty when there is none."""
        return self._printers.value() or ""

    def copies(self) -> int:
        """Return how many times every page is printed."""
        text = self._copies.text().strip()
        count = int(text) if text.isdecimal() else 1
        return min(max(count, 1), MOST_COPIES)

    def show_pages(self, pages: int | None, *_text: object) -> None:
        """Say on the button how many pages it prints; 0 when there is nothing."""
        if pages is not None:
            self._pages = pages
        count = self._pages * self.copies()
        words = tr("打印 {count:,} 页", count=count) if count else tr("打印")
        there = bool(self.printer())
        self.print_button.show_icon("printer" if there else "save", "blue.on_solid")
        if not there:
            words = tr("存成 PDF，{count:,} 页", count=self._pages)
        self.print_button.setText(words if self._narrow else f"{words} Ctrl+P")
        self.print_button.setAccessibleName(words)
        self.print_button.setEnabled(bool(count))
        self.save_button.setEnabled(bool(count))
        self.save_button.setVisible(there)

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window."""
        self._narrow = width is Width.NARROW
        self.setFixedWidth(WIDTHS[width])
        self.back_button.setVisible(not self._narrow)
        way = QBoxLayout.Direction
        self._foot.setDirection(way.LeftToRight if self._narrow else way.TopToBottom)
        self.show_pages(None)

    def _pick_kind(self, kind: str) -> None:
        sheets = self._usual.of_kind(kind)
        if sheets:
            self.sheet_picked.emit(sheets[0][0])

    def _pick_sheet(self, _number: int) -> None:
        chosen = self._sheets.value()
        if chosen and chosen != self._name:
            self.sheet_picked.emit(chosen)

    def _show_purpose(self) -> None:
        whole = self._numbers.value() == WHOLE
        self._purpose.setVisible(whole)
        self._why.setVisible(whole)
        if whole:
            self._why.setText(tr("写好用途按 Enter 才显示完整号码，会记入操作记录"))
            self._purpose.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._purpose_given:
            self._purpose_given = ""
            self.changed.emit()

    def _give_purpose(self) -> None:
        try:
            self._purpose_given = purpose_of(self._purpose.text())
        except UserError as error:
            self._why.setText(str(error))
            return
        self._why.setText(tr("用途已记入操作记录"))
        self.changed.emit()
