"""Visits and calls that are due: from plans, from promised dates, from extra rounds.

A failed attempt puts a row off to its next date (tomorrow) but forgives nothing: from
then on it is as late as it was before. A next date written down at a visit that reached
somebody takes the place of the interval. For people who are watched over closely the
chain of `work.chain` says instead what comes after an attempt that failed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.models import Resident, identity
from gridapp.models.codes import table as code_table
from gridapp.models.record import Values
from gridapp.store import agenda, records
from gridapp.store.agenda import Owed, Person
from gridapp.store.meetings import Meeting, Miss, last_meetings, midnight, misses
from gridapp.work import care_rounds, chain
from gridapp.work.due import Due, door_of, late_days, local_day, short_date
from gridapp.work.plans import CARE_TAGS, next_due
from gridapp.work.ways import WAYS, Way, every_words, kind_of

SHOWN_TAGS = 2
NEVER = {"visit": tr("还没有走访过"), "call": tr("还没有通过话")}
MISSED = {"visit": tr("没见到人"), "call": tr("没打通")}
ACTION = {"visit": tr("记走访"), "call": tr("记电话")}


@dataclass(frozen=True)
class _Standing:
    """How one way of contact stands with one person."""

    last: Meeting | None  # the last that reached them and settles the way
    tried: Meeting | None  # an attempt after that which reached nobody
    promised: Meeting | None  # the last attempt of the way itself that reached them


@dataclass(frozen=True)
class _Planned:
    """A plan with the day it asks for the next contact."""

    plan: Owed
    standing: _Standing
    asked: dt.date  # by the plan, or by what was promised
    due: dt.date  # put off by an attempt that failed

    @property
    def resident(self) -> UUID:
        return self.plan.person.resident_id


def contacts_due(
    db: Connection,
    day: dt.date,
    until: dt.date,
    now: dt.datetime | None = None,
    resident_id: UUID | None = None,
) -> list[Due]:
    """Visits and calls due by `until`, in no order, as seen on `day`.

    Of everybody, or of one resident.

    `now` says which steps of the missed-contact chain have their time come; without it
    the present moment counts, and for another day its end.
    """
    meetings = last_meetings(db, day, resident_id)
    plans = _newest_by_way(agenda.plans_on(db, day, resident_id))
    planned = [
        _planned(plan, meetings.get(plan.person.resident_id, ()), day)
        for plan in plans.values()
    ]
    extra = care_rounds.left_over(db, day)
    if resident_id is not None:
        extra = {key: one for key, one in extra.items() if key == resident_id}
    missed = misses(db, midnight(day + dt.timedelta(days=1)), resident_id)
    chains = _chains(db, planned, extra, missed)
    moment = now or _seen_at(day)
    shown = [
        one
        for one in planned
        if one.due <= until
        and not (one.resident in chains and (one.due <= day or one.standing.tried))
    ]
    people = {one.resident for one in shown} | chains.keys()
    tags = agenda.tags_on(db, day, people)
    rows = [_row(one, _why(one, tags.get(one.resident, ()), day), day) for one in shown]
    rows += [
        row
        for row in _promised(db, plans, meetings, day, until)
        if row.resident_id not in chains
    ]
    rest = {key: found for key, found in extra.items() if key not in chains}
    rows = _with_rounds(db, rows, rest, day, until)
    for row in _chained(db, chains, planned, extra, tags, day, moment):
        if row.due <= until:
            rows.append(row)
    return rows


def asked_on(
    db: Connection, day: dt.date, resident_id: UUID | None = None
) -> dict[UUID, dt.date]:
    """By plan in force, the day its next contact is asked for.

    Of everybody, or of one resident; whatever step is taken after a miss.
    """
    meetings = last_meetings(db, day, resident_id)
    plans = _newest_by_way(agenda.plans_on(db, day, resident_id))
    return {
        plan.plan_id: _planned(
            plan, meetings.get(plan.person.resident_id, ()), day
        ).asked
        for plan in plans.values()
    }


def _seen_at(day: dt.date) -> dt.datetime:
    now = dt.datetime.now(dt.UTC)
    last = midnight(day + dt.timedelta(days=1)) - dt.timedelta(milliseconds=1)
    return now if local_day(now) == day else last


def _planned(plan: Owed, held: Sequence[Meeting], day: dt.date) -> _Planned:
    standing = _standing(WAYS[plan.way], held)
    asked = _asked(plan, standing)
    return _Planned(plan, standing, asked, _put_off(asked, standing, day))


def _chains(
    db: Connection,
    planned: Iterable[_Planned],
    extra: dict[UUID, list[Values]],
    missed: dict[UUID, list[Miss]],
) -> dict[UUID, chain.Next]:
    """By resident, the next step for those who are watched over and were missed."""
    watched = {
        one.resident
        for one in planned
        if one.plan.interval_days <= chain.WATCHED_INTERVAL
    }
    followed = {key for key in missed if key in watched or key in extra}
    files = records.by_id(db, Resident, followed)
    found: dict[UUID, chain.Next] = {}
    for key, file in files.items():
        urgent = file["care_colour"] in chain.URGENT_COLOURS
        step = chain.next_step(missed[key], urgent=urgent)
        if step is not None:
            found[key] = step
    return found


def _chained(
    db: Connection,
    chains: dict[UUID, chain.Next],
    planned: Sequence[_Planned],
    extra: dict[UUID, list[Values]],
    tags: dict[UUID, list[str]],
    day: dt.date,
    now: dt.datetime,
) -> list[Due]:
    """One row for each person whom the chain follows, in place of what was due."""
    people = agenda.persons(db, chains)
    found: list[Due] = []
    for key, one in chains.items():
        mine = [plan for plan in planned if plan.resident == key]
        mine.sort(key=lambda plan: (plan.standing.tried is None, plan.asked))
        waits, on = one.waits(now), local_day(one.due_at)
        due = on if waits or not mine else min(mine[0].asked, on)
        why = [chain.words(one, now), *care_rounds.names(extra.get(key, ()))]
        if mine:
            known = replace(mine[0].standing, tried=None)
            plan = replace(mine[0], standing=known)
            why.append(_why(plan, tags.get(key, ()), day))
        plan_id = mine[0].plan.plan_id if mine else None
        found.append(
            Due(
                kind=one.step.kind,
                id=plan_id or extra[key][0]["id"],
                resident_id=key,
                who=people[key].name,
                where=door_of(people[key]),
                due=due,
                late_days=late_days(due, day),
                why=tr("、").join(why),
                action=one.step.action,
                plan_id=plan_id,
                household_id=people[key].household_id,
                age=identity.age_on(people[key].born_on, day),
                step=one.step.key,
                waits=waits,
            )
        )
    return found


def _with_rounds(
    db: Connection,
    rows: list[Due],
    extra: dict[UUID, list[Values]],
    day: dt.date,
    until: dt.date,
) -> list[Due]:
    """The rows with what the running rounds ask for: one row a person and kind."""
    wanted: dict[tuple[UUID | None, str], list[Values]] = {}
    for key, found in extra.items():
        for one in found:
            wanted.setdefault((key, WAYS[one["way"]].kind), []).append(one)
    merged: list[Due] = []
    for row in rows:
        found = wanted.get((row.resident_id, row.kind), [])
        if found:
            del wanted[row.resident_id, row.kind]
            why = tr("、").join((*care_rounds.names(found), row.why))
            soonest = min(row.due, found[0]["due_on"])
            late = late_days(soonest, day)
            row = replace(row, due=soonest, late_days=late, why=why)
        merged.append(row)
    people = agenda.persons(db, {key for key, _ in wanted if key is not None})
    tags = agenda.tags_on(db, day, people.keys())
    for (key, _), found in wanted.items():
        if key is not None and found[0]["due_on"] <= until:
            row = _round_row(people[key], found, tags.get(key, ()), day)
            merged.append(row)
    return merged


def _round_row(
    person: Person, found: Sequence[Values], tags: Sequence[str], day: dt.date
) -> Due:
    kind = WAYS[found[0]["way"]].kind
    return Due(
        kind=kind,
        id=found[0]["id"],
        resident_id=person.resident_id,
        who=person.name,
        where=door_of(person),
        due=found[0]["due_on"],
        late_days=late_days(found[0]["due_on"], day),
        why=tr("、").join((*care_rounds.names(found), *_tag_words(tags))),
        action=ACTION[kind],
        household_id=person.household_id,
        age=identity.age_on(person.born_on, day),
    )


def _newest_by_way(plans: Iterable[Owed]) -> dict[tuple[UUID, str], Owed]:
    return {(plan.person.resident_id, plan.way): plan for plan in plans}


def _standing(way: Way, meetings: Sequence[Meeting]) -> _Standing:
    last = _latest(m for m in meetings if m.reached and m.mode in way.settles)
    promised = _latest(m for m in meetings if m.reached and m.mode in way.attempts)
    tried = _latest(m for m in meetings if not m.reached and m.mode in way.attempts)
    if tried and last and tried.at < last.at:
        tried = None
    return _Standing(last, tried, promised if promised == last else None)


def _latest(meetings: Iterable[Meeting]) -> Meeting | None:
    return max(meetings, key=lambda meeting: meeting.at, default=None)


def _asked(plan: Owed, standing: _Standing) -> dt.date:
    """The day the plan, or what was promised at the last contact, asks for."""
    last = local_day(standing.last.at) if standing.last else None
    due = next_due(plan.since, plan.interval_days, last)
    if standing.promised and _speaks_for(standing.promised, plan):
        due = standing.promised.next_on or due
    return due


def _put_off(asked: dt.date, standing: _Standing, day: dt.date) -> dt.date:
    """The day a contact is due after an attempt that failed."""
    retry = standing.tried.next_on if standing.tried else None
    if retry is None:
        return asked
    return retry if day < retry else min(asked, retry)


def _speaks_for(meeting: Meeting, plan: Owed) -> bool:
    """Whether a meeting's next date is one of this plan and not of an ended one."""
    if local_day(meeting.at) < plan.since:
        return False
    return meeting.plan in (None, plan.plan_id.hex)


