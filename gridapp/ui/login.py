"""The first thing one sees: the password that opens the vault."""

from __future__ import annotations

import ctypes
import sys
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from gridapp.errors import UserError
from gridapp.language import language, tr
from gridapp.settings import Language
from gridapp.store import vault
from gridapp.store.vault import Store
from gridapp.ui.help.help_page import HelpWindow
from gridapp.ui.jobs import Jobs
from gridapp.ui.messages import Messages
from gridapp.ui.preferences import LANGUAGE_NAMES, Preferences
from gridapp.ui.theme import Theme
from gridapp.ui.unlock_form import UnlockForm
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, NoticeBar, column, line
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.size_button import SizeButton
from gridapp.ui.widgets.text import Glyph, Text
from gridapp.work import founding

PASSWORDS = 2  # fields of a new vault that stand in the first column
_CAPS_KEY = 0x14  # VK_CAPITAL


class Login(QWidget):
    """Asks for the password of a vault, or for a first one where there is no vault."""

    opened = Signal(object)  # the Store

    def __init__(
        self,
        folder: Path,
        jobs: Jobs,
        theme: Theme,
        messages: Messages,
        preferences: Preferences | None = None,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._preferences = preferences or Preferences(folder, self)
        self.setObjectName("page")
        self.setWindowTitle(tr("网格日志"))
        self._folder = folder
        self._jobs = jobs
        self._messages = messages
        self._new = not vault.exists(folder)
        self._caps = False
        self._password = _password_field(tr("密码"))
        self._again = _password_field(tr("再输一遍密码"))
        self._name = LineField(tr("您的姓名"), tr("写在走访记录上的名字"))
        self._grid_name = LineField(tr("网格名称"), tr("如 第3网格"))
        self._grid_code = LineField(tr("网格编码"), tr("社区给的 15 位编码"))
        self._error = NoticeBar(theme, "red", "circle-alert")
        self._hint = Text(tr("大写锁定已打开，密码区分大小写"), "warning")
        words = tr("建立并打开") if self._new else tr("打开")
        self._open = Button(theme, words, "primary", icon="log-in")
        self._unlock = UnlockForm(jobs, theme, folder)
        self._unlock.opened.connect(self._unlocked)
        self._unlock.failed.connect(self._not_unlocked)
        self._place()
        locked = tr("县里锁定了这台电脑，数据都还在。请向县里要解锁码，联网填上。")
        self._error.say(locked if self._unlock.is_needed() else "")
        self._hint.hide()
        for number, field in enumerate(self._fields(), 1):
            field.finished.connect(partial(self._next, number))
        self._open.clicked.connect(self.submit)
        for field in (self._password, self._again):
            field.installEventFilter(self)
        self._password.textChanged.connect(self._forget_error)
        QShortcut(QKeySequence("F1"), self).activated.connect(self._help)

    def _place(self) -> None:
        card = Card((32, 16, 32, 16), 8)
        card.setFixedWidth(640 if self._new else 400)
        brand = line(gap=10)
        brand.addWidget(Glyph(self._theme, "house", "blue.text", 28))
        brand.addWidget(Text(tr("网格日志"), "title"))
        brand.addStretch()
        brand.addWidget(SizeButton(self._theme, self._preferences))
        brand.addWidget(self._language_button())
        card.box.addLayout(brand)
        greeting = (
            tr(
                "这台电脑上还没有数据。先设一个密码，以后每次打开都要用它；"
                "忘了密码，别人也打不开，请记牢。"
            )
            if self._new
            else tr("数据在这台电脑上加密保存，输入密码打开。")
        )
        card.box.addWidget(Text(greeting, "muted", wrap=True))
        card.box.addLayout(self._field_grid())
        card.box.addWidget(self._hint)
        card.box.addWidget(self._error)
        card.box.addWidget(self._open)
        card.box.addWidget(self._unlock)
        forgotten = Button(self._theme, tr("忘了密码？ F1"), "quiet")
        forgotten.clicked.connect(self._help)
        if not self._new:
            card.box.addWidget(forgotten, 0, Qt.AlignmentFlag.AlignHCenter)
        where = tr("数据文件夹：{folder}", folder=self._folder)
        card.box.addWidget(Text(where, "faint", wrap=True))
        inside = QWidget()
        box = column(inside, (12, 8, 12, 8))
        box.addStretch(2)
        box.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(3)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        column(self).addWidget(scroll)

    def _field_grid(self) -> QGridLayout:
        """The fields below each other; those of a new vault in two columns."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(5)
        for number, field in enumerate(self._fields()):
            at, row = (0, number) if number < PASSWORDS else (1, number - PASSWORDS)
            label = Text(field.accessibleName())
            label.setContentsMargins(0, 3, 0, 0)
            label.setBuddy(field)
            grid.addWidget(label, row * 2, at)
            grid.addWidget(field, row * 2 + 1, at)
        return grid

    def _language_button(self) -> Button:
        """A button that names the other language in its own words."""
        other: Language = "en" if language() == "zh" else "zh"
        words = LANGUAGE_NAMES[other]
        button = Button(self._theme, words, "plain")
        button.clicked.connect(partial(self._preferences.choose_language, other))
        return button

    def _help(self) -> None:
        chapter = "start" if self._new else "password"
        window = HelpWindow(self._theme, chapter, self)
        window.finished.connect(window.deleteLater)
        window.open()

    def _fields(self) -> list[LineField]:
        if not self._new:
            return [self._password]
        grid = [self._name, self._grid_name, self._grid_code]
        return [self._password, self._again, *grid]

    def type_password(self, password: str) -> None:
        """Write into the password field."""
        self._password.setText(password)

    def submit(self) -> None:
        """Try to open the vault with what is typed."""
        password = self._password.text()
        if not password:
            self._refuse(tr("请输入密码"))
        elif self._new and len(password) < 8:
            self._refuse(tr("密码至少 8 位，可以用一句好记的话的拼音"))
        elif self._new and password != self._again.text():
            self._refuse(tr("两次输入的密码不一样，请重新输入"))
        elif self._new and not all(f.text().strip() for f in self._fields()):
            self._refuse(tr("请把姓名、网格名称和网格编码都填上"))
        elif self._open.isEnabled():
            self._open.setEnabled(False)
            self._open.setText(tr("正在打开…"))
            work = partial(vault.open_store, self._folder, password)
            if self._new:
                name, grid, code = (f.text().strip() for f in self._fields()[2:])
                work = partial(_created, self._folder, password, code, grid, name)
            self._jobs.run(work, self._done, self._failed)

    def _forget_error(self) -> None:
        self._error.say("")

    def _next(self, number: int) -> None:
        fields = self._fields()
        if number < len(fields):
            fields[number].setFocus()
        else:
            self.submit()

    def _done(self, store: Store) -> None:
        self._password.clear()
        self._again.clear()
        self.opened.emit(store)

    def _failed(self, error: Exception) -> None:
        self._open.setText(tr("建立并打开") if self._new else tr("打开"))
        self._open.setEnabled(True)
        self._unlock.setVisible(self._unlock.is_needed())
        if isinstance(error, UserError):
            self._refuse(str(error))
        else:
            self._messages.show_error(error)

    def _unlocked(self) -> None:
        self._error.say("")
        self._password.setFocus()

    def _not_unlocked(self, error: Exception) -> None:
        if isinstance(error, UserError):
            self._error.say(str(error))
        else:
            self._messages.show_error(error)

    def _refuse(self, sentence: str) -> None:
        self._error.say(sentence)
        self._password.setFocus()
        self._password.selectAll()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._password.setFocus()
        self._note_caps(_caps_lock_on())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See what is typed into the password, to know about caps lock."""
        if isinstance(event, QKeyEvent):
            text = event.text()
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if event.type() == QEvent.Type.KeyPress and text.isascii():
                if text.isalpha():
                    self._note_caps(text.isupper() != shift)
            elif event.key() == Qt.Key.Key_CapsLock:
                self._note_caps(_caps_lock_on(not self._caps))
        return False

    def _note_caps(self, on: bool) -> None:
        self._caps = on
        self._hint.setVisible(on)


def _created(folder: Path, password: str, code: str, grid: str, name: str) -> Store:
    store = vault.create(folder, password)
    founding.found(store, code, grid, name)
    return store


def _password_field(name: str) -> LineField:
    field = LineField(name)
    field.setEchoMode(LineField.EchoMode.Password)
    return field


def _caps_lock_on(otherwise: bool = False) -> bool:
    """Return whether caps lock is on; where the system does not say, `otherwise`."""
    if sys.platform == "win32":
        return bool(ctypes.windll.user32.GetKeyState(_CAPS_KEY) & 1)
    return otherwise
