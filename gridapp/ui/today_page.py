"""今日待办: what must be done now, what the month still asks, and what is not sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Resident
from gridapp.store import journal, records, state
from gridapp.store.database import Connection
from gridapp.ui import visit_drafts
from gridapp.ui.due_words import KINDS, day_words
from gridapp.ui.page import Page
from gridapp.ui.session import Session
from gridapp.ui.today_side import TodaySide
from gridapp.ui.todo_list import TodoList
from gridapp.ui.tokens import Width
from gridapp.ui.visit_values import VisitEntry
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import Card, Divider, NoticeBar, column, line
from gridapp.ui.widgets.kpi import Kpi
from gridapp.ui.widgets.text import Glyph, Text
from gridapp.work import today
from gridapp.work.due import Due
from gridapp.work.today import Progress

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


@dataclass(frozen=True)
class _Day:
    """What the page shows of one day."""

    day: dt.date
    rows: tuple[Due, ...]
    progress: tuple[Progress, ...]
    unsent: int
    drafts: tuple[VisitEntry, ...]  # half-filled forms, the newest first
    draft_name: str  # whose the newest is


class TodayPage(Page):
    """The page the program opens on."""

    title = tr("今日待办")
    watched = True
    shows = frozenset(
        {
            "resident",
            "resident_tag",
            "care_plan",
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
        self._drafts: tuple[VisitEntry, ...] = ()
        self._tiles = {key: Kpi(self.theme, icon, name) for key, icon, name in TILES}
        self._notice = NoticeBar(self.theme, "amber", "pencil")
        self._go_on = Button(self.theme, tr("继续填写"), "quiet")
        self._chips = ChipRow(self.theme, tr("待办清单"), (("all", tr("全部")),))
        self._print = Button(
            self.theme,
            tr("打印走访单"),
            "quiet",
            icon="printer",
            tip=tr("打印今天的走访单 Ctrl+P"),
        )
        self._list = TodoList(self.theme)
        self._empty = QWidget()
        self._empty_words = Text("", "section")
        self._empty_next = Text("", "muted")
        self._side = TodaySide(self.theme)
        self._place()
        self._bind()
        self.set_width(Width.WIDE)

    def _place(self) -> None:
        self._box = column(self, (16, 14, 16, 14), 12)
        self._tile_row = line(gap=12)
        for tile in self._tiles.values():
            self._tile_row.addWidget(tile, 1)
        self._box.addLayout(self._tile_row)
        self._notice.row.addWidget(self._go_on)
        self._notice.say("")
        self._box.addWidget(self._notice)
        self._body = line(gap=12)
        card = Card((1, 1, 1, 1), 0)
        self._top = QWidget()
        top = line(self._top, (16, 8, 6, 8), 8)
        top.addWidget(Text(tr("待办清单"), "section"))
        top.addSpacing(8)
        top.addWidget(self._chips)
        top.addStretch()
        top.addWidget(self._print)
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
        self._body.addWidget(card, 1)
        self._body.addWidget(self._side)
        self._box.addLayout(self._body, 1)

    def _bind(self) -> None:
        for key, tile in self._tiles.items():
            tile.clicked.connect(partial(self._toggle, key))
        self._chips.picked.connect(self._filter)
        self._list.acted.connect(self._act)
        self._list.opened.connect(self._open)
        self._go_on.clicked.connect(self._resume)
        self._print.clicked.connect(self._print_sheets)
        self._print.setShortcut("Ctrl+P")
        self._side.entry_asked.connect(self._start)
        self._side.sync_asked.connect(partial(self.place_asked.emit, "sync"))

    def reload(self) -> None:
        self.session.read(_read, self._show)

    def expect_next(self) -> None:
        """Begin the next visit or call once the list is read again."""
        self._go_next = True
        self.reload()

    def focus_start(self) -> None:
        self._list.setFocus()

    def choose_kind(self, kind: str) -> None:
        """Show only one kind of work: visit, call, issue, dispute, or all."""
        self._filter(kind)

    def chosen_resident(self) -> UUID | None:
        due = self._list.current()
        return due.resident_id if due else None

    def _show(self, day: _Day) -> None:
        self._rows, self._day, self._drafts = day.rows, day.day, day.drafts
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
        self._side.show_month(day.progress, day.day.month, day.unsent)
        self._notice.say(_draft_words(day))
        if self._go_next:
            self._go_next = False
            self.next_visit()
        self.counted.emit(sum(row.due <= day.day for row in day.rows))

    def next_visit(self) -> None:
        """Begin the visit or call the list stands on."""
        due = self._list.current()
        if due is not None and due.kind in ("visit", "call"):
            self._list.act()
        else:
            self.place_asked.emit("today")

    def _show_chips(self) -> None:
        choices = [("all", tr("全部 {count}", count=len(self._rows)))]
        for key, words in NAMES.items():
            count = sum(_kind(row) == key for row in self._rows)
            choices.append((key, f"{words} {count}"))
        self._chips.set_choices(choices)

    def _show_rows(self) -> None:
        shown = [row for row in self._rows if self._kind in ("all", _kind(row))]
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

    def _filter(self, key: str) -> None:
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
            kind = "issue" if due.kind == "issue" else "dispute"
            self.record_asked.emit(kind, due.id)

    def _open(self, due: Due) -> None:
        if due.kind in ("visit", "call") and due.resident_id is not None:
            self.resident_asked.emit(due.resident_id)
        else:
            self._act(due)

    def _start(self, what: str) -> None:
        chosen = self.chosen_resident()
        if what not in ("visit", "call"):
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
        due = [row for row in self._rows if row.kind == "visit" and row.resident_id]
        ids = [row.resident_id for row in due if row.due <= self._day]
        ids = ids or [row.resident_id for row in due]
        if not ids:
            self.said.emit(tr("三天内没有要走访的人，不用打印"), None)
            return
        name = tr("走访单 {isoformat}.pdf", isoformat=self._day.isoformat())
        target = self.session.messages.choose_target(
            tr("走访单存为"), name, tr("PDF 文件 (*.pdf)")
        )
        if target:
            people = list(dict.fromkeys(one for one in ids if one is not None))
            path = Path(target)
            work = partial(_print, people=people, day=self._day, path=path)
            self.session.read(work, partial(self._printed, path))

    def _printed(self, path: Path, pages: int) -> None:
        self.said.emit(
            tr("已生成 {pages} 页走访单：{name}", pages=pages, name=path.name), None
        )
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        narrow = width is Width.NARROW
        top = 8 if narrow else 14
        self._box.setContentsMargins(width.margin, top, width.margin, top)
        for layout in (self._box, self._tile_row, self._body):
            layout.setSpacing(width.gap)
        for tile in self._tiles.values():
            tile.set_compact(compact=narrow)
        self._top.setVisible(not narrow)
        self._top_line.setVisible(not narrow)
        self._side.setVisible(not narrow)
        self._side.set_width(width)
        self._print.setText(tr("打印走访单") if width is Width.WIDE else tr("打印"))


def _kind(due: Due) -> str:
    return "dispute" if due.kind == "follow_up" else due.kind


def _draft_words(day: _Day) -> str:
    if not day.drafts:
        return ""
    what = tr("走访") if day.drafts[0].way == "visit" else tr("电话")
    more = (
        tr("，另有 {count} 份", count=len(day.drafts) - 1)
        if len(day.drafts) > 1
        else ""
    )
    return tr(
        "{draft_name}的{what}还没写完，已替您存好{more}",
        draft_name=day.draft_name,
        what=what,
        more=more,
    )


def _read(db: Connection) -> _Day:
    day = dt.date.today()
    drafts = visit_drafts.waiting(db)
    name = ""
    if drafts:
        newest = drafts[0].resident_id
        name = records.labels(db, Resident, [newest]).get(newest, "")
    return _Day(
        day,
        tuple(today.due(db, day)),
        tuple(today.month_progress(db, day)),
        journal.unsent_count(db, state.pushed_seq(db)),
        tuple(drafts),
        name,
    )


def _print(db: Connection, people: Sequence[UUID], day: dt.date, path: Path) -> int:
    from gridapp.office.sheets import SHEETS

    try:
        return SHEETS["visit-sheet"].draw(
            db,
            people,
            day,
            path,
            unmasked=False,
            leave_blanks=True,
            progress=None,
        )
    except PermissionError as error:
        raise UserError(
            tr("写不了 {name}，请关掉正打开它的程序，或换个名字再存", name=path.name)
        ) from error
