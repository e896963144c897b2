"""Answers one request: bytes in, bytes out, whatever carries them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from uuid import UUID

import msgspec
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from gridapp.county import (
    access,
    attempts,
    locks,
    rejoin,
    syncing,
)
from gridapp.county.codes import hashed_code, prepared_part
from gridapp.county.forms import PACKED, Form, told
from gridapp.county.rights import hashed
from gridapp.county.store import County
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.sync.protocol import (
    MAX_ASKED,
    EnrolReply,
    EnrolRequest,
    LockDone,
    Refusal,
    Refused,
    RejoinRequest,
    SyncRequest,
    UnlockRequest,
    digest,
)
from gridapp.sync.versions import SERVED, Served, Versioned

_LOG = logging.getLogger(__name__)
M = TypeVar("M", bound=msgspec.Struct)
T = TypeVar("T")
ENROL, SYNC, REJOIN = "/v1/enrol", "/v1/sync", "/v1/rejoin"
LOCKED, UNLOCK = "/v1/locked", "/v1/unlock"
STATUS = {
    "token": 401,
    "revoked": 403,
    "role": 403,
    "lock": 423,
    "device": 409,
    "epoch": 409,
    "size": 413,
    "slow": 408,
    "version": 426,
    "rate": 429,
    "broken": 500,
    "busy": 503,
    "path": 404,
    "method": 405,
    "photo": 404,
    "update": 404,
    "scope": 403,
    "offset": 409,
    "expired": 410,
    "tus": 412,
    "type": 415,
    "content": 422,
    "in_use": 423,
    "many": 429,
    "checksum": 460,
    "full": 507,
}
NO_DATABASE = (OperationalError, NoConnectionFree)
_MAX_ENROL = 64 << 10  # bytes of an unpacked request for a device; nobody is known yet
_BUSY_WAIT = 5  # seconds


@dataclass(frozen=True)
class Answer:
    """An HTTP status and a written message, and what the log may say of it.

    `wait`: seconds after which to try again, if that helps. `code` of a Refusal;
    `device` that asked, once it is known; `taken`, `held` and `sent` are changes.
    """

    status: int
    body: bytes
    wait: int = 0
    code: str = ""
    device: UUID | None = None
    taken: int = 0
    held: int = 0
    sent: int = 0


def answer(
    county: County,
    path: str,
    token: str,
    body: bytes,
    form: Form = PACKED,
    served: Served = SERVED,
    source: str | None = None,
) -> Answer:
    """What the county says to a request; a Refusal in words when it says no.

    source: the address that it came from, if it came over a network.
    """
    try:
        if path == ENROL:
            request = _read(body, EnrolRequest, _MAX_ENROL, form, served)
            served.check(request.version, pushing=False)
            reply = _enrolled(county, request, source)
            return Answer(200, form.write(reply))
        if path == REJOIN:
            return _rejoined(county, token, body, form, served)
        if path == UNLOCK:
            asked = _read(body, UnlockRequest, _MAX_ENROL, form, served)
            unlock = partial(locks.open_again, county, asked)
            key = by_code(county, attempts.UNLOCK, source, unlock)
            return Answer(200, form.write(key))
        if path == LOCKED:
            said = _read(body, LockDone, _MAX_ENROL, form, served)
            return Answer(200, form.write(locks.done(county, hashed(token), said)))
        return _synced(county, token, body, form, served)
    except Refused as error:
        if error.code == "token":
            error = attempts.failed(county, attempts.TOKEN, source) or error
        return refusal(error, form)
    except NO_DATABASE as error:
        return refusal(busy(error), form)
    except UserError as error:
        return refusal(Refused("unreadable", told(error)), form)


def _enrolled(county: County, request: EnrolRequest, source: str | None) -> EnrolReply:
    """Let a laptop in. The number that goes with a prepared file is short, so wrong
    ones count against the file too, from wherever they come."""
    enrol = partial(access.enrol, county, request)
    part = prepared_part(request.code)
    if not part:
        return by_code(county, attempts.ENROL, source, enrol)
    by_file = partial(by_code, county, attempts.PIN, hashed_code(part), enrol)
    return by_code(county, attempts.ENROL, source, by_file)


def by_code(county: County, kind: str, source: str | None, act: Callable[[], T]) -> T:
    """Do what takes a code; a wrong one counts against where it came from."""
    attempts.check(county, kind, source)
    try:
        return act()
    except Refused as error:
        if error.code != "code":
            raise
        raise attempts.failed(county, kind, source) or error from None


def busy(error: Exception) -> Refused:
    """What a request is told whose database did not answer; the log gets the cause."""
    _LOG.error("the county's database did not answer", exc_info=error)
    words = tr("县级服务器正忙，请过一会儿再同步；改动都在本机")
    return Refused("busy", words, wait=_BUSY_WAIT)


def refusal(error: Refused, form: Form = PACKED, request: str = "") -> Answer:
    """The answer that says why; `request` is the number by which the log knows it."""
    versions, pushes = list(error.versions), list(error.pushes)
    message = Refusal(error.code, str(error), versions, pushes, request, error.order)
    status = STATUS.get(error.code, 400)
    return Answer(status, form.write(message), error.wait, error.code)


def _read(body: bytes, kind: type[M], most: int, form: Form, served: Served) -> M:
    """The request in `body`; one of another version may be unreadable in this one."""
    try:
        return form.read(body, kind, most)
    except Refused:
        raise
    except UserError:
        served.check(form.read(body, Versioned, most).version, pushing=True)
        raise


def _synced(
    county: County, token: str, body: bytes, form: Form, served: Served
) -> Answer:
    """Who asks is looked at before what they ask: to read it is the dearer part."""
    who = partial(access.authenticate, token=token)
    with county.reading() as db:
        device = who(db)
    request = _read(body, SyncRequest, MAX_ASKED, form, served)
    reply = syncing.reply_to(county, who, request, device, served)
    reply.answers = digest(body)
    return Answer(
        200,
        form.write(reply),
        device=device.id,
        taken=reply.pushed.taken if reply.pushed else 0,
        held=len(reply.pushed.held) if reply.pushed else 0,
        sent=len(reply.pulled.changes) if reply.pulled else 0,
    )


def _rejoined(
    county: County, token: str, body: bytes, form: Form, served: Served
) -> Answer:
    who = partial(access.authenticate, token=token)
    with county.reading() as db:
        device = who(db)
    request = _read(body, RejoinRequest, MAX_ASKED, form, served)
    served.check(request.version, pushing=False)
    reply = rejoin.answer(county, who, request)
    return Answer(200, form.write(reply), device=device.id)
