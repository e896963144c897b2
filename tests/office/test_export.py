"""A list goes into a file as it is shown, and comes back as it went."""

import csv
import datetime as dt
import os

import openpyxl
import pandas as pd
import pytest

from gridapp.errors import UserError
from gridapp.models import RECORDS, Household, Resident, Visit
from gridapp.models.kinds import DECIMAL, NOTE, TEXT
from gridapp.models.purposes import purpose_of
from gridapp.office.exporting.export import export
from gridapp.office.ledgers import ledger
from gridapp.store import records
from gridapp.work.listing import Column, Listing, of_records
from gridapp.work.ordering import ordered
from gridapp.work.purpose import Signature, signed
from gridapp.work.record_columns import columns_of
from gridapp.work.visits import log_visit
from tests.conftest import at

NOON = dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC)
MASKED = Signature("周敏", "和顺里第一网格", NOON)
WHOLE = Signature("周敏", "和顺里第一网格", NOON, "报街道民政办摸底")


def written(vault, listing, out, signature=MASKED, keys=None, **more):
    wanted = [
        one for one in listing.columns if (one.key in keys if keys else one.usual)
    ]
    with vault.reading() as db:
        return export(db, listing, wanted, out, signature, **more)


def residents(people):
    return of_records(Resident, [people.li, people.zhang, people.chen])


def table(*cells, kind=TEXT):
    """A list of one column with these values."""
    return Listing(
        "made",
        "清单",
        (Column("it", "内容", kind),),
        cells,
        lambda _, some, __: [{"it": one} for one in some],
    )


def test_numbers_are_text_cells_and_dates_are_dates(vault, people, tmp_path):
    out = tmp_path / "a.xlsx"
    assert written(vault, residents(people), out, WHOLE) == 3
    sheet = openpyxl.load_workbook(out)["居民"]
    head = {cell.value: cell.column for cell in sheet[1]}
    number = sheet.cell(2, head["公民身份号码"])
    assert (number.data_type, number.number_format) == ("s", "@")
    assert number.value.startswith("99010119440308")
    phone = sheet.cell(2, head["联系方式"])
    assert (phone.value, phone.number_format) == ("13800000001", "@")
    born = sheet.cell(2, head["出生日期"])
    assert (born.value, born.number_format) == (dt.datetime(1944, 3, 8), "yyyy-mm-dd")
    age = sheet.cell(2, head["年龄"])
    assert (age.data_type, age.value >= 82) == ("n", True)
    assert sheet.cell(2, head["人员标签"]).value == "独居"
    place = [sheet.cell(2, head[one]).value for one in ("楼栋", "单元", "房号")]
    assert place == ["3", "2", "501"]


def test_pandas_reads_the_first_sheet_as_a_clean_table(vault, people, tmp_path):
    out = tmp_path / "a.xlsx"
    written(vault, residents(people), out, WHOLE)
    frame = pd.read_excel(
        out, engine="openpyxl", dtype={"公民身份号码": str, "联系方式": str}
    )
    assert list(frame["姓名"]) == ["李桂英", "张德福", "陈秀兰"]
    assert frame["公民身份号码"].str.len().tolist() == [18, 18, 18]
    assert frame["出生日期"].dtype.kind == "M"
    assert frame["年龄"].dtype.kind == "i"


def test_private_values_are_masked_unless_a_purpose_is_named(vault, people, tmp_path):
    out = tmp_path / "a.xlsx"
    everything = {one.key for one in columns_of(Resident)}
    written(vault, residents(people), out, keys=everything)
    book = openpyxl.load_workbook(out)
    cells = {
        str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row
    }
    assert not any("13800000001" in one or "13800000002" in one for one in cells)
    assert not any("19440308" in one for one in cells)
    assert "138****0001" in cells
    assert "李芳138****0002、李强138****0002" in cells


def test_the_file_says_who_made_it_when_and_what_for(vault, people, tmp_path):
    out = tmp_path / "a.xlsx"
    narrowed = of_records(Resident, [people.li], narrowed=["独居", "“桂英”"])
    written(vault, narrowed, out, WHOLE)
    book = openpyxl.load_workbook(out)
    said = dict(book["说明"].iter_rows(values_only=True))
    assert said["条件"] == "独居；“桂英”"
    assert said["行数"] == "1"
    assert (said["导出人"], said["网格"]) == ("周敏", "和顺里第一网格")
    assert said["用途"] == "报街道民政办摸底"
    assert (book.properties.creator, book.properties.title) == ("周敏", "居民")
    assert "报街道民政办摸底" in book.properties.description
    foot = book["居民"].oddFooter.left.text
    assert foot == f"{WHOLE.who} 导出，用途：报街道民政办摸底"
    masked = tmp_path / "b.xlsx"
    written(vault, narrowed, masked)
    assert "用途" not in openpyxl.load_workbook(masked)["居民"].oddFooter.left.text
    said = dict(openpyxl.load_workbook(masked)["说明"].iter_rows(values_only=True))
    assert "用途" not in said
    assert said["证件和电话"] == "中间几位已用 * 代替"


