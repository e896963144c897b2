"""Moving people or a whole household to another door, and splitting a household.

A household that moves as a whole keeps its record, with its number and telephones.
Whoever leaves others behind founds a household of their own, or joins one that lives
there. Day and reason stand in each person's note; the journal keeps every door.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from gridapp.errors import InvalidFields, UserError
from gridapp.language import tr
from gridapp.models import Dwelling, Household, Resident
from gridapp.models.record import Record, Values
from gridapp.store import records
from gridapp.store.vault import Writing
from gridapp.work.doors import Door, door_of_dwelling, make_door
from gridapp.work.leaving import add_line, lives_here, refuse_future
from gridapp.work.relations import HEAD, after_head, is_head


@dataclass(frozen=True)
class Move:
    """Who moves where, when and why.

    `household_id` is one that lives behind the door and that they join; without it they
    keep house on their own. `tenure` is what the new dwelling is used as from now on;
    `vacant` says that the old one stands empty. `relations` are given by the worker.
    """

    people: tuple[UUID, ...]
    door: Door
    on: dt.date
    reason: str
    household_id: UUID | None = None
    head_id: UUID | None = None
    tenure: str | None = None
    vacant: bool = False
    relations: Mapping[UUID, str | None] = field(
        default_factory=dict[UUID, "str | None"]
    )


def move(tx: Writing, wanted: Move) -> UUID:
    """Move them; the id of the household they live in then.

    All that moved out or were away live there from that day. InvalidFields when the
    reason or the day is missing, UserError when nothing would change.
    """
    refuse_future(wanted.on)
    if not wanted.reason.strip():
        raise InvalidFields({"reason": tr("写一下为什么搬，如“换房”“投靠子女”")})
    found = records.by_id(tx.db, Resident, wanted.people)
    people = [found[one] for one in wanted.people if one in found]
    if not people or len(people) < len(wanted.people):
        raise UserError(tr("这份居民档案已被删除，可以到回收站恢复"))
    if any(one["life_state"] == "deceased" for one in people):
        raise UserError(tr("其中有人已登记去世，请先更正，或不选他"))
    old = _common_household(tx, people)
    staying = _staying(tx, old, {one["id"] for one in people})
    dwelling_id = make_door(tx, wanted.door)
    _refuse_standstill(wanted, old, staying, dwelling_id)
    before = _doors_before(tx, people)
    home_id = _household(tx, wanted, people, old, staying, dwelling_id)
    together = old is not None and not staying and wanted.household_id is None
    _take_along(tx, wanted, people, home_id, before, together=together)
    if old is not None and old["id"] != home_id:
        _settle_those_left(tx, old, wanted.on)
    _note_use(tx, wanted, old, dwelling_id)
    return home_id


def _common_household(tx: Writing, people: Sequence[Values]) -> Values | None:
    homes = {one["household_id"] for one in people}
    if len(homes) > 1:
        raise UserError(tr("一次只能搬同一户的人，请分开办"))
    [home_id] = homes
    return records.get(tx.db, Household, home_id) if home_id else None


def _staying(tx: Writing, old: Values | None, moving: set[UUID]) -> list[Values]:
    """Who lives in the old household and does not move."""
    if old is None:
        return []
    members = records.filtered(tx.db, Resident, {"household_id": old["id"]})
    return [one for one in members if one["id"] not in moving and lives_here(one)]


def _refuse_standstill(
    wanted: Move, old: Values | None, staying: Sequence[Values], dwelling_id: UUID
) -> None:
    if old is None:
        return
    if wanted.household_id == old["id"]:
        raise InvalidFields({"household": tr("他们已经在这一户，请选另一户或单独成户")})
    same = old["dwelling_id"] == dwelling_id
    if same and not staying and wanted.household_id is None:
        raise InvalidFields({"door": tr("他们已经住在这里，请填要搬去的门牌")})


def _household(
    tx: Writing,
    wanted: Move,
    people: Sequence[Values],
    old: Values | None,
    staying: Sequence[Values],
    dwelling_id: UUID,
) -> UUID:
    """The household they live in from now on: joined, moved, or founded."""
    if wanted.household_id is not None:
        joined = records.get(tx.db, Household, wanted.household_id)
        if joined is None or joined["dwelling_id"] != dwelling_id:
            raise InvalidFields({"household": tr("这一户不住在这个门牌，请重新选")})
        records.save(tx, Household, {"moved_out_on": None}, joined["id"])
        return joined["id"]
    if old is not None and not staying and _elsewhere_nobody(tx, old, people):
        values: Values = {
            "dwelling_id": dwelling_id,
            "moved_in_on": wanted.on,
            "moved_out_on": None,
        }
        records.save(tx, Household, values, old["id"])
        _to_grid_of(tx, Household, old["id"], Dwelling, dwelling_id)
        return old["id"]
    values = {"dwelling_id": dwelling_id, "moved_in_on": wanted.on}
    if old is not None and not staying:
        values |= {name: old[name] for name in ("head_name", "number", "phones")}
    else:
        values["head_name"] = _head(people, wanted.head_id)["name"]
    return records.save(tx, Household, values)


def _elsewhere_nobody(tx: Writing, old: Values, people: Sequence[Values]) -> bool:
    """Whether the old household keeps no one, not even the memory of somebody.

    Those who died or left behind this door stay with it, so that its file tells of
    them; the others then found a new household.
    """
    members = records.filtered(tx.db, Resident, {"household_id": old["id"]})
    return {one["id"] for one in members} <= {one["id"] for one in people}


def _head(people: Sequence[Values], chosen: UUID | None) -> Values:
    """Who heads a new household: the one chosen, the old head, else the eldest."""
    for one in people:
        if one["id"] == chosen:
            return one
    heads = [one for one in people if is_head(one)]
    return min(heads or people, key=lambda one: one["born_on"] or "9999")


def _take_along(
    tx: Writing,
    wanted: Move,
    people: Sequence[Values],
    home_id: UUID,
    before: Mapping[UUID, str],
    *,
    together: bool,
) -> None:
    relations = {one["id"]: one["relation"] for one in people}
    if not together:
        relations = dict(_relations(wanted, people))
    relations.update(wanted.relations)
    for person in people:
        key = person["id"]
        words = _move_words(before[key], wanted.door.words, wanted.reason.strip())
        values: Values = {
            "household_id": home_id,
            "presence": "here",
            "moved_on": None,
            "moved_to": None,
            "relation": relations[key],
            "note": add_line(person["note"], wanted.on, words),
        }
        if person["current_address"]:
            values["current_address"] = _address(wanted.door)
        records.save(tx, Resident, values, key)
        _to_grid_of(tx, Resident, key, Household, home_id)


def _relations(wanted: Move, people: Sequence[Values]) -> Mapping[UUID, str | None]:
    if wanted.household_id is not None:  # to a head nobody has told us about
        return {one["id"]: None for one in people}
    return after_head(people, _head(people, wanted.head_id)["id"])


def _move_words(old: str, new: str, reason: str) -> str:
    if old == new:
        return tr("在{door}分户（{reason}）", door=new, reason=reason)
    if not old:
        return tr("搬到{door}（{reason}）", door=new, reason=reason)
    return tr("从{old}搬到{new}（{reason}）", old=old, new=new, reason=reason)


def _address(door: Door) -> str:
    """The door in words, for the address that the standard asks for."""
    number = tr("{number}号楼", number=door.number)
    unit = tr("{unit}单元", unit=door.unit) if door.unit else ""
    house = number if door.number.isdecimal() else door.number
    return "".join((door.estate, house, unit, door.room))


def _settle_those_left(tx: Writing, old: Values, on: dt.date) -> None:
    """A household whose head left gets its only member as head, or none for now."""
    members = records.filtered(tx.db, Resident, {"household_id": old["id"]})
    living = [one for one in members if lives_here(one)]
    if not living:
        records.save(tx, Household, {"moved_out_on": on}, old["id"])
        return
    if any(map(is_head, living)):
        return
    only = living[0] if len(living) == 1 else None
    name = only["name"] if only else None
    if only:
        records.save(tx, Resident, {"relation": HEAD}, only["id"])
    if old["head_name"] not in {one["name"] for one in living}:
        records.save(tx, Household, {"head_name": name}, old["id"])


def _note_use(tx: Writing, wanted: Move, old: Values | None, dwelling_id: UUID) -> None:
    """What both dwellings are used as: nobody lives in a vacant one."""
    new = records.get(tx.db, Dwelling, dwelling_id)
    if new is not None and (wanted.tenure or new["tenure"] == "vacant"):
        records.save(tx, Dwelling, {"tenure": wanted.tenure}, dwelling_id)
    left = old["dwelling_id"] if old is not None else None
    if wanted.vacant and left is not None and left != dwelling_id:
        values: Values = {"tenure": "vacant", "rent_use": None}
        records.save(tx, Dwelling, values, left)


def _doors_before(tx: Writing, people: Sequence[Values]) -> dict[UUID, str]:
    return {one["id"]: _door_of_household(tx, one["household_id"]) for one in people}


def _door_of_household(tx: Writing, household_id: UUID | None) -> str:
    """The door of a household as people write it, or nothing."""
    home = records.get(tx.db, Household, household_id) if household_id else None
    return door_of_dwelling(tx.db, home["dwelling_id"]) if home else ""


def _to_grid_of(
    tx: Writing, model: type[Record], key: UUID, owner: type[Record], owner_id: UUID
) -> None:
    """Bring a record with its parts into the grid of what it now belongs to."""
    grid = records.get(tx.db, owner, owner_id)
    mine = records.get(tx.db, model, key)
    if grid is not None and mine is not None and grid["grid_id"] != mine["grid_id"]:
        records.move(tx, model, key, grid["grid_id"])
