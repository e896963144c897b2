"""Two files of one person become one: all that belonged to either belongs to it."""

import datetime as dt

import pytest

from gridapp.errors import UserError
from gridapp.models import (
    Attachment,
    CarePlan,
    Contact,
    DisputeParty,
    Household,
    Issue,
    Resident,
    ResidentTag,
    Visit,
)
from gridapp.models.record import field_of
from gridapp.store import records
from gridapp.store.undo import noted, take_back
from gridapp.work import disputes, flow, merging, recycle
from gridapp.work.plans import set_plan
from gridapp.work.visits import log_visit
from tests.conftest import at, id_number

DAY = dt.date(2026, 11, 20)
MODELS = (
    Resident,
    ResidentTag,
    Contact,
    CarePlan,
    Visit,
    Issue,
    DisputeParty,
    Attachment,
    Household,
)


@pytest.fixture
def twice(vault, people):
    """李桂英 once more, with a visit, an issue, a dispute, a photo and doubles."""
    with vault.writing() as tx:
        number = id_number("1944-03-08", 122)
        values = {"name": "李桂英", "id_number": number, "born_on": "1944-03-08"}
        other = records.save(tx, Resident, values | {"illness": "高血压"})
        begun = dt.date(2025, 6, 1)
        for tag in ("alone", "chronic"):
            tagged = {"resident_id": other, "tag": tag, "since": begun}
            records.save(tx, ResidentTag, tagged)
        daughter = {"name": "李芳", "phones": ("13800000002",)}
        neighbour = {"name": "宋立新", "phones": ("13800000009",)}
        for contact in (daughter, neighbour):
            records.save(tx, Contact, contact | {"resident_id": other})
        for who in (people.li, other):
            set_plan(tx, who, "visit", 7 if who == other else 30, "走访", DAY)
        log_visit(tx, other, {"started_at": at(DAY)})
        lamp = {"title_text": "路灯不亮", "category": "0401", "resident_id": other}
        flow.open_issue(tx, lamp, "work")
        leak = {"name": "漏水纠纷", "place": "3号楼", "dispute_kind": "0201"}
        leak |= {"summary": "楼上漏水", "happened_on": DAY}
        sides = [{"name": "李桂英", "resident_id": other}, {"name": "张德福"}]
        disputes.register_dispute(tx, leak, sides)
        photo = {"owner_type": "resident", "owner_id": other, "kind": "photo"}
        photo |= {"hash": "0" * 64, "media_type": "image/jpeg", "size": 1}
        records.save(tx, Attachment, photo)
    return people.li, other


def rows(vault, model, **equal):
    with vault.reading() as db:
        return records.filtered(db, model, equal)


def everything(vault):
    left_out = {"updated_at", "updated_by"}
    with vault.reading() as db:
        return {
            row["id"]: {k: v for k, v in row.items() if k not in left_out}
            for model in MODELS
            for row in records.find(db, model, deleted=True)
        }


def test_same_number_and_same_name_and_birth_are_proposed(vault, twice, people):
    with vault.writing() as tx:
        for number in (None, id_number("1951-05-01", 999)):
            values = {"name": "张德福", "born_on": "1951-05-01", "id_number": number}
            records.save(tx, Resident, values)
        records.save(tx, Resident, {"name": "张德福", "born_on": "1951"})
    with vault.reading() as db:
        found = merging.proposals(db)
    assert found[0] == (*sorted(twice), "身份证号相同")
    assert {why for _, _, why in found[1:]} == {"姓名和出生日期相同"}
    pairs = [{first, second} for first, second, _ in found]
    assert len(pairs) == 3  # two different numbers are two people: not the third pair
    with vault.writing() as tx:
        merging.keep_apart(tx, *twice)
        assert len(merging.proposals(tx.db)) == 2
        merging.propose_again(tx, *twice)
        assert len(merging.proposals(tx.db)) == 3


