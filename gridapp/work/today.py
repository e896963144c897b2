"""今日待办: everything that is due, and how the month stands, from real records."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gridapp.language import tr
from gridapp.models.codes import table as code_table
from gridapp.models.dispute_flow import KEPT, MEDIATED
from gridapp.models.issue import BY_RESIDENTS
from gridapp.models.issue_flow import DONE
from gridapp.models.record import Values
from gridapp.store import agenda, meetings, state
from gridapp.store.agenda import Owed
from gridapp.work import care_rounds, flow, issues
from gridapp.work.disputes import follow_up_due, judicial_deadline
from gridapp.work.due import Due, DueKind, door_of, in_order, late_days, local_day
from gridapp.work.owed import contacts_due
from gridapp.work.patrols import expected_looks, points_due
from gridapp.work.plans import next_due
from gridapp.work.ways import BY_VOICE, WAYS

KEY_INTERVAL = 31  # a plan of a month or less marks somebody as 重点


@dataclass(frozen=True)
class Progress:
    """One line of the month: how many of those due are done."""

    label: str
    done: int
    total: int
    rate: bool = False  # told as a share as well


@dataclass(frozen=True)
class Tile:
    """One figure at the head of the day: due by today, of these overdue."""

    kind: DueKind
    count: int
    overdue: int


@dataclass(frozen=True)
class Summary:
    """The figures of a day."""

    tiles: tuple[Tile, ...]  # visit, call, issue, dispute, follow_up
    overdue: int
    today: int
    soon: int
    patrol_points: int  # due by today
    met_today: int  # people visited or called today


def due(
    db: Connection, day: dt.date, horizon: int = 3, now: dt.datetime | None = None
) -> list[Due]:
    """What is due on `day`: overdue first, then today, then the next `horizon` days.

    People who died, moved out or are in the recycle bin are owed nothing.
    """
    until = day + dt.timedelta(days=horizon)
    rows = contacts_due(db, day, until, now)
    rows += issues_due(db, day, until)
    rows += _disputes(db, day, until)
    return in_order(rows)


def issues_due(db: Connection, day: dt.date, until: dt.date) -> list[Due]:
    """Open issues whose deadline lies by `until`, in no order.

    What a resident reported and nobody has looked at is due at once.
    """
    found = agenda.issues_open(db, DONE)
    people = agenda.persons(
        db, (row["resident_id"] for row in found if row["resident_id"])
    )
    urged = issues.urges(db, {row["id"] for row in found})
    role = flow.worker_role(db, state.worker(db))
    rows: list[Due] = []
    for issue in found:
        end = local_day(issues.deadline_of(db, issue))
        fresh = _just_reported(issue)
        if end > until and not fresh:
            continue
        person = people.get(issue["resident_id"])
        words = [issue["title_text"], code_table("issue_state").name(issue["state"])]
        if issue["level"] != "normal":
            words.append(code_table("issue_level").name(issue["level"]))
        if fresh:
            words.append(tr("居民新报来的，请先看一看"))
        if issue["id"] in urged:
            words.append(tr("已催办 {count} 次", count=urged[issue["id"]].count))
        rows.append(
            Due(
                kind="issue",
                id=issue["id"],
                resident_id=issue["resident_id"],
                who=person.name if person else issue["owner_name"] or "",
                where=issue["place"] or (door_of(person) if person else ""),
                due=min(end, day) if fresh else end,
                late_days=late_days(end, day),
                why=tr("、").join(words),
                action=issues.action_words(issue["state"], role),
                household_id=person.household_id if person else None,
            )
        )
    return rows


def _just_reported(issue: Mapping[str, Any]) -> bool:
    """Whether a resident sent it to the county's page and nobody did anything yet."""
    new = issue["state"] == "pending" and issue["created_by"] is None
    return new and issue["source"] == BY_RESIDENTS


def _disputes(db: Connection, day: dt.date, until: dt.date) -> list[Due]:
    rows: list[Due] = []
    for dispute in agenda.disputes_in(db, MEDIATED | KEPT):
        state = code_table("dispute_state").name(dispute["state"])
        if dispute["state"] in MEDIATED:
            why = tr("{state}、化解时限到期", state=state)
            rows.append(_dispute(dispute, "dispute", dispute["deadline"], why, day))
            continue
        owed = follow_up_due(dispute)
        if owed is not None:
            why = tr("{state}、协议履行回访", state=state)
            rows.append(_dispute(dispute, "follow_up", owed, why, day))
        if dispute["effective_on"] and not dispute["judicial_confirmed_on"]:
            last = judicial_deadline(dispute["effective_on"])
            if (
                last >= day and dispute["state"] == "agreed"
            ):  # afterwards it is too late
                why = tr("双方要司法确认的，协议生效 30 天内共同申请")
                row = _dispute(dispute, "dispute", last, why, day)
                rows.append(replace(row, action=tr("司法确认")))
    return [row for row in rows if row.due <= until]


