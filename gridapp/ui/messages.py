"""The only place of dialogs, and of the report when the program itself is wrong."""

from __future__ import annotations

import sys
import threading
from functools import partial
from types import TracebackType

from PySide6.QtCore import QEventLoop, QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from gridapp import crash
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.ui.clipboard_guard import copy_openly


class Messages(QObject):
    """Speaks to the user in dialogs over one window."""

    _crashed = Signal(object)
    _released = Signal()  # what waited goes on, or is dropped

    def __init__(self, parent: QObject | None = None, *, attended: bool = True) -> None:
        """With nobody there to read a dialog, keep the first error in `failed`."""
        super().__init__(parent)
        self.failed: Exception | None = None
        self._attended = attended
        self._window: QWidget | None = None
        self._reporting = False
        self._boxes: list[QMessageBox] = []  # shown, or waiting to be
        self._waits = False
        self._crashed.connect(self.show_error)

    def set_window(self, window: QWidget | None) -> None:
        """Show dialogs over this window from now on."""
        self._window = window

    def wait(self) -> None:
        """Take the dialogs from the screen, and show none until `go_on`."""
        self._waits = True
        for box in self._boxes:
            box.hide()

    def go_on(self) -> None:
        """Show what waited, as if nothing had been answered."""
        self._waits = False
        self._released.emit()

    def drop(self) -> None:
        """Answer what waited with "no": who was asked is not there any more."""
        self._boxes.clear()
        self.go_on()

    def install(self) -> None:
        """Send every exception nobody caught, of any thread, to the report."""
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def show_error(self, error: Exception) -> None:
        """Show a sentence for the user's errors, and the report for our own."""
        if not self._attended:
            self.failed = self.failed or error
        elif isinstance(error, UserError):
            self.tell(str(error))
        else:
            self._report(error)

    def tell(self, sentence: str) -> None:
        """Show one sentence until the user has read it."""
        box = self._box(QMessageBox.Icon.Warning, sentence)
        box.addButton(tr("知道了"), QMessageBox.ButtonRole.AcceptRole)
        self._run(box)

    def ask(self, question: str, verb: str, instead: str = tr("返回")) -> bool:
        """Ask before what cannot be undone; return whether `verb` was chosen."""
        box = self._box(QMessageBox.Icon.Question, question)
        yes = box.addButton(verb, QMessageBox.ButtonRole.AcceptRole)
        no = box.addButton(instead, QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(no)
        self._run(box)
        return box.clickedButton() is yes

    def choose_file(self, title: str, kinds: str) -> str:
        """Ask for a file to read, as `Excel 文件 (*.xlsx)`; empty when none chosen."""
        return QFileDialog.getOpenFileName(self._window, title, "", kinds)[0]

    def choose_files(self, title: str, kinds: str) -> list[str]:
        """Ask for files to read; empty when none was chosen."""
        return QFileDialog.getOpenFileNames(self._window, title, "", kinds)[0]

    def choose_target(self, title: str, name: str, kinds: str) -> str:
        """Ask where to write a file; empty when none was chosen."""
        return QFileDialog.getSaveFileName(self._window, title, name, kinds)[0]

    def choose_folder(self, title: str) -> str:
        """Ask for a folder; empty when none was chosen."""
        return QFileDialog.getExistingDirectory(self._window, title)

    def _box(self, icon: QMessageBox.Icon, words: str) -> QMessageBox:
        box = QMessageBox(self._window)
        box.setWindowTitle(tr("网格日志"))
        box.setIcon(icon)
        box.setText(words)
        return box

    def _run(self, box: QMessageBox) -> None:
        """Show a dialog until it is answered, and over again when a lock ended it."""
        self._boxes.append(box)
        while True:
            if not self._waits:
                box.exec()
            if not self._waits:
                break
            loop = QEventLoop()
            self._released.connect(loop.quit)
            loop.exec()
            if self._waits or box not in self._boxes:
                break  # the program ends, or another person has signed in
        if box in self._boxes:
            self._boxes.remove(box)

    def _report(self, error: Exception) -> None:
        report = crash.report(error)
        crash.write_down(error)
        if self._reporting:
            return  # one at a time: an error while painting repeats for ever
        self._reporting = True
        try:
            words = tr("程序出了意外，刚才这一步没有完成，其他内容不受影响。")
            box = self._box(QMessageBox.Icon.Critical, words)
            box.setInformativeText(tr("请点“复制详情”发给技术支持，然后继续使用。"))
            box.setDetailedText(report)
            copy = box.addButton(tr("复制详情"), QMessageBox.ButtonRole.ActionRole)
            copy.clicked.disconnect()
            copy.clicked.connect(partial(copy_openly, report))
            box.addButton(tr("继续使用"), QMessageBox.ButtonRole.AcceptRole)
            self._run(box)
        finally:
            self._reporting = False

    def _on_exception(
        self,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, Exception):
            self._crashed.emit(error)
        else:
            sys.__excepthook__(kind, error, trace)

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if isinstance(args.exc_value, Exception):
            self._crashed.emit(args.exc_value)
