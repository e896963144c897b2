"""What shows only when the rows of a ledger are seen together (domain.md §5.3)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import cast

from gridapp.language import tr
from gridapp.models import identity
from gridapp.models.record import Values
from gridapp.office.ledgers.known import Door, Known, door_of, same_name
from gridapp.office.ledgers.members import HEADS
from gridapp.office.ledgers.no_names import judge_name
from gridapp.office.ledgers.problems import problem
from gridapp.office.ledgers.rows import LedgerRow

SHARED_BY = 5  # households with one telephone: the community office's, most likely
OLDEST, ELDER = 120, 60  # years
ELDER_TAGS = ("tag.alone", "tag.empty_nest")
SPOUSES = ("10", "11", "12")
_SAID_ANYWAY = frozenset({"name", "confirmed"})  # of a row that repeats a person
CHILDREN = tuple(str(code) for code in range(20, 40) if code not in (28, 38))


def check_together(
    rows: Sequence[LedgerRow],
    today: dt.date,
    known: Known,
    elders: Collection[str] = (),
) -> None:
    """Adds to each row what the others, and who is known already, say about it;
    repeated rows are skipped.

    elders: names of the sheets that list old people only.
    """
    people = [row for row in rows if row.skipped is None]
    for row in people:
        judge_name(row)
    people = [row for row in people if row.skipped is None]
    _one_number_two_people(people)
    again = _repeated(people)
    people = [row for row in people if row.skipped is None]
    _shared_phones(people, known)
    for row in people:
        _check_age(row, today, row.sheet in elders)
    for family in _families(row for row in people if row.place not in again):
        _check_family(family, *_others(family, known))


def _one_number_two_people(rows: Iterable[LedgerRow]) -> None:
    by_number: defaultdict[str, list[LedgerRow]] = defaultdict(list)
    for row in rows:
        if "id_number" in row.values and "name" in row.values:
            by_number[row.values["id_number"]].append(row)
    for same in by_number.values():
        if len({same_name(row.values["name"]) for row in same}) > 1:
            for row in same:
                row.refuse("id_number", "E_ID_TWO_PEOPLE")


def _repeated(rows: Iterable[LedgerRow]) -> set[tuple[str, int]]:
    """A person written twice goes in once; what the later row adds is merged, and at
    two doors somebody must decide. The places of later rows with something to add."""
    seen: dict[tuple[str, ...], LedgerRow] = {}
    again: set[tuple[str, int]] = set()
    for row in rows:
        key = _person_key(row)
        if key is None or row.errors:
            continue
        first = seen.setdefault(key, row)
        if first is row:
            continue
        if not door_of(first.values).agrees(door_of(row.values)):
            row.ask("door", "Q_TWO_DOORS")
        elif _adds(first, row):
            again.add(row.place)
        else:
            row.skipped = problem(
                "",
                "S_REPEATED",
                tr(
                    "与“{sheet}”第 {row} 行是同一人，只导入一次",
                    sheet=first.sheet,
                    row=first.row,
                ),
            )
    return again


def _adds(first: LedgerRow, row: LedgerRow) -> bool:
    """Whether a row says of its person what the first row about them does not."""
    for path, value in row.values.items():
        said = first.values.get(path)
        if path in _SAID_ANYWAY or value == said:
            continue
        if not isinstance(value, tuple):
            return True
        if any(one not in (said or ()) for one in cast("tuple[object, ...]", value)):
            return True
    return False


def _person_key(row: LedgerRow) -> tuple[str, ...] | None:
    values = row.values
    if "id_number" in values:
        return (values["id_number"],)
    if "name" in values and "born_on" in values:
        door = door_of(values)
        return same_name(values["name"]), values["born_on"], door.building, door.room
    return None


def _shared_phones(rows: Iterable[LedgerRow], known: Known) -> None:
    homes: defaultdict[str, set[Door]] = defaultdict(set)
    for row in rows:
        for phone in row.values.get("phones", ()):
            homes[phone].add(door_of(row.values))
    for resident in known.table("resident").values():
        for phone in resident["phones"] or ():
            if phone in homes:
                homes[phone].add(known.door(resident))
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


def _others(
    family: Sequence[LedgerRow], known: Known
) -> tuple[list[Values], str | None]:
    """Who else lives behind the family's door, and whom the store has as its head."""
    homes = known.homes_at(door_of(family[0].values))
    if len(homes) != 1:
        return [], None
    written = {same_name(row.values.get("name", "")) for row in family}
    living = known.living_in(homes[0])
    others = [one for one in living if same_name(one["name"]) not in written]
    return others, homes[0]["head_name"]


def _check_family(
    family: Sequence[LedgerRow], others: Sequence[Values], head_name: str | None
) -> None:
    """What the relations of one household say against each other.

    others: members who are known and not in the ledger.
    """
    heads = _of(family, HEADS)
    spouses = _of(family, SPOUSES)
    there = [one for one in others if one["relation"] in HEADS]
    for row in heads[0 if there else 1 :]:
        row.warn("relation", "W_TWO_HEADS")
    partnered = any(one["relation"] in SPOUSES for one in others)
    for row in spouses[0 if partnered else 1 :]:
        row.warn("relation", "W_TWO_SPOUSES")
    known_heads = [*(row.values for row in heads), *there]
    if not known_heads:
        if not head_name and any("relation" in row.values for row in family):
            family[0].warn("relation", "W_NO_HEAD")
        return
    head = known_heads[0]
    for row in spouses:
        if head.get("sex") in ("1", "2") and row.values.get("sex") == head["sex"]:
            row.warn("relation", "W_SPOUSE_SEX")
    for row in _of(family, CHILDREN):
        birth = row.values.get("born_on")
        if birth and head.get("born_on") and birth < head["born_on"]:
            row.warn("relation", "W_CHILD_OLDER")


def _of(family: Sequence[LedgerRow], relations: tuple[str, ...]) -> list[LedgerRow]:
    return [row for row in family if row.values.get("relation") in relations]


def _check_age(row: LedgerRow, today: dt.date, among_elders: bool) -> None:
    born: str | None = row.values.get("born_on")
    tagged = any(row.values.get(path) for path in ELDER_TAGS)
    if not born or (
        born > str(today.year - OLDEST + 1) and not (among_elders or tagged)
    ):
        return  # neither too old nor listed as old
    age = identity.age_on(born, today)
    if age is None:
        return
    if age >= OLDEST:
        row.warn("born_on", "W_AGE")
    if age < ELDER and (among_elders or tagged):
        row.warn("", "W_TAG_AGE")
