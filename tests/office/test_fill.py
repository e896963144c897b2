"""A town's blank form comes back filled in, looking exactly as it did."""

from __future__ import annotations

import datetime as dt
import io
import random
import zipfile
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from gridapp.errors import UserError
from gridapp.models import (
    Building,
    CarePlan,
    Dwelling,
    Household,
    Resident,
    ResidentTag,
    Visit,
)
from gridapp.office.filling import choices as fill_choices
from gridapp.office.filling import fill
from gridapp.office.filling.form import Form
from gridapp.office.ledgers import ledger
from gridapp.store import records
from gridapp.work.choosing import HERE, chosen
from gridapp.work.purpose import signed
from tests.conftest import at, id_number
from tests.office import forms


@pytest.fixture
def estate(vault, people):
    """The six people of the tests, and twelve more who live alone in 5号楼."""
    with vault.writing() as tx:
        house = records.save(tx, Building, {"number": "5", "estate": "和顺里"})
        for number in range(1, 13):
            room = {"building_id": house, "unit": "1", "room": f"{number}01"}
            home = records.save(tx, Dwelling, room)
            home = records.save(tx, Household, {"dwelling_id": home})
            birth = f"{1930 + number}-0{number % 9 + 1}-15"
            person = {
                "name": "赵" + "一二三四五六七八九十百千"[number - 1],
                "sex": str(number % 2 + 1),
                "born_on": birth,
                "id_number": id_number(birth, 121 + number % 2),
                "phones": (f"138000001{number:02}",) if number % 5 else None,
                "household_id": home,
                "relation": "02",
            }
            who = records.save(tx, Resident, person)
            tag = {"resident_id": who, "tag": "alone", "since": dt.date(2026, 1, 1)}
            records.save(tx, ResidentTag, tag)
    return vault


@pytest.fixture
def filled(estate, today, tmp_path):
    """Fill a form for whom the conditions choose; the plan and where the file is."""

    def call(path, *conditions, unmasked=True, columns=None, sheet="", out=None):
        out = out or tmp_path / f"filled-{path.name}"
        with estate.reading() as db:
            ids = chosen(db, Resident, [*conditions, HERE], today)
            form = Form(path)
            table = fill_choices.understood(db, form, sheet, columns)
            plan = fill.plan_fill(db, form, table, ids, today, unmasked=unmasked)
            why = "报街道民政办摸底" if unmasked else ""
            signature = replace(signed(db), purpose=why)
        fill.write_fill(plan, out, signature)
        return plan, out

    return call


def values(path, sheet=None):
    book = openpyxl.load_workbook(path)
    page = book[sheet] if sheet else book.active
    return [list(row) for row in page.iter_rows(values_only=True)]


def parts(path):
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


def touched(before, after):
    """Names of the parts that are not the same bytes."""
    old, new = parts(before), parts(after)
    return {name for name in old | new if old.get(name) != new.get(name)}


def looks(path, sheet, rows):
    """How cells look: everything of their style, by place."""
    page = openpyxl.load_workbook(path)[sheet]
    return [
        [
            repr((c.font, c.fill, c.border, c.alignment, c.protection, c.number_format))
            for c in page[row]
        ]
        for row in rows
    ]


def test_whom_the_conditions_choose_stand_in_the_form_in_walking_order(
    filled, tmp_path
):
    form = forms.elders(tmp_path / "高龄独居老人摸底表.xlsx", rows=5)
    plan, out = filled(form, "tag=独居", "age>=82", "building=3,5")
    rows = values(out, "摸底表")[3:]
    assert plan.as_json()["rows"] == 13
    assert rows[0][:5] == [1, "李桂英", "女", 82, id_number("1944-03-08", 122)]
    assert rows[0][5:9] == ["13800000001", "3号楼2单元501室", "是", "13800000002"]
    assert [row[0] for row in rows[:13]] == list(range(1, 14))
    assert [row[1] for row in rows[1:4]] == ["赵一", "赵二", "赵三"]
    assert rows[1][6] == "和顺里5号楼1单元101室"
    assert [row[0] for row in rows[13:]] == [
        "合计",
        "填表人：          审核人：          联系电话：",
    ]


