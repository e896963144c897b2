"""Who is in a dispute: taken over from the residents' files, or written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gridapp.errors import InvalidFields, UserError
from gridapp.language import tr
from gridapp.models import Dispute, DisputeParty, Resident, identity
from gridapp.models.record import Values
from gridapp.store import records
from gridapp.store.vault import Writing
from gridapp.work.visit_round import places

ID_CARD = "111"  # GA/T 517: 居民身份证
LEAST = 2  # parties of a dispute


def from_residents(
    db: Connection, ids: Iterable[UUID], day: dt.date
) -> dict[UUID, Values]:
    """What the papers say of these residents on `day`, so that nothing is typed twice.

    Without the side, which the dispute gives them. People who are gone are left out.
    """
    people = records.by_id(db, Resident, ids)
    homes = places(db, people.values())
    return {
        key: {
            "resident_id": key,
            "name": person["name"],
            "sex": person["sex"],
            "ethnicity": person["ethnicity"],
            "age": identity.age_on(person["born_on"], day),
            "education": person["education"],
            "document_type": ID_CARD if person["id_number"] else None,
            "document_number": person["id_number"],
            "occupation": person["occupation"] or person["workplace"],
            "phones": person["phones"],
            "address": homes[key].words or person["hukou_address"],
        }
        for key, person in people.items()
    }


def add_party(tx: Writing, dispute_id: UUID, values: Mapping[str, Any]) -> UUID:
    """Add somebody to a dispute; nobody who stands in the files is there twice."""
    dispute = records.get(tx.db, Dispute, dispute_id)
    if dispute is None:
        raise UserError(tr("这条矛盾纠纷已被删除，可以到回收站恢复后再办理"))
    others = records.filtered(tx.db, DisputeParty, {"dispute_id": dispute_id})
    resident = values.get("resident_id")
    if resident and any(one["resident_id"] == resident for one in others):
        raise InvalidFields({"name": tr("这位当事人已经在这件纠纷里了")})
    party_id = records.save(tx, DisputeParty, {**values, "dispute_id": dispute_id})
    _one_main(tx, others, values)
    if len(others) + 1 > dispute["people_count"]:
        records.save(tx, Dispute, {"people_count": len(others) + 1}, dispute_id)
    return party_id


def change_party(tx: Writing, party_id: UUID, values: Mapping[str, Any]) -> None:
    """Change what stands of a party."""
    party = _party(tx, party_id)
    siblings = records.filtered(
        tx.db, DisputeParty, {"dispute_id": party["dispute_id"]}
    )
    records.save(tx, DisputeParty, values, party_id)
    _one_main(tx, (one for one in siblings if one["id"] != party_id), values)


def drop_party(tx: Writing, party_id: UUID) -> None:
    """Take somebody out of a dispute that has more than two parties."""
    party = _party(tx, party_id)
    siblings = records.filtered(
        tx.db, DisputeParty, {"dispute_id": party["dispute_id"]}
    )
    if len(siblings) <= LEAST:
        raise UserError(tr("矛盾纠纷至少要有两方当事人，请先加上另一位再移出"))
    records.delete(tx, DisputeParty, party_id)


def _party(tx: Writing, party_id: UUID) -> Values:
    found = records.get(tx.db, DisputeParty, party_id)
    if found is None:
        raise UserError(tr("这位当事人已被移出，请刷新后再看"))
    return found


def _one_main(tx: Writing, others: Iterable[Values], values: Mapping[str, Any]) -> None:
    """There is one main party: the one that is marked now."""
    for one in others:
        if values.get("main") and one["main"]:
            records.save(tx, DisputeParty, {"main": False}, one["id"])