def _tag_words(tags: Sequence[str]) -> list[str]:
    names = code_table("resident_tag")
    return [names.name(tag) for tag in CARE_TAGS if tag in tags][:SHOWN_TAGS]


def _why(one: _Planned, tags: Sequence[str], day: dt.date) -> str:
    plan, standing = one.plan, one.standing
    way = WAYS[plan.way]
    words = _tag_words(tags)
    every = every_words(plan.interval_days)
    words.append(tr("{every}{words} 1 次", every=every, words=way.words))
    if standing.last:
        words.append(
            tr(
                "上次 {day}",
                day=short_date(local_day(standing.last.at), day),
            )
        )
    else:
        words.append(NEVER[way.kind])
    if standing.tried:
        tried_on = short_date(local_day(standing.tried.at), day)
        words.append(f"{tried_on} {MISSED[way.kind]}")
    if plan.person.care_consent == "refused_always":
        words.append(tr("本人长期拒绝探访"))
    return tr("、").join(words)


def _row(one: _Planned, why: str, day: dt.date) -> Due:
    plan, due = one.plan, one.due
    way, person = WAYS[plan.way], plan.person
    return Due(
        kind=way.kind,
        id=plan.plan_id,
        resident_id=person.resident_id,
        who=person.name,
        where=door_of(person),
        due=due,
        late_days=late_days(due, day),
        why=why,
        action=ACTION[way.kind],
        plan_id=plan.plan_id,
        household_id=person.household_id,
        age=identity.age_on(person.born_on, day),
    )


