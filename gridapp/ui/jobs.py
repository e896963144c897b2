"""Slow work off the UI thread, with the answer back on it; no failure is dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Signal, Slot
from shiboken6 import isValid

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

Result = TypeVar("Result")
Failed = Callable[[Exception], None]


class Progress(QObject):
    """How far a long piece of work is; shared by the work and its page."""

    stepped = Signal(int, int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cancelled = Event()

    def step(self, done: int, total: int, words: str = "") -> None:
        """Tell the page, from any thread, how many of how many steps are done."""
        self.stepped.emit(done, total, words)

    def cancel(self) -> None:
        """Ask the work to stop between two steps."""
        self._cancelled.set()

    def cancelled(self) -> bool:
        """Return whether the work should stop."""
        return self._cancelled.is_set()


@dataclass
class _Outcome:
    """One result or one failure."""

    result: Any = None
    error: Exception | None = None


class Jobs(QObject):
    """Four queues: one for the store, so that it has one writer, one for the net, one
    for what a person waits for from the net while a sync is under way, and one for
    backups, which stand in nobody's way.

    Who waits for an answer is known here by number and never to the worker: its thread
    would else now and then be the last to drop a page, and a widget must not be freed
    but by the UI thread.
    """

    turned = Signal(bool)  # work has begun where none was going on, or all is done
    _arrived = Signal(int, object)  # number of the work, and what came of it

    def __init__(self, report: Failed, parent: QObject | None = None) -> None:
        """Send failures nobody else takes to `report`, on the UI thread."""
        super().__init__(parent)
        self._report = report
        self._queues: dict[str, ThreadPoolExecutor] = {}  # each with one thread
        self._closed = False
        self._last = 0
        self._waiting: dict[int, tuple[Callable[[Any], None], Failed]] = {}
        self._quiet: set[int] = set()  # of those, what nobody waits for
        self._arrived.connect(self._deliver)

    @property
    def busy(self) -> bool:
        """Return whether an answer is still to come."""
        return bool(self._waiting)

    def run(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Failed | None = None,
    ) -> None:
        """Run `work`, which touches no widget, in turn with all work on the store."""
        self._start("store", work, done, failed)

    def run_network(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Failed | None = None,
        *,
        quiet: bool = False,
    ) -> None:
        """Run `work` beside the store's queue, so that saving never waits for it.

        Of `quiet` work `turned` does not tell: nobody asked for it.
        """
        self._start("net", work, done, failed, quiet=quiet)

    def run_aside(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Failed | None = None,
    ) -> None:
        """Run `work` that asks the network for one thing, beside a sync."""
        self._start("aside", work, done, failed)

    def run_beside(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Failed | None = None,
    ) -> None:
        """Run `work` beside all other work; `turned` does not tell of it."""
        self._start("beside", work, done, failed, quiet=True)

    def close(self) -> None:
        """Finish what has begun and take nothing more; answers are still delivered."""
        self._closed = True
        for queue in self._queues.values():
            queue.shutdown()

    def _start(
        self,
        queue: str,
        work: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Failed | None,
        *,
        quiet: bool = False,
    ) -> None:
        if self._closed:
            return
        self._last += 1
        self._waiting[self._last] = (done, failed or self._report)
        if quiet:
            self._quiet.add(self._last)
        elif len(self._waiting) - len(self._quiet) == 1:
            self.turned.emit(True)
        self._queue(queue).submit(self._work, self._last, work)

    def _queue(self, name: str) -> ThreadPoolExecutor:
        """The queue of that name, made when it is first wanted."""
        from concurrent.futures import ThreadPoolExecutor  # the login goes without

        if name not in self._queues:
            self._queues[name] = ThreadPoolExecutor(1, thread_name_prefix=name)
        return self._queues[name]

    def _work(self, number: int, work: Callable[[], object]) -> None:
        """Do the work in this thread and send what came of it."""
        outcome = _Outcome()
        try:
            outcome.result = work()
        except Exception as error:  # noqa: BLE001 - handed to the UI thread, shown there
            outcome.error = error
        self._arrived.emit(number, outcome)

    @Slot(int, object)
    def _deliver(self, number: int, outcome: _Outcome) -> None:
        done, failed = self._waiting.pop(number)
        if number in self._quiet:
            self._quiet.remove(number)
        elif len(self._waiting) == len(self._quiet):
            self.turned.emit(False)
        if outcome.error is not None:
            (self._report if _is_gone(failed) else failed)(outcome.error)
        elif not _is_gone(done):
            done(outcome.result)


def _is_gone(waiting: Callable[[Any], None]) -> bool:
    """Whether it is the method of a window or a dialog that was freed meanwhile: who
    closes one need not wait for what it asked."""
    while isinstance(waiting, partial):
        waiting = waiting.func
    owner = getattr(waiting, "__self__", None)
    return isinstance(owner, QObject) and not isValid(owner)
