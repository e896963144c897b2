"""Mediation from registering to the follow-up visit, with the law's days.

人民调解法 Arts 25–33 and the limits in use, domain.md §2.8. What may be done in which
state stands in models/dispute_flow.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from gridapp.errors import InvalidFields, UserError
from gridapp.language import tr
from gridapp.models import (
    Dispute,
    DisputeInquiry,
    DisputeParty,
    DisputeSession,
    dispute_flow,
)
from gridapp.models.codes import table as code_table
from gridapp.models.record import Values
from gridapp.store import records
from gridapp.store.vault import Writing
from gridapp.work import limits

# The county's classification (GB/T 31000 5.56) to the one of judicial statistics; the
# longest code that fits counts, everything else is 其他. A proposal, domain.md §2.8.
MEDIATION_KINDS: Mapping[str, str] = {
    "01": "family",
    "02": "neighbour",
    "0402": "property",
    "0403": "homestead",
    "0502": "medical",
    "0503": "traffic",
    "0504": "environment",
    "05": "damages",
    "0601": "consumer",
    "06": "contract",
    "07": "labour",
    "0901": "woodland",
    "0902": "homestead",
    "0903": "woodland",
    "0904": "woodland",
    "1101": "demolition",
    "1102": "demolition",
    "1201": "village",
}
BY_PEOPLE = "0103"  # resolution_way: 人民调解
SETTLED = "06"  # resolution_way: the parties settled it between them
# What a new mediation begins without; the journal keeps what stood there.
_OF_AGREEMENT = (
    "succeeded",
    "other_ways_told",
    "agreement_form",
    "agreement_number",
    "agreement_facts",
    "agreement_text",
    "effective_on",
    "perform_way",
    "perform_by",
    "copies",
    "judicial_confirmed_on",
    "follow_up_on",
    "followed_up_on",
    "followed_up_by",
    "follow_up_way",
    "performed",
    "satisfaction",
    "lawsuit",
    "risks",
    "measures",
    "follow_up_note",
)


def mediation_kind(dispute_kind: str) -> str:
    """The kind of the judicial statistics for a kind of GB/T 31000 5.56."""
    for end in (4, 2):
        if dispute_kind[:end] in MEDIATION_KINDS:
            return MEDIATION_KINDS[dispute_kind[:end]]
    return "other"


def register_dispute(
    tx: Writing, values: Mapping[str, Any], parties: Sequence[Mapping[str, Any]]
) -> UUID:
    """Make a dispute with its parties; its id.

    Fills in the deadline (30 calendar days from acceptance unless the county says
    otherwise), the state and the kind of the judicial statistics. The first party is
    the main one unless another is marked.
    """
    if len(parties) < 2:
        raise InvalidFields({"parties": tr("矛盾纠纷至少要有两方当事人")})
    today = tx.at.astimezone().date()
    filled: Values = {
        "happened_on": today,
        "accepted_on": today,
        "state": "registered",
        "people_count": len(parties),
        "scale": "01",
        "resolution_way": BY_PEOPLE,
        **{name: value for name, value in values.items() if value is not None},
    }
    if "deadline" not in filled:
        allowance = limits.days(tx.db, limits.MEDIATION)
        filled["deadline"] = filled["accepted_on"] + dt.timedelta(days=allowance)
    if filled.get("dispute_kind"):
        filled.setdefault("mediation_kind", mediation_kind(filled["dispute_kind"]))
    dispute_id = records.save(tx, Dispute, filled)
    marked = any(party.get("main") for party in parties)
    rows: list[Values] = [
        {
            "side": "applicant" if number == 0 else "respondent",
            "main": number == 0 and not marked,
            **party,
            "dispute_id": dispute_id,
        }
        for number, party in enumerate(parties)
    ]
    records.insert_many(tx, DisputeParty, rows)
    return dispute_id


def hold_session(tx: Writing, dispute_id: UUID, values: Mapping[str, Any]) -> UUID:
    """Record one sitting; a dispute that was only registered is being mediated now."""
    dispute = _dispute(tx, dispute_id)
    after = _next_state(dispute, "mediate")
    session_id = records.save(
        tx, DisputeSession, {"held_at": tx.at, **values, "dispute_id": dispute_id}
    )
    records.save(tx, Dispute, {"state": after}, dispute_id)
    return session_id


def hold_inquiry(tx: Writing, dispute_id: UUID, values: Mapping[str, Any]) -> UUID:
    """Record what one person was asked about a dispute and answered."""
    dispute = _dispute(tx, dispute_id)
    _next_state(dispute, "inquire")
    return records.save(
        tx, DisputeInquiry, {"held_at": tx.at, **values, "dispute_id": dispute_id}
    )


def agree(
    tx: Writing,
    dispute_id: UUID,
    values: Mapping[str, Any],
    *,
    performed: bool = False,
) -> None:
    """Record that the parties agreed: 协议形式, 内容 and the days that follow from it.

    The agreement takes effect today unless `effective_on` says otherwise (Art 29); the
    follow-up visit is due 30 days later unless the county or the worker says otherwise.
    `performed`: they did on the spot what they agreed.
    """
    dispute = _dispute(tx, dispute_id)
    after = _next_state(dispute, "settle" if performed else "agree")
    filled: Values = {
        "effective_on": tx.at.astimezone().date(),
        "agreement_form": "written",
        **{name: value for name, value in values.items() if value is not None},
        "state": after,
        "succeeded": True,
    }
    if "follow_up_on" not in filled:
        allowance = limits.days(tx.db, limits.FOLLOW_UP)
        filled["follow_up_on"] = filled["effective_on"] + dt.timedelta(days=allowance)
    records.save(tx, Dispute, filled, dispute_id)


def fail(tx: Writing, dispute_id: UUID, other_ways_told: str, outcome: str) -> None:
    """Record that mediation failed and which other ways the parties were told of.

    Art 26: they must be told that they may go to arbitration, an administration or the
    court.
    """
    dispute = _dispute(tx, dispute_id)
    after = _next_state(dispute, "fail")
    changes: Values = {
        "state": after,
        "succeeded": False,
        "other_ways_told": other_ways_told.strip() or None,
        "outcome": _with_line(dispute["outcome"], outcome.strip()),
        "follow_up_on": None,
    }
    records.save(tx, Dispute, changes, dispute_id)


def follow_up(
    tx: Writing,
    dispute_id: UUID,
    note: str,
    on: dt.date,
    *,
    performed: bool,
    next_on: dt.date | None = None,
    answers: Mapping[str, Any] | None = None,
) -> None:
    """Record a follow-up visit: how the agreement is kept (Art 31).

    Earlier visits stay in the note, a line each; `answers` are the fields of 回访记录
    as of this one. Another visit is owed on `next_on`; without it nothing is owed any
    more.
    """
    if not note.strip():
        raise InvalidFields({"follow_up_note": tr("写一下协议履行得怎么样")})
    if next_on and next_on <= on:
        raise InvalidFields({"follow_up_on": tr("下次回访要在这次之后")})
    dispute = _dispute(tx, dispute_id)
    act = "perform" if performed and dispute["state"] == "agreed" else "follow_up"
    planned = dispute["follow_up_on"]
    earlier = dispute["follow_up_note"]
    line = f"{on} {note.strip()}" if earlier else note.strip()
    if earlier and dispute["followed_up_on"] and "\n" not in earlier:
        earlier = f"{dispute['followed_up_on']} {earlier}"
    changes: Values = {
        **(answers or {}),
        "state": _next_state(dispute, act),
        "followed_up_on": on,
        "follow_up_note": _with_line(earlier, line),
        "follow_up_on": next_on or (min(planned, on) if planned else None),
    }
    records.save(tx, Dispute, changes, dispute_id)


def confirm(tx: Writing, dispute_id: UUID, on: dt.date) -> None:
    """Record that the court confirmed the agreement (Art 33)."""
    dispute = _dispute(tx, dispute_id)
    _next_state(dispute, "confirm")
    if dispute["effective_on"] and on < dispute["effective_on"]:
        sentence = tr("司法确认不能早于协议生效日期 {day}", day=dispute["effective_on"])
        raise InvalidFields({"judicial_confirmed_on": sentence})
    records.save(tx, Dispute, {"judicial_confirmed_on": on}, dispute_id)


def extend(tx: Writing, dispute_id: UUID, until: dt.date, reason: str) -> None:
    """Give the mediation until another day, as both sides agreed."""
    dispute = _dispute(tx, dispute_id)
    _next_state(dispute, "extend")
    wrong: dict[str, str] = {}
    if until <= dispute["deadline"]:
        wrong["deadline"] = tr("新的时限要晚于 {day}", day=dispute["deadline"])
    if not reason.strip():
        wrong["reason"] = tr("写一下为什么要延长")
    if wrong:
        raise InvalidFields(wrong)
    line = tr(
        "{day} 双方同意延长到 {until}：{reason}",
        day=tx.at.astimezone().date(),
        until=until,
        reason=reason.strip(),
    )
    outcome = _with_line(dispute["outcome"], line)
    records.save(tx, Dispute, {"deadline": until, "outcome": outcome}, dispute_id)


def escalate(
    tx: Writing, dispute_id: UUID, to: str, on: dt.date, reason: str, measures: str = ""
) -> None:
    """Record a report to somebody above, or to the police where it may turn violent.

    Art 25: where a dispute may grow worse, measures are taken to prevent it; where it
    may become a public security or a criminal case, the police are told at once. The
    reports stay in the note on the risk, a line each.
    """
    dispute = _dispute(tx, dispute_id)
    _next_state(dispute, "escalate")
    wrong: dict[str, str] = {}
    if not to.strip():
        wrong["escalated_to"] = tr("选一下上报到哪里")
    if not reason.strip():
        wrong["reason"] = tr("写一下为什么上报")
    if wrong:
        raise InvalidFields(wrong)
    words = tr("{day} 上报{to}：{reason}", day=on, to=to.strip(), reason=reason.strip())
    if measures.strip():
        words += tr("；已采取：{measures}", measures=measures.strip())
    note = _with_line(dispute["risk_note"], words)
    records.save(
        tx, Dispute, {"escalated_to": to.strip(), "risk_note": note}, dispute_id
    )


def withdraw(tx: Writing, dispute_id: UUID, reason: str, *, settled: bool) -> None:
    """End a mediation that came to no agreement here; `settled`: by the parties."""
    dispute = _dispute(tx, dispute_id)
    if not reason.strip():
        raise InvalidFields({"reason": tr("写一下为什么终止")})
    changes: Values = {
        "state": _next_state(dispute, "withdraw"),
        "outcome": _with_line(dispute["outcome"], reason.strip()),
    }
    if settled:
        changes |= {"succeeded": True, "resolution_way": SETTLED}
    records.save(tx, Dispute, changes, dispute_id)


def close(tx: Writing, dispute_id: UUID, values: Mapping[str, Any], note: str) -> None:
    """Close the file; `values` say how its papers are bound: 卷号, 立卷人 and so on."""
    dispute = _dispute(tx, dispute_id)
    changes: Values = {
        "state": _next_state(dispute, "close"),
        **{name: value for name, value in values.items() if value is not None},
        "outcome": _with_line(dispute["outcome"], note.strip()),
    }
    records.save(tx, Dispute, changes, dispute_id)


def reopen(tx: Writing, dispute_id: UUID, reason: str, deadline: dt.date) -> None:
    """Mediate again: the agreement or failure before it stays in the journal."""
    dispute = _dispute(tx, dispute_id)
    if not reason.strip():
        raise InvalidFields({"reason": tr("写一下为什么重新调解")})
    day = tx.at.astimezone().date()
    line = tr("{day} 重新调解：{reason}", day=day, reason=reason.strip())
    changes: Values = {name: None for name in _OF_AGREEMENT}
    changes |= {
        "state": _next_state(dispute, "reopen"),
        "deadline": deadline,
        "resolution_way": BY_PEOPLE,
        "outcome": _with_line(dispute["outcome"], line),
    }
    records.save(tx, Dispute, changes, dispute_id)


def judicial_deadline(effective_on: dt.date) -> dt.date:
    """The last day both parties can ask the court to confirm (Art 33)."""
    return effective_on + dt.timedelta(days=limits.JUDICIAL_DAYS)


def follow_up_due(dispute: Mapping[str, Any]) -> dt.date | None:
    """The day a follow-up visit is owed, None when none is."""
    on, last = dispute["follow_up_on"], dispute["followed_up_on"]
    if dispute["state"] not in dispute_flow.KEPT or on is None:
        return None
    return on if last is None or last < on else None


def _dispute(tx: Writing, dispute_id: UUID) -> Values:
    found = records.get(tx.db, Dispute, dispute_id)
    if found is None:
        raise UserError(tr("这条矛盾纠纷已被删除，可以到回收站恢复后再办理"))
    return found


def _next_state(dispute: Values, act: str) -> str:
    found = dispute_flow.step(dispute["state"], act)
    if found is None:
        state = code_table("dispute_state").name(dispute["state"])
        raise UserError(
            tr("这件纠纷现在是“{state}”，这一步不能办，请刷新后再看", state=state)
        )
    return found.next_state


def _with_line(text: str | None, line: str) -> str | None:
    return "\n".join(filter(None, (text, line))) or None
