"""Decides for each row of a ledger what it comes to, against what the store holds."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from gridapp.errors import InvalidFields
from gridapp.models.record import Values, fields_of
from gridapp.office.ledgers.checks import check_together
from gridapp.office.ledgers.known import Door, Known, door_of, same_name
from gridapp.office.ledgers.parts import Parts
from gridapp.office.ledgers.people import (
    Resident,
    answered,
    changed_fields,
    choose_person,
    find_people,
    namesakes,
    person_values,
    question_match,
    shares_phone,
)
from gridapp.office.ledgers.places import Places
from gridapp.office.ledgers.problems import (
    ASK,
    ERROR,
    NEW,
    SAME,
    SKIP,
    UPDATE,
    problem,
)
from gridapp.office.ledgers.questions import KEEP, NEW_FILE, NO, YES, Answers
from gridapp.office.ledgers.rows import LedgerRow
from gridapp.office.ledgers.writes import Change, Writes
from gridapp.office.steps import Steps
from gridapp.store import records

_FIELDS = {one.name for one in fields_of(Resident)}
Said = Mapping[str, str]  # answer by question


@dataclass(frozen=True)
class Outcome:
    """What a row comes to. `row` is a copy with all remarks on it.

    said: what was answered to its questions. people: who may be meant, where several
    may. changes: what it adds to or alters in records that are there.
    """

    row: LedgerRow
    state: str
    said: Said
    people: tuple[Values, ...]
    changes: tuple[Change, ...]


class Planner:
    """Walks over the rows once; `writes` is what they come to."""

    def __init__(
        self, known: Known, today: dt.date, answers: Answers | None = None
    ) -> None:
        self.known, self.today = known, today
        self.answers = answers or Answers()
        self.writes = Writes(known)
        self.places = Places(known, self.writes)
        self._agreed_buildings: set[str] = set()
        self._people: tuple[Values, ...] = ()

    def plan(
        self,
        rows: Sequence[LedgerRow],
        dates: Mapping[str, dt.date],
        steps: Steps | None = None,
        elders: Collection[str] = (),
    ) -> list[Outcome]:
        """What each row comes to; the rows given are left as they are.

        dates: the day each sheet was filled in, by the sheet's name.
        steps: one is taken for each row. elders: sheets that list old people only.
        """
        own = [row.copy() for row in rows]
        check_together(own, self.today, self.known, elders)
        alone = any(row.values.get("tag.alone") for row in own)
        behind_door = _people_behind_doors(own if alone else ())
        given = self.answers.given
        self._agreed_buildings = {
            door_of(row.values).building
            for row in (own if given else ())
            if given.get((row.place, "Q_NEW_BUILDING")) == YES
        }
        parts = {
            name: Parts(
                self.known, self.writes, self.today, dates.get(name, self.today)
            )
            for name in {row.sheet for row in own}
        }
        states: list[Outcome] = []
        for row in (steps or Steps()).over(own):
            self._people = ()
            state = self._state(row, parts[row.sheet])
            said, told = self._said(row), self.writes.told()
            states.append(Outcome(row, state, said, self._people, told))
            if row.values.get("tag.alone"):
                door = door_of(row.values)
                self._check_alone(row, behind_door[door] if door.room else 0)
        return states

    def _state(self, row: LedgerRow, parts: Parts) -> str:
        if row.skipped is not None:
            return SKIP
        if row.errors or "name" not in row.values:
            if not row.errors:
                row.refuse("name", "S_NO_NAME")
            return ERROR
        resident = self._meant(row)
        if resident is None:
            number = row.values.get("id_number")
            if number is not None and number in self.known.binned:
                row.ask("id_number", "Q_DELETED")
            self._ask_building(row)
            return self._settled(row) or self._add(row, parts)
        question_match(self.known, row, resident)
        if row.errors:
            return ERROR
        upgraded = any(one.code == "W_ID_15_UPGRADED" for one in row.warnings)
        if upgraded and not self._adds_nothing(row, resident):
            row.ask("id_number", "Q_ID_UPGRADED")
        if resident["household_id"] is None or _moves(row, self._said(row)):
            self._ask_building(row)
        return self._settled(row) or self._change(row, parts, resident)

    def _meant(self, row: LedgerRow) -> Values | None:
        """The resident a row is about; None for a new one, or while that is asked."""
        answer = self.answers.of(row, "Q_SEVERAL")
        people = find_people(self.known, row)
        if people:
            self._people = tuple(people) if len(people) > 1 else ()
            return choose_person(row, people, answer)
        alike = namesakes(self.known, row)
        for (
            one
        ) in alike:  # two rows of one file are two people, but for their telephone
            if self.writes.is_new(one["id"]) and shares_phone(row, one):
                if not self.known.door(one).agrees(door_of(row.values)):
                    row.ask("door", "Q_TWO_DOORS")
                return one
            same_door = self.known.door(one) == door_of(row.values)
            if same_door and self._adds_nothing(row, one):
                return one  # the ledger that brought them, once more
        self._people = tuple(one for one in alike if not self.writes.is_new(one["id"]))
        return choose_person(row, self._people, answer, doubtful=True)

    def _ask_building(self, row: LedgerRow) -> None:
        """Ask whether a building nobody knows is new or another grid's; to say it of
        one row says it of the building."""
        asked = (row.place, "Q_NEW_BUILDING") in self.answers.given
        agreed = door_of(row.values).building in self._agreed_buildings
        if self.places.is_strange(row) and (asked or not agreed):
            row.ask("building.number", "Q_NEW_BUILDING")

    def _said(self, row: LedgerRow) -> dict[str, str]:
        """The answers to the row's questions, as far as there are any."""
        said = {q.code: self.answers.of(row, q.code) for q in row.questions}
        if "Q_SEVERAL" in said:
            people = (one["id"].hex for one in self._people)
            if said["Q_SEVERAL"] not in (NEW_FILE, NO, *people):
                del said["Q_SEVERAL"]  # who was chosen is not there any more
        return {code: answer for code, answer in said.items() if answer}

    def _settled(self, row: LedgerRow) -> str:
        """ASK while a question is open, SKIP when the row was declined, else ""."""
        said = self._said(row)
        if NO in said.values():
            row.warnings.insert(0, problem("", "S_DECLINED"))
            return SKIP
        return ASK if any(one.code not in said for one in row.questions) else ""

    def _add(self, row: LedgerRow, parts: Parts) -> str:
        values = answered(self._said(row), person_values(row))
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
        said = self._said(row)
        changes = answered(said, changed_fields(row, resident, said))
        if not self._allowed(row, resident | changes):
            return ERROR
        moved = _moves(row, said)
        home = resident["household_id"]
        if home is None or moved:
            home = self.places.home(row) or home
            if home != resident["household_id"]:
                changes["household_id"] = home
        changed = bool(changes)
        self.writes.change("resident", resident, changes)
        if home is not None and KEEP not in (
            said.get("Q_MOVED"),
            said.get("Q_TWO_DOORS"),
        ):  # else the row tells of another door
            changed = self.places.describe(row, home) or changed
        changed = parts.add(row, resident["id"]) or changed
        return UPDATE if changed else SAME

    def _adds_nothing(self, row: LedgerRow, resident: Values) -> bool:
        """Whether the row only repeats what is known, so that nothing is merged."""
        aside = Planner(self.known.around(resident), self.today)
        parts = Parts(aside.known, aside.writes, self.today, self.today)
        copy = aside.known.table("resident")[resident["id"]]
        return aside._change(row.copy(), parts, copy) == SAME

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


def _people_behind_doors(rows: Sequence[LedgerRow]) -> Counter[Door]:
    """How many people the rows put behind each door."""
    people = {
        (door_of(row.values), same_name(row.values.get("name", str(row.place))))
        for row in rows
        if row.skipped is None
    }
    return Counter(door for door, _ in people)


def _moves(row: LedgerRow, said: Said) -> bool:
    """Whether somebody said that the row's door is the new home."""
    asked = {one.code for one in row.questions} & {"Q_MOVED", "Q_TWO_DOORS"}
    return any(said.get(code) == YES for code in asked)
