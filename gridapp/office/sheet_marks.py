"""What calamine does not tell about an .xlsx file: hidden rows, rows crossed out,
formulas without a stored value, cells that show an error such as #REF!.

The parts are read as XML from the zip: openpyxl would take 20 times as long.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from gridapp.errors import UserError
from gridapp.language import tr

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
LARGEST = 1 << 30  # bytes after unpacking: more is no ledger
MOST_ROWS, MOST_CELLS = 100_000, 10_000_000  # a town's people in 100 columns
OFF = {"0", "false"}


@dataclass(frozen=True)
class Marks:
    """Rows and cells of one sheet that need care; all count from 0."""

    hidden: frozenset[int] = frozenset()
    struck: frozenset[int] = frozenset()
    unsaved: frozenset[tuple[int, int]] = frozenset()
    broken: Mapping[tuple[int, int], str] = field(
        default_factory=dict[tuple[int, int], str]
    )


def marks_of(content: bytes) -> Mapping[str, Marks]:
    """The marks of each sheet of an .xlsx file by its name; none for other files."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return {}
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        if sum(part.file_size for part in book.infolist()) > LARGEST:
            raise UserError(tr("文件解压后超过 1 GB，不像是台账，没有导入"))
        names = set(book.namelist())
        if "xl/workbook.xml" not in names:
            return {}
        crossed = _crossed_styles(book, names)
        return {
            name: _marks_of_sheet(book, name, part, crossed)
            for name, part in _sheet_parts(book)
            if part in names
        }


def _sheet_parts(book: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Name and part of each sheet."""
    links = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target") or "" for link in links}
    root = ElementTree.fromstring(book.read("xl/workbook.xml"))
    for sheet in root.iter(f"{MAIN}sheet"):
        target = targets.get(sheet.get(f"{OFFICE}id"), "")
        part = posixpath.normpath(posixpath.join("xl", target))
        yield sheet.get("name") or "", part.lstrip("/").removeprefix("xl/xl/")


def _crossed_styles(book: zipfile.ZipFile, names: set[str]) -> frozenset[int]:
    """Numbers of the cell styles whose font is crossed out."""
    if "xl/styles.xml" not in names:
        return frozenset()
    root = ElementTree.fromstring(book.read("xl/styles.xml"))
    fonts = root.find(f"{MAIN}fonts")
    styles = root.find(f"{MAIN}cellXfs")
    if fonts is None or styles is None:
        return frozenset()
    crossed = {number for number, font in enumerate(fonts) if _is_crossed(font)}
    return frozenset(
        number
        for number, style in enumerate(styles)
        if int(style.get("fontId") or 0) in crossed
    )


def _is_crossed(font: ElementTree.Element) -> bool:
    strike = font.find(f"{MAIN}strike")
    return strike is not None and strike.get("val", "1") not in OFF


def _marks_of_sheet(
    book: zipfile.ZipFile, name: str, part: str, crossed: frozenset[int]
) -> Marks:
    hidden: set[int] = set()
    struck: set[int] = set()
    unsaved: set[tuple[int, int]] = set()
    broken: dict[tuple[int, int], str] = {}
    number, widest = -1, "A"
    with book.open(part) as stream:
        for _, row in ElementTree.iterparse(stream):
            if row.tag != f"{MAIN}row":
                continue
            number = int(row.get("r") or number + 2) - 1
            if row.get("hidden", "0") not in OFF:
                hidden.add(number)
            filled = [cell for cell in row if len(cell)]
            widest = max([widest, *map(_reference, filled)], key=_column)
            if filled and (number + 1) * (_column(widest) + 1) > MOST_CELLS:
                _refuse_stray(name, number, _reference(filled[-1]), widest)
            through = sum(int(cell.get("s") or 0) in crossed for cell in filled)
            if filled and through * 2 > len(filled):
                struck.add(number)
            for cell in filled:
                at = (number, _column(_reference(cell)))
                kind = cell.get("t")
                if kind == "e":
                    broken[at] = cell.findtext(f"{MAIN}v") or ""
                elif kind != "str" and _has_no_value(cell):
                    unsaved.add(at)
            row.clear()
    return Marks(frozenset(hidden), frozenset(struck), frozenset(unsaved), broken)


def _reference(cell: ElementTree.Element) -> str:
    return cell.get("r") or "A"


def _has_no_value(cell: ElementTree.Element) -> bool:
    """Whether a cell is a formula that nobody has computed."""
    formula = cell.find(f"{MAIN}f") is not None
    return formula and not cell.findtext(f"{MAIN}v")


def _refuse_stray(name: str, row: int, last: str, widest: str) -> None:
    """Far-off cells make a table of billions of cells, at which calamine aborts."""
    stray = last if row > MOST_ROWS else widest
    raise UserError(
        tr(
            "工作表“{name}”在很远的 {stray} 处有零散内容，请删除表格以外的行和列再导入",
            name=name,
            stray=stray,
        )
    )


def _column(reference: str) -> int:
    """The column of a reference such as AB12, from 0."""
    column = 0
    for letter in reference:
        if letter.isalpha():
            column = column * 26 + ord(letter.upper()) - 64
    return column - 1
