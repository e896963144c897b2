"""今日待办: what must be done now, what the month still asks, and what is not sent."""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QMenu, QWidget

from gridapp.language import tr
from gridapp.ui.care.due_words import KINDS, day_words
from gridapp.ui.care.visit_start import Saved
from gridapp.ui.care.visit_values import VisitEntry
from gridapp.ui.page import Page
from gridapp.ui.session import Session
from gridapp.ui.today.offer_bar import OfferBar
from gridapp.ui.today.today_acts import TodayActs
from gridapp.ui.today.today_day import (
    Day,
    Rest,
    read_day,
    read_offers,
    read_rest,
)
from gridapp.ui.today.today_side import ROUND, TodaySide
from gridapp.ui.today.todo_list import TodoList
from gridapp.ui.today.todo_listing import todo_listing
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import Card, Divider, NoticeBar, column, line
from gridapp.ui.widgets.kpi import Kpi
from gridapp.ui.widgets.shortcuts import bind_inside
from gridapp.ui.widgets.text import Glyph, Text
from gridapp.work.due import Due
from gridapp.work.listing import Listing

TILES = (
    ("visit", "footprints", tr("要走访")),
    ("call", "phone", tr("要打电话")),
    ("issue", "triangle-alert", tr("问题到期")),
    ("dispute", "handshake", tr("调解到期")),
)
NAMES = {
    "visit": tr("走访"),
    "call": tr("电话"),
    "issue": tr("问题"),
    "dispute": tr("调解"),
}


READ_AGAIN = 10 * 60 * 1000  # milliseconds
# What the rules of plans look at.
ASKED_BY_RULES = frozenset({"resident", "resident_tag", "care_plan"})


