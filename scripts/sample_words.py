"""How offices write the codes of the national tables, several ways each."""

from __future__ import annotations

import datetime as dt
from random import Random

SEX = {"1": ("男",), "2": ("女",)}
RELATION = {
    "02": ("户主",),
    "12": ("妻", "妻子"),
    "20": ("子", "儿子", "之子"),
    "22": ("长子",),
    "30": ("女", "女儿", "之女"),
    "32": ("长女",),
    "51": ("父亲",),
    "52": ("母亲",),
    "99": ("租户", "非亲属"),
}
ETHNICITY = {
    "01": ("汉族", "汉", "汉族"),
    "02": ("蒙古族",),
    "03": ("回族", "回"),
    "05": ("维吾尔族",),
    "11": ("满族", "满"),
}
EDUCATION = {
    "": ("",),
    "10": ("研究生",),
    "20": ("本科", "大学本科"),
    "30": ("大专",),
    "40": ("中专",),
    "60": ("高中",),
    "70": ("初中", "初中毕业"),
    "80": ("小学",),
    "90": ("文盲",),
}
MARITAL = {"10": ("未婚",), "20": ("已婚",), "30": ("丧偶",), "40": ("离异", "离婚")}
POLITICS = {"01": ("中共党员", "党员"), "03": ("团员",), "13": ("群众",)}
KIND = {"local": ("户籍",), "migrant": ("流动人口", "流动")}
TENURE = {"own": ("自住",), "rent": ("出租",)}
TAGS = {
    "low_income": "低保",
    "disability": "残疾",
    "veteran": "退役军人",
    "chronic": "慢病",
}
YES, NO = ("√", "✓", "是", "√"), ("", "", "×", "否")
HEALTH = {"02": "较好", "03": "一般", "04": "较差"}
INFLOW = {"01": "务工", "03": "经商", "04": "求学", "06": "随迁"}


def birth_text(birth: dt.date, random: Random) -> object:
    """A birth date in one of the ways found in one and the same column."""
    return random.choice(
        (
            f"{birth:%Y-%m-%d}",
            f"{birth:%Y-%m-%d}",
            f"{birth.year}年{birth.month}月{birth.day}日",
            f"{birth.year}/{birth.month}/{birth.day}",
            f"{birth.year}.{birth.month}.{birth.day}",
            int(f"{birth:%Y%m%d}"),
            birth,
        )
    )
