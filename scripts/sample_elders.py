"""独居老人台账.xlsx: the second view of the same people, in other columns."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from random import Random
from typing import Any

import sample_words as words
from sample_dirt import ASK, ERROR, Spoiled, fifteen
from sample_estate import COMMUNITY, Household, Person
from xlsxwriter import Workbook

NAME, SHEET = "独居老人台账.xlsx", "独居老人"
FIRST_ROW = 5  # 1-based row of the first person
COLUMNS: tuple[tuple[str, str, str, int], ...] = (
    ("", "序号", "order", 6),
    ("", "姓  名", "name", 10),
    ("", "性别", "sex", 6),
    ("", "年龄", "age", 6),
    ("", "身份证\n号码", "id_number", 21),
    ("", "出生年月", "born_on", 10),
    ("", "家庭住址", "door", 18),
    ("", "联系电话(必填)", "phones", 14),
    ("老人类别（打√）", "独居", "alone", 6),
    ("老人类别（打√）", "空巢", "empty_nest", 6),
    ("老人类别（打√）", "失能", "disabled_care", 6),
    ("老人类别（打√）", "低保", "low_income", 6),
    ("老人类别（打√）", "高龄", "aged", 6),
    ("子女情况", "子女姓名", "child_name", 10),
    ("子女情况", "关系", "child_relation", 8),
    ("子女情况", "联系电话", "child_phone", 14),
    ("", "健康状况", "health", 8),
    ("", "每周\n走访次数", "visits", 8),
    ("", "备注", "note", 12),
)
TAGS = ("alone", "empty_nest", "disabled_care", "low_income", "aged")
HEALTHS = ("02", "03", "03", "04")


class ElderLedger:
    """Chooses the elders, spoils some rows, writes the sheet."""

    def __init__(self, homes: list[Household], known: set[Person], seed: int) -> None:
        """`known` are the people whom the first ledger brought in."""
        self.random = Random(seed)
        among = [
            (home, person)
            for home in homes
            for person in home.people
            if person in known and person.age >= 60
        ]
        couples = [c for c in among if "empty_nest" in c[1].tags]
        chosen = {id(p) for _, p in self.random.sample(couples, 90)}
        self.people = [
            (home, person)
            for home, person in among
            if {"alone", "disabled_care"} & person.tags or id(person) in chosen
        ]
        self.health = {p: self.random.choice(HEALTHS) for _, p in self.people}
        self.rows = {p: FIRST_ROW + n for n, (_, p) in enumerate(self.people)}
        self.struck: list[Person] = []

    def spoil(self, known_ids: set[Person]) -> dict[Person, Spoiled]:
        """Rows that must not go in; `known_ids` have their number in the first file."""
        single = [
            (h, p)
            for h, p in self.people
            if p in known_ids and len(h.people) == 1 and "·" not in p.name
        ]
        chosen = self.random.sample(single, 13)
        spoiled: dict[Person, Spoiled] = {}
        for _, person in chosen[:3]:
            cells = {"id_number": fifteen(person.id_number)}
            spoiled[person] = Spoiled("id_15", ASK, "id_number", "Q_ID_UPGRADED", cells)
        for home, person in chosen[3:5]:
            cells = {"door": dt.date(2026, min(home.building % 12 + 1, 12), 2)}
            spoiled[person] = Spoiled(
                "room_date", ERROR, "door", "E_ROOM_IS_DATE", cells
            )
        for home, person in chosen[5:7]:
            cells = {"door": f"{home.building % 67 + 1}栋9单元901"}
            spoiled[person] = Spoiled("moved", ASK, "door", "Q_MOVED", cells)
        person = chosen[7][1]
        cells = {"name": person.name[0] + "秀菊"}
        spoiled[person] = Spoiled("renamed", ASK, "name", "Q_NAME_DIFFERS", cells)
        for _, person in chosen[8:9]:
            cells = {"id_number": 9.90101194503081e17}
            spoiled[person] = Spoiled(
                "id_precision", ERROR, "id_number", "E_ID_PRECISION_LOST", cells
            )
        self.struck = [person for _, person in chosen[9:11]]
        return spoiled

    def write(self, path: Path, spoiled: dict[Person, Spoiled]) -> None:
        book = Workbook(path)
        book.set_properties({"created": dt.datetime(2026, 6, 30, 9, 0)})
        sheet = book.add_worksheet(SHEET)
        plain = book.add_format({"border": 1, "align": "center"})
        struck = book.add_format({"border": 1, "font_strikeout": True})
        bold = book.add_format({"border": 1, "bold": True, "text_wrap": True})
        day = book.add_format({"border": 1, "num_format": "m月d日"})
        last = len(COLUMNS) - 1
        title = f"{COMMUNITY}独居、空巢、失能老人台账"
        sheet.merge_range(0, 0, 0, last, title, bold)
        line = f"填表单位：{COMMUNITY}居民委员会   填表时间：2026.06.30"
        sheet.merge_range(1, 0, 1, last, line, plain)
        for at, (group, label, _, width) in enumerate(COLUMNS):
            sheet.set_column(at, at, width)
            if group:
                sheet.write_string(3, at, label, bold)
            else:
                sheet.merge_range(2, at, 3, at, label, bold)
        sheet.merge_range(2, 8, 2, 12, COLUMNS[8][0], bold)
        sheet.merge_range(2, 13, 2, 15, COLUMNS[13][0], bold)
        sheet.freeze_panes(4, 2)
        for number, (home, person) in enumerate(self.people, 1):
            row = self.cells(home, person) | {"order": number}
            if person in spoiled:
                row |= spoiled[person].cells
            style = struck if person in self.struck else plain
            for at, (_, _, key, _) in enumerate(COLUMNS):
                value = row[key]
                if isinstance(value, dt.date):
                    moment = dt.datetime.combine(value, dt.time())
                    sheet.write_datetime(FIRST_ROW - 2 + number, at, moment, day)
                else:
                    sheet.write(FIRST_ROW - 2 + number, at, value, style)
        end = FIRST_ROW - 1 + len(self.people)
        sheet.write_string(end, 0, "合计", plain)
        sheet.write_string(end, 1, f"{len(self.people)}人", plain)
        sheet.write_string(end + 1, 0, "注：每半年核实一次。", plain)
        book.close()

    def cells(self, home: Household, person: Person) -> dict[str, Any]:
        pick = self.random.choice
        b, u, r = home.building, home.unit, home.room
        child = person.child or ("", "", "")
        row: dict[str, Any] = {
            "name": f"{person.name[0]}  {person.name[1]}"
            if len(person.name) == 2
            else person.name,
            "sex": words.SEX[person.sex][0],
            "age": person.age,
            "id_number": person.id_number,
            "born_on": pick(
                (
                    f"{person.birth:%Y.%m}",
                    f"{person.birth:%Y-%m}",
                    f"{person.birth:%Y年%m月}",
                )
            ),
            "door": pick(
                (
                    f"{b}栋{u}单元{r}",
                    f"{b}#{u}-{r}室",
                    f"{b}-{u}-{r}",
                    f"{b}号楼{u}单元{r}室",
                )
            ),
            "phones": "/".join(person.phones),
            "child_name": child[0],
            "child_relation": child[1],
            "child_phone": child[2],
            "health": words.HEALTH[self.health[person]],
            "visits": person.visits_a_week or "",
            "note": pick(("", "", "", "耳背，电话多响几声")),
        }
        for tag in TAGS:
            row[tag] = pick(words.YES if tag in person.tags else words.NO)
        return row
