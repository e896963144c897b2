"""What an import would do, as `gridapp import --dry-run --json` prints it.

The names of fields here are part of the command's promise: short names stand for the
paths by which the ledger's columns are known inside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from gridapp.models import identity
from gridapp.office.ledgers.columns import PLACE, field_at
from gridapp.office.ledgers.contacts import ContactWords
from gridapp.office.ledgers.problems import Problem
from gridapp.office.tables.headers import Column

if TYPE_CHECKING:
    from gridapp.office.ledgers.plan import ImportPlan, PlannedRow, PlannedSheet

Cells = Sequence[object]

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "building.number": "building",
        "dwelling.unit": "unit",
        "dwelling.room": "room",
        "door": "room",
        "tag.alone": "lives_alone",
    }
)
"""What a path is called outside, where that is not the path itself."""

_ABOUT: Mapping[str, str] = MappingProxyType(
    {"Q_DECEASED": "life_state", "W_PHONE_NOTE": "note"}
)
"""The field a remark is about, where it stands in the cell of another."""

_TOGETHER = frozenset(
    {
        *("E_ID_TWO_PEOPLE", "W_ALONE_WITH_OTHERS", "W_CHILD_OLDER", "W_HOUSE_DIFFERS"),
        *("W_NAME_BIRTH", "W_NO_HEAD", "W_PHONE_SHARED", "W_SPOUSE_SEX", "W_TWO_HEADS"),
        "W_TWO_SPOUSES",
    }
)
"""Remarks on a row among others: no single cell of it is at fault."""


def plan_as_json(plan: ImportPlan, *, unmask: bool) -> dict[str, Any]:
    """The sheets with their columns and rows; private values masked unless asked."""
    cells = {row.place: row.cells for row in plan.ledger_rows}
    return {"sheets": [_sheet(one, cells, unmask) for one in plan.sheets]}


def name_of(path: str) -> str:
    """What a field is called outside."""
    return NAMES.get(path, path)


def _sheet(
    sheet: PlannedSheet, cells: Mapping[tuple[str, int], Cells], unmask: bool
) -> dict[str, Any]:
    known = sheet.header.known if sheet.header else ()
    return {
        "name": sheet.name,
        "header_row": sheet.header.last + 1 if sheet.header else None,
        "columns": {one.heading: name_of(one.path) for one in known},
        "rows": [
            _row(row, known, cells.get(row.place, ()), unmask) for row in sheet.rows
        ],
    }


def _row(
    row: PlannedRow, known: Sequence[Column], cells: Cells, unmask: bool
) -> dict[str, Any]:
    remarks = (*row.warnings, *row.errors)
    return {
        "row": row.row,
        "state": row.state,
        "values": _values(row, known, cells, unmask) if row.values else {},
        "warnings": [_remark(p) for p in remarks if not p.code.startswith("E_")],
        "errors": [_remark(p) for p in remarks if p.code.startswith("E_")],
    }


def _values(
    row: PlannedRow, known: Sequence[Column], cells: Cells, unmask: bool
) -> dict[str, Any]:
    """What the row says, None for a known column that says nothing or is refused."""
    found: dict[str, Any] = {}
    for column in known:
        places = PLACE[:3] if column.path == "door" else (column.path,)
        found |= dict.fromkeys(map(name_of, places))
    for path, value in row.values.items():
        found[name_of(path)] = _shown(path, value, unmask)
    telephones = [cells[c.index] for c in known if c.path == "phones" and cells]
    if telephones:
        found["phones"] = _phones(telephones, unmask)
    for one in row.errors:
        if one.code.startswith("E_") and one.code not in _TOGETHER:
            found[name_of(one.field)] = None
    return found


def _phones(cells: Cells, unmask: bool) -> list[dict[str, Any]] | None:
    """The numbers of the row's columns of telephones; None when one is not read."""
    found: dict[str, dict[str, Any]] = {}
    for cell in cells:
        phones = identity.read_phones(cell).value
        if phones is None:
            return None
        for one in phones:
            shown = one if unmask else replace(one, num=identity.mask_phone(one.num))
            found.setdefault(
                one.num, {"num": shown.num, "kind": shown.kind, "note": shown.note}
            )
    return list(found.values())


def _remark(one: Problem) -> dict[str, str]:
    field = "" if one.code in _TOGETHER else _ABOUT.get(one.code, name_of(one.field))
    return {"field": field, "code": one.code, "message": one.message}


def _shown(path: str, value: Any, unmask: bool) -> Any:
    if path.startswith("reason."):
        return value
    spec = field_at(path)
    if spec is not None and spec.kind.private and not unmask:
        return spec.masked(value)
    if spec is not None:
        return spec.kind.to_wire(value)
    if path == "contacts":
        found = cast("tuple[ContactWords, ...]", value)
        return [_contact(one, unmask) for one in found]
    return list(cast("tuple[str, ...]", value)) if path == "tags" else value


def _contact(one: ContactWords, unmask: bool) -> dict[str, Any]:
    shown = one.phones if unmask else map(identity.mask_phone, one.phones)
    return {"name": one.name, "relation": one.relation, "phones": list(shown)}
