"""Who goes into which row of a form, and which rows have to be put in for them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID

from gridapp.language import tr
from gridapp.models import Resident
from gridapp.models.cell import cell_text, plain
from gridapp.models.record import Values, table_of
from gridapp.office.filling.form import Form
from gridapp.office.filling.people import HEADS, PersonFacts
from gridapp.office.filling.table import Block, Table
from gridapp.store import agenda, records
from gridapp.store.database import Connection

if TYPE_CHECKING:
    from gridapp.office.filling.form_book import FormBook


@dataclass(frozen=True)
class Placing:
    """The row of each person, and the rows that come in first, in this order.

    inserted: above which row, and a copy of which row each is.
    """

    people: tuple[tuple[int, PersonFacts], ...]
    inserted: tuple[tuple[int, tuple[int, ...]], ...] = ()
    bare: bool = False  # there was no empty row to copy: only the look of another

    def after(self, row: int) -> int:
        """Where a row of the form is when the others have come in."""
        return _after(row, self.inserted)

    def grown(self, form: Form, sheet: str) -> FormBook:
        """The form with the rows put in."""
        book = form.book()
        for at, like in self.inserted:
            book.insert(sheet, at, like, bare=self.bare)
        return book


def placed(
    form: Form, table: Table, people: Sequence[PersonFacts], warnings: list[str]
) -> Placing:
    """Where these people stand: who is named already in that row, the others below."""
    named = _already(table, people, warnings)
    rest = [one for one in people if one.id not in {p.id for _, p in named}]
    groups = _groups(table, rest)
    blocks = list(table.blocks)
    room = form.book().form(table.sheet.name).may_grow
    if not room and len(groups) > len(blocks):
        left = sum(map(len, groups[len(blocks) :]))
        warnings.append(
            tr("这张表加了保护，不能加行：还有 {count} 人没有填进去", count=left)
        )
        groups = groups[: len(blocks)]
    return _laid_out(table, blocks, groups, named)


def _groups(table: Table, people: Sequence[PersonFacts]) -> list[list[PersonFacts]]:
    """One person a row; where the rows of a household are merged, one household a
    block, its head first."""
    if all(block.size == 1 for block in table.blocks):
        return [[one] for one in people]

    def home(person: PersonFacts) -> object:
        return person.stop.resident["household_id"] or person.id

    def rank(person: PersonFacts) -> tuple[bool, str]:
        relation = person.stop.resident["relation"] or ""
        return relation not in HEADS, relation or "99"

    return [sorted(group, key=rank) for _, group in groupby(people, home)]


def _laid_out(
    table: Table,
    blocks: Sequence[Block],
    groups: Sequence[Sequence[PersonFacts]],
    named: Sequence[tuple[int, PersonFacts]],
) -> Placing:
    """Give every group a block; new ones come in before the last."""
    more = max(0, len(groups) - len(blocks))
    inserted: list[tuple[int, tuple[int, ...]]] = []
    places = [block.first for block in blocks]
    if more and blocks:
        last = blocks[-1]
        model = blocks[-2] if len(blocks) > 1 else last
        inserted.append((last.first, tuple(model.rows) * more))
        places = [
            *places[:-1],
            *(last.first + model.size * n for n in range(more)),
            last.first + model.size * more,
        ]
    elif more:  # no empty row at all: below the headings
        places = list(range(table.end, table.end + more))
        inserted.append((table.end, (table.end - 1,) * more))
    sizes = [block.size for block in blocks[:-1]]
    sizes += [(blocks[-2:] or [Block(0)])[0].size] * more
    sizes += [block.size for block in blocks[-1:]]
    people = _within(places, sizes, groups, inserted)
    people += [(_after(row, inserted), person) for row, person in named]
    people.sort(key=lambda one: one[0])
    return Placing(tuple(people), tuple(inserted), bare=not blocks)


def _within(
    places: Sequence[int],
    sizes: Sequence[int],
    groups: Sequence[Sequence[PersonFacts]],
    inserted: list[tuple[int, tuple[int, ...]]],
) -> list[tuple[int, PersonFacts]]:
    """People into their blocks; a household larger than its block gets more rows."""
    found: list[tuple[int, PersonFacts]] = []
    pushed = 0
    for place, size, group in zip(places, sizes, groups, strict=False):
        first = place + pushed
        if len(group) > size:
            extra = len(group) - size
            at = first + size - 1
            inserted.append((at, (at,) * extra))
            pushed += extra
        found += [(first + n, person) for n, person in enumerate(group)]
    return found


def _after(row: int, inserted: Sequence[tuple[int, tuple[int, ...]]]) -> int:
    """Where a row is when the others have come in."""
    for at, like in inserted:
        row += len(like) if row >= at else 0
    return row


def people_named(db: Connection, table: Table) -> list[UUID]:
    """Whom the form names already, as far as they live here, in the form's order.

    Nobody for a name that several have.
    """
    c = table_of(Resident).c
    here = agenda.living_here(db)
    numbers = set(filter(None, (_number(table, row) for row in table.named)))
    names = {_same(name) for name in table.named.values()} | {*table.named.values()}
    rows = [
        *records.find(db, Resident, c.id_number.in_(numbers)),
        *records.find(db, Resident, c.name.in_(names)),
    ]
    known = {row["id"]: row for row in rows if row["id"] in here}
    found: dict[UUID, None] = {}
    for row, name in table.named.items():
        alike = _meant(table, row, name, known.values())
        if len(alike) == 1:
            found[alike[0]] = None
    return list(found)


def _already(
    table: Table, people: Sequence[PersonFacts], warnings: list[str]
) -> list[tuple[int, PersonFacts]]:
    """People whose names stand in the form already, where only one is meant."""
    found: list[tuple[int, PersonFacts]] = []
    strange: list[str] = []
    free = {one.id: one for one in people}
    by_number = sorted(table.named, key=lambda row: not _number(table, row))
    for row in by_number:  # first, so that no namesake takes their place
        name = table.named[row]
        residents = [one.stop.resident for one in free.values()]
        alike = _meant(table, row, name, residents)
        if len(alike) == 1:
            found.append((row, free.pop(alike[0])))
        else:
            strange.append(name)
    if strange:
        warnings.append(left_alone(strange))
    return found


def left_alone(names: Sequence[str]) -> str:
    """That these names in the form stay as they are, in a sentence."""
    return tr(
        "表里已经写着的 {count} 人不在所选的人里或有同名，没有改动：{names}",
        count=len(names),
        names=tr("、").join(names[:10]),
    )


def _meant(
    table: Table, row: int, name: str, residents: Iterable[Values]
) -> list[UUID]:
    """Whom a row of the form means: by ID number, else by name."""
    number = _number(table, row)
    people = list(residents)
    if number:
        return [one["id"] for one in people if one["id_number"] == number]
    return [one["id"] for one in people if _same(one["name"]) == _same(name)]


def _number(table: Table, row: int) -> str:
    """The ID number that stands in a row of the form."""
    for column, source in table.sources.items():
        if source == "id_number":
            return plain(cell_text(table.sheet.own(row, column)) or "").upper()
    return ""


def _same(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())
