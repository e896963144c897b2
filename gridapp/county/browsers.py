"""Browsers that show the county's figures: who is let in, and what they may see.

A browser is a device like a laptop: a code lets it in once, `county devices` lists it,
`county revoke` shuts it out at its next request. Its code and its token are kept in
another way than a laptop's (`codes.hashed_for_browser`), so that a browser's opens
nothing under /v1/, and a laptop's opens no page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, update
from uuid_utils.compat import uuid7

from gridapp.county import access, attempts, rights, service
from gridapp.county.access import CODE_DAYS, Invitation
from gridapp.county.codes import (
    fresh_code,
    hashed_browser_code,
    hashed_code,
    hashed_for_browser,
    shown,
)
from gridapp.county.store import County
from gridapp.county.tables import device, enrolment
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Worker, codes
from gridapp.models.issue_flow import ABOVE
from gridapp.models.kinds import now
from gridapp.models.record import table_of
from gridapp.sync.protocol import VERSION, EnrolReply, EnrolRequest, Refused

DAYS = 30  # that a browser is let in for
_SEEN_EVERY = dt.timedelta(hours=1)  # a look at a page seldom writes
_PROGRAM = "browser"


@dataclass(frozen=True)
class Viewer:
    """A browser that was let in."""

    id: UUID
    grids: frozenset[UUID]  # whose figures it may see


def invite(
    county: County,
    grid_codes: Sequence[str],
    worker: str,
    role: str | None = None,
    *,
    area: str | None = None,
    new_worker: bool = False,
) -> Invitation:
    """A code that lets one browser in, once; see `access.invite`.

    UserError, and nothing made, for a role that looks after no grids but its own.
    """
    code = fresh_code()
    with county.writing() as db:
        made = access.invite_in(
            db,
            code,
            grid_codes,
            worker,
            role,
            CODE_DAYS,
            area,
            new_worker=new_worker,
            kept_as=hashed_browser_code,
        )
        if made.role not in ABOVE:
            raise UserError(
                tr(
                    "{not_for}；是别的岗位，请用 --role 写明",
                    not_for=_not_for(made.role),
                )
            )
    return replace(made, code=shown(code))


def _not_for(role: str) -> str:
    return tr(
        "统计网页给网格长、社区、乡镇街道和县级看，{role}看不了",
        role=codes.table("worker_role").name(role),
    )


def enter(county: County, code: str, source: str | None) -> str:
    """Let a browser in; its token. Refused when the code is wrong, used or too old.

    source: the address that it came from; wrong codes count against it.
    """
    request = EnrolRequest(VERSION, code, uuid7().bytes, tr("浏览器"), _PROGRAM)
    return service.by_code(
        county, attempts.ENROL, source, partial(_enter, county, request)
    ).token


def _enter(county: County, request: EnrolRequest) -> EnrolReply:
    try:
        return access.enrol(county, request, hashed_browser_code, hashed_for_browser)
    except Refused as error:
        if error.code == "code" and _is_for_laptop(county, request.code):
            words = tr("这个登记码是给电脑登记用的，请向县里要一个看统计用的")
            raise Refused("code", words) from None
        raise


def _is_for_laptop(county: County, typed: str) -> bool:
    query = select(enrolment.c.code_hash).where(
        enrolment.c.code_hash == hashed_code(typed)
    )
    with county.reading() as db:
        return db.scalar(query) is not None


def viewer(county: County, token: str) -> Viewer:
    """The browser of that token.

    Refused "token" when there is none or its days are over, "revoked" when it was
    stopped, "role" when its worker is nobody any more who sees figures.
    """
    moment = now()
    with county.reading() as db:
        row = _row(db, token)
        if row is None or row.enrolled_at < moment - dt.timedelta(days=DAYS):
            words = tr("登录已到期，或这台浏览器还没有登录，请填登记码")
            raise Refused("token", words)
        if row.revoked_at is not None or row.lock_asked_at is not None:
            words = tr("这台浏览器已被停用，要再看请向县里要一个新的登记码")
            raise Refused("revoked", words)
        role: str = row.role or "worker"
        if role not in ABOVE:
            raise Refused("role", _not_for(role))
        found = Viewer(row.id, frozenset(rights.grids_of(db, row)))
    if moment - row.seen_at > _SEEN_EVERY:
        with county.writing() as db:
            seen = update(device).where(device.c.id == found.id)
            db.execute(seen.values(seen_at=moment))
    return found


def _row(db: Connection, token: str) -> Any:
    worker = table_of(Worker)
    query = select(device, worker.c.role).outerjoin(
        worker, worker.c.id == device.c.worker_id
    )
    kept = hashed_for_browser(token)
    return db.execute(query.where(device.c.token_hash == kept)).one_or_none()


def leave(county: County, token: str) -> None:
    """Shut a browser out, as it asks; nothing when it is not let in."""
    with county.reading() as db:
        row = _row(db, token)
    if row is not None and row.revoked_at is None:
        access.revoke(county, row.id)
