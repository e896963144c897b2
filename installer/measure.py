"""How large a bundle is, and how long its window takes to stand on the screen.

Times are those of a person: from the start of the process to its window on a real X
server (Xvfb), so a program is measured without having anything of a bench in it.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import zstandard

_LEAST = 300  # pixels: a window, and not a helper of Qt's
_SECONDS = 60
_VIEWABLE = 2  # IsViewable of X.h


def size(bundle: Path) -> int:
    """Bytes of the files of a bundle, links not counted."""
    return sum(one.stat().st_size for one in _files(bundle))


def packed(bundle: Path) -> int:
    """Bytes of all files one after another in one zstd stream: nearly a package's."""
    packer = zstandard.ZstdCompressor(level=12, threads=-1).compressobj()
    packs = (len(packer.compress(one.read_bytes())) for one in _files(bundle))
    return sum(packs) + len(packer.flush())


def _files(bundle: Path) -> Iterator[Path]:
    return (
        one
        for one in sorted(bundle.rglob("*"))
        if one.is_file() and not one.is_symlink()
    )


@contextmanager
def screen() -> Generator[str]:
    """The name of an X screen of our own. FileNotFoundError without Xvfb."""
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1366x768x24"]
        + ["-nolisten", "tcp"],
        pass_fds=[writer],
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


class _Attributes(ctypes.Structure):
    """XWindowAttributes of Xlib.h."""

    _fields_ = (
        *((name, ctypes.c_int) for name in ("x", "y", "width", "height", "border")),
        ("depth", ctypes.c_int),
        ("visual", ctypes.c_void_p),
        ("root", ctypes.c_ulong),
        *((name, ctypes.c_int) for name in ("kind", "bit", "win", "backing")),
        ("planes", ctypes.c_ulong),
        ("pixel", ctypes.c_ulong),
        ("save_under", ctypes.c_int),
        ("colormap", ctypes.c_ulong),
        ("installed", ctypes.c_int),
        ("map_state", ctypes.c_int),
        ("all_events", ctypes.c_long),
        ("your_events", ctypes.c_long),
        ("do_not_propagate", ctypes.c_long),
        ("override", ctypes.c_int),
        ("screen", ctypes.c_void_p),
    )


class Windows:
    """What stands on an X screen."""

    def __init__(self, name: str) -> None:
        self._x: Any = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XDefaultRootWindow.restype = ctypes.c_ulong
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(name.encode()))
        self._root = ctypes.c_ulong(self._x.XDefaultRootWindow(self._display))

    def one_is_shown(self) -> bool:
        """Whether a window large enough for a person is on the screen."""
        root, parent = ctypes.c_ulong(), ctypes.c_ulong()
        children, count = ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_uint()
        self._x.XQueryTree(
            self._display,
            self._root,
            ctypes.byref(root),
            ctypes.byref(parent),
            ctypes.byref(children),
            ctypes.byref(count),
        )
        found = any(self._large(children[place]) for place in range(count.value))
        if children:
            self._x.XFree(children)
        return found

    def _large(self, window: int) -> bool:
        told = _Attributes()
        self._x.XGetWindowAttributes(
            self._display, ctypes.c_ulong(window), ctypes.byref(told)
        )
        return told.map_state == _VIEWABLE and min(told.width, told.height) >= _LEAST

    def close(self) -> None:
        """Leave the screen."""
        self._x.XCloseDisplay(self._display)


def start(command: Sequence[str], display: str) -> float:
    """Seconds until the window of `command` is shown; it is ended then.

    RuntimeError when it shows none.
    """
    windows = Windows(display)
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("QT_", "PYTHON", "WAYLAND", "XDG_SESSION"))
    }
    environment["DISPLAY"] = display
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        while not windows.one_is_shown():
            if process.poll() is not None or time.perf_counter() - began > _SECONDS:
                raise RuntimeError(f"{command[0]} showed no window")
            time.sleep(0.002)
        return time.perf_counter() - began
    finally:
        process.kill()
        process.wait()
        windows.close()


def starts(commands: Sequence[Sequence[str]], turns: int = 7) -> list[float]:
    """The median seconds of each command's start, taken in turns after one to warm up.

    Each gets `--data` of an empty folder when its last word is `--data`.
    """
    taken: list[list[float]] = [[] for _ in commands]
    folder = tempfile.mkdtemp()
    try:
        with screen() as display:
            for turn in range(turns + 1):
                for command, times in zip(commands, taken, strict=True):
                    own = [*command, folder] if command[-1] == "--data" else command
                    seconds = start(own, display)
                    if turn:
                        times.append(seconds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return [statistics.median(times) for times in taken]
