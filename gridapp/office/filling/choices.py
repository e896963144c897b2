"""What the user said about a form's columns, remembered for the next one like it."""

from __future__ import annotations

from collections.abc import Mapping

from gridapp.office.filling.form import Form
from gridapp.office.filling.table import Table
from gridapp.office.ledgers.memory import Memory, remember, remembered
from gridapp.store.database import Connection
from gridapp.store.vault import Writing


def understood(
    db: Connection,
    form: Form,
    sheet: str = "",
    chosen: Mapping[str, str] | None = None,
    rows: tuple[int, int] | None = None,
) -> Table:
    """The table of a form: what is chosen now wins over what was chosen for a form
    with these headings before, and that over what headings usually mean.

    As `Form.table` otherwise.
    """
    table = form.table(sheet, None, rows)
    memory = remembered(db, table.headings.values(), "fill")
    said = {**(memory or Memory()).columns, **(chosen or {})}
    return form.table(table.sheet.name, said, rows) if said else table


def keep(tx: Writing, table: Table, chosen: Mapping[str, str]) -> None:
    """Remember what was chosen for a form with these headings."""
    headings = list(table.headings.values())
    memory = remembered(tx.db, headings, "fill") or Memory()
    columns = {**memory.columns, **chosen}
    known = {heading: columns[heading] for heading in headings if heading in columns}
    remember(tx, headings, Memory(columns=known), "fill")
