"""Every record type, parents before children: the order of tables, sync and menus."""

from __future__ import annotations

from gridapp.models.attachment import Attachment
from gridapp.models.care import CarePlan, CareRound, Visit
from gridapp.models.dispute import (
    Dispute,
    DisputeInquiry,
    DisputeItem,
    DisputeParty,
    DisputeSession,
)
from gridapp.models.household import Contact, Household, Resident, ResidentTag
from gridapp.models.issue import Issue, IssueStep
from gridapp.models.patrol import Finding, Patrol, PatrolPoint, PatrolStop
from gridapp.models.place import Building, Dwelling, Grid, Worker
from gridapp.models.record import Record

RECORDS: tuple[type[Record], ...] = (
    Grid,
    Worker,
    Building,
    Dwelling,
    Household,
    Resident,
    ResidentTag,
    Contact,
    CarePlan,
    CareRound,
    Visit,
    PatrolPoint,
    Patrol,
    PatrolStop,
    Issue,
    Finding,
    IssueStep,
    Dispute,
    DisputeParty,
    DisputeInquiry,
    DisputeSession,
    DisputeItem,
    Attachment,
)
_BY_NAME: dict[str, type[Record]] = {model.__tablename__: model for model in RECORDS}


def record_named(name: str) -> type[Record]:
    """The record type of that table name; KeyError when there is none."""
    return _BY_NAME[name]
