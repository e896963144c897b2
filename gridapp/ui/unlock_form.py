"""Opens a vault that the county has shut, with the code the county gives."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLayout, QWidget

from gridapp.language import tr
from gridapp.store import door
from gridapp.ui.jobs import Jobs
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.text import Text


class UnlockForm(QWidget):
    """One field and a button below the password; nothing is deleted by a lock."""

    opened = Signal()  # the county's seal is off: the password opens it again
    failed = Signal(object)  # the error

    def __init__(self, jobs: Jobs, theme: Theme, folder: Path) -> None:
        super().__init__()
        self._jobs = jobs
        self._folder = folder
        self.code = LineField(tr("解锁码"), tr("由县里发给您"))
        self.button = Button(theme, tr("解锁"), icon="door-open")
        box = column(self, gap=5)
        self._words = Text(tr("已解锁，请用原来的密码打开"), "strong")
        self._words.hide()
        box.addWidget(self._words)
        self._label = Text(self.code.accessibleName())
        self._label.setBuddy(self.code)
        box.addWidget(self._label)
        box.addWidget(self.code)
        box.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.button.clicked.connect(self.unlock)
        self.code.finished.connect(self.unlock)
        box.setSizeConstraint(QLayout.SizeConstraint.SetMinimumSize)
        self.setVisible(self.is_needed())

    def is_needed(self) -> bool:
        """Whether the vault is shut."""
        return door.is_shut(self._folder)

    def unlock(self) -> None:
        """Ask the county with what is typed."""
        code = self.code.text().strip()
        if not code:
            self.code.setFocus()
            return
        self.button.setEnabled(False)
        work = partial(_unlock, self._folder, code)
        self._jobs.run_network(work, self._done, self._not_done)

    def _done(self, _: None) -> None:
        self._words.show()
        for part in (self._label, self.code, self.button):
            part.hide()
        self.opened.emit()

    def _not_done(self, error: Exception) -> None:
        self.button.setEnabled(True)
        self.failed.emit(error)


def _unlock(folder: Path, code: str) -> None:
    from gridapp.sync import locking

    locking.unlock(folder, code)
