"""Bounds of everything a stranger can make the server hold or wait for.

What a message may unpack to is bounded where it is unpacked (`protocol.unpack`).
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, ClassVar

import h11
from anyio import fail_after
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from gridapp.county.store import CONNECTIONS
from gridapp.language import tr
from gridapp.sync.protocol import MAX_PUSH, Refused

HEADER_BYTES = 16 << 10  # of a request's line and headers together
CROWDED = "crowded"  # in the state of a request that came over too many connections
_CROWDED_WAIT = 3  # seconds


@dataclass(frozen=True)
class Limits:
    """Bounds of one process; times in seconds."""

    connections: int = 2000
    requests: int = 512  # read, waiting or worked on at once
    threads: int = CONNECTIONS  # requests that ask the database at once
    headers: float = 20  # until the headers of a request are there
    body: float = 300  # for a whole body: 1 MiB over 4 kB/s
    silence: float = 30  # between two pieces of a body


async def pieces(request: Request, most: int, limits: Limits) -> AsyncGenerator[bytes]:
    """The body as it comes. Refused "size" beyond `most` bytes, "slow" beyond its time.

    Raises ClientDisconnect when the connection ends before the body.
    """
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > most:
        raise _too_big()
    received = 0
    loop = asyncio.get_running_loop()
    ends = loop.time() + limits.body
    stream = aiter(request.stream())
    while True:
        left = min(limits.silence, ends - loop.time())
        try:
            with fail_after(max(0.0, left)):
                piece = await anext(stream, None)
        except TimeoutError:
            raise Refused(
                "slow",
                tr("上传太慢，县级服务器没有等到；改动都在本机，网络好时再同步"),
                wait=30,
            ) from None
        if piece is None:
            return
        received += len(piece)
        if received > most:
            raise _too_big()
        yield piece


async def body_of(request: Request, limits: Limits, most: int = MAX_PUSH) -> bytes:
    """The whole body; see `pieces`."""
    body = bytearray()
    async for piece in pieces(request, most, limits):
        body += piece
    return bytes(body)


def _too_big() -> Refused:
    return Refused("size", tr("一次上传的数据过大，请升级程序后再试"))


def crowded() -> Refused:
    """What a request is told that came when too many are there."""
    return Refused(
        "busy",
        tr("县级服务器现在很忙，请过一会儿再同步；改动都在本机"),
        wait=_CROWDED_WAIT,
    )


class BoundedProtocol(H11Protocol):
    """uvicorn's own HTTP/1.1 with a time limit on headers and a bound on connections.

    uvicorn waits for headers without end: bytes that drip in keep its timer off.
    """

    limits: ClassVar[Limits] = Limits()
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See asyncio.Protocol."""
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            self.app_state = {**self.app_state, CROWDED: True}
        self._wait()

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        super().data_received(data)
        if self._running:
            self._stop_waiting()
        else:
            self._wait()

    def on_response_complete(self) -> None:
        """A body that nobody reads any more has as much time as headers have."""
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._stop_waiting()
        super().connection_lost(exc)

    @property
    def _running(self) -> bool:
        cycle: Any = self.cycle
        return cycle is not None and not cycle.response_complete

    def _wait(self) -> None:
        if self._timer is None and not self._running:
            self._timer = self.loop.call_later(self.limits.headers, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if not self._running and not self.transport.is_closing():
            self.transport.close()


def bounded_protocol(limits: Limits) -> type[BoundedProtocol]:
    """The protocol with these limits."""
    return type("Bounded", (BoundedProtocol,), {"limits": limits})


class Crowd:
    """ASGI middleware that refuses what is one too many, except on `spared` paths."""

    def __init__(
        self, app: ASGIApp, most: int, refuse: ASGIApp, spared: frozenset[str]
    ) -> None:
        self._app = app
        self._spared = spared
        self._most = most
        self._refuse = refuse
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        over = self._running >= self._most or scope.get("state", {}).get(CROWDED)
        if over and scope.get("path") not in self._spared:
            await self._refuse(scope, receive, send)
            return
        self._running += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._running -= 1


def open_files(wanted: int) -> int:
    """Raise the bound of open files of this process towards `wanted`; what it is."""
    try:
        import resource
    except ImportError:  # Windows has no such bound
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        hard = math.inf
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    raised = int(min(wanted, hard))
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (raised, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    )
    return raised


__all__ = [
    "ClientDisconnect",
    "BoundedProtocol",
    "Crowd",
    "Limits",
    "body_of",
    "bounded_protocol",
    "crowded",
    "open_files",
    "pieces",
]
