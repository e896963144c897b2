"""Half-written forms of disputes: the registration, and each act by its dispute."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from gridapp.store import drafts
from gridapp.store.database import Connection
from gridapp.store.vault import Writing

KEY = "disputes"
NEW = "new"  # the registration of a dispute that is not there yet


def act_key(dispute_id: UUID, act: str) -> str:
    """Return under which key the form of an act is kept."""
    return f"{dispute_id.hex}:{act}"


def keep(tx: Writing, key: str, content: dict[str, Any]) -> None:
    """Keep what a form holds; the newest comes last."""
    kept = _all(tx.db)
    kept.pop(key, None)
    kept[key] = content
    drafts.keep(tx, KEY, kept)


def kept(db: Connection, key: str) -> dict[str, Any] | None:
    """Return what was kept of a form, None when nothing was."""
    return _all(db).get(key)


def waiting(db: Connection) -> list[str]:
    """Return the keys of all half-written forms, the newest first."""
    return list(reversed(_all(db)))


def drop(tx: Writing, key: str) -> None:
    """Forget a form that was saved."""
    left = _all(tx.db)
    left.pop(key, None)
    if left:
        drafts.keep(tx, KEY, left)
    else:
        drafts.drop(tx, KEY)


def _all(db: Connection) -> dict[str, dict[str, Any]]:
    return drafts.kept(db, KEY) or {}
