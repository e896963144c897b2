"""The look of a workbook we write: tables to be read, printed and imported again."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import unicodedata
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from gridapp.language import tr
from gridapp.work.listing import Cell
from gridapp.work.purpose import Signature

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for a formula
LONGEST_NAME = 31  # of a sheet, in Excel
LONGEST_WHY = 60  # characters of a purpose in a foot: Excel takes 255 for all of it
LONGEST_CELL = 32_767  # characters, in Excel
FIRST_DAY = dt.date(1900, 3, 1)  # days before it are other days in Excel's count
NARROWEST, WIDEST, LONG = 6, 30, 46  # characters across a column
ARROW = 3  # room beside a heading for the arrow of its filter
HEAD, BAND = "#E7F1FA", "#B8CCE0"
LACKING = "#FFE699"
_BREAK = re.compile(r"\r\n?")  # Excel's own line break is the other one
_TEXT, _DAY, _TIME = "@", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"


class Book:
    """A workbook written row by row: memory does not grow with the rows.

    Nothing of it lies on the disk; the finished file stands in `data` after the
    `with`.
    """

    def __init__(self, title: str, signature: Signature) -> None:
        from gridapp.office.exporting.pressed import PressedBook

        self._signature = signature
        self._file = io.BytesIO()
        options = {"default_date_format": "yyyy-mm-dd"}
        self._book: Any = PressedBook(self._file, options)
        self._names: set[str] = set()
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.data = b""
        self._book.set_properties(
            {
                "title": title,
                "author": signature.by,
                "company": signature.grid,
                "comments": tr("；").join(statement(signature)),
                "created": signature.at.astimezone().replace(tzinfo=None),
            }
        )

    def __enter__(self) -> Book:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._book.close()  # also after a stop: an open one warns that it was left
        if error is None:
            self.data = self._file.getvalue()

    def sheet(self, title: str) -> Sheet:
        """A new sheet for a table."""
        plain = re.sub(r"[\[\]:*?/\\]", " ", title)[:LONGEST_NAME].strip("' ")
        name, number = plain, 1
        while name.lower() in self._names:
            number += 1
            name = f"{plain[: LONGEST_NAME - 3]} {number}"
        self._names.add(name.lower())
        return Sheet(self, self._book.add_worksheet(name), title, self._signature)

    def format(self, **look: Any) -> Any:
        """The format of that look, made once."""
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            base = {"valign": "vcenter", "font_size": 11}
            self._formats[key] = self._book.add_format(base | look)
        return self._formats[key]

    def say(self, title: str, narrowed: Sequence[str], count: int, *more: str) -> None:
        """Add the sheet 说明: what the file holds, who made it, when and why."""
        page = self._book.add_worksheet(tr("说明"))
        page.set_column(0, 0, 12)
        page.set_column(1, 1, 70)
        signature = self._signature
        lines = [
            (tr("内容"), title),
            (tr("条件"), tr("；").join(narrowed) or tr("全部")),
            (tr("行数"), f"{count:,}"),
            (tr("网格"), signature.grid),
            (tr("导出人"), signature.by),
            (tr("导出时间"), signature.moment),
            (tr("证件和电话"), numbers_words(signature)),
            *([(tr("用途"), signature.purpose)] if signature.unmasked else []),
            *((tr("注意"), words) for words in more),
            (tr("注意"), tr("内含个人信息，用完请收好或删除，不要转发")),
        ]
        bold, wrapped = self.format(bold=True), self.format(text_wrap=True)
        for row, (label, words) in enumerate(lines):
            page.write_string(row, 0, label, bold)
            quoted = words.startswith(FORMULA)
            look = self.format(text_wrap=True, quote_prefix=True) if quoted else wrapped
            page.write_string(row, 1, words, look)
        page.set_paper(9)


class Sheet:
    """One table: headings in the first row, then rows in their order."""

    def __init__(self, book: Book, page: Any, title: str, signature: Signature) -> None:
        self._book, self._page, self._title = book, page, title
        self._signature = signature
        self._widths: dict[int, int] = {}
        self._texts: set[int] = set()
        self._most: dict[int, int] = {}
        self._looks: dict[tuple[str, bool, bool, bool], Any] = {}

    def head(
        self, at: int, words: str, *, text: bool = False, weak: bool = False
    ) -> None:
        """Write a heading; `text` columns hold digits that are no number."""
        look = {"bold": not weak, "bg_color": HEAD, "bottom": 1, "border_color": BAND}
        self._page.write_string(0, at, words, self._book.format(**look))
        self._widths[at] = max(NARROWEST, _across(words) + ARROW)
        self._most[at] = WIDEST
        if text:
            self._texts.add(at)

    def put(
        self,
        row: int,
        at: int,
        cell: Cell,
        *,
        long: bool = False,
        text: bool = False,
        lacking: bool = False,
    ) -> None:
        """Write a cell; rows must come in their order."""
        page = self._page
        if long:
            self._most[at] = LONG
        if cell is None or cell == "":
            if lacking or text:
                page.write_blank(row, at, None, self._look(_TEXT, long, lacking))
            return
        if isinstance(cell, dt.datetime):
            page.write_datetime(row, at, cell, self._look(_TIME, long, lacking))
            width = 16
        elif isinstance(cell, dt.date) and cell >= FIRST_DAY:
            page.write_datetime(row, at, cell, self._look(_DAY, long, lacking))
            width = 10
        elif isinstance(cell, int | float) and math.isfinite(cell):
            page.write_number(row, at, cell, self._look("", long, lacking))
            width = len(f"{cell:.15g}")
        else:
            words = _BREAK.sub("\n", str(cell))[:LONGEST_CELL]
            quoted = words.startswith(FORMULA)
            look = self._look(_TEXT if text else "", long, lacking, quoted)
            page.write_string(row, at, words, look)
            width = _across(words)
        if width > self._widths[at]:
            self._widths[at] = min(width, self._most[at])

    def _look(
        self, number: str, long: bool, lacking: bool, quoted: bool = False
    ) -> Any:
        """The format of a cell, found again without much ado: there are many."""
        key = (number, long, lacking, quoted)
        if key not in self._looks:
            look: dict[str, Any] = {"num_format": number} if number else {}
            look |= {"text_wrap": True} if long else {}
            look |= {"bg_color": LACKING} if lacking else {}
            look |= {"quote_prefix": True} if quoted else {}
            self._looks[key] = self._book.format(**look)
        return self._looks[key]

    def finish(self, count: int, pinned: int = 1) -> None:
        """Set widths, filter, frozen headings and how it is printed.

        pinned: columns at the left that stay where they are.
        """
        page, last = self._page, max(self._widths)
        for at, width in self._widths.items():
            text = self._book.format(num_format=_TEXT) if at in self._texts else None
            page.set_column(at, at, width + 1, text)
        page.freeze_panes(1, pinned)
        page.autofilter(0, 0, max(count, 1), last)
        page.set_paper(9)  # A4
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        page.set_margins(0.4, 0.4, 0.6, 0.6)
        page.set_header(f"&C{_plain(self._title)}")
        signature = self._signature
        who = _plain(_footed(signature))
        page.set_footer(
            f"&L{who}&C{tr('第 &P 页，共 &N 页')}&R{_plain(signature.grid)}"
        )


def _footed(signature: Signature) -> str:
    """Who, when and, under whole numbers, what for, at the foot of each page."""
    if not signature.unmasked:
        return signature.who
    why = signature.purpose
    if len(why) > LONGEST_WHY:
        why = f"{why[:LONGEST_WHY]}…"
    return tr("{who} 导出，用途：{purpose}", who=signature.who, purpose=why)


def _plain(words: str) -> str:
    """Words as Excel prints them in a header: & begins a code there."""
    return words.replace("&", "&&")


def _across(words: str) -> int:
    """How many Latin characters wide the longest line is."""
    if words.isascii() and "\n" not in words:
        return len(words)
    return max(
        sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in line)
        for line in words.split("\n")
    )


def numbers_words(signature: Signature) -> str:
    """Whether numbers stand in full."""
    if signature.unmasked:
        if not signature.journalled:
            return tr("完整号码；数据文件已损坏，没能记入操作记录")
        return tr("完整号码，已记入操作记录")
    return tr("中间几位已用 * 代替")


def statement(signature: Signature) -> list[str]:
    """Who made a file and when, how numbers stand in it, and what for."""
    who = tr("{by} {moment} 导出", by=signature.by, moment=signature.moment).strip()
    why = tr("用途：{purpose}", purpose=signature.purpose)
    return [who, numbers_words(signature), *([why] if signature.unmasked else [])]
