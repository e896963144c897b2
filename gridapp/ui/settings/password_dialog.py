"""修改密码: the present password, and a new one twice."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QDialog, QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store import vault
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import NoticeBar, column, line
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.text import Text


class PasswordDialog(QDialog):
    """Asks and changes; it closes when the new password holds."""

    def __init__(self, session: Session, over: QWidget) -> None:
        super().__init__(over)
        self._session = session
        self.setWindowTitle(tr("修改密码"))
        self.setModal(True)
        self.resize(420, 0)
        self._old = _field(tr("现在的密码"))
        self._new = _field(tr("新密码，至少 8 位"))
        self._again = _field(tr("再输一遍新密码"))
        self._error = NoticeBar(session.theme, "red", "circle-alert")
        self._error.say("")
        self._save = Button(session.theme, tr("改成新密码"), "primary", icon="lock")
        self._cancel = Button(session.theme, tr("不改了"))
        box = column(self, (24, 20, 24, 20), 8)
        fields = (self._old, self._new, self._again)
        for field in fields:
            label = Text(field.accessibleName())
            label.setBuddy(field)
            box.addWidget(label)
            box.addWidget(field)
        box.addWidget(self._error)
        box.addWidget(Text(tr("新密码请记牢，忘了谁也打不开。"), "muted", wrap=True))
        buttons = line(gap=8)
        buttons.addStretch()
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._save)
        box.addLayout(buttons)
        for field, following in zip(fields, fields[1:], strict=False):
            field.finished.connect(following.setFocus)
        self._again.finished.connect(self.save)
        self._save.clicked.connect(self.save)
        self._cancel.clicked.connect(self.reject)

    def save(self) -> None:
        """Change the password, or say what is to be done first."""
        old, new = self._old.text(), self._new.text()
        if not old:
            self._refuse(tr("请输入现在的密码"), self._old)
        elif new != self._again.text():
            self._refuse(tr("两次输入的新密码不一样，请重新输入"), self._again)
        elif self._save.isEnabled():
            self._save.setEnabled(False)
            work = partial(vault.change_password, self._session.store.folder, old, new)
            self._session.jobs.run(work, self._done, self._failed)

    def _done(self, _: None) -> None:
        for field in (self._old, self._new, self._again):
            field.clear()
        self.accept()

    def _failed(self, error: Exception) -> None:
        self._save.setEnabled(True)
        if isinstance(error, UserError):
            wrong = str(error) == vault.WRONG_PASSWORD
            self._refuse(str(error), self._old if wrong else self._new)
        else:
            self._session.messages.show_error(error)

    def _refuse(self, sentence: str, field: LineField) -> None:
        self._error.say(sentence)
        field.setFocus()
        field.selectAll()


def _field(name: str) -> LineField:
    field = LineField(name)
    field.setEchoMode(LineField.EchoMode.Password)
    return field
