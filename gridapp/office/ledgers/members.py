"""Whose household a row without a door belongs to: that of the head above it.

Clerks write the door once, in the row of the head, and leave it empty below for the
rest of the family, or merge it and lose that on the way to a CSV.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridapp.language import tr
from gridapp.office.ledgers.columns import PLACE
from gridapp.office.ledgers.known import door_of, same_name

if TYPE_CHECKING:
    from gridapp.office.ledgers.rows import LedgerRow

HEADS, HEAD = ("02", "01"), "户主"  # relations of GB/T 4761, and the word in a name
_ROOM = PLACE[2]
_OWN = ("household.number", "household.head_name")


class Family:
    """The household of the rows above, while the sheet itself says that it goes on: by
    a relation to the head, by the head's name or by the household's number."""

    def __init__(self) -> None:
        self._first: LedgerRow | None = None

    def end(self) -> None:
        """The rows below belong to nobody above."""
        self._first = None

    def take(self, row: LedgerRow) -> None:
        """Note the head of a household; give the door above to one who has none."""
        if _is_first(row):
            self._first = row
            return
        first = self._first
        if first is None or not _goes_on(first, row):
            self._first = None
            return
        if _ROOM in row.values or _place_is_wrong(row):
            return
        if _place_is_wrong(first):
            row.refuse("door", "E_HEAD_DOOR")
        elif _ROOM in first.values:
            for path in (*PLACE[:3], *_OWN):
                if path in first.values:
                    row.values.setdefault(path, first.values[path])
            words = tr(
                "住址空着，按上面的户主{head}记为 {door}",
                head=_head_of(first),
                door=door_of(first.values).words(),
            )
            row.warn("door", "W_DOOR_FROM_HEAD", words)


def _head_of(row: LedgerRow) -> str:
    return row.values.get("household.head_name") or row.values.get("name", "")


def _is_first(row: LedgerRow) -> bool:
    """Whether a household begins here: with its head, or with its head's name beside a
    door."""
    values = row.values
    head, name = values.get("household.head_name"), values.get("name", "")
    if values.get("relation") in HEADS or HEAD in name:
        return True
    return bool(head) and (_ROOM in values or same_name(head) == same_name(name))


def _goes_on(first: LedgerRow, row: LedgerRow) -> bool:
    """Whether a row says that it is of the household that began with `first`, and
    nothing that it gives speaks against that."""
    for path in (*_OWN, *PLACE[:3]):
        said, before = row.values.get(path), first.values.get(path)
        if path == "household.head_name":
            before = _head_of(first)
        if said and before and said != before:
            return False
    related = "relation" in row.values or any(
        one.code == "E_CODE_UNKNOWN" and one.field == "relation" for one in row.errors
    )
    return related or any(row.values.get(path) for path in _OWN)


def _place_is_wrong(row: LedgerRow) -> bool:
    return any(one.field in PLACE for one in row.errors)
