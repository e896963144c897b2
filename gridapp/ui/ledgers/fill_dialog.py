"""Filling somebody's blank form, step by step: its columns, for whom, the rows, done.

The form itself stays as it is; the filled one is a file of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.purposes import purpose_of
from gridapp.store.database import Connection
from gridapp.ui.ledgers import fill_work
from gridapp.ui.ledgers.fill_columns import FillColumnsStep
from gridapp.ui.ledgers.fill_done import FillDoneStep
from gridapp.ui.ledgers.fill_preview import FillPreviewStep
from gridapp.ui.ledgers.fill_who import FillWhoStep
from gridapp.ui.ledgers.fill_work import Who, Wish
from gridapp.ui.ledgers.step_dialog import StepDialog
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width

if TYPE_CHECKING:
    from gridapp.office.filling.fill import FillPlan
    from gridapp.office.filling.form import Form
    from gridapp.office.filling.table import Table


COLUMNS, WHO, PREVIEW, DONE = "columns", "who", "preview", "done"
STEPS = (
    (COLUMNS, tr("填什么")),
    (WHO, tr("填谁")),
    (PREVIEW, tr("核对")),
    (DONE, tr("完成")),
)
KIND = tr("Excel 文件 (*.xlsx *.xlsm)")


class FillDialog(StepDialog):
    """`filled` tells in words what was written, `resident_asked` whose file is to be
    opened to add what it lacks."""

    filled = Signal(str)
    resident_asked = Signal(object)

    def __init__(
        self,
        session: Session,
        path: Path,
        parent: QWidget,
        listed: Sequence[UUID] = (),
    ) -> None:
        """Fill the form at `path`; `listed` are the people the page shows now."""
        super().__init__(session, parent, path.name, STEPS)
        self._path, self._listed = path, tuple(listed)
        self._form: Form | None = None
        self._table: Table | None = None
        self._plan: FillPlan | None = None
        self._wish = Wish()
        self._count = 0
        self._busy = False  # while the file is written
        self.setWindowTitle(tr("填别人的表"))
        self.columns = FillColumnsStep(session)
        self.who = FillWhoStep(session, self._listed)
        self.preview = FillPreviewStep(session)
        self.done_step = FillDoneStep(session)
        self._place(
            {
                COLUMNS: self.columns,
                WHO: self.who,
                PREVIEW: self.preview,
                DONE: self.done_step,
            }
        )
        self.columns.meant.connect(self._on_meant)
        self.columns.sheet_picked.connect(self._on_sheet)
        self.who.changed.connect(self._ask_count)
        self.preview.numbers_changed.connect(self._show_acts)
        self.done_step.resident_asked.connect(self._open_file)
        self._read()

    # what is read and worked out, off the window

    def _read(self) -> None:
        self._how_far.setText(tr("正在读 {name}…", name=self._path.name))
        self._show_acts()
        work = partial(fill_work.read_form, self._path)
        self._session.jobs.run(work, self._on_form, self._failed)

    def _on_form(self, form: Form) -> None:
        self._form = form
        self._understand(first=True)

    def _understand(self, *, first: bool = False) -> None:
        if self._form is None:
            return
        work = partial(fill_work.understand, form=self._form, wish=self._wish)
        self._session.read(work, partial(self._on_table, first=first), self._failed)

    def _on_table(self, table: Table, *, first: bool) -> None:
        if self._form is None:
            return
        self._how_far.setText("")
        self._error.say("")
        self._table = table
        self.columns.show_table(self._form, table)
        self._stack.setVisible(True)
        if first:
            if table.named:
                self.who.prefer_named()
            self.show_step(COLUMNS if table.unknown else WHO)
            self._notice.say(_known_words(table))
            self._ask_count()
        self._show_acts()

    def _ask_count(self) -> None:
        if self._table is None:
            return
        who = self.who.who(self._listed)
        self._wish = replace(self._wish, who=who)

        def count(db: Connection, table: Table = self._table) -> int:
            return len(fill_work.ids_of(db, table, who))

        told = partial(self._show_count, who)
        self._session.read(count, told, self._on_wrong_condition)

    def _show_count(self, who: Who, found: int) -> None:
        """Say how many they are, unless others were chosen meanwhile."""
        if who == self._wish.who:
            self._count = found
            self.who.show_count(found)
            self._show_acts()

    def _on_wrong_condition(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            self._session.messages.show_error(error)
            return
        self._count = 0
        self.who.show_problem(str(error))
        self._show_acts()

    def _make_plan(self) -> None:
        if self._form is None or self._table is None:
            return
        self._plan = None
        self._show_acts()
        work = partial(
            fill_work.plan, form=self._form, table=self._table, who=self._wish.who
        )
        self._session.read(work, self._on_plan, self._failed)

    def _on_plan(self, plan: FillPlan) -> None:
        self._plan = plan
        self._error.say("")
        self.preview.show_plan(plan)
        self._show_acts()

    def _failed(self, error: Exception) -> None:
        self._busy = False
        self._how_far.setText("")
        if isinstance(error, UserError):
            self._error.say(str(error))
        else:
            self._session.messages.show_error(error)
        self._show_acts()

    # steps

    def show_step(self, key: str) -> None:
        """Go to a step; the rows are worked out when one comes to them."""
        self._error.say("")
        self._notice.say("")
        super().show_step(key)
        if key == PREVIEW:
            self._make_plan()

    def _is_writing(self) -> bool:
        return self._busy

    def _show_acts(self) -> None:
        ready = self._table is not None and bool(self._table.filled)
        able = {
            COLUMNS: ready,
            WHO: ready and self._count > 0,
            PREVIEW: self._plan is not None and not self._busy,
            DONE: True,
        }
        reachable: set[str] = set()
        if ready and self._here != DONE:
            reachable = {COLUMNS, WHO} | ({PREVIEW} if self._count else set())
        self._bar.show_step(self._here, reachable)
        words = {
            COLUMNS: tr("下一步"),
            WHO: tr("下一步"),
            PREVIEW: self._save_words(),
            DONE: tr("完成"),
        }[self._here]
        back = tr("上一步") if self._here in (WHO, PREVIEW) else tr("返回")
        self._say_acts(back, words, able=able[self._here])
        self._back.setVisible(self._here != DONE)

    def _save_words(self) -> str:
        count = len(self._plan.rows) if self._plan else self._count
        if self.preview.unmasks:
            return tr("存成文件（{count:,} 人，完整号码）", count=count)
        return tr("存成文件（{count:,} 人）", count=count)

    # what the user says

    def _on_meant(self, heading: str, source: str) -> None:
        columns = {**self._wish.columns, heading: source}
        self._wish = replace(self._wish, columns=columns)
        self._understand()

    def _on_sheet(self, name: str) -> None:
        self._wish = replace(self._wish, sheet=name)
        self._understand()

    def _carry_out(self) -> None:
        """Ask where to, and write; whole numbers only for a purpose."""
        form, table, purpose = self._form, self._table, ""
        if form is None or table is None or self._busy:
            return
        if self.preview.unmasks:
            try:
                purpose = purpose_of(self.preview.purpose.text())
            except UserError as error:
                self._error.say(str(error))
                self.preview.purpose.setFocus()
                return
        out = self._target(table)
        if out is None:
            return
        self._busy = True
        self._error.say("")
        self._show_acts()
        wish = replace(self._wish, purpose=purpose)
        store = self._session.store
        work = partial(fill_work.write, store, form, table, wish, out)
        self._session.jobs.run(work, partial(self._on_written, out), self._failed)

    def _target(self, table: Table) -> Path | None:
        """Ask where to: a file, or a folder where each person gets one."""
        stem, ending = self._path.stem, self._path.suffix
        choose = self._session.messages.choose_target
        if table.labels:
            name = tr("{stem}（已填）", stem=stem)
            target = choose(tr("一人一份，存进这个新文件夹"), name, tr("文件夹 (*)"))
            return Path(target) if target else None
        name = tr("{stem}（已填）{ending}", stem=stem, ending=ending)
        target = choose(tr("填好的表存为"), name, KIND)
        out = Path(target)
        if target and out.suffix.lower() != ending.lower():
            out = out.with_name(out.name + ending)
        return out if target else None

    def _on_written(self, out: Path, made: FillPlan) -> None:
        self._busy = False
        self.done_step.show_made(made, out)
        self.show_step(DONE)
        words = tr("已填好 {count:,} 人：{name}", count=len(made.rows), name=out.name)
        self.filled.emit(words)

    def _open_file(self, resident_id: UUID) -> None:
        self.accept()
        self.resident_asked.emit(resident_id)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.columns.set_width(Width.of(self.width() + 130))


def _known_words(table: Table) -> str:
    """What one should know before one begins."""
    if table.labels:
        words = tr("这是一人一份的表，选几个人就填几份")
        unknown = tr("、").join(table.unknown)
        more = tr("；不认识的格子请选填什么，或留空：{unknown}", unknown=unknown)
        return words + (more if unknown else "")
    if table.unknown:
        unknown = tr("、").join(table.unknown)
        return tr(
            "不认识的列请选填什么，以后同样的表就不再问：{unknown}", unknown=unknown
        )
    if table.named:
        return tr("表里已经写着 {count:,} 个名字", count=len(table.named))
    return ""
