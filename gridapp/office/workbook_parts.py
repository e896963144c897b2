"""An .xlsx file changed part by part: what is not touched stays as it was, to the byte.

openpyxl and its like read a workbook into a model of their own and write that, so that
shapes, charts, form controls and extensions are lost. Somebody's ledger comes back as
it was, with a column more (ECMA-376, part 1, chapters 18.3 and 18.8).
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Mapping
from copy import deepcopy
from functools import cached_property
from typing import Any

import lxml.etree
from xlsxwriter.utility import xl_cell_to_rowcol, xl_rowcol_to_cell

etree: Any = lxml.etree  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
TEXT_FORMAT = "49"  # numFmtId of @
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
WORKBOOK, STYLES = "xl/workbook.xml", "xl/styles.xml"


class WorkbookParts:
    """The parts of a workbook; a part is parsed when it is first asked for.

    Raises KeyError or zipfile.BadZipFile when it lacks what every workbook has.
    """

    def __init__(self, content: bytes) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(content))
        self._trees: dict[str, Any] = {}
        self._styles: dict[tuple[int, str, bool], int] = {}
        self._sheets: dict[str, SheetPart] = {}
        self._changed: set[str] = set()  # parts, new ones as well
        self._dropped: set[str] = set()
        self._parse(STYLES)

    @cached_property
    def sheets(self) -> Mapping[str, str]:
        """The part of each worksheet by the sheet's name."""
        links = self._parse("xl/_rels/workbook.xml.rels")
        targets = {link.get("Id"): link.get("Target") for link in links}
        found: dict[str, str] = {}
        for sheet in self._parse(WORKBOOK).iter("{*}sheet"):
            key = sheet.get(f"{{{OFFICE}}}id") or sheet.get(f"{{{STRICT_OFFICE}}}id")
            target = str(targets.get(key) or "")
            part = posixpath.normpath(posixpath.join("xl", target)).lstrip("/")
            found[sheet.get("name")] = part.removeprefix("xl/xl/")
        return found

    def sheet(self, name: str) -> SheetPart:
        """Return the sheet of that name, to be changed."""
        if name not in self._sheets:
            self._sheets[name] = SheetPart(self._parse(self.sheets[name]))
        return self._sheets[name]

    def styled(self, style: int, fill: str = "", *, text: bool = False) -> int:
        """The number of a style like `style`, on this colour (RRGGBB) or as text."""
        wanted = style, fill, text
        if wanted not in self._styles:
            self._styles[wanted] = self._add_style(style, fill, text)
        return self._styles[wanted]

    def _add_style(self, style: int, fill: str, text: bool) -> int:
        root = self._parse(STYLES)
        styles = root.find("{*}cellXfs")
        new = deepcopy(styles[style])
        if fill:
            new.set("fillId", str(_add_fill(root.find("{*}fills"), fill)))
            new.set("applyFill", "1")
        if text:
            new.set("numFmtId", TEXT_FORMAT)
            new.set("applyNumberFormat", "1")
        styles.append(new)
        styles.set("count", str(len(styles)))
        return len(styles) - 1

    def _parse(self, part: str) -> Any:
        if part not in self._trees:
            parser = etree.XMLParser(
                resolve_entities=False, no_network=True, huge_tree=True
            )
            self._trees[part] = etree.fromstring(self._zip.read(part), parser)
        return self._trees[part]

    def content(self) -> bytes:
        """The whole file, its parts in the order in which they came."""
        changed = self._changed | {self.sheets[name] for name in self._sheets}
        if self._styles:
            changed.add(STYLES)
        old = self._zip.namelist()
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as book:
            for part in [*old, *sorted(changed - set(old))]:
                if part in changed:
                    data = etree.tostring(
                        self._trees[part],
                        xml_declaration=True,
                        encoding="UTF-8",
                        standalone=True,
                    )
                    book.writestr(part, data)
                elif part not in self._dropped:
                    book.writestr(part, self._zip.read(part))
        return whole.getvalue()