def _promised(
    db: Connection,
    plans: dict[tuple[UUID, str], Owed],
    meetings: dict[UUID, list[Meeting]],
    day: dt.date,
    until: dt.date,
) -> list[Due]:
    """Next dates written down for people who are owed no plan of that kind."""
    covered = {(resident, WAYS[way].kind) for resident, way in plans}
    wanted: dict[UUID, list[Meeting]] = {}
    for resident, held in meetings.items():
        for kind in ("visit", "call"):
            last = _latest(m for m in held if kind_of(m.mode) == kind)
            if (
                last
                and last.next_on
                and last.next_on <= until
                and last.plan is None
                and (resident, kind) not in covered
            ):
                wanted.setdefault(resident, []).append(last)
    here = agenda.living_here(db, wanted)
    people = agenda.persons(db, here)
    return [
        _promise(people[resident], meeting, day)
        for resident, found in wanted.items()
        if resident in people
        for meeting in found
    ]


def _promise(person: Person, meeting: Meeting, day: dt.date) -> Due:
    assert meeting.next_on is not None  # chosen for having one
    kind = kind_of(meeting.mode)
    said = short_date(local_day(meeting.at), day)
    why = (
        tr("{said} 约好再联系", said=said)
        if meeting.reached
        else f"{said} {MISSED[kind]}"
    )
    return Due(
        kind=kind,
        id=UUID(meeting.visit),
        resident_id=person.resident_id,
        who=person.name,
        where=door_of(person),
        due=meeting.next_on,
        late_days=late_days(meeting.next_on, day),
        why=why,
        action=ACTION[kind],
        household_id=person.household_id,
        age=identity.age_on(person.born_on, day),
    )
