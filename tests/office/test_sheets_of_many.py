"""Sheets of many people, and of whatever people write."""

import datetime as dt
import shutil
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridapp.models import (
    Building,
    Contact,
    Dwelling,
    Grid,
    Household,
    Issue,
    Resident,
    ResidentTag,
)
from gridapp.office.sheets import SHEETS
from gridapp.office.sheets.emergency_card import PAGES
from gridapp.office.sheets.visit_data import from_records
from gridapp.store import records
from gridapp.store import vault as vaults
from gridapp.work.record_parts import BATCH
from tests.office.grid_estate import DAY, needs_poppler, packed, settle, text_of


def crowd(store, count, *, tags=(), buildings=7):
    """So many people, one behind each door, the doors not in walking order."""
    with store.writing() as tx:
        houses = [
            records.save(tx, Building, {"number": str(n + 1)}) for n in range(buildings)
        ]
        rooms = [
            {
                "building_id": houses[(i * 5) % buildings],
                "unit": str(1 + i * 3 % 4),
                "room": f"{1 + i * 7 % 11}0{1 + i % 3}",
            }
            for i in range(count)
        ]
        doors = records.insert_many(tx, Dwelling, rooms)
        homes = records.insert_many(
            tx, Household, [{"dwelling_id": one} for one in doors]
        )
        people = records.insert_many(
            tx,
            Resident,
            [
                {"name": f"住户{i:03}", "household_id": home, "born_on": "1950-01-01"}
                for i, home in enumerate(homes)
            ],
        )
        marks = [
            {"resident_id": one, "tag": tag, "since": dt.date(2026, 1, 1)}
            for one in people
            for tag in tags
        ]
        records.insert_many(tx, ResidentTag, marks)
    return people


