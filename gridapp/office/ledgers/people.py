"""Which resident a row means, and what it changes about that resident."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gridapp.language import tr
from gridapp.models import record_named
from gridapp.models.kinds import NOTE, PHONES
from gridapp.models.record import Values, fields_of
from gridapp.office.ledgers.known import Door, Known, door_of, same_name
from gridapp.office.ledgers.questions import KEEP, NEW_FILE, YES
from gridapp.office.ledgers.rows import LedgerRow
from gridapp.office.ledgers.writes import merged

Resident = record_named("resident")


_FIELDS = frozenset(spec.name for spec in fields_of(Resident))


def find_people(known: Known, row: LedgerRow) -> Sequence[Values]:
    """The residents a row may mean: by ID number, else by name, birth and building."""
    number = row.values.get("id_number")
    found = known.residents_by_number.get(number) if number else None
    if found is not None:
        return [known.table("resident")[found]]
    alike = known.residents_by_name.get(same_name(row.values["name"]), ())
    birth = row.values.get("born_on")
    if birth:  # first, because finding a door takes longer
        alike = [one for one in alike if _born_alike(birth, one["born_on"])]
    same = [one for one in alike if _at_home_there(known, row, one)]
    strangers = [one for one in same if number and one["id_number"]]
    for _ in strangers[:1]:
        row.warn("id_number", "W_NAME_BIRTH")
    same = [one for one in same if one not in strangers]
    if len(same) > 1:
        door = door_of(row.values)
        near = [one for one in same if door.room and known.door(one).agrees(door)]
        same = near if len(near) == 1 else same
    return same


def namesakes(known: Known, row: LedgerRow) -> Sequence[Values]:
    """Residents of a row's name who may be meant though nothing proves it: they have
    its telephone, or nobody says where or when one of both lives or was born."""
    number, birth = row.values.get("id_number"), row.values.get("born_on")
    name, door = same_name(row.values["name"]), door_of(row.values)
    found: list[Values] = []
    for one in known.residents_by_name.get(name, ()):
        if number and one["id_number"]:
            continue
        if birth and not _born_alike(birth, one["born_on"]):
            continue
        unknown = not birth or not one["born_on"]
        if shares_phone(row, one) or (unknown and _near(door, known.door(one))):
            found.append(one)
    return found


def shares_phone(row: LedgerRow, resident: Values) -> bool:
    """Whether one of the row's own telephones is the resident's."""
    phones = row.values.get("phones", ())
    return not set(phones).isdisjoint(resident["phones"] or ())


def _near(door: Door, home: Door) -> bool:
    """In one building, as far as anybody says."""
    return not home.building or door.building in ("", home.building)


def choose_person(
    row: LedgerRow, people: Sequence[Values], answer: str, *, doubtful: bool = False
) -> Values | None:
    """The one a row means; asks when there are several, of whom `answer` may be one,
    or when they are `doubtful`, having no more than the name in common with it."""
    if len(people) < 2 and not (people and doubtful):
        return people[0] if people else None
    words = tr("系统里已有同名的居民，请选出是不是同一人，或补上身份证号")
    row.ask("name", "Q_SEVERAL", words if doubtful else "")
    if answer == NEW_FILE:
        return None
    return next((one for one in people if one["id"].hex == answer), None)


def _born_alike(birth: str, other: str | None) -> bool:
    """Whether two births are one as far as they are known, to the day or the month."""
    same = other is None or birth == other
    return same or birth.startswith(other or "") or (other or "").startswith(birth)


def _at_home_there(known: Known, row: LedgerRow, resident: Values) -> bool:
    """In one building; without a birth date, behind one door."""
    door, home = door_of(row.values), known.door(resident)
    if row.values.get("born_on") and resident["born_on"]:
        return not home.building or door.building in ("", home.building)
    return bool(door.room) and door.building == home.building and door.agrees(home)


def question_match(known: Known, row: LedgerRow, resident: Values) -> None:
    """Ask about what makes a match by number doubtful."""
    values = row.values
    if same_name(values["name"]) != same_name(resident["name"]):
        words = tr(
            "身份证号相同但姓名不同，系统里是“{name}”，请核对姓名",
            name=resident["name"],
        )
        row.ask("name", "Q_NAME_DIFFERS", words)
    home = known.door(resident)
    asked = any(one.code == "Q_TWO_DOORS" for one in row.questions)
    if home != Door() and not home.agrees(door_of(values)) and not asked:
        words = tr(
            "住址与系统里登记的不同，系统里是 {home}，请确认是否搬家", home=home.words()
        )
        row.ask("door", "Q_MOVED", words)
    died, visited = values.get("died_on"), known.last_visits.get(resident["id"])
    if died is not None and visited is not None and died < visited:
        row.refuse("died_on", "E_DEATH_BEFORE_VISIT")


def changed_fields(row: LedgerRow, resident: Values, said: Mapping[str, str]) -> Values:
    """The fields of a resident that the row changes, with their new values.

    said: what was answered to the row's questions.
    """
    given = person_values(row)
    if said.get("Q_NAME_DIFFERS") == KEEP:
        given.pop("name")
    changes: Values = {}
    for spec in fields_of(Resident):
        if spec.name not in given:
            continue
        old = resident[spec.name]
        new = merged(spec, old, given[spec.name])
        if new == old or (spec.name == "name" and same_name(new) == same_name(old)):
            continue
        changes[spec.name] = new
        if old is not None and spec.kind not in (PHONES, NOTE):
            shown = spec.masked(old)
            row.warn(
                spec.name,
                "W_REPLACED",
                tr(
                    "系统里原为“{shown}”，将改为台账的内容（可在历史里找回）",
                    shown=shown,
                ),
            )
    return changes


def person_values(row: LedgerRow) -> Values:
    """The resident's own fields out of a row, with what follows from them."""
    values = {path: value for path, value in row.values.items() if path in _FIELDS}
    if "resident_kind" not in values and values.get("inflow_reason"):
        values["resident_kind"] = "migrant"
    return values


def answered(said: Mapping[str, str], values: Mapping[str, Any]) -> Values:
    """`values` after a person answered the questions of a row."""
    agreed: Values = dict(values)
    if said.get("E_ID_CHECKSUM") == YES:
        agreed["id_verified"] = True
    if said.get("Q_DECEASED") == YES:
        agreed["life_state"] = "deceased"
    return agreed
