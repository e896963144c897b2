"""Putting a backup back, step by step: which one, what would change, and then."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store.backup_places import Kept
from gridapp.store.vault import Store
from gridapp.ui.jobs import Progress
from gridapp.ui.ledgers.plain_table import PlainTable, Shown
from gridapp.ui.ledgers.step_dialog import LARGEST, Step, StepDialog
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import NoticeBar, column, line
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.text import Text
from gridapp.work import backup_words

if TYPE_CHECKING:
    from gridapp.store.restore import Unpacked

WHICH, LOOK, DONE = "which", "look", "done"
STEPS = ((WHICH, tr("选备份")), (LOOK, tr("核对")), (DONE, tr("恢复")))
KINDS = tr("网格日志备份 (*.gridbak)")
_COLUMNS = ((tr("时间"), 170), (tr("为什么"), 110), (tr("大小"), 100), (tr("文件"), 0))
_WIDTH, _LOWEST = 860, 400  # pixels of the dialog
_COUNTS = ((tr("记录"), 0), (tr("备份里"), 140), (tr("现在"), 140))


class WhichStep(Step):
    """The backups that are here, and a way to others."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        theme = session.theme
        self.kept: tuple[Kept, ...] = ()
        self.table = PlainTable(theme, tr("备份"), _COLUMNS)
        self.table.setSizeAdjustPolicy(PlainTable.SizeAdjustPolicy.AdjustToContents)
        self.other = Button(theme, tr("别的备份文件…"), icon="folder")
        self.file = Text("", "strong", wrap=True)
        self.password = LineField(tr("做这份备份时用的密码"))
        self.password.setEchoMode(LineField.EchoMode.Password)
        self._password_words = Text(self.password.accessibleName())
        self._password_words.setBuddy(self.password)
        box = column(self, gap=8)
        box.addWidget(self.table, 1)
        row = line(gap=8)
        row.addWidget(self.other)
        row.addWidget(self.file, 1)
        box.addLayout(row)
        box.addWidget(self._password_words)
        box.addWidget(self.password)
        self.ask_password(asked=False)

    def show_kept(self, kept: tuple[Kept, ...]) -> None:
        """List them, the newest first."""
        self.kept = kept
        lines = [backup_words.kept_line(one).split("\t") for one in kept]
        self.table.show_cells(len(lines), lambda row, at: Shown(lines[row][at]))

    def ask_password(self, *, asked: bool) -> None:
        """Ask for the password of another backup, or not."""
        self._password_words.setVisible(asked)
        self.password.setVisible(asked)
        if asked:
            self.password.setFocus()

    def focus_start(self) -> None:
        self.table.setFocus()