def test_more_people_than_are_read_at_once_come_in_walking_order(vault):
    people = crowd(vault, BATCH + 20)
    with vault.reading() as db:
        sheets = from_records(db, people, DAY)
        half = from_records(db, people[: BATCH // 2], DAY)
    assert len(sheets) == len(people)
    some = [one.name for one in half]
    assert [one.name for one in sheets if one.name in set(some)] == some
    houses = [int(one.door.partition("号楼")[0]) for one in sheets]
    assert houses == sorted(houses)


@needs_poppler
def test_the_emergency_card_of_a_big_grid_is_one_sheet_and_forgets_nobody(
    vault, tmp_path
):
    weak = crowd(vault, 150, tags=("alone",))
    with vault.writing() as tx:
        for one in weak[:3]:
            mark = {"resident_id": one, "tag": "disabled_care", "since": DAY}
            records.save(tx, ResidentTag, mark)
            helper = {"resident_id": one, "name": "远亲", "relation": "侄子"}
            records.save(tx, Contact, helper)
    out = tmp_path / "card.pdf"
    with vault.reading() as db:
        pages = SHEETS["emergency-card"].draw(db, [], DAY, out)
    assert pages == PAGES
    text = packed(text_of(out))
    named = [i for i in range(150) if f"住户{i:03}" in text]
    assert {0, 1, 2} <= set(named)
    assert f"本卡写不下的还有{150 - len(named)}人" in text
    assert "“抬”要人抬或背3人" in text
    assert "“叫”要上门叫到147人" in text


@needs_poppler
def test_the_cards_of_the_buildings_name_everybody(vault, tmp_path):
    crowd(vault, 60, tags=("alone",), buildings=3)
    out = tmp_path / "cards.pdf"
    with vault.reading() as db:
        houses = [row["id"] for row in records.find(db, Building)]
        SHEETS["emergency-card"].draw(db, houses, DAY, out)
    text = packed(text_of(out))
    assert [i for i in range(60) if f"住户{i:03}" not in text] == []
    for number in (1, 2, 3):
        assert f"{number}号楼应急卡" in text
    assert "档案里没有、要补写的人" in text


@needs_poppler
def test_a_grid_without_weak_people_gets_a_card_to_write_on(vault, tmp_path):
    out = tmp_path / "card.pdf"
    with vault.reading() as db:
        assert SHEETS["emergency-card"].draw(db, [], DAY, out) == 1
    assert "知道的请写在这里" in packed(text_of(out))


BREAKS = 4  # pieces of a long text between which a page or a row may end
WRITTEN = st.text(
    st.sampled_from("老人家里燃气软管换了没有，。；：（“”）—…！？abcXYZ 019%℃\n"),
    min_size=1,
    max_size=900,
).filter(str.strip)  # blank is not filled in


@pytest.fixture(scope="module")
def kept(vault_template, tmp_path_factory):
    template, key = vault_template
    folder = tmp_path_factory.mktemp("texts") / "vault"
    shutil.copytree(template, folder)
    store = vaults.open_with_key(folder, key)
    yield store, settle(store)
    store.close()


@needs_poppler
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(note=WRITTEN, result=WRITTEN, place=WRITTEN)
def test_whatever_is_written_is_printed_whole(kept, tmp_path, note, result, place):
    store, estate = kept
    place = " ".join(place.split())[:200] or "路口"
    with store.writing() as tx:
        records.save(
            tx,
            Issue,
            {"description": note, "result": result, "place": place},
            estate.reported,
        )
        records.save(tx, Resident, {"illness": note, "difficulty": result}, estate.li)
    for name, one, texts in (
        ("issue-slip", estate.reported, (note, result, place)),
        ("resident-card", estate.li, (note, result)),
    ):
        out = tmp_path / f"{name}.pdf"
        with store.reading() as db:
            SHEETS[name].draw(db, [one], DAY, out)
        printed = packed(text_of(out))
        written = [packed(text) for text in texts]
        assert Counter("".join(written)) - Counter(printed) == Counter()
        for text in written:
            assert len(broken(text, printed)) <= BREAKS


def broken(text, printed, size=6):
    """The short pieces of a text that are not printed in one."""
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    return [piece for piece in pieces if piece not in printed]


LONG = "这一段话很长，写的人把前前后后都写上了。" * 190  # 3,800 characters
NAME = "阿卜杜热西提·买买提艾力·阿布都克热木·吐尔逊江·依明江"


@needs_poppler
def test_texts_of_any_length_go_on_and_stay_on_the_page(kept, tmp_path):
    store, estate = kept
    with store.writing() as tx:
        records.save(
            tx,
            Issue,
            {"description": LONG, "result": LONG, "closed_at": None},
            estate.found,
        )
        records.save(tx, Resident, {"name": NAME, "illness": LONG}, estate.li)
        values = {"name": "幸福里和美社区第十二网格（东区、原机械厂家属院片区）"}
        records.save(tx, Grid, values, estate.grid)
    for name, ids, day in (
        ("issue-slip", [estate.found], DAY),
        ("patrol-log", [], dt.date(2026, 11, 9)),
        ("resident-card", [estate.li], DAY),
        ("visit-sheet", [estate.li], DAY),
        ("call-list", [estate.li], DAY),
        ("emergency-card", [], DAY),
        ("month-ledger", [], DAY),
    ):
        out = tmp_path / f"{name}.pdf"
        with store.reading() as db:
            SHEETS[name].draw(db, ids, day, out)
        if name in ("issue-slip", "patrol-log", "resident-card"):
            assert packed(text_of(out)).count("写的人把前前后后都写上了") >= 185, name
        right, bottom = reach(out)
        assert right <= 210 - 14, name  # a full stop's box may stand in the margin
        assert bottom <= 297 - 4, name


def reach(pdf):
    """How far right and down any word on any page reaches, in millimetres."""
    words = [one.split('"') for one in text_of(pdf, "-bbox").splitlines()]
    edges = [(float(one[5]), float(one[7])) for one in words if "<word" in one[0]]
    return tuple(max(side) * 25.4 / 72 for side in zip(*edges, strict=True))
