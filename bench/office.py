"""Ledgers in."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from bench import vaults
from bench.table import Line, Run, medians, seconds

ROWS = 10_000
HEADINGS = (
    *("序号", "楼栋", "单元", "房号", "姓名", "与户主关系", "性别", "民族"),
    *("身份证号", "出生日期", "文化程度", "联系电话", "备注"),
)


def ledgers(run: Run) -> Iterator[Line]:
    """Import the three sample ledgers into a new vault, against reading their cells."""
    first = vaults.estate(run.folder)
    taken, read = [first.took], [seconds(_read_samples)]
    for number in range(run.pick(2, 0)):
        store = vaults.new(run.folder / f"ledgers-{number}")
        taken.append(seconds(partial(vaults.import_samples, store)))
        read.append(seconds(_read_samples))
        store.close()
    took = median(taken)
    name = f"import of the sample ledgers, {first.rows:,} rows"
    yield Line(name, took, "s", took / median(read), "reading their cells")
    yield from _dry_run(run)


def _dry_run(run: Run) -> Iterator[Line]:
    """The dry run of a ledger, against what pandas and calamine need to read it."""
    import pandas

    from gridapp.office.ledgers import ledger

    store, source = vaults.estate(run.folder).store, run.folder / "ledger.xlsx"
    _write_ledger(source)
    reader: Any = pandas  # its types are half known
    mine, frame, cells = medians(
        run.pick(5, 3),
        lambda: ledger.plan_import(store, source, today=dt.date.today()),
        lambda: reader.read_excel(source, engine="openpyxl"),
        lambda: _cells(source),
    )
    name = f"dry run of a ledger of {ROWS:,} rows"
    yield Line(name, mine, "s", mine / frame, "pandas.read_excel by openpyxl", "< 1")
    yield Line(name, mine, "s", mine / cells, "calamine, the cells alone")


def _write_ledger(path: Path) -> None:
    """Families of three in buildings of fifty homes, nobody of them known yet."""
    import xlsxwriter
    from stdnum.iso7064 import mod_11_2

    chance = random.Random(4)
    book: Any = xlsxwriter.Workbook(path)
    page, day = (
        book.add_worksheet("居民"),
        book.add_format({"num_format": "yyyy-mm-dd"}),
    )
    page.write_row(0, 0, HEADINGS)
    for n in range(ROWS):
        home, relation = n // 3, ("户主", "妻", "子")[n % 3]
        year = chance.randint(1970, 2000) if n % 3 == 2 else chance.randint(1935, 1965)
        born = dt.date(year, chance.randint(1, 12), chance.randint(1, 28))
        body = f"990101{born:%Y%m%d}{n % 500 * 2 + (relation != '妻'):03}"
        number = body + mod_11_2.calc_check_digit(body)
        name = chance.choice("王李张刘陈") + "".join(
            chance.choices("伟芳娜敏静丽", k=2)
        )
        door = f"{home // 50 + 101}栋", f"{home % 5 + 1}单元", f"{home % 50 // 5 + 1}01"
        sex = "女" if relation == "妻" else "男"
        page.write_row(n + 1, 0, (n + 1, *door, name, relation, sex, "汉族", number))
        page.write_datetime(n + 1, 9, born, day)
        page.write_row(n + 1, 10, ("初中", f"1380000{n:04}", "" if n % 7 else "常住"))
    book.close()


def _read_samples() -> int:
    return sum(map(_cells, vaults.samples()))


def _cells(source: Path) -> int:
    import python_calamine

    calamine: Any = python_calamine  # its types are half known
    if source.suffix == ".csv":
        text = source.read_bytes().decode("gb18030", errors="replace")
        return sum(len(row) for row in csv.reader(text.splitlines()))
    book = calamine.load_workbook(str(source))
    return sum(
        len(row)
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
    )
