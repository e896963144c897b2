"""What the dialogs of a login have in common: nobody is signed in."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.ui.jobs import Jobs
from gridapp.ui.messages import Messages
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import NoticeBar, column, fit, line


class DoorDialog(QDialog):
    """Helps whoever does not get in; what goes wrong stands in `error`."""

    def __init__(
        self,
        folder: Path,
        jobs: Jobs,
        theme: Theme,
        messages: Messages,
        over: QWidget,
    ) -> None:
        """`folder` is that of the vault."""
        super().__init__(over)
        self._folder = folder
        self._jobs = jobs
        self._messages = messages
        self.setModal(True)
        self.setFixedWidth(520)
        self.box: QVBoxLayout = column(self, (24, 20, 24, 20), 10)
        self.error = NoticeBar(theme, "red", "circle-alert")
        self.error.say("")
        self.close_button = Button(theme, tr("关闭"))
        self.close_button.clicked.connect(self.reject)

    def place_end(self, *before: Button) -> None:
        """Put the last row below all else: these buttons, and the one that closes."""
        row = line(gap=8)
        row.addStretch()
        for button in (*before, self.close_button):
            row.addWidget(button)
        self.box.addLayout(row)

    def say(self, sentence: str) -> None:
        """Say what is to be done; "" says nothing."""
        self.error.say(sentence)
        fit(self)

    def tell(self, error: Exception) -> None:
        """Say why some work came to nothing."""
        if isinstance(error, UserError):
            self.say(str(error))
        else:
            self._messages.show_error(error)
