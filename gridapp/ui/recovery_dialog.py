"""忘记密码: a file for the county, a code read over the phone, the county's answer.

Three steps, one after the other; between the second and the third days may pass, so
who comes back goes on where they stood. The data never leave this computer.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store import asked, recovery
from gridapp.store.accounts import Account
from gridapp.store.recovery import Written
from gridapp.sync.recovery import ANSWER_SUFFIX
from gridapp.ui.door_dialog import DoorDialog
from gridapp.ui.jobs import Jobs
from gridapp.ui.messages import Messages
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.password import NewPassword
from gridapp.ui.widgets.text import Text

ASK, PHONE, ANSWER = range(3)  # the steps
_TITLES = (
    tr("第 1 步，共 3 步：写申请"),
    tr("第 2 步，共 3 步：交给县里，念核对码"),
    tr("第 3 步，共 3 步：收下县里的答复，设新密码"),
)
_ASK = tr(
    "插好 U 盘，点下面的按钮，选 U 盘。程序会在上面写一个很小的申请文件，"
    "里面没有居民的资料，也没有密码。"
)
_PHONE = tr(
    "把 U 盘上的申请文件交给县里（送去、发内网都行），再打电话给县里，念这个核对码。"
    "县里核对是您本人以后，会给您一个答复文件。"
)
_WAITS = tr("申请已经写过，在等县里的答复。核对码没记下来的话，请重新写一份申请。")
_LATER = tr("答复今天没来也不要紧：以后再点“忘了密码”，会接着这一步。")
_ANSWER = tr("选县里给的答复文件，再设一个新密码。资料都在，一条也不会少。")


class RecoveryDialog(DoorDialog):
    """Leads through the steps; `recovered` tells whose new password holds."""

    recovered = Signal(object)  # the Account

    def __init__(
        self,
        folder: Path,
        account: Account | None,
        jobs: Jobs,
        theme: Theme,
        messages: Messages,
        over: QWidget,
    ) -> None:
        """`account` is whoever forgot the password; None where there is but one."""
        super().__init__(folder, jobs, theme, messages, over)
        self._account = account
        self._file: Path | None = None
        self.setWindowTitle(tr("忘记密码"))
        self.title = Text("", "section", wrap=True)
        self.step = ASK
        self._pages: list[QWidget] = []
        self.write = Button(theme, tr("选 U 盘，写申请…"), "primary", icon="save")
        self.code = Text("", "title")
        self.code.setAccessibleName(tr("核对码"))
        self.where = Text("", "muted", wrap=True)
        self.have = Button(theme, tr("答复拿到了"), "primary", icon="check")
        self.again = Button(theme, tr("重新写申请"), "quiet")
        self.choose = Button(theme, tr("选答复文件…"), icon="folder")
        self.new = NewPassword(theme, jobs, self._about)
        self.do = Button(theme, tr("设好新密码"), "primary", icon="lock")
        self._place()
        self.write.clicked.connect(self._write)
        self.again.clicked.connect(partial(self.show_step, ASK))
        self.have.clicked.connect(partial(self.show_step, ANSWER))
        self.choose.clicked.connect(self._choose)
        self.do.clicked.connect(self.submit)
        self.new.first.finished.connect(self.new.again.setFocus)
        self.new.again.finished.connect(self.submit)
        self._begin()

    def _begin(self) -> None:
        """Go on where this stood; say at once what the county cannot do."""
        self.show_step(ASK)
        try:
            possible = recovery.possible(self._folder)
        except UserError as error:
            self._shut(str(error))
            return
        waiting = asked.kept(self._folder)
        mine = self._account is None or (
            waiting is not None and waiting.account == self._account.id
        )
        if not possible:
            self._shut(recovery.ALONE)
        elif waiting is not None and mine:
            self.code.hide()
            self.where.setText(_WAITS)
            self.show_step(PHONE)

    def _shut(self, sentence: str) -> None:
        """Nothing can be done here: say why, and what can be done instead."""
        self.title.hide()
        self._pages[ASK].hide()
        self.say(sentence)
        self.close_button.setFocus()

    def _place(self) -> None:
        self.box.addWidget(self.title)
        for words, parts in (
            (_ASK, [self.write]),
            (_PHONE, [self.code, self.where, self._row(self.have, self.again)]),
            (_ANSWER, [self.choose, *self._fields(), self.do]),
        ):
            page = QWidget()
            inside = column(page, gap=8)
            inside.addWidget(Text(words, "body", wrap=True))
            for part in parts:
                if isinstance(part, Button):
                    inside.addWidget(part, 0, Qt.AlignmentFlag.AlignLeft)
                else:
                    inside.addWidget(part)
            if self.code in parts:
                inside.addWidget(Text(_LATER, "faint", wrap=True))
            self._pages.append(page)
            self.box.addWidget(page)
        self.box.addWidget(self.error)
        self.box.addStretch()
        self.place_end()

    @staticmethod
    def _row(*buttons: Button) -> QWidget:
        row = QWidget()
        across = line(row, gap=8)
        for button in buttons:
            across.addWidget(button)
        across.addStretch()
        return row

    def _fields(self) -> list[QWidget]:
        parts: list[QWidget] = []
        for field in (self.new.first, self.new.again):
            label = Text(field.accessibleName())
            label.setBuddy(field)
            parts += [label, field]
        return [*parts, self.new.hint]

    def _about(self) -> tuple[str, Sequence[str]]:
        return self._account.name if self._account else "", []

    def show_step(self, step: int) -> None:
        """Show one of the steps."""
        self.step = step
        self.title.setText(_TITLES[step])
        for number, page in enumerate(self._pages):
            page.setVisible(number == step)
        self.say("")
        (self.write, self.have, self.choose)[step].setFocus()

    def _write(self) -> None:
        chosen = self._messages.choose_folder(tr("申请写到哪里，通常是 U 盘"))
        if chosen:
            self.write.setEnabled(False)
            whose = self._account.id if self._account else None
            work = partial(recovery.ask, self._folder, Path(chosen), whose)
            self._jobs.run(work, self._written, self._failed)

    def _written(self, written: Written) -> None:
        self.write.setEnabled(True)
        self.code.setText(written.code)
        self.code.show()
        self.where.setText(tr("申请写好了：{file}", file=written.file))
        self.show_step(PHONE)

    def _choose(self) -> None:
        kinds = tr("县里的答复 (*{suffix})", suffix=ANSWER_SUFFIX)
        chosen = self._messages.choose_file(tr("县里给的答复文件"), kinds)
        if chosen:
            self._file = Path(chosen)
            self.choose.setText(self._file.name)
            self.new.first.setFocus()

    def submit(self) -> None:
        """Set the new password, or say what is missing."""
        wrong = self.new.problem()
        if self._file is None:
            self.say(tr("请先选县里给的答复文件"))
            self.choose.setFocus()
        elif wrong is not None:
            self.say(wrong[0])
            wrong[1].setFocus()
        elif self.do.isEnabled():
            self.do.setEnabled(False)
            work = partial(recovery.take, self._folder, self._file, self.new.text())
            self._jobs.run(work, self._taken, self._failed)

    def _taken(self, account: Account) -> None:
        self.new.clear()
        self.accept()
        self.recovered.emit(account)

    def _failed(self, error: Exception) -> None:
        self.write.setEnabled(True)
        self.do.setEnabled(True)
        self.tell(error)
