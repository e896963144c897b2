"""What the page of the buildings reads and writes, off the thread of the window."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from gridapp.language import tr
from gridapp.store.database import Connection
from gridapp.work.buildings import (
    Block,
    Estate,
    Outline,
    near_due,
    read_block,
    read_estate,
)
from gridapp.work.due import Due
from gridapp.work.matrix import Matrix, arrange


@dataclass(frozen=True)
class Shown:
    """A building as it was read, with its doors in rows."""

    block: Block
    matrix: Matrix


def combo_words(one: Outline) -> str:
    """Return 3号楼  急办 3  快到期 6."""
    words = [one.name]
    if one.counts.get("urgent"):
        words.append(tr("急办 {count}", count=one.counts["urgent"]))
    if one.counts.get("soon"):
        words.append(tr("快到期 {count}", count=one.counts["soon"]))
    return "  ".join(words)


def read_all(
    db: Connection, day: dt.date, wanted: UUID | None
) -> tuple[Estate, Shown | None]:
    near = near_due(db, day)
    estate = read_estate(db, day, near)
    known = {one.id for one in estate.outlines}
    if wanted not in known:
        worst = max(
            estate.outlines, key=lambda one: one.counts.get("urgent", 0), default=None
        )
        wanted = worst.id if worst else None
    return estate, _shown(db, wanted, day, near) if wanted else None


def read_building(db: Connection, building_id: UUID, day: dt.date) -> Shown | None:
    """Read one building; None when there is none."""
    return _shown(db, building_id, day, None)


def _shown(
    db: Connection, building_id: UUID, day: dt.date, near: Sequence[Due] | None
) -> Shown | None:
    block = read_block(db, building_id, day, near)
    return Shown(block, arrange(block)) if block else None
