"""Beside the route: how far the round is, what was found, what to write down."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridapp.language import tr
from gridapp.models import codes
from gridapp.ui.patrols.patrol_values import FindingEntry, RoundEntry
from gridapp.ui.session import Session
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.buttons import Button, Kind
from gridapp.ui.widgets.card import Card, Lines, column, line
from gridapp.ui.widgets.entry import LineField, NoteField
from gridapp.ui.widgets.frame import Scrolled
from gridapp.ui.widgets.meter import Bar
from gridapp.ui.widgets.moments import MomentField
from gridapp.ui.widgets.text import Text

_SIDES = 54  # pixels of a button that its icon and edges take


class RoundPanel(Card):
    """The round that is going on."""

    touched = Signal()
    finding_asked = Signal(int)  # which finding to open
    on_the_way_asked = Signal()  # to write down a problem at no place of the route
    dropped = Signal()  # the round is not to be kept

    def __init__(self, session: Session) -> None:
        super().__init__((1, 8, 1, 1), 0)
        theme = session.theme
        self._theme = theme
        self._entry = RoundEntry()
        self._showing = False
        self._count = Text("", "strong", wrap=True)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self._count.setAlignment(right)
        self._bar = Bar(theme)
        self._start = MomentField(tr("开始时间"))
        self._with = LineField(tr("同行人"), tr("没有就不填"))
        self._note = NoteField(tr("情况记录"), tr("路上的情况，没有就不填"))
        self._note.setFixedHeight(84)
        self._found = Text("", "strong")
        self._findings = Lines(gap=6)
        self._add = _Eliding(theme, tr("记路上的问题"), "normal", "plus")
        self._drop = Button(theme, tr("放弃这一轮"), "quiet", icon="x")
        self._lay_out()
        self._start.textChanged.connect(self._on_start)
        self._with.textChanged.connect(self._on_words)
        self._note.textChanged.connect(self._on_words)
        self._with.finished.connect(self._note.setFocus)
        self._start.finished.connect(self._with.setFocus)
        self._add.clicked.connect(self.on_the_way_asked)
        self._drop.clicked.connect(self.dropped)

    def _lay_out(self) -> None:
        scroll = Scrolled()
        inside = QWidget()
        box = column(inside, (14, 2, 14, 10), 6)
        head = line(gap=8)
        head.addWidget(Text(tr("这一轮"), "section"))
        head.addWidget(self._count, 1)
        box.addLayout(head)
        box.addWidget(self._bar)
        box.addSpacing(6)
        box.addWidget(self._found)
        box.addWidget(self._findings)
        box.addWidget(self._add)
        box.addSpacing(6)
        for words, field in (
            (tr("开始时间"), self._start),
            (tr("同行人"), self._with),
            (tr("情况记录"), self._note),
        ):
            label = Text(words, "muted")
            label.setBuddy(field)
            box.addWidget(label)
            box.addWidget(field)
        box.addStretch()
        box.addWidget(self._drop, 0, Qt.AlignmentFlag.AlignLeft)
        scroll.setWidget(inside)
        self.box.addWidget(scroll, 1)

    def show_entry(self, entry: RoundEntry) -> None:
        """Show another round."""
        self._entry = entry
        self._showing = True
        self._start.set_moment(entry.started_at)
        self._with.setText(entry.companions)
        self._note.setPlainText(entry.note)
        self._showing = False

    def show_progress(self, seen: int, asked: int) -> None:
        """Show how many of the places asked for were seen, and what was found."""
        words = tr("看了 {seen} / {asked} 处", seen=seen, asked=asked)
        self._count.setText(words if asked else tr("看了 {seen} 处", seen=seen))
        self._bar.fill(seen / asked if asked else 0)
        if self._entry.started_at is not None and not self._start.text():
            self._showing = True
            self._start.set_moment(self._entry.started_at)
            self._showing = False
        findings = self._entry.findings
        self._found.setText(tr("发现问题 {count} 个", count=len(findings)))
        self._found.setVisible(bool(findings))
        parts: list[QWidget] = []
        for number, one in enumerate(findings):
            tile = _Eliding(self._theme, finding_words(one), "tile", "pencil")
            tile.clicked.connect(partial(self.finding_asked.emit, number))
            parts.append(tile)
        self._findings.replace(parts)
        self._findings.setVisible(bool(parts))
        self._drop.setVisible(not self._entry.empty)

    def _on_start(self) -> None:
        if self._showing:
            return
        moment = self._start.moment()
        if moment is not None:
            self._entry.started_at, self._entry.by_hand = moment, True
            self.touched.emit()

    def _on_words(self) -> None:
        if self._showing:
            return
        self._entry.companions = self._with.text()
        self._entry.note = self._note.toPlainText()
        self.touched.emit()

    def wrong_start(self) -> bool:
        """Return whether the time that is written is no time."""
        return bool(self._start.text().strip()) and self._start.moment() is None

    def focus_start(self) -> None:
        """Put the keyboard into the time."""
        self._start.setFocus(Qt.FocusReason.OtherFocusReason)


class _Eliding(Button):
    """A button whose words end in … where there is no room for them."""

    def __init__(self, theme: Theme, words: str, kind: Kind, icon: str) -> None:
        super().__init__(theme, words, kind, icon=icon, tip=words)
        self._words = words
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - _SIDES
        elide = Qt.TextElideMode.ElideRight
        self.setText(self.fontMetrics().elidedText(self._words, elide, room))


def finding_words(one: FindingEntry) -> str:
    """Return 消防通道堵塞  3号楼."""
    table = codes.table("issue_category")
    name = table.name(one.category) if one.category else tr("没选类别")
    return f"{name}  {one.place}".strip()
