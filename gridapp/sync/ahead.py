"""What is done meanwhile: the next batch is made ready while the county works on the
last, and the next page is asked for while the last one is applied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from msgspec import structs

from gridapp.store.outbox import Batch
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


@dataclass(frozen=True)
class Asked:
    """A request with the batch that it brings.

    `grids` are those that were read from then; `fresh`: one of them for the first time.
    `body` is the request as it travels, once it was packed.
    """

    batch: Batch | None
    request: SyncRequest
    grids: frozenset[bytes]
    fresh: bool
    body: bytes = b""


class Ahead:
    """The next push, read and packed while the county works on the last one.

    It counts only if the county then says nothing but that it took that one: whatever
    else it says may change what is sent. It is made by the thread that waits anyway:
    one of its own would keep it from sending.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._made: Asked | None = None
        self._ready: Asked | None = None

    def begin(self, asked: Asked, make: Callable[[int], Asked | None]) -> None:
        """Have what follows made once this request is on its way, if it brings a batch
        that is not the last; `make` gets the journal number to begin behind."""
        self._made = None
        push = asked.request.push
        again = push is None or push.again or asked.fresh
        if asked.batch and not asked.batch.complete and not again:
            self._line.meanwhile(partial(self._make, make, asked.batch.last))

    def _make(self, make: Callable[[int], Asked | None], after: int) -> None:
        made = make(after)
        if made is not None:
            self._made = replace(made, body=pack_small(made.request))

    def answered(self, asked: Asked, reply: SyncReply) -> None:
        """The county has answered, and that was written down."""
        took = reply.pushed is not None and not reply.pushed.held
        more = reply.settled or reply.keys or reply.ahead or reply.gone
        if took and not more and asked.grids == frozenset(reply.grids):
            self._ready = self._made

    def ready(self) -> Asked | None:
        """What is to be said next, once; None: it has to be made."""
        ready, self._ready = self._ready, None
        return ready

    def forget(self) -> None:
        """Make nothing more."""
        self._made = self._ready = None
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

    def say(self, token: str, asked: Asked, report: Report) -> bytes:
        """Send a request, unless its answer is on the way already."""
        kept, self._asked = self._asked, None
        packed = asked.body or pack_small(asked.request)
        if kept is not None:
            body, carried = kept
            if body == packed:
                return self._line.heard(token, body, carried.result(), report)
            carried.exception()  # one connection carries one thing at a time
        return self._line.say(SYNC_PATH, token, asked.request, report, packed)

    def close(self) -> None:
        """Wait for what is under way, and let the thread end."""
        self._asked = self._following = None
        if self._thread is not None:
            self._thread.shutdown()
            self._thread = None


def _grid(one: Cursor) -> bytes:
    return one.grid
