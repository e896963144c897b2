"""Keeps the windows out of screen pictures, recordings and remote helpers' view.

Windows alone lets a program ask for it: SetWindowDisplayAffinity, for each top-level
window of its own (https://learn.microsoft.com/windows/win32/api/winuser/
nf-winuser-setwindowdisplayaffinity). `QWidget.grab`, with which the manual's pictures
are made, draws the window itself and goes on working.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QWindow

ALLOWED = "captures_allowed"  # the vault keeps it when somebody allowed pictures
SHOWN_TO_ALL = 0x00  # WDA_NONE
BLACK = 0x01  # WDA_MONITOR: a picture shows a black window; since Windows 7
LEFT_OUT = 0x11  # WDA_EXCLUDEFROMCAPTURE: not in the picture; since Windows 10 2004
_SHOWN = 0x8002  # EVENT_OBJECT_SHOW
_WHOLE_WINDOW = 0  # OBJID_WINDOW


class User32(Protocol):
    """What of Windows is asked for."""

    def affinity(self, window: int, how: int) -> bool:
        """Set how a window of this process is seen; False when it cannot be."""
        ...

    def on_shown(self, tell: Callable[[int], None]) -> None:
        """Call `tell` with each window of this process that begins to show."""
        ...


class CaptureGuard(QObject):
    """Guards every window of the program, until somebody allows pictures of it."""

    def __init__(self, app: QGuiApplication, user32: User32 | None = None) -> None:
        """Take `user32` as the system; without one, the system this runs on."""
        super().__init__(app)
        self._user32 = user32 or _of_this_system()
        self._allowed = False
        if self._user32 is not None:
            app.focusWindowChanged.connect(self._take)
            self._user32.on_shown(self._guard)  # lists and tips never get the focus
            self._guard_all()

    def allow(self, allowed: bool) -> None:
        """Let pictures be taken of every window, or of none."""
        self._allowed = allowed
        self._guard_all()

    def _guard_all(self) -> None:
        for window in QGuiApplication.topLevelWindows():
            if window.isVisible():
                self._take(window)

    def _take(self, window: QWindow | None) -> None:
        if window is not None:
            self._guard(int(window.winId()))

    def _guard(self, window: int) -> None:
        if self._user32 is None:
            return
        if self._allowed:
            self._user32.affinity(window, SHOWN_TO_ALL)
        elif not self._user32.affinity(window, LEFT_OUT):
            self._user32.affinity(window, BLACK)


def is_supported() -> bool:
    """Whether this system lets a program keep out of pictures."""
    return _of_this_system() is not None


def _of_this_system() -> User32 | None:
    """Windows, when there is one and Qt draws on it."""
    if sys.platform != "win32" or QGuiApplication.platformName() != "windows":
        return None
    return _Windows()


class _Windows:
    """The real user32.dll."""

    def __init__(self) -> None:
        self._dll: Any = ctypes.WinDLL("user32")  # pyright: ignore[reportAttributeAccessIssue]
        self._dll.SetWindowDisplayAffinity.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
        self._dll.SetWinEventHook.restype = ctypes.c_void_p
        self._hook: Any = None
        self._called: Any = None  # must live as long as the hook

    def affinity(self, window: int, how: int) -> bool:
        return bool(self._dll.SetWindowDisplayAffinity(window, how))

    def on_shown(self, tell: Callable[[int], None]) -> None:
        """Ask by SetWinEventHook, for this process alone; its calls come in the
        thread that asked, between two events of Qt."""

        def shown(*told: Any) -> None:
            if told[2] and told[3] == _WHOLE_WINDOW:
                tell(told[2])

        long, word, handle = ctypes.c_long, ctypes.c_uint32, ctypes.c_void_p
        of_hook = [handle, word, handle, long, long, word, word]
        made: Any = ctypes.WINFUNCTYPE(None, *of_hook)  # pyright: ignore[reportAttributeAccessIssue]
        self._called = made(shown)
        self._hook = self._dll.SetWinEventHook(
            _SHOWN, _SHOWN, None, self._called, os.getpid(), 0, 0
        )
