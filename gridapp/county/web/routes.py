"""The addresses of the pages: a code lets a browser in, its cookie opens the figures.

They are no part of the protocol and so not in `/openapi.json`. Nothing here runs a
script, comes from elsewhere or may be framed (Content-Security-Policy Level 3); nothing
is kept by the browser but the cookie, which no script reads and no other site sends
(RFC 6265bis: HttpOnly, SameSite=Strict). The two forms that change something are also
held to come from these pages by the Origin header (Fetch standard).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, quote

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from gridapp.county import attempts, browsers
from gridapp.county.limits import body_of
from gridapp.county.routes import (
    Operation,
    Run,
    edge_of,
    facts_of,
    in_thread,
    source_of,
)
from gridapp.county.web import pages, safe, workbook
from gridapp.county.web.figures import Counted, Kept, Period
from gridapp.county.web.tables import Seen
from gridapp.language import tr
from gridapp.sync.protocol import Refused

COOKIE = "gridapp_web"
_MOST = 4 << 10  # bytes of a form
_LOGIN = frozenset({"token", "revoked", "code", "rate"})  # a code may help


class _Asked(NamedTuple):
    """What somebody wants to see, and may."""

    found: Counted
    seen: Seen
    period: Period
    area: str


def operations() -> Sequence[Operation]:
    """The pages, for the county's application."""
    return (
        _page("GET", "/", _first),
        _page("GET", pages.HOME, _board),
        _page("GET", "/web/style.css", _style),
        _page("GET", pages.DOWNLOAD, _download),
        _page("POST", "/web/enter", _enter),
        _page("POST", "/web/leave", _leave),
    )


def _page(method: str, path: str, run: Run) -> Operation:
    return safe.operation(method, path, run, _refused)


def _refused(request: Request, error: Refused) -> Response:
    """A page that says why, with the form for a code where one may help."""
    said = str(error) if request.cookies.get(COOKIE) or error.code != "token" else ""
    unsafe, asks = safe.in_the_open(request), error.code in _LOGIN
    words = partial(pages.door, said, asks=asks, in_the_open=unsafe)
    response = safe.refusal(request, error, words)
    if error.code == "token":
        _forget(request, response)
    return response


async def _first(_: Request) -> Response:
    return RedirectResponse(pages.HOME, 303)


async def _style(_: Request) -> Response:
    file = Path(pages.HERE, "style.css")
    if not file.is_file():  # a copy without the pages
        raise Refused("path", tr("县级服务器没有这个地址，请核对后再试"))
    return FileResponse(file, media_type="text/css")


async def _board(request: Request) -> Response:
    asked = await _asked(request)
    words = pages.board(asked.found, asked.seen, asked.period, asked.area)
    return HTMLResponse(words)


async def _download(request: Request) -> Response:
    asked = await _asked(request)
    days = pages.days_of(asked.found, asked.period)
    words = tr(
        "本期：{days}；数字截至 {at:%Y-%m-%d %H:%M}",
        days=days,
        at=asked.found.at.astimezone(),
    )
    file = await in_thread(request, workbook.written, asked.seen, words)
    name = quote(tr("网格统计 {days}.xlsx", days=days))
    saved = {"content-disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(file, headers=saved, media_type=workbook.MEDIA_TYPE)


async def _asked(request: Request) -> _Asked:
    viewer = await _viewer(request)
    given = request.query_params
    try:
        period = Period(given.get("period", ""))
    except ValueError:
        period = Period.MONTH
    area = given.get("area", "")[:32]
    # One at a time: whoever else comes finds the answer that was counted meanwhile.
    kept, one = _kept(request)
    found = await to_thread.run_sync(partial(kept.of, period), limiter=one)
    seen = found.seen_by(viewer.grids)
    if area:
        seen = [each for each in seen if each[0].code.startswith(area)]
    return _Asked(found, seen, period, area if seen else "")


def _kept(request: Request) -> tuple[Kept, CapacityLimiter]:
    """The figures of this process, counted when somebody first asks for them."""
    state = request.app.state
    if not hasattr(state, "figures"):
        state.figures = Kept(edge_of(request).county), CapacityLimiter(1)
    return state.figures


async def _viewer(request: Request) -> browsers.Viewer:
    token = request.cookies.get(COOKIE, "")
    if not token:
        raise Refused("token", tr("请填登记码"))
    county = edge_of(request).county
    try:
        found = await in_thread(request, browsers.viewer, county, token)
    except Refused as error:
        if error.code == "token":
            source = source_of(request)
            failed = partial(attempts.failed, county, attempts.TOKEN, source)
            raise await in_thread(request, failed) or error from None
        raise
    facts_of(request).device = found.id
    return found


async def _enter(request: Request) -> Response:
    safe.check_origin(request, tr("这张表不是从统计网页发来的，请重新打开统计页再填"))
    body = await body_of(request, edge_of(request).limits, _MOST)
    given = parse_qs(body.decode(errors="replace"))
    code = given.get("code", [""])[0][:100]
    county = edge_of(request).county
    token = await in_thread(request, browsers.enter, county, code, source_of(request))
    response = RedirectResponse(pages.HOME, 303)
    response.set_cookie(
        COOKIE,
        token,
        max_age=browsers.DAYS * 86400,
        path=pages.HOME,
        secure=request.scope["scheme"] == "https",
        httponly=True,
        samesite="strict",
    )
    return response


async def _leave(request: Request) -> Response:
    safe.check_origin(request, tr("这张表不是从统计网页发来的，请重新打开统计页再填"))
    token = request.cookies.get(COOKIE, "")
    if token:
        await in_thread(request, browsers.leave, edge_of(request).county, token)
    response = RedirectResponse(pages.HOME, 303)
    _forget(request, response)
    return response


def _forget(request: Request, response: Response) -> None:
    if request.cookies.get(COOKIE):
        response.delete_cookie(COOKIE, path=pages.HOME)
