"""What is known about each column of a ledger, as a person is asked about it: what
it means in words, a few of its cells, and what its digits would mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gridapp.language import tr
from gridapp.models import codes, identity, record_named
from gridapp.models.cell import cell_text, visible
from gridapp.models.record import fields_of
from gridapp.office.ledgers import cells
from gridapp.office.ledgers.choices import Choices, code_sets_of
from gridapp.office.ledgers.columns import IGNORED, field_at, joined_plain, paths
from gridapp.office.ledgers.entries import PEOPLE
from gridapp.office.ledgers.entry_kinds import KEPT_PATHS, KINDS
from gridapp.office.ledgers.plan import PlannedSheet
from gridapp.office.ledgers.problems import SKIP
from gridapp.office.tables.headers import Column

SAMPLES = 3  # cells shown of a column
LOOKED_AT = 2000  # rows
MOST_DIGITS = 8  # codes shown with their meaning
_NUMBER = re.compile(r"\d(?:[ -]?\d){10,}[Xx×]?")  # a telephone's digits at least
_ANY_NUMBER = re.compile(r"\d(?:[ -]?\d){10,}[Xx×]?|\d{7,}[Xx×]?")
KNOWN, CHOSEN, UNKNOWN = "known", "chosen", "unknown"
_UNNAMED: Mapping[str, str] = {
    "door": tr("住址（楼栋、单元、房号写在一起）"),
    "tags": tr("人员标签（写在一起，如 独居、低保）"),
    "contacts": tr("联系人（姓名、关系、电话写在一起）"),
    "confirmed": tr("确认导入（写“是”照原样导入）"),
    "visits_a_week": tr("每周走访几次"),
    "visits_a_month": tr("每月走访几次"),
    "dispute.parties": tr("双方当事人（写在一起）"),
    "dispute.applicant": tr("申请人"),
    "dispute.respondent": tr("被申请人"),
    "issue.state": tr("整改得怎样（已整改、整改中）"),
    IGNORED: tr("不导入"),
    "": tr("不认识，不导入"),
}


@dataclass(frozen=True)
class CodeSetOffer:
    """One code set, and what the digits of the column mean in it: (1, 男)…; a digit
    that it does not have means ""."""

    name: str
    meanings: tuple[tuple[str, str], ...]

    def words(self) -> str:
        """The meanings as a person reads them."""
        said = (
            tr(
                "{digits}={meaning}",
                digits=digits,
                meaning=meaning or tr("没有这个代码"),
            )
            for digits, meaning in self.meanings
        )
        return tr("，").join(said)


@dataclass(frozen=True)
class ColumnOffer:
    """One column. `how` says whether its meaning is KNOWN by its heading, was CHOSEN
    (now or for this sender before), or is UNKNOWN.

    samples: cells as they stand, private ones masked. blanks: how many rows leave the
    cell empty. code_sets: what may be chosen when the column holds digits.
    """

    index: int
    heading: str
    path: str
    how: str
    samples: tuple[str, ...]
    rows: int
    blanks: int
    ditto: bool
    code_sets: tuple[CodeSetOffer, ...] = ()
    code_set: str = ""

    @property
    def meaning(self) -> str:
        """What the column is taken for, in words."""
        return path_words(self.path)

    @property
    def asks_code_set(self) -> bool:
        """Whether somebody must say first what its digits mean."""
        return bool(self.code_sets) and not self.code_set


def path_words(path: str) -> str:
    """What a path means, as 居民 · 姓名 or 紧急联系人 2 · 电话."""
    if path in _UNNAMED:
        return _UNNAMED[path]
    record, _, name = path.rpartition(".")
    if record in ("tag", "reason"):
        tag = codes.table("resident_tag").name(name)
        return tr("标签：{tag}（打√的列）", tag=tag)
    if path == "head_id_number":
        return tr("户主身份证号")
    spec = field_at(path)
    if spec is None:
        return path
    kind, _, number = record.partition(".")
    title = record_named(kind or "resident").title
    if number:
        title = tr("{title} {number}", title=title, number=number)
    return tr("{title} · {label}", title=title, label=spec.label)


def ledger_types() -> list[tuple[str, str]]:
    """What the rows of a ledger may be about: the record type and its title."""
    models = (record_named(PEOPLE), *(kind.model for kind in KINDS))
    return [(model.__tablename__, model.title) for model in models]


def choosable(kind: str = PEOPLE) -> list[tuple[str, str]]:
    """Every path a user may choose in a ledger of that type, with its words; the
    type's own fields first."""
    if kind != PEOPLE:
        fields = (one for one in fields_of(record_named(kind)) if not one.target)
        own = [f"{kind}.{one.name}" for one in fields]
        special = [one for one in _UNNAMED if one.startswith(f"{kind}.")]
        shared = [one for one in KEPT_PATHS if one != IGNORED]
        order = dict.fromkeys((*own, *special, *sorted(shared)))
        return [(one, path_words(one)) for one in order]
    own = [one.name for one in fields_of(record_named("resident")) if not one.target]
    known = [one for one in paths() if one not in own and "." in one]
    contacts = [
        f"contact.{number}.{name}"
        for number in (1, 2, 3)
        for name in ("name", "relation", "phones", "address", "note")
    ]
    known = [one for one in known if not one.startswith("contact.")]
    others = [one for one in _UNNAMED if "." not in one and one not in ("", IGNORED)]
    order = dict.fromkeys((*own, *others, *known, *contacts))
    return [(one, path_words(one)) for one in order]


