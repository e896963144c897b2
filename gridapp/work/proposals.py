"""Giving everyone the care plans that the rules ask for and that they lack."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from gridapp.models import CarePlan, Resident, identity
from gridapp.models.record import Values
from gridapp.store import agenda, records
from gridapp.store.database import Connection
from gridapp.store.vault import Writing
from gridapp.work.plans import Proposal, defaults_for


def missing(db: Connection, day: dt.date) -> dict[UUID, list[Proposal]]:
    """By resident, the plans that the rules ask for on `day` and nobody has set.

    Only people who are alive and live here; whoever refused visits for good is left in
    peace (the ten-ministry opinion makes visits voluntary, domain.md §2.6).
    """
    here = agenda.living_here(db)
    tags = agenda.tags_on(db, day)
    people = records.by_id(db, Resident, here)
    have = {
        (plan["resident_id"], plan["way"])
        for plan in records.find(db, CarePlan)
        if plan["until"] is None or plan["until"] > day  # also one that begins later
    }
    found: dict[UUID, list[Proposal]] = {}
    for key, person in people.items():
        if person["care_consent"] == "refused_always":
            continue
        age = identity.age_on(person["born_on"], day)
        asked = defaults_for(tags.get(key, ()), age, person["care_colour"])
        lacking = [one for one in asked if (key, one.way) not in have]
        if lacking:
            found[key] = lacking
    return found


def adopt(tx: Writing, day: dt.date) -> int:
    """Set every plan that is missing, from `day` on; how many were set."""
    rows: list[Values] = [
        {
            "resident_id": key,
            "way": one.way,
            "interval_days": one.interval_days,
            "reason": one.reason,
            "since": day,
        }
        for key, proposals in missing(tx.db, day).items()
        for one in proposals
    ]
    records.insert_many(tx, CarePlan, rows)
    return len(rows)
