"""What GB/T 31000 still asks of a file is said, item by item; domain.md §2.1."""

import pytest

from gridapp.models import (
    Building,
    Contact,
    Dispute,
    DisputeParty,
    Dwelling,
    Grid,
    Household,
    Resident,
    codes,
)
from gridapp.models.record import fields_of
from gridapp.store import records, state
from gridapp.work.gbt31000 import TABLES, tables_for
from gridapp.work.readiness import (
    answer,
    delivered,
    field_behind,
    incomplete,
    readiness,
)
from gridapp.work.standard_answers import subjects
from tests.conftest import DISPUTE, id_number

WHOLE = {
    "name": "李桂英",
    "id_number": id_number("1944-03-08", 122),
    "sex": "2",
    "born_on": "1944-03-08",
    "ethnicity": "01",
    "native_place": "990101",
    "marital_status": "30",
    "politics": "13",
    "education": "80",
    "occupation_kind": "80000",
    "occupation": "退休",
    "phones": ("13800000001",),
    "hukou_area": "990101",
    "hukou_address": "和顺里 3 号楼 2 单元 501",
    "current_area": "990101",
    "current_address": "和顺里 3 号楼 2 单元 501",
    "residence_match": "01",
    "household_number": "000000123",
    "relation": "02",
}


def of(vault, model, record_id):
    with vault.reading() as db:
        return readiness(db, model, [record_id]).get(record_id)


def saved(vault, model, values, record_id=None):
    with vault.writing() as tx:
        return records.save(tx, model, values, record_id)


@pytest.mark.parametrize(
    ("number", "items", "required"),
    [(12, 25, 19), (13, 26, 19), (14, 32, 22), (16, 16, 12), (30, 27, 21)],
)
def test_each_table_has_the_items_the_standard_numbers(number, items, required):
    table = next(one for one in TABLES if one.number == number)
    assert [one.number for one in table.items] == list(range(1, items + 1))
    assert sum(one.required for one in table.items) == required


def test_every_item_is_answered_by_fields_there_are_and_codes_of_the_same_table():
    for table in TABLES:
        for item in table.items:
            field = field_behind(item)
            if field is not None and item.codes:
                assert field.codes == item.codes, item.heading
            if item.codes:
                assert all(
                    len(one) <= item.length for one in codes.table(item.codes).codes
                )


def test_a_file_says_what_the_standard_still_asks_for(vault, people):
    li = of(vault, Resident, people.li)
    assert "公民身份号码" not in li.missing
    assert "联系方式" not in li.missing
    assert li.missing[:3] == ("民族", "籍贯", "婚姻状况")
    assert li.missing[-1] == "与户主关系"
    assert li.words.startswith(f"缺 {len(li.missing)} 项：民族、籍贯、婚姻状况、")
    assert not li.whole
    assert li.wanted == li.done + len(li.missing) == 19


def test_a_whole_file_misses_nothing(vault):
    one = saved(vault, Resident, WHOLE)
    found = of(vault, Resident, one)
    assert (found.done, found.wanted, found.words) == (19, 19, "齐全")
    assert found.whole


def test_no_is_an_answer_of_a_migrant(vault):
    migrant = WHOLE | {
        "resident_kind": "migrant",
        "inflow_reason": "01",
        "lodging_type": "02",
        "attention": False,
    }
    one = saved(vault, Resident, migrant)
    assert of(vault, Resident, one).whole
    saved(vault, Resident, {"attention": None}, one)
    assert of(vault, Resident, one).missing == ("是否重点关注人员",)


def test_what_has_not_the_standards_form_is_to_be_changed(vault):
    one = saved(vault, Resident, WHOLE | {"native_place": "山东", "born_on": "1944"})
    found = of(vault, Resident, one)
    assert found.missing == ()
    assert found.words == "要改：出生日期（要写到日）、籍贯（应是 6 位区划代码）"


