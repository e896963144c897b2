"""How the page of each record type is laid out, where the type alone does not say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from gridapp.language import tr
from gridapp.models import Dispute, Patrol
from gridapp.models.record import Record, Values
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.store.vault import Writing
from gridapp.work import disputes, patrols

Choices = tuple[tuple[str, str], ...]
Add = Callable[[Writing, Values], UUID]
ENDED_DISPUTES = frozenset({"performed", "closed", "failed"})


@dataclass(frozen=True)
class Ledger:
    """One record type's list: columns, order, filters, and how a record begins."""

    model: type[Record]
    verb: str  # of the button that makes a new one
    icon: str
    columns: tuple[tuple[str, int], ...]  # field and width; 0 takes the room left
    order: str
    filters: Choices
    fits: Callable[[str, Values, dt.datetime], bool]
    defaults: Callable[[], Mapping[str, Any]]
    add: Add
    unasked: frozenset[str]  # fields a form does not ask: the flow sets them


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def _dispute_fits(key: str, row: Values, now: dt.datetime) -> bool:
    done = row["state"] in ENDED_DISPUTES
    if key == "late":
        return not done and row["deadline"] < now.astimezone().date()
    return {"open": not done, "done": done}.get(key, True)


def _patrol_fits(key: str, row: Values, now: dt.datetime) -> bool:
    return key == "all" or not row["nothing_found"]


def _add_dispute(tx: Writing, values: Values) -> UUID:
    return disputes.register_dispute(tx, values, [])


def _add_patrol(tx: Writing, values: Values) -> UUID:
    given = {name: value for name, value in values.items() if value is not None}
    return patrols.log_patrol(tx, given).patrol_id


WORK: Choices = (
    ("open", tr("待办")),
    ("late", tr("超期")),
    ("done", tr("已办")),
    ("all", tr("全部")),
)
LEDGERS: Mapping[str, Ledger] = {
    "dispute": Ledger(
        Dispute,
        tr("登记纠纷 F7"),
        "handshake",
        (
            ("name", 0),
            ("dispute_kind", 130),
            ("state", 90),
            ("place", 140),
            ("happened_on", 116),
            ("deadline", 116),
            ("follow_up_on", 116),
        ),
        "deadline",
        WORK,
        _dispute_fits,
        lambda: {
            "happened_on": _now().astimezone().date(),
            "accepted_on": _now().astimezone().date(),
            "state": "registered",
            "deadline": _now().astimezone().date() + dt.timedelta(days=30),
            "scale": "01",
            "people_count": 2,
        },
        _add_dispute,
        frozenset({"longitude", "latitude", "appraised_on", "appraisal"}),
    ),
    "patrol": Ledger(
        Patrol,
        tr("记巡查 F4"),
        "route",
        (
            ("started_at", 160),
            ("ended_at", 160),
            ("route", 180),
            ("nothing_found", 110),
            ("note", 0),
        ),
        "started_at",
        (("all", tr("全部")), ("found", tr("发现问题"))),
        _patrol_fits,
        lambda: {"started_at": _now()},
        _add_patrol,
        frozenset({"nothing_found"}),
    ),
}


def rows_for(db: Connection, ledger: Ledger) -> list[Values]:
    """Return every record of the list, newest first where it is a log."""
    newest = ledger.order == "started_at"
    return records.filtered(db, ledger.model, {}, order=ledger.order, descending=newest)
