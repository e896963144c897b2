"""The pages themselves: the words and figures that go into their templates.

The templates hold no words, so that all of them go through `tr`, and escape whatever
is put into them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from gridapp.county.web import tables
from gridapp.county.web.figures import Counted, Period, together
from gridapp.county.web.tables import Column, Line, Seen
from gridapp.errors import UserError
from gridapp.language import language, tr

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
HOME = "/web/"
DOWNLOAD = "/web/figures.xlsx"


@cache
def _environment() -> Environment:
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ModuleNotFoundError as error:  # of a copy that was installed on a laptop
        raise UserError(
            tr(
                "这份程序是给网格员电脑用的安装版，不带统计网页；"
                "县级服务器请按县级服务器文档从源代码安装"
            )
        ) from error
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
    )


def page(template: str, title: str, **words: Any) -> str:
    """A template with its words; UserError in a copy without the pages."""
    lang = "zh-CN" if language() == "zh" else "en"
    return _environment().get_template(template).render(lang=lang, title=title, **words)


def door(said: str = "", *, asks: bool = True, in_the_open: bool = False) -> str:
    """The page that asks for a code, or only says something.

    said: why there is nothing else to see. in_the_open: the line is not encrypted.
    """
    warning = tr(
        "这个地址没有加密，登录凭据和数字会不加密地在网络上传。"
        "请向县里的管理人员要 https:// 开头的地址"
    )
    return page(
        "door.html",
        tr("网格统计"),
        said=said,
        asks=asks,
        in_the_open=warning if in_the_open else "",
        label=tr("登记码"),
        button=tr("登录"),
        hint=tr(
            "登记码向县里的管理人员要，用一次就作废；登录以后，这台浏览器 30 天内"
            "不用再填。公用的电脑，看完请点“退出登录”。"
        ),
        again=tr("登录过、从别的网页点进来的，请点这里"),
    )


def board(found: Counted, seen: Seen, period: Period, area: str) -> str:
    """The page with the figures of some grids.

    Args:
        seen: what the viewer may see, only of `area`.
        area: the town or community that is looked at, "" for all there is.
    """
    lines, columns = tables.lines(seen), tables.columns()
    urgent = tables.urgent(seen, found.at)
    left = len(urgent) - tables.URGENT
    rows = [_row(one, columns, period) for one in lines]
    if len(lines) > 1:
        total = Line(tr("合计"), "", len(seen), together(one for _, one in seen))
        rows.append(_row(total, columns, period, total=True))
    return page(
        "board.html",
        tr("网格统计"),
        **_fixed_words(),
        where=tr(
            "{count} 个网格，数字截至 {at:%Y-%m-%d %H:%M}",
            count=len(seen),
            at=found.at.astimezone(),
        ),
        periods=[
            {"name": name, "link": link(one, area), "here": one is period}
            for one, name in _PERIODS.items()
        ],
        up=link(period, "") if area else "",
        urgent=urgent[: tables.URGENT],
        more=tr("还有 {count} 个网格，见下表", count=left) if left > 0 else "",
        download=link(period, area, DOWNLOAD),
        caption=tr("本期：{days}；要办的多的排在前面", days=days_of(found, period)),
        columns=columns,
        groups=tables.groups(columns),
        lines=rows,
        bars=tables.bars(lines),
        notes=_notes(),
    )


_PERIODS = {
    Period.MONTH: tr("本月"),
    Period.LAST: tr("上月"),
    Period.YEAR: tr("今年"),
}


def days_of(found: Counted, period: Period) -> str:
    """The days that were counted, until today at most."""
    today = found.at.astimezone().date()
    first, after = period.days(today)
    last = min(today, after - dt.timedelta(days=1))
    return tr("{first:%Y-%m-%d} 到 {last:%Y-%m-%d}", first=first, last=last)


def _fixed_words() -> dict[str, str]:
    return {
        "skip": tr("跳到表格"),
        "leave": tr("退出登录"),
        "period_label": tr("看哪一段时间"),
        "up_words": tr("返回全部"),
        "urgent_title": tr("先看这些"),
        "nothing": tr("没有超期的走访、超时限的问题，电脑都在同步"),
        "table_title": tr("各网格的情况"),
        "download_words": tr("下载 Excel"),
        "name_heading": tr("名称"),
        "chart_title": tr("本期走访和通话"),
        "visits_words": tr("走访"),
        "calls_words": tr("通话"),
        "notes_title": tr("这些数字怎么算"),
    }


def _notes() -> Sequence[str]:
    return (
        tr("关爱对象：有关爱计划的在住居民。走访、通话只数见到人、打通了的。"),
        tr(
            "超期未联系：按关爱计划的间隔早该联系，到昨天还没有。约好的下次日期、专项走访不算在内，"
            "所以会和网格员电脑上的今日待办差几位。"
        ),
        tr("办结天数：本期办结的问题，从发现到办结的天数，取中间的一个。"),
        tr("成功率：本期受理、已有结果的纠纷里，化解成功的占多少。"),
        tr("没来的电脑：超过 7 天没有同步的；它上面的新情况，这里还没有。"),
        tr("这里只有数字，没有任何居民的姓名、号码和住址。"),
    )


def _row(
    one: Line, columns: Sequence[Column], period: Period, *, total: bool = False
) -> dict[str, Any]:
    cells: list[dict[str, Any]] = []
    for column in columns:
        value = column.value(one.figures)
        cells.append(
            {
                "label": column.alone or column.heading,
                "text": tables.shown(value, column.unit),
                "warns": column.warns and value > 0 and not total,
            }
        )
    return {
        "name": one.name,
        "grids": tr("{count} 个网格", count=one.grids) if one.grids else "",
        "link": link(period, one.code) if one.grids and not total else "",
        "total": total,
        "cells": cells,
    }


def link(period: Period, area: str, path: str = HOME) -> str:
    """The address of a page with that period and area."""
    asked = {"period": period.value} | ({"area": area} if area else {})
    return f"{path}?{urlencode(asked)}"
