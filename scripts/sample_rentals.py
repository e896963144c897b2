"""出租房屋登记表.csv: rented flats and tenants, saved by Excel in GB18030."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from random import Random
from typing import Any

import sample_words as words
from sample_dirt import ERROR, Spoiled
from sample_estate import COMMUNITY, Household, Person

NAME = "出租房屋登记表.csv"
SHEET = "出租房屋登记表"
FIRST_ROW = 4  # 1-based row of the first tenant
HEADINGS = (
    *("序号", "房屋地址", "房主姓名", "房主身份证号", "房主联系电话", "出租用途"),
    *("隐患类型", "承租人姓名", "承租人身份证号码", "性别", "承租人联系电话"),
    *("户籍地址", "流入原因", "居住证号码", "登记日期", "到期日期"),
    "是否重点关注人员",
)
SCIENTIFIC = "9.90101E+17"


class RentalLedger:
    """One line a tenant; the flat's columns repeat on each."""

    def __init__(self, homes: list[Household], known: set[Person], seed: int) -> None:
        self.random = Random(seed)
        self.people = [
            (home, person)
            for home in homes
            if home.tenure == "rent"
            for person in home.people
            if person in known
        ]
        self.rows = {p: FIRST_ROW + n for n, (_, p) in enumerate(self.people)}
        self.inflow = {
            p: self.random.choices(tuple(words.INFLOW), (6, 2, 1, 1))[0]
            for _, p in self.people
        }

    def spoil(self) -> dict[Person, Spoiled]:
        chosen = [p for _, p in self.random.sample(self.people, 4)]
        wrong = (
            ("id_number", "E_ID_SCI_TEXT", SCIENTIFIC),
            ("id_number", "E_ID_SCI_TEXT", SCIENTIFIC),
            ("door", "E_ROOM_IS_DATE", "3月2日"),
            ("id_number", "E_ID_NOT_RESIDENT_ID", "H12345678"),
        )
        return {
            person: Spoiled(code, ERROR, column, code, {column: cell})
            for person, (column, code, cell) in zip(chosen, wrong, strict=True)
        }

    def write(self, path: Path, spoiled: dict[Person, Spoiled]) -> None:
        text = io.StringIO()
        lines = csv.writer(text)
        lines.writerow([f"{COMMUNITY}出租房屋登记表"] + [""] * (len(HEADINGS) - 1))
        lines.writerow(["登记单位：" + COMMUNITY, "登记时间：2026年6月"])
        lines.writerow(HEADINGS)
        for number, (home, person) in enumerate(self.people, 1):
            row = self.cells(home, person)
            if person in spoiled:
                row |= spoiled[person].cells
            lines.writerow([number, *row.values()])
        path.write_bytes(text.getvalue().encode("gb18030"))

    def cells(self, home: Household, person: Person) -> dict[str, Any]:
        owner = home.owner
        if owner is None:
            raise ValueError("a rented flat has an owner")
        month = self.random.randint(1, 12)
        return {
            "door": f"{home.building}栋{home.unit}单元{home.room}",
            "owner_name": owner.name,
            "owner_id": owner.id_number,
            "owner_phones": owner.phones[0],
            "rent_use": "住房",
            "hazards": "火灾隐患" if home.number.endswith("7") else "无",
            "name": person.name,
            "id_number": self.random.choice(("\t", "", "'")) + person.id_number,
            "sex": words.SEX[person.sex][0],
            "phones": "，".join(person.phones),
            "hukou": "云水县河东镇柳湾村",
            "inflow": words.INFLOW[self.inflow[person]],
            "permit": f"JZ9901{person.id_number[-8:]}",
            "registered": f"2025-{month:02d}-15",
            "expires": f"2026年{month}月14日",
            "attention": "否",
        }
