"""Which version of the program each laptop has, and updates that did not come in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from gridapp.county import acts
from gridapp.county.rights import Device
from gridapp.county.tables import act
from gridapp.sync.protocol import SyncRequest
from gridapp.sync.update_messages import MAX_PROGRAM
from gridapp.update.file import numbers

_FAILED = re.compile(r"[0-9.]{3,32} -?[0-9]{1,10}")


def is_news(device: Device, request: SyncRequest) -> bool:
    """Whether a request says something of the program that is to be written down."""
    return bool(_version(device, request) or request.failed)


def told(db: Connection, device: Device, request: SyncRequest) -> dict[str, Any]:
    """What a request makes the county keep of the laptop's program, as columns of
    `device`. An update that did not come in becomes an act, once."""
    if _FAILED.fullmatch(request.failed):
        same = select(act.c.id).where(
            act.c.what == acts.UPDATE_FAILED,
            act.c.subject == str(device.id),
            act.c.detail == request.failed,
        )
        if db.scalar(same.limit(1)) is None:
            acts.note(db, acts.UPDATE_FAILED, device.id, request.failed)
    version = _version(device, request)
    return {"version": version} if version else {}


def _version(device: Device, request: SyncRequest) -> str:
    """The version of the laptop's program; "" when it is known already, or none."""
    told = request.program
    return told if told != device.program and 0 < len(told) <= MAX_PROGRAM else ""


def failed(db: Connection, versions: Mapping[UUID, str]) -> dict[UUID, str]:
    """Of laptops with these versions: the update that did not come in there last, as
    `version code`, unless one as new has come in since."""
    query = (
        select(act.c.subject, act.c.detail)
        .where(act.c.what == acts.UPDATE_FAILED)
        .order_by(act.c.at)
    )
    last = {UUID(subject): detail for subject, detail in db.execute(query)}
    return {
        one: last[one]
        for one, version in versions.items()
        if one in last and not _reached(version, last[one].split()[0])
    }


def _reached(version: str, wanted: str) -> bool:
    try:
        return numbers(version) >= numbers(wanted)
    except ValueError:  # of another program
        return False
