"""一人一表: a form of one person, with labels and an empty cell beside each.

It is filled in once a person, a file each. Rows and columns count from 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gridapp.office.filling.sources import BLANK, UNKNOWN, source_of
from gridapp.office.ledgers.columns import path_of, plain_heading
from gridapp.office.tables.headers import Column, Header
from gridapp.office.tables.reader import RawSheet

FEWEST = 4  # labels with a place beside them, 姓名 among them
LONGEST = 12  # characters of a label
MOST_ROWS = 80  # of a form of one person: two printed pages
BOX, TICKED = "□☐", "☑"
_OPTION = re.compile(rf"[{BOX}]\s*([^\s{BOX}、,，/;；()（）]+)")
ASIDE = ("grid", "community", "street", "county", "worker", "worker_phones", "today")
_ASIDE = {"填表单位": "community", "填报单位": "community", "联系电话": "worker_phones"}
Spot = tuple[int, int]


@dataclass(frozen=True)
class Label:
    """A label of the form, and the cell beside it. `boxes`: what stands there when it
    is a choice to be ticked (□男 □女)."""

    heading: str
    path: str
    spot: Spot
    boxes: str = ""


def labels_of(sheet: RawSheet) -> tuple[Label, ...]:
    """The labels of a form of one person; none when the sheet is no such form."""
    found = list(_labels(sheet))
    known = [one for one in found if source_of(one.path, one.heading) != UNKNOWN]
    if len(known) < FEWEST or not any(one.path == "name" for one in known):
        return ()
    return tuple(found)


def header_of(labels: tuple[Label, ...]) -> Header:
    """The labels as the columns of a table, numbered from 0."""
    columns = (Column(n, one.heading, one.path) for n, one in enumerate(labels))
    return Header(0, 0, tuple(columns))


def options_in(boxes: str) -> tuple[str, ...]:
    """The words of □男 □女."""
    return tuple(_OPTION.findall(boxes))


def ticked(boxes: str, option: str) -> str:
    """□男 □女 with one of them ticked."""
    return re.sub(rf"[{BOX}](\s*){re.escape(option)}", rf"{TICKED}\1{option}", boxes)


def asides_of(sheet: RawSheet, header: Header, end: int) -> Iterator[Label]:
    """Labels above the headings and from row `end` on that ask who fills the form in,
    where and when (填表人：), with an empty cell beside each."""
    rows = [*range(header.first), *range(end, min(len(sheet.rows), end + MOST_ROWS))]
    width = max([sheet.width, *(column + 1 for _, column in sheet.anchors)])
    for row in rows:
        for column in range(len(sheet.rows[row])):
            text = _text(sheet, row, column)
            source = _ASIDE.get(text) or source_of("", text)
            spot = _beside(sheet, row, column)
            if source in ASIDE and spot[1] < width and not _text(sheet, *spot):
                yield Label(text, source, spot)


def _labels(sheet: RawSheet) -> Iterator[Label]:
    seen: set[tuple[str, str]] = set()
    width = max([sheet.width, *(column + 1 for _, column in sheet.anchors)])
    for row in range(min(len(sheet.rows), MOST_ROWS)):
        for column in range(len(sheet.rows[row])):
            text = _text(sheet, row, column)
            if not text or len(text) > LONGEST or text[0] in BOX:
                continue
            spot = _beside(sheet, row, column)
            beside = _text(sheet, *spot)
            if beside and not options_in(beside):
                continue
            group = _group(sheet, row, column)
            path = path_of(text, group) or ""
            if path.startswith("contact."):
                path = f"contact.1.{path.rpartition('.')[2]}"
            heading = f"{group}/{text}" if group and path else text
            source = source_of(path, heading)
            if source in (BLANK, "number") or (heading, path) in seen:
                continue
            if source == UNKNOWN and spot[1] >= width:  # a title, not a label
                continue
            seen.add((heading, path))
            yield Label(heading, path, spot, beside)


def _text(sheet: RawSheet, row: int, column: int) -> str:
    """What a cell itself holds, a label without its blanks and colon."""
    if row >= len(sheet.rows) or (row, column) in sheet.anchors:
        return ""
    cell = sheet.own(row, column)
    if not isinstance(cell, str):
        return "" if cell is None else str(cell)
    text = cell.strip()
    return text if options_in(text) else plain_heading(text)


def _beside(sheet: RawSheet, row: int, column: int) -> Spot:
    """The cell to the right, behind the merged range the label stands in."""
    right = column + 1
    while sheet.anchors.get((row, right)) == (row, column):
        right += 1
    return sheet.anchors.get((row, right), (row, right))


def _group(sheet: RawSheet, row: int, column: int) -> str:
    """The words of a cell merged downwards at the left of a label: 子女情况."""
    for left in range(column - 1, -1, -1):
        anchor = sheet.anchors.get((row, left), (row, left))
        below = sheet.anchors.get((anchor[0] + 1, anchor[1]))
        if below == anchor and (text := _text(sheet, *anchor)):
            return text
    return ""
