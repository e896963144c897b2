"""Importing a ledger: what would happen, what needs a look, then all or nothing."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.ui.jobs import Progress
from gridapp.ui.session import Session
from gridapp.ui.widgets.badge import Badge, BadgeView
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, Lines, column, line
from gridapp.ui.widgets.meter import Bar
from gridapp.ui.widgets.text import Text

if TYPE_CHECKING:
    from gridapp.office.ledger import ImportPlan, ImportResult

KINDS = tr("台账 (*.xlsx *.xls *.csv)")
MOST_SHOWN = 30


class ImportDialog(QDialog):
    """Reads the file, shows what would change, and imports it when told to."""

    imported = Signal(str)  # what was done, in words

    def __init__(self, session: Session, path: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._path = path
        self._plan: ImportPlan | None = None
        self._progress: Progress | None = None
        self.setWindowTitle(tr("导入台账"))
        theme = session.theme
        self._title = Text(tr("正在读 {name}…", name=path.name), "section", wrap=True)
        self._counts = Text("", "body", wrap=True)
        self._problems = Lines(gap=8)
        self._bar = Bar(theme)
        self._go = Button(theme, tr("导入"), "primary", icon="check")
        self._keep = Button(theme, tr("另存需核对的行"), icon="save")
        self._leave = Button(theme, tr("返回"))
        self._place()
        self._go.setEnabled(False)
        self._keep.setVisible(False)
        self._bar.setVisible(False)
        self._go.clicked.connect(self._start)
        self._keep.clicked.connect(self._save_refused)
        self._leave.clicked.connect(self.reject)
        session.jobs.run(self._read, self._show_plan, self._failed)

    def _place(self) -> None:
        box = column(self)
        body = column(margins=(16, 14, 16, 10), gap=10)
        head = Card()
        for part in (self._title, self._counts, self._bar):
            head.box.addWidget(part)
        body.addWidget(head)
        rows = Card((1, 10, 1, 1), 6)
        title = Text(tr("需要核对的行"), "section")
        title.setContentsMargins(14, 0, 14, 0)
        rows.box.addWidget(title)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        holder = QWidget()
        column(holder, (14, 4, 14, 10)).addWidget(self._problems)
        scroll.setWidget(holder)
        rows.box.addWidget(scroll, 1)
        body.addWidget(rows, 1)
        box.addLayout(body, 1)
        footer = QFrame()
        footer.setObjectName("footer")
        row = line(footer, (16, 8, 16, 8), 8)
        row.addWidget(self._keep)
        row.addStretch()
        row.addWidget(self._leave)
        row.addWidget(self._go)
        box.addWidget(footer)
        self.resize(720, 560)

    def _read(self) -> ImportPlan:
        from gridapp.office import ledger

        return ledger.plan_import(
            self._session.store, self._path, today=dt.date.today()
        )

    def _show_plan(self, plan: ImportPlan) -> None:
        self._plan = plan
        self._title.setText(plan.source)
        count = plan.count()
        words = [
            tr("{state} {number} 行", state=tr(state), number=number)
            for state, number in count.most_common()
        ]
        self._counts.setText(tr("，").join(words) or tr("没有可以导入的行"))
        refused = plan.refused
        lines: list[QWidget] = []
        for row in refused[:MOST_SHOWN]:
            said = tr("；").join(problem.message for problem in row.errors)
            lines.append(
                self._line(
                    tr("{sheet} 第 {row} 行", sheet=row.sheet, row=row.row),
                    tr(row.state),
                    said,
                )
            )
        if len(refused) > MOST_SHOWN:
            rest = tr(
                "还有 {count} 行，可另存成 Excel 慢慢核对",
                count=len(refused) - MOST_SHOWN,
            )
            lines.append(Text(rest, "muted"))
        self._problems.replace(lines or [Text(tr("没有，每一行都能导入"), "muted")])
        self._keep.setVisible(bool(refused))
        self._go.setEnabled(plan.records > 0)
        self._go.setText(tr("导入其余各行") if refused else tr("导入"))
        self._go.setFocus()

    def _line(self, where: str, state: str, words: str) -> QWidget:
        holder = QWidget()
        row = line(holder, gap=8)
        top = Qt.AlignmentFlag.AlignTop
        kind = QWidget()
        kind.setFixedWidth(68)
        badge = BadgeView(self._session.theme, Badge(state, "amber"))
        line(kind).addWidget(badge, 0, top | Qt.AlignmentFlag.AlignLeft)
        row.addWidget(kind, 0, top)
        place = Text(where, "muted")
        place.setFixedWidth(150)
        row.addWidget(place, 0, top)
        row.addWidget(Text(words, "note", wrap=True), 1)
        return holder

    def _start(self) -> None:
        plan = self._plan
        if plan is None or self._progress is not None:
            return
        self._progress = Progress(self)
        self._progress.stepped.connect(self._on_step)
        self._go.setEnabled(False)
        self._keep.setEnabled(False)
        self._bar.setVisible(True)
        self._leave.setText(tr("停止"))
        work = partial(self._apply, plan, self._progress)
        self._session.jobs.run(work, self._done, self._failed)

    def _apply(self, plan: ImportPlan, progress: Progress) -> ImportResult:
        from gridapp.office import ledger

        return ledger.apply(
            self._session.store, plan, progress.step, progress.cancelled
        )

    def _on_step(self, done: int, total: int, _words: str) -> None:
        self._bar.fill(done / total if total else 0.0)
        self._counts.setText(
            tr("正在导入：{done:,} / {total:,}", done=done, total=total)
        )

    def _done(self, result: ImportResult) -> None:
        self._progress = None
        self.imported.emit(tr("已导入：{summary}", summary=result.summary()))
        self.accept()

    def _failed(self, error: Exception) -> None:
        self._progress = None
        self._bar.setVisible(False)
        self._leave.setText(tr("返回"))
        self._keep.setEnabled(True)
        if isinstance(error, UserError):
            self._counts.setText(str(error))
        else:
            self._session.messages.show_error(error)

    def _save_refused(self) -> None:
        plan = self._plan
        name = tr("{stem}-需核对.xlsx", stem=self._path.stem)
        target = self._session.messages.choose_target(
            tr("需核对的行存为"), name, tr("Excel 文件 (*.xlsx)")
        )
        if plan is not None and target:
            work = partial(_write_refused, plan, self._path, Path(target))
            self._session.jobs.run(work, self._kept, self._failed)

    def _kept(self, path: Path) -> None:
        self._counts.setText(tr("已存到 {name}，改好后可以再导入", name=path.name))

    def reject(self) -> None:
        """Close; while an import runs, stop it first: then nothing is changed."""
        if self._progress is not None:
            self._progress.cancel()
            self._counts.setText(tr("正在停下来，一行都不会写进去"))
        else:
            super().reject()


def _write_refused(plan: ImportPlan, source: Path, path: Path) -> Path:
    from gridapp.office.ledger_returned import returned_workbook

    returned_workbook(plan, source, path)
    return path
