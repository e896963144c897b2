"""How long the UI thread was busy, and what it did when that was too long.

The hand of the tests gives each key, each click and each round of the event loop a
stretch of its own, as they are what a person's next key would have to wait for; what
the test itself does in between is not counted. A second thread looks at the stack of
a stretch that takes too long.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

LATE = 0.1  # seconds; a key that waits longer feels slow
_LOOK = 0.01  # seconds between two looks at the stack
_OWN = str(Path(__file__).parents[2] / "gridapp")


@dataclass(frozen=True)
class Stall:
    """One stretch that took too long."""

    what: str
    ms: float
    cpu_ms: float  # of the UI thread alone: a busy machine shows in the difference
    where: str


@dataclass
class StallWatch:
    """Times the stretches of one thread."""

    stalls: list[Stall] = field(default_factory=list)
    longest: float = 0.0  # milliseconds

    def __post_init__(self) -> None:
        self._thread = threading.get_ident()
        self._begun: float | None = None
        self._seen: Counter[str] = Counter()
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._look, daemon=True)
        self._watcher.start()

    def close(self) -> None:
        """Stop looking."""
        self._over.set()
        self._watcher.join()

    @contextmanager
    def stretch(self, what: str) -> Generator[None]:
        """Time what the UI thread does at one go; `what` says for the report."""
        if self._begun is not None:  # inside another: that one is timed
            yield
            return
        self._seen.clear()
        cpu = time.thread_time()
        begun = self._begun = time.perf_counter()
        try:
            yield
        finally:
            took = time.perf_counter() - begun
            self._begun = None
            self.longest = max(self.longest, took * 1000)
            if took > LATE:
                where = self._seen.most_common(1)[0][0] if self._seen else ""
                busy = (time.thread_time() - cpu) * 1000
                self.stalls.append(Stall(what, took * 1000, busy, where))

    def _look(self) -> None:
        while not self._over.wait(_LOOK):
            begun = self._begun
            if begun is not None and time.perf_counter() - begun > LATE / 4:
                frame = sys._current_frames().get(self._thread)
                if frame is not None and self._begun == begun:
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
