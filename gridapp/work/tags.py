"""Ending a tag of a person, with the day and the reason."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from gridapp.errors import InvalidFields, UserError
from gridapp.language import tr
from gridapp.models import ResidentTag
from gridapp.store import records
from gridapp.store.vault import Writing


def end_tag(tx: Writing, tag_id: UUID, reason: str, on: dt.date) -> None:
    """End a tag on a day; InvalidFields without a reason, UserError when it is gone."""
    if not reason.strip():
        raise InvalidFields({"reason": tr("写一下为什么取消，如“子女已搬来同住”")})
    tag = records.get(tx.db, ResidentTag, tag_id)
    if tag is None:
        raise UserError(tr("这个标签已被删除"))
    ended = {"until": max(on, tag["since"]), "end_reason": reason.strip()}
    records.save(tx, ResidentTag, ended, tag_id)
