"""The patrol points of the grid: set up, change, stop; and what is proposed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QStackedWidget, QWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.store.database import Connection
from gridapp.store.vault import Writing
from gridapp.ui.patrols.patrol_point_form import PointForm, Written
from gridapp.ui.patrols.patrol_words import every_words
from gridapp.ui.session import Session
from gridapp.ui.widgets.badge import Badge
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, Lines, column, line
from gridapp.ui.widgets.flow import FlowLayout
from gridapp.ui.widgets.frame import Foot
from gridapp.ui.widgets.options import OptionRow
from gridapp.ui.widgets.rows import Row, RowList
from gridapp.ui.widgets.text import Text
from gridapp.work import patrol_points
from gridapp.work.patrol_points import PROPOSALS, Change, PointLine, Proposal


@dataclass(frozen=True)
class _Found:
    lines: list[PointLine]
    missing: Mapping[str, int]  # buildings without it, by the name of a proposal


class PointsDialog(QDialog):
    """A list of the points, and beside it the one that is chosen."""

    said = Signal(str, object)

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._owner = parent
        self._session = session
        self._lines: dict[UUID, PointLine] = {}
        self._chosen: UUID | None = None
        self._missing: Mapping[str, int] = {}
        self._first = True
        self.setWindowTitle(tr("巡查点"))
        theme = session.theme
        self._theme = theme
        self._list = RowList(theme, tr("巡查点"))
        self._none = Text(tr("还没有巡查点"), "muted")
        self._new = Button(theme, tr("新增一个点"), icon="plus")
        self._propose = Button(theme, tr("看建议的点"), icon="list-checks")
        self._form = PointForm(session)
        self._ticks = OptionRow(theme, tr("建议的点"), (), many=True)
        self._proposal = Card((20, 14, 20, 14), 12)
        self._total = Text("", "muted", wrap=True)
        self._adopt = Button(theme, tr("采用"), "primary", icon="check")
        self._what = Lines(gap=6)
        self._stack = QStackedWidget()
        self._stop = Button(theme, tr("停用这个点"))
        self._save = Button(theme, tr("保存 Ctrl+S"), "primary", icon="check")
        self._lay_out()
        self._bind()
        self._reload()

    def _lay_out(self) -> None:
        box = column(self)
        body = line(margins=(16, 14, 16, 10), gap=12)
        left = Card((1, 8, 1, 8), 8)
        left.setFixedWidth(330)
        left.box.addWidget(self._list, 1)
        left.box.addWidget(self._none)
        self._none.setContentsMargins(16, 8, 16, 8)
        buttons = QWidget()
        flow = FlowLayout(buttons)
        flow.addWidget(self._new)
        flow.addWidget(self._propose)
        beside = column(margins=(12, 0, 12, 0))
        beside.addWidget(buttons)
        left.box.addLayout(beside)
        body.addWidget(left)
        self._lay_out_proposal()
        self._stack.addWidget(self._form)
        self._stack.addWidget(self._proposal)
        body.addWidget(self._stack, 1)
        box.addLayout(body, 1)
        footer = Foot()
        leave = Button(self._theme, tr("返回"))
        leave.clicked.connect(self.reject)
        footer.row.addWidget(self._stop)
        footer.row.addStretch()
        footer.row.addWidget(leave)
        footer.row.addWidget(self._save)
        box.addWidget(footer)
        room = self._owner.window().size()
        self.resize(min(980, room.width() - 40), min(620, room.height() - 40))

    def _lay_out_proposal(self) -> None:
        box = self._proposal.box
        box.addWidget(Text(tr("每栋楼建议看这几处"), "section"))
        words = tr("只是建议：勾上要的，采用以后间隔和内容都能改，也能撤销。")
        box.addWidget(Text(words, "muted", wrap=True))
        self._ticks_box = column()
        self._ticks_box.addWidget(self._ticks)
        box.addLayout(self._ticks_box)
        box.addWidget(self._what)
        box.addWidget(self._total)
        row = line(gap=8)
        row.addWidget(self._adopt)
        row.addStretch()
        box.addLayout(row)
        box.addStretch()

    def _bind(self) -> None:
        self._list.picked.connect(self._pick)
        self._list.opened.connect(self._pick)
        self._new.clicked.connect(self._begin)
        self._propose.clicked.connect(self._show_proposal)
        self._adopt.clicked.connect(self._take_up)
        self._save.clicked.connect(self.save)
        self._stop.clicked.connect(self._stop_or_resume)
        self._form.finished.connect(self._save.setFocus)
        for keys in ("Ctrl+S", "Ctrl+Return"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.save)

    def _reload(self) -> None:
        self._session.read(partial(_read, day=dt.date.today()), self._show)

    def _show(self, found: _Found) -> None:
        self._lines = {one.id: one for one in found.lines}
        self._missing = found.missing
        rows = [_row(one) for one in found.lines]
        self._list.setVisible(bool(rows))
        self._none.setVisible(not rows)
        self._propose.setVisible(any(found.missing.values()))
        self._list.blockSignals(True)  # the row it falls on was not picked by anybody
        self._list.show_rows(rows)
        if self._chosen is not None:
            self._list.choose(self._chosen)
        self._list.blockSignals(False)
        current = self._list.current()
        if self._first and any(found.missing.values()) and not rows:
            self._show_proposal()
        elif self._first and not rows:
            self._begin()
        elif current is not None and (self._first or self._chosen is not None):
            self._pick(current)
        self._first = False

    def _pick(self, row: Row) -> None:
        point = self._lines.get(row.id)
        if point is None:
            return
        changed = self._chosen != row.id or self._stack.currentWidget() != self._form
        self._chosen = row.id
        self._show_form(stopped=point.stopped)
        if changed or not self._form.touched:
            self._form.show_point(point.values)
        work = partial(patrol_points.changes, point_id=row.id)
        self._session.read(work, partial(self._show_changes, row.id))

    def _show_changes(self, point_id: UUID, changes: list[Change]) -> None:
        if point_id == self._chosen:
            self._form.show_changes(changes)

    def _begin(self) -> None:
        self._chosen = None
        self._list.clearSelection()
        self._show_form(stopped=None)
        self._form.show_point(None)
        self._form.focus_start()

    def _show_form(self, *, stopped: bool | None) -> None:
        """Show the form; `stopped` is None for a point that is not there yet."""
        self._stack.setCurrentWidget(self._form)
        self._save.show()
        self._stop.setVisible(stopped is not None)
        self._stop.setText(tr("恢复这个点") if stopped else tr("停用这个点"))

    def _show_proposal(self) -> None:
        self._chosen = None
        lacking = [one for one in PROPOSALS if self._missing.get(one.name)]
        choices = [
            (
                one.name,
                tr(
                    "{name}（{count} 栋）",
                    name=one.name,
                    count=self._missing[one.name],
                ),
            )
            for one in lacking
        ]
        ticks = OptionRow(self._theme, tr("建议的点"), choices, many=True)
        ticks.set_values([one.name for one in lacking])
        self._what.replace([Text(_proposal(one), "note", wrap=True) for one in lacking])
        self._ticks_box.replaceWidget(self._ticks, ticks)
        self._ticks.deleteLater()
        self._ticks = ticks
        ticks.changed.connect(self._count_proposal)
        ticks.finished.connect(self._adopt.setFocus)
        self._count_proposal()
        self._stack.setCurrentWidget(self._proposal)
        self._save.hide()
        self._stop.hide()
        self._adopt.setFocus()

    def _count_proposal(self) -> None:
        names = self._ticks.values()
        count = sum(self._missing.get(name, 0) for name in names)
        looks = sum(
            self._missing.get(one.name, 0) / one.interval_days
            for one in PROPOSALS
            if one.name in names
        )
        words = tr(
            "一共 {count} 个点，平均一天看 {looks} 个；在楼栋那一行按 1，整栋一起记",
            count=count,
            looks=round(looks),
        )
        self._total.setText(words if count else tr("勾上要的再采用"))
        self._adopt.setText(tr("采用 {count} 个点", count=count))
        self._adopt.setEnabled(count > 0)

    def _take_up(self) -> None:
        work = partial(_adopt, names=self._ticks.values())
        self._session.write(work, self._taken_up)

    def _taken_up(self, point_ids: list[UUID]) -> None:
        def undo() -> None:
            work = partial(patrol_points.withdraw, point_ids=point_ids)
            self._session.write(work, lambda _: self.said.emit(tr("已撤销"), None))

        words = tr("已设好 {count} 个巡查点", count=len(point_ids))
        self.said.emit(words, undo)
        self.accept()

    def save(self) -> None:
        """Save the point, or show what is missing."""
        if not self._save.isVisible():
            return
        try:
            written = self._form.written()
        except InvalidFields as error:
            self._form.show_errors(error.messages)
            return
        before = self._lines[self._chosen].values if self._chosen else None
        work = partial(_save, written=written, point_id=self._chosen)
        self._session.write(work, partial(self._saved, before), self._refuse)

    def _saved(self, before: Mapping[str, object] | None, point_id: UUID) -> None:
        self._chosen = point_id
        self._form.touched = False
        self._reload()

        def undo() -> None:
            work = partial(_put_back, point_id=point_id, before=before)
            self._session.write(work, lambda _: self.said.emit(tr("已撤销"), None))

        self.said.emit(tr("已保存巡查点：{name}", name=self._form.name()), undo)

    def _refuse(self, error: Exception) -> None:
        if isinstance(error, InvalidFields):
            self._form.show_errors(error.messages)
        else:
            self._session.messages.show_error(error)

    def _stop_or_resume(self) -> None:
        point = self._lines.get(self._chosen) if self._chosen else None
        if point is None:
            return
        work = partial(_stop, point_id=point.id, stopped=not point.stopped)
        self._session.write(work, partial(self._stopped, point))

    def _stopped(self, point: PointLine, _: None) -> None:
        def undo() -> None:
            work = partial(_stop, point_id=point.id, stopped=point.stopped)
            self._session.write(work, lambda _: self.said.emit(tr("已撤销"), None))

        name = point.values["name"]
        words = tr("已停用：{name}", name=name)
        if point.stopped:
            words = tr("已恢复：{name}", name=name)
        self.said.emit(words, undo)
        self._reload()

    def reject(self) -> None:
        """Close; ask first when something was written and not saved."""
        question = tr("改过的内容还没有保存，要离开吗？")
        messages = self._session.messages
        if not self._form.touched or messages.ask(
            question, tr("不保存"), tr("继续填写")
        ):
            super().reject()


def _proposal(one: Proposal) -> str:
    every = every_words(one.interval_days)
    return tr("{name}：{what}，{every}", name=one.name, what=one.look_at, every=every)


def _row(point: PointLine) -> Row:
    badge = Badge(tr("已停用"), "grey") if point.stopped else None
    return Row(
        point.id,
        point.values["name"],
        point.where,
        every_words(point.values["interval_days"]),
        badge,
        type="patrol_point",
    )


def _read(db: Connection, day: dt.date) -> _Found:
    missing = patrol_points.missing(db)
    counts = {name: len(buildings) for name, buildings in missing.items()}
    return _Found(patrol_points.points(db, day), counts)


def _adopt(tx: Writing, names: tuple[str, ...]) -> list[UUID]:
    return patrol_points.adopt(tx, names)


def _save(tx: Writing, written: Written, point_id: UUID | None) -> UUID:
    return patrol_points.save_point(tx, written.values, point_id, written.reason)


def _put_back(tx: Writing, point_id: UUID, before: Mapping[str, object] | None) -> None:
    patrol_points.put_back(tx, point_id, before)


def _stop(tx: Writing, point_id: UUID, *, stopped: bool) -> None:
    if stopped:
        patrol_points.stop(tx, point_id, dt.date.today())
    else:
        patrol_points.resume(tx, point_id)
