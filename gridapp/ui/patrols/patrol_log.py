"""The log of past rounds: a list by day, and the one that is chosen beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.models import Patrol
from gridapp.models.record import Values
from gridapp.store import records
from gridapp.store.vault import Writing
from gridapp.ui.forms.record_form import RecordDialog
from gridapp.ui.patrols.patrol_reader import RoundReader
from gridapp.ui.patrols.patrol_words import round_summary, round_when
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.badge import Badge
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import Card, column, line
from gridapp.ui.widgets.moments import DayField
from gridapp.ui.widgets.rows import Row, RowList
from gridapp.ui.widgets.shortcuts import bind_inside
from gridapp.ui.widgets.text import Text
from gridapp.work import patrol_round, recycle
from gridapp.work.listing import Listing, of_records
from gridapp.work.patrol_round import RoundFile, RoundLine

FILTERS = (("all", tr("全部")), ("found", tr("发现问题")))


class RoundLog(QWidget):
    """Past rounds; one can be read, corrected and deleted."""

    said = Signal(str, object)
    record_asked = Signal(str, object)  # record type, id
    print_asked = Signal(str, object)  # name of a sheet, ids of its records
    today_asked = Signal()
    export_asked = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._lines: Sequence[RoundLine] = ()
        self._width = Width.WIDE
        self._wanted: UUID | None = None  # the row to choose when the rows are there
        self._reading = False  # in a narrow window: the round covers the list
        theme = session.theme
        self._chips = ChipRow(theme, tr("筛选"), FILTERS)
        self._count = Text("", "faint")
        self._first = DayField(tr("从哪天起"), tr("从哪天"))
        self._last = DayField(tr("到哪天止"), tr("到哪天"))
        self._clear = Button(theme, tr("全部日期"), "quiet", icon="x")
        self._list = RowList(theme, tr("巡查日志"))
        self._empty = Text("", "muted", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._clear.hide()
        self._today = Button(theme, tr("今天的巡查 F4"), "primary", icon="route")
        self._export = Button(
            theme,
            tr("导出"),
            "quiet",
            icon="file-output",
            tip=tr("导出巡查日志 Ctrl+E"),
        )
        self._export.clicked.connect(self.export_asked)
        self._card = Card((1, 8, 1, 1), 0)
        self._reader = RoundReader(session)
        self._lay_out()
        self._chips.picked.connect(self._show)
        for field in (self._first, self._last):
            field.textChanged.connect(self._on_day)
            field.finished.connect(self._list.setFocus)
        self._clear.clicked.connect(self._all_days)
        self._today.clicked.connect(self.today_asked)
        self._list.picked.connect(self._read)
        self._list.opened.connect(self._open)
        reader = self._reader
        reader.edit_asked.connect(self._edit)
        reader.delete_asked.connect(self._delete)
        reader.left.connect(self._close)
        reader.record_asked.connect(self.record_asked)
        reader.print_asked.connect(self.print_asked)

    def _lay_out(self) -> None:
        outer = column(self)
        self._top = line(gap=8)
        self._top.addWidget(self._chips)
        self._top.addWidget(self._first)
        self._top.addWidget(self._last)
        self._top.addWidget(self._clear)
        self._top.addWidget(self._count)
        self._top.addStretch()
        self._top.addWidget(self._export)
        self._top.addWidget(self._today)
        outer.addLayout(self._top)
        self._body = line(gap=12)
        self._card.box.addWidget(self._list, 1)
        self._card.box.addWidget(self._empty, 1)
        self._body.addWidget(self._card, 1)
        self._body.addWidget(self._reader)
        outer.addLayout(self._body, 1)
        bind_inside(self, {"Esc": self._close})

    def reload(self) -> None:
        """Read the rounds of the days that are asked for."""
        work = partial(patrol_round.log, first=self._first.day(), last=self._last.day())
        self._session.read(work, self._take)

    def focus_start(self) -> None:
        """Put the keyboard on the list."""
        self._list.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_round(self, patrol_id: UUID) -> None:
        """Show one round, whatever the filters were."""
        self._chips.choose("all")
        self._all_days()
        self._reading = True
        self._arrange()
        self._read_id(patrol_id)
        self._wanted = patrol_id

    def shown_list(self) -> Listing:
        """Return the rounds as they are filtered, for an export."""
        days = (self._first.text().strip(), self._last.text().strip())
        words = [tr("{first} 至 {last}", first=days[0], last=days[1])]
        if not any(days):
            words = []
        if self._chips.chosen() != "all":
            words.append(dict(FILTERS)[self._chips.chosen()])
        ids = [row.id for row in self._list.rows()]
        return of_records(Patrol, ids, narrowed=words)

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window."""
        self._width = width
        narrow = width is Width.NARROW
        side = width.margin
        self._top.setContentsMargins(side, 8, side, 8)
        self._body.setContentsMargins(side, 0, side, 8 if narrow else 14)
        if narrow:
            self._reader.setMinimumWidth(0)
            self._reader.setMaximumWidth(16_777_215)  # Qt's QWIDGETSIZE_MAX
        else:
            self._reader.setFixedWidth(460 if width is Width.WIDE else 380)
        self._arrange()

    def _take(self, lines: Sequence[RoundLine]) -> None:
        self._lines = lines
        self._show()

    def _show(self, _key: str = "") -> None:
        found = self._chips.chosen() == "found"
        rows = [
            Row(
                line.id,
                round_when(line),
                line.who,
                round_summary(line),
                _badge(line),
                type="patrol",
            )
            for line in self._lines
            if line.findings or not found
        ]
        self._list.show_rows(rows)
        if self._wanted is not None:
            self._list.choose(self._wanted)
            self._wanted = None
        self._list.setVisible(bool(rows))
        self._empty.setVisible(not rows)
        self._count.setText(tr("{count:,} 轮", count=len(rows)))
        dated = bool(self._first.text() or self._last.text())
        self._clear.setVisible(dated)
        words = tr("还没有巡查记录。按 F4 开始今天的巡查")
        if found or dated:
            words = tr("这个范围里没有巡查记录，点“全部”或“全部日期”再看")
        self._empty.setText(words)
        if not rows:
            self._reader.show_file(None)

    def _on_day(self) -> None:
        written = [field for field in (self._first, self._last) if field.text()]
        if all(field.day() is not None for field in written):
            self.reload()

    def _all_days(self) -> None:
        self._first.clear()
        self._last.clear()
        self.reload()

    def _read(self, row: Row) -> None:
        if self._width is not Width.NARROW or self._reading:
            self._read_id(row.id)

    def _open(self, row: Row) -> None:
        self._reading = True
        self._arrange()
        self._read_id(row.id)

    def _read_id(self, patrol_id: UUID) -> None:
        work = partial(patrol_round.read_round, patrol_id=patrol_id)
        self._session.read(work, self._reader.show_file)

    def _close(self) -> None:
        if self._reading:
            self._reading = False
            self._arrange()
            self.focus_start()

    def _arrange(self) -> None:
        narrow = self._width is Width.NARROW
        self._card.setVisible(not narrow or not self._reading)
        self._reader.setVisible(not narrow or self._reading)
        self._reader.set_narrow(narrow=narrow)

    def _edit(self, file: RoundFile) -> None:
        hidden = frozenset({"nothing_found"})
        dialog = RecordDialog(self._session, Patrol, file.values, {}, self, hidden)
        dialog.saved.connect(self._on_saved)
        dialog.open()

    def _on_saved(self, patrol_id: UUID, before: Values | None) -> None:
        def undo() -> None:
            if before is not None:
                work = partial(_put_back, patrol_id=patrol_id, before=before)
                self._session.write(work, partial(self._tell, tr("已撤销")))

        self._read_id(patrol_id)
        self.said.emit(tr("已保存：{title}", title=Patrol.title), undo)

    def _delete(self, file: RoundFile) -> None:
        patrol_id = file.values["id"]

        def undo() -> None:
            work = partial(_restore, patrol_id=patrol_id)
            self._session.write(work, partial(self._tell, tr("已恢复这一轮巡查")))

        def deleted(_: int) -> None:
            self._close()
            words = tr("已删除这一轮巡查，在回收站里；它生成的工单还在")
            self.said.emit(words, undo)

        self._session.write(partial(_bin, patrol_id=patrol_id), deleted)

    def _tell(self, words: str, _result: object) -> None:
        self.said.emit(words, None)


def _badge(line: RoundLine) -> Badge:
    if line.findings:
        words = tr("发现 {count} 个问题", count=len(line.findings))
        return Badge(words, "amber", "triangle-alert")
    return Badge(tr("未发现问题"), "green", "check")


def _put_back(tx: Writing, patrol_id: UUID, before: Values) -> UUID:
    return records.save(tx, Patrol, before, patrol_id)


def _bin(tx: Writing, patrol_id: UUID) -> int:
    return recycle.delete(tx, Patrol, patrol_id)


def _restore(tx: Writing, patrol_id: UUID) -> int:
    return recycle.restore(tx, Patrol, patrol_id)