def test_a_sheet_is_ready_to_filter_and_to_print(vault, people, tmp_path):
    out = tmp_path / "a.xlsx"
    written(vault, residents(people), out)
    sheet = openpyxl.load_workbook(out)["居民"]
    assert sheet.auto_filter.ref == sheet.dimensions
    assert sheet.freeze_panes == "E2"  # up to the name
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"
    assert str(sheet.page_setup.paperSize) == "9"
    assert "&P" in sheet.oddFooter.center.text
    number = next(one for one in sheet[1] if one.value == "公民身份号码")
    assert sheet.column_dimensions[number.column_letter].width >= 18


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(A1)", '=HYPERLINK("x")'])
def test_a_text_that_looks_like_a_formula_stays_text(vault, tmp_path, text):
    book, plain = tmp_path / "a.xlsx", tmp_path / "a.csv"
    written(vault, table(text), book)
    cell = openpyxl.load_workbook(book)["清单"]["A2"]
    assert (cell.data_type, cell.value) == ("s", text)
    assert cell.quotePrefix
    written(vault, table(text), plain)
    [_, [kept]] = csv.reader(plain.read_text("utf-8-sig").splitlines())
    assert kept == f"'{text}"


def test_csv_is_utf8_with_a_mark_and_the_same_cells(vault, people, tmp_path):
    out = tmp_path / "a.csv"
    assert written(vault, residents(people), out, WHOLE) == 3
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    frame = pd.read_csv(out, dtype=str)
    assert frame.loc[0, "联系方式"] == "13800000001"
    assert frame.loc[0, "出生日期"] == "1944-03-08"
    assert len(frame.loc[0, "公民身份号码"]) == 18


def test_long_words_wrap_and_a_day_before_excels_count_is_text(vault, tmp_path):
    out = tmp_path / "a.xlsx"
    written(vault, table("第一行\n" + "很长" * 300, kind=NOTE), out)
    sheet = openpyxl.load_workbook(out)["清单"]
    assert sheet["A2"].alignment.wrap_text
    assert sheet["A2"].value.startswith("第一行\n很长")
    assert sheet.column_dimensions["A"].width < 60
    early = Column("it", "生于", TEXT)
    assert early.cell("1890-01-02", unmasked=True) == "1890-01-02"


def test_what_was_exported_in_full_is_known_when_it_is_imported(
    vault, people, tmp_path, today
):
    """Every row 无变化: nothing is lost or changed on the way out and in again."""
    with vault.writing() as tx:
        home = records.get(tx.db, Resident, people.zhang)["household_id"]
        records.save(tx, Household, {"head_name": "张德福"}, home)
    everything = {one.key for one in columns_of(Resident)}
    for name, keys in (("a.xlsx", None), ("a.csv", None), ("all.xlsx", everything)):
        out = tmp_path / name
        written(vault, residents(people), out, WHOLE, keys)
        plan = ledger.plan_import(vault, out, today=today)
        rows = [row for sheet in plan.sheets for row in sheet.rows]
        assert [row.state for row in rows] == ["无变化"] * 3, name


def test_every_record_type_has_columns_with_names_of_their_own(vault, people, today):
    for model in RECORDS:
        labels = [one.label for one in columns_of(model)]
        assert len(labels) == len(set(labels)), model.__tablename__
        assert any(one.usual for one in columns_of(model))


def test_a_reference_is_told_in_words_with_the_door(vault, people, tmp_path):
    with vault.writing() as tx:
        log_visit(tx, people.li, {"started_at": at(dt.date(2026, 11, 2)), "note": "好"})
    with vault.reading() as db:
        ids = records.ids(db, Visit)
    out = tmp_path / "a.xlsx"
    written(vault, of_records(Visit, ids), out)
    [row] = pd.read_excel(out, engine="openpyxl").to_dict("records")
    assert (row["居民"], row["门牌"], row["方式"]) == ("李桂英", "3-2-501", "入户")
    assert row["时间"] == dt.datetime(2026, 11, 2, 9)
    assert row["录入人"] == "周敏"


def test_rows_stand_in_the_order_they_are_given(vault, people, tmp_path):
    out = tmp_path / "a.xlsx"
    listing = of_records(Resident, [people.chen, people.li, people.zhang])
    written(vault, listing, out)
    assert list(pd.read_excel(out, engine="openpyxl")["姓名"]) == [
        "陈秀兰",
        "李桂英",
        "张德福",
    ]


def test_columns_sort_by_what_they_mean(vault, people):
    def names(key, **more):
        columns = {one.key: one for one in columns_of(Resident)}
        ids = [people.li, people.zhang, people.chen]
        with vault.reading() as db:
            found = ordered(db, Resident, ids, columns[key], **more)
            rows = records.by_id(db, Resident, found)
        return [rows[one]["name"] for one in found]

    assert names("name") == ["陈秀兰", "李桂英", "张德福"]  # chén lǐ zhāng
    assert names("age") == ["陈秀兰", "张德福", "李桂英"]
    assert names("age", descending=True) == ["李桂英", "张德福", "陈秀兰"]
    assert names("building") == ["李桂英", "张德福", "陈秀兰"]  # 3 before 12
    assert names("relation") == ["张德福", "陈秀兰", "李桂英"]  # empty last
    assert names("relation", descending=True)[-1] == "李桂英"


