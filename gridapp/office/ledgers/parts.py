"""What belongs to a resident and has records of its own: tags, contacts, visit plan."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from gridapp.models import record_named
from gridapp.models.record import Values, field_of
from gridapp.office.ledgers.known import Known, same_name
from gridapp.office.ledgers.rows import LedgerRow
from gridapp.office.ledgers.writes import Writes, merged

REASON = "台账导入"
WEEK, MONTH = 7, 30  # days


class Parts:
    """Adds to residents what a ledger says beside their own fields.

    as_of: the day the ledger was filled in, from which its tags hold.
    """

    def __init__(
        self, known: Known, writes: Writes, today: dt.date, as_of: dt.date
    ) -> None:
        self.known, self.writes = known, writes
        self.today, self.as_of = today, min(as_of, today)

    def add(self, row: LedgerRow, resident: UUID) -> bool:
        """Plan the row's tags, contacts and visits; whether anything is new."""
        changed = self._tags(row, resident)
        changed = self._contacts(row, resident) or changed
        return self._plan(row, resident) or changed

    def _tags(self, row: LedgerRow, resident: UUID) -> bool:
        wanted = dict.fromkeys(row.values.get("tags", ()), True)
        wanted |= {
            path[4:]: ticked
            for path, ticked in row.values.items()
            if path.startswith("tag.")
        }
        there = self.known.parts[("resident_tag", resident)]
        changed = False
        for tag, ticked in wanted.items():
            same = [one for one in there if one["tag"] == tag]
            held = any(one["until"] is None for one in same)
            if not ticked:
                if held and not self.writes.is_new(resident):
                    row.warn(f"tag.{tag}", "W_TAG_KEPT")
            elif any(one["until"] and one["until"] > self.as_of for one in same):
                row.warn(f"tag.{tag}", "W_TAG_ENDED")
            elif not held:
                reason = row.values.get(f"reason.{tag}")
                values: Values = {
                    "resident_id": resident,
                    "tag": tag,
                    "reason": f"{REASON}：{reason}" if reason else REASON,
                    "since": self.as_of,
                }
                self.writes.insert("resident_tag", values)
                changed = True
        return changed

    def _contacts(self, row: LedgerRow, resident: UUID) -> bool:
        slots: dict[str, Values] = {}
        for path, value in row.values.items():
            if path.startswith("contact."):
                record, _, field = path.rpartition(".")
                slots.setdefault(record, {})[field] = value
        for number, one in enumerate(row.values.get("contacts", ()), len(slots) + 1):
            slots[f"contact.{number}"] = one.values()
        changes = [
            self._contact(row, resident, slot, values)
            for slot, values in slots.items()
            if values.get("name") or values.get("phones")
        ]
        return any(changes)

    def _contact(
        self, row: LedgerRow, resident: UUID, slot: str, values: Values
    ) -> bool:
        there = self.known.parts[("contact", resident)]
        phones = set(values.get("phones") or ())
        name = same_name(values.get("name") or "")
        for one in there:
            if same_name(one["name"]) == name or phones & set(one["phones"] or ()):
                return self._fill(one, values)
        if not name:
            values["name"] = str(values.get("relation") or "家属")
            row.warn(f"{slot}.name", "W_CONTACT_NO_NAME")
            if any(one["name"] == values["name"] for one in there):
                return False
        rank = max((one["rank"] or 0 for one in there), default=0) + 1
        new = values | {"resident_id": resident, "rank": rank}
        self.writes.insert("contact", new)
        return True

    def _fill(self, contact: Values, values: Values) -> bool:
        model = record_named("contact")
        changes: dict[str, Any] = {}
        for field, value in values.items():
            old = contact[field]
            new = merged(field_of(model, field), old, value)
            if new != old and (old is None or field in ("phones", "note")):
                changes[field] = new
        self.writes.change("contact", contact, changes)
        return bool(changes)

    def _plan(self, row: LedgerRow, resident: UUID) -> bool:
        times, days = row.values.get("visits_a_week"), WEEK
        words = "每周"
        if times is None:
            times, days = row.values.get("visits_a_month"), MONTH
            words = "每月"
        if times is None:
            return False
        interval = max(1, round(days / times))
        for one in self.known.parts[("care_plan", resident)]:
            if one["way"] == "visit" and one["until"] is None:
                if one["interval_days"] != interval:
                    row.warn(
                        f"visits_a_{'week' if days == WEEK else 'month'}", "W_PLAN_KEPT"
                    )
                return False
        plan: Values = {
            "resident_id": resident,
            "way": "visit",
            "interval_days": interval,
            "reason": f"{REASON}：{words}走访 {times} 次",
            "since": self.today,
        }
        self.writes.insert("care_plan", plan)
        return True
