"""What the records say about a person, by the source a form's column asks for.

Values are those of the records; words are made of them where they are written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from gridapp.models import Household, Resident, Visit, Worker, codes, identity
from gridapp.models.record import Field, Values, field_of
from gridapp.office.filling.sources import BLANK, CONSTANT, UNKNOWN
from gridapp.office.ledgers.columns import field_at
from gridapp.store import agenda, meetings, records, state
from gridapp.store.database import Connection
from gridapp.store.search_rows import door_text
from gridapp.work.plans import MONTH, WEEK
from gridapp.work.record_parts import of_each
from gridapp.work.visit_round import Place, Stop, stops

HEADS = ("01", "02")  # 本人 and 户主 of GB/T 4761: who heads a household
_NOTHING: Values = {}


@dataclass(frozen=True)
class Fact:
    """A value, and the field it is one of; None for what is worked out."""

    value: Any
    spec: Field | None = None


@dataclass(frozen=True)
class PersonFacts:
    """One person, with whatever a form may ask about them, as of a day."""

    stop: Stop
    household: Values
    head: Values  # who heads the household, as far as it is known
    at_home: int  # people of the household who live here
    visits: int  # this month
    me: Values  # who fills the form in
    day: dt.date

    @property
    def id(self) -> UUID:
        """The resident's id."""
        return self.stop.resident["id"]

    @property
    def name(self) -> str:
        """The resident's name."""
        return self.stop.resident["name"]

    def fact(self, source: str) -> Fact:
        """What the records say; a Fact of None when they say nothing."""
        if source in (BLANK, UNKNOWN):
            return Fact(None)
        if source.startswith(CONSTANT):
            return Fact(source[len(CONSTANT) :])
        if source in _ASKED:
            return _ASKED[source](self)
        record, _, name = source.rpartition(".")
        if record == "tag":
            return Fact(name in self.stop.tags)
        if record in _RECORDS:
            spec = field_at(source)
            return Fact(_RECORDS[record](self).get(name), spec)
        if record.startswith("contact"):
            return self._of_contact(record, name)
        return Fact(self.stop.resident.get(name), field_of(Resident, name))

    def _of_contact(self, record: str, name: str) -> Fact:
        order = int(record.partition(".")[2] or 1)
        spec = field_at(f"contact.{order}.{name}")
        if order > len(self.stop.contacts):
            return Fact(None, spec)
        return Fact(self.stop.contacts[order - 1].get(name), spec)


def read_people(db: Connection, ids: Sequence[UUID], day: dt.date) -> list[PersonFacts]:
    """These people in this order; those that are gone are left out.

    The number of queries does not grow with the number of people, but for one per 500.
    """
    found = {stop.resident["id"]: stop for stop in stops(db, ids, day)}
    homes = {one.resident["household_id"] for one in found.values()} - {None}
    households = records.by_id(db, Household, homes)
    members = of_each(db, Resident, "household_id", homes)
    here = agenda.living_here(
        db, [one["id"] for some in members.values() for one in some]
    )
    visits = meetings.visits_between(db, day.replace(day=1), day)
    me = state.worker(db)
    worker = (records.get(db, Worker, me) if me else None) or _NOTHING
    people: list[PersonFacts] = []
    for stop in (found[one] for one in ids if one in found):
        home = stop.resident["household_id"]
        living = [one for one in members.get(home, ()) if one["id"] in here]
        head = next((one for one in living if one["relation"] in HEADS), _NOTHING)
        household = households.get(home, _NOTHING)
        count = visits.get(stop.resident["id"], 0)
        people.append(
            PersonFacts(stop, household, head, len(living), count, worker, day)
        )
    return people


def address_words(place: Place) -> str:
    """幸福里3号楼2单元501室, in Chinese whatever the program speaks."""
    if place.building is None or place.dwelling is None:
        return place.address
    number, unit = place.building["number"], place.dwelling["unit"] or ""
    room = place.dwelling["room"]
    number += "号楼" if number.isdigit() else ""
    unit += "单元" if unit.isdigit() else ""
    return (
        (place.building["estate"] or "")
        + number
        + unit
        + room
        + ("室" if room.isdigit() else "")
    )


