"""Opens the window again in a new process, so that a text size or a language holds.

Qt reads its scale, and the catalogue its language, before anything is shown. The new
process gets the data key through a pipe, where no list of processes and no file shows
it; when the pipe brings none, the login asks for the password.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from gridapp import settings
from gridapp.errors import UserError
from gridapp.language import VARIABLE as LANGUAGE
from gridapp.language import tr
from gridapp.store.accounts import Account
from gridapp.store.slot_content import KEY_BYTES

if TYPE_CHECKING:
    import subprocess

PAGE = "GRIDAPP_REOPEN_AT"  # names the page to show, and that a key is in the pipe
_MOST = 64 << 10  # bytes of a key and an account
TODAY = "today"  # the page where nothing better is known
SCALE = "QT_SCALE_FACTOR"  # Qt's own


@dataclass(frozen=True)
class Start:
    """How this process begins: as the user started it, or in place of a window."""

    environment: Mapping[str, str]  # as it was before `prepare` changed it
    key: bytes | None = None
    page: str = ""
    user: Account | None = None  # who had the key


def prepare(data: Path) -> Start:
    """Set the text size for the QApplication that is made next; take up what was left.

    Call it once, before there is a QApplication.
    """
    page = os.environ.pop(PAGE, None)
    before = dict(os.environ)
    chosen = settings.load(data).text_scale
    if chosen != 1.0:
        given = float(os.environ.get(SCALE) or 1)
        os.environ[SCALE] = f"{given * chosen:g}"
    if page is None:
        return Start(before)
    key, user = _handed_over(sys.stdin)
    return Start(before, key, page or TODAY, user)


def _handed_over(pipe: TextIO | None) -> tuple[bytes | None, Account | None]:
    """The key of the process before, and whose it was; None where it brought none."""
    raw = pipe.buffer.read(_MOST) if pipe else b""
    try:
        return raw[:KEY_BYTES], Account.unpacked(raw[KEY_BYTES:])
    except (ValueError, TypeError, AttributeError):
        return None, None


class Successor:
    """The process that opens the window next; it waits for the key."""

    def __init__(self, data: Path, start: Start, page: str) -> None:
        """Begin it. UserError when the system starts no process."""
        import subprocess  # late: few start a process

        environment = {**start.environment, PAGE: page}
        environment.pop(LANGUAGE, None)  # the choice in the window counts from now on
        command = [sys.executable, "--data", str(data)]
        if not getattr(sys, "frozen", False):
            command[1:1] = ["-m", "gridapp"]
        try:
            self._process = subprocess.Popen(
                command, env=environment, stdin=subprocess.PIPE
            )
        except OSError as error:
            raise UserError(
                tr("窗口没能自己重新打开，请关掉它，再从桌面打开一次")
            ) from error

    def hand_over(
        self, key: bytes, user: Account | None = None
    ) -> subprocess.Popen[bytes]:
        """Give it the data key of `user`, for our own store is closed by now; returns
        the process, which goes on alone."""
        pipe = self._process.stdin
        if pipe is not None:
            if user is not None:
                pipe.write(key + user.packed())
            pipe.close()
        return self._process
