"""One dispute as it stands: head, next steps, facts at the left, what happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridapp.language import tr
from gridapp.models.dispute_flow import Step
from gridapp.ui.disputes import dispute_acts, dispute_words
from gridapp.ui.disputes.dispute_facts import Doings, fact_parts
from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.badge import Badge, BadgeView
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import Divider, Lines, NoticeBar, column, line
from gridapp.ui.widgets.flow import FlowLayout
from gridapp.ui.widgets.frame import Scrolled
from gridapp.ui.widgets.shortcuts import bind_inside
from gridapp.ui.widgets.text import Text
from gridapp.ui.widgets.timeline import Timeline
from gridapp.work.dispute_cases import CaseFile

FACTS_WIDTH = 336
_FEW = 2  # steps shown at first where there is little room
TABS = (("events", tr("办理经过")), ("facts", tr("当事人和案情")))


class StepRow(QWidget):
    """What may be done next, each with its digit; the first is the usual one."""

    asked = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._buttons: list[Button] = []
        self._flow = FlowLayout(self, 8)
        self._more = Button(theme, tr("更多…"), "quiet")
        self._more.setAccessibleName(tr("更多办理步骤"))
        self._more.clicked.connect(partial(self._fold, few=False))
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_steps(self, steps: Sequence[Step], *, few: bool) -> None:
        """Show these steps; with `few` most of them behind 更多.

        The keyboard goes on the usual step if it was on a step before.
        """
        inside = any(one.hasFocus() for one in (*self._buttons, self._more))
        for button in (*self._buttons, self._more):
            self._flow.removeWidget(button)
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons = []
        for number, step in enumerate(steps, 1):
            kind = "primary" if number == 1 else "normal"
            button = Button(self._theme, f"{number} {step.words}", kind)
            button.setAccessibleName(tr("下一步：{words}", words=step.words))
            button.clicked.connect(partial(self.asked.emit, step.act))
            self._flow.addWidget(button)
            self._buttons.append(button)
        self._flow.addWidget(self._more)
        self._fold(few=few)
        if inside:
            self.focus_first()

    def focus_first(self) -> None:
        """Put the keyboard on the usual step."""
        if self._buttons:
            self._buttons[0].setFocus(Qt.FocusReason.TabFocusReason)

    def _fold(self, *, few: bool) -> None:
        for number, button in enumerate(self._buttons):
            button.setVisible(number < _FEW or not few)
        self._more.setVisible(few and len(self._buttons) > _FEW)
        self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        digit = event.text()
        if len(digit) == 1 and digit in "123456789" and not event.modifiers():
            if int(digit) <= len(self._buttons):
                self._buttons[int(digit) - 1].click()
            event.accept()
        else:
            super().keyPressEvent(event)


class CaseView(QWidget):
    """Shows a case; what is asked for is said by signal."""

    act_asked = Signal(str)
    part_asked = Signal(object)  # id of the sitting or inquiry to correct
    drop_asked = Signal()  # into the recycle bin
    photos_asked = Signal()
    left = Signal()  # back to the list

    def __init__(self, theme: Theme, doings: Doings) -> None:
        super().__init__()
        self._theme = theme
        self._doings = doings
        self._width = Width.WIDE
        self._case: CaseFile | None = None
        self._parts: list[UUID | None] = []
        self._name = Text("", "section", wrap=True)
        self._badges = line(gap=6)
        self._about = Text("", "muted")
        self._print = Button(
            theme, tr("打印"), icon="printer", tip=tr("打印文书 Ctrl+P")
        )
        self._print.setAccessibleName(tr("打印文书"))
        self._print.setShortcut("Ctrl+P")
        bin_words = tr("把这件纠纷移入回收站 Delete")
        self._drop = Button(theme, "", icon="trash-2", tip=bin_words)
        self._drop.setFixedWidth(44)
        self._notice = NoticeBar(theme, "amber", "clock")
        self._steps = StepRow(theme)
        self._tabs = ChipRow(theme, tr("显示"), TABS)
        self._facts = Lines((0, 0, 8, 8), 4)
        self._facts_scroll = Scrolled()
        self._divider = Divider(down=True)
        self._right = QWidget()
        self._events_title = Text(tr("办理经过"), "section")
        self._photos = Button(theme, "", "small", icon="camera", tip=tr("看照片"))
        words = tr("记调查")
        self._inquire = Button(theme, words, "small", icon="plus", tip=words)
        self._timeline = Timeline(theme, tr("办理经过"))
        self._place()
        self._print.clicked.connect(partial(self.act_asked.emit, dispute_acts.PRINT))
        self._drop.clicked.connect(self.drop_asked)
        self._photos.clicked.connect(self.photos_asked)
        inquire = partial(self.act_asked.emit, dispute_acts.INQUIRE)
        self._inquire.clicked.connect(inquire)
        self._steps.asked.connect(self.act_asked)
        self._tabs.picked.connect(self._show_tab)
        self._timeline.clicked.connect(self._on_entry)
        self._timeline.activated.connect(self._on_entry)
        bind_inside(self, {"Esc": self.left.emit})

    def _place(self) -> None:
        box = column(self)
        head = self._head = line(margins=(18, 12, 14, 8), gap=10)
        words = column(gap=4)
        first = line(gap=8)
        first.addWidget(self._name, 1)
        first.addLayout(self._badges)
        words.addLayout(first)
        words.addWidget(self._about)
        head.addLayout(words, 1)
        head.addWidget(self._print, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._drop, 0, Qt.AlignmentFlag.AlignTop)
        box.addLayout(head)
        notice = line(margins=(14, 0, 14, 8))
        notice.addWidget(self._notice)
        box.addLayout(notice)
        self._step_box = line(margins=(18, 0, 14, 10))
        self._step_box.addWidget(self._steps, 1)
        box.addLayout(self._step_box)
        box.addWidget(Divider())
        tabs = line(margins=(12, 6, 12, 0))
        tabs.addWidget(self._tabs)
        tabs.addStretch()
        box.addLayout(tabs)
        body = line(margins=(18, 6, 8, 1), gap=14)
        self._facts_scroll.setWidget(self._facts)
        right = column(self._right, (0, 8, 0, 0), 6)
        top = line(gap=8)
        top.addWidget(self._events_title)
        top.addStretch()
        top.addWidget(self._inquire)
        top.addWidget(self._photos)
        right.addLayout(top)
        right.addWidget(self._timeline, 1)
        body.addWidget(self._facts_scroll)
        body.addWidget(self._divider)
        body.addWidget(self._right, 1)
        box.addLayout(body, 1)

    def show_case(self, case: CaseFile, day: dt.date) -> None:
        """Show a case as of `day`."""
        self._case = case
        dispute = case.dispute
        self._name.setText(dispute["name"])
        self._show_badges(case, day)
        since = tr("发生于 {day}", day=dispute["happened_on"])
        limit = tr("化解时限 {day}", day=dispute["deadline"])
        told = limit if case.next.what == "mediate" else since
        self._about.setText("  ".join((dispute["place"], told)))
        self._notice.say(_notice(case, day))
        few = self._width is not Width.WIDE
        self._steps.show_steps(case.steps, few=few)
        self._facts.replace(fact_parts(self._theme, case, self._doings))
        told = dispute_words.entries(case)
        self._parts = [part_id for _, part_id in told]
        count = len(case.photos)
        self._photos.setText(tr("照片 {count}", count=count))
        self._photos.setVisible(bool(count))
        self._inquire.setVisible(case.may_inquire)
        self._timeline.show_entries([entry for entry, _ in told])

    def focus_steps(self) -> None:
        """Put the keyboard on the usual next step."""
        self._steps.focus_first()

    def _show_badges(self, case: CaseFile, day: dt.date) -> None:
        while self._badges.count():
            item = self._badges.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        state = case.dispute["state"]
        tone = dispute_words.STATE_TONES[state]
        found = [Badge(dispute_words.state_words(state), tone, height=28)]
        if case.next.what:
            found.append(dispute_words.badge_of(state, case.next, day))
        if self._width is not Width.WIDE:
            found = found[-1:]
        for badge in found:
            self._badges.addWidget(BadgeView(self._theme, badge))

    def _show_tab(self, key: str) -> None:
        both = self._width is Width.WIDE
        self._facts_scroll.setVisible(both or key == "facts")
        self._right.setVisible(both or key == "events")

    def _on_entry(self, index: QModelIndex) -> None:
        part_id = self._parts[index.row()]
        if part_id is not None:
            self.part_asked.emit(part_id)

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window."""
        self._width = width
        narrow, both = width is Width.NARROW, width is Width.WIDE
        self._head.setContentsMargins(*((12, 8, 8, 4) if narrow else (18, 12, 14, 8)))
        left = 12 if narrow else 18
        self._step_box.setContentsMargins(left, 0, 14, 6 if narrow else 10)
        self._tabs.setVisible(not both)
        self._divider.setVisible(both)
        self._events_title.setVisible(both)
        self._about.setVisible(not narrow)
        self._print.setText(tr("打印") if both else "")
        self._print.setFixedWidth(90 if both else 44)
        self._facts_scroll.setMinimumWidth(FACTS_WIDTH if both else 0)
        self._facts_scroll.setMaximumWidth(FACTS_WIDTH if both else 16_777_215)
        self._show_tab(self._tabs.chosen())
        if self._case is not None:
            self._steps.show_steps(self._case.steps, few=not both)
            self._show_badges(self._case, dt.date.today())


def _notice(case: CaseFile, day: dt.date) -> str:
    """Return what must not be missed: the court's days, or what is late."""
    if case.next.what == "mediate" and case.next.day and case.next.day < day:
        return tr(
            "化解时限已过：调成了记协议，调不成的记“没有调成”并告知其他途径，"
            "双方都同意的可以延长"
        )
    last = case.judicial
    if last is not None and last >= day:
        return tr(
            "双方需要司法确认的，最晚 {last} 共同向法院申请，还有 {left} 天",
            last=last,
            left=(last - day).days,
        )
    return ""
