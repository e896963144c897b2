"""One sheet of somebody's blank form: what may be written where, and more rows.

Works on the XML of the sheet, so that all it holds stays (ECMA-376, part 1, 18.3).
Rows and columns count from 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from xlsxwriter.utility import xl_cell_to_rowcol, xl_rowcol_to_cell

from gridapp.office.filling.formula_refs import (
    NewRows,
    copied_formula,
    moved_area,
    moved_areas,
    moved_formula,
)
from gridapp.office.workbook_parts import SheetPart

OFF = {"0", "false"}
FORMULAS = ("{*}f", "{*}formula", "{*}formula1", "{*}formula2")  # in a sheet's part
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|[_*].')
_CORNERS = ("}from", "}to")
Area = tuple[int, int, int, int]  # first row, first column, last row, last column


@dataclass(frozen=True)
class Choices:
    """A list that cells of these areas choose from: written out, or a reference."""

    areas: tuple[Area, ...]
    formula: str

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell is one of them."""
        return any(a[0] <= row <= a[2] and a[1] <= column <= a[3] for a in self.areas)


class FormSheet(SheetPart):
    """A sheet as `SheetPart`, and what filling it in needs to know.

    root: of the sheet's part. styles: root of xl/styles.xml.
    """

    def __init__(self, root: Any, name: str, styles: Any) -> None:
        super().__init__(root)
        self.name = name
        self._styles = styles

    # what it says -----------------------------------------------------------------

    @property
    def rows(self) -> Mapping[int, Any]:
        """The rows that are written in the file, by number."""
        return self._rows

    def formula(self, row: int, column: int) -> str | None:
        """The formula of a cell without its =; None for a cell without."""
        cell = self._found(row, column)
        found = None if cell is None else cell.find("{*}f")
        return None if found is None else found.text or ""

    def is_filled(self, row: int, column: int) -> bool:
        """Whether something stands in the cell, or is calculated there."""
        cell = self._found(row, column)
        return cell is not None and len(cell) > 0

    def number(self, row: int, column: int) -> int | None:
        """The whole number that stands in a cell."""
        cell = self._found(row, column)
        if cell is None or cell.get("t", "n") != "n":
            return None
        text = cell.findtext("{*}v") or ""
        return int(float(text)) if re.fullmatch(r"\d+(\.0)?", text) else None

    def is_covered(self, row: int, column: int) -> bool:
        """Whether the cell lies under another of its merged range."""
        return self._anchors.get((row, column), (row, column)) != (row, column)

    def has_formulas(self) -> bool:
        """Whether any cell is calculated."""
        return next(self._data.iter("{*}f"), None) is not None

    def is_drawn(self, row: int, column: int) -> bool:
        """Whether the cell is in the file, as the bordered cells of a table are."""
        return self._found(row, column) is not None

    def style(self, row: int, column: int) -> int:
        """The number of a cell's style, from its row or column when it has none."""
        cell = self._found(row, column)
        if cell is not None:
            return int(cell.get("s") or 0)
        line = self._rows.get(row)
        if line is not None and line.get("customFormat", "0") not in OFF:
            return int(line.get("s") or 0)
        for one in self._root.iterfind("{*}cols/{*}col"):
            if int(one.get("min")) <= column + 1 <= int(one.get("max")):
                return int(one.get("style") or 0)
        return 0

    def is_locked(self, row: int, column: int) -> bool:
        """Whether the sheet's protection forbids to write into the cell."""
        if not self.is_protected:
            return False
        xf = self._xf(self.style(row, column))
        kept = xf.find("{*}protection") if xf is not None else None
        return kept is None or kept.get("locked", "1") not in OFF

    @cached_property
    def is_protected(self) -> bool:
        """Whether the sheet is protected."""
        found = self._root.find("{*}sheetProtection")
        return found is not None and found.get("sheet", "0") not in OFF

    @cached_property
    def may_grow(self) -> bool:
        """Whether rows may be put in."""
        found = self._root.find("{*}sheetProtection")
        return not self.is_protected or found.get("insertRows", "1") in OFF

    def format_of(self, row: int, column: int) -> str:
        """How a cell shows its value: "text", "date" or ""."""
        xf = self._xf(self.style(row, column))
        number = int(xf.get("numFmtId") or 0) if xf is not None else 0
        if number == 49:
            return "text"
        if number in _DATE_FORMATS:
            return "date"
        code = self._codes.get(number, "")
        return "date" if re.search("[ymd]", _QUOTED.sub("", code.lower())) else ""

    @cached_property
    def _codes(self) -> Mapping[int, str]:
        return {
            int(one.get("numFmtId")): one.get("formatCode") or ""
            for one in self._styles.iterfind("{*}numFmts/{*}numFmt")
        }

    def _xf(self, style: int) -> Any:
        styles = self._styles.find("{*}cellXfs")
        return styles[style] if style < len(styles) else None

    @cached_property
    def choices(self) -> tuple[Choices, ...]:
        """The drop-down lists of the sheet."""
        found: list[Choices] = []
        for one in self._root.iter("{*}dataValidation"):
            if one.get("type") != "list":
                continue
            formula = one.find("{*}formula1")
            inner = formula.find("{*}f") if formula is not None else None
            areas = one.get("sqref") or one.findtext("{*}sqref") or ""
            holder: Any = formula if inner is None else inner
            text = "" if holder is None else holder.text or ""
            found.append(Choices(tuple(map(area_of, areas.split())), text))
        return tuple(found)

    def merged(self) -> Iterator[Area]:
        """The merged ranges."""
        for one in self._root.iterfind("{*}mergeCells/{*}mergeCell"):
            yield area_of(one.get("ref"))

    # writing ----------------------------------------------------------------------

    def write_number(self, row: int, column: int, value: float, style: int) -> None:
        """Put a number (a date as its serial number) into a cell."""
        self.write(row, column, "", style)
        cell = self._cell(row, column)
        etree_sub(cell, "v").text = f"{value:.15g}"

    def forget_results(self) -> None:
        """Take the stored results out of formulas, which the new values belie."""
        for formula in self._data.iter("{*}f"):
            cell = formula.getparent()
            cell.attrib.pop("t", None)
            for value in cell.findall("{*}v"):
                cell.remove(value)

    def insert(self, at: int, like: Sequence[int], *, bare: bool = False) -> NewRows:
        """Put a row in above row `at` for each of `like`, a copy of that row.

        bare: only the look of the row is copied, neither what stands in it nor its
        height. Merged cells inside the copied rows, their drop-down lists and
        conditional formats come along, and formulas with what is not fixed in them.
        References on this sheet move; those of others are `move_references`' work.
        """
        new = NewRows(self.name, at, len(like))
        self._spread_shared_formulas()
        copied = [(source, deepcopy(self._rows[source])) for source in like]
        for _, row in copied if bare else ():
            _empty(row)
        merges = list(self.merged())
        self.move_references(new)
        self._move_rows(new)
        above = max((one for one in self._rows if one < at), default=None)
        for number, (source, row) in enumerate(copied, at):
            if above is None:
                self._data.insert(0, row)
            else:
                self._rows[above].addnext(row)
            above = number
            self._put_row(number, row, new, source)
        self._merge_copies(at, like, merges)
        self._cover([(new.moved(one), number) for number, one in enumerate(like, at)])
        for known in ("choices", "_anchors"):
            self.__dict__.pop(known, None)
        return new

    def _move_rows(self, new: NewRows) -> None:
        for number in sorted(self._rows, reverse=True):
            if number >= new.at:
                row = self._rows.pop(number)
                self._number(row, number + new.count)

    def _number(self, row: Any, number: int) -> None:
        row.set("r", str(number + 1))
        for cell in row:
            column = xl_cell_to_rowcol(cell.get("r"))[1]
            cell.set("r", xl_rowcol_to_cell(number, column))
        self._rows[number] = row

    def _put_row(self, number: int, row: Any, new: NewRows, source: int) -> None:
        self._number(row, number)
        for formula in row.iter("{*}f"):
            text = moved_formula(formula.text or "", self.name, new)
            formula.text = copied_formula(text, number - new.moved(source))

    def _merge_copies(
        self, at: int, like: Sequence[int], merges: Sequence[Area]
    ) -> None:
        """Merge in the copies what is merged in runs of the rows they were made of."""
        for number, source in enumerate(like):
            for first, left, last, right in merges:
                run = list(range(first, last + 1))
                if first == source and run == list(like[number : number + len(run)]):
                    self._merge((at + number, left, at + number + last - first, right))

    def _merge(self, area: Area) -> None:
        holder = self._root.find("{*}mergeCells")
        etree_sub(holder, "mergeCell").set("ref", _words(area))
        holder.set("count", str(len(holder)))

    def _cover(self, copies: Sequence[tuple[int, int]]) -> None:
        """Let lists and conditional formats of a row hold for its copies as well;
        copies: pairs of a row and the copy."""
        for tag in ("dataValidation", "conditionalFormatting"):
            for holder in self._root.iter(f"{{*}}{tag}"):
                areas = [area_of(one) for one in _areas_of(holder).split()]
                more = [
                    (row, left, row, right)
                    for first, left, last, right in areas
                    for source, row in copies
                    if first <= source <= last and not first <= row <= last
                ]
                if more:
                    _set_areas(holder, " ".join(map(_words, (*areas, *more))))

    def move_references(self, new: NewRows) -> None:
        """Let what refers to cells of the sheet `new` names follow them. Its own cells
        are moved by `insert`."""
        for formula in self._root.iter(*FORMULAS):
            text = formula.text or ""
            moved = moved_formula(text, self.name, new)
            if moved != text:
                formula.text = moved
            if formula.get("ref") and new.sheet == self.name:
                formula.set("ref", moved_area(formula.get("ref"), new))
        if new.sheet == self.name:
            self._move_areas(new)

    def _move_areas(self, new: NewRows) -> None:
        """Move what names cells of this sheet by attributes."""
        for one in self._root.iter():
            if not isinstance(one.tag, str) or one.tag.endswith(("}row", "}c", "}f")):
                continue
            if one.tag.endswith("}sqref"):
                one.text = moved_areas(one.text or "", new)
            for name in ("sqref", "ref", "activeCell"):
                value = one.get(name)
                if value and not one.tag.endswith("}dimension"):
                    one.set(name, moved_areas(value, new))
        for link in self._root.iterfind("{*}hyperlinks/{*}hyperlink[@location]"):
            place = moved_formula(link.get("location"), self.name, new)
            link.set("location", place)
        move_anchors(self._root, new)  # of form controls
        for pause in self._root.iterfind("{*}rowBreaks/{*}brk"):
            pause.set("id", str(new.moved(int(pause.get("id")))))

    def _spread_shared_formulas(self) -> None:
        """Write every shared formula out in its cell: copies move on their own."""
        masters: dict[str, tuple[int, int, str]] = {}
        for formula in list(self._data.iter("{*}f")):
            if formula.get("t") != "shared":
                continue
            row, column = xl_cell_to_rowcol(formula.getparent().get("r"))
            key = formula.get("si")
            if formula.text:
                masters[key] = (row, column, formula.text)
            elif key in masters:
                formula.text = _translated(masters[key], row, column)
            for name in ("t", "si", "ref"):
                formula.attrib.pop(name, None)

    def _found(self, row: int, column: int) -> Any:
        line = self._rows.get(row)
        if line is None:
            return None
        place = xl_rowcol_to_cell(row, column)
        return next((cell for cell in line if cell.get("r") == place), None)


