"""一户一档: who keeps house together behind a door, and who came and went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Building, Dwelling, Household, Issue, Resident, identity
from gridapp.models.codes import table as code_table
from gridapp.models.issue_flow import DONE
from gridapp.models.record import Values
from gridapp.store import agenda, records
from gridapp.store.residence import Change, changes_of_household
from gridapp.store.search_rows import door_text
from gridapp.store.vault import Writing
from gridapp.work.leaving import lives_here, reopen
from gridapp.work.people import SEXES, state_words
from gridapp.work.record_parts import of_each
from gridapp.work.relations import HEADS, is_head


@dataclass(frozen=True)
class HouseMember:
    """Somebody of a household; `state` is 外出, 迁出 or 去世 in words, or empty."""

    id: UUID
    name: str
    aside: str  # 女 82 岁
    relation: str  # to the head, in words
    tags: tuple[str, ...]  # codes of resident_tag that hold
    state: str
    here: bool  # alive and not moved out
    head: bool
    values: Values

    @property
    def tag_words(self) -> tuple[str, ...]:
        """Return the tags in words."""
        return tuple(code_table("resident_tag").name(tag) for tag in self.tags)


@dataclass(frozen=True)
class HouseholdFile:
    """Everything about one household as of a day; values are unmasked."""

    id: UUID
    values: Values
    dwelling: Values
    building: Values
    members: tuple[HouseMember, ...]  # the head first, those gone last
    issues: tuple[Values, ...]  # open ones of its members, oldest first
    others: tuple[UUID, ...]  # further households behind the same door

    @property
    def door(self) -> str:
        """Return 3-2-501."""
        dwelling = self.dwelling
        return door_text(self.building["number"], dwelling["unit"], dwelling["room"])

    @property
    def name(self) -> str:
        """Return 李桂英 户, or 户 when nobody is known to head it."""
        heads = [one.name for one in self.members if one.head and one.here]
        named = (heads or [self.values["head_name"] or ""])[0]
        return tr("{name} 户", name=named) if named else tr("未登记户主")

    @property
    def here(self) -> tuple[HouseMember, ...]:
        """Return those who live there."""
        return tuple(one for one in self.members if one.here)

    @property
    def gone(self) -> tuple[HouseMember, ...]:
        """Return those who moved out or died."""
        return tuple(one for one in self.members if not one.here)


def household(db: Connection, household_id: UUID, day: dt.date) -> HouseholdFile | None:
    """One household as of `day`; None when there is none."""
    values = records.get(db, Household, household_id)
    if values is None:
        return None
    dwelling = records.get(db, Dwelling, values["dwelling_id"], deleted=True)
    assert dwelling is not None  # a foreign key
    building = records.get(db, Building, dwelling["building_id"], deleted=True)
    assert building is not None
    rows = records.filtered(db, Resident, {"household_id": household_id})
    ids = [row["id"] for row in rows]
    tags = agenda.tags_on(db, day, ids)
    members = [_member(row, tags.get(row["id"], ()), day) for row in rows]
    issues = of_each(db, Issue, "resident_id", ids)
    unsolved = [
        row for mine in issues.values() for row in mine if row["state"] not in DONE
    ]
    homes = records.filtered(db, Household, {"dwelling_id": dwelling["id"]})
    return HouseholdFile(
        id=household_id,
        values=values,
        dwelling=dwelling,
        building=building,
        members=tuple(sorted(members, key=_order)),
        issues=tuple(sorted(unsolved, key=lambda row: row["found_at"])),
        others=tuple(one["id"] for one in homes if one["id"] != household_id),
    )


def comings(db: Connection, household_id: UUID) -> list[Change]:
    """Who came into a household and who left it, newest first.

    It reads the whole journal, and so is asked after the household is shown.
    """
    return changes_of_household(db, household_id)


def behind_door(db: Connection, dwelling_id: UUID) -> list[UUID]:
    """Households that live behind a door, those that left last."""
    homes = records.filtered(db, Household, {"dwelling_id": dwelling_id})
    homes.sort(key=lambda one: (one["moved_out_on"] is not None, one["created_at"]))
    return [one["id"] for one in homes]


def heads_behind_door(db: Connection, dwelling_id: UUID) -> list[tuple[UUID, str]]:
    """Households that live behind a door now, with what names each."""
    found: list[tuple[UUID, str]] = []
    for home_id in behind_door(db, dwelling_id):
        file = household(db, home_id, dt.date.today())
        if file is not None and file.values["moved_out_on"] is None:
            found.append((home_id, file.name))
    return found


def _member(row: Values, tags: Sequence[str], day: dt.date) -> HouseMember:
    age = identity.age_on(row["born_on"], day)
    years = "" if age is None else tr("{age} 岁", age=age)
    sex = SEXES.get(row["sex"] or "", "")
    relation = row["relation"]
    return HouseMember(
        id=row["id"],
        name=row["name"],
        aside=" ".join(word for word in (sex, years) if word),
        relation=code_table("relation").name(relation) if relation else "",
        tags=tuple(tags),
        state=state_words(row),
        here=lives_here(row),
        head=is_head(row),
        values=row,
    )


def _order(member: HouseMember) -> tuple[bool, bool, str, str]:
    """The head first, then by relation as the standard lists them; the gone last."""
    code = member.values["relation"] or "98"
    return not member.here, not member.head, code, member.values["born_on"] or "9999"


def add_member(
    tx: Writing, household_id: UUID, resident_id: UUID, relation: str | None
) -> None:
    """Enter somebody of no household, or of another by mistake, into this one.

    Nobody moves by this: it puts right what was written down. UserError when one of
    them is gone.
    """
    person = records.get(tx.db, Resident, resident_id)
    home = records.get(tx.db, Household, household_id)
    if person is None or home is None:
        raise UserError(tr("这份档案已被删除，可以到回收站恢复"))
    if relation in HEADS and _other_head(tx, household_id, resident_id):
        raise UserError(tr("这户已有户主，请先选别的关系，再用“户主和关系”更换户主"))
    values: Values = {"household_id": household_id, "relation": relation}
    records.save(tx, Resident, values, resident_id)
    if person["grid_id"] != home["grid_id"]:
        records.move(tx, Resident, resident_id, home["grid_id"])
    if relation in HEADS:
        records.save(tx, Household, {"head_name": person["name"]}, household_id)
    if lives_here(person):
        reopen(tx, household_id)


def _other_head(tx: Writing, household_id: UUID, resident_id: UUID) -> bool:
    members = records.filtered(tx.db, Resident, {"household_id": household_id})
    return any(
        is_head(one) and lives_here(one) and one["id"] != resident_id for one in members
    )


def remove_member(tx: Writing, resident_id: UUID) -> None:
    """Take somebody who was entered by mistake out of their household.

    The person's file stays. UserError when it is gone.
    """
    person = records.get(tx.db, Resident, resident_id)
    if person is None:
        raise UserError(tr("这份居民档案已被删除，可以到回收站恢复"))
    home_id = person["household_id"]
    values: Values = {"household_id": None, "relation": None}
    records.save(tx, Resident, values, resident_id)
    home = records.get(tx.db, Household, home_id) if home_id else None
    if home is not None and is_head(person) and home["head_name"] == person["name"]:
        records.save(tx, Household, {"head_name": None}, home["id"])


def set_relations(
    tx: Writing,
    household_id: UUID,
    head_id: UUID,
    relations: Mapping[UUID, str | None],
) -> None:
    """Make somebody the head, and write down how each member is related to them.

    UserError when the head is not of this household, or another is given as head.
    """
    members = records.filtered(tx.db, Resident, {"household_id": household_id})
    known = {one["id"]: one for one in members}
    if head_id not in known:
        raise UserError(tr("户主要从这一户的人里选"))
    others = {key: code for key, code in relations.items() if key != head_id}
    if any(code in HEADS for code in others.values()):
        raise UserError(tr("一户只有一位户主，其他人请选与户主的关系"))
    for key, code in {**others, head_id: "02"}.items():
        if key in known:
            records.save(tx, Resident, {"relation": code}, key)
    head_name = known[head_id]["name"]
    records.save(tx, Household, {"head_name": head_name}, household_id)
