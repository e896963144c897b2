"""The states of an issue and who may move it: one table for form, import and county.

The client subset of domain.md §2.9. A worker moves what is still with the worker and
what was given to them; what the county has is moved by the county and arrives by sync.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gridapp.language import tr

START = ""  # before the issue was there
CLOSED = frozenset({"closed", "self_closed"})
DONE = CLOSED | {"rated", "void"}  # nothing is due any more

GRID = frozenset({"worker", "leader"})
OFFICE = frozenset({"community", "town", "county"})
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
    Transition("assigned", "extend", "assigned", ALL, tr("申请延期")),
    Transition("assigned", "urge", "assigned", ALL, tr("催办")),
    Transition("working", "work", "working", ALL, tr("记处置经过")),
    Transition("working", "check", "review", ALL, tr("处置完毕，请核查")),
    Transition("working", "extend", "working", ALL, tr("申请延期")),
    Transition("working", "cooperate", "working", ALL, tr("请求协同")),
    Transition("working", "urge", "working", ALL, tr("催办")),
    Transition("working", "self_close", "self_closed", LOCAL, tr("自办结案")),
    Transition("review", "close", "closed", OFFICE | {"leader"}, tr("核查通过，结案")),
    Transition("review", "return", "working", OFFICE | {"leader"}, tr("核查不通过")),
    Transition("closed", "rate", "rated", ALL, tr("记居民评价")),
    Transition("closed", "return", "working", OFFICE | {"leader"}, tr("重新处置")),
    Transition("self_closed", "rate", "rated", ALL, tr("记居民评价")),
    Transition("self_closed", "return", "working", ALL, tr("重新处置")),
    Transition("returned", "report", "pending", LOCAL, tr("补充后再报")),
    Transition("returned", "work", "working", LOCAL, tr("改为自己处理")),
    Transition("returned", "self_close", "self_closed", LOCAL, tr("自办结案")),
    Transition("returned", "void", "void", LOCAL, tr("作废")),
)

_BY_STEP: Mapping[tuple[str, str], Transition] = {
    (one.state, one.action): one for one in TRANSITIONS
}


def allowed(state: str, role: str) -> list[Transition]:
    """What somebody in that role may do with an issue in that state, in form order."""
    return [one for one in TRANSITIONS if one.state == state and role in one.roles]


def transition(state: str, action: str) -> Transition | None:
    """Where `action` leads from `state`; None when it leads nowhere."""
    return _BY_STEP.get((state, action))
