"""Writes resources/samples: three ledgers of one invented estate, what an import of
them must report (expected.json), and a blank form.

    python scripts/make_samples.py [folder]

The same files come out each time. All people are invented; ID numbers bear 9901xx.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import sample_elders
import sample_form
import sample_rentals
import sample_residents
from sample_dirt import ASK, ERROR, WARN, Spoiled, spoil
from sample_elders import ElderLedger
from sample_estate import AS_OF, BUILDINGS, ESTATE, Household, Person, make_estate
from sample_rentals import RentalLedger
from sample_residents import ResidentLedger

SEED = 20260630
FIELDS = {"room": "dwelling.room", "door": "door"}  # importer's names of columns
Place = tuple[str, int]


@dataclass(frozen=True)
class Samples:
    """The estate and how each ledger shows it."""

    homes: list[Household]
    spoiled: dict[Person, Spoiled]
    residents: ResidentLedger
    elders: ElderLedger
    elders_spoiled: dict[Person, Spoiled]
    rentals: RentalLedger
    rentals_spoiled: dict[Person, Spoiled]

    @property
    def imported(self) -> set[Person]:
        """Whom the first ledger brings in."""
        return _passing([p for h in self.homes for p in h.people], self.spoiled)


def _passing(people: list[Person], spoiled: dict[Person, Spoiled]) -> set[Person]:
    return {
        person
        for person in people
        if person not in spoiled or spoiled[person].level not in (ERROR, ASK)
    }


def make(folder: Path) -> Samples:
    """Write the three ledgers and the blank form into `folder`."""
    homes = make_estate(SEED)
    spoiled = spoil(homes, Random(SEED + 1))
    residents = ResidentLedger(
        folder / sample_residents.NAME, spoiled, Random(SEED + 2)
    )
    residents.write(homes)
    known = _passing([p for h in homes for p in h.people], spoiled)
    elders = ElderLedger(homes, known, SEED + 3)
    elders_spoiled = elders.spoil(
        {p for p in known if "id_number" not in _expected(spoiled, p)}
    )
    elders.write(folder / sample_elders.NAME, elders_spoiled)
    rentals = RentalLedger(homes, known, SEED + 4)
    rentals_spoiled = rentals.spoil()
    rentals.write(folder / sample_rentals.NAME, rentals_spoiled)
    sample_form.write(folder / sample_form.NAME)
    return Samples(
        homes, spoiled, residents, elders, elders_spoiled, rentals, rentals_spoiled
    )


def _expected(spoiled: dict[Person, Spoiled], person: Person) -> dict[str, Any]:
    return spoiled[person].expect if person in spoiled else {}


def manifest(samples: Samples) -> dict[str, Any]:
    """What an import of the three files, one after the other, must come to."""
    people = [p for home in samples.homes for p in home.people]
    places = samples.residents.rows
    elder_rows = {p: (sample_elders.SHEET, n) for p, n in samples.elders.rows.items()}
    rental_rows = {
        p: (sample_rentals.SHEET, n) for p, n in samples.rentals.rows.items()
    }
    return {
        "estate": {
            "name": ESTATE,
            "as_of": AS_OF.isoformat(),
            "buildings": BUILDINGS,
            "households": len(samples.homes),
            "people": len(people),
        },
        "files": {
            sample_residents.NAME: {
                "rows": len(people) + len(samples.residents.repeated),
                "added": len(samples.imported),
                "repeated": [list(place) for place in samples.residents.repeated],
            }
            | _reports(samples.spoiled, places),
            sample_elders.NAME: {
                "rows": len(samples.elders.people),
                "struck": [samples.elders.rows[p] for p in samples.elders.struck],
                "tags": dict(sorted(_elder_tags(samples).items())),
                "contacts": sum(1 for p in _elders_in(samples) if p.child),
                "plans": sum(1 for p in _elders_in(samples) if p.visits_a_week),
            }
            | _reports(samples.elders_spoiled, elder_rows),
            sample_rentals.NAME: {
                "rows": len(samples.rentals.people),
                "flats": len({h.number for h, _ in _tenants_in(samples)}),
            }
            | _reports(samples.rentals_spoiled, rental_rows),
        },
    }


def _elders_in(samples: Samples) -> list[Person]:
    return [
        p
        for _, p in samples.elders.people
        if p not in samples.elders_spoiled and p not in samples.elders.struck
    ]


def _tenants_in(samples: Samples) -> list[tuple[Household, Person]]:
    return [
        (home, person)
        for home, person in samples.rentals.people
        if person not in samples.rentals_spoiled
    ]


def _elder_tags(samples: Samples) -> Counter[str]:
    return Counter(
        tag
        for person in _elders_in(samples)
        for tag in person.tags
        if tag in sample_elders.TAGS
    )


def _reports(
    spoiled: dict[Person, Spoiled], places: dict[Person, Place]
) -> dict[str, Any]:
    """The rows refused or asked about, and those with a warning."""
    lines = [(places[person], one) for person, one in spoiled.items() if one.code]
    lines.sort(key=lambda line: line[0])
    shown = [
        {
            "sheet": sheet,
            "row": row,
            "field": FIELDS.get(one.column, one.column),
            "code": one.code,
            "state": one.level,
        }
        for (sheet, row), one in lines
    ]
    return {
        "refused": [line for line in shown if line["state"] in (ERROR, ASK)],
        "warned": [line for line in shown if line["state"] == WARN],
    }


def main() -> None:
    here = Path(__file__).resolve().parent.parent
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else here / "resources" / "samples"
    folder.mkdir(parents=True, exist_ok=True)
    told = manifest(make(folder))
    text = json.dumps(told, ensure_ascii=False, indent=1)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")
    for name, file in told["files"].items():
        print(f"{name}: {file['rows']} 行，其中 {len(file['refused'])} 行应被挑出")


if __name__ == "__main__":
    main()
