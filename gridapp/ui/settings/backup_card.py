"""备份: when the last good one was made, where they lie, one now, and putting back."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.models.permissions import Act
from gridapp.store import backup
from gridapp.store.backup_file import SUFFIX
from gridapp.ui.session import Session
from gridapp.ui.settings.restore_dialog import KINDS, RestoreDialog
from gridapp.ui.widgets.buttons import Button, refuse
from gridapp.ui.widgets.card import Card, Divider, NoticeBar
from gridapp.ui.widgets.flow import FlowLayout
from gridapp.ui.widgets.meter import Bar
from gridapp.ui.widgets.text import Text
from gridapp.work import backup_words


class BackupCard(Card):
    """How it stands, in two lines, and what one may do about it."""

    told = Signal(str, object)  # what was done, and how to take it back

    def __init__(self, session: Session) -> None:
        super().__init__((18, 12, 18, 16), 10)
        self._session = session
        theme = session.theme
        self._late = NoticeBar(theme, "amber", "clock")
        self._error = NoticeBar(theme, "red", "circle-alert")
        self._last = Text("", "strong", wrap=True)
        self._kept = Text("", "muted", wrap=True)
        self._second = Text("", "muted", wrap=True)
        self._bar = Bar(theme)
        self._far = Text("", "muted")
        self.now = Button(theme, tr("立即备份"), icon="save")
        self.halt = Button(theme, tr("停止"), icon="x")
        self.file = Button(theme, tr("存成一个文件…"), icon="file-output")
        self.back = Button(theme, tr("恢复备份…"), icon="archive-restore")
        self.place = Button(theme, tr("再存一份到…"), icon="folder")
        self.only_here = Button(theme, tr("只存本机"), "quiet")
        self._place()
        self._bind()
        self._show()

    def _place(self) -> None:
        self.box.addWidget(Text(tr("备份"), "section"))
        self.box.addWidget(Divider())
        for part in (self._late, self._error, self._last, self._kept):
            self.box.addWidget(part)
        self.box.addWidget(self._far)
        self.box.addWidget(self._bar)
        self.box.addWidget(_row(self.now, self.halt, self.file, self.back))
        self.box.addWidget(self._second)
        self.box.addWidget(_row(self.place, self.only_here))
        hint = tr("每天自动备份一次并核对，留 14 份；升级和恢复之前也各备份一次。")
        self.box.addWidget(Text(hint, "faint", wrap=True))
        refuse(self.back, self._session.refusal(Act.RESTORE))

    def _bind(self) -> None:
        backups = self._session.backups
        backups.changed.connect(self._show)
        backups.stepped.connect(self._on_step)
        self.now.clicked.connect(lambda: backups.back_up())
        self.halt.clicked.connect(backups.stop)
        self.file.clicked.connect(self._ask_file)
        self.back.clicked.connect(self._ask_which)
        self.place.clicked.connect(self._choose_place)
        self.only_here.clicked.connect(partial(self._keep_place, ""))

    def reload(self) -> None:
        """Read again how it stands."""
        self._session.backups.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.reload()

    def _show(self) -> None:
        backups, at = self._session.backups, dt.datetime.now(dt.UTC)
        now = backups.now
        if now is not None:
            self._last.setText(backup_words.last_words(now, at))
            self._kept.setText(backup_words.kept_words(now))
            self._kept.setVisible(bool(now.listed.kept))
            self._second.setText(backup_words.second_words(now, at))
            trouble = now.trouble or now.second_trouble
            self._late.say(backups.late_words() or trouble)
            self.only_here.setVisible(now.second is not None)
        else:
            self._late.say("")
            self.only_here.hide()
        self._error.say(backups.error)
        running = backups.running
        for part in (self._bar, self._far, self.halt):
            part.setVisible(running)
        for part in (self.now, self.file):
            part.setEnabled(not running)
        if not running:
            self._bar.fill(0)
            self._far.setText("")

    def _on_step(self, done: int, total: int, words: str) -> None:
        self._bar.fill(done / total if total else 1.0)
        self._far.setText(tr("正在备份：{words}", words=words))

    def _ask_file(self) -> None:
        stem = tr("网格日志备份-{day:%Y%m%d}", day=dt.date.today())
        choose = self._session.messages.choose_target
        target = choose(tr("备份存成"), stem + SUFFIX, KINDS)
        if target:
            path = Path(target)
            if path.suffix.lower() != SUFFIX:
                path = path.with_name(path.name + SUFFIX)
            self._session.backups.back_up(path)

    def _ask_which(self) -> None:
        dialog = RestoreDialog(self._session, self.window())
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _choose_place(self) -> None:
        words = tr("再存一份到哪里（U 盘或网络文件夹）")
        chosen = self._session.messages.choose_folder(words)
        if chosen:
            data = self._session.store.folder
            work = partial(backup.choose_second, Path(chosen), data)
            self._session.jobs.run_beside(work, self._chosen)

    def _chosen(self, folder: Path) -> None:
        self._keep_place(str(folder))
        self._session.backups.back_up()

    def _keep_place(self, folder: str, _checked: bool = False) -> None:
        preferences = self._session.preferences
        before = preferences.now.backup_folder
        preferences.keep(backup_folder=folder)
        self.reload()
        words = (
            tr("以后在 {folder} 也存一份", folder=folder)
            if folder
            else tr("以后备份只存在本机；原来存过去的还在那里")
        )
        self.told.emit(words, partial(self._keep_back, before))

    def _keep_back(self, before: str) -> None:
        self._session.preferences.keep(backup_folder=before)
        self.reload()


def _row(*buttons: Button) -> QWidget:
    holder = QWidget()
    row = FlowLayout(holder, 8)
    for button in buttons:
        row.addWidget(button)
    return holder
