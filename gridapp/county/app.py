"""The county server over HTTP: Starlette on uvicorn."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import gridapp
from gridapp.county import service
from gridapp.county.store import County, open_county
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.sync.protocol import MAX_PUSH, Refusal, pack

MEDIA_TYPE = "application/vnd.gridapp.sync"
_STARTS_WITHIN = 10.0  # seconds
_KEEP_ALIVE = 75  # seconds; uvicorn's own 5 cut laptops off between two requests


def make_app(county: County) -> Starlette:
    """The ASGI application on an open county database."""

    async def sync(request: Request) -> Response:
        body = bytearray()
        try:
            async for piece in request.stream():
                body += piece
                if len(body) > MAX_PUSH:
                    return _too_big()
        except ClientDisconnect:
            return Response(status_code=400)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        path = request.url.path
        found = await run_in_threadpool(
            service.answer, county, path, token, bytes(body)
        )
        return Response(found.body, found.status, media_type=MEDIA_TYPE)

    async def health(_: Request) -> Response:
        return JSONResponse({"program": "gridapp", "version": gridapp.__version__})

    return Starlette(
        routes=[
            Route(service.ENROL, sync, methods=["POST"]),
            Route(service.SYNC, sync, methods=["POST"]),
            Route("/health", health),
        ]
    )


def _too_big() -> Response:
    refusal = Refusal("size", tr("一次上传的数据过大，请升级程序后再试"))
    return Response(pack(refusal), 413, media_type=MEDIA_TYPE)


def _listen(host: str, port: int) -> tuple[socket.socket, str]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise UserError(
            tr("{host}:{port} 已被占用或不可用，请换一个端口", host=host, port=port)
        ) from error
    sock.listen(512)
    shown = f"[{host}]" if family == socket.AF_INET6 else host
    return sock, f"http://{shown}:{sock.getsockname()[1]}"


def _server(county: County) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            make_app(county),
            log_level="warning",
            access_log=False,  # addresses and times of workers are nobody's business
            timeout_keep_alive=_KEEP_ALIVE,
            timeout_graceful_shutdown=10,
            lifespan="off",
            server_header=False,
        )
    )


def serve(folder: Path, host: str = "127.0.0.1", port: int = 8700) -> None:
    """Run the server until it is told to stop; prints its address as the first line."""
    county = open_county(folder)
    try:
        sock, url = _listen(host, port)
        with sock:
            print(url, flush=True)  # noqa: T201  (the first line of `county serve`)
            _server(county).run(sockets=[sock])
    finally:
        county.close()


@contextmanager
def running(folder: Path) -> Generator[str]:
    """A server in a thread of this process, on a free port; gives its address."""
    county = open_county(folder)
    sock, url = _listen("127.0.0.1", 0)
    server = _server(county)
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
