"""What the list of residents is narrowed by: five chips, 更多…, and what is active."""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.models.codes import table as code_table
from gridapp.ui.care.resident_file import Listed
from gridapp.ui.menus import MenuButton
from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.flow import FlowLayout

FILTERS = (
    ("all", tr("全部")),
    ("late", tr("逾期")),
    ("alone", tr("独居")),
    ("chronic", tr("慢病")),
    ("low_income", tr("低保")),
)
GONE = ("moved", "deceased")
UNREADY = "unready"  # lacks what GB/T 31000 requires
STATES = (
    ("migrant", tr("流动人口")),
    ("away", tr("外出")),
    ("moved", tr("已迁出")),
    ("deceased", tr("已故")),
    ("no_id", tr("没有身份证号")),
    ("no_door", tr("没有门牌")),
    (UNREADY, tr("资料不全")),
)
_SHOWN = {Width.WIDE: 4, Width.MID: 3, Width.NARROW: 3}


def more_choices() -> list[tuple[str, str]]:
    """Return what 更多… offers: states of a file, then every tag without a chip."""
    chips = {key for key, _ in FILTERS}
    tags = code_table("resident_tag")
    rest = [(code, tags.name(code)) for code in tags.codes if code not in chips]
    return [*STATES, *rest]


def narrowing(
    asked: Collection[str],
    late: Collection[UUID],
    unready: Collection[UUID] = (),
    *,
    found: bool,
) -> Callable[[Listed], bool]:
    """Return who is shown. Who left or died is, when searched or asked for.

    Args:
        asked: keys of the chip and of 更多…; all must hold, of 已迁出 and 已故 one.
        late: people with whom something is overdue.
        unready: people whose file lacks something.
        found: whether those looked at were found by a search.
    """
    states = [key for key in GONE if key in asked]
    facts: dict[str, Callable[[Listed], bool]] = {
        "late": lambda one: one.id in late,
        "migrant": lambda one: one.standing.kind == "migrant",
        "away": lambda one: one.standing.state == "away",
        "no_id": lambda one: not one.standing.has_id,
        "no_door": lambda one: not one.door,
        UNREADY: lambda one: one.id in unready,
    }
    others = [key for key in asked if key not in (*GONE, "all")]

    def shown(person: Listed) -> bool:
        if states:
            if person.standing.state not in states:
                return False
        elif person.standing.state in GONE and not found:
            return False
        return all(
            facts[key](person) if key in facts else key in person.standing.tags
            for key in others
        )

    return shown


class ResidentFilters(QWidget):
    """One chip of five, and any number of 更多…, each with a cross to take it off."""

    changed = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._names = dict(more_choices())
        self._extra: list[str] = []
        box = column(self, gap=6)
        row = line(gap=6)
        self.chips = ChipRow(theme, tr("筛选"), FILTERS[:4], gap=6)
        self.more = MenuButton(theme, tr("更多…"), kind="chip")
        row.addWidget(self.chips)
        row.addWidget(self.more)
        row.addStretch()
        box.addLayout(row)
        self._active = QWidget()
        self._flow = FlowLayout(self._active, 6)
        box.addWidget(self._active)
        self._active.hide()
        self.chips.picked.connect(self.changed)
        self.more.picked.connect(self.toggle)
        self.set_width(Width.WIDE)

    def asked(self) -> tuple[str, ...]:
        """Return the keys that are active."""
        return (self.chips.chosen(), *self._extra)

    def words(self) -> str:
        """Return what is active in words, as 独居、已迁出."""
        names = dict(FILTERS) | self._names
        return tr("、").join(names[key] for key in self.asked() if key != "all")

    def clear(self) -> None:
        """Show everybody again, without a signal."""
        self._extra = []
        self.chips.choose("all")
        self._show_active()

    def toggle(self, key: str) -> None:
        """Ask for one more, or no longer."""
        if key in self._extra:
            self._extra.remove(key)
        else:
            self._extra.append(key)
        self._show_active()
        self.changed.emit(key)

    def _show_active(self) -> None:
        while (item := self._flow.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for key in self._extra:
            chip = Button(self._theme, self._names[key], "chip", icon="x")
            chip.setAccessibleName(tr("取消筛选：{name}", name=self._names[key]))
            chip.clicked.connect(lambda _=False, key=key: self.toggle(key))
            self._flow.addWidget(chip)
        if self._extra:
            all_off = Button(self._theme, tr("清除全部"), "chip")
            all_off.clicked.connect(self._clear_all)
            self._flow.addWidget(all_off)
        self._active.setVisible(bool(self._extra))
        self.more.mark(self._extra)

    def _clear_all(self) -> None:
        self.clear()
        self.changed.emit("all")

    def set_width(self, width: Width) -> None:
        """Show fewer chips in a narrower list; the others stand under 更多…."""
        shown = FILTERS[: _SHOWN[width]]
        self.chips.set_choices(shown)
        hidden = [one for one in FILTERS if one not in shown]
        self._names = dict([*hidden, *more_choices()])
        self._extra = [key for key in self._extra if key in self._names]
        self.more.set_choices(list(self._names.items()), checked=self._extra)
        self._show_active()