class SheetPart:
    """One worksheet. Rows and columns count from 0."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._space = root.nsmap[root.prefix]
        self._data = root.find("{*}sheetData")
        self._rows: dict[int, Any] = {}
        self.last_column = -1
        number = -1
        for row in self._data:
            number = int(row.get("r") or number + 2) - 1
            row.set("r", str(number + 1))
            row.attrib.pop("spans", None)
            self._rows[number] = row
            if len(row):
                self.last_column = max(self.last_column, self._number_cells(row))

    def _number_cells(self, row: Any) -> int:
        """Give each cell its reference, which may be left out; return the last one."""
        if all(cell.get("r") for cell in row):
            return _column(row[-1])
        column = -1
        for cell in row:
            column = _column(cell) if cell.get("r") else column + 1
            cell.set("r", xl_rowcol_to_cell(int(row.get("r")) - 1, column))
        return column

    @cached_property
    def _anchors(self) -> dict[tuple[int, int], tuple[int, int]]:
        """The first cell of its merged range, for each cell of one."""
        found: dict[tuple[int, int], tuple[int, int]] = {}
        for merged in self._root.iter("{*}mergeCell"):
            first, _, last = str(merged.get("ref")).partition(":")
            start, end = xl_cell_to_rowcol(first), xl_cell_to_rowcol(last or first)
            for row in range(start[0], end[0] + 1):
                for column in range(start[1], end[1] + 1):
                    found[row, column] = start
        return found

    def mark(self, row: int, column: int, parts: WorkbookParts, fill: str) -> None:
        """Colour a cell, or the cell that its merged range shows."""
        row, column = self._anchors.get((row, column), (row, column))
        cell = self._cell(row, column)
        cell.set("s", str(parts.styled(int(cell.get("s") or 0), fill)))

    def style(self, row: int, column: int) -> int:
        """The number of a cell's style, 0 when it has none."""
        return int(self._cell(row, column).get("s") or 0)

    def write(self, row: int, column: int, text: str, style: int) -> None:
        """Put a text into a cell; "" empties it."""
        cell = self._cell(row, column)
        for child in list(cell):
            cell.remove(child)
        cell.attrib.pop("t", None)
        cell.set("s", str(style))
        if text:
            cell.set("t", "inlineStr")
            holder = etree.SubElement(cell, f"{{{self._space}}}is")
            inside = etree.SubElement(holder, f"{{{self._space}}}t")
            inside.text = text
            inside.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        self.last_column = max(self.last_column, column)

    def merge_down(self, row: int, last: int, column: int) -> bool:
        """Make one cell of those from `row` to `last`; whether the sheet merges any."""
        merges = self._root.find("{*}mergeCells")
        if merges is None or row == last:
            return row == last
        merged = etree.SubElement(merges, f"{{{self._space}}}mergeCell")
        first, end = xl_rowcol_to_cell(row, column), xl_rowcol_to_cell(last, column)
        merged.set("ref", f"{first}:{end}")
        merges.set("count", str(len(merges)))
        return True

    def widen(self, column: int, width: float) -> None:
        """Give a column beyond the others a width, in characters."""
        columns = self._root.find("{*}cols")
        if columns is None:
            columns = etree.Element(f"{{{self._space}}}cols")
            self._data.addprevious(columns)
        number = column + 1
        for one in list(columns):
            first, last = int(one.get("min")), int(one.get("max"))
            if first <= number <= last:
                if first == number:
                    columns.remove(one)
                else:
                    one.set("max", str(number - 1))
                if last > number:
                    rest = deepcopy(one)
                    rest.set("min", str(number + 1))
                    rest.set("max", str(last))
                    columns.append(rest)
        new = etree.SubElement(columns, f"{{{self._space}}}col")
        new.set("min", str(number))
        new.set("max", str(number))
        new.set("width", str(width))
        new.set("customWidth", "1")
        columns[:] = sorted(columns, key=lambda one: int(one.get("min")))

    def finish(self) -> None:
        """Say anew how far the sheet reaches."""
        reach = self._root.find("{*}dimension")
        if reach is not None and self._rows and self.last_column >= 0:
            last = xl_rowcol_to_cell(max(self._rows), self.last_column)
            reach.set("ref", f"A1:{last}")

    def _cell(self, row: int, column: int) -> Any:
        """The cell at that place, made when it is not there."""
        line = self._row(row)
        before = None
        for cell in reversed(line):  # what is added stands behind the others
            at = _column(cell)
            if at == column:
                return cell
            if at < column:
                before = cell
                break
        new = etree.Element(f"{{{self._space}}}c")
        new.set("r", xl_rowcol_to_cell(row, column))
        if before is None:
            line.insert(0, new)
        else:
            before.addnext(new)
        return new

    def _row(self, row: int) -> Any:
        if row not in self._rows:
            new = etree.Element(f"{{{self._space}}}row")
            new.set("r", str(row + 1))
            above = [number for number in self._rows if number < row]
            if above:
                self._rows[max(above)].addnext(new)
            else:
                self._data.insert(0, new)
            self._rows[row] = new
        return self._rows[row]


def _add_fill(fills: Any, colour: str) -> int:
    space = etree.QName(fills).namespace
    fill = etree.SubElement(fills, f"{{{space}}}fill")
    pattern = etree.SubElement(fill, f"{{{space}}}patternFill")
    pattern.set("patternType", "solid")
    etree.SubElement(pattern, f"{{{space}}}fgColor").set("rgb", f"FF{colour}")
    etree.SubElement(pattern, f"{{{space}}}bgColor").set("indexed", "64")
    fills.set("count", str(len(fills)))
    return len(fills) - 1


def _column(cell: Any) -> int:
    return xl_cell_to_rowcol(cell.get("r"))[1]
