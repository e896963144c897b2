"""Whatever the file, reading ends in a table or in a sentence that says what to do,
soon, and within bounds of memory."""

from __future__ import annotations

import datetime as dt
import io
import os
import random
import re
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from pathlib import Path

import pytest
import xlwt

from gridapp.errors import UserError
from gridapp.office.ledgers import ledger
from gridapp.office.tables.reader import read_book
from tests.conftest import journal_rows
from tests.office.odd_files import HEAD, parts, row, zipped

HANGS = 60  # seconds of processor: no file may take so long, however slow the machine
SHEET = "xl/worksheets/sheet1.xml"
BASE = [("姓名", "性别", "联系电话"), ("张三", "男", "13800000001"), ("李四", "女", "")]


def old_workbook(path: Path) -> Path:
    book = xlwt.Workbook()
    page = book.add_sheet("名单")
    for r, line in enumerate(BASE):
        for c, text in enumerate(line):
            page.write(r, c, text)
    book.save(str(path))
    return path


def make(kind: str, folder: Path) -> bytes:
    """A small whole file of that kind."""
    if kind == "xls":
        return old_workbook(folder / "whole.xls").read_bytes()
    if kind == "xlsx":
        rows = "".join(row(n, *line) for n, line in enumerate(BASE, 1))
        return zipped(parts(rows))
    if kind == "csv":
        return "\n".join(",".join(line) for line in BASE).encode("gb18030")
    cells = "".join(
        "<tr>" + "".join(f"<td>{text}</td>" for text in line) + "</tr>" for line in BASE
    )
    return f"<html><meta charset=gbk><table>{cells}</table></html>".encode("gbk")


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv", "html"])
def test_a_damaged_file_gives_a_table_or_a_sentence(kind, tmp_path):
    whole = make(kind, tmp_path)
    chance = random.Random(kind)
    path = tmp_path / "台账.xls"
    path.write_bytes(whole)
    assert read_book(path)[0].rows[1][0] == "张三"
    refused = 0
    for _ in range(150):
        spoiled = bytearray(whole[: chance.randrange(1, len(whole) + 1)])
        for _ in range(chance.choice((0, 1, 8))):
            spoiled[chance.randrange(len(spoiled))] ^= 1 << chance.randrange(8)
        path.write_bytes(spoiled)
        start, said = time.process_time(), "，"
        try:
            assert read_book(path)
        except UserError as error:
            refused += 1
            said = str(error)
        assert time.process_time() - start < HANGS
        assert re.search("，|空文件", said)
    assert refused


def refuse(folder: Path, content: bytes, words: str, name: str = "台账.xlsx") -> None:
    """The file is refused with these words among others, and soon."""
    path = folder / name
    path.write_bytes(content)
    start = time.process_time()
    with pytest.raises(UserError, match=words):
        read_book(path)
    assert time.process_time() - start < HANGS


