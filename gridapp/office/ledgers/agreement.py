"""What the cells of one row say about each other: the ID number about birth and sex,
health about illness, a remark behind a name, an age where nothing tells the birth."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gridapp.models import identity
from gridapp.models.cell import Cell, cell_text, visible

if TYPE_CHECKING:
    from gridapp.office.ledgers.rows import LedgerRow
    from gridapp.office.tables.headers import Header

_DECEASED = re.compile("亡|故|死|去世|过世")


def keep_age(row: LedgerRow, header: Header) -> None:
    """The age of somebody of whom nothing else tells the birth goes to the note."""
    if row.values.keys() & {"born_on", "id_number"}:
        return
    for column in header.ages:
        words = visible(cell_text(row.cells[column.index]) or "")
        if re.search(r"\d", words):
            row.warn("born_on", "W_AGE_ALONE")
            row.note(f"{column.heading}：{words}")


def read_id(row: LedgerRow, read: dict[str, Cell[Any]], header: Header) -> None:
    """A number with a wrong check digit stays a question; a birth date or sex that
    cannot be read does not matter beside a number that can."""
    cell = read.get("id_number")
    if cell is None:
        return
    if cell.error == "E_ID_CHECKSUM":
        raw = raw_of(row, header, "id_number")
        read["id_number"] = Cell(identity.parse_id_number(cell_text(raw) or ""))
        row.ask("id_number", "E_ID_CHECKSUM")
    elif cell.value:
        if "born_on" in read:  # the number says it to the day
            said = read["born_on"]
            kept = tuple(code for code in said.warnings if code == "W_DATE_SERIAL")
            read["born_on"] = Cell(said.value, kept, said.error)
        for path, code in (("born_on", "W_BIRTH_FROM_ID"), ("sex", "W_SEX_FROM_ID")):
            error = read[path].error if path in read else None
            if error and error != "E_CODESET_REQUIRED":  # that is asked once a column
                read[path] = Cell(None, (code,))


def read_health(row: LedgerRow, read: dict[str, Cell[Any]], header: Header) -> None:
    """高血压 in the column 健康状况 is an illness, not one of its five degrees."""
    cell = read.get("health_level")
    if cell is not None and cell.error == "E_CODE_UNKNOWN":
        words = visible(cell_text(raw_of(row, header, "health_level")) or "")
        words = f"健康状况：{words}"
        known = read.get("illness", Cell(None)).value
        read["illness"] = Cell(f"{known}；{words}" if known else words)
        read["health_level"] = Cell(None, ("W_HEALTH_WORDS",))


def raw_of(row: LedgerRow, header: Header, path: str) -> object:
    same = (row.cells[c.index] for c in header.columns if c.path == path)
    return next(same, None)


def read_name_note(row: LedgerRow, name: Cell[str] | None) -> None:
    """（户主） behind a name is the relation; (亡) asks whether the person has died."""
    note = name.note if name else ""
    if note and _DECEASED.search(note):
        row.ask("name", "Q_DECEASED")
    if "户主" in note:
        row.values.setdefault("relation", "02")


def compare_with_id(row: LedgerRow) -> None:
    number: str | None = row.values.get("id_number")
    if number is None:
        return
    birth, sex = identity.birth_of(number), identity.sex_of(number)
    said = row.values.get("born_on")
    if said and birth and not birth.startswith(said):
        row.warn("born_on", "W_BIRTH_DIFFERS")
    if row.values.get("sex") in ("1", "2") and row.values["sex"] != sex:
        row.warn("sex", "W_SEX_DIFFERS")
    row.values["born_on"], row.values["sex"] = birth, sex
