"""A proxy that breaks what passes through it: one armed fault at a time, seeded.

It stands between real clients and a real server on real sockets. It reads HTTP/1.1
just far enough to know where in a request or a reply it is. A fault strikes one
request (the `nth` after it was armed); everything else passes untouched.
"""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

REQUEST, REPLY = "request", "reply"
PLACES = (  # where a connection may be cut
    "before the request",
    "inside the request's headers",
    "after the first byte of the request's body",
    "inside the request's body",
    "before the last byte of the request's body",
    "after the request, before the reply",
    "inside the reply's headers",
    "after the first byte of the reply's body",
    "inside the reply's body",
    "before the last byte of the reply's body",
    "after the reply",
)
_BAD_GATEWAY = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


class Cut(Exception):
    """The connection ends here; `hard` with a reset (RST), else with a FIN."""

    def __init__(self, *, hard: bool) -> None:
        super().__init__()
        self.hard = hard


@dataclass
class Message:
    """One HTTP message: its head up to and with the empty line, and its body."""

    head: bytes
    body: bytes

    @property
    def raw(self) -> bytes:
        return self.head + self.body

    def resized(self) -> Message:
        """The same with a Content-Length that is true for its body."""
        lines = [
            one
            for one in self.head.split(b"\r\n")
            if not one.lower().startswith(b"content-length:")
        ]
        lines.insert(1, b"content-length: %d" % len(self.body))
        return Message(b"\r\n".join(lines), self.body)


Fault = Callable[["Line", Message], None]


@dataclass(eq=False)
class Line:
    """One connection of a client and the one to the server that belongs to it."""

    proxy: Proxy
    client: socket.socket
    server: socket.socket
    rng: random.Random
    kept: bytearray = field(default_factory=bytearray)  # read of the client, not used
    behind: bytearray = field(default_factory=bytearray)  # read of the server, not used

    def ask(self, request: Message) -> Message:
        """The server's whole reply to a request."""
        self.server.sendall(request.raw)
        bare = request.head.startswith(b"HEAD ")
        reply = _message(self.server, self.behind, bare=bare)
        if reply is None:
            raise Cut(hard=False)
        return reply

    def close(self, *, hard: bool) -> None:
        for one in (self.client, self.server):
            with suppress(OSError):
                if hard:
                    reset = struct.pack("ii", 1, 0)
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
                else:
                    one.shutdown(socket.SHUT_RDWR)
            one.close()


def _message(
    sock: socket.socket, kept: bytearray, *, bare: bool = False
) -> Message | None:
    """The next whole message; None when the other side ends before.

    bare: it answers HEAD: there is no body, whatever its Content-Length says.
    """
    while b"\r\n\r\n" not in kept:
        piece = sock.recv(1 << 16)
        if not piece:
            return None
        kept += piece
    end = kept.index(b"\r\n\r\n") + 4
    head = bytes(kept[:end])
    size = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length" and not bare:
            size = int(value)
    while len(kept) < end + size:
        piece = sock.recv(1 << 16)
        if not piece:
            return None
        kept += piece
    body = bytes(kept[end : end + size])
    del kept[: end + size]
    return Message(head, body)


class Proxy:
    """Listens on a free port of this machine and passes on to the server's port."""

    def __init__(self, target: str) -> None:
        self.aim(target)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._lock = threading.Lock()
        self._fault: tuple[int, Fault] | None = None
        self._rng = random.Random(0)
        self.struck = 0  # how often a fault was done since it was armed
        self.held: list[Line] = []  # half-open: nobody will ever answer these
        threading.Thread(target=self._accept, daemon=True).start()

    def aim(self, target: str) -> None:
        """Pass on to another server from now on."""
        host, _, port = target.removeprefix("http://").rpartition(":")
        self._target = (host, int(port))

    def arm(self, fault: Fault | None, *, nth: int = 1, seed: int = 0) -> None:
        """Do `fault` to the `nth` request from now on; None heals the line."""
        with self._lock:
            self._fault = None if fault is None else (nth, fault)
            self._rng = random.Random(seed)
            self.struck = 0
            held, self.held = self.held, []
        if fault is None:
            for line in held:
                line.close(hard=True)

    def close(self) -> None:
        """End every connection."""
        self.arm(None)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(
                    target=self._serve, args=(client,), daemon=True
                ).start()

    def _serve(self, client: socket.socket) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            server = socket.create_connection(self._target, 10)
        except OSError:
            client.close()
            return
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server.settimeout(60)
        line = Line(self, client, server, self._rng)
        try:
            while True:
                request = _message(client, line.kept)
                if request is None:
                    line.close(hard=False)
                    return
                fault = self._due()
                if fault is None:
                    client.sendall(line.ask(request).raw)
                else:
                    fault(line, request)
                if line in self.held:
                    return
        except Cut as cut:
            line.close(hard=cut.hard)
        except OSError:
            line.close(hard=True)

    def _due(self) -> Fault | None:
        with self._lock:
            if self._fault is None:
                return None
            nth, fault = self._fault
            self._fault = (nth - 1, fault) if nth > 1 else None
            if nth > 1:
                return None
            self.struck += 1
            return fault


