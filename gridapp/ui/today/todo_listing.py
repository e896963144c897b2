"""The work list as a table for a file: who, where, why, how late, and their phone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as Keys
from typing import Any

from gridapp.language import tr
from gridapp.models import Resident
from gridapp.models.kinds import DATE, NUMBER, PHONES
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.ui.care.due_words import KINDS
from gridapp.work.due import Due
from gridapp.work.listing import Column, Listing, Row

COLUMNS = (
    Column("kind", tr("事项")),
    Column("who", tr("姓名或名称")),
    Column("age", tr("年龄"), NUMBER),
    Column("where", tr("门牌或地点")),
    Column("why", tr("为什么")),
    Column("due", tr("到期日"), DATE),
    Column("late", tr("逾期天数"), NUMBER),
    Column("phones", tr("联系方式"), PHONES),
)


def todo_listing(rows: Iterable[Due], narrowed: Sequence[str]) -> Listing:
    """Return what is due as a list to export, in its order."""
    title = tr("今日待办")
    return Listing("today", title, COLUMNS, tuple(rows), _read, tuple(narrowed))


def _read(db: Connection, some: Sequence[Any], keys: Keys[str]) -> Iterable[Row]:
    people = {due.resident_id for due in some if due.resident_id is not None}
    files = records.by_id(db, Resident, people) if "phones" in keys else {}
    for due in some:
        yield {
            "kind": KINDS[due.kind],
            "who": due.who,
            "age": due.age,
            "where": due.where,
            "why": due.why,
            "due": due.due,
            "late": due.late_days or None,
            "phones": files.get(due.resident_id, {}).get("phones"),
        }
