"""Lets the laptop in at a county: its address and the code the county gave."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store.vault import Store
from gridapp.sync import address
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import NoticeBar, column
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.flow import FlowLayout
from gridapp.ui.widgets.text import Text

CERTIFICATES = tr("证书文件 (*.pem *.crt *.cer)")
_ROOM = 240  # pixels of words that the narrowest column has room for


class JoinForm(QWidget):
    """Two fields and a button, and a sentence when it did not work.

    A county with a certificate authority of its own gives its file along.
    """

    joined = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.server = LineField(tr("县级服务器地址"), "https://…")
        self.code = LineField(tr("登记码"), tr("由县里发给您"))
        self.button = Button(
            session.theme, tr("登记这台电脑"), "primary", icon="log-in"
        )
        self._ca: Path | None = None
        self.certificate = Button(session.theme, "", "quiet")
        self._show_certificate()
        self.error = NoticeBar(session.theme, "red", "circle-alert")
        self.error.say("")
        box = column(self, gap=8)
        box.addWidget(self.error)
        for field in (self.server, self.code):
            label = Text(field.accessibleName())
            label.setBuddy(field)
            box.addWidget(label)
            box.addWidget(field)
        holder = QWidget()
        row = FlowLayout(holder, 8)
        row.addWidget(self.button)
        row.addWidget(self.certificate)
        box.addWidget(holder)
        self.server.finished.connect(self.code.setFocus)
        self.code.finished.connect(self.enrol)
        self.button.clicked.connect(self.enrol)
        self.certificate.clicked.connect(self._choose_certificate)

    def offer(self, server: str) -> None:
        """Begin with the address that is known, unless something was typed."""
        if server and not self.server.text():
            self.server.setText(server)

    def _choose_certificate(self) -> None:
        messages = self._session.messages
        chosen = messages.choose_file(tr("选县里给的证书文件"), CERTIFICATES)
        if chosen:
            self._ca = Path(chosen)
            self._show_certificate()

    def _show_certificate(self) -> None:
        words = tr("县里给了证书文件？")
        if self._ca is not None:
            words = tr("证书：{file}", file=self._ca.name)
        shown = self.certificate.fontMetrics().elidedText(
            words, Qt.TextElideMode.ElideMiddle, _ROOM
        )
        self.certificate.setText(shown)
        self.certificate.setAccessibleName(words)

    def enrol(self) -> None:
        """Ask the county to let this laptop in."""
        server, code = self.server.text().strip(), self.code.text().strip()
        if not server or not code:
            self.error.say(tr("请填好服务器地址和登记码，两样都由县里提供"))
            return
        self.error.say("")
        risk = address.warning(server)
        if risk and not self._session.messages.ask(risk, tr("仍要登记")):
            return
        self.button.setEnabled(False)
        work = partial(_enrol, self._session.store, server, code, self._ca)
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


def _enrol(store: Store, server: str, code: str, ca: Path | None) -> None:
    from gridapp.sync.joining import join

    join(store, server, code, ca)
