"""居民登记表: one person's file on paper, in the order of GB/T 31000-2015.

What is not known is an empty field, to be filled in at the door and typed in later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from gridapp.language import tr
from gridapp.models import Grid, Resident
from gridapp.models.household import CARE, HUKOU, LIVING, MIGRANT, PERSON
from gridapp.models.record import fields_of
from gridapp.office.paper.document import Document
from gridapp.office.paper.flow import Block, split
from gridapp.office.paper.paper import Row
from gridapp.office.paper.target import Target
from gridapp.office.sheets.checked import Paper, print_checked
from gridapp.office.sheets.form_rows import (
    Pair,
    fields,
    heading,
    signatures,
    table,
    whole,
)
from gridapp.office.sheets.person_tables import Belongings, file_line
from gridapp.office.sheets.record_data import in_words
from gridapp.office.sheets.sheet import Order
from gridapp.office.sheets.visit_data import grid_words
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.store.residence import stays
from gridapp.work.people import Person, people
from gridapp.work.readiness import readiness
from gridapp.work.visit_round import places

TITLE = tr("居民登记表")
AT_ONCE = 200  # people read at a time
SECTIONS = (PERSON, LIVING, HUKOU, MIGRANT, CARE)
# Fields of the sections that are always printed which are shown only when filled.
ONLY_FILLED = frozenset(
    {
        "id_verified",
        "document_type",
        "document_number",
        "moved_on",
        "moved_to",
        "life_state",
        "died_on",
        "left_behind_kind",
        "care_colour_reason",
        "care_colour_review_on",
        "ability_standard",
        "ability_level",
        "ability_on",
        "ability_by",
    }
)


def resident_cards(db: Connection, order: Order, out: Target) -> int:
    """Write the cards of these people, each from a new page; the pages.

    Raises as `Sheet.draw` does.
    """
    here = set(records.ids(db, Resident))
    ids = [one for one in dict.fromkeys(order.ids) if one in here]
    papers = (
        paper
        for start in range(0, len(ids), AT_ONCE)
        for paper in _papers(db, ids[start : start + AT_ONCE], order)
    )
    nothing = tr("没有要打印的居民，请先选人。")
    return print_checked(papers, out, order.options, nothing, len(ids))


def _papers(db: Connection, ids: Sequence[UUID], order: Order) -> Iterator[Paper]:
    found = people(db, ids, order.day)
    rows = {key: one.values for key, one in found.items()}
    words = in_words(db, Resident, rows.values(), unmasked=order.unmasked)
    where = places(db, rows.values())
    ready = readiness(db, Resident, rows)
    grids = records.by_id(db, Grid, {row["grid_id"] for row in rows.values()})
    owned = Belongings(db, rows, order.day, unmasked=order.unmasked)
    for key in ids:
        person, grid = found[key], grid_words(grids[rows[key]["grid_id"]])
        lacking = ready[key].words if key in ready else ""
        document = Document(
            title=TITLE,
            line=file_line(person.name, person.aside, grid, person.values),
            grid=grid,
            blocks=(
                Block(tuple(_facts(person, words[key], where[key].words, owned))),
                *_tables(db, person, owned),
                Block(tuple(split(whole((tr("国标资料"), lacking))))),
                signatures(tr("本人或家属核对"), tr("登记人")),
            ),
            record_id=key,
        )
        yield Paper(document, person.name)


def _facts(
    person: Person, words: Mapping[str, str], door: str, owned: Belongings
) -> list[Row]:
    """The fields by section; a section that does not concern the person is left out."""
    rows: list[Row] = []
    for section in SECTIONS:
        pairs = _pairs(section, words)
        if not any(text for _, text in pairs) and not _asked(section, person, owned):
            continue
        if section == LIVING:
            pairs.insert(0, (tr("住址"), door))
        rows += [heading(section), *fields(pairs)]
    if words["note"]:
        rows += split(whole((tr("备注"), words["note"])))
    return rows


def _pairs(section: str, words: Mapping[str, str]) -> list[Pair]:
    return [
        (one.label, words[one.name])
        for one in fields_of(Resident)
        if one.section == section
        and (words[one.name] or one.name not in ONLY_FILLED)
        and one.name != "note"
    ]


def _asked(section: str, person: Person, owned: Belongings) -> bool:
    """Whether a section without a value is printed, to be filled in."""
    if section == MIGRANT:
        return person.values["resident_kind"] == "migrant"
    if section == CARE:
        return bool(person.tags) or owned.has_plan(person.id)
    return True


def _tables(db: Connection, person: Person, owned: Belongings) -> list[Block]:
    """Whom they live with, whom to call, what is owed and was done, earlier doors."""
    alone = {person.id: ""}
    blocks: list[Block] = []
    if person.household:
        rows = [
            (
                one.relation,
                one.name,
                tr("{age} 岁", age=one.age) if one.age is not None else "",
                one.state,
            )
            for one in person.household
        ]
        columns = (tr("与户主关系"), tr("姓名"), tr("年龄"), tr("现在"))
        title = tr("同户的人（{count}）", count=len(rows))
        blocks.append(table(title, columns, rows))
    blocks += owned.contacts(alone) + owned.tags(alone) + owned.plans(alone)
    blocks += owned.visits(alone) + owned.issues(alone)
    lived = stays(db, person.id)
    if len(lived) > 1:
        rows = [
            (
                one.door,
                f"{one.since.astimezone():%Y-%m-%d}" if one.since else tr("建档起"),
                f"{one.until.astimezone():%Y-%m-%d}" if one.until else tr("至今"),
            )
            for one in lived
        ]
        columns = (tr("住处"), tr("从"), tr("到"))
        blocks.append(table(tr("住过的地方"), columns, rows))
    return blocks
