"""Files as they really come: encodings, merges, hidden and crossed-out rows."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from gridapp.errors import UserError
from gridapp.office.ledgers.columns import UNDECLARED, chosen_path, field_at, paths
from gridapp.office.tables.headers import find_header
from gridapp.office.tables.reader import RawSheet, read_book

TEXT = "姓名,身份证号,电话\n张䶮,990101193807151219,13800000001\n"


def header_of(*rows, anchors=None):
    return find_header(RawSheet("表", rows, anchors or {}))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_tables_are_read_in_any_encoding(encoding, tmp_path):
    path = tmp_path / "台账.csv"
    path.write_bytes(TEXT.encode(encoding))
    [sheet] = read_book(path)
    assert sheet.name == "台账"
    assert list(sheet.rows[1]) == ["张䶮", "990101193807151219", "13800000001"]


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_text_tables_are_read_with_any_delimiter(delimiter, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(TEXT.replace(",", delimiter), encoding="utf-8")
    [sheet] = read_book(path)
    assert len(sheet.rows[0]) == 3


def test_digits_kept_as_text_in_csv_lose_their_wrapping(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('姓名,号\n张三,"=""990101193807151219"""\n', encoding="utf-8")
    [sheet] = read_book(path)
    assert sheet.rows[1][1] == "990101193807151219"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空文件"),
        (b"<html><body>404 Not Found</body></html>", "没有表格"),
        (b"%PDF-1.7", "不是表格"),
        (b"PK\x05\x06" + b"\0" * 18, "压缩包"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "网页存档"),
        (b"PK\x03\x04 not a zip", "不是完好的 Excel"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "不是完好的 Excel"),
        (
            b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "打开密码",
        ),
        ("姓名\n李\ufffd\n".encode(), "损坏的字"),
        (b"\x81\xff\xff\xff\xfe", "文字编码"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(content, words, tmp_path):
    path = tmp_path / "台账.xlsx"
    path.write_bytes(content)
    with pytest.raises(UserError, match=words):
        read_book(path)


def test_missing_file_is_refused_in_words(tmp_path):
    with pytest.raises(UserError, match="找不到文件"):
        read_book(tmp_path / "没有.xlsx")


def test_zip_that_unpacks_to_more_than_a_ledger_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("gridapp.office.tables.zip_parts.LARGEST", 100)
    path = tmp_path / "a.xlsx"
    xlsxwriter.Workbook(path).close()
    with pytest.raises(UserError, match="展开后太大"):
        read_book(path)


@pytest.mark.parametrize(
    ("row", "column", "stray"), [(1048575, 22, "W1048576"), (3, 16383, "XFD4")]
)
def test_stray_cell_far_away_is_refused_before_it_fills_the_memory(
    row, column, stray, tmp_path
):
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("名单")
    page.write_row(0, 0, ["姓名", "电话", "备注"])
    page.write_row(999, 0, ["张三", "13800000001", "走"])
    page.write_string(row, column, "x")
    book.close()
    with pytest.raises(UserError, match=stray):
        read_book(path)


def test_old_excel_file_is_read_with_its_merges():
    [sheet] = read_book(Path(__file__).parent / "data" / "ledger.xls")
    assert sheet.rows[3][4] == dt.date(1938, 7, 15)
    assert sheet.below(4, 1) == 501
    assert sheet.below(0, 3) is None


def workbook(path):
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("名单")
    page.write_row(0, 0, ["姓名", "电话", "备注"])
    struck = book.add_format({"font_strikeout": True})
    page.write_row(1, 0, ["张三", "13800000001", "走"], struck)
    page.write_row(2, 0, ["李四", "13800000002", ""])
    page.set_row(2, None, None, {"hidden": True})
    page.write_string(3, 0, "王五")
    page.write_formula(3, 1, "=B2", None, "")
    page.write_formula(3, 2, "=#REF!", None, "#REF!")
    book.add_worksheet("旧表").hide()
    book.close()
    return path


def test_marks_of_rows_and_cells_are_seen(tmp_path):
    first, second = read_book(workbook(tmp_path / "a.xlsx"))
    assert first.struck == {1}
    assert first.hidden == {2}
    assert first.unsaved == {(3, 1)}
    assert first.rows[3][2] == "#REF!"
    assert (first.visible, second.visible) == (True, False)


def test_workbook_made_by_another_program_is_read(tmp_path):
    """Absolute part names and no styles, as some writers leave them."""
    path = workbook(tmp_path / "a.xlsx")
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part == "xl/_rels/workbook.xml.rels":
                content = content.replace(b'"worksheets/', b'"/xl/worksheets/')
            new.writestr(part, content)
    path.write_bytes(out.getvalue())
    assert read_book(path)[0].hidden == {2}


def test_titles_above_the_headings_are_passed_over():
    header = header_of(
        ["和顺里社区居民台账", None, None],
        ["填表单位：某某", None, "填表时间：2026年5月8日"],
        ["序号", "*姓  名", "身份证\n号码", "联系电话(必填)"],
        [1, "张三", "990101193807151219", None],
    )
    assert (header.first, header.last) == (2, 2)
    assert [c.path for c in header.known] == ["name", "id_number", "phones"]


def test_two_columns_of_names_stay_distinct_under_their_groups():
    rows = (
        ["户主情况", None, "成员情况", None, "子女情况", None],
        ["姓名", "电话", "姓名", "身份证号", "姓名", "电话"],
    )
    merges = {(0, 1): (0, 0), (0, 3): (0, 2), (0, 5): (0, 4)}
    columns = header_of(*rows, anchors=merges).columns
    assert {c.heading: c.path for c in columns} == {
        "户主情况/姓名": "household.head_name",
        "户主情况/电话": "household.phones",
        "成员情况/姓名": "name",
        "成员情况/身份证号": "id_number",
        "子女情况/姓名": "contact.1.name",
        "子女情况/电话": "contact.1.phones",
    }


CHILDREN = {
    "子女情况/姓名": "contact.1.name",
    "子女情况/电话": "contact.1.phones",
    "子女情况/住址": "contact.1.address",
}


@pytest.mark.parametrize(
    ("groups", "labels", "paths"),
    [
        (  # nobody but the head is named: the head is the resident
            ["户主情况", "", "", "", "子女情况", "", ""],
            ["姓名", "身份证号", "电话", "住址", "姓名", "电话", "住址"],
            {
                "户主情况/姓名": "name",
                "户主情况/身份证号": "id_number",
                "户主情况/电话": "phones",
                "户主情况/住址": "door",
                **CHILDREN,
            },
        ),
        (  # an address that stands beside the groups is the resident's
            ["户主情况", "", "子女情况", "", "", "住址"],
            ["姓名", "电话", "姓名", "电话", "住址", "住址"],
            {
                "户主情况/姓名": "name",
                "户主情况/电话": "phones",
                **CHILDREN,
                "住址": "door",
            },
        ),
        (  # members are named: the head is the household's, and so is the address
            ["户主情况", "", "", "成员情况", ""],
            ["姓名", "电话", "住址", "姓名", "电话"],
            {
                "户主情况/姓名": "household.head_name",
                "户主情况/电话": "household.phones",
                "户主情况/住址": "door",
                "成员情况/姓名": "name",
                "成员情况/电话": "phones",
            },
        ),
        (  # a group nobody knows names somebody else, whose telephone is not ours
            ["基本情况", "", "", "帮扶责任人", ""],
            ["姓名", "身份证号", "住址", "姓名", "电话"],
            {
                "基本情况/姓名": "name",
                "基本情况/身份证号": "id_number",
                "基本情况/住址": "door",
                "帮扶责任人/姓名": "",
                "帮扶责任人/电话": "",
            },
        ),
    ],
)
@pytest.mark.parametrize("titles", [0, 2])
def test_values_go_to_the_person_their_group_speaks_of(groups, labels, paths, titles):
    above = [["独居老人台账"], ["填表单位：某社区 填表时间：2024年3月2日"]][:titles]
    width = len(labels)
    merges = {(row, n): (row, 0) for row in range(titles) for n in range(1, width)}
    for column, group in enumerate(groups):
        if not group:
            before = (titles, column - 1)
            merges[titles, column] = merges.get(before, before)
        elif group == labels[column]:
            merges[titles + 1, column] = (titles, column)
    header = header_of(*above, groups, labels, anchors=merges)
    assert {c.heading: c.path for c in header.columns} == paths


def test_outer_group_tells_whose_the_inner_ones_are():
    rows = (
        ["基本信息", "", "", "监护人", "", ""],
        ["个人", "", "联系", "基本", "", "联系"],
        ["姓名", "身份证号", "电话", "姓名", "关系", "电话"],
    )
    merges = {(0, 1): (0, 0), (0, 2): (0, 0), (0, 4): (0, 3), (0, 5): (0, 3)}
    header = header_of(*rows, anchors={**merges, (1, 1): (1, 0), (1, 4): (1, 3)})
    assert [c.path for c in header.columns] == [
        *("name", "id_number", "phones"),
        *("contact.1.name", "contact.1.relation", "contact.1.phones"),
    ]


@pytest.mark.parametrize(
    ("head", "last"),
    [
        (["手机号码", "姓名", "电话"], ["phones", "", ""]),
        (["紧急联系人", "联系电话"], ["contact.1.name", "contact.1.phones"]),
        (["户主姓名", "联系电话"], ["household.head_name", "household.phones"]),
        (["住址", "手机号码"], ["door", "phones"]),
    ],
)
def test_second_telephone_is_that_of_the_name_before_it(head, last):
    paths = [c.path for c in header_of(["姓名", "身份证号", "电话", *head]).columns]
    assert paths == ["name", "id_number", "phones", *last]


def test_groups_within_groups_of_a_csv_reach_over_their_columns():
    header = header_of(
        ["姓名", "身份证号", "子女情况", "", "", ""],
        ["", "", "长子", "", "次子", ""],
        ["", "", "姓名", "电话", "姓名", "电话"],
    )
    slots = [f"contact.{n}.{field}" for n in (1, 2) for field in ("name", "phones")]
    assert [c.path for c in header.columns] == ["name", "id_number", *slots]


def test_groups_of_a_csv_reach_over_their_columns_without_merges():
    header = header_of(
        ["姓名", "身份证号", "房主信息", "", "联系人", ""],
        ["", "", "姓名", "电话", "姓名", "电话"],
    )
    assert [c.path for c in header.known] == [
        "name",
        "id_number",
        "dwelling.owner_name",
        "dwelling.owner_phones",
        "contact.1.name",
        "contact.1.phones",
    ]


def test_second_contact_gets_its_own_number():
    header = header_of(
        ["姓名", "住址", "联系人1姓名", "联系人1电话", "子女姓名", "子女电话"],
    )
    paths = [c.path for c in header.known]
    assert paths[-2:] == ["contact.1.name", "contact.1.phones"]


def test_a_choice_of_the_user_wins():
    sheet = RawSheet("表", [["姓名", "住址", "电话", "老人近况"]])
    header = find_header(sheet, {"老人近况": "difficulty"})
    assert header.columns[3].path == "difficulty"


def test_an_unknown_choice_is_refused_in_words():
    assert chosen_path("困难及诉求") == "difficulty"
    assert chosen_path("contact.2.phones") == "contact.2.phones"
    with pytest.raises(UserError, match="没有“身高”这个字段"):
        chosen_path("身高")


def test_sheet_without_names_has_no_header():
    assert header_of(["楼栋", "单元", "房号", "电话"]) is None
    assert header_of(["姓名", "电话"]) is None
    assert header_of() is None


@pytest.mark.parametrize("path", paths())
def test_every_path_leads_to_a_field_or_has_its_own_reader(path):
    if path != "-" and not path.startswith("contact."):
        spec = field_at(path)
        assert spec is not None or path in UNDECLARED or path.startswith("tag.")
