"""The county server over HTTP: Starlette on uvicorn."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gridapp.county import edge, openapi, photo_routes, serving, update_routes
from gridapp.county.limits import Crowd, Limits, crowded
from gridapp.county.logs import Watched
from gridapp.county.metrics import Metrics
from gridapp.county.routes import Edge, Operation, refused
from gridapp.county.serving import Options
from gridapp.county.store import County, open_county
from gridapp.county.web import resident_routes
from gridapp.county.web import routes as web
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.sync.protocol import Refused
from gridapp.sync.versions import SERVED, Served

_STARTS_WITHIN = 10.0  # seconds


def operations() -> Sequence[Operation]:
    """Every path for programs; see `routes` for how to add one."""
    return (
        *edge.operations(),
        *photo_routes.operations(),
        *update_routes.operations(),
    )


def make_app(
    county: County,
    limits: Limits | None = None,
    served: Served = SERVED,
    *,
    metrics_here: bool = True,
) -> Starlette:
    """The ASGI application on an open county database.

    metrics_here: answer /metrics on this port, to programs on this machine.
    """
    limits, served_ones = limits or Limits(), operations()
    shown = (*web.operations(), *resident_routes.operations())
    metrics = Metrics(county)
    app = Starlette(
        routes=[one.route() for one in (*served_ones, *shown)],
        middleware=[
            Middleware(Watched, metrics, _saying(_broken), edge.QUIET),
            Middleware(Crowd, limits.requests, _saying(crowded), edge.QUIET),
        ],
        exception_handlers={HTTPException: _no_such_path},
    )
    app.router.redirect_slashes = False
    app.state.edge = Edge(county, limits, served)
    app.state.metrics, app.state.metrics_here = metrics, metrics_here
    app.state.openapi = openapi.document(served_ones)
    return app


def _saying(refusal: Callable[[], Refused]) -> ASGIApp:
    """An ASGI application that refuses whatever it is asked."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = refused(request, refusal())
        response.headers["connection"] = "close"
        await response(scope, receive, send)

    return answer


def _broken() -> Refused:
    return Refused("broken", tr("县级服务器出错了，请稍后再试；改动都在本机"), wait=30)


async def _no_such_path(request: Request, error: Exception) -> Response:
    """A path or method that the server does not have."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    code = "method" if status == 405 else "path"
    response = refused(
        request, Refused(code, tr("县级服务器没有这个地址，请核对后再试"))
    )
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response


def worker_app(folder: Path, options: Options) -> Starlette:
    """The application of one of several processes; each opens the database itself."""
    serving.end_with_parent()
    app = make_app(open_county(folder), metrics_here=options.metrics_port is None)
    serving.settle()
    return app


def serve(
    folder: Path,
    host: str = "127.0.0.1",
    port: int = 8700,
    options: Options | None = None,
) -> None:
    """Run the server until it is told to stop; prints its address as the first line.

    UserError when it cannot: the port is taken, the certificate cannot be read, or
    several processes are asked of a database that only one can write.
    """
    options = replace(options or Options(), host=host, port=port)
    serving.tls(options)
    with closing(open_county(folder)) as county:
        if options.workers > 1 and not county.postgres:
            raise UserError(
                tr("SQLite 数据库只能用一个进程，要用多个进程请改用 PostgreSQL")
            )
        sock, url = serving.listen(options)
        with sock:
            print(url, flush=True)  # noqa: T201  (the first line of `county serve`)
            (_serve_many if options.workers > 1 else _serve_one)(
                folder, county, options, sock
            )


def _serve_one(_: Path, county: County, options: Options, sock: socket.socket) -> None:
    app = make_app(county, metrics_here=options.metrics_port is None)
    with serving.metrics_port(options, app.state.metrics):
        serving.run_one(serving.config(app, options, Limits()), options, sock)


def _serve_many(
    folder: Path, county: County, options: Options, sock: socket.socket
) -> None:
    with serving.shared_counters():
        make = partial(worker_app, folder, options)
        found = serving.config(make, options, Limits(), factory=True)
        with serving.metrics_port(options, Metrics(county)):
            serving.run_many(found, sock)


@contextmanager
def running(
    folder: Path,
    limits: Limits | None = None,
    options: Options | None = None,
    served: Served = SERVED,
) -> Generator[str]:
    """A server in a thread of this process, on a free port; gives its address."""
    options = replace(options or Options(), port=0)
    limits = limits or Limits()
    county = open_county(folder)
    sock, url = serving.listen(options)
    app = make_app(county, limits, served)
    server = uvicorn.Server(serving.config(app, options, limits, logging_config=None))
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [sock]}, name="county", daemon=True
    )
    thread.start()
    try:
        deadline = time.monotonic() + _STARTS_WITHIN
        while not server.started and thread.is_alive():
            if time.monotonic() > deadline:
                raise UserError(tr("县级服务器没有启动，请查看日志"))
            time.sleep(0.01)
        yield url
    finally:
        server.should_exit = True
        thread.join(_STARTS_WITHIN)
        sock.close()
        county.close()
