"""The figures as an Excel file, by way of pandas."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from gridapp.county.web import tables
from gridapp.county.web.tables import Seen
from gridapp.errors import UserError
from gridapp.language import tr

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def written(seen: Seen, words: str) -> bytes:
    """An .xlsx file with a row a grid; `words` say what it counts, in a last row.

    UserError in a copy of the program that was made without pandas.
    """
    try:
        import pandas
    except ModuleNotFoundError as error:  # of a copy that was installed on a laptop
        raise UserError(
            tr(
                "这份程序是给网格员电脑用的安装版，不能在这里生成 Excel；"
                "县级服务器请按县级服务器文档从源代码安装"
            )
        ) from error
    frame = pandas.DataFrame(_rows(seen), columns=_headings())
    file, sheet = io.BytesIO(), tr("各网格")
    # A name that begins with = or looks like an address stays what it is: text.
    plain = {"strings_to_formulas": False, "strings_to_urls": False}
    with pandas.ExcelWriter(
        file, engine="xlsxwriter", engine_kwargs={"options": plain}
    ) as book:
        frame.to_excel(book, sheet_name=sheet, index=False)  # pyright: ignore[reportUnknownMemberType]
        page = book.sheets[sheet]
        page.freeze_panes(1, 4)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        page.set_column(0, 3, 18)
        page.set_column(4, len(frame.columns) - 1, 13)
        page.write(len(frame) + 2, 0, words)
    return file.getvalue()


def _headings() -> list[str]:
    groups = [
        tr("{group}：{heading}", group=one.group, heading=one.heading)
        for one in tables.columns()
    ]
    return [tr("乡镇街道"), tr("社区"), tr("网格"), tr("网格编码"), *groups]


def _rows(seen: Seen) -> list[list[Any]]:
    return [
        [
            *(place.town, place.community, place.name, place.code),
            *(_cell(one.value(figures)) for one in tables.columns()),
        ]
        for place, figures in seen
    ]


def _cell(value: Any) -> Any:
    """Excel knows no time zones: a time is the server's own."""
    if isinstance(value, dt.datetime):
        return value.astimezone().replace(tzinfo=None, microsecond=0)
    return value
