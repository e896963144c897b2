"""What to know of the door one stands at: who, what is owed, what to ask, whom to call.

In a wide or middle window it stands at the right; a narrow one shows `DoorStrip`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QBoxLayout, QWidget

from gridapp.language import tr
from gridapp.ui.buildings.door_card import DoorCard
from gridapp.ui.buildings.door_said import (
    about_words,
    door_badge,
    empty_words,
    home_of,
    issue_words,
    member_words,
)
from gridapp.ui.care.due_words import ICONS
from gridapp.ui.care.resident_facts import WAY_WORDS, times_words
from gridapp.ui.care.visit_context import contact_line, summary, things_to_ask
from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.badge import Avatar
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import Divider, Lines, column, line
from gridapp.ui.widgets.frame import Scrolled
from gridapp.ui.widgets.text import Glyph, Text
from gridapp.work.buildings import Block, Door, Home, Member
from gridapp.work.door_words import near_words, tier_name
from gridapp.work.due import short_date
from gridapp.work.matrix import door_in_building
from gridapp.work.ways import kind_of

_AROUND = 52  # width of a button beside its words
_LABEL = 34  # least width of 入户, 电话, 问题, 上次


class DoorPanel(DoorCard):
    """The household behind the door that is chosen."""

    person_asked = Signal(object)  # a resident's own file
    member_picked = Signal(object)  # the resident the next record is about
    issue_asked = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, tr("记走访 F2"), tr("记电话 F3"), (1, 12, 1, 12), 8)
        self._width = Width.WIDE
        self._door: Door | None = None
        self._title = Text("", "section")
        self._about = Text("", "muted", wrap=True)
        self._homes = ChipRow(theme, tr("住户"), ())
        self._lines = Lines((14, 0, 10, 4), 8)
        self._scroll = Scrolled()
        self._place()
        self._homes.picked.connect(self._pick_home)

    def _place(self) -> None:
        head = line(margins=(14, 0, 14, 0), gap=8)
        head.addWidget(self._title)
        head.addStretch()
        head.addLayout(self._badges)
        self.box.addLayout(head)
        about = line(margins=(14, 0, 14, 0))
        about.addWidget(self._about)
        self.box.addLayout(about)
        homes = line(margins=(14, 0, 14, 0))
        homes.addWidget(self._homes)
        homes.addStretch()
        self.box.addLayout(homes)
        self.box.addWidget(Divider())
        self._scroll.setWidget(self._lines)
        self.box.addWidget(self._scroll, 1)
        foot = column(margins=(14, 4, 14, 0), gap=8)
        foot.addWidget(self._visit)
        self._beside = line(gap=8)
        self._beside.addWidget(self._call, 5)
        self._beside.addWidget(self._file, 4)
        foot.addLayout(self._beside)
        foot.addWidget(self._new_home)
        self.box.addLayout(foot)

    def set_width(self, width: Width) -> None:
        """Lay out for a wide or middle window."""
        self._width = width
        self.setFixedWidth(266 if width is Width.WIDE else 240)
        self._call.setText(tr("记电话 F3") if width is Width.WIDE else tr("记电话"))
        metrics = QFontMetricsF(self._theme.font())
        words = (self._call.text(), self._file.text())
        needed = sum(metrics.horizontalAdvance(one) + _AROUND for one in words)
        across = needed + 8 <= self.maximumWidth() - 28  # English words are longer
        way = QBoxLayout.Direction
        self._beside.setDirection(way.LeftToRight if across else way.TopToBottom)

    def show_nothing(self, words: str, title: str = "") -> None:
        """Say in words why there is nobody to show; `title` is a door without record,
        behind which a household can be opened."""
        self._door = None
        self._title.setText(title)
        self._show_badge(None)
        self._about.setText(words)
        self._homes.hide()
        self._lines.replace([])
        self._offer_only(somebody=False, household=False, empty=bool(title))

    def show_door(self, block: Block, door: Door, chosen: Member | None) -> None:
        """Show who lives behind a door; the next record is about `chosen`."""
        self._door = door
        self._title.setText(door_in_building(block, door))
        self._show_badge(door_badge(door))
        home = home_of(door, chosen)
        self._about.setText(about_words(door, home))
        self._show_homes(door, home)
        parts: list[QWidget] = []
        if chosen is not None and home is not None:
            parts += self._person(chosen)
            parts += self._facts(chosen, home, block.day)
            parts += self._others(home, chosen)
        else:
            parts.append(Text(empty_words(door), wrap=True))
        self._lines.replace(parts)
        self._scroll.verticalScrollBar().setValue(0)
        self._offer(door, chosen)

    def _show_homes(self, door: Door, home: Home | None) -> None:
        living = [one for one in door.homes if one.members]
        self._homes.setVisible(len(living) > 1)
        if len(living) > 1:
            self._homes.set_choices([(str(one.id), one.head) for one in living])
            if home is not None:
                self._homes.choose(str(home.id))

    def _pick_home(self, key: str) -> None:
        if self._door is None:
            return
        home = next(one for one in self._door.homes if str(one.id) == key)
        self.member_picked.emit(home.members[0].id)

    def _person(self, member: Member) -> Iterator[QWidget]:
        holder = QWidget()
        row = line(holder, gap=10)
        avatar = Avatar(self._theme, 44)
        avatar.show_name(member.name)
        row.addWidget(avatar, 0, Qt.AlignmentFlag.AlignTop)
        words = column(gap=0)
        name = Button(
            self._theme,
            member.name,
            "small",
            tip=tr("打开{name}的档案", name=member.name),
        )
        bold = name.font()
        bold.setBold(True)
        name.setFont(bold)
        name.clicked.connect(partial(self.person_asked.emit, member.id))
        words.addWidget(name, 0, Qt.AlignmentFlag.AlignLeft)
        aside = member_words(member)
        tier = member.stop.resident["care_colour"]
        if tier:
            aside = f"{aside}·{tier_name(tier)}"
        below = Text(aside, "muted", wrap=True)
        below.setContentsMargins(8, 0, 0, 0)
        words.addWidget(below)
        row.addLayout(words, 1)
        yield holder
        yield Divider()

    def _facts(self, member: Member, home: Home, day: dt.date) -> Iterator[QWidget]:
        planned = {plan["id"] for plan in member.stop.plans}
        for due in member.owed:  # a promise, an extra round, a step after a miss
            another = due.step or due.id not in planned
            if due.kind in ("visit", "call") and another:
                words = tr("{when}：{why}", when=near_words(due, day), why=due.why)
                yield self._fact(ICONS[due.kind], tr("要办"), words)
        for plan in member.stop.plans:
            due = member.stop.due.get(plan["id"])
            words = times_words(plan["interval_days"])
            if due is not None:
                date = short_date(due, day)
                words = tr("{every}，应 {date}", every=words, date=date)
            icon = "footprints" if plan["way"] == "visit" else "phone"
            yield self._fact(icon, WAY_WORDS.get(plan["way"], ""), words)
        if not member.stop.plans:
            yield self._fact("footprints", tr("计划"), tr("没有定期走访计划"))
        yield from self._issues(home, day)
        last = member.stop.last_visit
        said = tr("还没有走访过")
        if last is not None:
            date = short_date(last["started_at"].astimezone().date(), day)
            said = f"{date} {summary(last)}"
        icon = "phone" if last and kind_of(last["mode"]) == "call" else "history"
        yield self._fact(icon, tr("上次"), said)
        asks = things_to_ask(member.stop)
        if asks:
            yield Divider()
            yield Text(tr("这次要问"), "strong")
            for words in asks:
                yield self._fact("list-checks", "", words)
        if member.stop.contacts:
            yield Divider()
            yield Text(tr("紧急联系人"), "strong")
            yield from map(contact_line, member.stop.contacts)

    def _issues(self, home: Home, day: dt.date) -> Iterator[QWidget]:
        found = [one for member in home.members for one in member.stop.open_issues]
        if not found:
            yield self._fact("triangle-alert", tr("问题"), tr("没有未办结的"))
        for issue in found:
            title = issue["title_text"]
            words = issue_words(issue, day)
            holder = self._fact("triangle-alert", tr("问题"), words)
            go = Button(
                self._theme, tr("看"), "small", tip=tr("打开工单：{title}", title=title)
            )
            go.clicked.connect(partial(self.issue_asked.emit, issue["id"]))
            row = holder.layout()
            assert row is not None
            row.addWidget(go)
            yield holder

    def _others(self, home: Home, chosen: Member) -> Iterator[QWidget]:
        others = [one for one in home.members if one.id != chosen.id]
        if not others:
            return
        yield Divider()
        yield Text(tr("同户，点一下换成记这个人"), "muted", wrap=True)
        for one in others:
            age = "" if one.age is None else tr("{age} 岁", age=one.age)
            words = "  ".join(part for part in (one.name, one.relation, age) if part)
            button = Button(
                self._theme,
                words,
                "small",
                icon="user-round",
                tip=tr("改为记{name}", name=one.name),
            )
            button.clicked.connect(partial(self.member_picked.emit, one.id))
            yield button

    def _fact(self, icon: str, label: str, words: str) -> QWidget:
        holder = QWidget()
        row = line(holder, gap=6)
        row.addWidget(Glyph(self._theme, icon, "text3"), 0, Qt.AlignmentFlag.AlignTop)
        if label:
            name = Text(label, "muted")
            name.setMinimumWidth(_LABEL)
            row.addWidget(name, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(Text(words, "note", wrap=True), 1)
        return holder
