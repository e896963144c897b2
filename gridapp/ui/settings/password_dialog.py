"""修改密码: the present password, and a new one twice."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store import keyholders, members, tries
from gridapp.ui.session import Session
from gridapp.ui.settings.account_dialogs import PasswordAsk
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.password import PasswordField
from gridapp.ui.widgets.text import Text


class PasswordDialog(PasswordAsk):
    """Asks and changes; it closes when the new password holds."""

    def __init__(self, session: Session, over: QWidget) -> None:
        super().__init__(session, tr("修改密码"), tr("改成新密码"), over)
        words = tr("新密码请记牢。忘了要请负责人或县里帮忙，才能再打开。")
        self.box.addWidget(Text(words, "muted", wrap=True))
        self.old = PasswordField(session.theme, tr("现在的密码"))
        self.place([self.old])
        self.old.setFocus()

    def missing(self) -> tuple[str, LineField] | None:
        return None if self.old.text() else (tr("请输入现在的密码"), self.old)

    def work(self) -> Callable[[], object]:
        old, new = self.old.text(), self.new.text()
        return partial(members.change_own, self._session.store, old, new)

    def blamed(self, error: UserError) -> LineField:
        of_old = isinstance(error, keyholders.WrongPassword | tries.TooSoon)
        return self.old if of_old else self.new.first
