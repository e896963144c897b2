"""Invented names, ID numbers and phones for the sample estate.

No real person: area prefix 9901xx is not in use, phones lie in 1380000xxxx and
0951-0000xxx. Surname weights follow the order of frequency in China, with the
surnames that have a second reading (单 仇 解) and two characters (尉迟 欧阳) added.
"""

from __future__ import annotations

import datetime as dt
from random import Random

COMMON = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋"
    "余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛"
    "闫雷龙史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
)
MANY_READINGS = ("单", "仇", "解", "查", "任", "朴", "盖", "区", "乐", "尉迟", "欧阳")
ELDER_MAN = "建国 国强 志明 德胜 福生 永福 金山 长林 玉山 文斌 树林 德贵 学文 忠义 万财"
ELDER_WOMAN = "秀英 桂兰 玉兰 淑珍 凤英 秀兰 桂英 玉珍 素芳 兰芳 桂芝 秀珍 月娥 翠花"
ADULT_MAN = "伟 强 磊 军 勇 斌 涛 超 鹏 志刚 建军 海波 文杰 国庆 晓东 立新 小龙 振华"
ADULT_WOMAN = "芳 丽 敏 静 艳 娟 霞 燕 红梅 丽娟 海燕 晓梅 春花 雪梅 玉洁 文静 佳慧"
CHILD_MAN = "浩然 子轩 宇航 梓豪 一诺 博文 俊熙 睿 子墨 明轩 家乐 天佑 皓宇"
CHILD_WOMAN = "梓涵 欣怡 诗涵 雨桐 可馨 一诺 思源 佳琪 若曦 紫萱 语嫣 心悦"
SECOND = "国玉文海晓志建春秀明金永雪佳子小思云庆立"
UYGHUR_MEN = ("买买提·艾力", "吐尔逊·依明", "艾合买提·玉素甫", "库尔班·热合曼")
UYGHUR_WOMEN = ("阿依古丽·买买提", "古丽巴哈尔·吐尔逊", "阿依努尔·库尔班")
RARE = ("张䶮", "王𬭎", "李𫖯", "赵堃", "刘犇", "陈喆", "周彧", "何煊𬱟")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class Names:
    """Gives names, numbers and phones, never the same number twice."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._numbers: set[str] = set()
        self._mobiles = iter(random.sample(range(10, 10_000), 9_990))
        self._lines = iter(random.sample(range(10, 1_000), 990))

    def surname(self) -> str:
        if self._random.random() < 0.02:
            return self._random.choice(MANY_READINGS)
        weights = [1 / (n + 4) for n in range(len(COMMON))]
        return self._random.choices(COMMON, weights)[0]

    def given(self, sex: str, birth: dt.date) -> str:
        man = sex == "1"
        if birth.year < 1963:
            pool = ELDER_MAN if man else ELDER_WOMAN
        elif birth.year < 2003:
            pool = ADULT_MAN if man else ADULT_WOMAN
        else:
            pool = CHILD_MAN if man else CHILD_WOMAN
        given = self._random.choice(pool.split())
        if len(given) == 1 and self._random.random() < 0.4:
            given = self._random.choice(SECOND) + given
        return given

    def number(self, sex: str, birth: dt.date) -> str:
        """A new ID number of that sex and birth date with its right check digit."""
        while True:
            area = f"9901{self._random.randint(1, 9):02d}"
            order = self._random.randrange(500) * 2 + (1 if sex == "1" else 0)
            body = f"{area}{birth:%Y%m%d}{order % 1000:03d}"
            if body not in self._numbers and not body.endswith(("996", "998")):
                self._numbers.add(body)
                return body + check_digit(body)

    def mobile(self) -> str:
        return f"1380000{next(self._mobiles):04d}"

    def land_line(self) -> str:
        return f"0951-0000{next(self._lines):03d}"


def check_digit(body: str) -> str:
    """The 18th character of an ID number by GB 11643 (ISO 7064 mod 11-2)."""
    total = sum(
        int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)
    )
    return "10X98765432"[total % 11]
