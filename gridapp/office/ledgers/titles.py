"""What the titles above the headings of a ledger say."""

from __future__ import annotations

import datetime as dt
import re

from gridapp.office.tables.headers import Header
from gridapp.office.tables.reader import RawSheet

_DATE = re.compile(r"(20\d\d)[年./-](\d{1,2})[月./-](\d{1,2})")
_ELDERS = re.compile("老人|老年|高龄|长者")


def ledger_date(sheet: RawSheet, header: Header) -> dt.date | None:
    """The day the titles above the headings give (填表时间：2026年6月30日)."""
    for row in range(header.first):
        for cell in sheet.rows[row]:
            match = _DATE.search(str(cell or ""))
            if match:
                try:
                    return dt.date(*(int(part) for part in match.groups()))
                except ValueError:
                    continue
    return None


def lists_elders(file: str, sheet: RawSheet, header: Header) -> bool:
    """Whether the file, the sheet or the titles above the headings speak of the old."""
    titles = (cell for row in range(header.first) for cell in sheet.rows[row])
    return any(_ELDERS.search(str(text)) for text in (file, sheet.name, *titles))
