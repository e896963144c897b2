"""What shows only when the rows of a ledger are seen together (domain.md §5.3)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from gridapp.language import tr
from gridapp.models import identity
from gridapp.office.ledger_known import Door, door_of, same_name
from gridapp.office.ledger_problems import problem
from gridapp.office.ledger_rows import LedgerRow

SHARED_BY = 5  # households with one telephone: the community office's, most likely
OLDEST, ELDER = 120, 60  # years
ELDER_TAGS = ("tag.alone", "tag.empty_nest")
HEADS, SPOUSES = ("02", "01"), ("10", "11", "12")
CHILDREN = tuple(str(code) for code in range(20, 40) if code not in (28, 38))


def check_together(rows: Sequence[LedgerRow], today: dt.date) -> None:
    """Adds to each row what the others say about it; repeated rows are skipped."""
    people = [row for row in rows if row.skipped is None]
    _one_number_two_people(people)
    _repeated(people)
    people = [row for row in people if row.skipped is None]
    _shared_phones(people)
    for row in people:
        _check_age(row, today)
    for family in _families(people):
        _check_family(family)


def _one_number_two_people(rows: Iterable[LedgerRow]) -> None:
    by_number: defaultdict[str, list[LedgerRow]] = defaultdict(list)
    for row in rows:
        if "id_number" in row.values and "name" in row.values:
            by_number[row.values["id_number"]].append(row)
    for same in by_number.values():
        if len({same_name(row.values["name"]) for row in same}) > 1:
            for row in same:
                row.refuse("id_number", "E_ID_TWO_PEOPLE")


def _repeated(rows: Iterable[LedgerRow]) -> None:
    """A person written twice goes in once; at two doors somebody must decide."""
    seen: dict[tuple[str, ...], LedgerRow] = {}
    for row in rows:
        key = _person_key(row)
        if key is None or row.errors:
            continue
        first = seen.setdefault(key, row)
        if first is row:
            continue
        if door_of(first.values).agrees(door_of(row.values)):
            row.skipped = problem(
                "",
                "S_REPEATED",
                tr(
                    "与“{sheet}”第 {row} 行是同一人，只导入一次",
                    sheet=first.sheet,
                    row=first.row,
                ),
            )
        else:
            row.ask("door", "Q_TWO_DOORS")


def _person_key(row: LedgerRow) -> tuple[str, ...] | None:
    values = row.values
    if "id_number" in values:
        return (values["id_number"],)
    if "name" in values and "born_on" in values:
        door = door_of(values)
        return same_name(values["name"]), values["born_on"], door.building, door.room
    return None


def _shared_phones(rows: Iterable[LedgerRow]) -> None:
    homes: defaultdict[str, set[Door]] = defaultdict(set)
    for row in rows:
        for phone in row.values.get("phones", ()):
            homes[phone].add(door_of(row.values))
    shared = {phone for phone, doors in homes.items() if len(doors) >= SHARED_BY}
    for row in rows:
        if shared.intersection(row.values.get("phones", ())):
            row.warn("phones", "W_PHONE_SHARED")


def _families(rows: Iterable[LedgerRow]) -> Iterable[list[LedgerRow]]:
    homes: defaultdict[tuple[Door, str], list[LedgerRow]] = defaultdict(list)
    for row in rows:
        door = door_of(row.values)
        if door.room:
            homes[door, row.values.get("household.number", "")].append(row)
    return homes.values()


def _check_family(family: Sequence[LedgerRow]) -> None:
    heads = _of(family, HEADS)
    spouses = _of(family, SPOUSES)
    for row in heads[1:]:
        row.warn("relation", "W_TWO_HEADS")
    for row in spouses[1:]:
        row.warn("relation", "W_TWO_SPOUSES")
    if not heads and any("relation" in row.values for row in family):
        family[0].warn("relation", "W_NO_HEAD")
    if not heads:
        return
    head = heads[0].values
    for row in spouses:
        if head.get("sex") in ("1", "2") and row.values.get("sex") == head["sex"]:
            row.warn("relation", "W_SPOUSE_SEX")
    for row in _of(family, CHILDREN):
        birth = row.values.get("born_on")
        if birth and head.get("born_on") and birth < head["born_on"]:
            row.warn("relation", "W_CHILD_OLDER")


def _of(family: Sequence[LedgerRow], relations: tuple[str, ...]) -> list[LedgerRow]:
    return [row for row in family if row.values.get("relation") in relations]


def _check_age(row: LedgerRow, today: dt.date) -> None:
    age = identity.age_on(row.values.get("born_on"), today)
    if age is None:
        return
    if age >= OLDEST:
        row.warn("born_on", "W_AGE")
    if age < ELDER and any(row.values.get(path) for path in ELDER_TAGS):
        row.warn("", "W_TAG_AGE")
