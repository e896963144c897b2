"""Whatever the file, reading ends in a table or in a sentence that says what to do,
soon, and within bounds of memory."""

from __future__ import annotations

import random
import re
import time
from pathlib import Path

import pytest
import xlwt

from gridapp.errors import UserError
from gridapp.office.sheet_reader import read_book
from tests.office.odd_files import parts, row, zipped

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
        start, said = time.perf_counter(), "，"
        try:
            assert read_book(path)
        except UserError as error:
            refused += 1
            said = str(error)
        assert time.perf_counter() - start < 5
        assert re.search("，|空文件", said)
    assert refused
