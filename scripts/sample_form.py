"""高龄独居老人摸底表.xlsx: a blank form as a town sends it, to be filled in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

NAME, SHEET = "高龄独居老人摸底表.xlsx", "摸底表"
TITLE, LINE = 1, 2  # rows above the headings
FIRST, ROWS = 4, 12  # 0-based row of the first person; empty rows
COLUMNS: tuple[tuple[str, int], ...] = (
    ("序号", 6),
    ("姓名", 10),
    ("性别", 6),
    ("年龄", 6),
    ("身份证号码", 21),
    ("联系电话", 14),
    ("家庭住址", 24),
    ("是否独居", 9),
    ("子女姓名", 10),
    ("子女联系电话", 14),
    ("最近走访日期", 13),
    ("有无助餐需求", 10),
)
TEXT, DAY = ("身份证号码", "联系电话", "子女联系电话"), "最近走访日期"
LISTS = {"性别": ["男", "女"], "是否独居": ["是", "否"], "有无助餐需求": ["有", "无"]}


def write(path: Path) -> None:
    """Write the form; the same bytes each time."""
    book: Any = Workbook(str(path))
    book.set_properties({"created": dt.datetime(2026, 6, 30, 9, 0)})
    sheet: Any = book.add_worksheet(SHEET)
    box = {"border": 1, "align": "center", "valign": "vcenter", "font_name": "宋体"}
    title = book.add_format({"bold": True, "font_size": 20, "align": "center"})
    head = book.add_format({**box, "bold": True, "text_wrap": True})
    last = len(COLUMNS) - 1
    sheet.merge_range(0, 0, 0, last, "高龄独居老人摸底表", title)
    line = "填表单位（盖章）：                    填表日期：      年    月    日"
    sheet.merge_range(TITLE, 0, TITLE, last, line)
    sheet.set_row(0, 34)
    sheet.set_row(FIRST - 1, 34)
    for column, (words, width) in enumerate(COLUMNS):
        look = {"num_format": "@"} if words in TEXT else {}
        look = {"num_format": "yyyy-mm-dd"} if words == DAY else look
        cell = book.add_format({**box, **look})
        sheet.set_column(column, column, width)
        sheet.write(FIRST - 1, column, words, head)
        for row in range(FIRST, FIRST + ROWS):
            if column:
                sheet.write_blank(row, column, None, cell)
            else:
                sheet.write_number(row, column, row - FIRST + 1, cell)
        if words in LISTS:
            end = FIRST + ROWS - 1
            listed = {"validate": "list", "source": LISTS[words]}
            sheet.data_validation(FIRST, column, end, column, listed)
    _write_foot(sheet, head, last)
    sheet.freeze_panes(FIRST, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(FIRST - 1)
    sheet.set_footer("&C第 &P 页 共 &N 页")
    book.close()


def _write_foot(sheet: Any, head: Any, last: int) -> None:
    """The total, and the line that is signed."""
    total, end = FIRST + ROWS, FIRST + ROWS
    for column in range(last + 1):
        sheet.write_blank(total, column, None, head)
    sheet.write(total, 0, "合计", head)
    sheet.write_formula(total, 1, f"=COUNTA(B{FIRST + 1}:B{end})", head, 0)
    line = "填表人：                    审核人：                    联系电话："
    sheet.merge_range(total + LINE - 1, 0, total + LINE - 1, last, line)
