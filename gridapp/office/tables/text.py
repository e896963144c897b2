"""Tables as plain text: .csv and .tsv in the encodings Excel and systems write."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.office.tables.raw_sheet import (
    MOST_CELLS,
    MOST_ROWS,
    RawSheet,
    too_large,
    too_many_rows,
    trimmed,
)

DELIMITERS = ",\t;|，"
LOOKED_AT = 30  # lines in which the delimiter is looked for
MOST_BREAKS = 30  # line breaks in a cell; more come of a quote nobody closed
_SEPARATOR = re.compile(r"\s*sep=(.)\r?\n", re.IGNORECASE)


def read_text(name: str, stem: str, content: bytes) -> RawSheet:
    """The table; UserError in words when it is no text or damaged."""
    text = decoded(name, content)
    named = _SEPARATOR.match(text)
    if named:
        text = text[named.end() :]
    delimiter = named[1] if named else _delimiter(text)
    try:
        rows = _rows(
            stem, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        )
        if any(_swallowed(row) for row in rows):
            rows = _rows(stem, _unquoted(text, delimiter))
    except csv.Error as error:
        raise UserError(
            tr(
                "“{name}”不是完好的 CSV 文件，请用 Excel 打开，另存为 .xlsx 后再导入",
                name=name,
            )
        ) from error
    return RawSheet(stem, rows)


def decoded(name: str, content: bytes) -> str:
    """UTF-8 (with or without BOM), UTF-16, else GB 18030 as Excel saves it."""
    encodings = ("utf-8-sig", "gb18030")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ("utf-16",)
    elif content[:200].count(b"\0") * 4 > len(content[:200]):
        encodings = ("utf-16-le" if content[1:2] == b"\0" else "utf-16-be",)
    text = next(filter(None, (_decode(content, one) for one in encodings)), None)
    if text is None:
        raise UserError(
            tr(
                "认不出“{name}”的文字编码，请用 Excel 打开，另存为 .xlsx 后再导入",
                name=name,
            )
        )
    if "\ufffd" in text or "\0" in text:
        raise UserError(
            tr("“{name}”里有已经损坏的字，请从原来的系统重新导出后再导入", name=name)
        )
    return text


def _decode(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _delimiter(text: str) -> str:
    """The sign that cuts most of the first lines into the same number of cells."""

    def score(sign: str) -> tuple[int, int]:
        lines = io.StringIO(text[:20_000], newline="")
        try:
            cut = [len(row) for row in _first(csv.reader(lines, delimiter=sign))]
        except csv.Error:
            return 0, 0
        several = [count for count in cut if count > 1]
        most = max(set(several), key=several.count, default=0)
        return several.count(most), most

    return max(DELIMITERS, key=score)


def _first(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    for _, row in zip(range(LOOKED_AT), rows, strict=False):
        yield row


def _unquoted(text: str, delimiter: str) -> Iterator[list[str]]:
    """The table when its quotes are inches or ditto marks and nothing else."""
    lines = io.StringIO(text, newline="")
    return iter(csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE))


def _swallowed(row: list[object]) -> bool:
    return any(isinstance(cell, str) and cell.count("\n") > MOST_BREAKS for cell in row)


def _rows(stem: str, lines: Iterable[list[str]]) -> list[list[object]]:
    rows: list[list[object]] = []
    cells = filled = 0
    for line in lines:
        rows.append([_cell(text) for text in line])
        cells += len(line)
        filled += any(cell is not None for cell in rows[-1])
        if filled > MOST_ROWS:
            raise too_many_rows(stem)
        if cells > MOST_CELLS:
            raise too_large()
    return trimmed(rows)


def _cell(text: str) -> str | None:
    """A cell of CSV text; `="…"` is how programs keep digits as text in Excel."""
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text if text and not text.isspace() else None
