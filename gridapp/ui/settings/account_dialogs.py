"""What is asked when somebody is let in, or has forgotten their password."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store import members, passwords
from gridapp.store.accounts import IT, ROLE_WORDS, SECRETARY, WORKER, Account
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import NoticeBar, column, fit, line
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.password import NewPassword
from gridapp.ui.widgets.text import Text

_DOES = {
    WORKER: tr("登记、走访、打印、导入；带完整号码的清单由负责人导出"),
    SECRETARY: tr("什么都可以做，也可以添加和停用用户"),
    IT: tr("恢复备份、修理数据、管理用户；看不到居民的资料"),
}


class PasswordAsk(QDialog):
    """A dialog that ends in a new password, typed twice, and one act."""

    def __init__(self, session: Session, title: str, verb: str, over: QWidget) -> None:
        super().__init__(over)
        self._session = session
        self.setWindowTitle(title)
        self.setModal(True)
        self.resize(460, 0)
        self._codes: list[str] = []
        self.new = NewPassword(session.theme, session.jobs, self._about)
        self.error = NoticeBar(session.theme, "red", "circle-alert")
        self.error.say("")
        self.do = Button(session.theme, verb, "primary", icon="check")
        self.cancel = Button(session.theme, tr("返回"))
        self.box: QVBoxLayout = column(self, (24, 12, 24, 12), 6)
        self.cancel.clicked.connect(self.reject)
        self.do.clicked.connect(self.submit)
        session.read(members.codes, self._codes.extend)

    def name(self) -> str:
        """Whose password it is."""
        return self._session.store.user.name

    def _about(self) -> tuple[str, Sequence[str]]:
        return self.name(), self._codes

    def place(self, above: Sequence[LineField] = (), *, placed: bool = False) -> None:
        """Put fields, the line about the password and the buttons below what stands
        there; Enter leads through them, also from those above that are `placed`."""
        fields = [*above, self.new.first, self.new.again]
        for field in fields[len(above) * placed :]:
            label = Text(field.accessibleName())
            label.setBuddy(field)
            self.box.addWidget(label)
            self.box.addWidget(field)
        for field, following in zip(fields, fields[1:], strict=False):
            field.finished.connect(following.setFocus)
        fields[-1].finished.connect(self.submit)
        caps = Text(tr("大写锁定已打开，密码区分大小写"), "warning")
        caps.hide()
        for field in (self.new.first, self.new.again):
            field.caps.connect(caps.setVisible)
        self.box.addWidget(self.new.hint)
        self.box.addWidget(caps)
        self.box.addWidget(self.error)
        buttons = line(gap=8)
        buttons.addStretch()
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.do)
        self.box.addLayout(buttons)

    def submit(self) -> None:
        """Do it, or say what must be typed first."""
        wrong = self.missing() or self.new.problem()
        if wrong is not None:
            self.refuse(*wrong)
        elif self.do.isEnabled():
            self.do.setEnabled(False)
            self._session.jobs.run(self.work(), self._done, self._failed)

    def missing(self) -> tuple[str, LineField] | None:
        """What is to be filled in besides the new password."""
        return None

    def work(self) -> Callable[[], object]:
        """What is done with the store, on its thread."""
        raise NotImplementedError

    def blamed(self, error: UserError) -> LineField:
        """The field that a refusal of the store is about."""
        del error
        return self.new.first

    def refuse(self, sentence: str, field: LineField) -> None:
        """Say what to do, and go where it is done."""
        self.error.say(sentence)
        fit(self)
        field.setFocus()
        field.selectAll()

    def _done(self, _: object) -> None:
        self.new.clear()
        self.accept()

    def _failed(self, error: Exception) -> None:
        self.do.setEnabled(True)
        if isinstance(error, UserError):
            self.refuse(str(error), self.blamed(error))
        else:
            self._session.messages.show_error(error)


class AddDialog(PasswordAsk):
    """One more person: their name, what they do here, their first password."""

    added = Signal(str)  # the name

    def __init__(self, session: Session, over: QWidget) -> None:
        super().__init__(session, tr("添加用户"), tr("添加"), over)
        self.who = LineField(tr("姓名"), tr("写在记录上的名字"))
        self.roles = ChipRow(session.theme, tr("做什么"), tuple(ROLE_WORDS.items()))
        self._does = Text(_DOES[WORKER], "faint", wrap=True)
        self.roles.picked.connect(self._say_role)
        for part in (self.who, self.roles):
            label = Text(part.accessibleName())
            label.setBuddy(part)
            self.box.addWidget(label)
            self.box.addWidget(part)
        self.box.addWidget(self._does)
        self.place([self.who], placed=True)
        self.who.setFocus()
        self.accepted.connect(lambda: self.added.emit(self.name()))

    def _say_role(self, role: str) -> None:
        self._does.setText(_DOES[role])

    def name(self) -> str:
        return self.who.text().strip()

    def missing(self) -> tuple[str, LineField] | None:
        return None if self.name() else (tr("请填写姓名"), self.who)

    def blamed(self, error: UserError) -> LineField:
        bad = passwords.fault(self.new.text(), *self._about())
        return self.new.first if bad else self.who

    def work(self) -> Callable[[], object]:
        role = self.roles.chosen()
        return partial(
            members.add, self._session.store, self.name(), role, self.new.text()
        )


class ResetDialog(PasswordAsk):
    """Another password for somebody who forgot theirs."""

    def __init__(self, session: Session, account: Account, over: QWidget) -> None:
        self._account = account
        super().__init__(session, tr("设新密码"), tr("设好"), over)
        words = tr(
            "给{name}设一个新密码，原来的密码就不能用了。最好请本人来输。",
            name=account.shown,
        )
        self.box.addWidget(Text(words, "muted", wrap=True))
        self.place()
        self.new.first.setFocus()

    def name(self) -> str:
        return self._account.name

    def work(self) -> Callable[[], object]:
        return partial(
            members.set_password,
            self._session.store,
            self._account.id,
            self.new.text(),
        )
