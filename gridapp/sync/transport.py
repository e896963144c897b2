"""What carries a request to the county and brings the answer back."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.sync import address, trust
from gridapp.sync.protocol import MAX_PLAIN, is_packed

_TYPE = "application/vnd.gridapp.sync"
_TIMEOUT = httpx.Timeout(60, connect=15)  # of each read; a slow page may take longer
MAX_REFUSAL = 64 << 10  # bytes of an answer that says yes or no
_TELLING = 4  # bytes that tell a packed message from anything else
_BUSY = (429, 503)
_TRIES = 4  # of a request that a busy county puts off
_LONGEST_WAIT = 15  # seconds; when it names more, its sentence is shown instead


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; the names of `headers` are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """Carries bytes to one county server.

    `meanwhile` is done once, when the next request is on its way and its answer is
    waited for; one that never waits may leave it undone.
    """

    url: str
    meanwhile: Callable[[], None] | None = None

    def exchange(self, path: str, token: str, body: bytes) -> tuple[int, bytes]:
        """Send `body`; the HTTP status and the body of the answer.

        Raises UserError when the county cannot be reached.
        """
        ...

    def stop(self) -> None:
        """Break off what is under way, from another thread; it fails like a line that
        was cut, and so does every later exchange."""
        ...

    def close(self) -> None:
        """Let the connection go; the next exchange makes a new one."""
        ...


class HttpTransport:
    """Carries requests over HTTP(S), several on one connection.

    `ca`: certificates of authorities that are believed beside the usual ones, as PEM.
    """

    def __init__(
        self, url: str, timeout: httpx.Timeout = _TIMEOUT, ca: str = ""
    ) -> None:
        self._ca = ca
        self._timeout = timeout
        self.url = address.checked(url)
        self._client: httpx.Client | None = None
        self._line: socket.socket | None = None
        self.meanwhile: Callable[[], None] | None = None  # see Transport
        self._stopped = threading.Event()

    def exchange(self, path: str, token: str, body: bytes) -> tuple[int, bytes]:
        """See Transport."""
        answer = self.send("POST", path, token, {}, body, most=MAX_PLAIN)
        return answer.status, answer.body

    def send(
        self,
        method: str,
        path: str,
        token: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        *,
        most: int = MAX_REFUSAL,
        also: str = _TYPE,
        into: bytearray | None = None,
    ) -> Answer:
        """A request of any method; its answer, whatever the status.

        A county that is busy is asked again after the time it names and a little more
        by chance, so that not all laptops come back together.

        Args:
            most: bytes that the answer may have.
            also: a media type it may have beside a message's; one without a body may
                have none.
            into: gets the body of a good answer as it comes, so that what came stays
                when the line is cut.

        Raises UserError when the county cannot be reached, or something else answers.
        """
        sent = dict(headers)
        if not body:  # a message needs no type: what is packed is told by its bytes
            sent["accept"] = _TYPE
        if token:
            sent["authorization"] = f"Bearer {token}"
        tried = 0
        while True:
            with self._answering(method, path, sent, body) as reply:
                answer = _read(reply, most, also, into)
            tried += 1
            wait = _pause(answer) if tried < _TRIES else None
            if wait is None or self._stopped.wait(wait * tried):
                return answer

    @contextmanager
    def _answering(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> Generator[httpx.Response]:
        """Send a request and read its answer; what goes wrong is said in words."""
        if self._client is None:
            secure = address.is_encrypted(self.url)
            self._client = httpx.Client(
                timeout=self._timeout,
                follow_redirects=False,
                verify=trust.context(self._ca) if secure else False,
            )
            self._client.headers.clear()  # 120 bytes a request that say nothing here
        try:
            with self._client.stream(
                method,
                self.url + path,
                content=body,
                headers=headers,
                extensions={"trace": self._watch},
            ) as answer:
                yield answer
        except httpx.InvalidURL as error:
            raise UserError(tr("服务器地址不对，请核对后再试")) from error
        except httpx.TimeoutException as error:
            raise UserError(
                tr("县级服务器很久没有回答，已保存进度，网络好时再同步")
            ) from error
        except httpx.TransportError as error:
            if words := trust.why(error):
                raise UserError(words) from error
            raise UserError(
                tr("连不上县级服务器，请检查网络；改动都在本机，连上后再同步")
            ) from error

    def _watch(self, event: str, info: Mapping[str, Any]) -> None:
        """Learn which socket is used (httpx's "trace" extension), so that it can be
        shut down while another thread waits for it; and when a request was sent."""
        if self._stopped.is_set():
            raise httpx.ReadError("stopped")
        if event == "http11.send_request_body.complete" and self.meanwhile:
            work, self.meanwhile = self.meanwhile, None
            work()
        if event in (
            "connection.connect_tcp.complete",
            "connection.start_tls.complete",
        ):
            self._line = info["return_value"].get_extra_info("socket")

    def stop(self) -> None:
        """See Transport."""
        self._stopped.set()
        line = self._line
        if line is not None:
            with suppress(OSError):
                # not SSLSocket.shutdown: it takes TLS down under the reader's feet
                socket.socket.shutdown(line, socket.SHUT_RDWR)

    def close(self) -> None:
        """See Transport."""
        self._line = None
        if self._client is not None:
            self._client.close()
            self._client = None


def _read(
    reply: httpx.Response, most: int, also: str, into: bytearray | None
) -> Answer:
    """The answer as it comes, see `HttpTransport.send`; UserError when something else
    than the county gives it."""
    kind = reply.headers.get("content-type")
    told = kind in (_TYPE, also)
    told = told or (kind is None and "tus-resumable" in reply.headers)
    if not told and into is not None:
        raise _stranger(reply.status_code)
    good = into is not None and reply.is_success
    received = into if into is not None and good else bytearray()
    room = len(received) + most
    for piece in reply.iter_bytes():
        received += piece
        if not told and len(received) >= _TELLING and not is_packed(received):
            break
        if len(received) > room:
            raise UserError(tr("县级服务器发来的数据过大，已停止同步"))
    if not told and not is_packed(received):
        raise _stranger(reply.status_code)
    found = b"" if good else bytes(received)
    return Answer(reply.status_code, dict(reply.headers), found)


def _pause(answer: Answer) -> float | None:
    """Seconds after which to ask again; None when the answer stands."""
    wait = answer.headers.get("retry-after", "")
    if answer.status not in _BUSY or not wait.isdecimal():
        return None
    return int(wait) * random.uniform(1, 2) if int(wait) <= _LONGEST_WAIT else None


def _stranger(status: int) -> UserError:
    """What answered is not the county, or not in order."""
    if status >= 500:
        return UserError(tr("县级服务器出错了，请稍后再试；改动都在本机"))
    return UserError(
        tr("回答的不是县级服务器。请检查地址，或先在浏览器里登录单位网络后再试")
    )
