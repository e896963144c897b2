"""The same table is read alike whatever people and systems save it as."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwt
from openpyxl.comments import Comment

from gridapp.models.cell import Month
from gridapp.office.tables.raw_sheet import EPOCH_1904, RawSheet
from gridapp.office.tables.reader import read_book
from tests.office.odd_files import HEAD, parts, zipped
from tests.office.test_hostile_files import open_document

BORN, MONTH = dt.date(1938, 7, 15), dt.date(1945, 3, 1)


def xls(path: Path) -> None:
    book = xlwt.Workbook()
    page = book.add_sheet("名单")
    day, month = xlwt.XFStyle(), xlwt.XFStyle()
    day.num_format_str, month.num_format_str = "yyyy-mm-dd", 'yyyy"年"m"月"'
    struck = xlwt.easyxf("font: struck_out on")
    page.write_merge(0, 0, 0, 2, "独居老人台账")
    page.write_merge(1, 2, 0, 0, "3栋")
    page.write(1, 1, "张三")
    page.write(1, 2, BORN, day)
    page.write(2, 1, "李四")
    page.write(2, 2, MONTH, month)
    for column, text in enumerate(("4栋", "王五", "走")):
        page.write(3, column, text, struck)
    page.write(4, 1, "赵六")
    page.row(4).set_cell_error(2, "#REF!")
    page.row(4).hidden = True
    book.add_sheet("旧表").visibility = 1
    book.get_sheet(1).write(0, 0, "旧")
    book.save(str(path))


def xlsx(path: Path) -> None:
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("名单")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    month = book.add_format({"num_format": 'yyyy"年"m"月"'})
    struck = book.add_format({"font_strikeout": True})
    page.merge_range(0, 0, 0, 2, "独居老人台账")
    page.merge_range(1, 0, 2, 0, "3栋")
    page.write(1, 1, "张三")
    page.write_datetime(1, 2, BORN, day)
    page.write(2, 1, "李四")
    page.write_datetime(2, 2, MONTH, month)
    page.write_row(3, 0, ("4栋", "王五", "走"), struck)
    page.write(4, 1, "赵六")
    page.write_formula(4, 2, "=#REF!", None, "#REF!")
    page.set_row(4, None, None, {"hidden": True})
    other = book.add_worksheet("旧表")
    other.write(0, 0, "旧")
    other.hide()
    book.close()


def html(path: Path) -> None:
    path.write_bytes(
        """<html><head>
        <meta http-equiv=Content-Type content="text/html; charset=gb2312">
        <style>td {mso-number-format:"\\@"}</style></head><body><table border=1>
        <tr><td colspan=3>独居老人<br>台账</td></tr>
        <tr><td rowspan=2>3栋<td>张三<td>1938-07-15
        <tr><td>李&nbsp;四</td><td>1945年3月</td></tr>
        <tr><td><s>4栋</s><td><s>王五</s>
        <td style="text-decoration:line-through">走</tr>
        <tr style="display:none"><td><td>赵六<td>#REF!</tr>
        </table><script>var x = "<td>";</script></body></html>""".encode("gbk")
    )


def ods(path: Path) -> None:
    text = "<text:p>{}</text:p>"
    cell = "<table:table-cell{}>{}</table:table-cell>"
    gone = "<table:covered-table-cell/>"

    def words(*said: str, more: str = "") -> str:
        return "".join(cell.format(more, text.format(one)) for one in said)

    day = ' office:value-type="date" office:date-value="1938-07-15"'
    across = ' table:number-columns-spanned="3"'
    rows = [
        cell.format(across, text.format("独居老人<text:s/>台账")) + gone * 2,
        cell.format(' table:number-rows-spanned="2"', text.format("3栋"))
        + words("张三")
        + cell.format(day, text.format("38年7月")),
        gone + words("李四", "1945年3月"),
        words("4栋", "王五", "走", more=' table:style-name="ce9"'),
        '<table:table-cell table:number-columns-repeated="1"/>'
        + words("赵六", "#REF!"),
    ]
    hidden = ' table:visibility="collapse"'
    lines = "".join(
        f"<table:table-row{hidden if n == 4 else ''}>{row}</table:table-row>"
        for n, row in enumerate(rows)
    )
    end = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/>'
    style = (
        '<style:style style:name="ce9" xmlns:style="urn:oasis:names:tc:opendocument:'
        'xmlns:style:1.0"><style:text-properties '
        'style:text-line-through-style="solid"/></style:style></office:automatic-styles>'
    )
    content = open_document(f"{lines}{end}</table:table-row>").decode()
    content = content.replace(
        "<office:body>", f"<office:automatic-styles>{style}<office:body>"
    )
    path.write_bytes(zipped({"content.xml": content.encode()}))


def xml2003(path: Path) -> None:
    def cell(text: str, more: str = "", kind: str = "String") -> str:
        return f'<Cell{more}><Data ss:Type="{kind}">{text}</Data></Cell>'

    def words(*said: str, more: str = "") -> str:
        return "".join(cell(one, more) for one in said)

    rows = [
        f"<Row>{cell('独居老人台账', ' ss:MergeAcross=' + repr('2'))}</Row>",
        f"<Row>{cell('3栋', ' ss:MergeDown=' + repr('1'))}{cell('张三')}"
        f"{cell('1938-07-15T00:00:00.000', kind='DateTime')}</Row>",
        f"<Row>{cell('李四', ' ss:Index=' + repr('2'))}{cell('1945年3月')}</Row>",
        f"<Row>{words('4栋', '王五', '走', more=' ss:StyleID=' + repr('s9'))}</Row>",
        f"<Row ss:Hidden='1'>{cell('赵六', ' ss:Index=' + repr('2'))}"
        f"{cell('#REF!', kind='Error')}</Row>",
    ]
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    path.write_text(
        f'{HEAD}<?mso-application progid="Excel.Sheet"?><Workbook xmlns="{space}" '
        f'xmlns:ss="{space}"><Styles><Style ss:ID="s9"><Font ss:StrikeThrough="1"/>'
        f'</Style></Styles><Worksheet ss:Name="名单"><Table>{"".join(rows)}</Table>'
        "</Worksheet></Workbook>",
        encoding="utf-8",
    )


@pytest.mark.parametrize("write", [xls, xlsx, html, ods, xml2003])
def test_a_table_is_the_same_whatever_it_is_saved_as(write, tmp_path):
    path = tmp_path / "名单.xls"  # the ending says nothing
    write(path)
    sheet = read_book(path)[0]
    assert sheet.name == "名单"
    assert "".join(str(sheet.cell(0, 2)).split()) == "独居老人台账"
    assert sheet.below(0, 2) is None
    assert sheet.below(2, 0) == "3栋"
    names = [str(sheet.own(row, 1)).replace(" ", "") for row in range(1, 5)]
    assert names == ["张三", "李四", "王五", "赵六"]
    assert str(sheet.own(1, 2)) == "1938-07-15"
    assert sheet.own(2, 2) in (Month(1945, 3, 1), "1945年3月")
    assert sheet.own(4, 2) == "#REF!"
    assert (sheet.struck, sheet.hidden) == ({3}, {4})
    assert len(sheet.rows) == 5


@pytest.mark.parametrize("write", [xls, xlsx])
def test_hidden_sheets_are_told_from_the_others(write, tmp_path):
    write(tmp_path / "a")
    assert [sheet.visible for sheet in read_book(tmp_path / "a")] == [True, False]


@pytest.mark.parametrize("write", [xls, xlsx])
def test_a_date_shown_without_its_day_has_none(write, tmp_path):
    write(tmp_path / "a")
    sheet = read_book(tmp_path / "a")[0]
    assert isinstance(sheet.own(2, 2), Month)
    assert not isinstance(sheet.own(1, 2), Month)


def test_workbooks_of_the_macintosh_count_their_days_from_1904(tmp_path):
    old = xlwt.Workbook()
    old.dates_1904 = True
    old.add_sheet("a").write(0, 0, 15042)
    old.save(str(tmp_path / "a.xls"))
    new = xlsxwriter.Workbook(tmp_path / "a.xlsx", {"date_1904": True})
    new.add_worksheet().write(0, 0, 15042)
    new.close()
    for name in ("a.xls", "a.xlsx"):
        assert read_book(tmp_path / name)[0].epoch == EPOCH_1904


def test_chinese_excel_dates_without_a_format_of_their_own_are_dates(tmp_path):
    """3-2 typed in a Chinese Excel becomes 3月2日 by the built-in format 58."""
    cells = '<row r="1"><c r="A1" s="1"><v>45353</v></c><c r="B1"><v>1</v></c></row>'
    styles = "<fonts><font/></fonts><cellXfs><xf/><xf numFmtId='58'/></cellXfs>"
    (tmp_path / "a.xlsx").write_bytes(zipped(parts(cells, styles)))
    assert read_book(tmp_path / "a.xlsx")[0].rows == [[dt.date(2024, 3, 2), 1]]


def test_rows_and_cells_without_references_keep_their_places(tmp_path):
    cells = "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><f>A1</f></c></row>"
    (tmp_path / "a.xlsx").write_bytes(zipped(parts(cells)))
    sheet = read_book(tmp_path / "a.xlsx")[0]
    assert sheet.rows[0] == [1, 2]
    assert sheet.unsaved == {(1, 0)}


def test_readings_above_characters_comments_and_rich_text_are_not_mixed_in(tmp_path):
    shared = (
        '<row r="1"><c r="A1" t="inlineStr"><is><r><t>张</t></r><r><t>三</t></r>'
        '<rPh sb="0" eb="1"><t>zhang</t></rPh></is></c></row>'
    )
    (tmp_path / "a.xlsx").write_bytes(zipped(parts(shared)))
    assert read_book(tmp_path / "a.xlsx")[0].rows == [["张三"]]
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page["A1"] = "李四"
    page["A1"].comment = Comment("已搬走", "周敏")
    book.save(tmp_path / "b.xlsx")
    assert read_book(tmp_path / "b.xlsx")[0].rows == [["李四"]]


def test_each_table_of_a_page_is_a_sheet_and_layout_tables_are_none(tmp_path):
    table = "<table><tr><td>姓名</td><td>{}</td></tr></table>"
    page = f"<table><tr><td>{table.format(1)}</td></tr></table>{table.format(2)}"
    (tmp_path / "导出.xls").write_bytes(page.encode("utf-16"))
    found = read_book(tmp_path / "导出.xls")
    assert [sheet.rows for sheet in found] == [[["姓名", "1"]], [["姓名", "2"]]]
    assert [sheet.name for sheet in found] == ["导出 1", "导出 2"]


def text_table(tmp_path: Path, content: bytes) -> RawSheet:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    return read_book(path)[0]


def test_text_tables_name_their_delimiter_or_it_is_found(tmp_path):
    assert text_table(tmp_path, b"sep=;\r\na,b;c\r\n").rows == [["a,b", "c"]]
    address = "姓名\t住址\n张三\t3栋,2单元,501,东\n李四\t4栋,1单元,102,西\n"
    assert (
        text_table(tmp_path, address.encode("utf-16")).rows[1][1] == "3栋,2单元,501,东"
    )
    assert text_table(tmp_path, "姓名，电话\n张三，138\n".encode()).rows[1] == [
        "张三",
        "138",
    ]


def test_a_quote_that_nobody_closed_does_not_swallow_the_table(tmp_path):
    lines = "".join(f"张三,{n}\n" for n in range(100))
    rows = text_table(tmp_path, f'姓名,备注\n李四,"\n{lines}'.encode("gb18030")).rows
    assert len(rows) == 102
    assert rows[1] == ["李四", '"']


def test_empty_lines_after_the_table_are_no_rows(tmp_path):
    rows = text_table(tmp_path, "姓名,电话\n张三,1\n".encode() + b",\n" * 200_000).rows
    assert len(rows) == 2
