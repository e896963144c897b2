"""登记表: any record on paper, its fields by section and its parts as tables.

It is drawn from the declared fields alone, so a new record type has its page at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.office.paper.document import Document, print_documents
from gridapp.office.paper.flow import Block
from gridapp.office.paper.fonts import require_glyphs
from gridapp.office.paper.paper import Row
from gridapp.office.paper.target import Target
from gridapp.office.sheets.form_rows import fields, heading, table, whole
from gridapp.work.purpose import Signature


@dataclass(frozen=True)
class Section:
    """Fields that stand together: (label, value in words)."""

    title: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Part:
    """Records that belong to this one, as a table."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class RecordCard:
    """What is printed of one record, masked already if it is to be."""

    record_id: UUID
    title: str  # such as 居民登记表
    name: str  # what names the record to a person
    grid: str
    made_on: dt.date
    changed_on: dt.date
    sections: tuple[Section, ...]
    empty: tuple[str, ...]  # labels of the fields of a list without a value
    parts: tuple[Part, ...]


def record_cards(
    cards: Sequence[RecordCard],
    out: Target,
    *,
    signature: Signature | None = None,
    leave_blanks: bool = False,
    progress: Callable[[int, int], object] | None = None,
) -> int:
    """Write the PDF of these records, each from a new page; return the pages.

    `progress` and the errors are those of `visit_sheets`. `signature` is only what the
    foot says: the cards come masked or not.
    """
    if not cards:
        raise UserError(tr("没有要打印的记录，请先选记录。"))
    if not leave_blanks:
        require_glyphs(text for card in cards for text in _texts(card))
    documents = [
        Document(
            title=card.title,
            line=tr(
                "{name}\u3000\u3000{grid}\u3000\u3000登记 {made_on}"
                "\u3000最近修改 {changed_on}",
                name=card.name,
                grid=card.grid,
                made_on=card.made_on,
                changed_on=card.changed_on,
            ),
            grid=card.grid,
            blocks=tuple(_blocks(card)),
            record_id=card.record_id,
        )
        for card in cards
    ]
    return print_documents(
        documents, len(documents), out, signature=signature, progress=progress
    )


def _texts(card: RecordCard) -> Iterator[tuple[str, str]]:
    for section in card.sections:
        for name, text in section.fields:
            yield tr("{name}的{part}", name=card.name, part=name), text
    for part in card.parts:
        for row in part.rows:
            for name, text in zip(part.columns, row, strict=True):
                yield (
                    tr(
                        "{name}的{title}的{part}",
                        name=card.name,
                        title=part.title,
                        part=name,
                    ),
                    text,
                )


def _blocks(card: RecordCard) -> list[Block]:
    rows: list[Row] = []
    for section in card.sections:
        if section.title:
            rows.append(heading(section.title))
        rows += fields(section.fields)
    if card.empty:
        rows.append(whole((tr("没有登记"), tr("、").join(card.empty))))
    return [Block(tuple(rows)), *(_table(part) for part in card.parts if part.rows)]


def _table(part: Part) -> Block:
    title = tr("{title}（{count}）", title=part.title, count=len(part.rows))
    return table(title, part.columns, part.rows)
