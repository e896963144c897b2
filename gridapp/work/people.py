"""People as a worker knows them: who they are, behind which door, what happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.models import (
    Contact,
    Dispute,
    DisputeParty,
    Issue,
    Resident,
    Visit,
    identity,
)
from gridapp.models.codes import table as code_table
from gridapp.models.record import Values
from gridapp.store import agenda, records
from gridapp.store.history import authors
from gridapp.store.meetings import midnight
from gridapp.work.attachments import SIGNED, photos_of
from gridapp.work.due import door_of
from gridapp.work.record_parts import of_each
from gridapp.work.ways import BY_VOICE

SEXES = {"1": tr("男"), "2": tr("女")}
CALL_WORDS = {"no_answer": tr("未接"), "off": tr("关机"), "wrong": tr("空号")}


@dataclass(frozen=True)
class Member:
    """Somebody who keeps house with a person."""

    id: UUID
    name: str
    relation: str  # to the head of the household, in words
    age: int | None
    state: str = ""  # 外出, 迁出 or 去世 in words


@dataclass(frozen=True)
class Person:
    """A resident as of one day; `values` and `contacts` are unmasked."""

    id: UUID
    name: str
    sex: str  # 男, 女 or empty
    age: int | None
    door: str  # 3-2-501, or empty
    address: str  # 3号楼2单元501, or the address in the file
    tags: tuple[str, ...]  # codes of resident_tag
    values: Values
    contacts: tuple[Values, ...]  # in the order they are called
    household: tuple[Member, ...]  # the others behind the same door

    @property
    def aside(self) -> str:
        """Return 女 82 岁."""
        age = "" if self.age is None else tr("{age} 岁", age=self.age)
        return " ".join(word for word in (self.sex, age) if word)

    @property
    def tag_words(self) -> tuple[str, ...]:
        """Return the tags in words."""
        return tuple(code_table("resident_tag").name(tag) for tag in self.tags)


EventKind = Literal["visit", "call", "issue", "dispute", "signed"]


@dataclass(frozen=True)
class Event:
    """Something that happened with a person."""

    kind: EventKind
    id: UUID
    at: dt.datetime
    title: str
    summary: str
    who: str  # name of who recorded it, or empty


def person(db: Connection, resident_id: UUID, day: dt.date) -> Person | None:
    """One resident as of `day`; None when there is none."""
    return people(db, [resident_id], day).get(resident_id)


def people(db: Connection, ids: Iterable[UUID], day: dt.date) -> dict[UUID, Person]:
    """Residents by id; those in the recycle bin are left out.

    The number of queries does not grow with the number of people, but for one of each
    sort per 500.
    """
    rows = records.by_id(db, Resident, ids)
    found = agenda.persons(db, rows)
    tags = agenda.tags_on(db, day, rows.keys())
    contacts = of_each(db, Contact, "resident_id", rows)
    homes = {row["household_id"] for row in rows.values() if row["household_id"]}
    mates = of_each(db, Resident, "household_id", homes)
    return {
        key: Person(
            id=key,
            name=row["name"],
            sex=SEXES.get(row["sex"] or "", ""),
            age=identity.age_on(row["born_on"], day),
            door=door_of(found[key]),
            address=long_door(found[key]) or row["current_address"] or "",
            tags=tuple(tags.get(key, ())),
            values=row,
            contacts=tuple(sorted(contacts.get(key, ()), key=_rank)),
            household=tuple(
                _member(mate, day)
                for mate in mates.get(row["household_id"], ())
                if mate["id"] != key
            ),
        )
        for key, row in rows.items()
    }


def _rank(contact: Values) -> tuple[bool, int]:
    """Sorts contacts as they are called, those without a rank last."""
    return contact["rank"] is None, contact["rank"] or 0


def _member(row: Values, day: dt.date) -> Member:
    relation = code_table("relation").name(row["relation"]) if row["relation"] else ""
    age = identity.age_on(row["born_on"], day)
    return Member(row["id"], row["name"], relation, age, state_words(row))


def state_words(row: Values) -> str:
    """外出, 迁出 or 去世; nothing for a resident who lives here."""
    if row["life_state"] == "deceased":
        return code_table("life_state").name("deceased")
    if row["presence"] in ("away", "moved"):
        return code_table("presence").name(row["presence"])
    return ""


def long_door(home: agenda.Person) -> str:
    """3号楼2单元501, or nothing when no door is known."""
    if not home.building or not home.room:
        return ""
    unit = home.unit or ""
    number = home.building + (tr("号楼") if home.building.isdecimal() else "")
    return f"{number}{unit}{tr('单元') if unit.isdecimal() else ''}{home.room}"


def timeline(db: Connection, resident_id: UUID) -> list[Event]:
    """What happened with a person, newest first: visits, calls, issues, disputes, and
    the papers that came back signed."""
    mine = {"resident_id": resident_id}
    visits = records.filtered(db, Visit, mine)
    issues = records.filtered(db, Issue, mine)
    parties = records.filtered(db, DisputeParty, mine)
    disputes = records.by_id(db, Dispute, {row["dispute_id"] for row in parties})
    papers = photos_of(db, "resident", [resident_id], (SIGNED,))
    papers += photos_of(db, "visit", [row["id"] for row in visits], (SIGNED,))
    rows = [*visits, *issues, *disputes.values(), *papers]
    names = authors(db, {row["created_by"] for row in rows})
    events = [
        *(_visit(row, names.get(row["created_by"], "")) for row in visits),
        *(_issue(row, names.get(row["created_by"], "")) for row in issues),
        *(_dispute(row, names.get(row["created_by"], "")) for row in disputes.values()),
        *(_signed(row, names.get(row["created_by"], "")) for row in papers),
    ]
    return sorted(events, key=lambda event: (event.at, event.id), reverse=True)


def _visit(row: Values, who: str) -> Event:
    call = row["mode"] in BY_VOICE
    title = code_table("visit_mode").name(row["mode"])
    if row["call_result"] in CALL_WORDS:
        title += f"·{CALL_WORDS[row['call_result']]}"
    elif row["met_whom"] == "nobody":
        title += tr("·没见到")
        if row["not_met_reason"]:
            title += tr(
                "（{name}）",
                name=code_table("not_met_reason").name(row["not_met_reason"]),
            )
    words: list[str] = []
    if row["condition"]:
        words.append(
            tr("身体{name}", name=code_table("condition").name(row["condition"]))
        )
    if row["hazards"]:
        named = (code_table("home_hazard").name(code) for code in row["hazards"])
        words.append(tr("隐患：{words}", words=tr("、").join(named)))
    if row["disposal"]:
        done = (code_table("disposal").name(code) for code in row["disposal"])
        words.append(tr("、").join(done))
    if row["note"]:
        words.append(row["note"])
    summary = tr("；").join(words)
    return Event(
        "call" if call else "visit", row["id"], row["started_at"], title, summary, who
    )


def _issue(row: Values, who: str) -> Event:
    state = code_table("issue_state").name(row["state"])
    words = [state, row["result"] or row["description"] or ""]
    summary = tr("；").join(word for word in words if word)
    return Event("issue", row["id"], row["found_at"], row["title_text"], summary, who)


def _dispute(row: Values, who: str) -> Event:
    state = code_table("dispute_state").name(row["state"])
    at = midnight(row["happened_on"])
    words = [state, row["outcome"] or row["summary"]]
    return Event("dispute", row["id"], at, row["name"], tr("；").join(words), who)


def _signed(row: Values, who: str) -> Event:
    title, name = tr("签好的单子"), row["name"] or ""
    return Event("signed", row["id"], row["created_at"], title, name, who)
