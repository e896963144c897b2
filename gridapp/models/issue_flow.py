"""The states of an issue and who may move it: one table for form, import and county.

The client subset of domain.md §2.9. A worker moves what is still with the worker and
what was given to them; what the county has is moved by the county and arrives by sync.

More time: on an issue that was never handed on (自办) the worker puts the deadline off.
Where one above has a say, `extend` only asks: it names the day in its note, and nothing
changes until somebody of a higher rank says yes (`accept`) or no (`return`).

Taking a step back: a trace is never changed, so the opposite step is written, with the
action `void` (the step before is void) and the state that was before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gridapp.language import tr

START = ""  # before the issue was there
CLOSED = frozenset({"closed", "self_closed"})
DONE = CLOSED | {"rated", "void"}  # nothing is due any more

GRID = frozenset({"worker", "leader"})
OFFICE = frozenset({"community", "town", "county"})
ABOVE = OFFICE | {"leader"}
LOCAL = GRID | {"community"}
ALL = GRID | OFFICE


@dataclass(frozen=True)
class Transition:
    """`action` (code of issue_action) takes an issue from one state to the next."""

    state: str
    action: str
    next_state: str
    roles: frozenset[str]
    words: str  # on the button


TRANSITIONS: tuple[Transition, ...] = (
    Transition(START, "report", "pending", ALL, tr("上报")),
    Transition(START, "work", "working", ALL, tr("自己处理")),
    Transition(START, "self_close", "self_closed", ALL, tr("当场办结")),
    Transition("draft", "report", "pending", LOCAL, tr("上报")),
    Transition("draft", "work", "working", LOCAL, tr("自己处理")),
    Transition("draft", "self_close", "self_closed", LOCAL, tr("自办结案")),
    Transition("draft", "void", "void", LOCAL, tr("作废")),
    Transition("pending", "report", "reported", OFFICE, tr("接收")),
    Transition("pending", "accept", "accepted", OFFICE, tr("受理")),
    Transition("pending", "return", "returned", OFFICE, tr("退回补充")),
    Transition("pending", "work", "working", LOCAL, tr("改为自己处理")),
    Transition("pending", "self_close", "self_closed", LOCAL, tr("自办结案")),
    Transition("pending", "void", "void", LOCAL, tr("作废")),
    Transition("reported", "accept", "accepted", OFFICE, tr("受理")),
    Transition("reported", "return", "returned", OFFICE, tr("退回补充")),
    Transition("reported", "urge", "reported", ALL, tr("催办")),
    Transition("accepted", "assign", "assigned", OFFICE, tr("分派")),
    Transition("accepted", "return", "returned", OFFICE, tr("退回补充")),
    Transition("accepted", "urge", "accepted", ALL, tr("催办")),
    Transition("assigned", "work", "working", ALL, tr("开始处置")),
    Transition("assigned", "return", "accepted", ALL, tr("退回重派")),
    Transition("assigned", "urge", "assigned", ALL, tr("催办")),
    Transition("working", "work", "working", ALL, tr("记处置经过")),
    Transition("working", "self_close", "self_closed", LOCAL, tr("自办结案")),
    Transition("working", "check", "review", ALL, tr("报请核查")),
    Transition("working", "extend", "working", ALL, tr("延期")),
    Transition("working", "accept", "working", ABOVE, tr("同意延期")),
    Transition("working", "return", "working", ABOVE, tr("不同意延期")),
    Transition("working", "cooperate", "working", ALL, tr("请求协同")),
    Transition("working", "urge", "working", ALL, tr("催办")),
    Transition("review", "close", "closed", ABOVE, tr("核查通过，结案")),
    Transition("review", "return", "working", ABOVE, tr("核查不通过")),
    Transition("closed", "rate", "rated", ALL, tr("记居民评价")),
    Transition("closed", "return", "working", ABOVE, tr("重新处置")),
    Transition("self_closed", "rate", "rated", ALL, tr("记居民评价")),
    Transition("self_closed", "return", "working", ALL, tr("重新处置")),
    Transition("rated", "return", "working", ALL, tr("重新处置")),
    Transition("returned", "report", "pending", LOCAL, tr("补充后再报")),
    Transition("returned", "work", "working", LOCAL, tr("改为自己处理")),
    Transition("returned", "self_close", "self_closed", LOCAL, tr("自办结案")),
    Transition("returned", "void", "void", LOCAL, tr("作废")),
)

_BY_STEP: Mapping[tuple[str, str], Transition] = {
    (one.state, one.action): one for one in TRANSITIONS
}
UNDO = "void"  # with a state other than void: the step before is taken back
RANKS = ("worker", "leader", "community", "town", "county")  # the lowest first
HANDED_ON = frozenset({"reported", "accepted", "assigned", "returned"})
_ANSWERS = frozenset({("working", "accept"), ("working", "return")})


def allowed(
    state: str, role: str, *, asked: bool = False, handed_on: bool = False
) -> list[Transition]:
    """What somebody in that role may do with an issue in that state, in form order.

    Args:
        asked: more time was asked for and nobody answered; only then may it be granted
            or refused, and not be asked for again.
        handed_on: one above has a say in it; what they gave out is checked by them
            and not closed by whoever handled it.
    """
    return [
        one
        for one in TRANSITIONS
        if one.state == state
        and role in one.roles
        and (asked or (one.state, one.action) not in _ANSWERS)
        and not (asked and one.action == "extend")
        and not (handed_on and (one.state, one.action) == ("working", "self_close"))
    ]


def transition(state: str, action: str) -> Transition | None:
    """Where `action` leads from `state`; None when it leads nowhere."""
    return _BY_STEP.get((state, action))


def answers(state: str, action: str) -> bool:
    """Whether this step grants or refuses more time."""
    return (state, action) in _ANSWERS


def own(states: Iterable[str]) -> bool:
    """Whether an issue that went through these states was never handed on, so that
    whoever handles it sets the time themselves."""
    return not HANDED_ON & set(states)


def outranks(role: str, other: str) -> bool:
    """Whether `role` may answer what `other` asked; unknown ones count as 网格员."""
    ranks = [RANKS.index(one) if one in RANKS else 0 for one in (role, other)]
    return ranks[0] > ranks[1]


def moves(before: str | None, after: str, roles: Iterable[str], *, mine: bool) -> bool:
    """Whether a record may go from one state to the next: by a step of one of `roles`,
    or, when whoever changes it made the last change too (`mine`), by taking one back.

    `before` is None for a new record: it may stand wherever its author's role can have
    brought it, because an issue may reach the county only after several steps.
    """
    asked = frozenset(roles)
    mine_steps = [one for one in TRANSITIONS if asked & one.roles]
    if before is None:
        reached = {START, "draft"}
        for _ in TRANSITIONS:
            reached |= {one.next_state for one in mine_steps if one.state in reached}
        return after in reached
    if before == after:
        return True
    steps = {(one.state, one.next_state) for one in mine_steps}
    return (before, after) in steps or (mine and (after, before) in steps)
