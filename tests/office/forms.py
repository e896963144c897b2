"""Blank forms as towns send them, made by the two libraries clerks' files come from."""

from __future__ import annotations

import io
import struct
import zlib

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
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


def grouped(path):
    """空巢老人信息表: two heading rows with groups, a formula, a logo, a text box."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("信息表")
    title = book.add_format({"bold": True, "font_size": 18, "align": "center"})
    head = book.add_format({"bold": True, "border": 1, "bg_color": "#DDEBF7"})
    cell = book.add_format({"border": 1, "font_name": "仿宋"})
    text = book.add_format({"border": 1, "num_format": "@"})
    day = book.add_format({"border": 1, "num_format": "yyyy-mm-dd"})
    sheet.merge_range("A1:I1", "空巢老人信息表", title)
    for area, words in (
        ("A3:A4", "姓名"),
        ("B3:D3", "基本情况"),
        ("E3:G3", "子女情况"),
    ):
        sheet.merge_range(area, words, head)
    for column, words in enumerate(("性别", "出生日期", "年龄"), 1):
        sheet.write(3, column, words, head)
    for column, words in enumerate(("姓名", "电话", "关系"), 4):
        sheet.write(3, column, words, head)
    sheet.merge_range("H3:I4", "备注", head)
    for row in range(4, 8):
        for column in range(9):
            look = {2: day, 5: text}.get(column, cell)
            sheet.write_blank(row, column, None, look)
        sheet.merge_range(row, 7, row, 8, "", cell)
        age = f'=IF(C{row + 1}="","",DATEDIF(C{row + 1},TODAY(),"Y"))'
        sheet.write_formula(row, 3, age, cell, "")
    sheet.write(8, 0, "合计", head)
    sheet.write_formula(8, 1, '=COUNTIF(B5:B8,"男")&"男"', head, "0男")
    sheet.write_formula(8, 3, "=MAX(D5:D8)", head, 0)
    sheet.insert_image("A11", "logo.png", {"image_data": io.BytesIO(png())})
    sheet.insert_textbox("C11", "填表说明：一人一行，不得空项")
    sheet.write_comment("A9", "人数由公式算")
    sheet.conditional_format("D5:D8", {"type": "data_bar", "data_bar_2010": True})
    sheet.add_sparkline("J9", {"range": "信息表!D5:D8"})
    sheet.set_header(
        "&C&G", {"image_center": "logo.png", "image_data_center": io.BytesIO(png())}
    )
    sheet.repeat_rows(2, 3)
    sheet.print_area("A1:I9")
    sheet.freeze_panes(4, 1)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=信息表!$D$5:$D$8", "categories": "=信息表!$A$5:$A$8"})
    book.add_chartsheet("图").set_chart(chart)
    book.close()
    return path


def locked(path, rows=3, may_grow=False):
    """A protected form: heading and 审核 locked, the rest open."""
    book = openpyxl.Workbook()
    sheet = book.active
    heads(sheet, 1, ("姓名", "身份证号", "联系电话", "村（社区）", "审核意见"))
    boxed(sheet, 2, 1 + rows, 5)
    for row in range(2, 2 + rows):
        for column in range(1, 5):
            sheet.cell(row, column).protection = Protection(locked=False)
    sheet.protection.sheet = True
    sheet.protection.insertRows = not may_grow
    book.save(path)
    return path


def households(path):
    """住户登记表: the rows of a household are merged, three to a household."""
    book = openpyxl.Workbook()
    sheet = book.active
    heads(sheet, 1, ("序号", "户主", "家庭住址", "姓名", "与户主关系", "身份证号"))
    boxed(sheet, 2, 7, 6)
    for first in (2, 5):
        for letter in "ABC":
            sheet.merge_cells(f"{letter}{first}:{letter}{first + 2}")
    sheet["A8"], sheet["D8"] = "合计", "=COUNTA(D2:D7)"
    book.save(path)
    return path


def example(path):
    """残疾人摸底: an example row, lists on another sheet, days as the example shows."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "摸底"
    sheet["A1"] = "残疾人摸底表"
    words = (
        "姓名",
        "性别",
        "出生年月",
        "民族",
        "政治面貌",
        "文化程度",
        "类别",
        "是否党员",
        "填报日期",
    )
    heads(sheet, 2, words)
    boxed(sheet, 3, 8, 9)
    shown = (
        "张三（例）",
        "男",
        "1950.01",
        "汉族",
        "群众",
        "小学",
        "独居",
        "否",
        "2026.1.5",
    )
    for column, word in enumerate(shown, 1):
        sheet.cell(3, column, word)
    words = book.create_sheet("字典")
    for row, word in enumerate(("中共党员", "共青团员", "群众"), 1):
        words.cell(row, 1, word)
    for row, word in enumerate(("小学", "初中", "高中", "本科"), 1):
        words.cell(row, 2, word)
    book.defined_names["学历"] = DefinedName("学历", attr_text="字典!$B$1:$B$4")
    for area, formula in (
        ("E3:E8", "字典!$A$1:$A$3"),
        ("F3:F8", "学历"),
        ("G3:G8", '"独居老人,低保户,特困"'),
        ("H3:H8", '"是,否"'),
    ):
        listed = DataValidation("list", formula1=formula)
        listed.add(area)
        sheet.add_data_validation(listed)
    book.save(path)
    return path


