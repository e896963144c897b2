"""Visits and calls that are due, from care plans and from dates that were promised.

A failed attempt puts a row off to its next date (tomorrow) but forgives nothing: from
then on it is as late as it was before. A next date written down at a visit that reached
somebody takes the place of the interval.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.models import identity
from gridapp.models.codes import table as code_table
from gridapp.store import agenda
from gridapp.store.agenda import Owed, Person
from gridapp.store.meetings import Meeting, last_meetings
from gridapp.work.due import Due, door_of, late_days, local_day, short_date
from gridapp.work.plans import CARE_TAGS, next_due
from gridapp.work.ways import WAYS, Way, kind_of

SHOWN_TAGS = 2
EVERY = {
    1: tr("每天"),
    7: tr("每周"),
    14: tr("每两周"),
    30: tr("每月"),
    90: tr("每季度"),
    180: tr("每半年"),
}
NEVER = {"visit": tr("还没有走访过"), "call": tr("还没有通过话")}
MISSED = {"visit": tr("没见到人"), "call": tr("没打通")}
ACTION = {"visit": tr("记走访"), "call": tr("记电话")}


@dataclass(frozen=True)
class _Standing:
    """How one way of contact stands with one person."""

    last: Meeting | None  # the last that reached them and settles the way
    tried: Meeting | None  # an attempt after that which reached nobody
    promised: Meeting | None  # the last attempt of the way itself that reached them


def contacts_due(db: Connection, day: dt.date, until: dt.date) -> list[Due]:
    """Visits and calls due by `until`, in no order, as seen on `day`."""
    meetings = last_meetings(db, day)
    plans = _newest_by_way(agenda.plans_on(db, day))
    found: list[tuple[Owed, _Standing, dt.date]] = []
    for plan in plans.values():
        held = meetings.get(plan.person.resident_id, ())
        standing = _standing(WAYS[plan.way], held)
        due = _due_on(plan, standing, day)
        if due <= until:
            found.append((plan, standing, due))
    people = {plan.person.resident_id for plan, _, _ in found}
    tags = agenda.tags_on(db, day, people)
    rows = [
        _row(
            plan,
            due,
            _why(plan, standing, tags.get(plan.person.resident_id, ()), day),
            day,
        )
        for plan, standing, due in found
    ]
    return rows + _promised(db, plans, meetings, day, until)


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


def _due_on(plan: Owed, standing: _Standing, day: dt.date) -> dt.date:
    """The day a contact is due."""
    last = local_day(standing.last.at) if standing.last else None
    due = next_due(plan.since, plan.interval_days, last)
    if standing.promised and _speaks_for(standing.promised, plan):
        due = standing.promised.next_on or due
    retry = standing.tried.next_on if standing.tried else None
    if retry is None:
        return due
    return retry if day < retry else min(due, retry)


def _speaks_for(meeting: Meeting, plan: Owed) -> bool:
    """Whether a meeting's next date is one of this plan and not of an ended one."""
    if local_day(meeting.at) < plan.since:
        return False
    return meeting.plan in (None, plan.plan_id.hex)


def _why(plan: Owed, standing: _Standing, tags: Sequence[str], day: dt.date) -> str:
    way = WAYS[plan.way]
    names = code_table("resident_tag")
    words = [names.name(tag) for tag in CARE_TAGS if tag in tags][:SHOWN_TAGS]
    every = EVERY.get(
        plan.interval_days,
        tr("每 {interval_days} 天", interval_days=plan.interval_days),
    )
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


def _row(plan: Owed, due: dt.date, why: str, day: dt.date) -> Due:
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
