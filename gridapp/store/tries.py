"""A brake on guessing the password of a vault, which a restart does not take off.

The first wrong passwords are free, then each costs a wait: half a minute, then one,
two, five and at most fifteen minutes; nobody is ever shut out for good. The count
stands in a file beside the key slots, written before a password is tried, so that
stopping the program does not help. A clock that is set back starts the wait anew; one
that is set forward is checked against the time since the computer was started.

It is for people at this computer. Whoever copies the folder tries passwords as fast as
Argon2id lets them, and whoever may write into it can remove the file (SECURITY.md).
"""

from __future__ import annotations

import json
import math
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from gridapp.durable import write_whole
from gridapp.errors import UserError
from gridapp.language import tr

FILE = "tries.json"
FREE = 5  # wrong passwords before the first wait
WAITS = (30, 60, 120, 300, 900)  # seconds, the last for all that follow


class TooSoon(UserError):
    """The wait after wrong passwords is not over; `seconds` are left."""

    def __init__(self, seconds: int) -> None:
        minutes, rest = divmod(seconds, 60)
        words = (
            tr(
                "密码错了几次，请等 {minutes} 分 {rest} 秒再试",
                minutes=minutes,
                rest=rest,
            )
            if minutes
            else tr("密码错了几次，请等 {rest} 秒再试", rest=rest)
        )
        super().__init__(words)
        self.seconds = seconds


@dataclass(frozen=True)
class Failures:
    """Wrong passwords since the vault was last opened; times in seconds since 1970."""

    count: int
    first: float
    last: float


@dataclass
class _Kept:
    """`up` is the last one's time in seconds since the computer was started."""

    count: int
    first: float
    last: float
    up: float


def wait_seconds(folder: Path) -> int:
    """How long until a password may be tried at the vault in `folder`; 0: now."""
    kept = _read(folder)
    return 0 if kept is None else _left(folder, kept)


def tries_left(folder: Path) -> int:
    """How many wrong passwords are free before the next wait; 0 when there are none."""
    kept = _read(folder)
    return FREE if kept is None else max(0, FREE - kept.count)


def begin(folder: Path) -> None:
    """Count a try, which is a wrong one until `opened` says otherwise.

    TooSoon, and nothing counted, while a wait is not over.
    """
    kept = _read(folder)
    left = 0 if kept is None else _left(folder, kept)
    if left:
        raise TooSoon(left)
    count, first = (kept.count, kept.first) if kept else (0, time.time())
    _write(folder, _Kept(count + 1, first, time.time(), time.monotonic()))


def opened(folder: Path) -> None:
    """Say that the last try was right. Wrong ones before it stay counted until
    `forget`, so that they are journalled for certain."""
    kept = _read(folder)
    if kept is None or kept.count <= 1:
        forget(folder)
        return
    kept.count -= 1
    _write(folder, kept)


def failures(folder: Path) -> Failures | None:
    """The wrong passwords that are counted; None without any."""
    kept = _read(folder)
    return Failures(kept.count, kept.first, kept.last) if kept else None


def forget(folder: Path) -> None:
    """Begin to count anew."""
    with suppress(OSError):
        (folder / FILE).unlink(missing_ok=True)


def _left(folder: Path, kept: _Kept) -> int:
    over = kept.count - FREE
    if over < 0:
        return 0
    wait = WAITS[min(over, len(WAITS) - 1)]
    gone = time.time() - kept.last
    if gone < 0:
        kept.last, kept.up, gone = time.time(), time.monotonic(), 0
        _write(folder, kept)
    since = time.monotonic() - kept.up
    if since >= 0:  # else the computer was started anew
        gone = min(gone, since)
    return max(0, math.ceil(wait - gone))


def _read(folder: Path) -> _Kept | None:
    """What was counted; a file that cannot be read counts as the free tries used up."""
    try:
        raw = (folder / FILE).read_bytes()
    except OSError:
        return None
    try:
        told = json.loads(raw)
        times = (float(told[name]) for name in ("first", "last", "up"))
        kept = _Kept(int(told["count"]), *times)
        if all(map(math.isfinite, (kept.first, kept.last, kept.up))):
            return kept
        raise ValueError("no times")
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError):
        kept = _Kept(FREE, time.time(), time.time(), time.monotonic())
        _write(folder, kept)
        return kept


def _write(folder: Path, kept: _Kept) -> None:
    """Keep the count; a full disk or a folder that is only read must not shut out."""
    with suppress(OSError):
        write_whole(folder / FILE, json.dumps(asdict(kept)).encode())