def test_where_somebody_lives_is_not_asked_twice(vault, people):
    """The grid's own area code and the door answer for 现住地 and its address, and
    for where one is registered when 人户一致."""
    items = {one.heading: one for one in TABLES[0].items}

    def answers(person, *headings):
        with vault.reading() as db:
            [(_, found)] = subjects(db, Resident, [person])
        return [answer(items[one], found) for one in headings]

    home, hukou = ("现住地", "现住门（楼）详址"), ("户籍地", "户籍门（楼）详址")
    assert answers(people.li, *home) == ["990101", "3号楼2单元501"]
    assert answers(people.li, *hukou) == [None, None]
    saved(vault, Resident, {"residence_match": "01"}, people.li)
    assert answers(people.li, *hukou) == ["990101", "3号楼2单元501"]
    assert answers(people.gone, *home) == [None, None]
    with vault.writing() as tx:
        grid = state.default_grid(tx.db)
        records.save(tx, Grid, {"area_code": "990102 003004"}, grid)
        records.save(tx, Building, {"address": "和顺路 5 号院"}, people.building)
    assert answers(people.li, *home) == ["990102", "和顺路 5 号院3号楼2单元501"]


def test_those_left_behind_are_asked_for_the_main_member_of_their_family(vault, people):
    whole = {key: value for key, value in WHOLE.items() if key != "name"}
    saved(vault, Resident, whole | {"left_behind_kind": "01"}, people.li)
    found = of(vault, Resident, people.li)
    assert found.missing == ("家庭主要成员身份号码", "与留守人员关系")
    with vault.writing() as tx:
        [li] = records.filtered(tx.db, Contact, {"rank": 1})
        records.save(tx, Contact, {"relation": "女儿"}, li["id"])
        home = records.get(tx.db, Resident, people.li)["household_id"]
        number = id_number("1970-01-01", 124)
        values = {"name": "李芳", "household_id": home, "id_number": number}
        records.save(tx, Resident, values)
    assert of(vault, Resident, people.li).whole


def test_a_rented_door_is_asked_for_its_owner_and_its_tenant(vault, people):
    with vault.writing() as tx:
        home = records.get(tx.db, Resident, people.zhang)["household_id"]
        door = records.get(tx.db, Household, home)["dwelling_id"]
    assert of(vault, Dwelling, door) is None
    rented = {
        "tenure": "rent",
        "rent_use": "02",
        "hazards": ("01", "02"),
        "owner_name": "赵先生",
        "owner_document_type": "111",
        "owner_document": "99010119700101001X",
        "owner_phones": ("13800000009",),
        "owner_address": "和顺里 5 号楼",
    }
    saved(vault, Dwelling, rented, door)
    assert of(vault, Dwelling, door).missing == ("承租人联系方式",)
    with vault.reading() as db:
        [(_, found)] = subjects(db, Dwelling, [door])
        items = {one.heading: one for one in tables_for(Dwelling)[0].items}

        def written(heading, unmasked=True):
            item = items[heading]
            return delivered(item, answer(item, found), unmasked=unmasked)

        assert written("房屋编号") == "12-1-101"
        assert written("承租人姓名") == "张德福"
        assert written("隐患类型") == "01 火灾隐患,02 治安隐患"
        assert written("房主联系方式") == "13800000009"
        assert written("房主联系方式", unmasked=False) == "138****0009"
        assert "19700101" not in written("证件号码", unmasked=False)


def test_a_dispute_is_asked_for_its_main_party(vault):
    case = saved(vault, Dispute, DISPUTE)
    for name, main in (("张德福", None), ("李桂英", True)):
        party = {"dispute_id": case, "side": "applicant", "name": name, "main": main}
        saved(vault, DisputeParty, party)
    found = of(vault, Dispute, case)
    assert "事件名称" not in found.missing
    assert "主要当事人姓名" not in found.missing
    assert "主要当事人民族" in found.missing
    assert "化解组织" in found.missing
    with vault.reading() as db:
        [(_, subject)] = subjects(db, Dispute, [case])
    items = {one.heading: one for one in TABLES[-1].items}
    assert answer(items["主要当事人姓名"], subject) == "李桂英"
    day = items["发生日期"]
    assert delivered(day, answer(day, subject), unmasked=False) == "20261101"


def test_who_cannot_be_delivered_yet_is_found(vault, people):
    one = saved(vault, Resident, WHOLE)
    with vault.reading() as db:
        found = incomplete(db, Resident)
    assert one not in found
    assert people.li in found
    assert people.bin not in found


def test_every_declared_field_a_path_names_is_there():
    known = {one.name for one in fields_of(Resident)}
    for table in TABLES:
        for item in table.items:
            for path in item.paths:
                record, _, name = path.partition(".")
                if record in ("resident", "head", "tenant"):
                    assert name in known, path
