"""The ledger that comes back is the clerk's own, with a word on each row."""

import datetime as dt
import io
import zipfile

import openpyxl
import pytest
import xlsxwriter

from gridapp.errors import UserError
from gridapp.office.ledgers import ledger
from gridapp.office.ledgers.problems import ASK, ERROR, NEW, SAME
from gridapp.office.ledgers.returned import returned_workbook
from tests.conftest import id_number

TODAY = dt.date(2026, 11, 23)
HEADINGS = ("姓名", "身份证号", "出生日期", "电话", "楼栋", "单元", "房号", "性别")
GOOD = ("李桂英", "990101193807151219", None, "13800000001", "3", "2", "501", "男")
WRONG = ("王五", "990101193807151210", None, "1380000001", "3", "2", "502", None)
DOUBTFUL = ("赵六(亡)", None, "1945.3.8", None, "3", "2", "503", "女")
AMBER, PALE = "FFFFE699", "FFFFF7DB"


def workbook(path, rows=(GOOD, WRONG, DOUBTFUL)):
    """A ledger with what a clerk's workbook holds beside its cells."""
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("3号楼")
    bold = book.add_format({"bold": True, "border": 2, "font_name": "仿宋"})
    page.merge_range(0, 0, 0, 7, "独居老人台账", bold)
    page.write_row(1, 0, HEADINGS, bold)
    for number, row in enumerate(rows, 2):
        for column, cell in enumerate(row):
            if cell is not None:
                page.write_string(number, column, cell)
    page.data_validation(2, 7, 99, 7, {"validate": "list", "source": ["男", "女"]})
    page.conditional_format(2, 0, 99, 0, {"type": "duplicate", "format": bold})
    page.set_column(0, 16_383, 12)
    page.set_header("&C台账")
    page.freeze_panes(2, 1)
    page.insert_textbox(20, 1, "请按时上报")
    chart = book.add_chart({"type": "pie"})
    chart.add_series({"values": "=3号楼!$F$3:$F$5"})
    page.insert_chart(20, 6, chart)
    other = book.add_worksheet("说明")
    other.write(0, 0, "本表由社区填写")
    other.write_formula(1, 0, "=1+1", None, 2)
    book.define_name("年度", "=说明!$A$1")
    book.close()


def plan(vault, path):
    return ledger.plan_import(vault, path, today=TODAY)


@pytest.fixture
def returned(vault, tmp_path):
    """The ledger, its plan, and the workbook that came back."""
    source, out = tmp_path / "台账.xlsx", tmp_path / "台账-核对.xlsx"
    workbook(source)
    planned = plan(vault, source)
    assert returned_workbook(planned, source, out) == 2
    return source, planned, out


def test_each_row_says_its_state_and_its_problems_in_the_last_column(returned):
    page = openpyxl.load_workbook(returned[2])["3号楼"]
    last = page.max_column
    assert [page.cell(2, c).value for c in (last - 2, last - 1, last)] == [
        "导入结果",
        "确认导入",
        "问题",
    ]
    assert [page.cell(r, last - 2).value for r in (3, 4, 5)] == [NEW, ERROR, ASK]
    words = page.cell(4, last).value
    assert "身份证号：" in words
    assert "电话：" in words
    assert page.cell(3, last).value is None
    assert page.cell(3, last).number_format == "@"


def test_the_cells_at_fault_are_coloured_and_no_other(returned):
    page = openpyxl.load_workbook(returned[2])["3号楼"]
    coloured = {
        cell.coordinate
        for row in page.iter_rows(min_row=3, max_col=8)
        for cell in row
        if cell.fill.fgColor.rgb in (AMBER, PALE)
    }
    assert coloured == {"B4", "D4", "A5"}
    assert page["A2"].font.name == "仿宋"
    assert page["I2"].font.b  # the new headings look like the others


def test_all_else_of_the_workbook_comes_back_to_the_byte(returned):
    source, _, out = returned
    before, after = (zipfile.ZipFile(path) for path in (source, out))
    assert before.namelist() == after.namelist()
    changed = {n for n in before.namelist() if before.read(n) != after.read(n)}
    assert changed == {"xl/worksheets/sheet1.xml", "xl/styles.xml"}
    sheet = after.read("xl/worksheets/sheet1.xml").decode()
    for kept in ("dataValidations", "conditionalFormatting", "drawing", "headerFooter"):
        assert f"<{kept}" in sheet


def test_a_ledger_that_came_back_and_is_corrected_goes_in_as_it_is(vault, returned):
    _, planned, out = returned
    ledger.apply(vault, planned)
    book = openpyxl.load_workbook(out)
    page = book["3号楼"]
    page["B4"], page["D4"] = id_number("1950-01-01"), "13800000002"
    columns = {cell.value: cell.column for cell in page[2]}
    page.cell(5, columns["确认导入"]).value = "是"
    book.save(out)
    again = plan(vault, out)
    assert [row.state for row in again.rows] == [SAME, NEW, NEW]


def test_coming_back_twice_adds_no_column(vault, returned, tmp_path):
    _, _, out = returned
    twice = tmp_path / "二.xlsx"
    returned_workbook(plan(vault, out), out, twice)
    width = openpyxl.load_workbook(out)["3号楼"].max_column
    assert openpyxl.load_workbook(twice)["3号楼"].max_column == width


@pytest.mark.parametrize("kind", ["csv", "gbk"])
def test_a_text_table_comes_back_as_a_workbook_with_its_digits(kind, vault, tmp_path):
    source, out = tmp_path / "台账.csv", tmp_path / "台账-核对.xlsx"
    rows = [",".join(cell or "" for cell in row) for row in (HEADINGS, GOOD, WRONG)]
    encoding = "utf-8-sig" if kind == "csv" else "gb18030"
    source.write_bytes("\r\n".join(rows).encode(encoding))
    returned_workbook(plan(vault, source), source, out)
    page = openpyxl.load_workbook(out).active
    assert page["B2"].value == "990101193807151219"
    assert page["B2"].number_format == "@"
    assert page["I3"].value == ERROR
    assert page["B3"].fill.fgColor.rgb == AMBER


def test_a_ledger_changed_since_it_was_read_is_not_marked(vault, tmp_path):
    source, out = tmp_path / "台账.xlsx", tmp_path / "台账-核对.xlsx"
    workbook(source)
    planned = plan(vault, source)
    workbook(source, (WRONG, GOOD))
    with pytest.raises(UserError, match="又改过"):
        returned_workbook(planned, source, out)
    source.unlink()
    with pytest.raises(UserError, match="台账"):
        returned_workbook(planned, source, out)
    assert not out.exists()


def test_text_that_looks_like_a_formula_stays_text(vault, tmp_path):
    source, out = tmp_path / "台账.csv", tmp_path / "台账-核对.xlsx"
    evil = ("=HYPERLINK(1)", *WRONG[1:])
    rows = [",".join(cell or "" for cell in row) for row in (HEADINGS, GOOD, evil)]
    source.write_text("\n".join(rows), encoding="utf-8")
    returned_workbook(plan(vault, source), source, out)
    assert openpyxl.load_workbook(out).active["A3"].data_type == "s"
    sheet = zipfile.ZipFile(io.BytesIO(out.read_bytes())).read(
        "xl/worksheets/sheet1.xml"
    )
    assert b"<f>" not in sheet
