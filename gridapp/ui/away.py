"""Tells when the person has left: the system locks its screen or goes to sleep.

Windows says so to a window (WM_WTSSESSION_CHANGE, WM_POWERBROADCAST), Linux on D-Bus
(org.freedesktop.login1, the screen savers). Where the system says nothing, a gap
between two ticks still shows that the laptop slept.
"""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from PySide6.QtCore import SLOT, QObject, QTimer, Signal, Slot

TICK = 10_000  # ms
SLEPT = 60.0  # seconds between two ticks that no busy machine explains
_SESSION_CHANGE, _POWER = 0x02B1, 0x0218  # WM_WTSSESSION_CHANGE, WM_POWERBROADCAST
_SUSPENDS = 4  # PBT_APMSUSPEND
# WTS_CONSOLE_DISCONNECT (another user signs in), WTS_REMOTE_DISCONNECT, SESSION_LOCK
_LEAVES = frozenset({2, 4, 7})
_LOGIN = "org.freedesktop.login1"
_SYSTEM_BUS = Path("/run/dbus/system_bus_socket")  # the D-Bus specification's place
_SAVERS = ("org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver")


def leaves(message: int, how: int) -> bool:
    """Whether a message of Windows and its first word say that the person leaves."""
    if message == _SESSION_CHANGE:
        return how in _LEAVES
    return message == _POWER and how == _SUSPENDS


def _has_bus() -> bool:
    """Whether anybody could say something: else Qt starts a thread for nothing."""
    named = {"DBUS_SYSTEM_BUS_ADDRESS", "DBUS_SESSION_BUS_ADDRESS"} & os.environ.keys()
    return bool(named) or _SYSTEM_BUS.exists()


class AwayWatch(QObject):
    """Listens to the system as long as it lives; a system that says nothing is well."""

    away = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ears: list[Any] = []  # what must live as long as this does
        self._seen = time.time()
        self._ticks = QTimer(self)
        self._ticks.setInterval(TICK)
        self._ticks.timeout.connect(self.tick)
        self._ticks.start()
        if sys.platform == "win32":
            with suppress(OSError, AttributeError):
                self._ears.append(_HiddenWindow(self.away.emit))
        elif sys.platform.startswith("linux"):
            with suppress(ImportError):  # a system without Qt's D-Bus
                if _has_bus():
                    self._listen_to_buses()

    @Slot()
    def tick(self) -> None:
        """Note that time goes on; a gap since the last tick was a sleep."""
        now, before = time.time(), self._seen
        self._seen = now
        if now - before > SLEPT:
            self.away.emit()

    @Slot()
    def locks(self) -> None:
        """The system locks the session."""
        self.away.emit()

    @Slot(bool)
    def turns(self, on: bool) -> None:
        """The machine goes to sleep or wakes, a screen saver begins or ends."""
        if on:
            self.away.emit()

    def _listen_to_buses(self) -> None:
        """Take signals of any sender: naming one would wait for the bus's answer."""
        from PySide6.QtDBus import QDBusConnection

        system, session = QDBusConnection.systemBus(), QDBusConnection.sessionBus()
        here: Any = SLOT("locks()")  # a str, whatever the type stubs say
        turns: Any = SLOT("turns(bool)")
        system.connect("", "", f"{_LOGIN}.Session", "Lock", self, here)
        system.connect("", "", f"{_LOGIN}.Manager", "PrepareForSleep", self, turns)
        for saver in _SAVERS:
            session.connect("", "", saver, "ActiveChanged", self, turns)
        self._ears += [system, session]


class _HiddenWindow:
    """A window that never shows, to which Windows sends its messages."""

    def __init__(self, tell: Callable[[], object]) -> None:
        windll: Any = ctypes.windll  # pyright: ignore[reportAttributeAccessIssue]
        user32 = windll.user32
        handle, word = ctypes.c_void_p, ctypes.c_uint32
        user32.DefWindowProcW.argtypes = [handle, word, handle, handle]
        user32.DefWindowProcW.restype = ctypes.c_ssize_t
        user32.CreateWindowExW.restype = handle
        made: Any = ctypes.WINFUNCTYPE(ctypes.c_ssize_t, handle, word, handle, handle)  # pyright: ignore[reportAttributeAccessIssue]

        def answer(window: int, message: int, how: int | None, more: int | None) -> int:
            if leaves(message, how or 0):
                tell()
            return user32.DefWindowProcW(window, message, how, more)

        self._answer = made(answer)
        self._class = _WindowClass(answer=ctypes.cast(self._answer, handle))
        self._class.name = "gridapp.away"
        user32.RegisterClassW(ctypes.byref(self._class))
        place = [0, 0, 0, 0, None, None, None, None]
        self._window = user32.CreateWindowExW(0, self._class.name, None, 0, *place)
        windll.wtsapi32.WTSRegisterSessionNotification(handle(self._window), 0)


class _WindowClass(ctypes.Structure):
    """WNDCLASSW of winuser.h."""

    _fields_ = (
        ("style", ctypes.c_uint),
        ("answer", ctypes.c_void_p),
        ("class_bytes", ctypes.c_int),
        ("window_bytes", ctypes.c_int),
        ("program", ctypes.c_void_p),
        ("icon", ctypes.c_void_p),
        ("cursor", ctypes.c_void_p),
        ("brush", ctypes.c_void_p),
        ("menu", ctypes.c_wchar_p),
        ("name", ctypes.c_wchar_p),
    )
