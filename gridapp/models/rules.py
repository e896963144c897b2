"""The rules a record must keep: the form, the import and the county apply the same."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any, cast

from sqlalchemy import String

from gridapp.language import tr
from gridapp.models import codes as code_tables
from gridapp.models.kinds import CODES, Kind
from gridapp.models.record import Field, Hand, Record, fields_of

LARGEST_NUMBER = (1 << 31) - 1  # of an INTEGER at the county
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")


def problems(
    model: type[Record],
    values: Mapping[str, Any],
    changed: Collection[str] | None = None,
    before: Mapping[str, Any] | None = None,
    by: Hand | None = None,
) -> dict[str, str]:
    """A sentence for each field that breaks a rule; empty when the record is good.

    Of fields, only those in `changed` are looked at, if it is given; the rules across
    fields hold for the whole record always. With `before`, the record as it was, it
    must also be allowed to become what it is now. `by` is who changes it at the county.
    """
    wrong: dict[str, str] = {}
    fields, required = _fields(model)
    plainly_good = _plainly_good(model)
    for name in values if changed is None else changed:
        good = plainly_good.get(name)
        value = values.get(name) if good else None
        if good and value is not None and not good(value):
            sentence = _problem(fields[name], value)
            if sentence:
                wrong[name] = sentence
    for name in required:
        if _blank(values.get(name)) and (changed is None or name in changed):
            wrong[name] = tr("{label}还没有填", label=fields[name].label)
    if len(wrong) > 1:
        wrong = {name: wrong[name] for name in fields if name in wrong}
    wrong = wrong or model.check(values)
    if before is not None:
        wrong = wrong or model.check_change(before, values, by)
    elif by is not None:
        wrong = wrong or model.check_new(values, by)
    return wrong


@cache
def _fields(model: type[Record]) -> tuple[Mapping[str, Field], tuple[str, ...]]:
    """The fields in their order by name; the names of those that must be there."""
    fields = fields_of(model)
    required = tuple(one.name for one in fields if one.required)
    return {one.name: one for one in fields}, required


@cache
def _plainly_good(model: type[Record]) -> Mapping[str, Callable[[Any], bool]]:
    """What tells at a glance that the value of a field breaks no rule, by name; of
    most values it can, and a batch of a sync has ten thousand."""
    return {one.name: _glance(one) for one in fields_of(model)}


@cache
def _known(codes: str) -> frozenset[str]:
    return frozenset(code_tables.table(codes).codes)


def _glance(field: Field) -> Callable[[Any], bool]:
    if field.codes and field.kind is not CODES:
        return _known(field.codes).__contains__
    most, sound = field.kind.limit or sys.maxsize, field.kind.sound

    def good(value: Any) -> bool:
        return (
            type(value) is str
            and value.isprintable()
            and len(value) <= most
            and (sound is None or sound(value))
        )

    return good


def plainly_kept(model: type[Record], name: str, values: Sequence[Any]) -> bool:
    """Whether all these values of a field, as they travel, keep the field's own rules,
    told at once for all; False says only that each must be looked at.

    Of numbers and days it says nothing: what reads them holds their bounds. TypeError
    or ValueError when they are of another sort.
    """
    field = _fields(model)[0][name]
    if field.required and any(map(_blank, values)):
        return False
    if field.kind.sound and not all(_sound(field.kind, one) for one in values):
        return False
    if field.kind.limit and max(map(len, values), default=0) > field.kind.limit:
        return False
    if field.codes:
        words = chain.from_iterable(values) if field.kind is CODES else values
        return _known(field.codes).issuperset(words)
    if not isinstance(field.kind.column, String):
        return True
    text = "".join(values)
    return text.isprintable() or _UNKEEPABLE.search(text) is None


def _blank(value: Any) -> bool:
    """Whether nothing was filled in."""
    return value is None or (isinstance(value, str) and not value.strip())


def _sound(kind: Kind[Any], raw: Any) -> bool:
    """Whether the program can work with a value that came as it travels."""
    try:
        return kind.sound is None or kind.sound(kind.from_wire(raw))
    except OverflowError:  # a moment beyond all calendars
        return False


def _problem(field: Field, value: Any) -> str:
    if _unkeepable(value):
        return tr(
            "{label}的数字太大或含有无法保存的字符，请重新填写", label=field.label
        )
    if field.kind.limit and len(value) > field.kind.limit:
        return tr("{label}最多 {limit} 个字", label=field.label, limit=field.kind.limit)
    if field.kind.sound and not field.kind.sound(value):
        return tr("{label}的写法认不出来，请重新填写", label=field.label)
    if not field.codes:
        return ""
    table = code_tables.table(field.codes)
    given: tuple[str, ...] = value if field.kind is CODES else (value,)
    strange = [code for code in given if code not in table.codes]
    return (
        tr("{label}没有“{strange}”这一项", label=field.label, strange=strange[0])
        if strange and table.closed
        else ""
    )


def _unkeepable(value: Any) -> bool:
    """Whether SQLite here or PostgreSQL at the county could not hold the value."""
    if isinstance(value, str):
        return _UNKEEPABLE.search(value) is not None
    if isinstance(value, tuple):
        return any(map(_unkeepable, cast("tuple[Any, ...]", value)))
    if isinstance(value, float):
        return not math.isfinite(value)
    return isinstance(value, int) and abs(value) > LARGEST_NUMBER
