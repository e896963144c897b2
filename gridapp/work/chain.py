"""The missed-contact chain: what comes next when somebody could not be reached.

A second call the same day, then the neighbour, 楼栋长 or emergency contact, then the
door within a day (red: two hours), then 110 or 120. No national text says so: the order
and the times are a proposal (domain.md §2.6, missed-contact rule). Each step is a visit
record of its own with its time. The chain ends when somebody is reached.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gridapp.language import tr
from gridapp.store.meetings import Miss
from gridapp.work.ways import BY_VOICE, Kind

StepKey = Literal["call_again", "call_after_visit", "ask", "home", "rescue", "result"]

WATCHED_INTERVAL = 31  # a plan of a month or less: for others a miss is only put off
ASKED, RESCUE = "asked", "rescue"  # codes of `disposal`
URGENT_COLOURS = frozenset({"red"})
OPENS, CLOSES = dt.time(8), dt.time(20)  # nobody is rung up at night, unless urgent
TOMORROW = dt.timedelta(days=1)


@dataclass(frozen=True)
class Step:
    """One step of the chain."""

    key: StepKey
    kind: Kind  # the form it is recorded in
    preset: str  # what the form begins with: a mode, or ASKED or RESCUE
    action: str  # words of the button
    wait: dt.timedelta  # after the last attempt, at the earliest
    urgent_wait: dt.timedelta
    todo: str  # what to do now
    later: str  # the same before its time, which is put in as {time}


@dataclass(frozen=True)
class Next:
    """The step that is due, and what went before it."""

    step: Step
    due_at: dt.datetime
    first: Miss  # where the chain began
    last: Miss
    limit: dt.datetime  # by when somebody should have been at the door

    def waits(self, now: dt.datetime) -> bool:
        """Whether its time has not come yet."""
        return now < self.due_at


def _hours(count: float) -> dt.timedelta:
    return dt.timedelta(hours=count)


AT_ONCE = _hours(0)
HOME_WITHIN, URGENT_HOME_WITHIN = _hours(24), _hours(2)  # after the first miss

_CALL_AGAIN = Step(
    "call_again",
    "call",
    "phone",
    tr("再打电话"),
    _hours(2),
    _hours(0.5),
    tr("先再打一次"),
    tr("{time} 后再打一次"),
)
_CALL_AFTER_VISIT = Step(
    "call_after_visit",
    "call",
    "phone",
    tr("打电话"),
    TOMORROW,
    _hours(2),
    tr("先打电话问一下"),
    tr("{time} 后打电话问一下"),
)
_REST = (
    Step(
        "ask",
        "call",
        ASKED,
        tr("问邻居"),
        AT_ONCE,
        AT_ONCE,
        tr("请问邻居、楼栋长或紧急联系人"),
        tr("{time} 后问邻居、楼栋长或紧急联系人"),
    ),
    Step(
        "home",
        "visit",
        "home",
        tr("上门"),
        AT_ONCE,
        AT_ONCE,
        tr("请上门"),
        tr("{time} 后上门"),
    ),
    Step(
        "rescue",
        "call",
        RESCUE,
        tr("求助"),
        AT_ONCE,
        AT_ONCE,
        tr("请报 110 或 120，并告知家属"),
        tr("{time} 后报 110 或 120"),
    ),
    Step(
        "result",
        "call",
        "phone",
        tr("问结果"),
        _hours(2),
        _hours(0.5),
        tr("问一下结果"),
        tr("{time} 后问一下结果"),
    ),
)
AFTER_CALL = (_CALL_AGAIN, *_REST)
AFTER_VISIT = (_CALL_AFTER_VISIT, *_REST)


def next_step(history: Sequence[Miss], *, urgent: bool = False) -> Next | None:
    """The step due after these misses, oldest first; None when there was none.

    The first step of the chain that no later attempt was. Asking after the result of a
    call for help comes again and again until somebody is reached.
    """
    if not history:
        return None
    first, last = history[0], history[-1]
    steps = AFTER_CALL if first.mode in BY_VOICE else AFTER_VISIT
    done = {_made(miss) for miss in history[1:]} | _marked(first)
    if "rescue" in done:
        step = steps[-1]
    else:
        step = next(one for one in steps if _sort(one) not in done)
    within = URGENT_HOME_WITHIN if urgent else HOME_WITHIN
    return Next(
        step, _due_at(step, last, urgent=urgent), first, last, first.at + within
    )


def _sort(step: Step) -> str:
    return "call" if step.kind == "call" and step.preset == "phone" else step.key


def _made(miss: Miss) -> str:
    """Which step an attempt was."""
    marked = _marked(miss)
    if marked:
        return marked.pop()
    return "call" if miss.mode in BY_VOICE else "home"


def _marked(miss: Miss) -> set[str]:
    """The step that the attempt says it was, by its disposal."""
    if RESCUE in miss.disposal:
        return {"rescue"}
    return {"ask"} if ASKED in miss.disposal else set()


def _due_at(step: Step, last: Miss, *, urgent: bool) -> dt.datetime:
    """When a step may be done at the earliest."""
    if urgent:
        return last.at + step.urgent_wait
    local = last.at.astimezone()
    if step.wait == TOMORROW:
        return _opening(local.date() + TOMORROW)
    due = (last.at + step.wait).astimezone()
    if step.wait == AT_ONCE or OPENS <= due.time() < CLOSES:
        return due.astimezone(dt.UTC)
    day = due.date() + (TOMORROW if due.time() >= CLOSES else AT_ONCE)
    return _opening(day)


def _opening(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, OPENS).astimezone(dt.UTC)


def words(one: Next, now: dt.datetime) -> str:
    """What happened and what to do, as 昨天 09:10 没打通，先再打一次."""
    said = _happened(one.last, now.astimezone().date())
    return tr("{said}，{todo}", said=said, todo=todo_words(one, now))


def todo_words(one: Next, now: dt.datetime) -> str:
    """What to do, as 先再打一次, or 今天 11:00 后再打一次 when its time comes later."""
    day = now.astimezone().date()
    if one.waits(now):
        return one.step.later.format(time=moment_words(one.due_at, day))
    todo = one.step.todo
    if one.step.key == "home":
        limit = moment_words(one.limit, day)
        todo = tr("{todo}，最迟 {limit}", todo=todo, limit=limit)
        if now > one.limit:
            todo = tr("请马上上门，已过 {limit}", limit=limit)
    return todo


def _happened(miss: Miss, day: dt.date) -> str:
    at = moment_words(miss.at, day)
    if RESCUE in miss.disposal:
        return tr("{at} 已报 110 或 120", at=at)
    if ASKED in miss.disposal:
        return tr("{at} 问过邻居或联系人，仍没有消息", at=at)
    if miss.mode in BY_VOICE:
        return tr("{at} 没打通", at=at)
    return tr("{at} 没见到人", at=at)


def moment_words(moment: dt.datetime, day: dt.date) -> str:
    """今天 09:10, 昨天 09:10, 明天 09:10 or 11-20 09:10, as seen on `day`."""
    local = moment.astimezone()
    named = {0: tr("今天"), 1: tr("昨天"), -1: tr("明天")}
    name = named.get((day - local.date()).days, f"{local:%m-%d}")
    return f"{name} {local:%H:%M}"
