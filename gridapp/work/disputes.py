"""Mediation from registering to the follow-up visit, with the law's days.

人民调解法 Arts 29–33 and the limits in use, domain.md §2.8.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from gridapp.errors import InvalidFields, UserError
from gridapp.language import tr
from gridapp.models import Dispute, DisputeParty, DisputeSession
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
    session_id = records.save(
        tx, DisputeSession, {"held_at": tx.at, **values, "dispute_id": dispute_id}
    )
    if dispute["state"] == "registered":
        records.save(tx, Dispute, {"state": "mediating"}, dispute_id)
    return session_id


def agree(tx: Writing, dispute_id: UUID, values: Mapping[str, Any]) -> None:
    """Record that the parties agreed: 协议形式, 内容 and the days that follow from it.

    The agreement takes effect today unless `effective_on` says otherwise (Art 29); the
    follow-up visit is due 30 days later unless the county or the worker says otherwise.
    """
    _dispute(tx, dispute_id)
    filled: Values = {
        "effective_on": tx.at.astimezone().date(),
        "agreement_form": "written",
        **{name: value for name, value in values.items() if value is not None},
        "state": "agreed",
        "succeeded": True,
    }
    if "follow_up_on" not in filled:
        allowance = limits.days(tx.db, limits.FOLLOW_UP)
        filled["follow_up_on"] = filled["effective_on"] + dt.timedelta(days=allowance)
    records.save(tx, Dispute, filled, dispute_id)


def fail(tx: Writing, dispute_id: UUID, other_ways_told: str, outcome: str) -> None:
    """Record that mediation failed and which other ways the parties were told of."""
    _dispute(tx, dispute_id)
    records.save(
        tx,
        Dispute,
        {
            "state": "failed",
            "succeeded": False,
            "other_ways_told": other_ways_told.strip() or None,
            "outcome": outcome.strip() or None,
        },
        dispute_id,
    )


def follow_up(
    tx: Writing, dispute_id: UUID, note: str, on: dt.date, *, performed: bool
) -> None:
    """Record the follow-up visit: how the agreement is kept (Art 31)."""
    if not note.strip():
        raise InvalidFields({"follow_up_note": tr("写一下协议履行得怎么样")})
    state = _dispute(tx, dispute_id)["state"]
    records.save(
        tx,
        Dispute,
        {
            "followed_up_on": on,
            "follow_up_note": note.strip(),
            "state": "performed" if performed and state == "agreed" else state,
        },
        dispute_id,
    )


def judicial_deadline(effective_on: dt.date) -> dt.date:
    """The last day both parties can ask the court to confirm (Art 33)."""
    return effective_on + dt.timedelta(days=limits.JUDICIAL_DAYS)


def _dispute(tx: Writing, dispute_id: UUID) -> Values:
    found = records.get(tx.db, Dispute, dispute_id)
    if found is None:
        raise UserError(tr("这条矛盾纠纷已被删除，可以到回收站恢复后再办理"))
    return found
