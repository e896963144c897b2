"""Half-filled visit forms, one a person and way, so that none overwrites another."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from gridapp.store import drafts
from gridapp.store.database import Connection
from gridapp.store.vault import Writing
from gridapp.ui.care.visit_values import VisitEntry, Way

KEY = "visits"


def keep(tx: Writing, entry: dict[str, Any]) -> None:
    """Keep what a form holds, as `VisitEntry.draft` gives it; the newest comes last."""
    kept = _all(tx.db)
    kept.pop(_key(UUID(entry["resident_id"]), entry["way"]), None)
    kept[_key(UUID(entry["resident_id"]), entry["way"])] = entry
    drafts.keep(tx, KEY, kept)


def kept(db: Connection, resident_id: UUID, way: Way) -> VisitEntry | None:
    """Return what was kept of this form, None when nothing was."""
    found = _all(db).get(_key(resident_id, way))
    return VisitEntry.from_draft(found) if found else None


def waiting(db: Connection) -> list[VisitEntry]:
    """Return every half-filled form, the newest first."""
    return [VisitEntry.from_draft(one) for one in reversed(_all(db).values())]


def drop(tx: Writing, resident_id: UUID, way: Way) -> None:
    """Forget a form that was saved."""
    left = _all(tx.db)
    left.pop(_key(resident_id, way), None)
    if left:
        drafts.keep(tx, KEY, left)
    else:
        drafts.drop(tx, KEY)


def _all(db: Connection) -> dict[str, dict[str, Any]]:
    return drafts.kept(db, KEY) or {}


def _key(resident_id: UUID, way: Way) -> str:
    return f"{resident_id.hex}:{way}"
