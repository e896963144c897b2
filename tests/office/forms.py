"""Blank forms as towns send them, made by the two libraries clerks' files come from."""

from __future__ import annotations

import io
import struct
import zlib

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

THIN = Side(style="thin")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
GREY = PatternFill("solid", fgColor="D9D9D9")
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)


def png(width=24, height=16, colour=b"\xc0\x20\x20"):
    """A small picture, made here so that none has to be kept."""
    row = b"\0" + colour * width

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(row * height)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", data), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def boxed(sheet, first, last, columns, **look):
    """Bordered empty rows."""
    for row in range(first, last + 1):
        for column in range(1, columns + 1):
            cell = sheet.cell(row, column)
            cell.border, cell.alignment = BOX, CENTRE
            for name, value in look.items():
                setattr(cell, name, value)


def heads(sheet, row, words):
    for column, word in enumerate(words, 1):
        cell = sheet.cell(row, column, word)
        cell.border, cell.alignment, cell.fill = BOX, CENTRE, GREY
        cell.font = Font(name="黑体", size=12, bold=True)


def elders(path, rows=5):
    """高龄独居老人摸底表: title, unit line, numbered rows, lists, a total, a foot."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "摸底表"
    sheet.merge_cells("A1:J1")
    sheet["A1"] = "高龄独居老人摸底表"
    sheet["A1"].font = Font(name="方正小标宋简体", size=20)
    sheet["A1"].alignment = CENTRE
    sheet.merge_cells("A2:J2")
    sheet["A2"] = "填表单位（盖章）：            填表时间：    年  月  日"
    words = ("序号", "姓名", "性别", "年龄", "身份证\n号码", "联系电话(必填)")
    heads(sheet, 3, (*words, "家庭住址", "是否独居", "子女联系\n电话", "备注"))
    last = 3 + rows
    boxed(sheet, 4, last, 10, font=Font(name="仿宋_GB2312", size=11))
    for number in range(1, rows + 1):
        sheet.cell(3 + number, 1, number)
    for column in ("E", "F", "I"):
        for row in range(4, last + 1):
            sheet[f"{column}{row}"].number_format = "@"
    total = last + 1
    boxed(sheet, total, total, 10, font=Font(bold=True))
    sheet.cell(total, 1, "合计")
    sheet.cell(total, 2, f"=COUNTA(B4:B{last})")
    sheet.cell(total, 4, f"=IFERROR(AVERAGE(D4:D{last}),0)")
    sheet.merge_cells(f"A{total + 1}:J{total + 1}")
    sheet.cell(total + 1, 1, "填表人：          审核人：          联系电话：")
    for words, area in (("男,女", "C"), ("是,否", "H")):
        listed = DataValidation("list", formula1=f'"{words}"', allow_blank=True)
        listed.add(f"{area}4:{area}{last}")
        sheet.add_data_validation(listed)
    red = FormulaRule(["$D4>=90"], fill=PatternFill("solid", bgColor="FFC7CE"))
    sheet.conditional_formatting.add(f"A4:J{last}", red)
    for letter, width in zip(
        "ABCDEFGHIJ", (6, 10, 6, 6, 22, 15, 30, 9, 18, 12), strict=True
    ):
        sheet.column_dimensions[letter].width = width
    sheet.row_dimensions[3].height = 33
    sheet.freeze_panes = "C4"
    sheet.print_area = f"A1:J{total + 1}"
    sheet.print_title_rows = "1:3"
    sheet.page_setup.orientation = "landscape"
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
    other = book.create_sheet("汇总")
    other["A1"], other["B1"] = "人数", f"=摸底表!B{total}"
    other["A2"], other["B2"] = "最大年龄", f"=MAX('摸底表'!$D$4:$D${last})"
    book.defined_names["人数"] = DefinedName("人数", attr_text=f"摸底表!$B${total}")
    book.save(path)
    return path
