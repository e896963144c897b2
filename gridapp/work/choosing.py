"""Chooses records by conditions as people write them: age>=80, tag=独居, building=3.

The one place that reads conditions: `gridapp list`, `fill` and `export` and the
windows choose with it. A condition names a field of the record (`name`, 姓名), a field
of a record it points to (`building.estate`), or one of SUBJECTS, which are asked of the
person a record is about.

    age>=80  age=60-69  age=80+      full years, from the birth date
    tag=独居  tag=独居,空巢  tag!=低保   one of the tags that hold today
    building=3  unit=2  room=501     where it is
    visited>30                       days since somebody was last met; never: longer
    here=1                           lives here: neither moved away nor dead
    phones=  phones!=                is empty, is not empty
    name~王                          contains
    found_at=2026-11-20              on that day

Of several conditions all must hold; of several words behind = one.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, select

from gridapp.errors import InvalidFields, UserError
from gridapp.language import tr
from gridapp.models import Building, Dwelling, Household, Resident, record_named
from gridapp.models.identity import age_on
from gridapp.models.kinds import REF, YES_NO
from gridapp.models.record import Record, field_of, fields_of, table_of
from gridapp.store import agenda, meetings, records
from gridapp.work.conditions import (
    COMPARE,
    Condition,
    compared,
    equal,
    linked,
    links_to,
    on_field,
    words_of,
)
from gridapp.work.visit_round import by_doors, in_walking_order

FOREVER = 36_500  # days since the last visit of somebody nobody has visited
HERE = "here=1"
_SHAPE = re.compile(r"\s*([^\s<>=!~≥≤≠]+)\s*(>=|<=|!=|≥|≤|≠|>|<|=|~)(.*)", re.DOTALL)
_SIGNS: Mapping[str, str] = {"≥": ">=", "≤": "<=", "≠": "!="}


@dataclass(frozen=True)
class _Test:
    """A condition made ready: in SQL, or of the person the record is about."""

    where: ColumnElement[bool] | None = None
    person: Callable[[UUID], bool] | None = None


def chosen(
    db: Connection,
    model: type[Record],
    conditions: Iterable[str],
    day: dt.date | None = None,
) -> list[UUID]:
    """Ids of the records that meet every condition, as of `day` (today).

    People, households and doors come as one walks past them, other records in the
    order they were made. UserError for a condition that names nothing there is;
    InvalidFields, a sentence a field, for values that cannot be.
    """
    asked = [read_condition(model, one) for one in conditions]
    wrong: dict[str, str] = {}
    tests: list[_Test] = []
    for one in asked:
        try:
            tests.append(_test(db, model, one, day or dt.date.today()))
        except ValueError as error:
            wrong[one.name] = str(error)
    if wrong:
        raise InvalidFields(wrong)
    rows = records.find(db, model, *(t.where for t in tests if t.where is not None))
    of_person = [one.person for one in tests if one.person is not None]
    if of_person:
        link = _person_link(model)
        rows = [
            row
            for row in rows
            if row[link] is not None and all(test(row[link]) for test in of_person)
        ]
    ids = [row["id"] for row in rows]
    if model is Resident:
        return in_walking_order(db, ids)
    return by_doors(db, model, ids) if model in (Household, Dwelling, Building) else ids


def read_condition(model: type[Record], text: str) -> Condition:
    """A condition taken apart; UserError when it has no sign or names nothing."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise UserError(
            tr("“{text}”应写成 字段=值，如 name=王某、age>=80、tag=独居", text=text)
        )
    name, sign, value = match.groups()
    return Condition(path_of(model, name), _SIGNS.get(sign, sign), value.strip())


def asks_presence(conditions: Iterable[str]) -> bool:
    """Whether the conditions say themselves who of those that left or died is meant."""
    asked = ("here", "presence", "life_state", "moved_on", "died_on", "id")
    names = {read_condition(Resident, one).name for one in conditions}
    return not names.isdisjoint(asked)


def path_of(model: type[Record], written: str) -> str:
    """The key or path that a name in a condition means; UserError lists what there is.

    `age` and 年龄 are one, and so are `name` and 姓名.
    """
    plain = _plain(written)
    own = {one.name: one for one in fields_of(model)}
    if plain in ("id", "grid_id") or plain in own:
        return plain
    if plain in SUBJECTS:
        return plain
    for key, subject in SUBJECTS.items():
        if plain in subject.words:
            return key
    for one in own.values():
        if plain in {_plain(word) for word in (one.heading, one.label, *one.aliases)}:
            return one.name
    record, dot, name = plain.partition(".")
    if dot and links_to(model, record):
        others = {one.name for one in fields_of(record_named(record))}
        if name in others:
            return plain
    names = [*own.values()]
    listed = [
        tr("{name}（{label}）", name=k, label=s.label) for k, s in SUBJECTS.items()
    ]
    listed += [tr("{name}（{label}）", name=x.name, label=x.label) for x in names]
    raise UserError(
        tr(
            "{title}没有“{name}”，可填：{names}",
            title=model.title,
            name=written,
            names=tr("、").join(listed),
        )
    )


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).strip().lower()


def _test(db: Connection, model: type[Record], asked: Condition, day: dt.date) -> _Test:
    if asked.name in SUBJECTS:
        return SUBJECTS[asked.name].make(db, model, asked, day)
    if asked.name in ("id", "grid_id"):
        column = table_of(model).c[asked.name]
        return _Test(equal(column, asked, [REF.parse(asked.text)]))
    record, _, name = asked.name.rpartition(".")
    target = record_named(record) if record else model
    return _Test(linked(model, target, on_field(target, name, asked)))


