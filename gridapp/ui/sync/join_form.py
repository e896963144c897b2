"""Lets the laptop in at a county: its address and the code the county gave."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store.vault import Store
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import NoticeBar, column
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.text import Text


class JoinForm(QWidget):
    """Two fields and a button, and a sentence when it did not work."""

    joined = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.server = LineField(tr("县级服务器地址"), "https://…")
        self.code = LineField(tr("登记码"), tr("由县里发给您"))
        self.button = Button(
            session.theme, tr("登记这台电脑"), "primary", icon="log-in"
        )
        self.error = NoticeBar(session.theme, "red", "circle-alert")
        self.error.say("")
        box = column(self, gap=8)
        box.addWidget(self.error)
        for field in (self.server, self.code):
            label = Text(field.accessibleName())
            label.setBuddy(field)
            box.addWidget(label)
            box.addWidget(field)
        box.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.server.finished.connect(self.code.setFocus)
        self.code.finished.connect(self.enrol)
        self.button.clicked.connect(self.enrol)

    def offer(self, server: str) -> None:
        """Begin with the address that is known, unless something was typed."""
        if server and not self.server.text():
            self.server.setText(server)

    def enrol(self) -> None:
        """Ask the county to let this laptop in."""
        server, code = self.server.text().strip(), self.code.text().strip()
        if not server or not code:
            self.error.say(tr("请填好服务器地址和登记码，两样都由县里提供"))
            return
        self.error.say("")
        self.button.setEnabled(False)
        work = partial(_enrol, self._session.store, server, code)
        self._session.jobs.run_network(work, self._done, self._not_done)

    def _done(self, _: None) -> None:
        self.button.setEnabled(True)
        self.code.clear()
        self.joined.emit()

    def _not_done(self, error: Exception) -> None:
        self.button.setEnabled(True)
        if isinstance(error, UserError):
            self.error.say(str(error))
        else:
            self._session.messages.show_error(error)


def _enrol(store: Store, server: str, code: str) -> None:
    from gridapp.sync.client import HttpTransport, SyncClient

    SyncClient(store, HttpTransport(server)).enrol(code)