def test_a_stopped_export_leaves_no_file_and_what_was_there_stays(
    vault, people, tmp_path
):
    out = tmp_path / "a.xlsx"
    with pytest.raises(UserError, match="没有生成文件"):
        written(vault, residents(people), out, cancelled=lambda: True)
    assert list(tmp_path.glob("*a.xlsx*")) == []
    out.write_bytes(b"old")
    with pytest.raises(UserError):
        written(vault, residents(people), out, cancelled=lambda: True)
    assert out.read_bytes() == b"old"


def test_only_files_we_write_are_offered(vault, people, tmp_path):
    with pytest.raises(UserError, match=r"\.xlsx 或 \.csv"):
        written(vault, residents(people), tmp_path / "a.xls")


@pytest.mark.skipif(os.name == "nt", reason="rights of a folder are other there")
def test_a_folder_that_is_not_there_is_said(vault, people, tmp_path):
    with pytest.raises(UserError, match="文件夹"):
        written(vault, residents(people), tmp_path / "none" / "a.xlsx")


def test_a_purpose_has_5_to_200_characters(vault):
    assert purpose_of("  报街道 民政办 ") == "报街道 民政办"
    for wrong in ("", "看看", "报" * 201):
        with pytest.raises(UserError):
            purpose_of(wrong)
    with vault.reading() as db:
        signature = signed(db)
    assert (signature.by, signature.grid) == ("周敏", "和顺里第一网格")
    assert not signature.unmasked


def test_memory_does_not_grow_with_the_rows(vault, tmp_path):
    """Ten times the rows, and no more than the file itself in addition."""
    import tracemalloc

    def most(count):
        listing = table(*(f"第{number}行" for number in range(count)))
        out = tmp_path / f"{count}.xlsx"
        tracemalloc.start()
        written(vault, listing, out)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak - out.stat().st_size

    most(100)  # what is imported once
    few, many = most(1_000), most(10_000)
    assert many < few + 3_000_000


@pytest.mark.parametrize(
    "text",
    ["响铃\x07", "末位\ufffe\uffff", "𠮷𬱖", "a\r\nb\tc", "<&>\"'", "x" * 40_000],
)
def test_any_text_can_be_written_and_the_file_opened(vault, tmp_path, text):
    out = tmp_path / "a.xlsx"
    written(vault, table(text), out)
    kept = openpyxl.load_workbook(out)["清单"]["A2"].value
    assert kept[:2].strip() == text[:2].strip()
    assert len(kept) <= 32_767


def test_numbers_that_excel_has_not_are_written_as_words(vault, tmp_path):
    out = tmp_path / "a.xlsx"
    written(vault, table(float("inf"), float("nan"), 1.5, kind=DECIMAL), out)
    sheet = openpyxl.load_workbook(out)["清单"]
    assert [sheet[f"A{row}"].value for row in (2, 3, 4)] == ["inf", "nan", 1.5]


def test_no_row_of_a_workbook_lies_in_a_temporary_file(vault, tmp_path, monkeypatch):
    """A folder for such files that takes none, and a list that fills many blocks."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    names = [f"第{number}行" for number in range(3_000)]
    out = tmp_path / "a.xlsx"
    written(vault, table(*names), out)
    sheet = openpyxl.load_workbook(out).worksheets[0]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == names


def test_what_a_secretary_fills_into_an_exported_list_is_imported(
    vault, people, tmp_path
):
    """户籍地 took the place of 户籍门（楼）详址, whose words were left out; an address
    of 现住门（楼）详址 was taken for a door that could not be read."""
    out, filled = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    listing = residents(people)
    written(vault, listing, out, WHOLE, keys={one.key for one in listing.columns})
    book = openpyxl.load_workbook(out)
    head = {cell.value: cell.column for cell in book["居民"][1]}
    told = {
        "hukou_area": ("户籍地", "某省某县"),
        "hukou_address": ("户籍门（楼）详址", "某镇某村12号"),
        "current_address": ("现住门（楼）详址", "某市某路18号"),
        "income_note": ("收入与待遇", "高龄津贴"),
    }
    for heading, words in told.values():
        book["居民"].cell(2, head[heading], words)
    book.save(filled)

    plan = ledger.plan_import(vault, filled, today=dt.date(2026, 11, 23))

    assert plan.sheets[0].unknown == ()
    assert (plan.rows[0].state, len(plan.refused)) == ("更新", 0)
    ledger.apply(vault, plan)
    name = plan.rows[0].values["name"]
    with vault.reading() as db:
        [one] = [o for o in records.find(db, Resident) if o["name"] == name]
    assert {path: one[path] for path in told} == {
        path: words for path, (_, words) in told.items()
    }
