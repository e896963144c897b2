"""GB/T 31000 as it is delivered: its items in its order, its codes, what is lacking."""

import datetime as dt

import openpyxl
import pytest

from gridapp.errors import UserError
from gridapp.models import Building, Dispute, Dwelling, Household, Resident
from gridapp.office.exporting.standard import export_standard
from gridapp.store import records
from gridapp.work.gbt31000 import TABLES
from tests.conftest import DISPUTE
from tests.office.test_export import MASKED, WHOLE
from tests.work.test_readiness import WHOLE as FILE
from tests.work.test_readiness import saved


def delivered(vault, model, ids, out, signature=WHOLE, **more):
    with vault.reading() as db:
        made = export_standard(db, model, ids, out, signature, **more)
    return made, openpyxl.load_workbook(out)


def row_of(sheet, number):
    return {head.value: sheet.cell(number, head.column) for head in sheet[1]}


def test_the_columns_are_the_items_in_their_order(vault, people, tmp_path):
    _, book = delivered(vault, Resident, [people.li], tmp_path / "a.xlsx")
    names = ["表12 户籍人口", "表13 流动人口", "表14 留守人员", "待补", "说明"]
    assert book.sheetnames == names
    for table in TABLES[:3]:
        sheet = book[names[table.number - 12]]
        assert [one.value for one in sheet[1]] == [one.heading for one in table.items]


def test_codes_stand_with_their_words_and_days_as_the_standard_writes_them(
    vault, people, tmp_path
):
    migrant = FILE | {
        "name": "王五",
        "resident_kind": "migrant",
        "inflow_reason": "01",
        "lodging_type": "02",
        "attention": False,
        "registered_on": dt.date(2026, 3, 1),
    }
    ids = [saved(vault, Resident, FILE), saved(vault, Resident, migrant)]
    made, book = delivered(vault, Resident, ids, tmp_path / "a.xlsx")
    assert made.rows == {"户籍人口": 1, "流动人口": 1, "留守人员": 0}
    assert made.lacking == 0
    local = row_of(book["表12 户籍人口"], 2)
    assert local["性别"].value == "2 女性"
    assert local["民族"].value == "01 汉族"
    assert local["出生日期"].value == "19440308"
    assert local["籍贯"].value == "990101"
    assert local["户号"].value == "000000123"
    number = local["公民身份号码"]
    assert (number.value, number.number_format) == (FILE["id_number"], "@")
    other = row_of(book["表13 流动人口"], 2)
    assert other["是否重点关注人员"].value == "0 否"
    assert other["流入原因"].value == "01 务工"
    assert other["登记日期"].value == "20260301"
    assert book["待补"].max_row == 1


def test_what_is_lacking_is_marked_and_listed(vault, people, tmp_path):
    made, book = delivered(
        vault, Resident, [people.li, people.zhang], tmp_path / "a.xlsx"
    )
    assert made.lacking == 2
    li = row_of(book["表12 户籍人口"], 2)
    assert li["民族"].value is None
    assert li["民族"].fill.fgColor.rgb == "FFFFE699"
    assert li["姓名"].fill.fgColor.rgb != "FFFFE699"
    assert li["宗教信仰"].fill.fgColor.rgb != "FFFFE699"  # not required
    lacking = row_of(book["待补"], 2)
    assert [lacking[one].value for one in ("表", "名称", "门牌或地点")] == [
        "户籍人口",
        "李桂英",
        "3-2-501",
    ]
    assert lacking["还缺几项"].value == len(lacking["缺哪些"].value.split("、"))
    assert "民族" in lacking["缺哪些"].value
    said = [one for _, one in book["说明"].iter_rows(values_only=True)]
    assert any(one.startswith("最常缺的：民族 2 条、籍贯 2 条、") for one in said)


def test_numbers_are_masked_without_a_purpose(vault, people, tmp_path):
    _, book = delivered(vault, Resident, [people.li], tmp_path / "a.xlsx", MASKED)
    li = row_of(book["表12 户籍人口"], 2)
    assert li["联系方式"].value == "138****0001"
    assert "19440308" not in li["公民身份号码"].value


def test_a_rented_door_and_a_dispute_have_tables_of_their_own(vault, people, tmp_path):
    with vault.writing() as tx:
        home = records.get(tx.db, Resident, people.zhang)["household_id"]
        door = records.get(tx.db, Household, home)["dwelling_id"]
        records.save(tx, Dwelling, {"tenure": "rent", "area_m2": 89.5}, door)
        dispute = records.save(tx, Dispute, DISPUTE)
        doors = records.ids(tx.db, Dwelling)
    made, book = delivered(vault, Dwelling, doors, tmp_path / "a.xlsx")
    assert made.rows == {"出租房": 1}  # of two doors
    rented = row_of(book["表16 出租房"], 2)
    assert rented["房屋编号"].value == "12-1-101"
    assert rented["承租人姓名"].value == "张德福"
    assert (rented["建筑面积"].value, rented["建筑面积"].data_type) == (89.5, "n")
    made, book = delivered(vault, Dispute, [dispute], tmp_path / "b.xlsx")
    written = row_of(book["表30 矛盾纠纷排查化解"], 2)
    assert written["事件类别"].value == "0201 用水排水通行通风采光"
    assert written["涉及人数"].value == 2
    assert book["待补"]["C2"].value == "3号楼"


def test_a_type_without_a_table_and_another_ending_are_said(vault, people, tmp_path):
    with pytest.raises(UserError, match="楼栋"):
        delivered(vault, Building, [people.building], tmp_path / "a.xlsx")
    with pytest.raises(UserError, match=r"\.xlsx"):
        delivered(vault, Resident, [people.li], tmp_path / "a.csv")
