"""与户主关系 when the head of a household changes: what still holds is proposed.

Codes are GB/T 4761-2008. Only what follows for certain is proposed; every other
relation is left for the worker to fill in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from gridapp.models.record import Values

HEAD, SPOUSE, SIBLING, PARENT = "02", "10", "70", "50"
HEADS = frozenset({"01", "02"})
_SPOUSES = frozenset({"10", "11", "12"})
_SAME_FOR_SPOUSE = ("2", "3", "4")  # children and grandchildren of one are the other's
_IN_LAW = frozenset({"28", "38"})
_PARENT_BY_SEX = {"1": "51", "2": "52"}


def is_head(member: Values) -> bool:
    """Whether somebody is written down as the head of their household."""
    return member["relation"] in HEADS


def after_head(members: Sequence[Values], head_id: UUID) -> Mapping[UUID, str | None]:
    """Proposed relation of each member when `head_id` becomes the head."""
    new = next((one["relation"] for one in members if one["id"] == head_id), None)
    found: dict[UUID, str | None] = {}
    for member in members:
        if member["id"] == head_id:
            found[member["id"]] = HEAD
        elif new in HEADS:
            found[member["id"]] = member["relation"]
        else:
            found[member["id"]] = _relation(new or "", member)
    return found


def _relation(new: str, member: Values) -> str | None:
    old: str = member["relation"] or ""
    if new in _SPOUSES:
        if is_head(member):
            return SPOUSE
        return old if old[:1] in _SAME_FOR_SPOUSE else None
    if _child(new):
        if is_head(member) or old in _SPOUSES:
            return _PARENT_BY_SEX.get(member["sex"] or "", PARENT)
        return SIBLING if _child(old) else None
    return None


def _child(code: str) -> bool:
    return code[:1] in ("2", "3") and code not in _IN_LAW
