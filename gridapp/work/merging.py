"""Two files of the same person become one; the other goes to the recycle bin.

Everything that belongs to the other file (visits, plans, tags, contacts, issues,
parties of disputes, photos) moves to the one that is kept. Nothing is lost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import (
    RECORDS,
    Attachment,
    CarePlan,
    Contact,
    Household,
    Resident,
    ResidentTag,
)
from gridapp.models.kinds import NOTE, PHONES
from gridapp.models.record import Field, Record, Values, fields_of
from gridapp.store import duplicates, records
from gridapp.store.residence import doors
from gridapp.store.vault import Writing
from gridapp.work.leaving import add_line
from gridapp.work.record_parts import of_each
from gridapp.work.relations import is_head

# Not asked field by field: where somebody lives is one answer with its relation.
_WITH_HOME = ("relation", "moved_on", "moved_to")


@dataclass(frozen=True)
class Difference:
    """A field in which two files differ; `kept` is what is proposed: a, b or both.

    Telephones and notes of both are kept together, so that none is lost.
    """

    field: Field
    a: str  # as a person reads it, private values masked
    b: str
    kept: str


@dataclass(frozen=True)
class Comparison:
    """Two files side by side."""

    a: Values
    b: Values
    door_a: str
    door_b: str
    differences: tuple[Difference, ...]
    counts_a: Mapping[str, int]  # of what belongs to each file, by record type
    counts_b: Mapping[str, int]


def proposals(db: Connection) -> list[tuple[UUID, UUID, str]]:
    """Files that may be of one person, with the reason in words."""
    words = {
        "id_number": tr("身份证号相同"),
        "name_birth": tr("姓名和出生日期相同"),
    }
    return [(*pair, words[why]) for pair, why in duplicates.pairs(db)]


def compare(db: Connection, first: UUID, second: UUID) -> Comparison | None:
    """The two files side by side; None when one of them is gone.

    Of each field that differs the value that is there is proposed before none, and the
    one that was written later before the other.
    """
    found = records.by_id(db, Resident, (first, second))
    if len(found) < 2:
        return None
    a, b = found[first], found[second]
    homes = doors(db, (one["household_id"] for one in (a, b) if one["household_id"]))
    door_a, door_b = (homes.get(one["household_id"], "") for one in (a, b))
    newer = "a" if a["updated_at"] >= b["updated_at"] else "b"
    differences: list[Difference] = []
    for field in fields_of(Resident):
        one, other = a[field.name], b[field.name]
        if one == other:
            continue
        if field.name == "household_id":
            words = (door_a, door_b)
        else:
            words = (field.masked(one), field.masked(other))
        kept = newer if one and other else ("a" if one else "b")
        if one and other and field.kind in (PHONES, NOTE):
            kept = "both"
        differences.append(Difference(field, *words, kept))
    return Comparison(
        a,
        b,
        door_a,
        door_b,
        tuple(differences),
        _counts(db, first),
        _counts(db, second),
    )


def together(field: Field, first: Any, second: Any) -> Any:
    """Telephones or notes of two files as one value, the first file's first."""
    if field.kind is PHONES:
        return tuple(dict.fromkeys((*first, *second)))
    lines = dict.fromkeys([*first.splitlines(), *second.splitlines()])
    most = field.kind.limit or 0
    return "\n".join(lines)[:most]


def _counts(db: Connection, resident_id: UUID) -> dict[str, int]:
    found: dict[str, int] = {}
    for model, name in pointing():
        rows = records.filtered(db, model, {name: resident_id})
        if rows:
            found[model.__tablename__] = len(rows)
    return found


def pointing() -> list[tuple[type[Record], str]]:
    """Every record type that points to a resident, with the name of its field."""
    return [
        (model, one.name)
        for model in RECORDS
        if not model.insert_only
        for one in fields_of(model)
        if one.target == Resident.__tablename__
    ]


