"""Which resident a row means, and what it changes about that resident."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from gridapp.language import tr
from gridapp.models import record_named
from gridapp.models.kinds import NOTE, PHONES
from gridapp.models.record import Values, fields_of
from gridapp.office.ledger_known import Door, Known, door_of, same_name
from gridapp.office.ledger_rows import LedgerRow
from gridapp.office.ledger_writes import merged

Resident = record_named("resident")


def find_person(known: Known, row: LedgerRow) -> UUID | None:
    """The resident a row means: by ID number, else by name, birth and building.

    Questions about a match that is not certain go to the row.
    """
    number = row.values.get("id_number")
    found = known.residents_by_number.get(number) if number else None
    if found is not None:
        return found
    alike = [
        known.table("resident")[one]
        for one in known.residents_by_name.get(same_name(row.values["name"]), ())
    ]
    same = [one for one in alike if _same_birth(known, row, one)]
    strangers = [one for one in same if number and one["id_number"]]
    for _ in strangers[:1]:
        row.warn("id_number", "W_NAME_BIRTH")
    same = [one for one in same if one not in strangers]
    if len(same) > 1:
        door = door_of(row.values)
        near = [one for one in same if door.room and known.door(one).agrees(door)]
        same = near if len(near) == 1 else same
    if len(same) > 1:
        row.ask("name", "Q_SEVERAL")
    return same[0]["id"] if len(same) == 1 else None


def _same_birth(known: Known, row: LedgerRow, resident: Values) -> bool:
    """Born alike and in one building; without a birth date, behind one door."""
    birth, other = row.values.get("born_on"), resident["born_on"]
    if birth and other and not (birth.startswith(other) or other.startswith(birth)):
        return False  # first, because finding a door takes longer
    door, home = door_of(row.values), known.door(resident)
    if birth and other:
        return not home.building or door.building in ("", home.building)
    return bool(door.room) and door.building == home.building and door.agrees(home)


def question_match(known: Known, row: LedgerRow, resident: Values) -> None:
    """Ask about what makes a match by number doubtful."""
    values = row.values
    if same_name(values["name"]) != same_name(resident["name"]):
        row.ask("name", "Q_NAME_DIFFERS")
    home = known.door(resident)
    if home != Door() and not home.agrees(door_of(values)):
        row.ask("door", "Q_MOVED")


def changed_fields(row: LedgerRow, resident: Values) -> Values:
    """The fields of a resident that the row changes, with their new values."""
    given = person_values(row)
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
    names = {spec.name for spec in fields_of(Resident)}
    values = {path: value for path, value in row.values.items() if path in names}
    if "resident_kind" not in values and values.get("inflow_reason"):
        values["resident_kind"] = "migrant"
    return values


def answered(row: LedgerRow, values: Mapping[str, Any]) -> Values:
    """`values` after a person said yes to the questions of a row."""
    codes = {question.code for question in row.questions}
    agreed: Values = dict(values)
    if "E_ID_CHECKSUM" in codes:
        agreed["id_verified"] = True
    if "Q_DECEASED" in codes:
        agreed["life_state"] = "deceased"
    return agreed
