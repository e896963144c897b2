"""居民台账.xlsx as offices keep it: titles, two-row headings, merges, noise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import sample_words as words
from sample_dirt import Spoiled
from sample_estate import COMMUNITY, ESTATE, Household, Person
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

NAME = "居民台账.xlsx"
HOUSE = ("building", "unit", "room", "number", "head", "head_phones", "tenure")
FIRST: tuple[tuple[str, str, str, int], ...] = (
    ("", "序号", "order", 6),
    ("住址", "楼栋", "building", 7),
    ("住址", "单元", "unit", 6),
    ("住址", "房号", "room", 8),
    ("住址", "户号", "number", 11),
    ("户主情况", "姓  名", "head", 9),
    ("户主情况", "联系电话", "head_phones", 14),
    ("家庭成员情况", "姓  名", "name", 12),
    ("家庭成员情况", "与户主\n关系", "relation", 8),
    ("家庭成员情况", "*性别", "sex", 6),
    ("家庭成员情况", "民族", "ethnicity", 8),
    ("家庭成员情况", "公民身份\n号码", "id_number", 21),
    ("家庭成员情况", "出生日期", "born_on", 14),
    ("家庭成员情况", "文化程度", "education", 10),
    ("家庭成员情况", "婚姻状况", "marital", 8),
    ("家庭成员情况", "政治面貌", "politics", 10),
    ("家庭成员情况", "联系电话\n(必填)", "phones", 15),
    ("户籍信息", "户籍地址", "hukou", 26),
    ("户籍信息", "人户一致", "match", 8),
    ("户籍信息", "人口类型", "kind", 10),
    ("", "房屋性质", "tenure", 8),
    ("", "人员类别", "tags", 14),
    ("", "备注", "note", 10),
)
SECOND_ORDER = (
    "order unit room number name relation phones id_number sex born_on ethnicity "
    "marital education politics head head_phones hukou match kind tenure tags note"
)
Columns = Sequence[tuple[str, str, str, int]]


def second_columns() -> Columns:
    """The second sheet: another order, no 楼栋 column (the sub-heading says it)."""
    by_key = {column[2]: column for column in FIRST}
    return tuple(by_key[key] for key in SECOND_ORDER.split())


class ResidentLedger:
    """Writes the workbook and remembers in which row each person stands."""

    def __init__(
        self, path: Path, spoiled: dict[Person, Spoiled], random: Random
    ) -> None:
        self.book = Workbook(path)
        self.book.set_properties({"created": dt.datetime(2026, 6, 30, 9, 0)})
        self.spoiled, self.random = spoiled, random
        self.rows: dict[Person, tuple[str, int]] = {}  # sheet, 1-based row
        self.repeated: list[tuple[str, int]] = []
        box = {"border": 1, "align": "center", "valign": "vcenter", "text_wrap": True}
        self.cell = self.book.add_format(box | {"font_size": 9})
        self.room_date = self.book.add_format(box | {"num_format": "m月d日"})
        self.day = self.book.add_format(box | {"num_format": "yyyy/m/d"})
        self.head = self.book.add_format(box | {"bold": True, "bg_color": "#D9E2F3"})
        self.title = self.book.add_format(
            {"bold": True, "font_size": 16, "align": "center"}
        )

    def write(self, homes: list[Household]) -> None:
        first = [home for home in homes if home.building <= 34]
        second = [home for home in homes if home.building > 34]
        _Sheet(self, "1-34栋", FIRST).write(first)
        _Sheet(self, "35-67栋", second_columns()).write(second)
        notes = self.book.add_worksheet("填表说明")
        for row, text in enumerate(
            (
                "填表说明",
                "一、每人一行，同一户的人排在一起。",
                "二、姓名、身份证号按证件填写。",
            )
        ):
            notes.write_string(row, 0, text)
        self.book.close()

    def cells(self, home: Household, person: Person) -> dict[str, Any]:
        """The row of one person by column key, spoiled cells included."""
        pick = self.random.choice
        local = person.kind == "local"
        door = f"{ESTATE}{home.building}号楼{home.unit}单元{home.room}室"
        row: dict[str, Any] = {
            "building": home.building
            if self.random.random() < 0.5
            else f"{home.building}栋",
            "unit": home.unit,
            "room": int(home.room) if self.random.random() < 0.5 else home.room,
            "number": home.number,
            "head": home.head.name,
            "head_phones": "/".join(home.head.phones),
            "tenure": pick(words.TENURE[home.tenure]),
            "name": person.name,
            "relation": pick(words.RELATION[person.relation]),
            "sex": pick(words.SEX[person.sex]),
            "ethnicity": pick(words.ETHNICITY[person.ethnicity]),
            "id_number": person.id_number,
            "born_on": words.birth_text(person.birth, self.random),
            "education": pick(words.EDUCATION[person.education]),
            "marital": pick(words.MARITAL[person.marital]),
            "politics": pick(words.POLITICS[person.politics]),
            "phones": pick(("/", " ", "、", "\n")).join(person.phones),
            "hukou": door if local else "云水县河东镇柳湾村",
            "match": pick(("是", "一致")) if local else "否",
            "kind": pick(words.KIND[person.kind]),
            "tags": pick(("、", "/", "，")).join(
                words.TAGS[tag] for tag in sorted(person.tags) if tag in words.TAGS
            ),
            "note": "",
        }
        if "·" in person.name:
            row["name"] = person.name.replace("·", pick((".", "・", "•")))
        spoiled = self.spoiled.get(person)
        return row | (spoiled.cells if spoiled else {})


class _Sheet:
    def __init__(self, ledger: ResidentLedger, name: str, columns: Columns) -> None:
        self.ledger, self.name, self.columns = ledger, name, columns
        self.sheet: Worksheet = ledger.book.add_worksheet(name)
        self.keys = [key for _, _, key, _ in columns]
        self.row = self.order = 0

    def write(self, homes: list[Household]) -> None:
        last = len(self.columns) - 1
        for at, (_, _, _, width) in enumerate(self.columns):
            self.sheet.set_column(at, at, width)
        title = f"{COMMUNITY}居民信息台账（2026年）"
        self.sheet.merge_range(0, 0, 0, last, title, self.ledger.title)
        line = f"填表单位：{COMMUNITY}居民委员会　　填表时间：2026年6月30日"
        self.sheet.merge_range(1, 0, 1, last, line, self.ledger.cell)
        self.row = 2
        self._headings()
        self.sheet.freeze_panes(self.row, 0)
        building = 0
        written = 0
        for home in homes:
            if home.building != building:
                if building:
                    self._total("小计", written)
                    if building % 12 == 0:
                        self._headings()
                building, written = home.building, 0
                self._sub_heading(building)
            self._household(home)
            written += len(home.people)
        self._total("合计", self.order)
        self.sheet.write_string(self.row, 0, "以下空白", self.ledger.cell)

    def _headings(self) -> None:
        """Two rows: groups merged over their columns, lone headings over both."""
        at = 0
        while at < len(self.columns):
            group, label, _, _ = self.columns[at]
            end = at
            while end + 1 < len(self.columns) and group == self.columns[end + 1][0]:
                end += 1
            if not group:
                end = at
                self.sheet.merge_range(
                    self.row, at, self.row + 1, at, label, self.ledger.head
                )
            else:
                self._group(group, at, end)
            at = end + 1
        self.row += 2

    def _group(self, group: str, at: int, end: int) -> None:
        if end > at:
            self.sheet.merge_range(self.row, at, self.row, end, group, self.ledger.head)
        else:
            self.sheet.write_string(self.row, at, group, self.ledger.head)
        for column in range(at, end + 1):
            label = self.columns[column][1]
            self.sheet.write_string(self.row + 1, column, label, self.ledger.head)

    def _sub_heading(self, building: int) -> None:
        last = len(self.columns) - 1
        text = f"{building}号楼"
        self.sheet.merge_range(self.row, 0, self.row, last, text, self.ledger.head)
        self.row += 1

    def _total(self, word: str, people: int) -> None:
        self.sheet.write_string(self.row, 0, word, self.ledger.cell)
        at = self.keys.index("name")
        self.sheet.write_string(self.row, at, f"{people}人", self.ledger.cell)
        self.row += 1

    def _household(self, home: Household) -> None:
        random = self.ledger.random
        rows = [self.ledger.cells(home, person) for person in home.people]
        dated = any(isinstance(row["room"], dt.date) for row in rows)
        merged = len(rows) > 1 and not dated and random.random() < 0.85
        start = self.row
        for at, (person, row) in enumerate(zip(home.people, rows, strict=True)):
            if at and not merged:
                self._ditto(row, random.choice(("同上", "〃", "″", "")))
            if at and merged:
                row = {k: v for k, v in row.items() if k not in HOUSE}
            self.ledger.rows[person] = (self.name, self.row + 1)
            self._line(row)
        if merged:
            for key in HOUSE:
                if key in self.keys:
                    self._merge(key, start, rows[0][key])
        if home.number.endswith("333"):  # typed twice
            self.ledger.repeated.append((self.name, self.row + 1))
            self._line(self.ledger.cells(home, home.head))

    def _ditto(self, row: dict[str, Any], word: str) -> None:
        """Repeats the household's cells by a ditto word, or in full for ""."""
        if word:
            for key in (*HOUSE, "hukou"):
                if not isinstance(row[key], dt.date):
                    row[key] = word

    def _merge(self, key: str, start: int, value: Any) -> None:
        at = self.keys.index(key)
        self.sheet.merge_range(start, at, self.row - 1, at, value, self.ledger.cell)

    def _line(self, row: dict[str, Any]) -> None:
        self.order += 1
        for at, key in enumerate(self.keys):
            value = self.order if key == "order" else row.get(key, "")
            self._put(at, value)
        self.row += 1

    def _put(self, at: int, value: Any) -> None:
        if isinstance(value, dt.date):
            is_room = self.keys[at] == "room"
            style = self.ledger.room_date if is_room else self.ledger.day
            moment = dt.datetime.combine(value, dt.time())
            self.sheet.write_datetime(self.row, at, moment, style)
        elif isinstance(value, int | float):
            self.sheet.write_number(self.row, at, value, self.ledger.cell)
        elif value == "#REF!":
            self.sheet.write_formula(self.row, at, "=#REF!", self.ledger.cell, value)  # pyright: ignore[reportArgumentType]
        elif value:
            self.sheet.write_string(self.row, at, value, self.ledger.cell)
        else:
            self.sheet.write_blank(self.row, at, None, self.ledger.cell)
