"""用户和密码: who may open this vault, and everybody's own password."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.models.deeds import Deed, Said
from gridapp.models.permissions import Act, refusal
from gridapp.store import door, members, state
from gridapp.store.accounts import ROLE_WORDS, Account
from gridapp.store.database import Connection
from gridapp.store.vault import Writing
from gridapp.ui import capture_guard
from gridapp.ui.session import Session
from gridapp.ui.settings.account_dialogs import AddDialog, ResetDialog
from gridapp.ui.settings.password_dialog import PasswordDialog
from gridapp.ui.widgets.buttons import Button, ChipRow, refuse
from gridapp.ui.widgets.card import Card, Divider, Lines, line
from gridapp.ui.widgets.text import Text

NO, YES = "no", "yes"
_CAPTURES = ((NO, tr("不允许")), (YES, tr("允许")))


class AccountsCard(Card):
    """A line a person, with what may be done about them; what one may not do oneself
    stands there too, and says who may."""

    told = Signal(str)  # what was done

    def __init__(self, session: Session) -> None:
        super().__init__((18, 12, 18, 16), 10)
        self._session = session
        self._people = Lines(gap=4)
        self.add = Button(session.theme, tr("添加用户…"), icon="plus")
        self.change = Button(session.theme, tr("修改我的密码…"), icon="pencil")
        self.captures = ChipRow(session.theme, tr("截屏"), _CAPTURES)
        self._refused = refusal(session.store.user.role, Act.ACCOUNTS)
        self._place()
        self.add.clicked.connect(self._add)
        self.change.clicked.connect(self.change_password)
        self.captures.picked.connect(self._allow_captures)
        session.lock_asked.connect(self.reload)  # others may be there afterwards
        session.read(_captures_allowed, self._show_captures)
        self.reload()

    def _place(self) -> None:
        self.box.addWidget(Text(tr("用户和密码"), "section"))
        self.box.addWidget(Divider())
        self.box.addWidget(self._people)
        buttons = line(gap=8)
        buttons.addWidget(self.add)
        buttons.addWidget(self.change)
        buttons.addStretch()
        self.box.addLayout(buttons)
        refuse(self.add, self._refused)
        if self._refused:
            self.box.addWidget(Text(self._refused, "faint", wrap=True))
        row = line(gap=10)
        words = Text(tr("截屏"))
        words.setBuddy(self.captures)
        row.addWidget(words)
        row.addWidget(self.captures)
        row.addStretch()
        self.box.addLayout(row)
        hint = tr("不允许时，截屏、录屏和远程协助看不到这里的窗口。")
        if not capture_guard.is_supported():
            hint = tr("这个系统不支持：截屏里会看到窗口的内容，请自己留意。")
            self.captures.hide()
            words.setText(tr("不让截屏"))
        refuse(self.captures, self._refused)
        self.box.addWidget(Text(hint, "faint", wrap=True))

    def reload(self) -> None:
        """Read again who may open the vault."""
        work = partial(door.accounts, self._session.store.folder)
        self._session.jobs.run(work, self._show)

    def _show(self, people: list[Account]) -> None:
        me = self._session.store.user.id
        self._people.replace([self._line(one, mine=one.id == me) for one in people])

    def _line(self, account: Account, *, mine: bool) -> QWidget:
        """Name and role; beside others' what may be done about them."""
        widget = QWidget()
        row = line(widget, gap=8)
        name = account.shown
        row.addWidget(Text(name, "strong", shrinks=True))
        role = ROLE_WORDS[account.role]
        words = tr("{role}，就是您", role=role) if mine else role
        row.addWidget(Text(words, "muted"))
        row.addStretch()
        if not mine and not self._refused:
            reset = Button(self._session.theme, tr("设新密码…"), "small")
            reset.setAccessibleName(tr("给{name}设新密码", name=name))
            reset.clicked.connect(partial(self._reset, account))
            remove = Button(self._session.theme, tr("停用…"), "small")
            remove.setAccessibleName(tr("停用{name}", name=name))
            remove.clicked.connect(partial(self._remove, account))
            row.addWidget(reset)
            row.addWidget(remove)
        widget.setMinimumHeight(34)
        return widget

    def _add(self) -> None:
        dialog = AddDialog(self._session, self.window())
        dialog.added.connect(self._added)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _added(self, name: str) -> None:
        self.reload()
        self.told.emit(
            tr("已添加 {name}，下次打开时选自己的名字，用自己的密码", name=name)
        )

    def _reset(self, account: Account) -> None:
        dialog = ResetDialog(self._session, account, self.window())
        words = tr("{name} 的新密码已设好，请当面告诉本人", name=account.shown)
        dialog.accepted.connect(partial(self.told.emit, words))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _remove(self, account: Account) -> None:
        name = account.shown
        question = tr(
            "停用以后，{name}的密码就打不开这份数据了；写过的记录都留着。",
            name=name,
        )
        if self._session.messages.ask(question, tr("停用{name}", name=name)):
            work = partial(members.remove, self._session.store, account.id)
            self._session.jobs.run(work, partial(self._removed, name))

    def _removed(self, name: str, _: None) -> None:
        self.reload()
        self.told.emit(tr("{name} 已停用", name=name))

    def change_password(self) -> None:
        """Ask for one's own new password."""
        dialog = PasswordDialog(self._session, self.window())
        words = tr("密码已修改，下次打开用新密码")
        dialog.accepted.connect(partial(self.told.emit, words))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _show_captures(self, allowed: bool) -> None:
        self.captures.choose(YES if allowed else NO)

    def _allow_captures(self, choice: str) -> None:
        allowed = choice == YES
        work = partial(_keep_captures, allowed=allowed)
        self._session.write(work, partial(self._captures_kept, allowed=allowed))

    def _captures_kept(self, _: None, *, allowed: bool) -> None:
        self._session.captures_allowed.emit(allowed)
        self.told.emit(
            tr("现在截屏能看到窗口，用完请改回来")
            if allowed
            else tr("截屏看不到窗口了")
        )


def _captures_allowed(db: Connection) -> bool:
    return state.value(db, capture_guard.ALLOWED) is not None


def _keep_captures(tx: Writing, *, allowed: bool) -> None:
    said = Said.CAPTURES_ALLOWED if allowed else Said.CAPTURES_REFUSED
    state.disclose(tx, Deed.ACCOUNT, None, None, said.of())
    state.keep(tx.db, capture_guard.ALLOWED, "1" if allowed else None)
