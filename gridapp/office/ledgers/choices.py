"""What the user decided about one file, and how its sheets are understood with it.

A choice made now wins over one remembered from this sender, which wins over what the
headings usually mean.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.office.ledgers import cells
from gridapp.office.ledgers.columns import (
    IGNORED,
    chosen_path,
    field_at,
    joined_plain,
    of_heads,
)
from gridapp.office.ledgers.memory import (
    Memory,
    corrected_headers,
    fingerprint,
    remember,
    remembered,
)
from gridapp.office.ledgers.questions import Answers
from gridapp.office.tables.headers import Header, find_header, header_at
from gridapp.office.tables.reader import RawSheet
from gridapp.store.database import Connection
from gridapp.store.vault import Writing

Rows = tuple[int, int]  # first and last heading row, from 0


@dataclass(frozen=True)
class Choices:
    """Decisions about one file.

    columns: by heading, the path of a field, a usual heading, or "-" for 不导入.
    code_sets: by path or heading, the code set of a column of digits.
    ditto: by heading, whether an empty cell means 同上. headers: by sheet, the heading
    rows; None for a sheet to leave out. answers: to the questions of rows.
    sender: whose table it is; None keeps the name remembered.
    kind: the record type the rows are about; "" as the headings say.
    """

    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    code_sets: Mapping[str, str] = field(default_factory=dict[str, str])
    ditto: Mapping[str, bool] = field(default_factory=dict[str, bool])
    headers: Mapping[str, Rows | None] = field(default_factory=dict[str, "Rows | None"])
    answers: Answers = field(default_factory=Answers)
    sender: str | None = None
    kind: str = ""

    def paths(self) -> dict[str, str]:
        """Path by heading; UserError when a choice names no field."""
        return {
            heading: one if one == IGNORED else chosen_path(one)
            for heading, one in self.columns.items()
        }

    def sets(self) -> dict[str, str]:
        """Code set by path; UserError when one does not exist or fits no column."""
        found: dict[str, str] = {}
        for column, name in self.code_sets.items():
            path = chosen_path(column)
            offered = code_sets_of(path)
            if name not in offered:
                raise UserError(
                    tr(
                        "“{column}”没有“{name}”这种代码，可选的有：{offered}",
                        column=column,
                        name=name,
                        offered=tr("、").join(offered) or tr("（无）"),
                    )
                )
            found[path] = name
        return found


@dataclass(frozen=True)
class Understood:
    """One sheet: its heading rows with their columns, and what was remembered.

    `header` is None for a sheet that is left out. `code_sets` are by path.
    """

    sheet: RawSheet
    header: Header | None
    memory: Memory | None = None
    code_sets: Mapping[str, str] = field(default_factory=dict[str, str])


def code_sets_of(path: str) -> tuple[str, ...]:
    """The code sets a column of this meaning may be written in."""
    spec = field_at(path)
    return cells.code_sets(spec.codes) if spec is not None and spec.codes else ()


def understood(
    db: Connection, sheets: Sequence[RawSheet], choices: Choices
) -> list[Understood]:
    """Each sheet as it is understood with what was chosen now and before."""
    chosen, sets = choices.paths(), choices.sets()
    pointed = corrected_headers(db)
    found: list[Understood] = []
    for sheet in sheets:
        header, words = _header(sheet, choices, chosen, pointed), chosen
        if header is None and sheet.visible and sheet.name not in choices.headers:
            words = {**of_heads(), **chosen}
            header = find_header(sheet, words)
        memory = remembered(db, header.headings) if header else None
        if header is None:
            found.append(Understood(sheet, None))
            continue
        known = memory or Memory()
        header = header_at(
            sheet, header.first, header.last, {**words, **known.columns, **chosen}
        )
        ditto = dict.fromkeys(known.ditto, True) | {
            joined_plain(heading): says for heading, says in choices.ditto.items()
        }
        marked = tuple(
            replace(one, ditto=True) if ditto.get(joined_plain(one.heading)) else one
            for one in header.columns
        )
        header = replace(header, columns=marked)
        found.append(Understood(sheet, header, memory, {**known.code_sets, **sets}))
    return found


def _header(
    sheet: RawSheet,
    choices: Choices,
    chosen: Mapping[str, str],
    pointed: Mapping[str, Memory],
) -> Header | None:
    """The heading rows: pointed out now, or for this sender before, or found."""
    if sheet.name in choices.headers:
        rows = choices.headers[sheet.name]
        return header_at(sheet, *rows, chosen) if rows is not None else None
    if not sheet.visible:
        return None
    for first, last in _rows_within(pointed.values(), sheet):
        header = header_at(sheet, first, last, chosen)
        if fingerprint(header.headings) in pointed:
            return header
    return find_header(sheet, chosen)


def _rows_within(memories: Collection[Memory], sheet: RawSheet) -> Iterator[Rows]:
    seen = {one.header for one in memories if one.header is not None}
    return (rows for rows in sorted(seen) if rows[1] < len(sheet.rows))


def keep(
    tx: Writing,
    sheets: Sequence[Understood],
    choices: Choices,
    chosen: Mapping[str, str],
) -> None:
    """Remember what was decided, for the next file of the same sender.

    chosen: by heading, the path of a field of whatever the ledger is about.
    """
    for one in sheets:
        if one.header is None:
            continue
        known = one.memory or Memory()
        here = {joined_plain(column.heading) for column in one.header.columns}
        columns = {**known.columns, **chosen}
        ditto = [c.heading for c in one.header.columns if c.ditto]
        rows = choices.headers.get(one.sheet.name) or known.header
        memory = Memory(
            sender=known.sender if choices.sender is None else choices.sender,
            columns={h: path for h, path in columns.items() if joined_plain(h) in here},
            code_sets=dict(one.code_sets),
            ditto=tuple(map(joined_plain, ditto)),
            header=rows,
        )
        remember(tx, one.header.headings, memory)
