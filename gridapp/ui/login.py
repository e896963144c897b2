"""The first thing one sees: who one is, and the password that opens the vault."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from gridapp.errors import UserError
from gridapp.language import language, tr
from gridapp.settings import Language
from gridapp.store import door, tries
from gridapp.store.accounts import Account
from gridapp.store.faults import Damaged
from gridapp.store.slot_content import Locked
from gridapp.ui import warm
from gridapp.ui.jobs import Jobs
from gridapp.ui.messages import Messages
from gridapp.ui.preferences import LANGUAGE_NAMES, Preferences
from gridapp.ui.theme import Theme
from gridapp.ui.unlock_form import UnlockForm
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, NoticeBar, column, line
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.frame import Scrolled
from gridapp.ui.widgets.password import PasswordField
from gridapp.ui.widgets.size_button import SizeButton
from gridapp.ui.widgets.text import Glyph, Text

if TYPE_CHECKING:
    from gridapp.store.vault import Store
    from gridapp.ui.entering import Proof
    from gridapp.ui.first_run import FirstRun
    from gridapp.ui.login_names import NameList

PASSWORDS = 2  # fields of a new vault that stand in the first column
_SECOND = 1_000  # ms


class Login(QWidget):
    """Asks for the password of a vault, or for a first one where there is no vault."""

    opened = Signal(object)  # the Store
    proved = Signal(object)  # a Proof, at a window that is locked
    alone_asked = Signal()  # a vault shall be made without the county's file

    def __init__(
        self,
        folder: Path,
        jobs: Jobs,
        theme: Theme,
        messages: Messages,
        preferences: Preferences | None = None,
        *,
        locked: bool = False,
        use_file: bool = True,
        file: Path | None = None,
    ) -> None:
        """At a window that is `locked` the vault is open: who comes is only asked for
        a proof of who they are. use_file: an enrolment file that waits is looked at;
        `file` is one that was double-clicked, whatever it is."""
        super().__init__()
        self._locked = locked
        self._theme = theme
        self._preferences = preferences or Preferences(folder, self)
        self.setObjectName("page")
        self.setWindowTitle(tr("网格日志"))
        self._folder = folder
        self._jobs = jobs
        self._messages = messages
        self._new = not door.exists(folder)
        self._waits = 0  # seconds until a password may be tried
        self._seconds = QTimer(self)
        self._seconds.setInterval(_SECOND)
        self._seconds.timeout.connect(self._count_down)
        self._first, unusable = self._begin(file, use_file=use_file)
        new = self._first.password if self._first else None  # of a vault to be made
        self._password = new.first if new else PasswordField(theme, tr("密码"))
        self._error = NoticeBar(theme, "red", "circle-alert")
        self._recovered_words = NoticeBar(theme, "amber", "circle-check")
        self._recovered_words.say("")
        self._hint = Text(tr("大写锁定已打开，密码区分大小写"), "warning")
        self.rescue = Button(theme, tr("只读打开，把还能读的导出来…"), icon="save")
        self.rescue.hide()
        words = tr("建立并打开") if self._new else tr("打开")
        self._open = Button(theme, words, "primary", icon="log-in")
        self._unlock = UnlockForm(jobs, theme, folder)
        self._unlock.opened.connect(self._unlocked)
        self._unlock.failed.connect(self._not_unlocked)
        self._names, problem = self._meet()
        self._place()
        shut = tr("县里锁定了这台电脑，数据都还在。请向县里要解锁码，联网填上。")
        self._error.say(shut if self._unlock.is_needed() else problem or unusable)
        self._bind()
        self._wait(tries.wait_seconds(folder))

    def _begin(
        self, file: Path | None, *, use_file: bool
    ) -> tuple[FirstRun | None, str]:
        """The fields of a vault that is to be made, and what is wrong with the county's
        file; None where there is a vault."""
        if not self._new:
            return None, ""
        from gridapp.ui.first_run import first_run

        found = file or door.prepared(self._folder) if use_file else None
        return first_run(self._theme, self._jobs, found)

    def _bind(self) -> None:
        self._hint.hide()
        for number, field in enumerate(self._fields(), 1):
            field.finished.connect(partial(self._next, number))
        self._open.clicked.connect(self.submit)
        for field in self._fields():
            if isinstance(field, PasswordField):
                field.caps.connect(self._hint.setVisible)
        self._password.textChanged.connect(self._forget_error)
        if self._names is not None:
            self._names.decided.connect(self._password.setFocus)
            self._names.picked.connect(self._forget_error)
            self._password.moved.connect(self._names.move_current)
            for digit in range(1, 10):
                keys = QShortcut(QKeySequence(f"Alt+{digit}"), self)
                keys.activated.connect(partial(self._names.take, digit))
        self.rescue.clicked.connect(self._take_out)
        QShortcut(QKeySequence("F1"), self).activated.connect(self._help)

    def _meet(self) -> tuple[NameList | None, str]:
        """The names to choose from, None of one person alone, and what is wrong with
        the file they stand in."""
        try:
            people = [] if self._new else door.accounts(self._folder)
        except Locked:
            return None, ""  # the bar says so already
        except UserError as error:
            return None, str(error)
        if len(people) <= 1:
            return None, ""
        from gridapp.ui.login_names import NameList

        return NameList(self._theme, people, self._preferences.now.last_user), ""

    def _place(self) -> None:
        card = Card((32, 10, 32, 10), 6)
        wide = len(self._fields()) > PASSWORDS
        card.setFixedWidth(640 if wide else 400)
        brand = line(gap=10)
        brand.addWidget(Glyph(self._theme, "house", "blue.text", 28))
        brand.addWidget(Text(tr("网格日志"), "title"))
        brand.addStretch()
        brand.addWidget(SizeButton(self._theme, self._preferences))
        brand.addWidget(self._language_button())
        manual = Button(self._theme, tr("帮助 F1"), "plain" if wide else "quiet")
        manual.clicked.connect(self._help)
        if wide:  # the form is high: nothing below it but what belongs to it
            brand.addWidget(manual)
        card.box.addLayout(brand)
        greeting = tr("数据在这台电脑上加密保存，输入密码打开。")
        if self._first is not None:
            greeting = self._first.greeting
        if self._names is not None:  # in place of a greeting: a low window is full
            card.box.addWidget(self._names)
        else:
            card.box.addWidget(Text(greeting, "muted", wrap=True))
        card.box.addLayout(self._field_grid())
        below = (self._hint, self._recovered_words, self._error, self.rescue)
        for part in (*below, self._open, self._unlock):
            card.box.addWidget(part)
        card.box.addLayout(self._ways(None if wide else manual))
        where = tr("数据文件夹：{folder}", folder=self._folder)
        card.box.addWidget(Text(where, "faint", shrinks=True))
        inside = QWidget()
        box = column(inside, (12, 4, 12, 4))
        box.addStretch(2)
        across = line()  # not aligned: else its height is asked for at another width
        across.addStretch()
        across.addWidget(card)
        across.addStretch()
        box.addLayout(across)
        box.addStretch(3)
        scroll = Scrolled()
        scroll.setWidget(inside)
        column(self).addWidget(scroll)

    def _ways(self, manual: Button | None) -> QHBoxLayout:
        """What helps who does not get in, with the manual if it is not above."""
        forgotten = Button(self._theme, tr("忘了密码？"), "quiet")
        forgotten.clicked.connect(self.recover)
        ways = line(gap=8)
        ways.addStretch()
        if not self._new:
            ways.addWidget(forgotten)
        elif self._first is not None and self._first.has_file:
            alone = Button(self._theme, tr("不用县里的登记文件，自己填"), "quiet")
            alone.clicked.connect(self.alone_asked)
            ways.addWidget(alone)
        if manual is not None:
            ways.addWidget(manual)
        ways.addStretch()
        return ways

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
        if self._first is not None:
            grid.addWidget(self._first.password.hint, PASSWORDS * 2, 0)
        return grid

    def _language_button(self) -> Button:
        """A button that names the other language in its own words."""
        other: Language = "en" if language() == "zh" else "zh"
        words = LANGUAGE_NAMES[other]
        button = Button(self._theme, words, "plain")
        button.clicked.connect(partial(self._preferences.choose_language, other))
        return button

    def _help(self) -> None:
        warm.then(self._jobs, self, self._show_help)

    def _show_help(self) -> None:
        from gridapp.ui.help.help_page import HelpWindow

        chapter = "start" if self._new else "password"
        window = HelpWindow(self._theme, chapter, self)
        window.finished.connect(window.deleteLater)
        window.open()

    def recover(self) -> None:
        """Help whoever forgot the password, with the county."""
        warm.then(self._jobs, self, self._show_recovery)

    def _show_recovery(self) -> None:
        from gridapp.ui.recovery_dialog import RecoveryDialog

        account = self._names.chosen() if self._names is not None else None
        dialog = RecoveryDialog(
            self._folder, account, self._jobs, self._theme, self._messages, self
        )
        dialog.recovered.connect(self._recovered)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def say_waiting(self, name: str) -> None:
        """Say that a file was double-clicked and waits for whoever signs in."""
        words = tr("“{name}”收到了，打开以后就处理", name=name)
        self._recovered_words.say(words)

    def _recovered(self, account: Account) -> None:
        self._count_down()  # wrong passwords count from none
        words = tr("{name}的新密码设好了，请用新密码打开", name=account.shown)
        self._recovered_words.say(words)
        self._password.clear()
        self._password.setFocus()

    def _fields(self) -> list[LineField]:
        return [self._password] if self._first is None else self._first.fields

    def type_password(self, password: str) -> None:
        """Write into the password field."""
        self._password.setText(password)

    def submit(self) -> None:
        """Try to open the vault with what is typed."""
        password = self._password.text()
        wrong = self._first.problem() if self._first else None
        if not password:
            self._refuse(tr("请输入密码"))
        elif wrong is not None:
            self._refuse(*wrong)
        elif self._open.isEnabled():
            self._open.setEnabled(False)
            self._open.setText(tr("正在打开…"))
            self._enter(password)

    def _enter(self, password: str) -> None:
        """Have a thread open the vault, make it, or look whose password it is."""
        account = self._names.chosen().id if self._names is not None else None
        folder, locked = self._folder, self._locked
        make = self._first.work(folder) if self._first is not None else None

        def work() -> Store | Proof:
            from gridapp.ui import entering

            if make is not None:
                return make()
            way = entering.proof if locked else entering.opened
            return way(folder, password, account)

        self._jobs.run(work, self._done, self._failed)

    def _forget_error(self) -> None:
        if not self._waits:
            self._error.say("")

    def _next(self, number: int) -> None:
        fields = self._fields()
        if number < len(fields):
            fields[number].setFocus()
        else:
            self.submit()

    def _done(self, found: Store | Proof) -> None:
        self._password.clear()
        if self._first is not None:
            self._first.password.clear()
        if self._names is not None:
            with suppress(UserError):  # it is there to save a click, no more
                self._preferences.keep(last_user=found.user.id)
        (self.proved if self._locked else self.opened).emit(found)

    def _failed(self, error: Exception) -> None:
        self._open.setText(tr("建立并打开") if self._new else tr("打开"))
        self._open.setEnabled(True)
        self._unlock.setVisible(self._unlock.is_needed())
        self.rescue.setVisible(isinstance(error, Damaged))
        if isinstance(error, door.WrongPassword):
            self._refuse(self._with_tries(str(error)))
            self._wait(tries.wait_seconds(self._folder))
        elif isinstance(error, tries.TooSoon):
            self._wait(error.seconds)
        elif isinstance(error, UserError):
            self._refuse(str(error))
        else:
            self._messages.show_error(error)

    def _take_out(self) -> None:
        """Offer what can still be read of a damaged file, by the password typed."""
        from gridapp.ui.rescue_dialog import RescueDialog  # it brings the office along

        name = self._names.chosen().id if self._names is not None else None
        dialog = RescueDialog(
            self._folder,
            self._password.text(),
            name,
            self._jobs,
            self._theme,
            self._messages,
            self,
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _with_tries(self, sentence: str) -> str:
        """The sentence, and how often one may still be wrong before a wait."""
        left = tries.tries_left(self._folder)
        if not 0 < left < tries.FREE - 1:
            return sentence
        more = tr("再错 {count} 次就要等一会儿", count=left)
        return tr("；").join((sentence, more))

    def _wait(self, seconds: int) -> None:
        """Count down until a password may be tried; what is typed stays."""
        self._waits = seconds
        self._open.setEnabled(not seconds)
        if seconds:
            self._error.say(str(tries.TooSoon(seconds)))
            self._open.setText(tr("请等一会儿"))
            self._seconds.start()
        elif self._seconds.isActive():
            self._seconds.stop()
            self._error.say("")
            self._open.setText(tr("打开"))

    def _count_down(self) -> None:
        """Ask the store, which knows what the clock did meanwhile."""
        self._wait(tries.wait_seconds(self._folder))

    def _unlocked(self) -> None:
        self._error.say("")
        self._password.setFocus()

    def _not_unlocked(self, error: Exception) -> None:
        if isinstance(error, UserError):
            self._error.say(str(error))
        else:
            self._messages.show_error(error)

    def _refuse(self, sentence: str, field: LineField | None = None) -> None:
        self._error.say(sentence)
        field = field or self._password
        field.setFocus()
        field.selectAll()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._password.setFocus()
