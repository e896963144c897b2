"""Whose household a row belongs to, and heads who have columns but no row of their own.

Clerks write the door once, in the row of the head, and leave it empty below for the
rest of the family, or merge it and lose that on the way to a CSV. Other lists have
the head in columns of his own, beside the members.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridapp.language import tr
from gridapp.models import identity
from gridapp.office.ledgers.columns import PLACE
from gridapp.office.ledgers.known import Door, door_of, same_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gridapp.office.ledgers.rows import LedgerRow

HEADS, HEAD = ("02", "01"), "户主"  # relations of GB/T 4761, and the word in a name
_ROOM = PLACE[2]
HEAD_NAME, HEAD_NUMBER = "household.head_name", "head_id_number"
_OWN = ("household.number", HEAD_NAME)


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
    return row.values.get(HEAD_NAME) or row.values.get("name", "")


def _is_first(row: LedgerRow) -> bool:
    """Whether a household begins here: with its head, or with its head's name beside a
    door."""
    values = row.values
    head, name = values.get(HEAD_NAME), values.get("name", "")
    if values.get("relation") in HEADS or HEAD in name:
        return True
    return bool(head) and (_ROOM in values or same_name(head) == same_name(name))


def _goes_on(first: LedgerRow, row: LedgerRow) -> bool:
    """Whether a row says that it is of the household that began with `first`, and
    nothing that it gives speaks against that."""
    for path in (*_OWN, *PLACE[:3]):
        said, before = row.values.get(path), first.values.get(path)
        if path == HEAD_NAME:
            before = _head_of(first)
        if said and before and said != before:
            return False
    related = "relation" in row.values or any(
        one.code == "E_CODE_UNKNOWN" and one.field == "relation" for one in row.errors
    )
    return related or any(row.values.get(path) for path in _OWN)


def _place_is_wrong(row: LedgerRow) -> bool:
    return any(one.field in PLACE for one in row.errors)


class Heads:
    """The heads that a sheet has in columns of their own, their ID numbers among them,
    and in no row."""

    def __init__(self) -> None:
        self._apart: dict[tuple[str, Door], LedgerRow] = {}
        self._rows: set[tuple[str, Door]] = set()
        self._numbers: set[str] = set()

    def note(self, row: LedgerRow) -> None:
        """Note whom a row is about, and whose household it is."""
        door = door_of(row.values)
        self._rows.add((same_name(row.values.get("name", "")), door))
        self._numbers.add(row.values.get("id_number", ""))
        head = row.values.get(HEAD_NAME)
        if head and row.skipped is None:
            self._apart.setdefault((same_name(head), door), row)

    def without_a_row(self) -> Iterator[LedgerRow]:
        """A row for each, of the line that names the head first."""
        for key, row in self._apart.items():
            number = row.values.get(HEAD_NUMBER)
            if key in self._rows or number in self._numbers or _number_is_wrong(row):
                continue
            yield _row_of_head(row, number)


def _number_is_wrong(row: LedgerRow) -> bool:
    """Then the row says so, and the head comes once it is mended."""
    return any(one.field == HEAD_NUMBER for one in row.errors)


def _row_of_head(row: LedgerRow, number: str | None) -> LedgerRow:
    paths = (*PLACE[:3], *_OWN, "household.phones", "confirmed")
    values = {path: row.values[path] for path in paths if path in row.values}
    values |= {"name": values[HEAD_NAME], "relation": HEADS[0]}
    if "household.phones" in values:
        values["phones"] = values["household.phones"]
    if number:
        values |= {"id_number": number, "born_on": identity.birth_of(number)}
        values["sex"] = identity.sex_of(number)
    head = row.for_head(values)
    head.warn("name", "W_HEAD_ADDED")
    head.errors += [one for one in row.errors if one.field in PLACE]
    return head
