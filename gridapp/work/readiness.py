"""Whether a record has all that GB/T 31000-2015 requires, and its items as delivered.

Tables and items: `gbt31000`. What is missing is said, and never keeps a record from
being saved: workers often do not know it (domain.md §2.1.1).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.models import codes, record_named
from gridapp.models.kinds import WORD_BREAK
from gridapp.models.record import Field, Record, Values, field_of
from gridapp.store import records
from gridapp.work.gbt31000 import Item, Table, tables_for
from gridapp.work.standard_answers import Subject, subjects

MOST_NAMED = 6  # labels in a sentence, before “等”
_YEAR_MONTH_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Ready:
    """How far a record is from what the standard's tables ask of it.

    missing: labels of required items that nothing answers. misfit: labels of items
    whose content has not the standard's form, with what it should be. Both in the
    standard's order, each label once. `wanted` counts the required items.
    """

    done: int
    wanted: int
    missing: tuple[str, ...] = ()
    misfit: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the record can be delivered as it is."""
        return not self.missing and not self.misfit

    @property
    def words(self) -> str:
        """缺 3 项：民族、学历、婚姻状况; 齐全 when nothing is missing."""
        parts: list[str] = []
        if self.missing:
            count = len(self.missing)
            names = _some(self.missing)
            parts.append(tr("缺 {count} 项：{names}", count=count, names=names))
        if self.misfit:
            names = _some(self.misfit)
            parts.append(tr("要改：{names}", names=names))
        return tr("；").join(parts) or tr("齐全")


def _some(labels: tuple[str, ...]) -> str:
    names = tr("、").join(labels[:MOST_NAMED])
    return tr("{names}等", names=names) if len(labels) > MOST_NAMED else names


def tables_of(row: Values, model: type[Record]) -> tuple[Table, ...]:
    """The tables a record belongs to; none for a door that is not rented."""
    return tuple(one for one in tables_for(model) if one.asks(row))


def readiness(
    db: Connection, model: type[Record], ids: Iterable[UUID]
) -> dict[UUID, Ready]:
    """How ready each of these records is; those no table asks for are left out."""
    return {
        key: found
        for key, subject in subjects(db, model, ids)
        if (found := judged(model, subject)) is not None
    }


def judged(model: type[Record], subject: Subject) -> Ready | None:
    """How ready one record is, all of its tables taken together; None: no table."""
    row = dict(subject[model.__tablename__])
    tables = tables_of(row, model)
    if not tables:
        return None
    wanted: dict[str, bool] = {}
    misfit: dict[str, str] = {}
    for table in tables:
        for item in table.items:
            label, value = tr(item.heading), answer(item, subject)
            if item.required:
                wanted[label] = wanted.get(label, True) and value is not None
            wrong = unfit(item, value) if value is not None else ""
            if wrong:
                misfit[label] = tr("{label}（{wrong}）", label=label, wrong=wrong)
    missing = tuple(label for label, there in wanted.items() if not there)
    return Ready(
        len(wanted) - len(missing), len(wanted), missing, tuple(misfit.values())
    )


def incomplete(db: Connection, model: type[Record]) -> frozenset[UUID]:
    """Records of a type, outside the recycle bin, that cannot be delivered yet."""
    found = readiness(db, model, records.ids(db, model))
    return frozenset(key for key, one in found.items() if not one.whole)


def answer(item: Item, subject: Subject) -> Any:
    """What the program knows for an item: the first path that is filled, or None.

    A 否 is an answer.
    """
    for path in item.paths:
        record, _, name = path.partition(".")
        value = subject[record].get(name)
        if value not in (None, "", ()):
            return value
    return None


def unfit(item: Item, value: Any) -> str:
    """What the content of an item should be instead, in words; "" when it fits."""
    if item.form == "date":
        whole = isinstance(value, dt.date) or _YEAR_MONTH_DAY.fullmatch(value)
        return "" if whole else tr("要写到日")
    if item.form == "area":
        fits = re.fullmatch(r"\d{6}", value)
        return "" if fits else tr("应是 6 位区划代码")
    if item.form != "text":
        return ""
    if item.codes:
        known = codes.table(item.codes).codes
        some = plain(item, value).split(WORD_BREAK)
        return "" if all(one in known for one in some) else tr("不在代码表里")
    if item.length and len(plain(item, value)) > item.length:
        return tr("最多 {length} 个字", length=item.length)
    return ""


def plain(item: Item, value: Any) -> str:
    """A value as the standard writes it: YYYYMMDD, 1 or 0, codes without names."""
    if value is None:
        return ""
    if item.form == "date":
        return f"{value}".replace("-", "")
    if item.form == "yes_no":
        return "1" if value else "0"
    if isinstance(value, tuple):
        return WORD_BREAK.join(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


def delivered(item: Item, value: Any, *, unmasked: bool) -> str:
    """A value as a workbook shows it: a code with its words; private ones masked."""
    text = plain(item, value)
    if not text:
        return ""
    if item.form == "yes_no":
        return f"{text} {tr('是') if value else tr('否')}"
    if item.codes:
        name = codes.table(item.codes).name
        return WORD_BREAK.join(f"{one} {name(one)}" for one in text.split(WORD_BREAK))
    field = field_behind(item)
    if unmasked or field is None or not field.kind.guarded:
        return text
    return field.given_out(value)


@cache
def field_behind(item: Item) -> Field | None:
    """The declared field that answers an item first; None when it is made up."""
    if not item.paths:
        return None
    record, _, name = item.paths[0].partition(".")
    model = record_named(_RECORDS.get(record, record)) if record != "place" else None
    return field_of(model, name) if model else None


# Whose fields a path means, where it is not the name of the record type.
_RECORDS: Mapping[str, str] = {
    "head": "resident",
    "tenant": "resident",
    "party": "dispute_party",
    "kin": "resident",
}