def move_anchors(root: Any, new: NewRows) -> None:
    """Move the corners pictures, shapes and controls hang on."""
    for row in root.iter("{*}row"):
        if row.getparent() is not None and row.getparent().tag.endswith(_CORNERS):
            row.text = str(new.moved(int(row.text)))


def etree_sub(parent: Any, tag: str) -> Any:
    """A new last child in the parent's namespace."""
    child = parent.makeelement(parent.tag.rpartition("}")[0] + "}" + tag)
    parent.append(child)
    return child


def _empty(row: Any) -> None:
    for name in ("ht", "customHeight"):
        row.attrib.pop(name, None)
    for cell in row:
        cell.attrib.pop("t", None)
        for child in list(cell):
            cell.remove(child)


def _translated(master: tuple[int, int, str], row: int, column: int) -> str:
    """A shared formula as the cell at that place means it."""
    from openpyxl.formula.translate import Translator

    origin = xl_rowcol_to_cell(master[0], master[1])
    translator: Any = Translator("=" + master[2], origin)
    return str(translator.translate_formula(xl_rowcol_to_cell(row, column)))[1:]


def area_of(words: str) -> Area:
    """A5:B9 as numbers; a whole row or column reaches to the end of the sheet."""
    first, _, last = words.replace("$", "").partition(":")
    start, end = _corner(first, 0, 0), _corner(last or first, 1_048_575, 16_383)
    return (*start, *end)


def _corner(text: str, row: int, column: int) -> tuple[int, int]:
    match = re.fullmatch(r"([A-Za-z]*)(\d*)", text)
    if match is None:
        return row, column
    if match[1]:
        column = xl_cell_to_rowcol(match[1] + "1")[1]
    if match[2]:
        row = int(match[2]) - 1
    return row, column


def _words(area: Area) -> str:
    first, last = xl_rowcol_to_cell(*area[:2]), xl_rowcol_to_cell(*area[2:])
    return first if first == last else f"{first}:{last}"


def _areas_of(holder: Any) -> str:
    return holder.get("sqref") or holder.findtext("{*}sqref") or ""


def _set_areas(holder: Any, areas: str) -> None:
    if holder.get("sqref") is not None:
        holder.set("sqref", areas)
        return
    inner = holder.find("{*}sqref")
    if inner is not None:
        inner.text = areas