def bomb(megabytes: int) -> bytes:
    """A workbook of some kilobytes whose sheet unpacks to so many megabytes, and whose
    directory says that it has a hundred bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(b" " * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = block * megabytes + packer.flush()
    files = parts("")
    whole = zipped({k: v for k, v in files.items() if k != SHEET} | {SHEET: b"x" * 100})
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.infolist():
            if one.filename != SHEET:
                new.writestr(one, old.read(one))
        info = zipfile.ZipInfo(SHEET)
        new.writestr(info, packed)  # stored as it is, then called deflated
    content = bytearray(out.getvalue())
    name = SHEET.encode()
    local = content.find(name) - 30
    central = content.rfind(name) - 46
    struct.pack_into("<H", content, local + 8, zipfile.ZIP_DEFLATED)
    struct.pack_into("<H", content, central + 10, zipfile.ZIP_DEFLATED)
    struct.pack_into("<I", content, local + 22, 100)
    struct.pack_into("<I", content, central + 24, 100)
    return bytes(content)


def test_a_zip_bomb_that_lies_about_its_size_is_refused(tmp_path):
    content = bomb(2000)
    assert len(content) < 3 << 20
    refuse(tmp_path, content, "展开后太大")


LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "哈哈哈哈哈哈哈哈哈哈">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml"])
def test_entities_are_refused_wherever_they_stand(part, tmp_path):
    files = parts(row(1, "&j;"), styles="<fonts/>")
    files[part] = files[part].replace(HEAD.encode(), (HEAD + LAUGHS).encode())
    refuse(tmp_path, zipped(files), "不是完好的 Excel")


def test_entities_of_an_xml_workbook_are_refused(tmp_path):
    text = (
        f'{HEAD}{LAUGHS}<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'
        "<Worksheet><Table><Row><Cell><Data>&j;</Data></Cell></Row></Table></Worksheet>"
        "</Workbook>"
    )
    refuse(tmp_path, text.encode(), "不是完好的 Excel", "台账.xls")


def test_a_sheet_filled_to_the_last_row_is_refused(tmp_path):
    lines = "".join(
        f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, (1 << 20) + 1)
    )
    refuse(tmp_path, zipped(parts(lines)), "超过 100,000 行")


def test_borders_down_to_the_last_row_do_no_harm(tmp_path):
    """Whole columns with borders: styled cells without content."""
    lines = row(1, "姓名", "性别", "电话") + row(2, "张三", "男", "13800000001")
    lines += "".join(
        f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(3, 110_000)
    )
    path = tmp_path / "台账.xlsx"
    path.write_bytes(zipped(parts(lines)))
    assert len(read_book(path)[0].rows) == 2


def test_a_merge_over_the_whole_sheet_does_no_harm(tmp_path):
    merges = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    lines = "".join(row(n, "张三", "男", "电话") for n in range(1, 1000))
    path = tmp_path / "台账.xlsx"
    path.write_bytes(zipped(parts(lines, merges=merges)))
    assert read_book(path)[0].cell(998, 2) == "张三"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (
            "rows",
            '<table:table-row table:number-rows-repeated="1048576"><table:table-cell '
            'table:number-columns-repeated="16384"><text:p>甲</text:p>'
            "</table:table-cell></table:table-row>",
            "超过|太大",
        ),
        (
            "columns",
            "<table:table-row>"
            '<table:table-cell table:number-columns-repeated="99999999">'
            "<text:p>甲</text:p></table:table-cell></table:table-row>",
            "太大",
        ),
    ],
)
def test_repeated_cells_of_an_open_document_are_bounded(name, text, words, tmp_path):
    refuse(tmp_path, zipped({"content.xml": open_document(text)}), words, "a.ods")


def open_document(rows: str) -> bytes:
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    return (
        f'{HEAD}<office:document-content xmlns:office="{space}office:1.0" '
        f'xmlns:table="{space}table:1.0" xmlns:text="{space}text:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="名单">{rows}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    ).encode()


def test_cells_of_a_page_that_span_everything_are_bounded(tmp_path):
    cell = "<tr>" + "<td rowspan=65534 colspan=1000>甲</td>" * 9 + "</tr>"
    refuse(tmp_path, f"<table>{cell * 2000}</table>".encode(), "太大", "a.xls")


@pytest.mark.parametrize("text", ["<div>" * 100_000, "<b" * 300_000, "<!--" * 200_000])
def test_a_page_that_nests_without_end_is_refused(text, tmp_path):
    refuse(tmp_path, f"<html>{text}".encode(), "没有表格", "a.xls")


def test_an_old_workbook_with_a_password_is_refused(tmp_path):
    content = bytearray(old_workbook(tmp_path / "a.xls").read_bytes())
    first = content.find(b"\x09\x08\x10\x00")  # the workbook's beginning, then a record
    struct.pack_into("<H", content, first + 4 + 16, 0x2F)  # that says: encrypted
    refuse(tmp_path, bytes(content), "打开密码", "b.xls")


def test_places_that_are_no_files_are_refused(tmp_path):
    with pytest.raises(UserError, match="文件夹"):
        read_book(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match="不是文件"):
        read_book(tmp_path / "pipe")
    with pytest.raises(UserError, match="找不到"):
        read_book(tmp_path / "没有.xlsx")
    odd = tmp_path / "《台账》 (终稿)…=1+1\u202e.xls"
    odd.write_bytes("姓名,性别\n张三,男\n".encode())
    assert read_book(odd)[0].rows[1] == ["张三", "男"]


def test_a_file_larger_than_any_ledger_is_not_even_opened(tmp_path):
    path = tmp_path / "a.xlsx"
    with path.open("wb") as file:
        file.truncate(200 << 20)
    with pytest.raises(UserError, match="60 MB"):
        read_book(path)


def test_sixteen_thousand_columns_are_planned(vault, tmp_path):
    path = tmp_path / "宽.csv"
    wide = ",".join(f"列{n}" for n in range(16_384))
    line = ",".join("x" for _ in range(16_384))
    path.write_text(f"姓名,性别,联系电话,{wide}\n" + f"张三,男,,{line}\n" * 20, "utf-8")
    plan = ledger.plan_import(vault, path, today=dt.date(2026, 11, 23))
    assert len(plan.rows) == 20


def test_formulas_hidden_in_text_stay_text_and_nothing_is_written(vault, tmp_path):
    path = tmp_path / "台账.csv"
    trap = '=HYPERLINK("http://x","点")'
    quoted = trap.replace('"', '""')
    path.write_text(f'姓名,性别,联系电话,备注\n张三,男,,"{quoted}"\n', "utf-8")
    with vault.reading() as db:
        before = journal_rows(db)
    plan = ledger.plan_import(vault, path, today=dt.date(2026, 11, 23))
    assert plan.rows[0].values["note"] == trap
    with vault.reading() as db:
        assert journal_rows(db) == before


BOUNDED = """
import resource, sys
from pathlib import Path
import lxml.etree, python_calamine, xlrd
from gridapp.errors import UserError
from gridapp.office.tables.reader import read_book
before = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
room = before + (600 << 20)
resource.setrlimit(resource.RLIMIT_AS, (room, room))
for path in sys.argv[1:]:
    try:
        read_book(Path(path))
        print("read")
    except UserError as error:
        print("refused")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded by the system")
def test_reading_anything_takes_less_than_600_megabytes(tmp_path):
    many = "".join(
        f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 150_000)
    )
    wide = "".join(
        f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 2000)
    )
    files = {
        "bomb.xlsx": bomb(500),
        "many.xlsx": zipped(parts(many)),
        "wide.xlsx": zipped(parts(wide)),
        "lines.csv": b"1,2\n" * 1_000_000,
        "line.csv": b"1" * (20 << 20),
        "page.xls": b"<table>" + b"<tr><td>1" * 150_000,
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    told = subprocess.run(
        [sys.executable, "-c", BOUNDED, *(str(tmp_path / name) for name in files)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert told.stderr == ""
    assert told.stdout.split() == ["refused"] * len(files)
