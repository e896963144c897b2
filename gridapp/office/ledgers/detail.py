"""One row of a plan as a person compares it: each cell beside what would be written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from gridapp.language import tr
from gridapp.models import codes, identity, record_named
from gridapp.models.record import Values, field_of
from gridapp.office.ledgers.columns import IGNORED, PLACE, UNDECLARED, field_at
from gridapp.office.ledgers.contacts import ContactWords
from gridapp.office.ledgers.entry_kinds import SPECIAL
from gridapp.office.ledgers.known import TABLES, door_of
from gridapp.office.ledgers.offers import masked_cell, path_words
from gridapp.office.ledgers.plan import ImportPlan, PlannedRow, PlannedSheet
from gridapp.office.ledgers.problems import (
    ERROR,
    NEW,
    SAME,
    SKIP,
    UPDATE,
    Problem,
)
from gridapp.office.ledgers.writes import Change
from gridapp.office.tables.headers import Header

NAMES = ("name", "dispute.name", "issue.title_text", "issue.description")


@dataclass(frozen=True)
class Line:
    """One column of a row. `old` is what the system has and the row changes, "" when
    nothing is changed; `problems` are sentences, `wrong` says that they keep it out."""

    heading: str
    cell: str
    written: str
    old: str = ""
    problems: tuple[str, ...] = ()
    wrong: bool = False


@dataclass(frozen=True)
class Detail:
    """A row to look at: remarks on the whole of it, then column by column."""

    title: str
    remarks: tuple[str, ...]
    lines: tuple[Line, ...]


def row_title(row: PlannedRow) -> str:
    """Whom a row is about, as far as it says."""
    names = (row.values.get(path) for path in NAMES)
    return next((str(name) for name in names if name), "")


def row_place(row: PlannedRow) -> str:
    """The door a row names, as 3-2-501."""
    return door_of(row.values).words()


def row_remark(row: PlannedRow) -> str:
    """The one sentence that says most about a row: why it stays out, else what it
    changes."""
    if row.errors:
        return row.errors[0].message
    if row.state == UPDATE:
        fields = dict.fromkeys(_field_words(one.path) for one in row.changes)
        return tr("改动：{fields}", fields=tr("、").join(fields))
    return row.warnings[0].message if row.warnings else ""


def _field_words(path: str) -> str:
    if path in TABLES:
        return tr("新建{title}", title=record_named(path).title)
    if path == "household_id":
        return tr("住址")
    spec = field_at(path)
    return spec.label if spec is not None else path


def row_detail(plan: ImportPlan, row: PlannedRow) -> Detail:
    """The cells of a row beside what would be written."""
    sheet = next(one for one in plan.sheets if one.name == row.sheet)
    cells = next((one.cells for one in plan.ledger_rows if one.place == row.place), ())
    lines: list[Line] = []
    told: set[str] = set()
    for column in sheet.header.columns if sheet.header else ():
        path = column.path
        if path == IGNORED:
            continue
        raw = cells[column.index] if column.index < len(cells) else None
        lines.append(_line(row, path, column.heading, masked_cell(path, raw)))
        told.add(path)
    told |= {"door", *PLACE} if told & {"door", *PLACE} else set()
    changes = [one for one in row.changes if one.path not in told]
    lines += [_change_line(one) for one in changes if row.state in (NEW, UPDATE)]
    paths = {_about(path) for path in told}
    remarks = [
        one.message
        for one in (*row.errors, *row.warnings)
        if _about(one.field) not in paths
    ]
    lines.sort(key=lambda one: not (one.old or one.problems))  # what matters first
    return Detail(_title(sheet, row), tuple(dict.fromkeys(remarks)), tuple(lines))


def sentences(header: Header, problems: Iterable[Problem]) -> str:
    """What is to be said about a row, each with the column that it is about."""
    headings = {column.path: column.heading for column in header.columns}
    for path in PLACE:  # a door is told in one column or in several
        if path in headings:
            headings.setdefault("door", headings[path])
    said = [
        tr(
            "{headings}：{message}",
            headings=one.heading or headings[one.field],
            message=one.message,
        )
        if one.field in headings
        else one.message
        for one in problems
    ]
    return tr("；").join(dict.fromkeys(said))


def refusal(plan: ImportPlan, row: PlannedRow) -> str:
    """Where a row stands that does not go in as it is, and what to do about it."""
    sheet = next(one for one in plan.sheets if one.name == row.sheet)
    words = sentences(sheet.header, row.errors) if sheet.header else ""
    return tr("{title}：{words}", title=_title(sheet, row), words=words)


def _title(sheet: PlannedSheet, row: PlannedRow) -> str:
    words = tr("{sheet} 第 {row} 行", sheet=sheet.name, row=row.row)
    return tr("{words}的户主", words=words) if row.head else words


def _about(path: str) -> str:
    """Doors are told in one column or in several."""
    return "door" if path in PLACE else path


def _line(row: PlannedRow, path: str, heading: str, cell: str) -> Line:
    about = _about(path)
    asked = {one.code for one in row.questions}  # they are asked above
    own = [one for one in row.errors if one.heading in ("", heading)]
    errors = _said(tuple(e for e in own if e.code not in asked), about)
    warnings = _said(row.warnings, about)
    written, old = _written(row, path)
    return Line(heading, cell, written, old, (*errors, *warnings), bool(errors))


def _said(problems: tuple[Problem, ...], about: str) -> tuple[str, ...]:
    return tuple(
        one.message for one in problems if about and _about(one.field) == about
    )


def _written(row: PlannedRow, path: str) -> tuple[str, str]:
    """What the row would write in this column, and what it would replace."""
    if row.state in (ERROR, SKIP) or not path:
        return "", ""
    change = next((one for one in row.changes if one.path == path), None)
    if change is not None and change.old is not None:
        return value_words(path, change.new), value_words(path, change.old)
    read = row_place(row) if path == "door" else ""
    if path in row.values:
        read = value_words(path, row.values[path])
    about_home = path in ("door", *PLACE)
    alone = about_home or ("." not in path and path not in UNDECLARED)
    moved = about_home and any(one.path == "household_id" for one in row.changes)
    known = row.state in (UPDATE, SAME) and change is None and not moved
    return (tr("不变") if known and read and alone else read), ""


def value_words(path: str, value: Any) -> str:
    """A value as it is written, private ones masked."""
    record, _, _ = path.rpartition(".")
    if value is None:
        return tr("（空）")
    if isinstance(value, bool) and (record == "tag" or path == "confirmed"):
        return tr("是") if value else tr("否")
    if path == "tags":
        table = codes.table("resident_tag")
        return tr("、").join(map(table.name, cast("tuple[str, ...]", value)))
    if path == "contacts":
        found = cast("tuple[ContactWords, ...]", value)
        return tr("；").join(map(_contact, found))
    if path in SPECIAL or record == "reason":
        return str(value)
    spec = None if path in UNDECLARED else field_at(path)
    return spec.masked(value) if spec is not None else str(value)


def _contact(one: ContactWords) -> str:
    phones = map(identity.mask_phone, one.phones)
    return " ".join(part for part in (one.relation, one.name, *phones) if part)


def _change_line(change: Change) -> Line:
    """Something that no column of the ledger names by itself."""
    if change.path in TABLES:
        model = record_named(change.path)
        shown = ""
        if model.shown_by != "id" and change.new is not None:
            shown = field_of(model, model.shown_by).masked(change.new)
        return Line(tr("新建{title}", title=model.title), "", shown)
    label = path_words(change.path)
    if change.path == "household_id":
        old = tr("原来的住址") if change.old is not None else ""
        return Line(label, "", tr("台账写的住址"), old)
    old = value_words(change.path, change.old) if change.old is not None else ""
    return Line(label, "", value_words(change.path, change.new), old)


def people_words(people: tuple[Values, ...]) -> list[tuple[str, str]]:
    """Residents who may be meant: the answer that names each, and how a person tells
    them apart."""
    found: list[tuple[str, str]] = []
    for one in people:
        number = identity.mask_id(one["id_number"]) if one["id_number"] else ""
        parts = (one["name"], one["born_on"], number)
        words = " ".join(str(part) for part in parts if part)
        found.append((one["id"].hex, words))
    return found
