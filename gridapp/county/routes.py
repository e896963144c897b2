"""What a path of the server is made of: an `Operation` runs it and describes it.

To add one, write an async function of a Starlette request, put it and its description
into one `Operation`, and name that in the list which `app.operations` puts together:

    Operation("GET", "/v1/things/{id}", thing, {"summary": …, "responses": {…}})

It is then routed, logged, counted and part of `/openapi.json`. In the function:

- `edge_of(request)`: the county, the limits; `in_thread(request, work, …)` runs what
  asks the database, as many at once as there are connections to it;
- `limits.body_of(request)`, `limits.pieces(request, most)`: the body, bounded;
- `token_of`, `source_of`: who asks and from where;
- `facts_of(request)`: what the log may say of it (`device`, changes, `code`);
- raise `Refused(code, sentence, wait=…)`: it is answered in the form that was asked
  for, with the status of `service.STATUS` and a Retry-After header when `wait` is set.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gridapp.county import service
from gridapp.county.forms import Form, form_of
from gridapp.county.limits import Limits
from gridapp.county.store import County
from gridapp.errors import UserError
from gridapp.sync.protocol import Refused
from gridapp.sync.versions import Served

P = ParamSpec("P")
T = TypeVar("T")
Run = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Operation:
    """A method of a path: what runs it, and its OpenAPI operation object."""

    method: str
    path: str
    run: Run
    description: Mapping[str, Any]
    messages: tuple[type[Any], ...] = ()  # structs that the description refers to

    def route(self) -> Route:
        """Where Starlette finds it."""

        async def run(request: Request) -> Response:
            facts_of(request).path = self.path
            try:
                return await self.run(request)
            except Refused as error:
                return refused(request, error)
            except UserError as error:
                return refused(request, Refused("unreadable", str(error)))
            except service.NO_DATABASE as error:
                return refused(request, service.busy(error))

        return Route(self.path, run, methods=[self.method])


@dataclass
class Facts:
    """What the log and the counters may know of a request: nothing about a person."""

    request: str  # a number by which people can ask for its line in the log
    path: str = ""  # the template, such as /v1/photos/{hash}
    device: UUID | None = None
    code: str = ""  # of a Refusal
    taken: int = 0
    held: int = 0
    sent: int = 0
    reports: int = 0  # of residents that were taken


@dataclass
class Edge:
    """What all requests of one process share."""

    county: County
    limits: Limits
    served: Served
    threads: CapacityLimiter = field(init=False)

    def __post_init__(self) -> None:
        self.threads = CapacityLimiter(self.limits.threads)


def edge_of(request: Request) -> Edge:
    """What this process shares among its requests."""
    return request.app.state.edge


def facts_of(request: Request) -> Facts:
    """What the log will say of this request."""
    return request.scope["facts"]


async def in_thread(
    request: Request, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run `work` beside the event loop, when a connection to the database is free."""

    def run() -> T:
        return work(*args, **kwargs)

    return await to_thread.run_sync(run, limiter=edge_of(request).threads)


def token_of(request: Request) -> str:
    """The secret of the device that asks; "" when it says none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def source_of(request: Request) -> str | None:
    """The address that a request came from; None when it came through no network."""
    return request.client.host if request.client else None


def form_asked(request: Request) -> Form:
    """The form of the body, which is also the form of the answer."""
    kind = request.headers.get("content-type") or request.headers.get("accept", "")
    return form_of(kind)


def respond(request: Request, answer: service.Answer, form: Form) -> Response:
    """The answer as a response; the log learns what it may."""
    facts = facts_of(request)
    facts.device = answer.device or facts.device
    facts.code, facts.taken = answer.code, answer.taken
    facts.held, facts.sent = answer.held, answer.sent
    headers = {"retry-after": str(answer.wait)} if answer.wait else None
    return Response(answer.body, answer.status, headers, form.media_type or None)


def refused(request: Request, error: Refused) -> Response:
    """A refusal in words, in the form that was asked for."""
    form = form_asked(request)
    number = facts_of(request).request
    return respond(request, service.refusal(error, form, number), form)