def _dispute(
    dispute: Values, kind: DueKind, on: dt.date, why: str, day: dt.date
) -> Due:
    return Due(
        kind=kind,
        id=dispute["id"],
        resident_id=None,
        who=dispute["name"],
        where=dispute["place"],
        due=on,
        late_days=late_days(on, day),
        why=why,
        action=tr("回访") if kind == "follow_up" else tr("调解"),
    )


def summary(db: Connection, day: dt.date, rows: Sequence[Due] | None = None) -> Summary:
    """The figures of `day`; `rows` are those of `due` when they are at hand."""
    found = due(db, day) if rows is None else rows
    kinds: tuple[DueKind, ...] = ("visit", "call", "issue", "dispute", "follow_up")
    tiles = tuple(
        Tile(
            kind,
            sum(row.kind == kind and row.due <= day for row in found),
            sum(row.kind == kind and row.due < day for row in found),
        )
        for kind in kinds
    )
    return Summary(
        tiles=tiles,
        overdue=sum(row.due < day for row in found),
        today=sum(row.due == day for row in found),
        soon=sum(row.due > day for row in found),
        patrol_points=len(points_due(db, day)),
        met_today=len(meetings.reached_between(db, day, day)),
    )


def month_progress(db: Connection, day: dt.date) -> list[Progress]:
    """How the month of `day` stands, counted from records and nothing else.

    - 月探访率: people whose plan asks for a contact this month; done when one contact
      of any way that settles it reached them (domain.md §2.6: 100 % by the end of 2025;
      探访 is 上门, 电话, 视频 alike).
    - the extra rounds of that day: whom they name; done when a contact reached them.
    - 重点户入户: people with a home-visit plan of a month or less (domain.md §2.6:
      月探访率 100 %); done when one visit reached them this month.
    - 独居老人通话: people tagged 独居 who are owed calls; done when one call reached
      them this month. A home visit settles what is due but is no call.
    - 网格巡查: looks that the points' intervals ask for this month.
    - 问题按期办结: issues whose deadline lies in this month; done when closed in time.
    """
    first = day.replace(day=1)
    last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    reached = meetings.reached_between(db, first, day)
    plans = agenda.plans_on(db, day)
    tags = agenda.tags_on(db, day)
    key = {
        plan.person.resident_id
        for plan in plans
        if plan.way == "visit" and plan.interval_days <= KEY_INTERVAL
    }
    alone = {
        plan.person.resident_id
        for plan in plans
        if plan.way != "visit" and "alone" in tags.get(plan.person.resident_id, ())
    }
    looks, expected = expected_looks(db, first, last)
    issues = agenda.issues_due_between(db, first, last, ("void",))
    in_time = sum(
        bool(row["closed_at"] and row["closed_at"] <= row["deadline"]) for row in issues
    )
    owed = owed_in_month(db, plans, first, last)
    seen = sum(bool(reached.get(one, set()) & modes) for one, modes in owed.items())
    extra = [
        Progress(one.name, one.done, one.total) for one in care_rounds.progress(db, day)
    ]
    return [
        Progress(tr("月探访率"), seen, len(owed), rate=True),
        *extra,
        Progress(tr("重点户入户"), _met(key, reached, WAYS["visit"].settles), len(key)),
        Progress(tr("独居老人通话"), _met(alone, reached, BY_VOICE), len(alone)),
        Progress(tr("网格巡查"), looks, expected),
        Progress(tr("问题按期办结"), in_time, len(issues)),
    ]


def owed_in_month(
    db: Connection, plans: Sequence[Owed], first: dt.date, last: dt.date
) -> dict[UUID, set[str]]:
    """By resident, the modes that settle a contact whose day lies in that month."""
    before = meetings.last_meetings(db, first - dt.timedelta(days=1))
    found: dict[UUID, set[str]] = {}
    for plan in plans:
        settles = WAYS[plan.way].settles
        held = before.get(plan.person.resident_id, ())
        days = [local_day(m.at) for m in held if m.reached and m.mode in settles]
        asked = next_due(plan.since, plan.interval_days, max(days, default=None))
        if asked <= last:
            found.setdefault(plan.person.resident_id, set()).update(settles)
    return found


def _met(
    wanted: set[UUID], reached: dict[UUID, set[str]], modes: frozenset[str]
) -> int:
    return sum(bool(reached.get(one, set()) & modes) for one in wanted)
