"""Second step of filling a form: for whom."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.models.codes import table as code_table
from gridapp.ui.ledgers.fill_work import CONDITIONS, LISTED, NAMED, Who
from gridapp.ui.ledgers.step_dialog import Step
from gridapp.ui.session import Session
from gridapp.ui.widgets.card import Card, column, line
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.field_row import FieldRow
from gridapp.ui.widgets.frame import Scrolled
from gridapp.ui.widgets.options import OptionRow
from gridapp.ui.widgets.text import Text
from gridapp.work.door_words import TAG_ORDER, tag_name, tiers

PAUSE = 200  # milliseconds after the last key before the people are counted
FIRST_TAGS = 9
LABEL = 112


class FillWhoStep(Step):
    """Conditions as chips and numbers; `changed` tells that others are meant."""

    changed = Signal()

    def __init__(self, session: Session, listed: Sequence[UUID]) -> None:
        super().__init__()
        self._session = session
        theme = session.theme
        self._named = 0
        kinds = [(CONDITIONS, tr("按条件选"))]
        if listed:
            words = tr("列表里现在的 {count:,} 人", count=len(listed))
            kinds.append((LISTED, words))
        kinds.append((NAMED, tr("表里已经写着名字的人")))
        self.kind = OptionRow(theme, tr("填谁"), kinds)
        codes = set(code_table("resident_tag").codes)
        tags = [(tag, tag_name(tag)) for tag in TAG_ORDER if tag in codes]
        self.tags = OptionRow(theme, tr("标签"), tags, many=True, first=FIRST_TAGS)
        self.age_from = _short(tr("年龄从"), "80")
        self.age_to = _short(tr("年龄到"), "")
        self.buildings = LineField(tr("楼栋"), tr("如 3、5；不写是全部"))
        colours = [(tier, code_table("care_colour").name(tier)) for tier in tiers()]
        self.colours = OptionRow(theme, tr("关爱等级"), colours, many=True)
        self.sexes = OptionRow(theme, tr("性别"), [("1", tr("男")), ("2", tr("女"))])
        self.unseen = _short(tr("多少天没见到"), "30")
        self._count = Text("", "section", wrap=True)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self.changed)
        self._rows: dict[str, QWidget] = {}
        self._place()
        self._bind()
        self.kind.set_values([CONDITIONS])
        self._show_rows()

    def _place(self) -> None:
        box = column(self, gap=8)
        card = Card((1, 8, 1, 8), 0)
        scroll = Scrolled()
        holder = QWidget()
        rows = column(holder, (6, 0, 6, 0), 2)
        ages = QWidget()
        across = line(ages, gap=8)
        across.addWidget(self.age_from)
        across.addWidget(Text(tr("到"), "muted"))
        across.addWidget(self.age_to)
        across.addWidget(Text(tr("岁（空着是不限）"), "muted"))
        across.addStretch()
        ages.setFocusProxy(self.age_from)
        days = QWidget()
        across = line(days, gap=8)
        across.addWidget(self.unseen)
        across.addWidget(Text(tr("天没有见到本人或家属（空着是不限）"), "muted"))
        across.addStretch()
        days.setFocusProxy(self.unseen)
        for key, label, editor in (
            ("kind", tr("填谁"), self.kind),
            ("tags", tr("标签"), self.tags),
            ("age", tr("年龄"), ages),
            ("buildings", tr("楼栋"), self.buildings),
            ("unseen", tr("超过"), days),
            ("colours", tr("关爱等级"), self.colours),
            ("sex", tr("性别"), self.sexes),
        ):
            row = FieldRow(self._session.theme, label, editor, label_width=LABEL)
            self._rows[key] = row
            rows.addWidget(row)
            if key == "tags":
                row.add_below(Text(tr("选几个，有其中一个的就算"), "faint"))
        rows.addStretch()
        scroll.setWidget(holder)
        card.box.addWidget(scroll)
        box.addWidget(card, 1)
        box.addWidget(self._count)

    def _bind(self) -> None:
        fields = (self.age_from, self.age_to, self.buildings, self.unseen)
        for one in fields:
            one.textChanged.connect(self._on_typed)
        for row in (self.kind, self.tags, self.colours, self.sexes):
            row.changed.connect(self._on_changed)
        order: list[QWidget] = [self.tags, *fields[:3], self.unseen, self.colours]
        for here, after in zip(order, order[1:], strict=False):
            if isinstance(here, LineField | OptionRow):
                here.finished.connect(partial(_go_to, after))

    def _on_typed(self, _text: str) -> None:
        self._timer.start()

    def _on_changed(self) -> None:
        self._show_rows()
        self._timer.start()

    def _show_rows(self) -> None:
        for key, row in self._rows.items():
            row.setVisible(key == "kind" or self.kind.value() == CONDITIONS)

    def who(self, ids: Sequence[UUID]) -> Who:
        """Who is meant now; `ids` are those the page lists."""
        kind = self.kind.value() or CONDITIONS
        if kind == LISTED:
            return Who(LISTED, ids=tuple(ids))
        if kind == NAMED:
            return Who(NAMED)
        return Who(CONDITIONS, tuple(self._conditions()))

    def _conditions(self) -> list[str]:
        found: list[str] = []
        if tags := self.tags.values():
            found.append("tag=" + "|".join(tags))
        if low := self.age_from.text().strip():
            found.append(f"age>={low}")
        if high := self.age_to.text().strip():
            found.append(f"age<={high}")
        if buildings := self.buildings.text().strip():
            found.append(f"building={buildings}")
        if colours := self.colours.values():
            found.append("care_colour=" + "|".join(colours))
        if sex := self.sexes.value():
            found.append(f"sex={sex}")
        if days := self.unseen.text().strip():
            found.append(f"visited>{days}")
        return found

    def show_count(self, count: int) -> None:
        """Say how many are meant."""
        self._count.setText(
            tr("要填 {count:,} 人", count=count)
            if count
            else tr("没有符合条件的人，请换一换条件")
        )

    def show_problem(self, sentence: str) -> None:
        """Say what is wrong with a condition."""
        self._count.setText(sentence)

    def prefer_named(self) -> None:
        """The form names people already: they are whom it asks about."""
        self.kind.set_values([NAMED])
        self._show_rows()

    def focus_start(self) -> None:
        """Put the keyboard on the tags."""
        (self.tags if self.tags.isVisible() else self.kind).focus_first()


def _short(name: str, hint: str) -> LineField:
    field = LineField(name, hint)
    field.setFixedWidth(84)
    return field


def _go_to(part: QWidget) -> None:
    if isinstance(part, OptionRow):
        part.focus_first()
    else:
        part.setFocus(Qt.FocusReason.TabFocusReason)
