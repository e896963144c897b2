"""家庭户登记表: one household on paper: the door, who lives there, whom to call."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from gridapp.language import tr
from gridapp.models import Dwelling, Grid, Household, Resident
from gridapp.models.record import Record, Values, fields_of
from gridapp.office.paper.document import Document
from gridapp.office.paper.flow import Block, split
from gridapp.office.paper.paper import TEXT_WIDTH, Row
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
from gridapp.work.households import HouseholdFile, HouseMember, household
from gridapp.work.visit_round import Place

TITLE = tr("家庭户登记表")
MEMBERS = (21.5, 24.0, 18.5, 37.0, 33.0)  # widths of the columns, mm; tags: the rest
OF_HOUSEHOLD = (
    "head_name",
    "number",
    "phones",
    "moved_in_on",
    "moved_out_on",
    "verified_on",
)
OF_DOOR = (
    "tenure",
    "use",
    "area_m2",
    "owner_name",
    "owner_phones",
    "owner_address",
    "rent_use",
    "hazards",
)


def household_cards(db: Connection, order: Order, out: Target) -> int:
    """Write the cards of these households, each from a new page; the pages.

    Raises as `Sheet.draw` does.
    """
    found = (household(db, one, order.day) for one in dict.fromkeys(order.ids))
    files = [one for one in found if one is not None]
    grids = records.by_id(db, Grid, {one.values["grid_id"] for one in files})
    members = [one.values for file in files for one in file.members]
    people = in_words(db, Resident, members, unmasked=order.unmasked)
    owned = Belongings(
        db, (one["id"] for one in members), order.day, unmasked=order.unmasked
    )
    papers: list[Paper] = []
    for file in files:
        grid = grid_words(grids[file.values["grid_id"]])
        names = {one.id: one.name for one in file.here}
        document = Document(
            title=TITLE,
            line=file_line(file.name, file.door, grid, file.values),
            grid=grid,
            blocks=(
                Block(tuple(_facts(db, file, order))),
                *_members(file, people),
                *owned.contacts(names),
                *owned.plans(names),
                *owned.visits(names),
                *owned.issues(names),
                *_gone(file.gone, people),
                signatures(tr("户主或家属核对"), tr("登记人")),
            ),
            record_id=file.id,
        )
        papers.append(Paper(document, file.name))
    nothing = tr("没有要打印的家庭户，请先选户。")
    return print_checked(papers, out, order.options, nothing)


def _facts(db: Connection, file: HouseholdFile, order: Order) -> list[Row]:
    def told(model: type[Record], row: Values, names: tuple[str, ...]) -> list[Pair]:
        words = in_words(db, model, [row], unmasked=order.unmasked)[row["id"]]
        labels = {one.name: one.label for one in fields_of(model)}
        notes.extend(filter(None, (words["note"],)))
        return [(labels[name], words[name]) for name in names]

    notes: list[str] = []
    place = Place(file.building, file.dwelling, "").words
    people = tr("住 {count} 人", count=len(file.here))
    if file.others:
        others = tr("同一门里还有 {count} 户", count=len(file.others))
        people = tr("{people}，{others}", people=people, others=others)
    rows = [
        heading(tr("户")),
        *fields([(tr("住址"), place), (tr("人口"), people)]),
        *fields(told(Household, file.values, OF_HOUSEHOLD)),
        heading(tr("房屋")),
        *fields(told(Dwelling, file.dwelling, OF_DOOR)),
    ]
    if notes:
        rows += split(whole((tr("备注"), "\n".join(notes))))
    return rows


def _members(
    file: HouseholdFile, people: Mapping[UUID, Mapping[str, str]]
) -> list[Block]:
    """Who lives there, the head first; with room for one more."""
    rows = [
        (
            one.relation,
            one.name,
            one.aside,
            people[one.id]["id_number"],
            people[one.id]["phones"],
            tr("、").join((*one.tag_words, *filter(None, (one.state,)))),
        )
        for one in file.here
    ]
    rows.append(("", "", "", "", "", ""))
    columns = (
        tr("与户主关系"),
        tr("姓名"),
        tr("性别年龄"),
        tr("公民身份号码"),
        tr("联系方式"),
        tr("标签"),
    )
    title = tr("家里的人（{count}）", count=len(file.here))
    return [table(title, columns, rows, (*MEMBERS, TEXT_WIDTH - sum(MEMBERS)))]


def _gone(
    gone: tuple[HouseMember, ...], people: Mapping[UUID, Mapping[str, str]]
) -> list[Block]:
    """Who moved out or died."""
    rows = [
        (
            one.name,
            one.relation,
            one.state,
            people[one.id]["died_on"] or people[one.id]["moved_on"],
            people[one.id]["moved_to"],
        )
        for one in gone
    ]
    if not rows:
        return []
    columns = (tr("姓名"), tr("与户主关系"), tr("现在"), tr("日期"), tr("去了哪里"))
    return [table(tr("已离开的人"), columns, rows)]
