"""References in formulas when rows are put into a sheet, as a spreadsheet moves them.

A reference at or below the new rows moves down; a range that reaches over them grows.
Formulas are written without their = (as in the file). Rows count from 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_AREA = re.compile(
    r"(?P<start>(\$?[A-Z]{1,3})?(\$?\d{1,7})?)(:(?P<end>(\$?[A-Z]{1,3})?(\$?\d{1,7})?))?",
    re.IGNORECASE,
)
_ROW = re.compile(r"(\$?)(\d+)$")


@dataclass(frozen=True)
class NewRows:
    """So many rows put in above row `at` of a sheet."""

    sheet: str
    at: int
    count: int

    def moved(self, row: int) -> int:
        """Where a row is now."""
        return row + self.count if row >= self.at else row


def moved_formula(formula: str, own: str, new: NewRows) -> str:
    """A formula of the sheet `own` after the rows came in."""
    return _rewritten(formula, lambda sheet, area: _moved(sheet, area, own, new))


def copied_formula(formula: str, down: int) -> str:
    """A formula copied `down` rows: what is not fixed by $ goes with it."""

    def row(match: re.Match[str]) -> str:
        fixed, number = match.groups()
        return match[0] if fixed else str(int(number) + down)

    return _rewritten(
        formula,
        lambda _, area: ":".join(_ROW.sub(row, part) for part in area.split(":")),
    )


def moved_area(area: str, new: NewRows) -> str:
    """A5:B9, 5:9 or $A$5 after the rows came in; A:B stays."""

    def row(match: re.Match[str]) -> str:
        return f"{match[1]}{new.moved(int(match[2]) - 1) + 1}"

    return ":".join(_ROW.sub(row, part) for part in area.split(":"))


def moved_areas(areas: str, new: NewRows) -> str:
    """Areas with blanks between them, as a sqref lists them."""
    return " ".join(moved_area(area, new) for area in areas.split())


def sheets_named(formula: str) -> set[str]:
    """The sheets a formula names."""
    found: set[str] = set()

    def note(sheet: str, area: str) -> str:
        found.add(sheet)
        return area

    _rewritten(formula, note)
    return found - {""}


def _moved(sheet: str, area: str, own: str, new: NewRows) -> str:
    return moved_area(area, new) if (sheet or own) == new.sheet else area


def _rewritten(formula: str, change: Callable[[str, str], str]) -> str:
    """The formula with every area of cells changed; one nobody can read stays."""
    from openpyxl.formula import Tokenizer
    from openpyxl.formula.tokenizer import Token, TokenizerError

    try:
        tokens = Tokenizer("=" + formula).items
    except TokenizerError:
        return formula
    parts: list[str] = []
    for token in tokens:
        text = token.value
        if token.type == Token.OPERAND and token.subtype == Token.RANGE:
            before, mark, area = text.rpartition("!")
            if _AREA.fullmatch(area) and re.search(r"\d", area):
                text = before + mark + change(_sheet_name(before), area)
        parts.append(text)
    return "".join(parts)


def _sheet_name(written: str) -> str:
    """'It''s' without its quotes."""
    if written.startswith("'") and written.endswith("'"):
        return written[1:-1].replace("''", "'")
    return written
