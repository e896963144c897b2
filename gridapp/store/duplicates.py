"""Files that may be of the same person, found by one pass over a few columns."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations
from uuid import UUID

from sqlalchemy import Connection, select

from gridapp.models import Resident
from gridapp.models.record import table_of
from gridapp.store import state
from gridapp.store.vault import Writing

DIFFERENT = "different_people"  # pairs that somebody looked at and kept apart
MOST_ALIKE = 6  # files with one name and birth date that are compared each to each
Pair = tuple[UUID, UUID]


def pairs(db: Connection) -> list[tuple[Pair, str]]:
    """Pairs of files with what they share, `id_number` or `name_birth`.

    The same ID number comes first; two different ID numbers are two people whatever
    their names. Pairs that somebody kept apart on this laptop are left out.
    """
    c = table_of(Resident).c
    query = select(c.id, c.name, c.id_number, c.born_on).where(c.deleted_at.is_(None))
    numbers: dict[str, list[UUID]] = defaultdict(list)
    births: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    number_of: dict[UUID, str] = {}
    for key, name, number, born in db.execute(query.order_by(c.id)):
        if number:
            numbers[number].append(key)
            number_of[key] = number
        if born and len(born) == 10:  # a whole date, not only its year
            births[(name, born)].append(key)
    apart = _kept_apart(db)
    found: dict[Pair, str] = {}
    for alike in numbers.values():
        found.update(dict.fromkeys(_each(alike), "id_number"))
    for alike in births.values():
        for first, second in _each(alike):
            both = {number_of.get(first), number_of.get(second)} - {None}
            if len(both) < 2:
                found.setdefault((first, second), "name_birth")
    return [(pair, why) for pair, why in found.items() if pair not in apart]


def _each(alike: list[UUID]) -> Iterable[Pair]:
    return combinations(alike[:MOST_ALIKE], 2)


def _kept_apart(db: Connection) -> set[Pair]:
    kept = json.loads(state.value(db, DIFFERENT) or "[]")
    return {(UUID(first), UUID(second)) for first, second in kept}


def keep_apart(tx: Writing, first: UUID, second: UUID) -> None:
    """Remember on this laptop that these two are different people."""
    apart = _kept_apart(tx.db) | {(min(first, second), max(first, second))}
    written = sorted([one.hex, other.hex] for one, other in apart)
    state.keep(tx.db, DIFFERENT, json.dumps(written))


def forget_apart(tx: Writing, first: UUID, second: UUID) -> None:
    """Propose these two again."""
    apart = _kept_apart(tx.db) - {(min(first, second), max(first, second))}
    written = sorted([one.hex, other.hex] for one, other in apart)
    state.keep(tx.db, DIFFERENT, json.dumps(written))
