"""The sample ledgers go into a real vault exactly as their manifest says."""

import datetime as dt
import json
import shutil
import sys
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from gridapp.errors import UserError
from gridapp.models import record_named
from gridapp.office.ledgers import ledger
from gridapp.office.ledgers.known import read_known
from gridapp.office.ledgers.problems import ASK, NEW, SAME, UPDATE
from gridapp.office.ledgers.returned import returned_workbook
from gridapp.paths import resources
from gridapp.store import records
from gridapp.store import vault as vaults
from gridapp.store.search import search
from tests.conftest import journal_rows

SAMPLES = resources() / "samples"
RESIDENTS, ELDERS, RENTALS = "居民台账.xlsx", "独居老人台账.xlsx", "出租房屋登记表.csv"
TODAY = dt.date(2026, 11, 23)
EXPECTED = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))["files"]


@pytest.fixture(scope="module")
def truth(tmp_path_factory):
    """The estate the ledgers were made of."""
    sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
    import make_samples

    return make_samples.make(tmp_path_factory.mktemp("truth"))


@pytest.fixture(scope="module")
def imported(vault_template, tmp_path_factory):
    """A vault with the three ledgers, and the plan and result of each."""
    template, key = vault_template
    folder = tmp_path_factory.mktemp("imported") / "vault"
    shutil.copytree(template, folder)
    store = vaults.open_with_key(folder, key)
    done = {}
    for name in (RESIDENTS, ELDERS, RENTALS):
        plan = ledger.plan_import(store, SAMPLES / name, today=TODAY)
        done[name] = plan, ledger.apply(store, plan)
    yield store, done
    store.close()


def all_of(store, name):
    with store.reading() as db:
        return records.find(db, record_named(name))


def reported(rows, kind):
    return {
        (row.sheet, row.row, one.field, one.code)
        for row in rows
        for one in getattr(row, kind)
    }


def listed(lines):
    return {(one["sheet"], one["row"], one["field"], one["code"]) for one in lines}


@pytest.mark.parametrize("name", [RESIDENTS, ELDERS, RENTALS])
def test_refused_rows_are_exactly_those_of_the_manifest(name, imported):
    plan, result = imported[1][name]
    wanted = EXPECTED[name]["refused"]
    assert reported(plan.refused, "errors") == listed(wanted)
    states = {(one["sheet"], one["row"]): one["state"] for one in wanted}
    assert {row.place: row.state for row in plan.refused} == states
    assert result.refused == len(wanted)


@pytest.mark.parametrize("name", [RESIDENTS, ELDERS, RENTALS])
def test_every_spoiled_cell_that_goes_in_is_reported(name, imported):
    plan, _ = imported[1][name]
    assert listed(EXPECTED[name]["warned"]) <= reported(plan.rows, "warnings")


def test_estate_has_the_buildings_households_and_people(imported):
    store, done = imported
    result = done[RESIDENTS][1]
    assert (result.buildings, result.households) == (67, 1758)
    assert result.added == EXPECTED[RESIDENTS]["added"]
    counts = {n: len(all_of(store, n)) for n in ("building", "dwelling", "household")}
    assert counts == {"building": 67, "dwelling": 1758, "household": 1758}
    assert len(all_of(store, "resident")) == result.added


def test_each_person_is_recorded_as_in_truth(imported, truth):
    store, _ = imported
    with store.reading() as db:
        known = read_known(db)
    elders = {p for _, p in truth.elders.people if p not in truth.elders_spoiled}
    elders -= set(truth.elders.struck)
    tenants = {p for _, p in truth.rentals.people if p not in truth.rentals_spoiled}
    went_in = truth.imported
    for home in truth.homes:
        for person in home.people:
            if person in went_in:
                both = person in elders or person in tenants
                check_person(known, home, person, truth.spoiled.get(person), both)


def check_person(known, home, person, spoiled, in_other_ledger):
    expect = spoiled.expect if spoiled else {}
    number = expect.get("id_number", person.id_number)
    if number is None and in_other_ledger:
        number = person.id_number  # the other ledger knew it
    found = known.residents_by_name[person.name.replace("·", "")]
    [row] = [one for one in found if one["id_number"] == number
             and one["born_on"] == person.birth.isoformat()]  # fmt: skip
    door = known.door(row)
    assert (door.building, door.unit, door.room) == (
        str(home.building),
        str(home.unit),
        home.room,
    )
    assert row["name"] == person.name
    assert row["sex"] == person.sex
    assert row["relation"] == person.relation
    assert row["ethnicity"] == person.ethnicity
    assert row["education"] == (person.education or None)
    assert row["marital_status"] == person.marital
    assert row["politics"] == person.politics
    assert row["resident_kind"] == person.kind
    phones = expect.get("phones", person.phones)
    assert set(phones) <= set(row["phones"] or ())
    if not in_other_ledger:
        assert (row["phones"] or ()) == tuple(phones)
    tags = {one["tag"] for one in known.parts[("resident_tag", row["id"])]}
    assert tags >= person.tags & {"low_income", "disability", "veteran", "chronic"}
    assert tags <= person.tags