def test_comparison_proposes_what_is_there_and_what_is_newer(vault, twice):
    kept, other = twice
    with vault.writing() as tx:
        records.save(tx, Resident, {"care_consent": "willing"}, kept)
    with vault.writing() as tx:
        later = {"phones": ("13800000003",), "care_consent": "refused_always"}
        records.save(tx, Resident, later, other)
    with vault.reading() as db:
        found = merging.compare(db, kept, other)
        assert merging.compare(db, kept, kept) is None
    by_name = {one.field.name: one for one in found.differences}
    assert by_name["illness"].kept == "b"
    assert by_name["sex"].kept == "a"
    assert by_name["care_consent"].kept == "b"  # written later
    assert by_name["phones"].kept == "both"
    assert by_name["phones"].a == "138****0001"
    assert "id_number" not in by_name
    assert (found.door_a, found.door_b) == ("3-2-501", "")
    assert found.counts_b["visit"] == 1


def test_telephones_and_notes_of_both_are_kept_once():
    phones, note = field_of(Resident, "phones"), field_of(Resident, "note")
    assert merging.together(phones, ("1", "2"), ("2", "3")) == ("1", "2", "3")
    assert merging.together(note, "甲\n乙", "乙\n丙") == "甲\n乙\n丙"


def test_everything_moves_to_the_kept_file_and_nothing_is_lost(vault, twice):
    kept, other = twice
    before = everything(vault)
    with vault.writing() as tx:
        merging.merge(tx, kept, other, {"illness": "高血压"})
    assert set(everything(vault)) == set(before)
    for model, name in merging.pointing():
        assert rows(vault, model, **{name: other}) == []
    assert rows(vault, Resident, id=kept)[0]["illness"] == "高血压"
    assert len(rows(vault, Visit, resident_id=kept)) == 1
    assert len(rows(vault, Issue, resident_id=kept)) == 1
    assert len(rows(vault, DisputeParty, resident_id=kept)) == 1
    assert len(rows(vault, Attachment, owner_id=kept)) == 1
    names = [one["name"] for one in rows(vault, Contact, resident_id=kept)]
    assert sorted(names) == ["宋立新", "李强", "李芳"]
    tags = {
        one["tag"]: one["since"] for one in rows(vault, ResidentTag, resident_id=kept)
    }
    assert tags == {"alone": dt.date(2025, 6, 1), "chronic": dt.date(2025, 6, 1)}
    plans = rows(vault, CarePlan, resident_id=kept, until=None)
    assert [one["interval_days"] for one in plans] == [30]
    with vault.reading() as db:
        binned = recycle.bin_lines(db, at(DAY) + dt.timedelta(0))
    assert other in {one.id for one in binned}


def test_merging_is_undone_as_a_whole(vault, twice):
    before = everything(vault)
    with vault.writing() as tx:
        done = noted(tx, lambda tx: merging.merge(tx, *twice, {"illness": "高血压"}))
    with vault.writing() as tx:
        take_back(tx, done)
    assert everything(vault) == before


def test_head_of_a_household_that_the_other_file_left(vault, people):
    with vault.writing() as tx:
        home = records.get(tx.db, Resident, people.zhang)["household_id"]
        records.save(tx, Household, {"head_name": "张德福"}, home)
        values = {"name": "张德福", "born_on": "1951-05-01"}
        kept = records.save(tx, Resident, values)
        merging.merge(tx, kept, people.zhang, {"household_id": home})
    [row] = rows(vault, Resident, id=kept)
    assert (row["household_id"], row["relation"]) == (home, "02")
    assert rows(vault, Household, id=home)[0]["head_name"] == "张德福"


def test_merging_a_file_that_is_gone_says_so(vault, twice, people):
    for pair in ((people.li, people.li), (people.li, people.bin)):
        with pytest.raises(UserError, match="重新选择"), vault.writing() as tx:
            merging.merge(tx, *pair, {})
