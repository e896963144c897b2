"""Fields for passwords: what they hold is hidden, and a new one is judged as it is
typed."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from shiboken6 import isValid

from gridapp.language import tr
from gridapp.store import passwords
from gridapp.ui.jobs import Jobs
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.text import Text

_CAPS_KEY = 0x14  # VK_CAPITAL
_PAUSE = 250  # ms without a key until a new password is judged
About = Callable[[], tuple[str, Sequence[str]]]


class PasswordField(LineField):
    """One password. The eye shows what is typed; no input method composes in it, for
    its letters would not be those of the keys."""

    caps = Signal(bool)  # caps lock is on, as far as the keys tell
    moved = Signal(int)  # Down is 1, Up is -1

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(name)
        self._theme = theme
        self._caps = False
        self._eye = self.addAction(
            theme.icon("eye", "text3", 18), LineField.ActionPosition.TrailingPosition
        )
        self._eye.setCheckable(True)
        self._eye.toggled.connect(self._show_typed)
        theme.changed.connect(self._draw)
        self._show_typed(shown=False)

    def hide_typed(self) -> None:
        """Show points in place of what is typed."""
        self._eye.setChecked(False)

    def _show_typed(self, shown: bool) -> None:
        mode = LineField.EchoMode.Normal if shown else LineField.EchoMode.Password
        self.setEchoMode(mode)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        words = tr("隐藏密码") if shown else tr("显示密码")
        self._eye.setText(words)
        self._eye.setToolTip(words)
        self._draw()

    def _draw(self) -> None:
        colour = "blue.text" if self._eye.isChecked() else "text3"
        self._eye.setIcon(self._theme.icon("eye", colour, 18))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._note_caps(_caps_lock_on())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text, key = event.text(), event.key()
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if text.isascii() and text.isalpha():
            self._note_caps(text.isupper() != shift)
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.moved.emit(1 if key == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_CapsLock:
            self._note_caps(_caps_lock_on(not self._caps))
        super().keyReleaseEvent(event)

    def _note_caps(self, on: bool) -> None:
        self._caps = on
        self.caps.emit(on)


class NewPassword(QObject):
    """A new password, typed twice, with a line that says what is wrong with it.

    The owner places `first`, `again` and `hint`.
    """

    def __init__(self, theme: Theme, jobs: Jobs, about: About, name: str = "") -> None:
        """`about` returns whose it is and the codes of their grids."""
        self.first = PasswordField(theme, name or tr("新密码"))
        super().__init__(self.first)
        self.again = PasswordField(theme, tr("再输一遍密码"))
        self.hint = Text(HINT, "faint", wrap=True)
        self._jobs = jobs
        self._about = about
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self._judge)
        self.first.textChanged.connect(self._pause.start)

    def text(self) -> str:
        """What was typed."""
        return self.first.text()

    def clear(self) -> None:
        """Forget what was typed."""
        for field in (self.first, self.again):
            field.clear()
            field.hide_typed()

    def problem(self) -> tuple[str, PasswordField] | None:
        """What must be typed first, and where; the rules are the store's to check."""
        if not self.first.text():
            return tr("请输入密码"), self.first
        if len(passwords.normal(self.first.text())) < passwords.SHORTEST:
            return passwords.fault(self.first.text()), self.first
        if self.first.text() != self.again.text():
            return tr("两次输入的密码不一样，请重新输入"), self.again
        return None

    def _judge(self) -> None:
        typed = self.first.text()
        if not typed:
            self.hint.setText(HINT)
            return
        work = partial(passwords.fault, typed, *self._about())
        self._jobs.run(work, partial(self._judged, typed))

    def _judged(self, typed: str, fault: str) -> None:
        if not isValid(self.first):
            return  # its window was closed meanwhile
        if typed == self.first.text():  # else it was typed on meanwhile
            self.hint.setText(fault or tr("这个密码可以用"))


HINT = tr("至少 8 位，用一句只有自己知道的话最好记")


def _caps_lock_on(otherwise: bool = False) -> bool:
    """Return whether caps lock is on; where the system does not say, `otherwise`."""
    if sys.platform == "win32":
        return bool(ctypes.windll.user32.GetKeyState(_CAPS_KEY) & 1)
    return otherwise
