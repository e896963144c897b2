"""What the window reads of one resident: the person, what is owed, what happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from gridapp.language import tr
from gridapp.models import Resident, ResidentTag, identity
from gridapp.models.codes import table as code_table
from gridapp.models.record import Values
from gridapp.store import agenda, history, records, register
from gridapp.store.database import Connection
from gridapp.store.history import HistoryLine
from gridapp.store.residence import Stay, doors, stays
from gridapp.work import people, today
from gridapp.work.due import Due, walk_key
from gridapp.work.people import Event, Person
from gridapp.work.plans import holds
from gridapp.work.readiness import Ready, readiness
from gridapp.work.visit_round import Stop, stops

STATE_WORDS = {"away": tr("外出"), "moved": tr("已迁出"), "deceased": tr("已故")}
LONG = 3_000  # people: of more, a screenful is shown before the rest is read
FIRST = 100
FAR = 400  # days ahead: every plan's next contact lies within a year


@dataclass(frozen=True)
class ResidentFile:
    """Everything a worker wants to see before knocking at a door."""

    person: Person
    stop: Stop  # plans, what is open, and the last visit
    events: tuple[Event, ...]  # newest first
    tags: tuple[Values, ...] = ()  # records of those that hold
    stays: tuple[Stay, ...] = ()  # doors as far as the journal tells, newest first
    ready: Ready | None = None  # how far it is from what the standard asks

    @property
    def last_visit(self) -> Values | None:
        """Return the newest visit or call at which somebody was met."""
        return self.stop.last_visit


@dataclass(frozen=True, slots=True)
class Standing:
    """What a list is narrowed by; few differ, so that people share them."""

    tags: tuple[str, ...]  # codes of resident_tag
    kind: str  # code of resident_kind
    state: str  # away, moved or deceased; empty: lives here
    has_id: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A resident as the list shows one; `key` is the id as a number, which takes a
    third of its room."""

    key: int
    name: str
    aside: str  # 女 82 岁
    door: str  # 3-2-501, or empty
    standing: Standing

    @property
    def id(self) -> UUID:
        """Return whose record it is."""
        return UUID(int=self.key)

    @property
    def state_words(self) -> str:
        """Return 外出, 已迁出, 已故 or nothing."""
        return STATE_WORDS.get(self.standing.state, "")

    @property
    def tag_words(self) -> tuple[str, ...]:
        """Return the tags in words."""
        return tuple(code_table("resident_tag").name(tag) for tag in self.standing.tags)


def read_list(db: Connection, day: dt.date) -> list[Listed]:
    """Return everybody who is not in the recycle bin, as doors lie along a walk."""
    listed = _lister(db, day)
    return register.everybody(db, walk_key, listed, lambda one: (one.name, one.key))


def read_beginning(db: Connection, day: dt.date) -> list[Listed]:
    """Return the first of a long list; nobody when the whole is read as quickly."""
    if not register.many(db, LONG):
        return []
    first = register.beginning(db, walk_key, FIRST)
    return list(map(_lister(db, day), first))


def _lister(db: Connection, day: dt.date) -> Callable[[register.Entry], Listed]:
    """Return what tells an entry as the list shows it on `day`."""
    tags = agenda.tags_on(db, day)
    asides: dict[tuple[str | None, int | None], str] = {}  # one text for all of an age
    standings: dict[tuple[object, ...], Standing] = {}

    def listed(one: register.Entry) -> Listed:
        about = one.sex, identity.age_on(one.born_on, day)
        if about not in asides:
            asides[about] = _aside(*about)
        held = tuple(tags.get(one.id, ()))
        facts = held, one.kind, one.life_state, one.presence, one.has_id
        if facts not in standings:
            state = _state(one.life_state, one.presence)
            made = Standing(held, one.kind or "", state, bool(one.has_id))
            standings[facts] = made
        return Listed(one.id.int, one.name, asides[about], one.door, standings[facts])

    return listed


def _aside(sex: str | None, age: int | None) -> str:
    word = people.SEXES.get(sex or "", "")
    return word if age is None else tr("{sex} {age} 岁", sex=word, age=age).strip()


def state_of(row: Values) -> str:
    """Return away, moved or deceased; empty when somebody lives here."""
    return _state(row["life_state"], row["presence"])


def _state(life: str | None, presence: str | None) -> str:
    if life == "deceased":
        return "deceased"
    return presence if presence in ("away", "moved") else ""


def read_file(db: Connection, resident_id: UUID, day: dt.date) -> ResidentFile | None:
    """Return somebody's file as of `day`; None when there is no such resident."""
    person = people.person(db, resident_id, day)
    if person is None:
        return None
    stop = stops(db, [resident_id], day)[0]
    events = tuple(people.timeline(db, resident_id))
    tags = records.filtered(db, ResidentTag, {"resident_id": resident_id})
    held = tuple(row for row in tags if holds(row, day))
    ready = readiness(db, Resident, [resident_id]).get(resident_id)
    lived = tuple(stays(db, resident_id))
    return ResidentFile(person, stop, events, held, lived, ready)


def read_owed(db: Connection, day: dt.date) -> Mapping[UUID, tuple[Due, ...]]:
    """Return what is owed to each person, soonest first."""
    owed: dict[UUID, tuple[Due, ...]] = {}
    for due in today.due(db, day, FAR):
        if due.resident_id is not None and due.kind in ("visit", "call"):
            owed[due.resident_id] = (*owed.get(due.resident_id, ()), due)
    return owed


def read_history(db: Connection, resident_id: UUID) -> list[HistoryLine]:
    """Return every change of the resident's own record, oldest first.

    A household is told by its door.
    """
    lines = history.history(db, Resident, resident_id)
    homes = {
        one
        for line in lines
        if line.field == "household_id"
        for one in (line.old, line.new)
        if one is not None
    }
    where = doors(db, homes)
    return [
        replace(line, old=where.get(line.old), new=where.get(line.new))
        if line.field == "household_id"
        else line
        for line in lines
    ]
