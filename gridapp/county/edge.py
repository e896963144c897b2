"""The server's own paths: syncing, letting in, and what tells how the server is."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

import gridapp
from gridapp import migrations
from gridapp.county import openapi, service
from gridapp.county.limits import body_of
from gridapp.county.metrics import MEDIA_TYPE, Metrics
from gridapp.county.routes import (
    Operation,
    edge_of,
    form_asked,
    in_thread,
    respond,
    source_of,
    token_of,
)
from gridapp.language import tr
from gridapp.sync.protocol import (
    EnrolReply,
    EnrolRequest,
    LockDone,
    Refused,
    RejoinReply,
    RejoinRequest,
    SyncReply,
    SyncRequest,
    UnlockReply,
    UnlockRequest,
)

HEALTH, READY, METRICS, VERSIONS = "/health", "/ready", "/metrics", "/v1/versions"
TEXT = "text/plain"
QUIET = frozenset({HEALTH, READY, METRICS})  # not worth a line in the log
_FORWARDED = ("x-forwarded-for", "forwarded", "via", "x-real-ip")


async def _exchange(request: Request) -> Response:
    edge, form = edge_of(request), form_asked(request)
    try:
        body = await body_of(request, edge.limits)
    except ClientDisconnect:
        return Response(status_code=400)
    answer = await in_thread(
        request,
        service.answer,
        edge.county,
        request.url.path,
        token_of(request),
        body,
        form,
        edge.served,
        source_of(request),
    )
    return respond(request, answer, form)


async def _health(_: Request) -> Response:
    return JSONResponse({"program": "gridapp", "version": gridapp.__version__})


async def _ready(request: Request) -> Response:
    def schema() -> str | None:
        with edge_of(request).county.reading() as db:
            return migrations.version_of(db)

    found = await in_thread(request, schema)
    if found != migrations.HEAD:
        words = tr("数据库的版本和程序不一致，请联系县里的管理人员")
        raise Refused("busy", words, wait=60)
    return JSONResponse({"ready": True, "schema": found})


async def _versions(request: Request) -> Response:
    served = edge_of(request).served
    return JSONResponse({"versions": served.whole, "push_only": served.push_only})


async def _metrics(request: Request) -> Response:
    """Only for a program on this machine that came without a proxy."""
    metrics: Metrics = request.app.state.metrics
    if not request.app.state.metrics_here or not _near(request):
        raise Refused("path", tr("县级服务器没有这个地址，请核对后再试"))
    return Response(await in_thread(request, metrics.text), media_type=MEDIA_TYPE)


def _near(request: Request) -> bool:
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(source_of(request) or "").is_loopback
    except ValueError:
        return False


async def _openapi(request: Request) -> Response:
    return JSONResponse(request.app.state.openapi)


def operations() -> Sequence[Operation]:
    """What the server serves beside photos."""
    exchange, told = openapi.exchange, openapi.told
    return (
        exchange(
            service.ENROL,
            _exchange,
            "Let a laptop in with a code that works once",
            (EnrolRequest, EnrolReply),
            token=False,
        ),
        exchange(
            service.SYNC,
            _exchange,
            "Send changes and ask for what is new, in one round trip",
            (SyncRequest, SyncReply),
        ),
        exchange(
            service.REJOIN,
            _exchange,
            "Meet a county that was restored from a backup",
            (RejoinRequest, RejoinReply),
        ),
        exchange(
            service.LOCKED,
            _exchange,
            "Say that the order to lock was carried out",
            (LockDone, LockDone),
        ),
        exchange(
            service.UNLOCK,
            _exchange,
            "Ask with a code to open a locked laptop again",
            (UnlockRequest, UnlockReply),
            token=False,
        ),
        told(VERSIONS, _versions, "Versions of the protocol", _VERSIONS),
        told(HEALTH, _health, "The server runs", _HEALTH),
        told(READY, _ready, "The server and its database can serve", _READY),
        told(METRICS, _metrics, "Counters, to this machine only", _TEXT, TEXT),
        told(openapi.PATH, _openapi, "This description", {"type": "object"}),
    )


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_TEXT = {"type": "string"}
_NUMBERS = {"type": "array", "items": {"type": "integer"}}
_HEALTH = _object(program={"const": "gridapp"}, version=_TEXT)
_READY = _object(ready={"const": True}, schema=_TEXT)
_VERSIONS = _object(versions=_NUMBERS, push_only=_NUMBERS)