class LookStep(Step):
    """What a restore would do, and why it is done."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        theme = session.theme
        self.facts = Text("", "body", wrap=True)
        self.losses = NoticeBar(theme, "amber", "triangle-alert")
        self.table = PlainTable(theme, tr("记录"), _COUNTS)
        self.table.setSizeAdjustPolicy(PlainTable.SizeAdjustPolicy.AdjustToContents)
        self.purpose = LineField(tr("为什么恢复"), tr("如：昨天导错了一批人"))
        words = Text(tr("为什么恢复（记入操作记录）"))
        words.setBuddy(self.purpose)
        box = column(self, gap=6)  # a small screen at 150 % has 441 pixels
        box.addWidget(self.facts)
        box.addWidget(self.losses)
        box.addWidget(self.table, 1)
        box.addWidget(words)
        box.addWidget(self.purpose)
        safe = tr("现在的数据会先备份一份；恢复错了，还能从那一份恢复回来。")
        box.addWidget(Text(safe, "muted", wrap=True))

    def show_found(self, found: Unpacked) -> None:
        """Show what was unpacked and looked at."""
        facts, losses = backup_words.facts(found), backup_words.losses(found)
        if found.difference is None or found.difference.harmless:
            facts, losses = facts + losses, []  # no reason to warn
        self.facts.setText("\n".join(facts))
        self.losses.say("\n".join(losses))
        rows = backup_words.rows(found)

        def cell(row: int, at: int) -> Shown:
            title, then, now = rows[row]
            words = (title, f"{then:,}", "" if now is None else f"{now:,}")[at]
            differs = now is not None and then != now and at > 0
            return Shown(words, "amber" if differs else None, strong=differs)

        self.table.show_cells(len(rows), cell)

    def focus_start(self) -> None:
        self.purpose.setFocus()


class DoneStep(Step):
    """It is being done; then the window opens anew."""

    def __init__(self) -> None:
        super().__init__()
        self.words = Text("", "section", wrap=True)
        box = column(self, gap=8)
        box.addWidget(self.words)
        box.addStretch()

    def focus_start(self) -> None:
        self.words.setFocus()


class RestoreDialog(StepDialog):
    """Looks first; the present state becomes a backup; then the window opens anew."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(session, parent, "", STEPS)
        self.setWindowTitle(tr("恢复备份"))
        self._file: Path | None = None
        self._found: Unpacked | None = None
        self._busy = False
        self.which = WhichStep(session)
        self.look = LookStep(session)
        self.done_step = DoneStep()
        self._place({WHICH: self.which, LOOK: self.look, DONE: self.done_step})
        self.which.table.moved.connect(self._on_row)
        self.which.table.opened.connect(self._on_opened)
        self.which.other.clicked.connect(self._choose_other)
        backups = session.backups
        backups.changed.connect(self._list)
        self._stack.setVisible(True)
        self._list()
        self.show_step(WHICH)
        backups.refresh()

    def _list(self) -> None:
        now = self._session.backups.now
        if now is None or self._here != WHICH or now.listed.kept == self.which.kept:
            return
        self.which.show_kept(now.listed.kept)
        if self._file is None and now.listed.kept:
            self.which.table.choose(0)
            self._on_row(0)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()  # its style tells how large it is from here on

    def _fit(self) -> None:
        """As high as what the step shows, within the window, and in its middle."""
        parent = self.parentWidget()
        room = parent.window().rect() if parent else self.rect()
        for table in (self.which.table, self.look.table):
            table.updateGeometry()  # it holds other rows than when it was last asked
        around = self.sizeHint().height() - self._stack.sizeHint().height()
        high = around + self._steps[self._here].sizeHint().height()
        high = min(max(high, _LOWEST), LARGEST[1], room.height() - 16)
        self.resize(min(_WIDTH, room.width() - 16), high)
        if parent:
            middle = parent.window().mapToGlobal(room.center())
            self.move(middle - self.rect().center())

    def _on_row(self, row: int) -> None:
        if 0 <= row < len(self.which.kept):
            self._choose(self.which.kept[row].file)
            self.which.file.setText("")

    def _on_opened(self, _row: int) -> None:
        self.go_on()

    def _choose_other(self) -> None:
        chosen = self._session.messages.choose_file(tr("选一份备份"), KINDS)
        if chosen:
            self._choose(Path(chosen))
            self.which.file.setText(Path(chosen).name)

    def _choose(self, file: Path) -> None:
        if file != self._file:
            self._file = file
            self._error.say("")
            self.which.password.clear()
            self.which.ask_password(asked=False)
        self._show_acts()

    def show_step(self, key: str) -> None:
        """Go to a step; what was unpacked is let go when another is to be chosen."""
        if key == WHICH:
            self._let_go()
        super().show_step(key)
        self._fit()

    def go_on(self) -> None:
        """At the first step unpack and look; then as any such dialog."""
        if self._here == WHICH and self._found is None and self._go.isEnabled():
            self._unpack()
        else:
            super().go_on()

    def _unpack(self) -> None:
        assert self._file is not None
        self._error.say("")
        password = self.which.password.text() or None
        progress = self._begin()
        work = partial(_unpack, self._session.store, self._file, password, progress)
        self._session.jobs.run_beside(work, self._on_found, self._failed)

    def _on_found(self, found: Unpacked) -> None:
        self._end()
        self._found = found
        if not self.isVisible():
            self._let_go()
            return
        self.look.show_found(found)
        self.show_step(LOOK)

    def _carry_out(self) -> None:
        from gridapp.store import restore

        assert self._found is not None
        try:
            purpose = restore.reason(self.look.purpose.text())
        except UserError as error:
            self._error.say(str(error))
            self.look.purpose.setFocus()
            return
        self._error.say("")
        self._session.backups.stop()
        self._session.syncing.stop()
        progress = self._begin()
        work = partial(_prepare, self._found, self._session.store, purpose, progress)
        self._session.jobs.run(work, self._on_prepared, self._failed)

    def _on_prepared(self, _: None) -> None:
        self._end()
        self._found = None
        self.done_step.words.setText(tr("已准备好，窗口马上重新打开…"))
        self.show_step(DONE)
        self.accept()
        self._session.preferences.reopen_asked.emit()

    def _begin(self) -> Progress:
        self._busy = True
        progress = Progress(self)
        progress.stepped.connect(self._on_step)
        self._meter.setVisible(True)
        self._meter.fill(0)
        self._show_acts()
        return progress

    def _on_step(self, done: int, total: int, words: str) -> None:
        self._meter.fill(done / total if total else 1.0)
        self._how_far.setText(words)

    def _end(self) -> None:
        self._busy = False
        self._meter.setVisible(False)
        self._how_far.setText("")
        self._show_acts()

    def _failed(self, error: Exception) -> None:
        from gridapp.store.restore import NeedsPassword

        self._end()
        if isinstance(error, NeedsPassword):
            self.which.ask_password(asked=True)
        if isinstance(error, UserError):
            self._error.say(str(error))
        else:
            self._session.messages.show_error(error)

    def _show_acts(self) -> None:
        reachable = {WHICH, LOOK} if self._found else {WHICH}
        self._bar.show_step(self._here, set() if self._busy else reachable)
        if self._here == WHICH:
            able = self._file is not None and not self._busy
            self._say_acts(tr("返回"), tr("看看会怎样"), able=able)
        elif self._here == LOOK:
            words = tr("恢复到这份备份")
            self._say_acts(tr("换一份"), words, able=not self._busy)
        else:
            self._say_acts(tr("返回"), tr("完成"), able=False)
        self._back.setEnabled(not self._busy)

    def _is_writing(self) -> bool:
        return self._busy

    def _let_go(self) -> None:
        if self._found is not None:
            found, self._found = self._found, None
            self._session.jobs.run_beside(partial(_drop, found), _nothing)

    def reject(self) -> None:
        """Close, unless something is being written."""
        if not self._busy:
            self._let_go()
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._busy:
            event.ignore()
            return
        self._let_go()
        super().closeEvent(event)


def _unpack(
    store: Store, file: Path, password: str | None, progress: Progress
) -> Unpacked:
    from gridapp.store import restore

    return restore.unpack(
        store.folder, file, store, password=password, step=progress.step
    )


def _prepare(found: Unpacked, store: Store, purpose: str, progress: Progress) -> None:
    from gridapp.store import restore

    restore.prepare(found, store, purpose, progress.step)


def _drop(found: Unpacked) -> None:
    from gridapp.store import restore

    restore.drop(found)


def _nothing(_: None) -> None:
    """Nobody waits for it."""
