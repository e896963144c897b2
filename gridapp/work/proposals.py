"""Giving everyone the care plans that the rules ask for and that they lack."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from gridapp.models import CarePlan, Resident, identity
from gridapp.models.record import Values
from gridapp.store import agenda, records
from gridapp.store.database import Connection
from gridapp.store.vault import Writing
from gridapp.work.plans import COLOURS, Proposal, defaults_for


def missing(db: Connection, day: dt.date) -> dict[UUID, list[Proposal]]:
    """By resident, the plans that the rules ask for on `day` and nobody has set.

    Only people who are alive and live here; whoever refused visits for good is left in
    peace (the ten-ministry opinion makes visits voluntary, domain.md §2.6).
    """
    here = agenda.living_here(db)
    tags = agenda.tags_on(db, day)
    marked = tags.keys() | agenda.coloured(db, COLOURS.keys())
    people = records.by_id(db, Resident, here & marked)
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


def by_rule(missing: Mapping[UUID, list[Proposal]]) -> dict[Proposal, list[UUID]]:
    """The same the other way round: by what is asked, whom it is asked for."""
    found: dict[Proposal, list[UUID]] = {}
    for key, asked in missing.items():
        for one in asked:
            found.setdefault(one, []).append(key)
    return found


def adopt(
    tx: Writing, day: dt.date, chosen: Mapping[UUID, list[Proposal]] | None = None
) -> int:
    """Set the plans that are missing, from `day` on; how many were set.

    All of them, or those of `chosen` that are still missing.
    """
    lacking = missing(tx.db, day)
    if chosen is not None:
        lacking = {
            key: [one for one in asked if one in chosen.get(key, ())]
            for key, asked in lacking.items()
        }
    rows: list[Values] = [
        {
            "resident_id": key,
            "way": one.way,
            "interval_days": one.interval_days,
            "reason": one.reason,
            "since": day,
        }
        for key, asked in lacking.items()
        for one in asked
    ]
    records.insert_many(tx, CarePlan, rows)
    return len(rows)