def merge(
    tx: Writing, kept_id: UUID, other_id: UUID, chosen: Mapping[str, Any]
) -> None:
    """Make one file of two; `chosen` are the fields in which the kept one changes.

    Of two tags, contacts or plans that say the same the one of the kept file holds:
    the other tag or contact goes to the recycle bin, the other plan ends today.
    UserError when one of the files is gone.
    """
    found = records.by_id(tx.db, Resident, (kept_id, other_id))
    if len(found) < 2 or kept_id == other_id:
        raise UserError(tr("要合并的档案已被删除，请重新选择"))
    kept, other = found[kept_id], found[other_id]
    _drop_doubles(tx, kept_id, other_id)
    for model, name in pointing():
        for row in records.filtered(tx.db, model, {name: other_id}):
            records.save(tx, model, {name: kept_id}, row["id"])
            part = any(one.part and one.name == name for one in fields_of(model))
            if part and row["grid_id"] != kept["grid_id"]:
                records.move(tx, model, row["id"], kept["grid_id"])
    mine = {"owner_type": Resident.__tablename__, "owner_id": other_id}
    for row in records.filtered(tx.db, Attachment, mine):
        records.save(tx, Attachment, {"owner_id": kept_id}, row["id"])
    values = dict(chosen)
    if "household_id" in values:
        values |= {name: other[name] for name in _WITH_HOME if name not in chosen}
    records.delete(tx, Resident, other_id)
    if not records.update_many(tx, Resident, {kept_id: values}):
        # The kept file has to change: elsewhere somebody may have kept the other one,
        # and only an edit brings a file back from the bin (county's merge).
        words = tr("合并重复档案")
        note = add_line(kept["note"], tx.at.astimezone().date(), words)
        records.save(tx, Resident, {"note": note}, kept_id)
    _into_grid(tx, kept_id)
    _rename_head(tx, kept, other)


def _into_grid(tx: Writing, resident_id: UUID) -> None:
    """Bring the file into the grid of the household it was given."""
    person = records.get(tx.db, Resident, resident_id)
    home_id = person["household_id"] if person else None
    home = records.get(tx.db, Household, home_id) if home_id else None
    if person is not None and home is not None and home["grid_id"] != person["grid_id"]:
        records.move(tx, Resident, resident_id, home["grid_id"])


def _rename_head(tx: Writing, kept: Values, other: Values) -> None:
    """The household that the other file left has no head any more, if it was that."""
    home_id = other["household_id"]
    if home_id is None or home_id == kept["household_id"] or not is_head(other):
        return
    home = records.get(tx.db, Household, home_id)
    members = records.filtered(tx.db, Resident, {"household_id": home_id})
    names = {one["name"] for one in members if is_head(one)}
    if home is not None and home["head_name"] == other["name"] and not names:
        records.save(tx, Household, {"head_name": None}, home_id)


def _drop_doubles(tx: Writing, kept_id: UUID, other_id: UUID) -> None:
    """Settle what both files say, so that nothing is owed or called twice."""
    _drop_same(tx, ResidentTag, kept_id, other_id, _same_tag)
    _drop_same(tx, Contact, kept_id, other_id, _same_contact)
    today = dt.date.today()
    ways = {row["way"] for row in _open_plans(tx, kept_id)}
    for plan in _open_plans(tx, other_id):
        if plan["way"] in ways:
            ended: Values = {
                "until": max(today, plan["since"]),
                "end_reason": tr("合并重复档案"),
            }
            records.save(tx, CarePlan, ended, plan["id"])


def _open_plans(tx: Writing, resident_id: UUID) -> list[Values]:
    mine = {"resident_id": resident_id, "until": None}
    return records.filtered(tx.db, CarePlan, mine)


def _same_tag(tag: Values) -> object:
    return (tag["tag"], tag["until"]) if tag["until"] is None else tag["id"]


def _same_contact(contact: Values) -> object:
    return contact["name"], contact["phones"]


def _drop_same(
    tx: Writing,
    model: type[Record],
    kept_id: UUID,
    other_id: UUID,
    key: Callable[[Values], object],
) -> None:
    rows = of_each(tx.db, model, "resident_id", (kept_id, other_id))
    known = {key(row): row for row in rows.get(kept_id, ())}
    for row in rows.get(other_id, ()):
        same = known.get(key(row))
        if same is None:
            continue
        if model is ResidentTag and row["since"] < same["since"]:
            records.save(tx, model, {"since": row["since"]}, same["id"])
        records.delete(tx, model, row["id"])


def keep_apart(tx: Writing, first: UUID, second: UUID) -> None:
    """Do not propose these two any more: they are different people."""
    duplicates.keep_apart(tx, first, second)


def propose_again(tx: Writing, first: UUID, second: UUID) -> None:
    """Propose two files again that were kept apart."""
    duplicates.forget_apart(tx, first, second)
