"""Half-filled forms, kept so that a kill or a lock loses no typing."""

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
    statement = insert(draft).values(
        key=key,
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
    query = text("SELECT content FROM draft WHERE key = :key")
    content = db.execute(query, {"key": key}).scalar()
    return None if content is None else json.loads(content)


def drop(tx: Writing, key: str) -> None:
    """Forget a draft whose form was saved."""
    tx.db.execute(text("DELETE FROM draft WHERE key = :key"), {"key": key})