def test_rows_put_in_stretch_totals_lists_formats_and_the_print_area(filled, tmp_path):
    form = forms.elders(tmp_path / "摸底.xlsx", rows=5)
    _, out = filled(form, "tag=独居")  # 13 people, 8 rows more
    book = openpyxl.load_workbook(out)
    page = book["摸底表"]
    assert page["B17"].value == "=COUNTA(B4:B16)"
    assert page["D17"].value == "=IFERROR(AVERAGE(D4:D16),0)"
    assert {str(one) for one in page.merged_cells.ranges} == {
        "A1:J1",
        "A2:J2",
        "A18:J18",
    }
    lists = {str(one.sqref) for one in page.data_validations.dataValidation}
    assert lists == {"C4:C16", "H4:H16"}
    assert [str(one.sqref) for one in page.conditional_formatting] == ["A4:J16"]
    assert (page.print_area, page.print_title_rows) == ("'摸底表'!$A$1:$J$18", "$1:$3")
    assert (page.freeze_panes, page.oddFooter.center.text) == (
        "C4",
        "第 &P 页 共 &N 页",
    )
    assert page.column_dimensions["E"].width == 22
    assert book["汇总"]["B1"].value == "=摸底表!B17"
    assert book["汇总"]["B2"].value == "=MAX('摸底表'!$D$4:$D$16)"
    assert book.defined_names["人数"].attr_text == "摸底表!$B$17"


def test_every_cell_looks_as_it_did(filled, tmp_path):
    form = forms.elders(tmp_path / "摸底.xlsx", rows=5)
    _, out = filled(form, "tag=独居")
    assert looks(out, "摸底表", (1, 2, 3)) == looks(form, "摸底表", (1, 2, 3))
    assert looks(out, "摸底表", (17, 18)) == looks(form, "摸底表", (9, 10))
    [empty] = looks(form, "摸底表", (4,))
    assert all(row == empty for row in looks(out, "摸底表", range(4, 17)))


def test_the_form_itself_is_never_changed_nor_written_over(filled, tmp_path):
    form = forms.elders(tmp_path / "摸底.xlsx")
    before = form.read_bytes()
    plan, _ = filled(form, "tag=独居")
    assert form.read_bytes() == before
    with pytest.raises(UserError, match="不能写在原来的空表上"):
        fill.write_fill(plan, form, None)
    assert form.read_bytes() == before


def test_fewer_people_than_rows_leave_the_rest_empty(filled, tmp_path):
    form = forms.elders(tmp_path / "摸底.xlsx", rows=5)
    plan, out = filled(form, "building=3")
    assert touched(form, out) == {
        "xl/worksheets/sheet1.xml",
        "docProps/core.xml",
        "xl/workbook.xml",
        "xl/worksheets/sheet2.xml",
    }
    assert values(out, "摸底表")[4] == [2, *[None] * 9]
    assert plan.missing == {}


def test_numbers_are_text_and_ages_are_numbers_for_pandas(filled, tmp_path):
    _, out = filled(forms.elders(tmp_path / "摸底.xlsx"), "tag=独居")
    table = pd.read_excel(out, header=2, nrows=13, dtype=object, engine="openpyxl")
    numbers = table["身份证\n号码"]
    assert all(isinstance(one, str) and len(one) == 18 for one in numbers)
    assert table["年龄"].map(type).eq(int).all()
    page = openpyxl.load_workbook(out)["摸底表"]
    assert {page[f"E{row}"].number_format for row in range(4, 17)} == {"@"}


def test_numbers_are_masked_unless_they_are_asked_for(filled, tmp_path):
    form = forms.elders(tmp_path / "摸底.xlsx")
    _, out = filled(form, "building=3", unmasked=False)
    row = values(out, "摸底表")[3]
    assert row[4:6] == [
        "990***********1225"[:3] + "*" * 11 + id_number("1944-03-08", 122)[-4:],
        "138****0001",
    ]
    assert openpyxl.load_workbook(out).properties.description is None


