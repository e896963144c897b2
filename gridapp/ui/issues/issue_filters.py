"""What narrows the list of issues: how they stand, whose, what kind, which building."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.models import codes
from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.combo import Combo
from gridapp.work.due import walk_key
from gridapp.work.issues import Listed

TABS = (
    ("open", tr("待办")),
    ("late", tr("超期")),
    ("done", tr("已办")),
    ("all", tr("全部")),
)


class IssueFilters(QWidget):
    """Chips with counts, then whose, kind and building; `changed` after each choice."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._tabs = ChipRow(theme, tr("办理情况"), TABS, gap=6)
        self._mine = Button(theme, tr("我的"), "chip", tip=tr("只看我负责的"))
        self._mine.setCheckable(True)
        table = codes.table("issue_category")
        kinds = [(item.code, item.name) for item in table.items if not item.parent]
        names = [(code, table.name(code)) for code, _ in kinds]
        self._kind = Combo(theme, tr("类别"), names)
        self._kind.setItemText(0, tr("全部类别"))
        self._building = Combo(theme, tr("楼栋"), ())
        self._building.setItemText(0, tr("全部楼栋"))
        self._buildings: Mapping[UUID, str] = {}
        self._box = column(self, gap=8)
        self._first = line(gap=6)
        self._first.addWidget(self._tabs)
        self._first.addStretch()
        self._second = QWidget()
        second = line(self._second, gap=6)
        second.addWidget(self._kind, 1)
        second.addWidget(self._building, 1)
        second.addWidget(self._mine)
        self._box.addLayout(self._first)
        self._box.addWidget(self._second)
        self._tabs.picked.connect(self.changed)
        self._mine.clicked.connect(self.changed)
        self._kind.activated.connect(self.changed)
        self._building.activated.connect(self.changed)

    def tab(self) -> str:
        """Return which of TABS is chosen."""
        return self._tabs.chosen()

    def choose_tab(self, key: str) -> None:
        """Choose one of TABS without a signal."""
        self._tabs.choose(key)

    def clear(self) -> None:
        """Take every filter away but the tab, without a signal."""
        self._mine.setChecked(False)
        self._kind.set_value(None)
        self._building.set_value(None)

    def narrowed(self) -> list[str]:
        """Return, in words, what narrows the list beside the tab."""
        words = [self._mine.text()] if self._mine.isChecked() else []
        for combo in (self._kind, self._building):
            if combo.value():
                words.append(combo.currentText())
        return words

    def tab_words(self) -> str:
        """Return the chosen tab in words."""
        return dict(TABS)[self.tab()]

    def fits(self, one: Listed) -> bool:
        """Whether an issue passes all but the tab."""
        kind, building = self._kind.value(), self._building.value()
        return (
            (not self._mine.isChecked() or one.mine)
            and (kind is None or one.category.startswith(kind))
            and (building is None or str(one.building_id) == building)
        )

    def show_counts(self, rows: Sequence[Listed], now: dt.datetime) -> None:
        """Say on each tab how many of these rows it holds."""
        self._tabs.set_choices(
            [
                (key, f"{words} {sum(in_tab(key, one, now) for one in rows):,}")
                for key, words in TABS
            ]
        )

    def show_buildings(self, buildings: Mapping[UUID, str]) -> None:
        """Offer these buildings, as one walks past them."""
        if buildings == self._buildings:
            return
        self._buildings = dict(buildings)
        chosen = self._building.value()
        while self._building.count() > 1:
            self._building.removeItem(1)
        for key, number in sorted(buildings.items(), key=lambda i: walk_key(i[1])):
            words = tr("{number}号楼", number=number) if number.isdecimal() else number
            self._building.addItem(words, str(key))
        self._building.set_value(chosen)

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window: narrow on one line."""
        narrow = width is Width.NARROW
        for combo in (self._kind, self._building):
            combo.setMinimumContentsLength(7 if narrow else 6)
        if narrow:
            self._box.removeWidget(self._second)
            self._first.addWidget(self._second)
        else:
            self._first.removeWidget(self._second)
            self._box.addWidget(self._second)


def in_tab(key: str, one: Listed, now: dt.datetime) -> bool:
    """Whether an issue belongs on one of TABS."""
    if key == "all":
        return True
    if key == "late":
        return one.late(now)
    return (one.ended_at is not None) == (key == "done")