def _address(person: PersonFacts) -> Fact:
    place = person.stop.place
    written = place.building is None or place.dwelling is None
    spec = field_of(Resident, "current_address") if written else None
    return Fact(address_words(place) or None, spec)


def _door(person: PersonFacts) -> Fact:
    house, room = person.stop.place.building, person.stop.place.dwelling
    if house is None or room is None:
        return _address(person)
    return Fact(door_text(house["number"], room["unit"], room["room"]))


def _contacts(person: PersonFacts) -> Fact:
    """女儿李芳 13800000002；儿子李强 13800000003, as an import reads them."""
    each = (
        f"{one['relation'] or ''}{one['name']} {'/'.join(one['phones'] or ())}".strip()
        for one in person.stop.contacts
    )
    return Fact("；".join(each) or None)


def _tags(person: PersonFacts) -> Fact:
    table = codes.table("resident_tag")
    return Fact("、".join(table.heading(tag) for tag in person.stop.tags) or None)


def _planned(days: int) -> Callable[[PersonFacts], Fact]:
    def times(person: PersonFacts) -> Fact:
        for plan in person.stop.plans:
            if plan["way"] == "visit" and plan["interval_days"] <= days:
                return Fact(round(days / plan["interval_days"]))
        return Fact(None)

    return times


def _visited_on(person: PersonFacts) -> Fact:
    last = person.stop.last_visit
    return Fact(last["started_at"].astimezone().date() if last else None)


def _visited(person: PersonFacts) -> Fact:
    """入户，良好；血压偏高，已提醒复查."""
    last = person.stop.last_visit
    if last is None:
        return Fact(None)
    words = [
        codes.table(field_of(Visit, name).codes).heading(last[name])
        for name in ("mode", "condition")
        if last[name]
    ]
    return Fact("；".join(filter(None, ("，".join(words), last["note"]))))


def _head_name(person: PersonFacts) -> Fact:
    known = person.household.get("head_name") or person.head.get("name")
    return Fact(
        known or person.stop.resident["head_name"], field_of(Household, "head_name")
    )


def _head_number(person: PersonFacts) -> Fact:
    known = person.stop.resident["head_id_number"]
    return Fact(
        known or person.head.get("id_number"), field_of(Resident, "head_id_number")
    )


def _home_phones(person: PersonFacts) -> Fact:
    known = person.household.get("phones") or person.head.get("phones")
    return Fact(known, field_of(Household, "phones"))


def _of_grid(name: str) -> Callable[[PersonFacts], Fact]:
    return lambda person: Fact(person.stop.grid.get(name))


_ASKED: Mapping[str, Callable[[PersonFacts], Fact]] = {
    "age": lambda one: Fact(identity.age_on(one.stop.resident["born_on"], one.day)),
    "address": _address,
    "door": _door,
    "grid": _of_grid("name"),
    "grid_code": _of_grid("code"),
    "community": _of_grid("community"),
    "street": _of_grid("street"),
    "county": _of_grid("county"),
    "worker": lambda one: Fact(one.me.get("name")),
    "worker_phones": lambda one: Fact(one.me.get("phones"), field_of(Worker, "phones")),
    "today": lambda one: Fact(one.day),
    "visited_on": _visited_on,
    "visited_result": _visited,
    "visits_month": lambda one: Fact(one.visits),
    "household_size": lambda one: Fact(one.at_home or None),
    "visits_a_week": _planned(WEEK),
    "visits_a_month": _planned(MONTH),
    "tags": _tags,
    "contacts": _contacts,
    "household.head_name": _head_name,
    "household.phones": _home_phones,
    "head_id_number": _head_number,
    "head_name": _head_name,
}
_RECORDS: Mapping[str, Callable[[PersonFacts], Values]] = {
    "building": lambda one: one.stop.place.building or _NOTHING,
    "dwelling": lambda one: one.stop.place.dwelling or _NOTHING,
    "household": lambda one: one.household,
}
