"""Slow work off the UI thread, with the answer back on it; no failure is dropped."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

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


class _Answer(QObject, Generic[Result]):
    """Carries one result or failure from the worker to the UI thread."""

    _arrived = Signal()
    delivered = Signal()

    def __init__(
        self, parent: QObject, done: Callable[[Result], None], failed: Failed
    ) -> None:
        super().__init__(parent)
        self._done = done
        self._failed = failed
        self._results: list[Result] = []
        self._error: Exception | None = None
        self._arrived.connect(self._deliver)

    def run(self, work: Callable[[], Result]) -> None:
        """Do the work in this thread and send what came of it."""
        try:
            self._results.append(work())
        except Exception as error:  # noqa: BLE001 - handed to the UI thread, shown there
            self._error = error
        self._arrived.emit()

    @Slot()
    def _deliver(self) -> None:
        self.deleteLater()
        self.delivered.emit()
        if self._error is not None:
            self._failed(self._error)
        else:
            self._done(self._results[0])


class Jobs(QObject):
    """Two queues: one for the store, so that it has one writer, and one for the net."""

    turned = Signal(bool)  # work has begun where none was going on, or all is done

    def __init__(self, report: Failed, parent: QObject | None = None) -> None:
        """Send failures nobody else takes to `report`, on the UI thread."""
        super().__init__(parent)
        self._report = report
        self._store = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._net = ThreadPoolExecutor(1, thread_name_prefix="net")
        self._closed = False
        self._waiting = 0

    @property
    def busy(self) -> bool:
        """Return whether an answer is still to come."""
        return self._waiting > 0

    def run(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Failed | None = None,
    ) -> None:
        """Run `work`, which touches no widget, in turn with all work on the store."""
        self._start(self._store, work, done, failed)

    def run_network(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Failed | None = None,
    ) -> None:
        """Run `work` beside the store's queue, so that saving never waits for it."""
        self._start(self._net, work, done, failed)

    def close(self) -> None:
        """Finish what has begun and take nothing more; answers are still delivered."""
        self._closed = True
        self._store.shutdown()
        self._net.shutdown()

    def _start(
        self,
        pool: ThreadPoolExecutor,
        work: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Failed | None,
    ) -> None:
        if self._closed:
            return
        answer = _Answer(self, done, failed or self._report)
        self._waiting += 1
        if self._waiting == 1:
            self.turned.emit(True)
        answer.delivered.connect(self._count_down)
        pool.submit(answer.run, work)

    def _count_down(self) -> None:
        self._waiting -= 1
        if not self._waiting:
            self.turned.emit(False)
