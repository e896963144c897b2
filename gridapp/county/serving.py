"""How the server runs: its socket, its certificate, one process or several, its end.

A signal to end (SIGTERM) lets running requests finish for `STOPS_WITHIN` seconds and
takes no new ones; SIGHUP reads the certificate again, so that a renewed one counts.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import Any

import uvicorn
from prometheus_client import start_http_server
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from gridapp import garbage
from gridapp.county import logs
from gridapp.county.limits import (
    HEADER_BYTES,
    BoundedProtocol,
    Limits,
    bounded_protocol,
    open_files,
)
from gridapp.county.metrics import SHARED, Metrics
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.sync.address import is_this_machine

STOPS_WITHIN = 10  # seconds for running requests
_KEEP_ALIVE = 75  # seconds; uvicorn's own 5 cut laptops off between two requests
_HANGS_AFTER = 60  # seconds; then a process of several is replaced
_SPARE_FILES = 300  # for the database, photos, the log
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Options:
    """What `county serve` was told.

    `proxies`: addresses whose X-Forwarded-For is believed. `metrics_port`: /metrics is
    answered there, on the same host, instead of on the server's own port.
    """

    host: str = "127.0.0.1"
    port: int = 8700
    certificate: Path | None = None
    key: Path | None = None
    proxies: tuple[str, ...] = ()
    workers: int = 1
    metrics_port: int | None = None


def listen(options: Options) -> tuple[socket.socket, str]:
    """A socket that listens, and the server's address; UserError when it is taken."""
    host = options.host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, for asyncio lets small answers go at once on what is called TCP only; else
    # each waits 40 ms for the other side's word (Nagle's algorithm and delayed ACKs).
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, options.port))
        sock.listen(512)
    except OSError as error:
        sock.close()
        raise _taken(host, options.port) from error
    shown = f"[{host}]" if family == socket.AF_INET6 else host
    scheme = "https" if options.certificate else "http"
    return sock, f"{scheme}://{shown}:{sock.getsockname()[1]}"


def in_the_open(options: Options) -> str | None:
    """A warning when other machines may send records here that nothing encrypts.

    Without a certificate only this machine may be listened to, unless a proxy is
    named: that one does the TLS.
    """
    if options.certificate or options.proxies or is_this_machine(options.host):
        return None
    return tr(
        "注意：别的电脑能连到 {host}，但没有证书，居民信息和登录凭据会不加密地在"
        "网络上传。请加 --certificate 和 --key，或由反向代理加密（--proxy 写代理"
        "的地址）；只在本机试用请用 --host 127.0.0.1",
        host=options.host,
    )


def _taken(host: str, port: int) -> UserError:
    return UserError(
        tr("{host}:{port} 已被占用或不可用，请换一个端口", host=host, port=port)
    )


def tls(options: Options) -> ssl.SSLContext | None:
    """TLS 1.2 or newer with the certificate; UserError when it cannot be used."""
    if options.certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(options.certificate, options.key, password="")
    except FileNotFoundError as error:
        raise UserError(tr("找不到证书或私钥文件，请核对路径")) from error
    except PermissionError as error:
        raise UserError(tr("没有权限读证书或私钥文件，请检查文件权限")) from error
    except (ssl.SSLError, OSError, ValueError) as error:
        raise UserError(
            tr("证书和私钥读不懂或不成对，请用 PEM 格式，私钥不要加密码")
        ) from error
    return context


def _context(options: Options, *_: Any) -> ssl.SSLContext:
    context = tls(options)
    assert context is not None  # asked for only with a certificate
    return context


def config(
    app: Starlette | Callable[[], Starlette],
    options: Options,
    limits: Limits,
    *,
    logging_config: dict[str, Any] | None = logs.CONFIG,
    factory: bool = False,
) -> uvicorn.Config:
    """uvicorn with the bounds of this server. `app` may be what makes it."""
    own = limits != BoundedProtocol.limits
    return uvicorn.Config(
        app,
        factory=factory,
        workers=options.workers,
        http=bounded_protocol(limits) if own else BoundedProtocol,
        ws="none",
        log_config=logging_config,
        access_log=False,  # addresses and times of workers are nobody's business
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=STOPS_WITHIN,
        timeout_worker_healthcheck=_HANGS_AFTER,
        h11_max_incomplete_event_size=HEADER_BYTES,
        lifespan="off",
        server_header=False,
        date_header=False,
        proxy_headers=bool(options.proxies),
        forwarded_allow_ips=list(options.proxies),
        ssl_context_factory=partial(_context, options) if options.certificate else None,
    )


def settle() -> None:
    """Leave what stands for good out of each search for garbage: the program's own
    300,000 objects took a fifth of the server's time (bench: sync)."""
    gc.collect()
    garbage.leave_out("county")


def run_one(found: uvicorn.Config, options: Options, sock: socket.socket) -> None:
    """Serve in this process until a signal."""
    settle()
    open_files(BoundedProtocol.limits.connections + _SPARE_FILES)
    _end_quietly()
    if options.certificate and hasattr(signal, "SIGHUP"):
        found.load()
        signal.signal(signal.SIGHUP, partial(_renew, options, found.ssl))
    uvicorn.Server(found).run(sockets=[sock])


def _end_quietly() -> None:
    """After its requests have ended uvicorn sends itself the signal once more."""

    def end(*_: Any) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)


def _renew(options: Options, context: ssl.SSLContext | None, *_: Any) -> None:
    """Take a renewed certificate for the connections that come; else keep the old."""
    try:
        tls(options)  # both files fit before either is taken
        if context and options.certificate:
            context.load_cert_chain(options.certificate, options.key, password="")
    except (UserError, OSError, ValueError) as error:
        _LOG.error("the certificate could not be renewed", exc_info=error)
    else:
        _LOG.info("the certificate was read again")


def run_many(found: uvicorn.Config, sock: socket.socket) -> None:
    """Serve in several processes on one socket until a signal.

    One that dies is replaced; SIGHUP replaces each by a new one in turn.
    """
    open_files(BoundedProtocol.limits.connections + _SPARE_FILES)
    Multiprocess(found, sockets=[sock]).run()


def end_with_parent() -> None:
    """End this process, one of several, as by SIGTERM when its parent is gone.

    Killed (SIGKILL, no memory left), the parent could not tell it; the port would stay
    taken by servers that nobody replaces or renews any more.
    """
    made_by = parent_process()
    assert made_by is not None  # asked for only in one of several

    def watch() -> None:
        connection.wait([made_by.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()


@contextmanager
def shared_counters() -> Generator[None]:
    """A folder in which several processes count together (see `metrics`)."""
    with tempfile.TemporaryDirectory(prefix="gridapp-metrics-") as folder:
        os.environ[SHARED] = folder
        try:
            yield
        finally:
            del os.environ[SHARED]


@contextmanager
def metrics_port(options: Options, metrics: Metrics) -> Generator[None]:
    """Answers /metrics on a port of its own, if one is wanted."""
    if options.metrics_port is None:
        yield
        return
    try:
        server, thread = start_http_server(
            options.metrics_port, options.host, metrics.registry
        )
    except OSError as error:
        raise _taken(options.host, options.metrics_port) from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
