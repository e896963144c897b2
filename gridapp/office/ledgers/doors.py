"""Reads where a row of a ledger lives: building, unit and room out of its cells."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gridapp.language import tr
from gridapp.models.cell import Cell, Month, empty_or_broken
from gridapp.office.ledgers import cells
from gridapp.office.ledgers.columns import PLACE
from gridapp.office.tables.headers import Column, Header

if TYPE_CHECKING:
    from gridapp.office.ledgers.rows import LedgerRow


def read_place(row: LedgerRow, header: Header, context: Mapping[str, str]) -> None:
    """Building, unit and room out of one column or three and the sub-heading above."""
    found: dict[str, str] = {}
    for column in header.columns:
        if column.path not in PLACE or row.cells[column.index] is None:
            continue
        for path, value in _place_of(row, column).items():
            found.setdefault(path, value)
    if not found and any(p.field in PLACE for p in row.errors):
        return
    for path in PLACE[:3]:
        above = context.get(path)
        value = found.get(path) or cells.read_door_part(above).value or above
        if value:
            row.values[path] = value


def _place_of(row: LedgerRow, column: Column) -> dict[str, str]:
    """The parts of a place that one cell gives; errors go to the row."""
    raw = row.cells[column.index]
    if column.path != "door":
        kind = "building" if column.path == PLACE[0] else column.path.split(".")[1]
        part = cells.read_door_part(raw, kind)
        if part.value:
            return {column.path: part.value}
        both = re.fullmatch(r"\s*(\d{1,2})[-－—](\d{3,4})\s*(?:室|号)?", str(raw))
        if column.path == "dwelling.room" and both:
            unit, room = (cells.read_door_part(one).value for one in both.groups())
            return {
                p: v for p, v in (("dwelling.unit", unit), (column.path, room)) if v
            }
        if part.error != "E_ROOM_FORMAT":
            _place_problem(row, column, part)
            return {}
    nothing = empty_or_broken(raw)
    if nothing is not None:
        _place_problem(row, column, nothing)
        return {}
    cell = cells.read_door(raw)
    if cell.value is None:
        _place_problem(row, column, cell)
        return {}
    for code in cell.warnings:
        row.warn(column.path, code)
    door = cell.value
    parts = dict(zip(PLACE, (door.building, door.unit, door.room), strict=False))
    return {path: value for path, value in parts.items() if value}


def _place_problem(row: LedgerRow, column: Column, cell: Cell[Any]) -> None:
    if cell.error:
        meant = _before_excel(row.cells[column.index])
        dated = cell.error == "E_ROOM_IS_DATE" and meant
        words = tr(
            "门牌被 Excel 变成了日期，原来可能是“{meant}”；请把这一列设成文本后重填",
            meant=meant,
        )
        row.refuse(column.path, cell.error, words if dated else "")
    for code in cell.warnings:
        row.warn(column.path, code)


def _before_excel(raw: object) -> str:
    """What was typed before Excel made a date of it: 3-2, 3-2001; "" if unknown."""
    if isinstance(raw, Month):
        return f"{raw.month}-{raw.year}"
    if isinstance(raw, dt.date):
        return f"{raw.month}-{raw.day}"
    match = re.match(r"(?:\d{4}[-/])?(\d{1,2})[-/月](\d{1,2})", str(raw).strip())
    return f"{int(match[1])}-{int(match[2])}" if match else ""
