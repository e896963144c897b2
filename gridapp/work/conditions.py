"""A condition on a declared field, or on one of a record it points to, as SQL."""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    func,
    not_,
    or_,
    select,
    type_coerce,
)

from gridapp.language import tr
from gridapp.models import record_named
from gridapp.models.kinds import (
    BIRTH,
    CODES,
    DATE,
    DECIMAL,
    NUMBER,
    PHONES,
    REF,
    TIME,
)
from gridapp.models.record import Field, Record, field_of, fields_of, table_of
from gridapp.store import meetings

_OR = re.compile(r"[|,，、;；]")
COMPARE: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        "=": operator.eq,
        "!=": operator.ne,
        ">=": operator.ge,
        "<=": operator.le,
        ">": operator.gt,
        "<": operator.lt,
    }
)
_ORDERED = (NUMBER, DECIMAL, DATE, TIME, BIRTH)
_LISTS = (CODES, PHONES)


@dataclass(frozen=True)
class Condition:
    """One condition as it was written, taken apart."""

    name: str  # a key of SUBJECTS, or the path of a field
    sign: str
    text: str


@cache
def links_to(model: type[Record], record: str) -> tuple[Field, ...] | None:
    """The shortest way of references from a record type to another, by table name."""
    if model.__tablename__ == record:
        return ()
    ways: list[tuple[type[Record], tuple[Field, ...]]] = [(model, ())]
    seen = {model.__tablename__}
    for at, way in ways:
        for one in fields_of(at):
            if not one.target or one.target in seen:
                continue
            if one.target == record:
                return (*way, one)
            seen.add(one.target)
            ways.append((record_named(one.target), (*way, one)))
    return None


def linked(
    model: type[Record], target: type[Record], rule: ColumnElement[bool]
) -> ColumnElement[bool]:
    """`rule` of the record `target` that records of `model` point to."""
    way = links_to(model, target.__tablename__)
    if way is None:
        raise ValueError(
            tr("{title}不按{other}来选", title=model.title, other=target.title)
        )
    owners = [model, *(record_named(one.target) for one in way)]
    for owner, one in reversed(list(zip(owners, way, strict=False))):
        ids = select(table_of(record_named(one.target)).c.id).where(rule)
        rule = table_of(owner).c[one.name].in_(ids)
    return rule


def on_field(model: type[Record], name: str, asked: Condition) -> ColumnElement[bool]:
    """The condition on a field of `model`; ValueError with a sentence.

    A code, a reference or a list holds when one of the words behind the sign is meant;
    of a birth, as much is compared as is written; of a moment, a day when only a day
    is written.
    """
    one, column = field_of(model, name), table_of(model).c[name]
    if not asked.text:
        if asked.sign == "=":
            return column.is_(None)
        if asked.sign == "!=":
            return column.is_not(None)
        raise ValueError(tr("{label}还没有填", label=one.label))
    if asked.sign == "~":
        return func.instr(type_coerce(column, String()), asked.text) > 0
    if one.kind is TIME:
        return _on_time(one, column, asked)
    if one.kind is BIRTH:
        value = one.parse(asked.text)
        return compared(one, func.substr(column, 1, len(value)), asked, [value])
    if one.kind in _LISTS:
        found = [
            word for part in words_of(asked.text) for word in one.parse(part) or ()
        ]
        around = "," + type_coerce(column, String()) + ","
        has = or_(*(func.instr(around, f",{word},") > 0 for word in found))
        return _with_sign(one, column, has, asked)
    several = bool(one.codes) or one.kind is REF
    texts = words_of(asked.text) if several else [asked.text]
    return compared(one, column, asked, [one.parse(text) for text in texts])


def compared(
    one: Field, column: ColumnElement[Any], asked: Condition, values: Sequence[Any]
) -> ColumnElement[bool]:
    """`column` compared with these values by the sign that was written."""
    if asked.sign in ("=", "!="):
        return equal(column, asked, values)
    if one.kind not in _ORDERED:
        raise ValueError(tr("{label}只能用 = 或 != 来比", label=one.label))
    rule: ColumnElement[bool] = COMPARE[asked.sign](column, values[0])
    return rule


def equal(
    column: ColumnElement[Any], asked: Condition, values: Sequence[Any]
) -> ColumnElement[bool]:
    """One of the values, or none of them: what is empty is none of them."""
    if asked.sign == "!=":
        return or_(column.is_(None), column.not_in(values))
    return column.in_(values)


def _with_sign(
    one: Field,
    column: ColumnElement[Any],
    has: ColumnElement[bool],
    asked: Condition,
) -> ColumnElement[bool]:
    if asked.sign == "=":
        return has
    if asked.sign == "!=":
        return or_(column.is_(None), not_(has))
    raise ValueError(tr("{label}只能用 = 或 != 来比", label=one.label))


def _on_time(
    one: Field, column: ColumnElement[Any], asked: Condition
) -> ColumnElement[bool]:
    """A moment, or a day when only a day is written."""
    try:
        day = DATE.parse(asked.text)
    except ValueError:
        return compared(one, column, asked, [one.parse(asked.text)])
    first = meetings.midnight(day)
    after = meetings.midnight(day + dt.timedelta(days=1))
    rules: Mapping[str, ColumnElement[bool]] = {
        "=": and_(column >= first, column < after),
        "!=": or_(column.is_(None), column < first, column >= after),
        ">=": column >= first,
        "<": column < first,
        ">": column >= after,
        "<=": column < after,
    }
    return rules[asked.sign]


def words_of(text: str) -> list[str]:
    """The words behind a sign, of which one is to hold."""
    return [word for part in _OR.split(text) if (word := part.strip())]
