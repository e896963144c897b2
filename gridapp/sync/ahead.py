"""What is done meanwhile: the next batch is read while the county works on the last,
and the next page is asked for while the last one is applied."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from msgspec import structs

from gridapp.store import outbox
from gridapp.store.database import Connection
from gridapp.store.outbox import Batch
from gridapp.store.vault import Store
from gridapp.sync.line import SYNC_PATH, Carried, Line
from gridapp.sync.protocol import (
    LEAVE,
    Change,
    Cursor,
    Pull,
    SyncReply,
    SyncRequest,
    pack_small,
)
from gridapp.sync.report import Report


class Ahead:
    """Batches of a vault's outbox; the following one is read while the county works.

    What it holds counts only for the journal number it was read behind, and not after
    the county held something: that may change how a record is sent. It is read by the
    thread that waits anyway: one of its own would keep it from sending.
    """

    def __init__(self, store: Store, line: Line) -> None:
        self._store = store
        self._line = line
        self._next: tuple[int, Batch | None] | None = None

    def batch(self, db: Connection, after: int) -> Batch | None:
        """The batch behind the journal number `after`; None: nothing waits."""
        kept, self._next = self._next, None
        if kept and kept[0] == after:
            return kept[1]
        return outbox.next_batch(db, after)

    def begin(self, batch: Batch) -> None:
        """Read what follows this batch once it is on its way, unless it is the last."""
        if not batch.complete:
            self._line.meanwhile(partial(self._read, batch.last))

    def _read(self, after: int) -> None:
        with self._store.reading() as db:
            self._next = after, outbox.next_batch(db, after)

    def forget(self) -> None:
        """Read anew the next time."""
        self._next = None
        self._line.meanwhile(None)


class NextPage:
    """Asks for the next page while this one is applied.

    The answer counts only for the very bytes that would be asked for then; whatever
    else has happened meanwhile makes another request, and it is let go.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._thread: ThreadPoolExecutor | None = None
        self._asked: tuple[bytes, Future[Carried]] | None = None
        self._following: tuple[str, SyncRequest] | None = None

    def follows(self, token: str, request: SyncRequest, reply: SyncReply) -> None:
        """Note what is asked for after this answer, if only pages are under way."""
        self._following = None
        if request.push or request.decided or request.keys:
            return
        if reply.settled or reply.keys or not request.pull or not reply.pulled:
            return
        if reply.pulled.more:
            both = (*request.pull.cursors, *reply.pulled.cursors)
            reached = {one.grid: one for one in both}
            cursors = sorted(reached.values(), key=_grid)
            self._following = token, structs.replace(request, pull=Pull(cursors))

    def begin(self, changes: Sequence[Change]) -> None:
        """Ask for it, now that the page is read; not when a record leaves with it: the
        county believes that who asks on has read so far, and a change of such a record
        counts only for as long as it was not known."""
        if self._following is None or any(one.action == LEAVE for one in changes):
            return
        (token, request), self._following = self._following, None
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "next-page")
        body = pack_small(request)
        carried = self._thread.submit(self._line.carry, SYNC_PATH, token, body)
        self._asked = body, carried

    def say(self, token: str, request: SyncRequest, report: Report) -> bytes:
        """Send a request, unless its answer is on the way already."""
        kept, self._asked = self._asked, None
        if kept is not None:
            body, carried = kept
            if body == pack_small(request):
                return self._line.heard(token, body, carried.result(), report)
            carried.exception()  # one connection carries one thing at a time
        return self._line.say(SYNC_PATH, token, request, report)

    def close(self) -> None:
        """Wait for what is under way, and let the thread end."""
        self._asked = self._following = None
        if self._thread is not None:
            self._thread.shutdown()
            self._thread = None


def _grid(one: Cursor) -> bytes:
    return one.grid
