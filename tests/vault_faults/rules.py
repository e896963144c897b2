"""What a disk may do to a process: kill it, be full, refuse, be held by a scanner."""

from __future__ import annotations

import errno
from collections.abc import Callable

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


class FullFrom(AfterReady):
    """A disk that is full from the nth call on that wants room, until it is told so.

    The process says a line that begins with "words" when it told its user; from then on
    there is room again. What was written in place before can be written again.
    """

    def __init__(self, nth: int, code: int = errno.ENOSPC) -> None:
        super().__init__(lambda call: call.grows)
        self._nth, self._code = nth, code
        self.refused = 0
        self.room = False

    def due(self, call: Call) -> Answer:
        if self.room or self.passed < self._nth:
            return GO_ON
        self.refused += 1
        return self._code

    def said(self, line: str) -> None:
        super().said(line)
        self.room = self.room or line.startswith("words ")


class HeldAt(AfterReady):
    """A scanner that has a file open: the nth call that touches it is refused, and the
    `times` - 1 after it, as Windows refuses what another program holds."""

    def __init__(
        self, which: Callable[[Call], bool], nth: int, times: int, code: int
    ) -> None:
        super().__init__(which)
        self._nth, self._times, self._code = nth, times, code
        self.refused = 0

    def due(self, call: Call) -> Answer:
        if self.passed < self._nth or self.refused >= self._times:
            return GO_ON
        self.refused += 1
        return self._code
