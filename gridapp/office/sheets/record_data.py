"""From the records to what a card says, by the fields they declare."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from gridapp.language import tr
from gridapp.models import Grid, Resident
from gridapp.models.free_text import masked
from gridapp.models.kinds import NOTE
from gridapp.models.record import Record, Values, fields_of
from gridapp.office.sheets.record_card import Part, RecordCard, Section
from gridapp.office.sheets.visit_data import grid_words
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.work.record_parts import parts_of
from gridapp.work.visit_round import places

NEWEST = 20  # rows of one sort of part
COLUMNS = 6  # of a part's table
Shown = dict[str, str]


def from_records(
    db: Connection,
    model: type[Record],
    ids: Iterable[UUID],
    title: str,
    *,
    unmasked: bool = False,
) -> list[RecordCard]:
    """One card a record under this title, in the order asked; none for those gone.

    The number of queries does not grow with the number of records, but for one per 500.
    """
    rows = records.by_id(db, model, ids)
    words = in_words(db, model, rows.values(), unmasked=unmasked)
    if model is Resident:
        for key, place in places(db, rows.values()).items():
            words[key]["household_id"] = place.words if place.dwelling else ""
    grids = records.by_id(db, Grid, {row["grid_id"] for row in rows.values()})
    parts: dict[UUID, list[Part]] = {}
    for other, owned in parts_of(db, model, rows).items():
        every = [row for some in owned.values() for row in some[-NEWEST:]]
        texts = in_words(db, other, every, unmasked=unmasked)
        for key, some in owned.items():
            kept = [texts[row["id"]] for row in some[-NEWEST:]]
            parts.setdefault(key, []).append(_part(other, model, kept, len(some)))
    return [
        _card(title, model, row, words[key], grids[row["grid_id"]], parts.get(key, []))
        for key, row in rows.items()
    ]


def in_words(
    db: Connection, model: type[Record], rows: Iterable[Values], *, unmasked: bool
) -> dict[UUID, Shown]:
    """Values in words by field name; numbers in free text masked like any other."""
    kept = list(rows)
    texts = records.shown(db, model, kept, unmask=unmasked)
    if not unmasked:
        texts = [{name: masked(text) for name, text in one.items()} for one in texts]
    return {row["id"]: one for row, one in zip(kept, texts, strict=True)}


def _card(
    title: str,
    model: type[Record],
    row: Values,
    words: Shown,
    grid: Values,
    parts: list[Part],
) -> RecordCard:
    fields = [x for x in fields_of(model) if words[x.name] or not x.target]
    sections: dict[str, list[tuple[str, str]]] = {}
    for one in fields:
        if words[one.name]:
            named = (one.label, words[one.name])
            sections.setdefault(one.section, []).append(named)
    return RecordCard(
        record_id=row["id"],
        title=title,
        name=words.get(model.shown_by) or model.title,
        grid=grid_words(grid),
        made_on=_day(row["created_at"]),
        changed_on=_day(row["updated_at"]),
        sections=tuple(Section(name, tuple(some)) for name, some in sections.items()),
        empty=tuple(x.label for x in fields if x.listed and not words[x.name]),
        parts=tuple(parts),
    )


def _part(
    model: type[Record], owner: type[Record], rows: list[Shown], total: int
) -> Part:
    """The fields a list shows that hold something, the owner left out."""
    columns = [
        one
        for one in fields_of(model)
        if one.listed
        and one.target != owner.__tablename__
        and any(row[one.name] for row in rows)
    ]
    columns.sort(key=lambda one: one.kind is NOTE)  # the long text stands last
    columns = columns[: COLUMNS - 1] + columns[COLUMNS - 1 :][-1:]
    title = model.title + (
        tr("，最近 {newest} 条，共 {total} 条", newest=NEWEST, total=total)
        if total > NEWEST
        else ""
    )
    return Part(
        title,
        tuple(one.label for one in columns),
        tuple(tuple(row[one.name] for one in columns) for row in rows),
    )


def _day(moment: Any) -> dt.date:
    return moment.astimezone().date()