def test_the_file_says_who_filled_it_in_and_why(filled, tmp_path):
    _, out = filled(forms.elders(tmp_path / "摸底.xlsx"), "building=3")
    said = openpyxl.load_workbook(out).properties
    assert said.lastModifiedBy == "周敏"
    assert (
        abs(said.modified - dt.datetime.now(dt.UTC).replace(tzinfo=None)).seconds < 60
    )
    assert said.description == "含完整的证件号和电话，1 人。用途：报街道民政办摸底"


def test_who_lacks_what_is_told_by_name(filled, tmp_path):
    plan, _ = filled(forms.elders(tmp_path / "摸底.xlsx"), "building=5")
    assert [name for _, name in plan.missing["phones"]] == ["赵五", "赵十"]
    assert plan.missing_words() == ["2 人没有联系电话", "12 人没有子女联系电话"]


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
def test_two_heading_rows_a_formula_and_all_that_openpyxl_would_lose(filled, tmp_path):
    form = forms.grouped(tmp_path / "空巢.xlsx")
    plan, out = filled(form, "tag=独居", "building=3,5")
    assert plan.as_json()["columns"] == {
        "姓名": "name",
        "基本情况/性别": "sex",
        "基本情况/出生日期": "born_on",
        "子女情况/姓名": "contact.1.name",
        "子女情况/电话": "contact.1.phones",
        "子女情况/关系": "contact.1.relation",
        "备注": "note",
    }
    assert plan.warnings == ("这些列有公式或上了锁，照原样留着：基本情况/年龄",)
    page = openpyxl.load_workbook(out)["信息表"]
    assert page["C5"].value == dt.datetime(1944, 3, 8)
    assert page["C5"].number_format == "yyyy-mm-dd"
    assert page["E5"].value == "李芳"
    for row in (5, 6, 12, 16):
        assert page[f"D{row}"].value == f'=IF(C{row}="","",DATEDIF(C{row},TODAY(),"Y"))'
        assert f"H{row}:I{row}" in {str(one) for one in page.merged_cells.ranges}
    assert page["D18"].value == "=MAX(D5:D17)"
    assert page["A18"].comment.text.strip() == "人数由公式算"
    assert page["D17"].value.startswith("=IF(C17=")
    raw = parts(out)
    sheet = raw["xl/worksheets/sheet1.xml"].decode()
    assert "<xm:sqref>D5:D17</xm:sqref>" in sheet  # the data bar's own extension
    assert "<xm:f>信息表!D5:D17</xm:f><xm:sqref>J18</xm:sqref>" in sheet
    assert "信息表!$D$5:$D$17" in raw["xl/charts/chart1.xml"].decode()
    drawing = raw["xl/drawings/drawing1.xml"].decode()
    assert drawing.count("<xdr:row>19</xdr:row>") >= 2  # picture and text box went down
    moved = {"sheet1", "chart1", "drawing1", "comments1", "vmlDrawing1", "workbook"}
    named = {name.rpartition("/")[2].partition(".")[0] for name in touched(form, out)}
    assert named == moved | {"styles", "core"}  # of 24 parts


def test_a_filled_form_imported_again_changes_nothing(filled, estate, tmp_path, today):
    for make in (forms.elders, forms.grouped, forms.table_object, forms.locked):
        _, out = filled(make(tmp_path / f"{make.__name__}.xlsx"), "building=3,5")
        plan = ledger.plan_import(estate, out, today=today)
        states = {row.state for row in plan.rows if row.state != "跳过"}
        told = [
            (row.row, row.errors, row.changes)
            for row in plan.rows
            if row.state not in ("跳过", "无变化")
        ]
        assert (make.__name__, states, told) == (make.__name__, {"无变化"}, [])


def test_a_protected_form_is_filled_where_it_is_open(filled, tmp_path):
    form = forms.locked(tmp_path / "锁.xlsx", rows=3)
    plan, out = filled(form, "building=5")
    assert [row[0] for row in values(out)[1:]] == ["赵一", "赵二", "赵三"]
    assert plan.warnings == (
        "这张表加了保护，不能加行：还有 9 人没有填进去",
        "这些列有公式或上了锁，照原样留着：审核意见",
    )
    grown, out = filled(
        forms.locked(tmp_path / "可加行.xlsx", may_grow=True), "building=5"
    )
    assert len(grown.rows) == 12
    assert openpyxl.load_workbook(out).active.protection.sheet


