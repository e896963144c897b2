"""The way without a network: a package out to a stick, the county's answer back."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store.exchange import Exchange
from gridapp.store.vault import Store
from gridapp.ui.jobs import Progress
from gridapp.ui.session import Session
from gridapp.ui.sync.drives import UPDATE, Drive, answers, drives, updates
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Divider, NoticeBar, column
from gridapp.ui.widgets.flow import FlowLayout
from gridapp.ui.widgets.size_button import drop
from gridapp.ui.widgets.text import Text
from gridapp.work.sync_standing import moment_words

LATE = dt.timedelta(days=3)  # without an answer: say so in colour
KINDS = tr("数据包和更新 (*.gridpkg *.gridupdate)")


class StickCard(QWidget):
    """Two buttons and a reminder of the last package."""

    said = Signal(str, object)
    moved = Signal()  # something went out or came in

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._progress: Progress | None = None
        theme = session.theme
        self.out = Button(theme, tr("导出到 U 盘…"), icon="file-output")
        self.back = Button(theme, tr("从 U 盘导入…"), icon="file-input")
        self.halt = Button(theme, tr("停止"), icon="x")
        self._words = Text("", "muted", wrap=True)
        self._late = NoticeBar(theme, "amber", "clock")
        self.error = NoticeBar(theme, "red", "circle-alert")
        box = column(self, gap=8)
        box.addWidget(Divider())
        box.addWidget(Text(tr("没有网络时用 U 盘"), "section"))
        box.addWidget(self._words)
        box.addWidget(self._late)
        box.addWidget(self.error)
        holder = QWidget()
        row = FlowLayout(holder, 8)
        for button in (self.out, self.back, self.halt):
            row.addWidget(button)
        box.addWidget(holder)
        self._late.say("")
        self.error.say("")
        self.halt.hide()
        self.out.clicked.connect(self._ask_where)
        self.back.clicked.connect(self._ask_which)
        self.halt.clicked.connect(self._stop)

    def show_exchange(self, exchange: Exchange) -> None:
        """Show when the last package went, and whether its answer came back."""
        now = dt.datetime.now(dt.UTC)
        words, late = reminder(exchange, now)
        self._words.setText("" if late else words)
        self._words.setVisible(not late)
        self._late.say(words if late else "")

    def _ask_where(self) -> None:
        self._session.jobs.run(drives, self._offer_drives)

    def _offer_drives(self, found: list[Drive]) -> None:
        if not found:
            self._choose_folder()
            return
        menu = QMenu(self)
        menu.setAccessibleName(tr("导出到哪里"))
        for one in found:
            words = tr("U 盘 {name}（{folder}）", name=one.name, folder=one.folder)
            menu.addAction(words).triggered.connect(partial(self._export, one.folder))
        menu.addAction(tr("别的文件夹…")).triggered.connect(self._choose_folder)
        drop(menu, self.out)

    def _choose_folder(self) -> None:
        chosen = self._session.messages.choose_folder(tr("导出到哪个文件夹"))
        if chosen:
            self._export(Path(chosen))

    def _export(self, folder: Path, _checked: bool = False) -> None:
        work = partial(_export, self._session.store, folder, self._begin())
        self._session.jobs.run_network(work, self._exported, self._failed)

    def _exported(self, file: Path) -> None:
        self._finish()
        words = tr("已导出：{file}。交给县里导入，再把答复带回来", file=file.name)
        self.said.emit(words, None)

    def _ask_which(self) -> None:
        device = self._session.store.device_id
        self._session.jobs.run(lambda: _on_sticks(device), self._offer_files)

    def _offer_files(self, found: list[Path]) -> None:
        if not found:
            self._choose_file()
            return
        menu = QMenu(self)
        menu.setAccessibleName(tr("导入哪个文件"))
        for path in found:
            menu.addAction(path.name).triggered.connect(partial(self.take, path))
        menu.addAction(tr("别的文件…")).triggered.connect(self._choose_file)
        drop(menu, self.back)

    def _choose_file(self) -> None:
        chosen = self._session.messages.choose_file(tr("选县里给的文件"), KINDS)
        if chosen:
            self.take(Path(chosen))

    def take(self, file: Path, _checked: bool = False) -> None:
        """Import the answer of the county, or take an update of the program."""
        if self._progress is not None:
            return
        self.error.say("")
        if file.suffix.lower() == UPDATE:
            self._session.updating.take(file, self._failed)
            return
        work = partial(_import, self._session.store, file, self._begin())
        self._session.jobs.run_network(work, self._imported, self._failed)

    def _imported(self, words: str) -> None:
        self._finish()
        self.said.emit(words, None)

    def _begin(self) -> Progress:
        self.error.say("")
        self._progress = Progress(self)
        self._progress.stepped.connect(self._on_step)
        self._show_running(running=True)
        return self._progress

    def _on_step(self, done: int, total: int, words: str) -> None:
        far = f"{done:,} / {total:,}" if total else f"{done:,}"
        self._words.setText(tr("{words}：{far}", words=words, far=far))
        self._words.show()

    def _stop(self) -> None:
        if self._progress is not None:
            self._progress.cancel()

    def _failed(self, error: Exception) -> None:
        self._finish()
        if isinstance(error, UserError):
            self.error.say(str(error))
        else:
            self._session.messages.show_error(error)

    def _finish(self) -> None:
        self._progress = None
        self._show_running(running=False)
        self.moved.emit()

    def _show_running(self, *, running: bool) -> None:
        self.halt.setVisible(running)
        for button in (self.out, self.back):
            button.setEnabled(not running)


def _on_sticks(device: UUID) -> list[Path]:
    """What there is to import for this laptop, updates of the program last."""
    found = drives()
    return [*answers(found, device), *updates(found)]


def reminder(exchange: Exchange, now: dt.datetime) -> tuple[str, bool]:
    """What to say of the last package, and whether its answer is late."""
    if not exchange.packages:
        words = tr("导出一个加密的数据包，交给县里导入，再把县里的答复导回来。")
        return words, False
    last = exchange.packages[0]
    made = dt.datetime.fromisoformat(last.made_at)
    when = moment_words(made, now)
    if last.answered:
        return tr("上次导出：{when}，答复已经导回来了。", when=when), False
    late = now - made > LATE
    return tr("上次导出：{when}，县里的答复还没有导回来。", when=when), late


def _export(store: Store, folder: Path, progress: Progress) -> Path:
    from gridapp.sync.stick import export_to

    return export_to(store, folder, progress.step, progress.cancelled)


def _import(store: Store, file: Path, progress: Progress) -> str:
    from gridapp.sync.stick import LET_IN, import_from

    report = import_from(store, file, progress.step, progress.cancelled)
    if report.let_in:
        return LET_IN
    words = tr(
        "答复已导入：县里收下 {pushed:,} 条，带回 {pulled:,} 条",
        pushed=report.pushed,
        pulled=report.pulled,
    )
    if report.again:
        words += tr("；导出以后又有改动，请再导出一次")
    return words
