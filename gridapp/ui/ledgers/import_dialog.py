"""Importing somebody's ledger, step by step: the file, its columns, its rows, done.

Nothing is written before 确认导入; until then every choice can be changed, and after
it the whole import can be taken back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.office.ledgers.ledger import Choices, ImportPlan, keep_choices
from gridapp.office.ledgers.questions import Answers
from gridapp.store.batches import TakenBack
from gridapp.ui.jobs import Progress
from gridapp.ui.ledgers.import_columns import ColumnsStep
from gridapp.ui.ledgers.import_done import DoneStep
from gridapp.ui.ledgers.import_file import FileStep
from gridapp.ui.ledgers.import_preview import PreviewStep
from gridapp.ui.ledgers.import_steps import (
    COLUMNS,
    DONE,
    FILE,
    PREVIEW,
    STEPS,
    first_step,
    import_words,
    known_words,
    reachable_steps,
)
from gridapp.ui.ledgers.import_work import (
    Imported,
    Look,
    let_go,
    plan_again,
    read_plan,
    take_back,
    write_plan,
)
from gridapp.ui.ledgers.step_dialog import StepDialog
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width

PATIENCE = 2_000  # milliseconds of work before its progress is shown


class ImportDialog(StepDialog):
    """`imported` tells what was done in words, and the batch by which to undo it."""

    imported = Signal(str, object)

    def __init__(self, session: Session, path: Path, parent: QWidget) -> None:
        super().__init__(session, parent, path.name, STEPS)
        self._path = path
        self._plan: ImportPlan | None = None
        self._choices = Choices()
        self._planned = self._choices  # what the plan shown was made with
        self._progress: Progress | None = None
        self._writing = False
        self._batch: UUID | None = None
        self._told: tuple[str, UUID] | None = None
        self.setWindowTitle(tr("导入台账"))
        self.file = FileStep(session)
        self.columns = ColumnsStep(session)
        self.preview = PreviewStep(session, path)
        self.done_step = DoneStep(session)
        self._place(
            {
                FILE: self.file,
                COLUMNS: self.columns,
                PREVIEW: self.preview,
                DONE: self.done_step,
            }
        )
        self._bind()
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE)
        self._patience.timeout.connect(self._show_progress)
        self._read()

    def _bind(self) -> None:
        self.file.pointed.connect(partial(self._say, "headers"))
        self.file.named.connect(self._on_named)
        self.file.kind_picked.connect(self._on_kind)
        self.columns.meant.connect(partial(self._say, "columns"))
        self.columns.repeats.connect(partial(self._say, "ditto"))
        self.columns.coded.connect(partial(self._say, "code_sets"))
        self.preview.answered.connect(self._on_answered)
        self.preview.said.connect(self._notice.say)
        self.done_step.undo_asked.connect(self._undo)

    # what is read and planned, off the window

    def _read(self) -> None:
        self._how_far.setText(tr("正在读 {name}…", name=self._path.name))
        work = partial(read_plan, self._session.store, self._path)
        self._run(work, self._show_plan)
        self._show_acts()

    def _plan_again(self) -> None:
        """Plan with the choices of now; once more when they change meanwhile."""
        if self._plan is None or self._progress is not None:
            return
        self._planned = self._choices
        work = partial(plan_again, self._session.store, self._plan, self._choices)
        self._run(work, self._show_plan)
        self._show_acts()

    def _run(
        self, work: Callable[[Progress], object], done: Callable[[Any], None]
    ) -> None:
        progress = Progress(self)
        self._progress = progress
        progress.stepped.connect(self._on_step)
        self._patience.start()

        def arrived(result: object) -> None:
            self._stop_progress()
            if progress.cancelled() and not self._writing:  # it was done by then
                self.reject()
            else:
                done(result)

        self._session.jobs.run(lambda: work(progress), arrived, self._failed)

    def _stop_progress(self) -> None:
        self._patience.stop()
        self._progress = None
        self._meter.setVisible(False)
        self._how_far.setText("")

    def _show_progress(self) -> None:
        self._meter.setVisible(self._progress is not None)

    def _on_step(self, done: int, total: int, _words: str) -> None:
        self._meter.fill(done / total if total else 0.0)
        if self._writing and self._meter.isVisible():
            words = tr("正在导入：{done:,} / {total:,}", done=done, total=total)
            self._how_far.setText(words)

    def _show_plan(self, look: Look) -> None:
        first, plan = self._plan is None, look.plan
        self._plan = plan
        self._error.say("")
        self.file.show_plan(plan)
        self.columns.show_offers(look.offers, plan.kind)
        self.preview.show_plan(plan)
        self._stack.setVisible(True)
        if first:
            self._notice.say(known_words(plan))
            self.show_step(first_step(look))
        self._show_acts()
        if self._choices != self._planned:
            self._plan_again()

    def _failed(self, error: Exception) -> None:
        cancelled = self._progress is not None and self._progress.cancelled()
        writing, self._writing = self._writing, False
        self._stop_progress()
        if not isinstance(error, UserError):
            self._session.messages.show_error(error)
        self._error.say(str(error) if isinstance(error, UserError) else "")
        if cancelled and not writing:
            super().reject()
            return
        if writing:
            self.show_step(PREVIEW)
        self._show_acts()

    # steps

    def _is_writing(self) -> bool:
        return self._writing

    def _show_acts(self) -> None:
        plan, busy = self._plan, self._progress is not None
        ready = plan is not None and any(sheet.rows for sheet in plan.sheets)
        reachable = set[str]() if self._here == DONE else reachable_steps(plan)
        self._bar.show_step(self._here, reachable)
        words, able = tr("下一步"), self._here == FILE and COLUMNS in reachable
        if self._here == COLUMNS:
            able = ready
        elif self._here == PREVIEW:
            words = import_words(plan)
            able = plan is not None and plan.records > 0 and not busy
        elif self._here == DONE:
            words, able = tr("完成"), not self._writing
        self._say_acts(self._back_words(), words, able=able)

    def _back_words(self) -> str:
        if self._writing:
            return tr("停止")
        if self._here in (COLUMNS, PREVIEW):
            return tr("上一步")
        return tr("返回") if self._here == FILE else tr("关闭")

    # what the user says

    def _choose(self, choices: Choices) -> None:
        self._choices = choices
        self._plan_again()

    def _say(self, part: str, key: str, value: object) -> None:
        """Put one decision among those of its part: columns, headers …"""
        decided = {**getattr(self._choices, part), key: value}
        self._choose(replace(self._choices, **{part: decided}))

    def _on_named(self, sender: str) -> None:
        if sender != (self._choices.sender or ""):
            self._choose(replace(self._choices, sender=sender))

    def _on_kind(self, kind: str) -> None:
        self._choose(replace(self._choices, kind=kind, columns={}))

    def _on_answered(
        self, places: tuple[tuple[str, int], ...], code: str, answer: str
    ) -> None:
        answers = self._choices.answers.with_answer(places, code, answer)
        self._choose(replace(self._choices, answers=answers))

    # importing and taking back

    def _carry_out(self) -> None:
        plan = self._plan
        if plan is None or self._progress is not None:
            return
        self._writing = True
        self._notice.say("")
        self.done_step.show_working()
        self.show_step(DONE)
        work = partial(write_plan, self._session.store, plan, self._path)
        self._run(work, self._imported)
        self._show_acts()

    def _imported(self, done: Imported) -> None:
        self._writing = False
        self._batch = done.result.batch
        words = tr("已导入：{summary}", summary=done.result.summary())
        changed = done.result.added or done.result.updated
        self._told = (words, done.result.batch) if changed else None
        self.done_step.show_result(done)
        self._show_acts()
        self._go.setFocus()

    def _undo(self) -> None:
        if self._batch is None or self._progress is not None:
            return
        self._told = None
        work = partial(take_back, self._session.store, self._batch)
        self._run(work, self._undone)

    def _undone(self, done: TakenBack) -> None:
        self.done_step.show_undone(done.summary())
        self._go.setFocus()

    def done(self, how: int) -> None:
        """Close, whichever way."""
        super().done(how)
        let_go()

    def accept(self) -> None:
        """Close, and say on the page what was done."""
        super().accept()
        self._tell()

    def reject(self) -> None:
        """Close; while something is read or written, stop it first."""
        if self._progress is not None:
            self._progress.cancel()
            stopping = tr("正在停下来，一行都不会写进去")
            self._how_far.setText(stopping if self._writing else tr("正在停下来…"))
            return
        self._keep_choices()
        super().reject()
        self._tell()

    def _keep_choices(self) -> None:
        """Who comes back with this file finds its columns as they were left."""
        plan = self._plan
        chosen = replace(self._choices, answers=Answers())
        if plan is not None and self._batch is None and chosen != Choices():
            self._session.write(partial(keep_choices, plan=plan), lambda _done: None)

    def _tell(self) -> None:
        told, self._told = self._told, None
        if told is not None:
            self.imported.emit(*told)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = Width.of(self.width() + 130)  # a dialog has no column of pages
        self.columns.set_width(width)
        self.preview.set_width(width)