def _person_link(model: type[Record]) -> str:
    """The column that says which person a record is about."""
    if model is Resident:
        return "id"
    way = links_to(model, "resident")
    if way is None or len(way) != 1:
        raise UserError(tr("{title}不是某个人的记录", title=model.title))
    return way[0].name


def _whole_number(label: str, text: str) -> int:
    match = re.fullmatch(r"(\d{1,5})\s*[岁天次]?", unicodedata.normalize("NFKC", text))
    if match is None:
        raise ValueError(tr("{label}应填整数，如 80", label=label))
    return int(match[1])


def _in_range(label: str, asked: Condition) -> Callable[[int | None], bool]:
    """How a number is compared: with a sign, or = 60-69, = 80+."""
    text = unicodedata.normalize("NFKC", asked.text).replace("岁", "").strip()
    span = re.fullmatch(r"(\d+)\s*[-~—至到]\s*(\d+)", text)
    least = re.fullmatch(r"(\d+)\s*(?:\+|以上|及以上)", text)
    if asked.sign in ("=", "!=") and (span or least):
        found = span or least
        assert found is not None
        low = int(found[1])
        high = int(span[2]) if span else None
        inside = asked.sign == "="

        def within(value: int | None) -> bool:
            fits = (
                value is not None and low <= value and (high is None or value <= high)
            )
            return fits is inside

        return within
    if asked.sign == "~":
        raise ValueError(tr("{label}不能用 ~ 来比", label=label))
    if not asked.text and asked.sign in ("=", "!="):
        return lambda value: (value is None) is (asked.sign == "=")
    wanted, compare = _whole_number(label, asked.text), COMPARE[asked.sign]
    return lambda value: value is not None and bool(compare(value, wanted))


Make = Callable[[Connection, type[Record], Condition, dt.date], _Test]


@dataclass(frozen=True)
class Subject:
    """Something asked of the person or the place a record is about."""

    label: str
    words: Collection[str]  # other names people write
    make: Make


def _age(db: Connection, model: type[Record], asked: Condition, day: dt.date) -> _Test:
    _person_link(model)
    fits = _in_range(SUBJECTS["age"].label, asked)
    c = table_of(Resident).c
    found = {
        key
        for key, born in db.execute(select(c.id, c.born_on))
        if fits(age_on(born, day))
    }
    return _Test(person=found.__contains__)


def _tag(db: Connection, model: type[Record], asked: Condition, day: dt.date) -> _Test:
    _person_link(model)
    one = field_of(record_named("resident_tag"), "tag")
    tags = agenda.tags_on(db, day)
    wanted = {one.parse(word) for word in words_of(asked.text)}
    if asked.sign not in ("=", "!="):
        raise ValueError(tr("{label}只能用 = 或 != 来比", label=one.label))
    has = asked.sign == "="

    def held(person: UUID) -> bool:
        mine = tags.get(person, ())
        return (not wanted.isdisjoint(mine) if wanted else not mine) is has

    return _Test(person=held)


def _visited(
    db: Connection, model: type[Record], asked: Condition, day: dt.date
) -> _Test:
    _person_link(model)
    fits = _in_range(SUBJECTS["visited"].label, asked)
    last = {
        person: max((one.at for one in some if one.reached), default=None)
        for person, some in meetings.last_meetings(db, day).items()
    }

    def held(person: UUID) -> bool:
        at = last.get(person)
        return fits((day - at.astimezone().date()).days if at else FOREVER)

    return _Test(person=held)


def _here(db: Connection, model: type[Record], asked: Condition, day: dt.date) -> _Test:
    _person_link(model)
    wanted = YES_NO.parse(asked.text) is (asked.sign == "=")
    here = agenda.living_here(db)
    return _Test(person=lambda person: (person in here) is wanted)


def _place(target: type[Record], name: str) -> Make:
    """A part of the door, with or without 号楼, 单元, 室."""

    def make(
        db: Connection, model: type[Record], asked: Condition, day: dt.date
    ) -> _Test:
        column = table_of(target).c[name]
        if not asked.text or asked.sign == "~":
            return _Test(linked(model, target, on_field(target, name, asked)))
        wanted = [word for text in words_of(asked.text) for word in _door_words(text)]
        rule = compared(field_of(target, name), column, asked, wanted)
        return _Test(linked(model, target, rule))

    return make


def _door_words(text: str) -> list[str]:
    """3栋 and 3 are one building, whichever way it was entered."""
    plain = unicodedata.normalize("NFKC", text).strip()
    bare = re.sub(r"(?<=[0-9A-Za-z])(号?[栋幢座楼]|#|号?单元|室|号|房)$", "", plain)
    return list(dict.fromkeys((plain, bare, bare + "栋", bare + "号楼", bare + "单元")))


SUBJECTS: Mapping[str, Subject] = MappingProxyType(
    {
        "age": Subject(tr("年龄"), ("年龄", "周岁", "岁"), _age),
        "tag": Subject(
            tr("标签"), ("标签", "人员标签", "人员类别", "类别", "tags"), _tag
        ),
        "building": Subject(
            tr("楼栋"), ("楼栋", "楼栋号", "楼号", "栋号"), _place(Building, "number")
        ),
        "unit": Subject(tr("单元"), ("单元", "单元号"), _place(Dwelling, "unit")),
        "room": Subject(tr("房号"), ("房号", "门牌", "室号"), _place(Dwelling, "room")),
        "visited": Subject(
            tr("距上次见到的天数"),
            ("距上次走访", "多少天没走访", "未走访天数"),
            _visited,
        ),
        "here": Subject(tr("住在这里"), ("在住", "住在这里"), _here),
    }
)
"""What may be asked beside the record's own fields, by key."""
