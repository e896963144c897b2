"""What holds for every page of the county: no script, no frame, no form from elsewhere.

Nothing runs a script, comes from elsewhere or may be framed (Content-Security-Policy
Level 3); forms are held to come from these pages by the Origin header (Fetch standard).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response

from gridapp.county import service
from gridapp.county.routes import Operation, Run, facts_of
from gridapp.errors import UserError
from gridapp.sync.protocol import Refused

_SAFE: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not `no-referrer`: with that, browsers send forms with `Origin: null`.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


def operation(
    method: str, path: str, run: Run, refused: Callable[[Request, Refused], Response]
) -> Operation:
    """A page at that path; `refused` makes the page that says why there is none."""

    async def answer(request: Request) -> Response:
        try:
            response = await run(request)
        except ClientDisconnect:
            response = Response(status_code=400)
        except Refused as error:
            response = refused(request, error)
        except UserError as error:
            response = refused(request, Refused("unreadable", str(error)))
        except service.NO_DATABASE as error:
            response = refused(request, service.busy(error))
        response.headers.update(_SAFE)
        return response

    return Operation(method, path, answer, {})


def refusal(request: Request, error: Refused, words: Callable[[], str]) -> Response:
    """The page of `words` with the status of a refusal, noted for the log."""
    facts_of(request).code = error.code
    try:
        page = HTMLResponse(words(), service.STATUS.get(error.code, 400))
    except UserError as none:  # a copy without the pages
        page = Response(str(none), 404, media_type="text/plain")
    if error.wait:
        page.headers["retry-after"] = str(error.wait)
    return page


def in_the_open(request: Request) -> bool:
    """Whether others on the line can read along."""
    host = request.headers.get("host", "").rpartition(":")
    here = (host[0] or host[2]) in ("127.0.0.1", "[::1]", "localhost")
    return request.scope["scheme"] != "https" and not here


def check_origin(request: Request, words: str) -> None:
    """Refused with these words when a form was not sent from these pages."""
    said = request.headers.get("origin", "").partition("://")[2]
    if not said or said != request.headers.get("host"):
        raise Refused("scope", words)
