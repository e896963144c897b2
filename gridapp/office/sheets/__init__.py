"""Sheets that are printed as PDF: what there is, and for whom by default.

reportlab is imported when a sheet is written, so that listing them is instant.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gridapp.language import tr
from gridapp.models import Dispute
from gridapp.office.sheets.grid_sheets import GRID_SHEETS
from gridapp.office.sheets.sheet import Order, Sheet
from gridapp.office.sheets.target import Target
from gridapp.store.database import Connection


def _dispute_files(db: Connection, order: Order, out: Target) -> int:
    from gridapp.office.sheets.dispute_data import from_records
    from gridapp.office.sheets.dispute_file import dispute_files

    files = from_records(db, order.ids, unmasked=order.unmasked)
    return dispute_files(files, out, **order.options)


SHEETS: Mapping[str, Sheet] = MappingProxyType(
    {
        **GRID_SHEETS,
        "dispute-file": Sheet(
            tr("人民调解卷宗"),
            tr("一件纠纷的全部文书，按卷内顺序"),
            Dispute,
            _dispute_files,
            "record",
        ),
    }
)
