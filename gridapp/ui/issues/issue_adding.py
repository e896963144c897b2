"""What the form of a new issue reads before it begins and writes when it is saved."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from gridapp.models import Issue
from gridapp.models.record import Values
from gridapp.store import drafts, records
from gridapp.store.database import Connection
from gridapp.store.vault import Writing
from gridapp.work import attachments, flow, issues, limits
from gridapp.work.attachments import PendingPhoto

DRAFT = "issue:new"
OWNERS = 4  # names that are offered
_LAST_MINUTE = dt.time(23, 59)


@dataclass(frozen=True)
class Begun:
    """What the form needs to begin."""

    draft: dict[str, Any] | None
    owners: tuple[str, ...]  # who was asked last, the most often first


def end_on(day: dt.date, found_at: dt.datetime) -> dt.datetime:
    """Return the end of a day; of the day it was found in the evening, its last
    minute."""
    end = flow.end_of(day)
    if end > found_at:
        return end
    return dt.datetime.combine(day, _LAST_MINUTE).astimezone(dt.UTC)


def begin(db: Connection) -> Begun:
    """Return what was left half-written, and who was asked last."""
    known = records.filtered(db, Issue, {}, order="created_at", descending=True)[:200]
    counts = Counter(row["owner_name"] for row in known if row["owner_name"])
    owners = tuple(name for name, _ in counts.most_common(OWNERS))
    return Begun(drafts.kept(db, DRAFT), owners)


def limit_of(
    db: Connection, category: str, level: str, found_at: dt.datetime
) -> tuple[dt.date, str]:
    """Return the last day of an issue of that category, and its limit in words."""
    deadline = limits.issue_deadline(db, category, level, found_at)
    words = limits.issue_allowance(db, category, level).words
    return deadline.astimezone().date(), words


def add(tx: Writing, values: Values, photos: Sequence[PendingPhoto]) -> UUID:
    """Make the issue of a filled form, with its photos; its draft is dropped."""
    given = dict(values)
    action = given.pop("action")
    if given["place"] and not given["building_id"]:
        given["building_id"] = issues.building_named(tx.db, given["place"])
    issue_id = flow.open_issue(tx, given, action, given["result"] or "")
    if photos:
        attachments.attach(tx, "issue", issue_id, photos)
    drafts.drop(tx, DRAFT)
    return issue_id
