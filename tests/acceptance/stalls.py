"""How long the UI thread was busy, and what it did when that was too long.

The hand of the tests gives each key, each click and each round of the event loop a
stretch of its own, as they are what a person's next key would have to wait for; what
the test itself does in between is not counted. A timer of the system looks where a
stretch is that takes too long, in this very thread: another thread that looked at the
frames of this one would not be safe.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

LATE = 0.1  # seconds; a key that waits longer feels slow
_LOOK = 0.01  # seconds between two looks at where it is
_OWN = str(Path(__file__).parents[2] / "gridapp")


@dataclass(frozen=True)
class Stall:
    """One stretch that took too long."""

    what: str
    ms: float
    cpu_ms: float  # of the UI thread alone: a busy machine shows in the difference
    where: str


class StallWatch:
    """Times the stretches of the UI thread."""

    def __init__(self) -> None:
        self.stalls: list[Stall] = []
        self.longest = 0.0  # milliseconds
        self._busy = False
        self._seen: Counter[str] = Counter()
        self._before = signal.signal(signal.SIGALRM, self._look)

    def close(self) -> None:
        """Stop looking."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._before)

    @contextmanager
    def stretch(self, what: str) -> Generator[None]:
        """Time what the UI thread does at one go; `what` says for the report."""
        if self._busy:  # inside another: that one is timed
            yield
            return
        self._busy = True
        self._seen.clear()
        signal.setitimer(signal.ITIMER_REAL, LATE / 4, _LOOK)
        cpu = time.thread_time()
        begun = time.perf_counter()
        try:
            yield
        finally:
            took = time.perf_counter() - begun
            signal.setitimer(signal.ITIMER_REAL, 0)
            self._busy = False
            self.longest = max(self.longest, took * 1000)
            if took > LATE:
                where = self._seen.most_common(1)[0][0] if self._seen else ""
                busy = (time.thread_time() - cpu) * 1000
                self.stalls.append(Stall(what, took * 1000, busy, where))

    def _look(self, _signal: int, frame: FrameType | None) -> None:
        if self._busy:
            self._seen[_place(frame)] += 1


def _place(frame: FrameType | None) -> str:
    """Our own innermost lines of a stack, the outer first."""
    found: list[str] = []
    while frame is not None and len(found) < 3:
        code = frame.f_code
        if code.co_filename.startswith(_OWN):
            name = f"{Path(code.co_filename).stem}.{code.co_qualname}"
            found.append(f"{name}:{frame.f_lineno}")
        frame = frame.f_back
    return " > ".join(reversed(found))