def cut(place: str, *, hard: bool, then: Callable[[], None] = lambda: None) -> Fault:
    """Cut the connection at a place of PLACES; `then` is called in that moment."""
    at = PLACES.index(place)

    def strike(line: Line, request: Message) -> None:
        body = len(request.body)
        up = len(request.head) + line.rng.randrange(1, max(2, body - 1))
        parts = {
            0: 0,
            1: line.rng.randrange(1, len(request.head)),
            2: len(request.head) + 1,
            3: up,
            4: len(request.raw) - 1,
        }
        if at in parts:
            line.server.sendall(request.raw[: parts[at]])
            _end(hard, then)
        reply = line.ask(request)
        size = len(reply.body)
        down = {
            5: 0,
            6: line.rng.randrange(1, len(reply.head)),
            7: len(reply.head) + 1,
            8: len(reply.head) + line.rng.randrange(1, max(2, size - 1)),
            9: len(reply.raw) - 1,
            10: len(reply.raw),
        }
        line.client.sendall(reply.raw[: down[at]])
        _end(hard, then)

    return strike


def _end(hard: bool, then: Callable[[], None]) -> None:
    then()
    raise Cut(hard=hard)


def delayed(seconds: float) -> Fault:
    """The reply comes late, in pieces."""

    def strike(line: Line, request: Message) -> None:
        reply = line.ask(request).raw
        time.sleep(seconds)
        middle = line.rng.randrange(1, len(reply))
        line.client.sendall(reply[:middle])
        time.sleep(seconds)
        line.client.sendall(reply[middle:])

    return strike


def answered_at(told: threading.Event) -> Fault:
    """The server has taken the request; its reply comes when somebody says so."""

    def strike(line: Line, request: Message) -> None:
        reply = line.ask(request).raw
        told.wait(120)
        line.client.sendall(reply)

    return strike


def doubled(line: Line, request: Message) -> None:
    """The same bytes come to the server three times, twice at once."""
    replies = list[Message]()

    def again() -> None:
        with socket.create_connection(line.server.getpeername(), 10) as server:
            server.settimeout(60)
            server.sendall(request.raw)
            found = _message(server, bytearray())
            if found is not None:
                replies.append(found)

    threads = [threading.Thread(target=again) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    reply = line.ask(request)
    assert len(replies) == 2, "the server answers a request that comes again"
    line.client.sendall(reply.raw)


class Reordered:
    """The request is lost for its sender and comes to the server after others."""

    def __init__(self) -> None:
        self._late: list[tuple[tuple[str, int], bytes]] = []

    def __call__(self, line: Line, request: Message) -> None:
        self._late.append((line.server.getpeername(), request.raw))
        raise Cut(hard=True)

    def deliver(self) -> None:
        """Let what was late arrive."""
        for address, raw in self._late:
            with socket.create_connection(address, 10) as server:
                server.settimeout(60)
                server.sendall(raw)
                _message(server, bytearray())
        self._late.clear()


def never_answered(line: Line, request: Message) -> None:
    """The request is swallowed and the connection stays open: half-open."""
    line.proxy.held.append(line)


def never_told(line: Line, request: Message) -> None:
    """The server has taken the request; its answer never comes."""
    line.ask(request)
    line.proxy.held.append(line)


def half_closed(line: Line, request: Message) -> None:
    """The client's side is told that nothing more comes; the server answers nobody."""
    line.server.sendall(request.raw)
    line.client.shutdown(socket.SHUT_WR)
    line.proxy.held.append(line)


def bad_gateway(line: Line, request: Message) -> None:
    """A proxy on the way answers, the server never hears of it."""
    _html(line, b"502 Bad Gateway")


def bad_gateway_after(line: Line, request: Message) -> None:
    """A proxy on the way gives up on a server that has taken the request."""
    line.ask(request)
    _html(line, b"504 Gateway Timeout")


def captive_portal(line: Line, request: Message) -> None:
    """Somebody else answers, and all is well, they say."""
    _html(line, b"200 OK")


def _html(line: Line, status: bytes) -> None:
    head = b"HTTP/1.1 " + status + b"\r\ncontent-type: text/html\r\n\r\n"
    line.client.sendall(Message(head, _BAD_GATEWAY).resized().raw)


def truncated(*, honest: bool) -> Fault:
    """The reply's body is cut short; `honest`: and its Content-Length says so."""

    def strike(line: Line, request: Message) -> None:
        reply = line.ask(request)
        short = Message(reply.head, reply.body[: line.rng.randrange(len(reply.body))])
        line.client.sendall((short.resized() if honest else short).raw)
        if not honest:
            raise Cut(hard=False)

    return strike


def flipped(which: str) -> Fault:
    """One bit of the body turns on its way."""

    def strike(line: Line, request: Message) -> None:
        if which == REQUEST:
            request = Message(request.head, _flip(request.body, line.rng))
        reply = line.ask(request)
        if which == REPLY:
            reply = Message(reply.head, _flip(reply.body, line.rng))
        line.client.sendall(reply.raw)

    return strike


def _flip(body: bytes, rng: random.Random) -> bytes:
    turned = bytearray(body)
    if turned:
        at = rng.randrange(len(turned))
        turned[at] ^= 1 << rng.randrange(8)
    return bytes(turned)