def test_households_have_their_heads_numbers_and_tenure(imported, truth):
    store, _ = imported
    by_number = {one["number"]: one for one in all_of(store, "household")}
    dwellings = {one["id"]: one for one in all_of(store, "dwelling")}
    assert len(by_number) == len(truth.homes)
    for home in truth.homes:
        row = by_number[home.number]
        assert row["head_name"] == home.head.name
        assert dwellings[row["dwelling_id"]]["tenure"] == home.tenure


def test_second_ledger_adds_tags_contacts_and_plans_to_the_same_people(imported):
    store, done = imported
    result = done[ELDERS][1]
    wanted = EXPECTED[ELDERS]
    rows = wanted["rows"] - len(wanted["refused"]) - len(wanted["struck"])
    assert (result.added, result.updated) == (0, rows)
    elder_tags = Counter(
        one["tag"]
        for one in all_of(store, "resident_tag")
        if one["tag"] in ("alone", "empty_nest", "disabled_care", "aged")
    )
    told = {k: v for k, v in wanted["tags"].items() if k != "low_income"}
    assert elder_tags == told
    assert len(all_of(store, "contact")) == wanted["contacts"]
    plans = all_of(store, "care_plan")
    assert len(plans) == wanted["plans"]
    assert {plan["interval_days"] for plan in plans} == {7, 4, 2}


def test_tags_say_why_and_since_when(imported):
    store, _ = imported
    alone = [t for t in all_of(store, "resident_tag") if t["tag"] == "alone"]
    assert {(t["reason"], t["since"]) for t in alone} == {
        ("台账导入", dt.date(2026, 6, 30))
    }


def test_rental_register_fills_owner_and_tenant(imported, truth):
    store, done = imported
    assert done[RENTALS][1].added == 0
    owned = [d for d in all_of(store, "dwelling") if d["owner_name"]]
    assert len(owned) == EXPECTED[RENTALS]["flats"]
    people = {one["id_number"]: one for one in all_of(store, "resident")}
    for home, person in truth.rentals.people:
        if person in truth.rentals_spoiled:
            continue
        row = people[person.id_number]
        assert row["inflow_reason"] == truth.rentals.inflow[person]
        assert row["permit_number"] == f"JZ9901{person.id_number[-8:]}"
        assert home.owner.id_number in {d["owner_document"] for d in owned}


def test_struck_rows_are_left_out(imported):
    plan, _ = imported[1][ELDERS]
    struck = [row.row for row in plan.rows if "S_STRUCK" in
              {one.code for one in row.warnings}]  # fmt: skip
    assert struck == sorted(EXPECTED[ELDERS]["struck"])


def test_imported_people_are_found_by_pinyin_and_belong_to_one_batch(imported):
    store, done = imported
    with store.reading() as db:
        assert search(db, "张䶮")[0].title == "张䶮"
        assert any("尉迟" in hit.title for hit in search(db, "yuchi"))
        batches = db.exec_driver_sql(
            "SELECT DISTINCT batch FROM journal WHERE type = 'resident'"
            " AND action = 'insert'"
        ).all()
    assert batches == [(done[RESIDENTS][1].batch.hex,)]


@pytest.mark.parametrize("name", [RESIDENTS, ELDERS, RENTALS])
def test_import_again_changes_nothing(name, imported):
    store, done = imported
    with store.reading() as db:
        before = journal_rows(db)
    plan = ledger.plan_import(store, SAMPLES / name, today=TODAY)
    result = ledger.apply(store, plan)
    assert (result.added, result.updated) == (0, 0)
    assert result.unchanged == done[name][1].added + done[name][1].updated
    assert plan.records == 0
    with store.reading() as db:
        assert journal_rows(db) == before