class TodayPage(Page):
    """The page the program opens on."""

    title = tr("今日待办")
    watched = True
    shows = frozenset(
        {
            "resident",
            "resident_tag",
            "care_plan",
            "care_round",
            "visit",
            "issue",
            "dispute",
            "patrol_stop",
            "patrol_point",
        }
    )

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._rows: tuple[Due, ...] = ()
        self._day = dt.date.today()
        self._kind = "all"
        self._go_next = False
        self._counted = False  # those who lack a plan: after the list is there
        self._saved: Saved | None = None
        self._asked_for = self._arrived = 0  # readings of the list
        self._drafts: tuple[VisitEntry, ...] = ()
        self._tiles = {key: Kpi(self.theme, icon, name) for key, icon, name in TILES}
        self._notice = NoticeBar(self.theme, "amber", "pencil")
        self._go_on = Button(self.theme, tr("继续填写"), "quiet")
        self._chips = ChipRow(self.theme, tr("待办清单"), (("all", tr("全部")),), gap=6)
        self._print = Button(
            self.theme,
            tr("打印走访单"),
            "quiet",
            icon="printer",
            tip=tr("打印今天的走访单 Ctrl+P"),
        )
        self._export = self.export_button(tr("导出"))
        self._offer = OfferBar(self.theme)
        self._list = TodoList(self.theme)
        self._empty = QWidget()
        self._empty_words = Text("", "section")
        self._empty_next = Text("", "muted")
        self._side = TodaySide(self.theme)
        self._acts = TodayActs(session, self)
        self._clock = QTimer(self)
        self._clock.setInterval(READ_AGAIN)
        self._more = Button(self.theme, "", icon="ellipsis", tip=tr("更多"))
        self._place()
        self._bind()
        self.set_width(Width.WIDE)

    def _place(self) -> None:
        self._box = column(self, (16, 14, 16, 14), 12)
        self._tile_row = line(gap=12)
        for tile in self._tiles.values():
            self._tile_row.addWidget(tile, 1)
        self._tile_row.addWidget(self._more)
        self._box.addLayout(self._tile_row)
        self._notice.row.addWidget(self._go_on)
        self._notice.say("")
        self._body = line(gap=12)
        self._left = column(gap=12)
        self._left.addWidget(self._notice)
        self._left.addWidget(self._offer)
        card = Card((1, 1, 1, 1), 0)
        self._top = QWidget()
        top = line(self._top, (16, 8, 6, 8), 8)
        top.addWidget(Text(tr("待办清单"), "section"))
        top.addWidget(self._chips)
        top.addStretch()
        top.addWidget(self._print)
        top.addWidget(self._export)
        card.box.addWidget(self._top)
        self._top_line = Divider()
        card.box.addWidget(self._top_line)
        card.box.addWidget(self._list, 1)
        middle = column(self._empty, gap=8)
        middle.addStretch()
        done = Glyph(self.theme, "circle-check", "green.text", 52)
        middle.addWidget(done, 0, Qt.AlignmentFlag.AlignHCenter)
        for words in (self._empty_words, self._empty_next):
            middle.addWidget(words, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch()
        card.box.addWidget(self._empty, 1)
        self._empty.hide()
        self._left.addWidget(card, 1)
        self._body.addLayout(self._left, 1)
        self._body.addWidget(self._side)
        self._box.addLayout(self._body, 1)

    def _bind(self) -> None:
        for key, tile in self._tiles.items():
            tile.clicked.connect(partial(self._toggle, key))
        self._chips.picked.connect(self._filter)
        self._list.acted.connect(self._act)
        self._list.opened.connect(self._open)
        self._list.numbered.connect(self._choose_number)
        self._offer.taken.connect(self._act)
        self._offer.passed.connect(self.next_visit)
        self._clock.timeout.connect(self._on_clock)
        self._clock.start()
        self._offer.left.connect(self._list.setFocus)
        bind_inside(self, dict.fromkeys(("Ctrl+Return", "Ctrl+Enter"), self.next_visit))
        self._go_on.clicked.connect(self._resume)
        self._print.clicked.connect(self._print_sheets)
        self._print.setShortcut("Ctrl+P")
        self._side.entry_asked.connect(self._start)
        self._side.sync_asked.connect(partial(self.place_asked.emit, "sync"))
        self._side.plans_asked.connect(self._acts.adopt_plans)
        self._acts.said.connect(self.said)
        self._acts.lacking.connect(self._side.show_lacking)
        self._more.setMenu(self._menu())

    def _on_changed(self, records: frozenset[str]) -> None:
        super()._on_changed(records)
        if records & ASKED_BY_RULES:
            self._acts.count_missing()

    def _on_clock(self) -> None:
        """Read again: steps of the chain come due, and midnight makes another day."""
        if self.isVisible() and not self._offer.isVisible():
            self.reload()

    def _menu(self) -> QMenu:
        """What a narrow window has no room for."""
        menu = QMenu(self)
        menu.setAccessibleName(tr("更多"))
        menu.addAction(tr("打印走访单 Ctrl+P"), self._print_sheets)
        menu.addAction(tr("导出这份清单 Ctrl+E"), self.export_asked.emit)
        menu.addAction(tr("加一轮专项走访"), self._acts.start_round)
        menu.addAction(tr("按规则补齐关爱计划"), self._acts.adopt_plans)
        return menu

    def reload(self) -> None:
        self._asked_for += 1
        self.session.read(read_day, self._show)

    def after_save(self, saved: Saved, go_next: bool) -> None:
        """Offer what else is open behind that door, else go on if that was asked."""
        self._saved, self._go_next = saved, go_next
        if self._arrived == self._asked_for:  # else the save is being read already
            self.reload()

    def focus_start(self) -> None:
        if not self._offer.isVisible():
            self._list.setFocus()

    def chosen_resident(self) -> UUID | None:
        due = self._list.current()
        return due.resident_id if due else None

    def _show(self, day: Day) -> None:
        self._rows, self._day = day.rows, day.day
        for key, tile in self._tiles.items():
            mine = [r for r in day.rows if _kind(r) == key and r.due <= day.day]
            late = sum(row.late_days > 0 for row in mine)
            word = tr("超期") if key == "issue" else tr("逾期")
            soon = sum(_kind(r) == key and r.due > day.day for r in day.rows)
            note = (
                tr("3 天内 {soon}", soon=soon)
                if soon
                else ""
                if mine
                else tr("没有到期")
            )
            tile.show_number(
                len(mine), late=f"{word} {late}" if late else "", note=note
            )
        self._show_chips()
        self._show_rows()
        self.counted.emit(sum(row.due <= day.day for row in day.rows))
        self._arrived += 1
        if self._saved is not None and self._arrived == self._asked_for:
            saved, self._saved = self._saved, None
            work = partial(read_offers, rows=day.rows, day=day.day, saved=saved)
            self.session.read(work, self._go_on_after)
        self.session.read(read_rest, self._show_rest)

    def _show_rest(self, rest: Rest) -> None:
        """Show what takes longer to count than the list: nobody waits for it."""
        self._drafts = rest.drafts
        self._side.show_month(rest.progress, self._day.month, rest.unsent)
        self._notice.say(rest.draft_words)
        if not self._counted:
            self._counted = True
            self._acts.count_missing()

    def _go_on_after(self, offers: tuple[Due, ...]) -> None:
        """After a save: the household's other items first, then the next due."""
        go_next, self._go_next = self._go_next, False
        if offers and (go_next or self.isVisible()):
            if not self.isVisible():
                self.place_asked.emit("today")
            self._offer.show_offers(offers, self._day)
        elif go_next:
            self.next_visit()

    def next_visit(self) -> None:
        """Begin the next visit or call of the list, from where it stands."""
        passed = self._offer.household if self._offer.isVisible() else None
        self._offer.hide()
        if self._list.go_to_contact(passed):
            self._list.act()
        else:
            self.place_asked.emit("today")

    def _show_chips(self) -> None:
        choices = [("all", tr("全部 {count}", count=len(self._rows)))]
        for key, words in NAMES.items():
            count = sum(_kind(row) == key for row in self._rows)
            choices.append((key, f"{words} {count}"))
        self._chips.set_choices(choices)

    def shown_list(self) -> Listing:
        narrowed = [NAMES[self._kind]] if self._kind in NAMES else []
        return todo_listing(self._shown_rows(), narrowed)

    def _shown_rows(self) -> list[Due]:
        return [row for row in self._rows if self._kind in ("all", _kind(row))]

    def _show_rows(self) -> None:
        shown = self._shown_rows()
        self._list.show_rows(shown, self._day)
        self._list.setVisible(bool(shown))
        self._empty.setVisible(not shown)
        what = "" if self._kind == "all" else NAMES[self._kind]
        self._empty_words.setText(tr("三天内的{what}待办都办完了", what=what))
        others = [row for row in self._rows if _kind(row) != self._kind]
        words = tr("可以安排巡查，或看看居民档案")
        if others:
            words = tr(
                "下一个到期：{day} {who}",
                day=day_words(others[0].due),
                who=others[0].who,
            )
            words += f" {KINDS[others[0].kind]}"
        self._empty_next.setText(words)

    def _toggle(self, key: str) -> None:
        self._filter(key if self._tiles[key].isChecked() else "all")

    def _choose_number(self, number: int) -> None:
        """Show the kind of work of that tile; 0, or the same again, shows all."""
        keys = ["all", *self._tiles]
        if number < len(keys):
            self._filter("all" if keys[number] == self._kind else keys[number])

    def _filter(self, key: str) -> None:
        self._offer.hide()
        self._kind = key
        for name, tile in self._tiles.items():
            tile.setChecked(name == key)
        self._chips.choose(key)
        self._show_rows()
        self._list.setFocus()

    def _act(self, due: Due) -> None:
        if due.kind in ("visit", "call") and due.resident_id is not None:
            self.visit_asked.emit(due.resident_id, due.kind)
        else:
            self.act_asked.emit(due.kind, due.id)

    def _open(self, due: Due) -> None:
        if due.kind in ("visit", "call") and due.resident_id is not None:
            self.resident_asked.emit(due.resident_id)
        else:
            self._act(due)

    def _start(self, what: str) -> None:
        chosen = self.chosen_resident()
        if what == ROUND:
            self._acts.start_round()
        elif what not in ("visit", "call"):
            self.record_asked.emit(what, None)
        elif chosen is not None:
            self.visit_asked.emit(chosen, what)
        else:
            self.place_asked.emit("residents")

    def _resume(self) -> None:
        if self._drafts:
            newest = self._drafts[0]
            self.visit_asked.emit(newest.resident_id, newest.way)

    def _print_sheets(self) -> None:
        """Print for who is due today; when nobody is, for the next three days."""
        due = [row for row in self._rows if row.kind == "visit" and row.resident_id]
        if not due:
            self.said.emit(tr("三天内没有要走访的人，不用打印"), None)
        elif any(row.due <= self._day for row in due):
            self.print_asked.emit("visit-sheet", [])
        else:
            self.print_asked.emit("visit-sheet", [row.resident_id for row in due])

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        narrow = width is Width.NARROW
        top = 8 if narrow else 14
        self._box.setContentsMargins(width.margin, top, width.margin, top)
        for layout in (self._box, self._tile_row, self._body, self._left):
            layout.setSpacing(width.gap)
        for tile in self._tiles.values():
            tile.set_compact(compact=narrow)
        self._top.setVisible(not narrow)
        self._top_line.setVisible(not narrow)
        self._more.setVisible(narrow)
        self._side.setVisible(not narrow)
        self._side.set_width(width)
        wide = width is Width.WIDE
        self._print.setText(tr("打印走访单") if wide else "")
        self._export.setText(tr("导出") if wide else "")


def _kind(due: Due) -> str:
    return "dispute" if due.kind == "follow_up" else due.kind
