"""What is kept of a fault of the program: what sort it was and where, never of whom.

The text of an error may hold a name or a number, so it stays out; so do the values of
variables, and the memory of the process (a core dump, a report to the system's maker).
"""

from __future__ import annotations

import ctypes
import datetime as dt
import faulthandler
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from gridapp import __version__, paths
from gridapp.language import tr

FILE = "gridapp.log"  # faults of the program, the newest at its end
NATIVE_FILE = "gridapp-native.log"  # where Python stood when a library broke down
KEPT = 1 << 20  # bytes after which a file begins anew
_PACKAGES = ("site-packages", "dist-packages")
_PR_SET_DUMPABLE = 4  # prctl(2)
_NO_BOXES = 0x0001 | 0x0002  # SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX
_NO_HEAP = 1  # WER_FAULT_REPORTING_FLAG_NOHEAP
_native: list[IO[str]] = []  # open as long as the process lives


def report(error: BaseException) -> str:
    """Versions, the sort of error and its causes, and the places in the code."""
    import platform  # late: only a fault needs it

    return tr(
        "网格日志 {version}，Python {python_version}，{platform}\n{places}",
        version=__version__,
        python_version=platform.python_version(),
        platform=platform.platform(),
        places=places(error),
    )


def places(error: BaseException) -> str:
    """One line for the error and each error it came from, each with its places."""
    lines: list[str] = []
    for one in _chain(error):
        lines.append(type(one).__qualname__)
        for frame, line in traceback.walk_tb(one.__traceback__):
            code = frame.f_code
            lines.append(f"  {_place(code.co_filename)}:{line} in {code.co_name}")
    return "\n".join(lines)


def write_down(error: BaseException) -> Path | None:
    """Add the report to the log file; returns the file, None when it takes nothing."""
    file = paths.log_home() / FILE
    try:
        with _opened(file) as log:
            log.write(f"{_now()} {report(error)}\n")
    except OSError:
        return None
    return file


def listen_to_libraries() -> None:
    """Keep where Python stood if a library breaks the process down: places only."""
    with suppress(OSError):
        file = _opened(paths.log_home() / NATIVE_FILE)
        _native.append(file)
        faulthandler.enable(file)


def leave_no_dump() -> None:
    """Have the system write no memory of this process to the disk when it breaks.

    Linux: no core file (setrlimit), none for a collector either, and no other program
    of the same user may read this one's memory (prctl PR_SET_DUMPABLE). Windows: no
    report with the heap to the system's maker (WerSetFlags). Where the system has
    none of these, nothing happens.
    """
    if sys.platform == "win32":
        with suppress(OSError, AttributeError):
            ctypes.windll.kernel32.SetErrorMode(_NO_BOXES)
            ctypes.windll.wer.WerSetFlags(_NO_HEAP)
        return
    import resource

    with suppress(OSError, ValueError):
        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def keep_quiet() -> None:
    """Have what nobody caught written down by `write_down` instead of said aloud.

    What goes to standard error ends in the system's log on many desktops, and would
    hold the error's text.
    """

    def unraisable(unraised: Any) -> None:
        if unraised.exc_value is not None:
            write_down(unraised.exc_value)

    sys.unraisablehook = unraisable


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        shown = None if one.__suppress_context__ else one.__context__
        one = one.__cause__ or shown


def _place(file: str) -> str:
    """The file without the folders before its package: they may name a person."""
    parts = Path(file).parts
    for mark in _PACKAGES:
        if mark in parts:
            return "/".join(parts[parts.index(mark) + 1 :])
    if "gridapp" in parts[:-1]:
        last = len(parts) - 1 - parts[::-1].index("gridapp", 1)
        return "/".join(parts[last:])
    return parts[-1] if parts else file


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def _opened(file: Path) -> IO[str]:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    again = file.exists() and file.stat().st_size > KEPT
    how = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if again else os.O_APPEND)
    return os.fdopen(os.open(file, how, 0o600), "w", encoding="utf-8")