def bare(path, foot=True):
    """Headings and a foot with nothing between them."""
    book = openpyxl.Workbook()
    sheet = book.active
    heads(sheet, 1, ("序号", "姓名", "性别", "联系电话", "所属网格", "是否参加体检"))
    if foot:
        sheet["A2"], sheet["B2"] = "合计", "=COUNTA(B1:B1)-1"
    book.save(path)
    return path


def named(path):
    """Names the town has written already, with the rest to be completed."""
    book = openpyxl.Workbook()
    sheet = book.active
    heads(sheet, 1, ("序号", "姓名", "身份证号", "年龄", "家庭住址", "社区"))
    boxed(sheet, 2, 5, 6)
    for row, name in enumerate(("陈秀兰", "王不在", "李桂英"), 2):
        sheet.cell(row, 1, row - 1)
        sheet.cell(row, 2, name)
        sheet.cell(row, 6, "和平社区")
    sheet["D2"] = 70
    sheet["B2"].comment = Comment("请核实", "镇民政办")
    book.save(path)
    return path


def table_object(path):
    """An Excel table with a totals row, a picture below it and a shared formula."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("补贴 表")
    columns = [
        {"header": "姓名", "total_string": "合计"},
        {"header": "居民身份证号码"},
        {"header": "联系电话"},
        {"header": "月数", "total_function": "sum"},
        {"header": "金额", "formula": "=[@月数]*100", "total_function": "sum"},
    ]
    sheet.add_table("A2:E5", {"columns": columns, "total_row": True, "name": "补贴"})
    for row in (2, 3):
        for column in range(4):
            sheet.write_blank(row, column, None, book.add_format({"border": 1}))
    sheet.write(0, 0, "高龄补贴发放表")
    sheet.insert_image("B8", "seal.png", {"image_data": io.BytesIO(png(40, 40))})
    sheet.ignore_errors({"number_stored_as_text": "B3:B4"})
    book.close()
    return path


def card(path):
    """老年人基本情况登记表: one person, labels with an empty cell beside each."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "登记表"
    boxed(sheet, 1, 8, 6)
    sheet.merge_cells("A1:F1")
    sheet["A1"] = "老年人基本情况登记表"
    sheet["A2"], sheet["C2"], sheet["E2"] = "姓  名", "性别", "出生年月"
    sheet["D2"] = "□男  □女"
    sheet["A3"], sheet["E3"] = "身份证号码", "联系电话"
    sheet.merge_cells("B3:D3")
    sheet["A4"] = "家庭住址："
    sheet.merge_cells("B4:F4")
    sheet.merge_cells("A5:A6")
    sheet["A5"], sheet["B5"], sheet["D5"] = "子女情况", "姓名", "联系电话"
    sheet["B6"] = "与本人关系"
    sheet["A7"], sheet["C7"], sheet["E7"] = "是否独居", "血型", "填表人"
    sheet["B7"] = "□是 □否"
    sheet["A8"] = "照片"
    sheet.merge_cells("B8:F8")
    sheet.row_dimensions[4].height = 40
    book.save(path)
    return path