def column_offers(sheet: PlannedSheet, choices: Choices) -> list[ColumnOffer]:
    """The columns of a sheet as they stand in it; `choices` are those made now."""
    if sheet.header is None:
        return []
    chosen = {*choices.columns, *(sheet.memory.columns if sheet.memory else ())}
    same = {joined_plain(heading) for heading in chosen}
    people = [row.row - 1 for row in sheet.rows if row.state != SKIP][:LOOKED_AT]
    return [
        _offer(sheet, column, people, chosen=joined_plain(column.heading) in same)
        for column in sheet.header.columns
    ]


def _offer(
    sheet: PlannedSheet, column: Column, people: Sequence[int], *, chosen: bool
) -> ColumnOffer:
    found = [_text(sheet.raw.below(row, column.index)) for row in people]
    filled = Counter(text for text in found if text)
    usual = [masked_cell(column.path, text) for text, _ in filled.most_common(SAMPLES)]
    how = CHOSEN if chosen else KNOWN if column.path else UNKNOWN
    return ColumnOffer(
        column.index,
        column.heading,
        column.path,
        how,
        tuple(usual),
        len(found),
        found.count(""),
        column.ditto,
        _code_sets(column.path, filled),
        sheet.code_sets.get(column.path, ""),
    )


def _text(cell: object) -> str:
    return " ".join(visible(cell_text(cell) or "").split())


def masked_cell(path: str, cell: object) -> str:
    """A cell as it stands, with private values and whatever looks like a number of a
    person hidden in its middle, whichever column it stands in."""
    text = _text(cell)
    named = path in _UNNAMED or path == "head_id_number"
    spec = None if named else field_at(path)
    number = _NUMBER if path else _ANY_NUMBER  # 19450308 may be anything there
    hidden = number.sub(lambda found: _masked(found.group()), text)
    if spec is not None and spec.kind.private and hidden == text:
        return spec.kind.mask(text)
    return hidden


def _masked(number: str) -> str:
    bare = re.sub(r"[ -]", "", number)
    if len(bare) >= 15:
        return identity.mask_id(bare)
    return identity.mask_phone(number if bare.startswith("0") else bare)


def _code_sets(path: str, filled: Iterable[str]) -> tuple[CodeSetOffer, ...]:
    """The code sets of a column that holds digits, with what its digits mean; () for
    a column of words."""
    names = code_sets_of(path)
    if not names:
        return ()
    digits = [text for text in map(cells.digits_of, filled) if text.isdecimal()]
    if not digits:
        return ()
    spec = field_at(path)
    table = codes.table(spec.codes if spec is not None else "")
    found = sorted(set(digits), key=lambda one: (len(one), one))[:MOST_DIGITS]
    return tuple(
        CodeSetOffer(name, tuple((one, _meaning(table, one, name)) for one in found))
        for name in names
    )


def _meaning(table: codes.CodeTable, digits: str, code_set: str) -> str:
    code = cells.read_coded(table.key, digits, code_set).value
    return table.name(code) if code else ""
