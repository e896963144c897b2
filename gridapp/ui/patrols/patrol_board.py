"""The route on the page: its filter, the list, the round beside it, and the buttons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from gridapp.language import tr
from gridapp.ui.patrols.patrol_route import RouteList
from gridapp.ui.patrols.patrol_side import RoundPanel
from gridapp.ui.patrols.patrol_values import WATCH, RoundEntry
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import Card, Divider, column, line
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.frame import Foot
from gridapp.ui.widgets.shortcuts import KeyHints, bind_inside
from gridapp.ui.widgets.text import Glyph, Text
from gridapp.work.patrol_round import Leg

HINTS = (("1", tr("正常")), ("2", tr("关注")), ("3", tr("有问题")), ("0", tr("取消")))


class RouteBoard(QWidget):
    """What one sees of a round; what is done with it, its owner decides."""

    marked = Signal(object, str)
    all_fine = Signal(object)
    touched = Signal()
    finding_asked = Signal(int)
    on_the_way_asked = Signal()
    dropped = Signal()
    points_asked = Signal()
    log_asked = Signal()  # the rounds before this one
    save_asked = Signal(bool)  # whether all else that is due was fine

    def __init__(self, session: Session) -> None:
        super().__init__()
        theme = session.theme
        self._theme = theme
        self._entry = RoundEntry()
        self._legs: Sequence[Leg] = ()
        self._day = dt.date.today()
        self._width = Width.WIDE
        self.saving = False
        self._chips = ChipRow(
            theme, tr("显示"), (("due", tr("今天要看")), ("all", tr("全部")))
        )
        self._points = Button(theme, tr("巡查点"), "quiet", icon="map-pin")
        self._log = Button(theme, tr("以前的巡查"), "quiet", icon="history")
        self._list = RouteList(theme)
        self._empty = QWidget()
        self._empty_icon = Glyph(theme, "circle-check", "green.text", 40)
        self._empty_head = Text("", "section")
        self._empty_words = Text("", "muted", wrap=True)
        self._empty_words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._propose = Button(theme, tr("设巡查点…"), "primary", icon="map-pin")
        self._watch = QFrame()
        self._watch_words = Text("", "strong")
        self._watch_note = LineField(tr("关注什么"), tr("关注什么，没有就直接按 Enter"))
        self.panel = RoundPanel(session)
        self._card = Card((1, 8, 1, 1), 8)
        self._toggle = Button(theme, tr("这一轮"), icon="list-checks")
        self._error = Text("", "error")
        self._kept_words = Text("", "faint")
        self._seen = Button(theme, tr("只存看过的 Ctrl+S"), icon="save")
        self._whole = Button(
            theme, tr("未发现问题 Ctrl+Enter"), "primary", icon="check"
        )
        self._hints = KeyHints(HINTS)
        self._panel_shown = False
        self._expected = False  # whether the route was to get the keyboard, but is late
        self._lay_out()
        self._bind()

    def _lay_out(self) -> None:
        outer = column(self)
        self._body = line(margins=(16, 14, 16, 10), gap=12)
        top = line(margins=(16, 0, 8, 0), gap=8)
        top.addWidget(self._chips)
        top.addStretch()
        top.addWidget(self._log)
        top.addWidget(self._points)
        self._card.box.addLayout(top)
        self._card.box.addWidget(Divider())
        self._card.box.addWidget(self._list, 1)
        inside = column(self._empty, (40, 8, 40, 8), 10)
        inside.addStretch()
        for part in (self._empty_icon, self._empty_head):
            inside.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        inside.addWidget(self._empty_words)
        inside.addWidget(self._propose, 0, Qt.AlignmentFlag.AlignHCenter)
        inside.addStretch()
        self._card.box.addWidget(self._empty, 1)
        self._empty.hide()
        row = line(self._watch, (16, 6, 12, 8), 8)
        row.addWidget(self._watch_words)
        row.addWidget(self._watch_note, 1)
        self._watch.hide()
        self._card.box.addWidget(self._watch)
        self._body.addWidget(self._card, 1)
        self._body.addWidget(self.panel)
        outer.addLayout(self._body, 1)
        outer.addWidget(self._footer())

    def _footer(self) -> QFrame:
        footer = Foot()
        footer.row.addWidget(self._hints)
        footer.row.addWidget(self._toggle)
        footer.row.addWidget(self._error, 1)
        footer.row.addStretch()
        footer.row.addWidget(self._kept_words)
        footer.row.addWidget(self._seen)
        footer.row.addWidget(self._whole)
        return footer

    def _bind(self) -> None:
        self._list.marked.connect(self.marked)
        self._list.all_fine.connect(self.all_fine)
        self._list.picked.connect(self._show_watch)
        self._chips.picked.connect(self._turn)
        self._points.clicked.connect(self.points_asked)
        self._log.clicked.connect(self.log_asked)
        self._propose.clicked.connect(self.points_asked)
        self._watch_note.textEdited.connect(self._note_watched)
        self._watch_note.finished.connect(self._leave_watch)
        self._toggle.clicked.connect(self._flip)
        self._seen.clicked.connect(lambda: self.save_asked.emit(False))
        self._whole.clicked.connect(lambda: self.save_asked.emit(True))
        panel = self.panel
        panel.touched.connect(self.touched)
        panel.finding_asked.connect(self.finding_asked)
        panel.on_the_way_asked.connect(self.on_the_way_asked)
        panel.dropped.connect(self.dropped)
        bind_inside(self, {"Esc": self._escape})

    def show_entry(self, entry: RoundEntry) -> None:
        """Show another round."""
        self._entry = entry
        self.panel.show_entry(entry)
        self._kept_words.setText("")
        self.say("")

    def show_route(self, legs: Sequence[Leg], entry: RoundEntry, day: dt.date) -> None:
        """Show the route with the marks of a round."""
        self._legs, self._entry, self._day = legs, entry, day
        self._show()

    def say(self, sentence: str) -> None:
        """Say beside the buttons what must be done before it can be saved."""
        self._error.setText(sentence)
        self._hints.setVisible(not sentence and self._width is Width.WIDE)

    def say_kept(self, words: str) -> None:
        """Say when the draft was kept."""
        self._kept_words.setText(words)

    def set_saving(self, *, saving: bool) -> None:
        """Take no second click while the first is being saved."""
        self.saving = saving
        self._seen.setEnabled(not saving)
        self._whole.setEnabled(not saving)

    def wrong_start(self) -> bool:
        """Return whether the time of the round is no time, and go there."""
        wrong = self.panel.wrong_start()
        if wrong:
            self._show_panel(shown=True)
            self.panel.focus_start()
        return wrong

    def ask_note(self) -> None:
        """Put the keyboard where one writes what is to be watched."""
        self._show_watch()
        self._watch_note.setFocus(Qt.FocusReason.OtherFocusReason)

    def go_on(self) -> None:
        """Go to the next place that is not marked yet."""
        self._list.go_on()

    def focus_start(self) -> None:
        """Put the keyboard on the route."""
        there = bool(self._list.spots())
        start = self._list if there else self._whole
        start.setFocus(Qt.FocusReason.OtherFocusReason)
        self._expected = not there

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window."""
        self._width = width
        narrow = width is Width.NARROW
        margins = (10, 8, 10, 8) if narrow else (16, 14, 16, 10)
        self._body.setContentsMargins(*margins)
        if not narrow:
            self.panel.setFixedWidth(288 if width is Width.WIDE else 250)
        else:
            self.panel.setMinimumWidth(0)
            self.panel.setMaximumWidth(16_777_215)  # Qt's QWIDGETSIZE_MAX
        self._kept_words.setVisible(width is Width.WIDE)
        self._seen.setText(tr("只存看过的") if narrow else tr("只存看过的 Ctrl+S"))
        self._toggle.setVisible(narrow)
        self.say(self._error.text())
        self._show_panel(shown=False)
        self._name_whole()

    def _turn(self, _key: str) -> None:
        self._show()
        self._list.setFocus()

    def _show(self, _key: str = "") -> None:
        legs, entry, day = self._legs, self._entry, self._day
        spots = [spot for leg in legs for spot in leg.spots]
        due = [spot for spot in spots if spot.is_due(day)]
        self._chips.set_choices(
            (
                ("due", tr("今天要看 {count}", count=len(due))),
                ("all", tr("全部 {count}", count=len(spots))),
            )
        )
        only_due = self._chips.chosen() == "due"
        self._list.show_route(legs, entry, day, only_due=only_due)
        shown = bool(self._list.spots())
        self._list.setVisible(shown)
        self._empty.setVisible(not shown)
        if shown and self._expected and self._whole.hasFocus():
            self.focus_start()
        self._show_empty(points=any(spot.point_id for spot in spots))
        self.panel.show_progress(len(entry.marks), len(due))
        self._name_whole()
        self._show_watch()

    def _show_empty(self, *, points: bool) -> None:
        """Say why nothing stands here, and what can be done."""
        head = tr("今天要看的都看过了")
        words = tr("想再走一圈，点“全部”选看过的地方；路上的问题点“记路上的问题”")
        if not points:
            head = tr("还没有巡查点")
            words = tr(
                "设好每栋楼要看的地方，到期的就会排在这里；"
                "不设也可以，点“全部”选看过的楼栋"
            )
        icon = ("circle-check", "green.text") if points else ("map-pin", "blue.text")
        self._empty_icon.show_icon(*icon)
        self._empty_head.setText(head)
        self._empty_words.setText(words)
        self._propose.setVisible(not points)

    def _name_whole(self) -> None:
        narrow = self._width is Width.NARROW
        words = tr("未发现问题")
        if self._entry.findings:
            words = tr("其余正常，保存")
        self._whole.setText(words if narrow else f"{words} Ctrl+Enter")
        self._whole.setAccessibleName(words)
        count = len(self._entry.marks)
        toggle = (
            tr("回到路线") if self._panel_shown else tr("这一轮 {count}", count=count)
        )
        self._toggle.setText(toggle)
        self._toggle.setAccessibleName(toggle)

    def _show_watch(self) -> None:
        spot = self._list.current_spot()
        mark = self._entry.marks.get(spot.key) if spot else None
        watched = mark is not None and mark.state == WATCH
        self._watch.setVisible(watched)
        if spot is not None and mark is not None and watched:
            where = self._list.leg_name(spot)
            place = " ".join(word for word in (where, spot.name) if word)
            self._watch_words.setText(tr("{place}：", place=place))
            if self._watch_note.text() != mark.note:
                self._watch_note.setText(mark.note)

    def _note_watched(self, text: str) -> None:
        spot = self._list.current_spot()
        mark = self._entry.marks.get(spot.key) if spot else None
        if mark is not None:
            mark.note = text
            self._list.viewport().update()
            self.touched.emit()

    def _leave_watch(self) -> None:
        self._list.setFocus(Qt.FocusReason.OtherFocusReason)
        self._list.go_on()

    def _flip(self) -> None:
        self._show_panel(shown=not self._panel_shown)

    def _escape(self) -> None:
        if self._watch_note.hasFocus():
            self._list.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._panel_shown:
            self._show_panel(shown=False)

    def _show_panel(self, *, shown: bool) -> None:
        """In a narrow window the round takes the place of the route."""
        narrow = self._width is Width.NARROW
        self._panel_shown = shown and narrow
        self._card.setVisible(not self._panel_shown)
        self.panel.setVisible(not narrow or shown)
        self._name_whole()