def test_a_form_that_is_locked_everywhere_says_who_can_help(filled, tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    forms.heads(sheet, 1, ("姓名", "身份证号", "联系电话"))
    forms.boxed(sheet, 2, 4, 3)
    sheet.protection.sheet = True
    book.save(tmp_path / "全锁.xlsx")
    with pytest.raises(UserError, match="要填的格子都锁着。请让发表的单位解除保护"):
        filled(tmp_path / "全锁.xlsx", "building=5")


def test_a_household_fills_its_merged_rows(filled, tmp_path, estate, people):
    with estate.writing() as tx:
        for name in ("张小强", "张小丽"):
            home = records.get(tx.db, Resident, people.zhang)["household_id"]
            child = {"name": name, "household_id": home, "relation": "20"}
            records.save(tx, Resident, child)
    form = forms.households(tmp_path / "住户.xlsx")
    _, out = filled(form, "building=3,12,5")
    rows = values(out)
    merged = {
        str(one) for one in openpyxl.load_workbook(out).active.merged_cells.ranges
    }
    at_home = next(n for n, row in enumerate(rows, 1) if row[3] == "张德福")
    assert f"B{at_home}:B{at_home + 3}" in merged  # four people, a row more than three
    assert [row[3] for row in rows[at_home - 1 : at_home + 3]] == [
        "张德福",
        "陈秀兰",
        "张小丽",
        "张小强",
    ]
    assert rows[at_home - 1][1] == "张德福"
    assert [row[0] for row in rows if isinstance(row[0], int)] == list(range(1, 15))
    total = next(row for row in rows if row[0] == "合计")
    assert total[3] == f"=COUNTA(D2:D{len(rows) - 1})"


def test_words_are_those_the_lists_and_the_example_ask_for(
    filled, tmp_path, estate, people
):
    with estate.writing() as tx:
        facts = {"politics": "01", "education": "21", "ethnicity": "03"}
        records.save(tx, Resident, facts, people.li)
        records.save(tx, Resident, {"politics": "04"}, people.zhang)
    plan, out = filled(forms.example(tmp_path / "例.xlsx"), "building=3,12")
    rows = values(out, "摸底")
    assert rows[2][0] == "张三（例）"  # the example stays
    assert rows[3][:9] == [
        "李桂英",
        "女",
        "1944.03",
        "回族",
        "中共党员",
        "本科",
        "独居老人",
        "否",
        "2026.11.23",
    ]
    assert "“政治面貌”的下拉里没有“民革党员”，第 5 行请自己选" in plan.warnings
    assert rows[4][4] is None


def test_a_form_without_empty_rows_gets_them_below_its_headings(filled, tmp_path):
    plan, out = filled(forms.bare(tmp_path / "无空行.xlsx"), "building=5")
    rows = values(out)
    assert rows[1][:5] == [1, "赵一", "女", "13800000101", "和顺里第一网格"]
    assert rows[13][0] == "合计"
    assert plan.as_json()["unknown"] == ["是否参加体检"]
    cell = openpyxl.load_workbook(out).active["B5"]
    assert (cell.border.left.style, cell.font.b, cell.fill.fill_type) == (
        "thin",
        False,
        None,
    )


def test_who_fills_it_in_and_when_stands_above_and_below(filled, tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["C1"] = "所属网格：", "填表时间："
    forms.heads(sheet, 2, ("姓名", "性别", "联系电话", "备注"))
    forms.boxed(sheet, 3, 4, 4)
    sheet["A5"], sheet["C5"] = "填表人：", "审核人："
    book.save(tmp_path / "表.xlsx")
    plan, out = filled(tmp_path / "表.xlsx", "building=5")
    rows = values(out)
    assert rows[0] == ["所属网格：", "和顺里第一网格", "填表时间：", "2026年11月23日"]
    assert rows[-1] == ["填表人：", "周敏", "审核人：", None]
    assert plan.warnings == ("表头表尾的所属网格、填表时间、填表人也填上了",)


def test_a_column_nobody_knows_is_asked_once_and_remembered(filled, estate, tmp_path):
    form = forms.bare(tmp_path / "体检.xlsx", foot=False)
    chosen_now = {"是否参加体检": "=是"}
    plan, out = filled(form, "building=3", columns=chosen_now)
    assert values(out)[1][5] == "是"
    with estate.writing() as tx:
        fill_choices.keep(tx, plan.table, chosen_now)
    again, _ = filled(forms.bare(tmp_path / "体检2.xlsx"), "building=3")
    assert again.as_json()["unknown"] == []
    assert again.as_json()["columns"]["是否参加体检"] == "=是"


def test_names_in_the_form_are_completed_and_nothing_is_written_over(filled, tmp_path):
    plan, out = filled(forms.named(tmp_path / "名单.xlsx"), "building=3,12")
    rows = values(out)
    assert rows[1] == [
        1,
        "陈秀兰",
        id_number("1953-07-15", 122),
        70,
        "12号楼1单元101室",
        "和平社区",
    ]
    assert rows[2][:3] == [2, "王不在", None]
    assert rows[3][:4] == [3, "李桂英", id_number("1944-03-08", 122), 82]
    assert rows[4][:2] == [4, "张德福"]
    assert (
        "表里已经写着的 1 人不在所选的人里或有同名，没有改动：王不在" in plan.warnings
    )
    assert "3 个格子里原来就有内容，没有改动" in plan.warnings


def test_an_excel_table_grows_with_its_totals(filled, tmp_path):
    form = forms.table_object(tmp_path / "补贴.xlsx")
    plan, out = filled(form, "building=5", columns={"月数": "-"})
    page = openpyxl.load_workbook(out)["补贴 表"]
    table = page.tables["补贴"]
    assert (table.ref, table.autoFilter.ref) == ("A2:E15", "A2:E14")
    assert page["A15"].value == "合计"
    assert page["E9"].value == page["E3"].value
    assert "B3:B14" in parts(out)["xl/worksheets/sheet1.xml"].decode()
    assert page._images[0].anchor._from.row == 17


@pytest.mark.parametrize(
    "content", [b"\xd0\xcf\x11\xe0" + b"\0" * 600, "姓名,性别,电话\n".encode()]
)
def test_a_form_that_is_no_xlsx_says_to_save_it_as_one(content, tmp_path):
    path = tmp_path / "表.xls"
    path.write_bytes(content)
    with pytest.raises(UserError, match="另存为"):
        Form(path)


def damaged(raw, rng):
    """The form cut, with bits turned over, or with one part damaged or lost."""
    kind = rng.choice(("cut", "bits", "part", "part"))
    if kind == "cut":
        return raw[: rng.randrange(1, len(raw))]
    if kind == "bits":
        data = bytearray(raw)
        for _ in range(rng.randrange(1, 6)):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        return bytes(data)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        bad = rng.choice(old.namelist())
        for name in old.namelist():
            data = old.read(name)
            if name == bad:
                data = rng.choice((b"", b"<a/>", data[: rng.randrange(len(data))]))
            if data:
                new.writestr(name, data)
    return out.getvalue()


def test_a_damaged_form_is_refused_in_words_and_never_breaks(tmp_path):
    raw = forms.grouped(tmp_path / "好.xlsx").read_bytes()
    path, rng = tmp_path / "坏.xlsx", random.Random(4)
    said = set()
    for _ in range(120):
        path.write_bytes(damaged(raw, rng))
        try:
            form = Form(path)
            form.table()
            form.book().content()
        except UserError as refused:
            said.add(str(refused))
    assert any("不是完好的 Excel 文件" in one for one in said)


def test_what_is_worked_out_can_be_asked_for(filled, estate, people, today, tmp_path):
    with estate.writing() as tx:
        for day in (today, today - dt.timedelta(3)):
            visit = {"resident_id": people.li, "mode": "home", "met_whom": "self"}
            visit |= {"started_at": at(day), "condition": "fair", "note": "血压偏高"}
            records.save(tx, Visit, visit)
        plan = {"resident_id": people.li, "way": "visit", "interval_days": 7}
        records.save(tx, CarePlan, plan | {"since": today, "reason": "独居"})
    book = openpyxl.Workbook()
    words = (
        "姓名",
        "楼栋号",
        "房号",
        "网格员",
        "最近走访日期",
        "走访情况",
        "本月走访次数",
        "每周走访次数",
        "子女情况",
        "家庭人口",
    )
    forms.heads(book.active, 1, words)
    forms.boxed(book.active, 2, 3, 10)
    book.save(tmp_path / "走访.xlsx")
    _, out = filled(tmp_path / "走访.xlsx", "building=3")
    assert values(out)[1][:8] == [
        "李桂英",
        3,
        501,
        "周敏",
        "2026-11-23",
        "入户，一般；血压偏高",
        2,
        1,
    ]
    assert values(out)[1][9] == 1
    assert values(out)[1][8] == "李芳 13800000002；李强 13800000002"


X14_LIST = """<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"
 xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
 xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"
 ><x14:dataValidations count="1"><x14:dataValidation type="list"><x14:formula1
 ><xm:f>汇总!$A$1:$A$2</xm:f></x14:formula1><xm:sqref>J4:J8</xm:sqref
 ></x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>"""


@pytest.mark.filterwarnings("ignore:Data Validation extension")
def test_lists_of_newer_excel_are_obeyed_and_grow(filled, tmp_path):
    """A list on another sheet is kept in an extension that openpyxl throws away."""
    form = forms.elders(tmp_path / "摸底.xlsx", rows=5)
    old = parts(form)
    sheet = old["xl/worksheets/sheet1.xml"].decode()
    old["xl/worksheets/sheet1.xml"] = sheet.replace("</worksheet>", X14_LIST).encode()
    with zipfile.ZipFile(form, "w") as book:
        for name, data in old.items():
            book.writestr(name, data)
    said = {"备注": "=人数"}
    plan, out = filled(form, "building=5", columns=said)
    assert not [one for one in plan.warnings if "下拉" in one]
    assert {row[9] for row in values(out, "摸底表")[3:15]} == {"人数"}
    plan, out = filled(form, "building=5", columns={"备注": "=别的"})
    assert "“备注”的下拉里没有“别的”" in plan.warnings[0]
    new = parts(out)["xl/worksheets/sheet1.xml"].decode()
    assert "<xm:sqref>J4:J15</xm:sqref>" in new


def test_a_form_of_one_person_is_filled_once_for_each(filled, tmp_path):
    form = forms.card(tmp_path / "登记表.xlsx")
    plan, folder = filled(form, "building=3,12", out=tmp_path / "填好的登记表")
    names = ["登记表-李桂英.xlsx", "登记表-张德福.xlsx", "登记表-陈秀兰.xlsx"]
    assert {one.name for one in folder.iterdir()} == set(names)
    page = openpyxl.load_workbook(folder / names[0])["登记表"]
    said = {spot: page[spot].value for spot in ("B2", "D2", "F2", "B3", "F3", "B4")}
    assert said == {
        "B2": "李桂英",
        "D2": "□男  ☑女",
        "F2": "1944-03",
        "B3": id_number("1944-03-08", 122),
        "F3": "13800000001",
        "B4": "3号楼2单元501室",
    }
    assert (page["C5"].value, page["E5"].value) == ("李芳", "13800000002")
    assert (page["B7"].value, page["F7"].value) == ("☑是 □否", "周敏")
    assert plan.as_json()["unknown"] == ["血型"]
    assert looks(folder / names[0], "登记表", (2, 4)) == looks(form, "登记表", (2, 4))
    man = openpyxl.load_workbook(folder / names[1])["登记表"]
    assert (man["D2"].value, man["B7"].value) == ("☑男  □女", "□是 ☑否")


def test_a_form_of_one_person_needs_a_folder(filled, tmp_path):
    form = forms.card(tmp_path / "登记表.xlsx")
    with pytest.raises(UserError, match="请写一个文件夹来存"):
        filled(form, "building=3")
