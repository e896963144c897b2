"""Decides for each row of a ledger what it comes to, against what the store holds."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from gridapp.errors import InvalidFields
from gridapp.models.record import Values, fields_of
from gridapp.office.ledger_checks import check_together
from gridapp.office.ledger_known import Known, door_of
from gridapp.office.ledger_parts import Parts
from gridapp.office.ledger_people import (
    Resident,
    answered,
    changed_fields,
    find_person,
    person_values,
    question_match,
)
from gridapp.office.ledger_places import Places
from gridapp.office.ledger_problems import ASK, ERROR, NEW, SAME, SKIP, UPDATE
from gridapp.office.ledger_rows import LedgerRow
from gridapp.office.ledger_writes import Writes
from gridapp.office.steps import Steps
from gridapp.store import records

Place = tuple[str, int]  # sheet and row
_FIELDS = {one.name for one in fields_of(Resident)}


class Planner:
    """Walks over the rows once; `writes` is what they come to.

    accepted: rows whose questions a person answered with yes.
    """

    def __init__(
        self, known: Known, today: dt.date, accepted: Collection[Place] = ()
    ) -> None:
        self.known, self.today, self.accepted = known, today, accepted
        self.writes = Writes(known)
        self.places = Places(known, self.writes)

    def plan(
        self,
        rows: Sequence[LedgerRow],
        dates: Mapping[str, dt.date],
        steps: Steps | None = None,
    ) -> list[tuple[LedgerRow, str]]:
        """Each row with its state; the rows given are left as they are.

        dates: the day each sheet was filled in, by the sheet's name.
        steps: one is taken for each row.
        """
        own = [_copy(row) for row in rows]
        check_together(own, self.today)
        behind_door = Counter(door_of(row.values) for row in own if row.skipped is None)
        states: list[tuple[LedgerRow, str]] = []
        for row in (steps or Steps()).over(own):
            parts = Parts(
                self.known, self.writes, self.today, dates.get(row.sheet, self.today)
            )
            states.append((row, self._state(row, parts)))
            if row.values.get("tag.alone"):
                self._check_alone(row, behind_door[door_of(row.values)])
        return states

    def _state(self, row: LedgerRow, parts: Parts) -> str:
        if row.skipped is not None:
            return SKIP
        if row.errors or "name" not in row.values:
            if not row.errors:
                row.refuse("name", "S_NO_NAME")
            return ERROR
        found = find_person(self.known, row)
        if found is None:
            number = row.values.get("id_number")
            if number is not None and number in self.known.binned:
                row.ask("id_number", "Q_DELETED")
            return self._settled(row) or self._add(row, parts)
        resident = self.known.table("resident")[found]
        question_match(self.known, row, resident)
        upgraded = any(one.code == "W_ID_15_UPGRADED" for one in row.warnings)
        if upgraded and not self._adds_nothing(row, resident):
            row.ask("id_number", "Q_ID_UPGRADED")
        return self._settled(row) or self._change(row, parts, resident)

    def _settled(self, row: LedgerRow) -> str:
        """ASK while a question is open, else ""."""
        said_yes = row.values.get("confirmed") or row.place in self.accepted
        several = any(one.code == "Q_SEVERAL" for one in row.questions)
        return ASK if several or (row.questions and not said_yes) else ""

    def _add(self, row: LedgerRow, parts: Parts) -> str:
        values = answered(row, person_values(row))
        if not self._allowed(row, values):
            return ERROR
        home = self.places.home(row)
        if home is None:
            row.warn("", "W_NO_DOOR")
        else:
            self.places.describe(row, home)
        resident = self.writes.insert("resident", values | {"household_id": home})
        parts.add(row, resident)
        return NEW

    def _change(self, row: LedgerRow, parts: Parts, resident: Values) -> str:
        changes = answered(row, changed_fields(row, resident))
        if not self._allowed(row, resident | changes):
            return ERROR
        moved = any(one.code == "Q_MOVED" for one in row.questions)
        home = resident["household_id"]
        if home is None or moved:
            home = self.places.home(row) or home
            if home != resident["household_id"]:
                changes["household_id"] = home
        changed = bool(changes)
        self.writes.change("resident", resident, changes)
        if home is not None:
            changed = self.places.describe(row, home) or changed
        changed = parts.add(row, resident["id"]) or changed
        return UPDATE if changed else SAME

    def _adds_nothing(self, row: LedgerRow, resident: Values) -> bool:
        """Whether the row only repeats what is known, so that nothing is merged."""
        aside = Planner(self.known.around(resident), self.today)
        parts = Parts(aside.known, aside.writes, self.today, self.today)
        copy = aside.known.table("resident")[resident["id"]]
        return aside._change(_copy(row), parts, copy) == SAME

    def _allowed(self, row: LedgerRow, values: Values) -> bool:
        """Whether the record keeps its own rules; else the row is refused."""
        own = {k: v for k, v in values.items() if k in _FIELDS}
        try:
            records.validated(Resident, own)
        except InvalidFields as error:
            for field, words in error.messages.items():
                row.refuse(field, "E_VALUE", words)
            return False
        return True

    def _check_alone(self, row: LedgerRow, written: int) -> None:
        found = self.known.residents_by_number.get(row.values.get("id_number", ""))
        home = self.known.table("resident")[found]["household_id"] if found else None
        others = len(self.known.members[home]) if home else 0
        if max(others, written) > 1:
            row.warn("tag.alone", "W_ALONE_WITH_OTHERS")


def _copy(row: LedgerRow) -> LedgerRow:
    return replace(
        row,
        values=dict(row.values),
        warnings=list(row.warnings),
        questions=list(row.questions),
        errors=list(row.errors),
    )
