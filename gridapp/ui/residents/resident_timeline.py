"""What happened with a resident, by kind; each line can be opened or deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QWidget

from gridapp.language import tr
from gridapp.store.history import HistoryLine
from gridapp.ui.residents.resident_events import change_entries, event_entries
from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.text import Text
from gridapp.ui.widgets.timeline import Timeline
from gridapp.work.people import Event

CHANGES = "changes"
KINDS = {
    "visit": tr("走访"),
    "call": tr("电话"),
    "issue": tr("工单"),
    "dispute": tr("纠纷"),
    "signed": tr("签字单"),
}
KEPT = frozenset({"dispute"})  # not deleted from one person's file: it has other sides


class ResidentTimeline(QWidget):
    """The chips, the timeline, and what may be done with the chosen line."""

    changes_asked = Signal()
    open_asked = Signal(object)  # the Event
    delete_asked = Signal(object)  # the Event

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._events: tuple[Event, ...] = ()
        self._shown: tuple[Event, ...] = ()
        self._title = Text(tr("走访时间线"), "section")
        self._title.setContentsMargins(0, 5, 0, 0)  # level with the chips beside it
        self.chips = ChipRow(
            theme, tr("时间线"), (("all", tr("全部")),), gap=6, wrap=True
        )
        self.list = Timeline(theme, tr("时间线"))
        self._bar = QFrame()
        self._said = Text("", "muted")
        self.open_button = Button(theme, tr("修改"), "quiet", icon="pencil")
        self.delete_button = Button(theme, tr("删除"), "quiet", icon="trash-2")
        box = column(self, gap=6)
        top = line(gap=8)
        top.addWidget(self._title, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.chips, 1)
        box.addLayout(top)
        box.addWidget(self.list, 1)
        bar = line(self._bar, (0, 2, 4, 6), 4)
        bar.addWidget(self._said, 1)
        bar.addWidget(self.open_button)
        bar.addWidget(self.delete_button)
        box.addWidget(self._bar)
        self._bar.hide()
        self.chips.picked.connect(self.show_kind)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.list.activated.connect(self._open)
        self.open_button.clicked.connect(self._open)
        self.delete_button.clicked.connect(self._delete)
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), self.list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._delete)

    def show_events(self, events: Sequence[Event]) -> None:
        """Show what happened with somebody."""
        self._events = tuple(events)
        counts = Counter(event.kind for event in events)
        choices = [("all", tr("全部 {count}", count=len(events)))]
        choices += [
            (key, f"{words} {counts[key]}")
            for key, words in KINDS.items()
            if counts[key]
        ]
        self.chips.set_choices([*choices, (CHANGES, tr("修改记录"))])
        self.show_kind(self.chips.chosen())

    def show_changes(self) -> None:
        """Choose 修改记录."""
        self.chips.choose(CHANGES)
        self.show_kind(CHANGES)

    def show_history(self, lines: Sequence[HistoryLine]) -> None:
        """Show what was changed in the file, newest first."""
        if self.chips.chosen() == CHANGES:
            self.list.show_entries(change_entries(lines))

    def show_kind(self, kind: str) -> None:
        """Show the events of one kind."""
        self._bar.hide()
        if kind == CHANGES:
            self._shown = ()
            self.changes_asked.emit()
            return
        self._shown = tuple(one for one in self._events if kind in ("all", one.kind))
        self.list.show_entries(event_entries(self._events, kind))

    def chosen(self) -> Event | None:
        """Return the event of the current line."""
        row = self.list.currentIndex().row()
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def _on_current(self, _current: QModelIndex, _before: QModelIndex) -> None:
        event = self.chosen()
        self._bar.setVisible(event is not None)
        if event is None:
            return
        entry = event_entries([event], "all")[0]
        self._said.setText(f"{entry.title}  {entry.when}")
        own = event.kind in ("visit", "call")
        self.open_button.setText(tr("修改") if own else tr("打开"))
        name = tr("修改{title}", title=entry.title)
        self.open_button.setAccessibleName(name)
        self.delete_button.setAccessibleName(tr("删除{title}", title=entry.title))
        self.delete_button.setVisible(event.kind not in KEPT)

    def _open(self, *_from: object) -> None:
        event = self.chosen()
        if event is not None:
            self.open_asked.emit(event)

    def _delete(self, *_from: object) -> None:
        event = self.chosen()
        if event is not None and event.kind not in KEPT:
            self.delete_asked.emit(event)

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window."""
        self._title.setVisible(width is Width.WIDE)
