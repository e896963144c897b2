"""Half-filled forms, kept so that a kill or a lock loses no typing.

Each belongs to the account whose store the connection is of: who signs in at a locked
window finds their own, and leaves the others'. A draft of a program that knew no
accounts belongs to whoever asks for it first.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.dialects.sqlite import insert

from gridapp.models.kinds import now, time_text
from gridapp.store.tables import draft
from gridapp.store.vault import Writing


def keep(tx: Writing, key: str, content: dict[str, Any]) -> None:
    """Keep what a form holds; `content` is what JSON can hold."""
    _drop_ownerless(tx, key)
    statement = insert(draft).values(
        key=_own(tx.db, key),
        at=time_text(now()),
        content=json.dumps(content, ensure_ascii=False),
    )
    tx.db.execute(
        statement.on_conflict_do_update(
            index_elements=["key"],
            set_={"at": statement.excluded.at, "content": statement.excluded.content},
        )
    )


def kept(db: Connection, key: str) -> dict[str, Any] | None:
    """What was kept under `key`."""
    query = text(
        "SELECT content FROM draft WHERE key IN (:own, :key) ORDER BY key = :key"
    )
    content = db.execute(query, {"own": _own(db, key), "key": key}).scalar()
    return None if content is None else json.loads(content)


def drop(tx: Writing, key: str) -> None:
    """Forget a draft whose form was saved."""
    _drop_ownerless(tx, key)
    tx.db.execute(text("DELETE FROM draft WHERE key = :own"), {"own": _own(tx.db, key)})


def _drop_ownerless(tx: Writing, key: str) -> None:
    tx.db.execute(text("DELETE FROM draft WHERE key = :key"), {"key": key})


def _own(db: Connection, key: str) -> str:
    """The key as it is kept for whoever the connection works for."""
    user = db.get_execution_options().get("gridapp_user", "")
    return f"{user}/{key}"
