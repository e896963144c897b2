"""应急卡: who needs what help to get out, by building and door, and who gives it.

One plan a grid (一社一策, domain.md S4.07): it must open without a network and print on
a page. It is made of the records alone; what they do not know (muster point, valves,
who keeps a key) is left to be written in by hand, never guessed. That 80 and older
without company is led out is a proposal: no national text says whom to fetch first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.models import Building, Contact, Grid, Resident, Worker, identity
from gridapp.models.codes import table as code_table
from gridapp.models.record import Values
from gridapp.store import agenda, records
from gridapp.work.buildings import names_along
from gridapp.work.emergency_words import signs
from gridapp.work.plans import WITHOUT_COMPANY
from gridapp.work.record_parts import of_each
from gridapp.work.visit_round import Place, natural, places

Help = Literal["carry", "lead", "call"]
HELPS: tuple[Help, ...] = ("carry", "lead", "call")
VALID_FOR = 90  # days: a card older than a quarter is checked again; a proposal
OLD = 80  # years
HELPERS = 2  # of one person, on the card

CARRIED = frozenset({"disabled_care", "severe_disability", "hard_move"})
LED = frozenset({"dementia", "half_disabled", "disability", "pregnant"})
CALLED = WITHOUT_COMPANY | {"no_child_near", "orphan", "migrant_child"}
CARRIED_LEVELS, LED_LEVELS = frozenset({"3", "4"}), frozenset({"1", "2"})
_TEXTS = ("illness", "mobility", "home_safety", "note")


@dataclass(frozen=True)
class Weak:
    """Somebody who needs help to get out."""

    id: UUID
    name: str
    age: int | None
    place: Place
    help: Help
    needs: tuple[str, ...]  # what to know, in words
    away: bool  # said to be away just now
    phones: tuple[str, ...]
    helpers: tuple[Values, ...]  # contacts: those in the same city first


@dataclass(frozen=True)
class House:
    """A building with those of its people who need help; values unmasked."""

    values: Values
    people: int  # who live here
    weak: tuple[Weak, ...]  # in walking order

    def count(self, help_: Help) -> int:
        """How many need that help."""
        return sum(one.help == help_ for one in self.weak)


@dataclass(frozen=True)
class EmergencyPlan:
    """What the records know for an emergency, on one day."""

    grid: Values
    workers: tuple[Values, ...]  # who still work in the grid
    houses: tuple[House, ...]  # every building asked for, in walking order
    elsewhere: tuple[Weak, ...]  # without a door on record; none for single buildings
    day: dt.date


def read_plan(
    db: Connection, grid_id: UUID, day: dt.date, buildings: Collection[UUID] = ()
) -> EmergencyPlan | None:
    """The plan of a grid, or of some of its buildings; None when there is no grid."""
    grid = records.get(db, Grid, grid_id)
    if grid is None:
        return None
    living = agenda.living_here(db)
    people = [
        row
        for row in records.filtered(db, Resident, {"grid_id": grid_id})
        if row["id"] in living
    ]
    where = places(db, people)
    weak = _weak(db, people, where, day)
    behind: dict[UUID | None, list[Weak]] = {}
    for one in weak:
        house = one.place.building
        behind.setdefault(house["id"] if house else None, []).append(one)
    count: dict[UUID, int] = {}
    for place in where.values():
        if place.building:
            key = place.building["id"]
            count[key] = count.get(key, 0) + 1
    rows = {
        row["id"]: row
        for row in records.filtered(db, Building, {"grid_id": grid_id})
        if not buildings or row["id"] in buildings
    }
    houses = [
        House(rows[key], count.get(key, 0), tuple(behind.get(key, ())))
        for key in names_along(rows.values())
    ]
    workers = [
        row
        for row in records.filtered(db, Worker, {"grid_id": grid_id})
        if row["left_on"] is None or row["left_on"] > day
    ]
    elsewhere = () if buildings else tuple(behind.get(None, ()))
    return EmergencyPlan(grid, tuple(workers), tuple(houses), elsewhere, day)


def _weak(
    db: Connection, people: list[Values], where: Mapping[UUID, Place], day: dt.date
) -> list[Weak]:
    tags = agenda.tags_on(db, day)
    found: list[tuple[Values, Help, tuple[str, ...]]] = []
    for row in people:
        help_, needs = _needs(row, tags.get(row["id"], ()), day)
        if help_ is not None:
            found.append((row, help_, needs))
    contacts = of_each(db, Contact, "resident_id", [row["id"] for row, _, _ in found])
    weak = [
        Weak(
            id=row["id"],
            name=row["name"],
            age=identity.age_on(row["born_on"], day),
            place=where[row["id"]],
            help=help_,
            needs=needs,
            away=row["presence"] == "away",
            phones=row["phones"] or (),
            helpers=tuple(sorted(contacts.get(row["id"], ()), key=_nearest)[:HELPERS]),
        )
        for row, help_, needs in found
    ]
    return sorted(weak, key=lambda one: (one.place.walk_key, natural(one.name)))


def _nearest(contact: Values) -> tuple[bool, bool, int]:
    """Sorts contacts: who lives in the same city, then as they are called."""
    rank = contact["rank"]
    return not contact["same_city"], rank is None, rank or 0


def _needs(
    row: Values, tags: Collection[str], day: dt.date
) -> tuple[Help | None, tuple[str, ...]]:
    """What help somebody needs, and what a helper has to know, in words."""
    held = set(tags)
    told = signs(row[name] for name in _TEXTS)
    keys = {key for key, _ in told}
    age = identity.age_on(row["born_on"], day)
    level = row["ability_level"]
    alone = bool(held & WITHOUT_COMPANY)
    help_: Help | None = None
    if held & CARRIED or level in CARRIED_LEVELS or "carry" in keys:
        help_ = "carry"
    elif (
        held & LED
        or level in LED_LEVELS
        or keys
        or (alone and age is not None and age >= OLD)
    ):
        help_ = "lead"
    elif held & CALLED or row["care_colour"] == "red":
        help_ = "call"
    if help_ is None:
        return None, ()
    names = code_table("resident_tag").name
    words = [words for _, words in told]
    shown = CARRIED | LED | CALLED
    weightiest = sorted(held & shown, key=lambda tag: (_weight(tag), tag))
    words += map(names, weightiest)
    if level in CARRIED_LEVELS | LED_LEVELS:
        words.append(code_table("ability_level").name(level))
    if row["care_colour"] == "red" and not words:
        words.append(code_table("care_colour").name("red"))
    return help_, tuple(dict.fromkeys(words))


def _weight(tag: str) -> int:
    return 0 if tag in CARRIED else 1 if tag in LED else 2


HELP_SIGNS: Mapping[Help, str] = {"carry": tr("抬"), "lead": tr("领"), "call": tr("叫")}
HELP_WORDS: Mapping[Help, str] = {
    "carry": tr("要人抬或背"),
    "lead": tr("要人领着走"),
    "call": tr("要上门叫到"),
}
