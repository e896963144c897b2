"""Birth dates as people write them: to the day, the month or only the year."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import cast

from gridapp.models.cell import (
    MESSAGES,
    Cell,
    cell_text,
    empty_or_broken,
    plain,
)

OLDEST_YEARS = 130
_LUNAR = re.compile(
    r"农历|阴历|旧历|初[一二三四五六七八九十\d]|廿|卅|正月|冬月|腊月|闰|除夕"
)
_LABEL = re.compile(
    r"^(?:出生)?(?:日期|年月日?|时间)?:|^(?:生于|出生于|公元|公历|阳历|新历):?|"
    r"(?:出生|生)$|\s*(?:星期|周|礼拜)[一二三四五六日天]$"
)
_BRACKET = re.compile(r"\((?:身份证|公历|阳历|户口|实岁?|虚岁?)[^()]*\)$")
_CLOCK = re.compile(r"[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$")
_CLEAN = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_KEPT = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_SERIAL = re.compile(r"[1-9]\d{4}(?:\.\d+)?")
_HAN_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_WORDS = re.compile(r"(\d{2}|\d{4})年(?:(\d{1,2})月(?:份|(\d{1,2})[日号]?)?)?")
_MARKS = re.compile(r"(\d{2}|\d{4})[-/.、,\\](\d{1,2})(?:[-/.、,\\](\d{1,2}))?")

Parts = tuple[str, str, str]


def read_birth(raw: object, today: dt.date, epoch: dt.date | None = None) -> Cell[str]:
    """'YYYY-MM-DD', 'YYYY-MM' or 'YYYY', with a warning when not to the day.

    epoch: day 0 of the workbook, by which a bare number of five digits is a date that
    lost its format; without it, as in a form, such a number is refused.
    """
    if type(raw) in (dt.date, dt.datetime):
        day = cast("dt.date", raw)
        return _checked((f"{day.year:04}", str(day.month), str(day.day)), today)
    clean = _CLEAN.fullmatch(raw) if isinstance(raw, str) else None
    if clean:
        return _checked((clean[1], clean[3], clean[4]), today)
    nothing = empty_or_broken(raw)
    if nothing is not None:
        return nothing
    if isinstance(raw, bool):
        return Cell(None, error="E_DATE_INVALID")
    text = plain(cell_text(raw) or "")
    if epoch is not None and _SERIAL.fullmatch(text):
        day = epoch + dt.timedelta(int(text[:5]))
        cell = _checked((f"{day.year:04}", str(day.month), str(day.day)), today)
        return cell if cell.error else Cell(cell.value, ("W_DATE_SERIAL",))
    if isinstance(raw, float) and not raw.is_integer():
        return _from_fraction(raw, today)
    parts = _parts_of(text, today)
    return Cell(None, error=parts) if isinstance(parts, str) else _checked(parts, today)


def parse_birth(text: str, today: dt.date | None = None) -> str:
    """As `read_birth` for a form; ValueError with what to do."""
    cell = read_birth(text, today or dt.date.today())
    if cell.value is None:
        raise ValueError(MESSAGES[cell.error or "E_DATE_INVALID"])
    return cell.value


def is_birth(text: str) -> bool:
    """Whether it is a birth date as it is kept: a year, month or day that there is."""
    match = _KEPT.fullmatch(text)
    return match is not None and _real(int(match[1]), match[2] or "", match[3] or "")


def _from_fraction(raw: float, today: dt.date) -> Cell[str]:
    """1945.3 in a numeric cell; 1945.1 may have been 1945.10 before Excel cut it."""
    if not math.isfinite(raw) or not 1000 <= raw < 10000:
        return Cell(None, error="E_DATE_INVALID")
    year, _, month = repr(raw).partition(".")
    if month == "1":
        return Cell(None, error="E_DATE_AMBIGUOUS")
    if len(month) > 2:
        return Cell(None, error="E_DATE_INVALID")
    return _checked((year, month, ""), today)


def _parts_of(text: str, today: dt.date) -> Parts | str:
    """Year, month and day as digits ("" for none), or an error code."""
    if _LUNAR.search(text):
        return "E_DATE_LUNAR"
    if text.startswith("民国"):
        return "E_DATE_MINGUO"
    text = _BRACKET.sub("", text)
    text = _CLOCK.sub("", _LABEL.sub("", text).strip()).strip(" .-/。")
    text = re.sub(r"(?<=^\d{4})\.0$|(?<=^\d{6})\.0$|(?<=^\d{8})\.0$", "", text)
    if re.fullmatch(r"\d+", text):
        return _from_digits(text, today)
    text = re.sub(r"[〇○零一二三四五六七八九十]+", _arabic, text)
    text = re.sub(r"\s*([年月日号/.、-])\s*", r"\1", text.replace("。", "."))
    text = re.sub(r"[‐-―−~]", "-", text)
    text = re.sub(r"(?<=\d)\s+(?=\d)", "-", text)
    match = _WORDS.fullmatch(text) or _MARKS.fullmatch(text)
    if match is None:
        return "E_DATE_INVALID"
    year, month, day = (part or "" for part in match.groups())
    if len(year) == 2 and not day and "年" not in text:
        return "E_DATE_INVALID"  # 45.3 is no date anybody can be sure of
    return year, month, day


def _from_digits(text: str, today: dt.date) -> Parts | str:
    """19450308, 194503, 1945, 450308; a five-digit number is Excel's day count."""
    if len(text) == 8:
        return text[:4], text[4:6], text[6:]
    if len(text) == 4:
        return text, "", ""
    if len(text) == 5:
        return "E_DATE_SERIAL"
    if len(text) != 6:
        return "E_DATE_INVALID"
    month_form = _checked((text[:4], text[4:], ""), today)
    if not month_form.error and _real(1900 + int(text[:2]), text[2:4], text[4:]):
        return "E_DATE_2DIGIT_YEAR"  # 190312: March 1912 or 1919-03-12
    if not month_form.error:
        return text[:4], text[4:], ""
    return text[:2], text[2:4], text[4:]


def _arabic(match: re.Match[str]) -> str:
    """二十三 → 23, 一九四五 → 1945."""
    word = match.group()
    if "十" not in word:
        return word.translate(_HAN_DIGITS)
    tens, _, ones = word.partition("十")
    value = (tens or "一").translate(_HAN_DIGITS) + (ones or "〇").translate(
        _HAN_DIGITS
    )
    return value if len(value) == 2 else "??"  # 十十 or 一二十三 is no number


def _real(year: int, month: str, day: str) -> bool:
    try:
        dt.date(year, int(month or 1), int(day or 1))
    except ValueError:
        return False
    return True


def _checked(parts: Parts, today: dt.date) -> Cell[str]:
    year, month, day = parts
    warnings: tuple[str, ...] = ()
    if len(year) == 2:
        if int(year) <= today.year % 100:
            return Cell(None, error="E_DATE_2DIGIT_YEAR")
        year, warnings = f"{today.year // 100 - 1}{year}", ("W_DATE_2DIGIT_YEAR",)
    if not _real(int(year), month, day):
        return Cell(None, error="E_DATE_INVALID")
    value = year
    if day:
        value = f"{year}-{int(month):02}-{int(day):02}"
    elif month:
        value, warnings = (
            f"{year}-{int(month):02}",
            (*warnings, "W_DATE_PRECISION_MONTH"),
        )
    else:
        warnings = (*warnings, "W_DATE_PRECISION_YEAR")
    if value > today.isoformat()[: len(value)] or int(year) < today.year - OLDEST_YEARS:
        return Cell(None, error="E_DATE_RANGE")
    return Cell(value, warnings)
