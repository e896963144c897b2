"""Whole ledgers as clerks keep them: what each of their rows comes to."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
import xlwt
from openpyxl.styles import Font

from gridapp.office.ledgers import ledger
from gridapp.office.ledgers.plan import ImportPlan
from tests.conftest import id_number

TODAY = dt.date(2026, 11, 23)
ANNA, BOB, CAI = (
    id_number(born) for born in ("1938-07-15", "1945-03-08", "1950-10-01")
)


@pytest.fixture
def planned(vault):
    """What an import of a file into an empty vault would do."""

    def plan(path: Path) -> ImportPlan:
        return ledger.plan_import(vault, path, today=TODAY)

    return plan


def told(plan: ImportPlan, sheet: str = "") -> dict[int, tuple[str, set[str]]]:
    """State and codes by row."""
    rows = [row for row in plan.rows if sheet in ("", row.sheet)]
    return {
        row.row: (row.state, {one.code for one in (*row.warnings, *row.errors)})
        for row in rows
    }


def values(plan: ImportPlan, row: int, sheet: str = "") -> dict[str, object]:
    [found] = [r for r in plan.rows if r.row == row and sheet in ("", r.sheet)]
    return dict(found.values)


def test_elders_under_two_rows_of_headings(planned, tmp_path):
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    lines = [
        ["和顺里社区独居老人台账（2026年）"],
        ["填表单位：和顺里社区    填表时间：2026年6月30日"],
        ["序号", "老人情况", None, None, None, None, "子女情况", None, "走访", "备注"],
        [None, "姓  名", "*性别", "身份证\n号码", "住址", "联系电话(必填)"],
        [1, "张三", "男", ANNA, "3栋2单元501", "13800000001"],
        [2, "李四（已故）", "男", BOB, "同上", "″"],
        ["3号楼"],
        [3, "王五", "女", 990101195010011e3, dt.date(2026, 3, 2), "0951—0000001"],
        [4, "赵六", "女", "无", "3-2-502", "1380000001"],
        ["序号", "姓名", "性别", "身份证号码", "住址", "联系电话", "姓名"],
        [5, "钱七", "女", CAI, "3-2-503", 13800000005],
        [6, "孙八", "女", None, "3-2-504"],
        ["合计", 6],
        ["填表人：周敏", None, None, "审核：李主任"],
    ]  # fmt: skip
    more = {
        4: ("姓名", "电话", "每月次数"),
        5: ("张小三", "13800000002", 2, "与老伴同住"),
        6: ("李小四", "13800000003/13800000004"),
        11: ("长女", "13800000006", 4, "#REF!"),
    }
    for number, line in enumerate(lines, 1):
        page.append([*line, *more.get(number, ())])
    for span in ("A1:J1", "A2:J2", "A3:A4", "B3:F3", "G3:H3", "J3:J4", "A7:J7"):
        page.merge_cells(span)
    for cell in page[12]:
        cell.font = Font(strike=True)
    page.row_dimensions[11].hidden = True
    book.save(tmp_path / "独居老人台账.xlsx")
    plan = planned(tmp_path / "独居老人台账.xlsx")
    assert told(plan) == {
        5: ("新增", set()),
        6: ("需确认", {"Q_DECEASED", "W_DITTO", "W_NAME_ANNOTATION"}),
        7: ("跳过", {"S_BUILDING"}),
        8: ("错误", {"E_ID_PRECISION_LOST", "E_ROOM_IS_DATE"}),
        9: ("错误", {"E_PHONE_FORMAT", "W_MISSING"}),
        10: ("跳过", {"S_HEADING"}),
        11: ("错误", {"E_CELL_ERROR", "W_HIDDEN_ROW", "W_SEX_DIFFERS"}),
        12: ("跳过", {"S_STRUCK"}),
        13: ("跳过", {"S_TOTAL"}),
        14: ("跳过", {"S_BLANK_LINE"}),
    }
    first, second = values(plan, 5), values(plan, 6)
    assert (first["contact.1.name"], first["visits_a_month"]) == ("张小三", 2)
    assert second["dwelling.room"] == first["dwelling.room"] == "501"
    assert second["contact.1.phones"] == ("13800000003", "13800000004")
    [door] = [e for e in plan.rows[3].errors if e.code == "E_ROOM_IS_DATE"]
    assert "“3-2”" in door.message


def test_one_sheet_a_building_with_its_households_merged(planned, tmp_path):
    book = openpyxl.Workbook()
    guide = book.worksheets[0]
    guide.title = "填表说明"
    guide.append(["一、每人一行"])
    for number, people in (
        ("3号楼", ("张三", "张妻", "张子")),
        ("4号楼", ("李四", "李妻")),
    ):
        page = book.create_sheet(number)
        page.append([f"{number}居民登记表"])
        page.append(
            [
                "单元",
                "房号",
                "户主",
                "姓名",
                "与户主关系",
                "性别",
                "出生年月",
                "文化程度",
            ]
        )
        for name, said in zip(people, (
            ("户主", "男", 1945.03, "初中毕业"),
            ("妻", "女", "一九四七年三月初八", "文盲"),
            ("之子", "男", 27150, "20"),
        ), strict=False):  # fmt: skip
            page.append([2, "501室", people[0], name, *said])
        last = len(people) + 2
        for column in "ABC":
            page.merge_cells(f"{column}3:{column}{last}")
    old = book.create_sheet("2019年旧表")
    old.append(["姓名", "性别", "联系电话"])
    old.append(["老人", "男", "13800000009"])
    old.sheet_state = "hidden"
    book.save(tmp_path / "分楼栋.xlsx")
    plan = planned(tmp_path / "分楼栋.xlsx")
    assert [sheet.header is None for sheet in plan.sheets] == [True, False, False, True]
    assert told(plan, "3号楼") == {
        3: ("新增", {"W_DATE_PRECISION_MONTH"}),
        4: ("错误", {"E_DATE_LUNAR", "W_EDU_ILLITERATE"}),
        5: ("错误", {"E_CODESET_REQUIRED", "W_DATE_SERIAL"}),
    }
    assert told(plan, "4号楼").keys() == {3, 4}
    third, fourth = values(plan, 5, "3号楼"), values(plan, 4, "4号楼")
    assert third["household.head_name"] == "张三"
    assert third["dwelling.unit"] == fourth["dwelling.unit"] == "2"
    assert (third["building.number"], fourth["building.number"]) == ("3", "4")


def test_register_of_rooms_to_let_as_text(planned, tmp_path):
    path = tmp_path / "出租房.csv"
    path.write_bytes(
        "房东姓名,房东电话,出租房屋地址,租客姓名,租客身份证号,租客电话,登记日期\r\n"
        f'周房东,="13800000011",3栋2单元501,"阿依古丽.买买提",="{ANNA}",="13800000012",2026/6/30\r\n'
        f"周房东,13800000011,3栋2单元502,张三、李四,{BOB},13800000013,45353\r\n"
        "周房东,13800000011,3月2日,王五,9.90101E+17,13800000014,不详\r\n"
        "以下空白,,,,,,\r\n".encode("gb18030")
    )
    plan = planned(path)
    assert told(plan) == {
        2: ("新增", {"W_NAME_DOT"}),
        3: ("错误", {"E_NAME_MULTIPLE", "W_DATE_SERIAL"}),
        4: ("错误", {"E_ID_SCI_TEXT", "E_ROOM_IS_DATE"}),
        5: ("跳过", {"S_BLANK_LINE"}),
    }
    assert values(plan, 2)["dwelling.owner_phones"] == ("13800000011",)
    assert values(plan, 3)["registered_on"] == dt.date(2024, 3, 2)


def test_export_of_a_system_with_codes(planned, vault, tmp_path):
    path = tmp_path / "人口信息导出.xls"
    head = "<tr><th>姓名<th>性别<th>公民身份号码<th>学历<th>联系方式<th>户室"
    line = "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{}"
    rows = [
        line.format("张三", 1, ANNA, "初中", "13800000001.0", "3#2-501室"),
        line.format("李四", "女性", "99010119450308105×", 20, "138****0002", "501"),
        line.format("陈□", "男", BOB.lower(), "", "+86-138-0000-0003", "3栋2单元"),
        line.format("&nbsp;", "", "", "", "", ""),
    ]
    page = f"<html><meta charset=gb2312><table>{head}{''.join(rows)}</table></html>"
    path.write_bytes(page.encode("gb18030"))
    plan = planned(path)
    assert told(plan) == {
        2: ("错误", {"E_CODESET_REQUIRED"}),
        3: (
            "错误",
            {
                *("E_CODESET_REQUIRED", "E_PHONE_MASKED"),
                *("W_ID_X_GUESSED", "W_SEX_DIFFERS"),
            },
        ),
        4: ("错误", {"E_NAME_RARE_PLACEHOLDER"}),
    }
    chosen = ledger.Choices(code_sets={"sex": "GB/T 2261.1"})
    plan = ledger.plan_import(vault, path, today=TODAY, choices=chosen)
    assert told(plan)[2] == ("新增", set())


def test_old_workbook_whose_doors_became_dates(planned, tmp_path):
    book = xlwt.Workbook()
    page = book.add_sheet("Sheet1")
    day = xlwt.easyxf(num_format_str='m"月"d"日"')
    born = xlwt.easyxf(num_format_str='yyyy"年"m"月"')
    for column, text in enumerate(
        ("姓 名", "楼栋门牌", "出生年月", "是否独居", "电话")
    ):
        page.write(4, column, text)
    page.write(0, 0, "独居老人花名册")
    page.write(5, 0, "张三")
    page.write(5, 1, dt.date(2026, 3, 2), day)
    page.write(5, 2, dt.date(1945, 3, 1), born)
    page.write(5, 3, "√")
    page.write(5, 4, 13800000001)
    page.write(6, 0, "李四")
    page.write(6, 1, "3-2-502")
    page.write(6, 2, "45.3.8")
    page.write(6, 3, "与女儿同住")
    page.write(7, 0, "王五")
    page.write(7, 1, 501)
    page.write(7, 2, "2045-03-08")
    book.save(str(tmp_path / "花名册.et"))
    plan = planned(tmp_path / "花名册.et")
    assert told(plan) == {
        6: ("错误", {"E_ROOM_IS_DATE", "W_DATE_PRECISION_MONTH"}),
        7: ("新增", {"W_DATE_2DIGIT_YEAR", "W_TAG_DENIED"}),
        8: ("错误", {"E_DATE_RANGE"}),
    }
    assert values(plan, 6)["born_on"] == "1945-03"
    assert values(plan, 7)["tag.alone"] is False
