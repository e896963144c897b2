"""What a round finds: its usual kinds, what a place suggests, and ready phrases."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gridapp.language import tr
from gridapp.models import codes
from gridapp.work.patrol_round import Spot

# What a round finds most often: they have a digit, the others stand in a list.
OFTEN = ("0101", "0102", "0302", "0301", "0303", "0106", "0401", "0105", "0104")
# Words in the name of a place that tell what would be found there.
GUESSES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile("消防"), "0101"),
    (re.compile("充电|电动车"), "0102"),
    (re.compile("堆物|堆放"), "0302"),
    (re.compile("垃圾"), "0301"),
    (re.compile("井盖"), "0106"),
    (re.compile("路灯"), "0401"),
    (re.compile("健身"), "0404"),
    (re.compile("配电|电表"), "0104"),
    (re.compile("燃气"), "0103"),
    (re.compile("电梯"), "0403"),
)
PHRASES: Mapping[str, tuple[str, ...]] = {
    "0101": (
        tr("杂物堵住消防通道"),
        tr("车辆占用消防通道"),
        tr("已劝离，通道恢复"),
        tr("已联系物业清理"),
    ),
    "0102": (
        tr("电动车在楼道充电"),
        tr("从窗口拉线充电"),
        tr("已劝导，推到车棚"),
        tr("已联系物业"),
    ),
    "03": (
        tr("杂物堆放，影响通行"),
        tr("垃圾没有清运"),
        tr("已当场清理"),
        tr("已联系物业清理"),
    ),
    "": (
        tr("设施损坏"),
        tr("已拉警戒线"),
        tr("已当场处理"),
        tr("已联系物业"),
    ),
}


def phrases(category: str | None) -> tuple[str, ...]:
    """Return the quick phrases of a category."""
    code = category or ""
    return next(words for start, words in PHRASES.items() if code.startswith(start))


def often() -> list[tuple[str, str]]:
    """Return the categories a round finds most often; the county may have others."""
    table = codes.table("issue_category")
    known = [code for code in OFTEN if code in table.codes]
    return [(code, table.name(code)) for code in known or table.codes[:9]]


def others() -> list[tuple[str, str]]:
    """Return the other categories; disputes are registered elsewhere."""
    table = codes.table("issue_category")
    shown = {code for code, _ in often()}
    parents = {item.parent for item in table.items}
    return [
        (code, table.name(code))
        for code in table.codes
        if code not in shown and code not in parents and code != "02"
    ]


def guessed(spot: Spot) -> str | None:
    """Return the category that the name of a place suggests."""
    known = codes.table("issue_category").codes
    for words in (spot.name, spot.look_at):
        for word, code in GUESSES:
            if word.search(words) and code in known:
                return code
    return None
