"""The addresses of the residents' page: `/r/` and the code of a grid.

Nobody signs in and nothing is kept by the browser. A receipt code travels in the body
of a form, never in an address, so that no log of a proxy and no history has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gridapp.county import reports, residents, service
from gridapp.county.limits import body_of
from gridapp.county.reports import Standing
from gridapp.county.residents import Page
from gridapp.county.routes import (
    Operation,
    Run,
    edge_of,
    facts_of,
    in_thread,
    source_of,
)
from gridapp.county.web import resident_pages, safe
from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.sync.protocol import Refused

_MOST = 16 << 10  # bytes of a form: 500 Chinese characters take 9 each
_FIELDS = (*reports.LONGEST, "category", "ticket", "code", "satisfied")


def operations() -> Sequence[Operation]:
    """The pages for residents, for the county's application."""
    return (
        _page("GET", "/r/{grid}", _first),
        _page("GET", "/r/{grid}/new/{kind}", _form),
        _page("POST", "/r/{grid}/new/{kind}", _take),
        _page("POST", "/r/{grid}/look", _look),
        _page("POST", "/r/{grid}/rate", _rate),
    )


def _page(method: str, path: str, run: Run) -> Operation:
    return safe.operation(method, path, run, _refused)


def _refused(request: Request, error: Refused) -> Response:
    # Only this server's own paths come here, so the way back is one of them.
    back = "" if error.code == "path" else f"/r/{request.path_params['grid']}"
    said = _BUSY if error.code == "busy" else str(error)
    words = partial(resident_pages.refusal, said, back)
    return safe.refusal(request, error, words)


_BUSY = tr("现在很忙，没有办成，请过一会儿再试；急事请打电话")


async def _shown(request: Request) -> Page:
    grid: str = request.path_params["grid"]
    return await in_thread(request, residents.page_of, edge_of(request).county, grid)


def _kind(request: Request) -> str:
    kind: str = request.path_params["kind"]
    if kind not in reports.KINDS:
        raise Refused("path", tr("没有这个网页，请重新扫一下海报上的码"))
    return kind


async def _given(request: Request) -> dict[str, str]:
    """What a form of these pages says; Refused when it was sent from elsewhere."""
    words = tr("这张表不是从这个网页交来的，请重新扫一下海报上的码再填")
    safe.check_origin(request, words)
    body = await body_of(request, edge_of(request).limits, _MOST)
    found = parse_qs(body.decode(errors="replace"))
    return {name: found[name][0] for name in _FIELDS if name in found}


async def _first(request: Request) -> Response:
    shown = await _shown(request)
    unsafe = safe.in_the_open(request)
    return HTMLResponse(resident_pages.first(shown, in_the_open=unsafe))


async def _form(request: Request) -> Response:
    kind, shown = _kind(request), await _shown(request)
    ticket = await in_thread(request, reports.ticket, edge_of(request).county, shown)
    unsafe = safe.in_the_open(request)
    return HTMLResponse(resident_pages.form(shown, kind, ticket, in_the_open=unsafe))


async def _take(request: Request) -> Response:
    kind, shown = _kind(request), await _shown(request)
    given = await _given(request)
    ticket = given.get("ticket", "")
    try:
        receipt, new = await in_thread(
            request,
            reports.take,
            edge_of(request).county,
            shown,
            kind,
            given,
            ticket,
            source_of(request),
        )
    except InvalidFields as error:
        facts_of(request).code = "content"
        unsafe = safe.in_the_open(request)
        words = resident_pages.form(
            shown, kind, ticket, given, error.messages, in_the_open=unsafe
        )
        return HTMLResponse(words, service.STATUS["content"])
    facts_of(request).reports = int(new)
    return HTMLResponse(resident_pages.taken(shown, receipt))


async def _look(request: Request) -> Response:
    shown, given = await _shown(request), await _given(request)
    code = given.get("code", "")[:40]
    found = await in_thread(
        request, reports.look, edge_of(request).county, code, source_of(request)
    )
    return _standing(shown, found, code)


async def _rate(request: Request) -> Response:
    shown, given = await _shown(request), await _given(request)
    code = given.get("code", "")[:40]
    said = partial(reports.rate, satisfied=given.get("satisfied") == "yes")
    found = await in_thread(
        request, said, edge_of(request).county, code, source_of(request)
    )
    return _standing(shown, found, code)


def _standing(shown: Page, found: Standing, code: str) -> Response:
    return HTMLResponse(resident_pages.standing(shown, found, code))
