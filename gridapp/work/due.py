"""One thing that is due, as a row of the work list says it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from gridapp.language import tr
from gridapp.store.agenda import Person
from gridapp.store.search_rows import door_text

DueKind = Literal["visit", "call", "issue", "dispute", "follow_up"]

# Within one day: what cannot wait, then what is done at a door, then the telephone.
_ORDER: tuple[DueKind, ...] = ("issue", "dispute", "follow_up", "visit", "call")


@dataclass(frozen=True)
class Due:
    """A visit, call, issue, mediation or follow-up visit that is owed.

    `id` is that of the plan, visit, issue or dispute behind it.
    """

    kind: DueKind
    id: UUID
    resident_id: UUID | None
    who: str
    where: str  # 3-2-501, or the place in words
    due: dt.date
    late_days: int  # 0 when not late
    why: str  # 独居、每周入户 1 次、上次 11-12
    action: str  # words of the button that does it
    plan_id: UUID | None = None
    household_id: UUID | None = None
    age: int | None = None  # of the person, in years
    step: str = ""  # of the missed-contact chain, when it runs
    waits: bool = False  # the time of that step has not come yet

    @property
    def aside(self) -> str:
        """What stands beside the name: 82 岁·3-2-501."""
        years = "" if self.age is None else tr("{age} 岁", age=self.age)
        return "·".join(word for word in (years, self.where) if word)


def late_days(due: dt.date, day: dt.date) -> int:
    """Days that `due` lies before `day`, 0 when it does not."""
    return max((day - due).days, 0)


def in_order(rows: list[Due]) -> list[Due]:
    """Most overdue first; within a day by kind, then as doors lie along a walk."""
    return sorted(
        rows, key=lambda r: (r.due, _ORDER.index(r.kind), walk_key(r.where), r.who)
    )


def walk_key(door: str) -> tuple[tuple[int, str], ...]:
    """Sorts doors as one walks: 3-2-501 before 12-1-101."""
    return tuple(
        (int(part), "") if part.isdecimal() else (0, part)
        for part in re.findall(r"\d+|\D+", door)
    )


def door_of(person: Person) -> str:
    """The door as people read it, or nothing."""
    return door_text(person.building, person.unit, person.room)


def local_day(moment: dt.datetime) -> dt.date:
    """The day it was here at that moment."""
    return moment.astimezone().date()


def short_date(day: dt.date, today: dt.date) -> str:
    """11-12, with the year when it is not this year's."""
    return f"{day:%m-%d}" if day.year == today.year else day.isoformat()
