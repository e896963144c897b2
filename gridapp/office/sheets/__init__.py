"""Sheets that are printed as PDF: what there is, and for whom by default.

reportlab is imported when a sheet is written, so that listing them is instant.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gridapp.office.sheets.dispute_sheets import DISPUTE_SHEETS
from gridapp.office.sheets.grid_sheets import GRID_SHEETS
from gridapp.office.sheets.sheet import Sheet

SHEETS: Mapping[str, Sheet] = MappingProxyType({**GRID_SHEETS, **DISPUTE_SHEETS})
