"""The end of each laptop's journal chain, kept where the laptop's owner cannot reach.

Who has a laptop's data key could rewrite its journal and make the chain over it anew
(gridapp/store/audit.py). So the county keeps the newest link that a laptop told, and
takes the next one only from a laptop that still has the one before.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Connection, select

from gridapp.county import acts
from gridapp.county.rights import Device
from gridapp.county.tables import device as devices
from gridapp.sync.protocol import Push

_HASH = 8  # bytes of a link that travel
_MOST = 1 << 53  # links that no laptop makes in its life


def told(db: Connection, device: Device, push: Push | None) -> dict[str, Any]:
    """What a push makes the county keep of the device's chain, as columns of `device`;
    nothing when it says nothing, or does not show the link that the county has.

    A link that the laptop shows otherwise than it was told becomes an act.
    """
    if push is None or not push.seals:
        return {}
    number, newest = push.seals[-1]
    if not 0 < number < _MOST or len(newest) != _HASH:
        return {}
    if device.seal_number:
        shown = dict(push.seals).get(device.seal_number)
        if shown is None:
            return {}  # an answer got lost: this one says which link to show
        if shown != device.seal:
            acts.note(db, acts.ALTERED, device.id, str(device.seal_number))
    return {"seal_number": number, "seal": newest}


def kept(
    db: Connection, device: Device, push: Push | None, at: dt.datetime
) -> tuple[int, int] | None:
    """For a push that told links: the number of the one that is kept now, 0 when none
    is, and `at` in seconds since 1970."""
    if push is None or not push.seals:
        return None
    query = select(devices.c.seal_number).where(devices.c.id == device.id)
    return db.scalar(query) or 0, int(at.timestamp())