def test_plan_writes_nothing(vault):
    with vault.reading() as db:
        before = journal_rows(db)
    plan = ledger.plan_import(vault, SAMPLES / RESIDENTS, today=TODAY)
    assert plan.count()[NEW] == EXPECTED[RESIDENTS]["added"]
    with vault.reading() as db:
        assert journal_rows(db) == before
    assert all_of(vault, "resident") == []


def test_cancelled_import_changes_nothing(vault, imported):
    plan, _ = imported[1][RESIDENTS]  # made when that vault was empty too
    seen = []
    with pytest.raises(UserError, match="已取消"):
        ledger.apply(
            vault, plan, lambda done, total: seen.append(done), lambda: len(seen) > 3
        )
    assert seen == sorted(seen)
    assert len(seen) == 4
    assert all_of(vault, "building") == []
    with vault.reading() as db:
        assert search(db, "张䶮") == []


def test_refused_rows_once_corrected_complete_the_estate(
    vault, imported, truth, tmp_path
):
    plan, _ = imported[1][RESIDENTS]
    ledger.apply(vault, plan)
    out = tmp_path / "需核对.xlsx"
    returned_workbook(plan, SAMPLES / RESIDENTS, out)
    people = {place: person for person, place in truth.residents.rows.items()}
    first = ledger.plan_import(vault, out, today=TODAY)
    correct(out, first, people, truth.spoiled, truth.homes)
    again = ledger.plan_import(vault, out, today=TODAY)
    assert again.refused == ()
    assert again.count()[SAME] == EXPECTED[RESIDENTS]["added"]
    assert ledger.apply(vault, again).added == len(EXPECTED[RESIDENTS]["refused"])
    assert len(all_of(vault, "resident")) == 3770
    assert len(all_of(vault, "household")) == 1758
    dead = [r["name"] for r in all_of(vault, "resident") if r["life_state"]]
    spoiled = truth.spoiled.items()
    assert sorted(dead) == sorted(p.name for p, s in spoiled if s.kind == "deceased")


def correct(path, plan, people, spoiled, homes):
    """Do in Excel what the returned ledger asks for."""
    book = openpyxl.load_workbook(path)
    refused = {row.place for row in plan.refused}
    for one in (each for each in plan.sheets if each.header):
        sheet = book[one.name]
        columns = {c.heading.split("/")[-1]: c.index + 1 for c in one.header.columns}
        columns |= {c.path: c.index + 1 for c in one.header.columns}
        for (name, row), person in people.items():
            if name != one.name or (name, row) not in refused:
                continue
            if spoiled[person].kind == "deceased":
                sheet.cell(row, columns["confirmed"]).value = "是"
                continue
            sheet.cell(row, columns["id_number"]).value = person.id_number
            sheet.cell(row, columns["name"]).value = person.name
            sheet.cell(row, columns["phones"]).value = "/".join(person.phones)
            sheet.cell(row, columns["education"]).value = None
            if spoiled[person].column == "room":
                room = next(h.room for h in homes if person in h.people)
                sheet.cell(row, columns["dwelling.room"]).value = room
    book.save(path)


def test_private_values_are_masked_in_json_unless_asked(imported):
    plan, _ = imported[1][RENTALS]
    shown = plan.as_json()["sheets"][0]
    assert shown["header_row"] == 3
    assert shown["columns"]["承租人身份证号码"] == "id_number"
    [first, *_] = shown["rows"]
    assert first["values"]["id_number"].startswith("990***")
    assert "****" in first["values"]["phones"][0]["num"]
    bare = plan.as_json(unmask=True)["sheets"][0]["rows"][0]["values"]
    assert bare["id_number"].startswith("9901")
    assert bare["registered_on"].startswith("2025-")
    json.dumps(plan.as_json(unmask=True), ensure_ascii=False)


def test_states_of_a_preview_are_those_of_the_result(imported):
    plan, result = imported[1][ELDERS]
    count = plan.count()
    assert (count[UPDATE], count[SAME]) == (result.updated, result.unchanged)
    assert count[ASK] > 0
    assert "需核对" in result.summary()


def test_dry_run_tells_how_far_it_is_and_stops_when_asked(vault):
    told = []
    source = SAMPLES / ELDERS
    ledger.plan_import(
        vault,
        source,
        today=TODAY,
        progress=lambda done, total: told.append((done, total)),
    )
    (last, total), *_ = reversed(told)
    assert last == total == max(total for _, total in told)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    with pytest.raises(UserError, match="已取消"):
        ledger.plan_import(vault, source, today=TODAY, cancelled=lambda: True)
