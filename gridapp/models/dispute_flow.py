"""The states of a dispute and what may be done next: one table for form and county.

Registering, inquiries, sittings, agreement or failure with the other ways told,
follow-up visits, confirmation by the court: 人民调解法 Arts 23–33, domain.md §2.8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gridapp.language import tr

START = ""  # before the dispute was registered
MEDIATED = frozenset({"registered", "mediating"})  # the limit runs
KEPT = frozenset({"agreed", "performed"})  # an agreement is followed up


@dataclass(frozen=True)
class Step:
    """`act` takes a dispute from one state to the next."""

    state: str
    act: str
    next_state: str
    words: str  # on its chip; empty: it has its own button, or ends another act


STEPS: tuple[Step, ...] = (
    Step(START, "register", "registered", tr("登记纠纷")),
    Step("registered", "mediate", "mediating", tr("记调解")),
    Step("registered", "agree", "agreed", tr("达成协议")),
    Step("registered", "settle", "performed", ""),
    Step("registered", "fail", "failed", tr("没有调成")),
    Step("registered", "escalate", "registered", tr("上报")),
    Step("registered", "extend", "registered", tr("延长时限")),
    Step("registered", "withdraw", "closed", tr("撤回或终止")),
    Step("registered", "inquire", "registered", ""),
    Step("mediating", "mediate", "mediating", tr("记调解")),
    Step("mediating", "agree", "agreed", tr("达成协议")),
    Step("mediating", "settle", "performed", ""),
    Step("mediating", "fail", "failed", tr("没有调成")),
    Step("mediating", "escalate", "mediating", tr("上报")),
    Step("mediating", "extend", "mediating", tr("延长时限")),
    Step("mediating", "withdraw", "closed", tr("撤回或终止")),
    Step("mediating", "inquire", "mediating", ""),
    Step("agreed", "follow_up", "agreed", tr("记回访")),
    Step("agreed", "perform", "performed", tr("已全部履行")),
    Step("agreed", "confirm", "agreed", tr("司法确认")),
    Step("agreed", "reopen", "mediating", tr("重新调解")),
    Step("agreed", "fail", "failed", tr("没有履行")),
    Step("agreed", "escalate", "agreed", tr("上报")),
    Step("performed", "follow_up", "performed", tr("记回访")),
    Step("performed", "close", "closed", tr("结案归档")),
    Step("performed", "confirm", "performed", tr("司法确认")),
    Step("failed", "close", "closed", tr("结案归档")),
    Step("failed", "escalate", "failed", tr("上报")),
    Step("failed", "reopen", "mediating", tr("重新调解")),
    Step("closed", "reopen", "mediating", tr("重新调解")),
)

# What a dispute must say in a state: Art 26 (other ways told when it fails), Art 29
# (an agreement takes effect on a day and is written or oral).
NEEDED: Mapping[str, tuple[str, ...]] = {
    "agreed": ("agreement_form", "effective_on"),
    "performed": ("agreement_form", "effective_on"),
    "failed": ("other_ways_told",),
}

_BY_ACT: Mapping[tuple[str, str], Step] = {(one.state, one.act): one for one in STEPS}
_LEADS = frozenset((one.state, one.next_state) for one in STEPS)


def allowed(state: str) -> list[Step]:
    """What may be asked for in that state, in the order of a form."""
    return [one for one in STEPS if one.state == state and one.words]


def step(state: str, act: str) -> Step | None:
    """Where `act` leads from `state`; None when it leads nowhere."""
    return _BY_ACT.get((state, act))


def may_become(before: str, after: str) -> bool:
    """Whether one step leads from a state to another, or takes such a step back."""
    return before == after or (before, after) in _LEADS or (after, before) in _LEADS
