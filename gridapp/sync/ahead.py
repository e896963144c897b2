"""Prepares what is sent next while the county works on what was sent."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

from gridapp.store import outbox
from gridapp.store.database import Connection
from gridapp.store.outbox import Batch
from gridapp.store.vault import Store


class Ahead:
    """Batches of a vault's outbox; the following one is read in a thread of its own.

    What it holds counts only for the journal number it was read behind, and not after
    the county held something: that may change how a record is sent.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._thread: ThreadPoolExecutor | None = None
        self._next: tuple[int, Future[Batch | None]] | None = None

    def batch(self, db: Connection, after: int) -> Batch | None:
        """The batch behind the journal number `after`; None: nothing waits."""
        kept, self._next = self._next, None
        if kept and kept[0] == after:
            return kept[1].result()
        return outbox.next_batch(db, after)

    def begin(self, batch: Batch) -> None:
        """Read what follows this batch, unless it is the last."""
        if batch.complete:
            return
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "outbox")
        self._next = batch.last, self._thread.submit(self._read, batch.last)

    def _read(self, after: int) -> Batch | None:
        with self._store.reading() as db:
            return outbox.next_batch(db, after)

    def forget(self) -> None:
        """Read anew the next time."""
        self._next = None

    def close(self) -> None:
        """Let the thread end."""
        self.forget()
        if self._thread is not None:
            self._thread.shutdown()
            self._thread = None
