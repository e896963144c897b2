"""What a disk may do to a process: kill it, be full, refuse, be held by a scanner."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass

from tests.vault_faults.syscalls import Call
from tests.vault_faults.watched import DIE, GO_ON, Answer, Rule


class AfterReady(Rule):
    """A rule that begins when the process says "ready"; counts what it is asked.

    which: the calls that count; those that change the disk, unless told.
    """

    def __init__(self, which: Callable[[Call], bool] | None = None) -> None:
        self.began = False
        self.passed = 0
        self._which = which or (lambda call: call.changes)

    def call(self, call: Call) -> Answer:
        if not self.began or not self._which(call):
            return GO_ON
        self.passed += 1
        return self.due(call)

    def due(self, call: Call) -> Answer:
        """Answer one call that counts."""
        del call
        return GO_ON

    def said(self, line: str) -> None:
        self.began = self.began or line == "ready"


class KillAt(AfterReady):
    """Kills the process before its nth call, or in the middle of it.

    share: how much of the call, when it is a write, is done before the kill.
    """

    def __init__(self, nth: int, share: float = 0.0) -> None:
        super().__init__()
        self._nth, self._share = nth, share

    def due(self, call: Call) -> Answer:
        if self.passed < self._nth:
            return GO_ON
        if self._share and call.sort == "write":
            call.do_part(self._share)
        return DIE


class RefusedFrom(AfterReady):
    """Refuses the nth call of a sort and all after it, until the user was told.

    The process says a line that begins with "words" when it told its user; from then on
    nothing is in the way: there is room again, the scanner has let go.
    """

    def __init__(self, which: Callable[[Call], bool], nth: int, code: int) -> None:
        super().__init__(which)
        self._nth, self._code = nth, code
        self.refused = 0
        self.told = False

    def due(self, call: Call) -> Answer:
        if self.told or self.passed < self._nth:
            return GO_ON
        self.refused += 1
        return self._code

    def call(self, call: Call) -> Answer:
        if call.sort == "sleep":
            return 0 if self.began else GO_ON  # whoever waits has waited
        return super().call(call)

    def said(self, line: str) -> None:
        super().said(line)
        self.told = self.told or line.startswith("words ")


class BrieflyHeld(RefusedFrom):
    """Refuses the nth call of a sort and lets go soon, before the user is told."""

    def __init__(
        self, which: Callable[[Call], bool], nth: int, code: int, times: int
    ) -> None:
        super().__init__(which, nth, code)
        self._times = times

    def due(self, call: Call) -> Answer:
        return GO_ON if self.refused == self._times else super().due(call)


@dataclass(frozen=True)
class Fault:
    """What a disk refuses: which calls, with which errno, and what the user must read
    in what is said. waits: locks and sleeps are heard too, which takes time."""

    name: str
    which: Callable[[Call], bool]
    code: int
    words: tuple[str, ...] = ("",)
    waits: bool = False


FULL = Fault("disk full", lambda call: call.grows, errno.ENOSPC, ("磁盘", "空间"))
READ_ONLY = Fault(
    "disk turned read-only",
    lambda call: call.changes and call.sort not in ("sync", "lock"),
    errno.EROFS,
)
BAD_SYNC = Fault("sync fails", lambda call: call.sort == "sync", errno.EIO)
SCANNED = Fault(
    "file held by a scanner",
    lambda call: call.sort == "rename",
    errno.EACCES,
    waits=True,
)
LOCKED = Fault("database locked", lambda call: call.locks, errno.EAGAIN, waits=True)
