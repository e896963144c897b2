"""Cells of somebody else's ledger that hold coded words, doors and yes or no.

They are read as the cells of `gridapp.models.identity`: nothing is guessed, and no
reader raises. The same digit means different things in different systems (性别 0 is
未知, 男 or 女; 学历 20 is 大学本科 or 大学专科), so digits are read only when whoever
imports has said which code set the column uses.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from gridapp.models import codes
from gridapp.models.cell import Cell, cell_text, empty_or_broken, plain


@dataclass(frozen=True)
class Door:
    """Where a household lives, as far as the cell says: digits without 栋, 单元, 室."""

    building: str | None
    unit: str | None
    room: str | None


_OTHER_CODE_SETS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "sex": {
        "0男 1女 2未知": {"0": "1", "1": "2", "2": "0"},
        "1男 0女": {"1": "1", "0": "2"},
    },
    "politics": {"1群众 13党员": {"1": "13", "13": "01"}},
    "relation": {
        "GB/T 4761-2008 (1位)": {
            "0": "02", "1": "10", "2": "20", "3": "30", "4": "40", "5": "50",
            "6": "60", "7": "70", "8": "80",
        },
        "0户主 1家属 2租客": {"0": "02", "1": "97", "2": "99"},
    },
    "education": {
        "GB/T 4658-1984": {
            "00": "10", "10": "20", "20": "30", "30": "40", "50": "60", "60": "70",
            "70": "80", "80": "90",
        },
    },
}  # fmt: skip
"""Code sets met in real exports, and what their codes are in ours (domain.md 2.3)."""

_POINT_ZERO = re.compile(r"(?<=^\d)(\d*)\.0+$")
_ILLITERATE = re.compile("文盲|不识字|未上学|没上过学|未上过学")
_SCHOOLING = re.compile("文化程度|文化水平|文化|程度|学历|在读|就读|在校")
_COUSINS = (
    (re.compile("堂(?:[兄弟姐妹哥]|兄弟|姐妹|哥哥|弟弟|姐姐|妹妹)"), "91"),
    (re.compile("表(?:[兄弟姐妹哥]|兄弟|姐妹|哥哥|弟弟|姐姐|妹妹)"), "92"),
)
_HAN_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_HAN = "〇零一二三四五六七八九十"
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾", "一二三四五六七八九十")
_EXCEL_DATE = re.compile(
    r"\d{1,2}月\d{1,2}日?|\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T]0{1,2}:00(:00)?)?|"
    r"\d{1,2}:\d{2}(:\d{2})?|"
    r"\d{1,2}-(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(-\d{2,4})?|"
    r"(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)-\d{2,4}"
)
_TODAYS = 42005, 47848  # Excel's numbers of the days of 2015 to 2030
_UNSURE = re.compile(r"\d[lIiOo]|[lIiOo]\d")  # 50l, 5O1: a digit or a letter?
_PHASE = re.compile(  # 二期3栋 is another house than 3栋; 小区 and 城东区 say nothing
    rf"(?P<before>.*?)(?P<phase>(?:[{_HAN}]+|\d+|[A-Z])[期区]|"
    r"(?:^|(?<=[期区园苑村里院府庭家]))[东南西北中]区)"
)
_WORDED_DOOR = re.compile(
    r"(?P<before>.*?)"
    r"(?P<building>[东南西北]?(?:\d+[A-Z]?|[A-Z]\d*))"
    r"(?:号?[栋幢座]|号楼|#楼?|楼(?=\D*\d+\D*单元))-?"
    r"(?:(?P<unit>\d+(?=号?单元|门)|\d{1,2}|[A-Z])(?:号?单元|门|-)-?)?"
    r"(?:\d+[楼层](?=\d))?"
    r"(?P<room>\d{1,4}[A-Z]?(?:-\d)?)?(?:室|号|房|户)?"
)
_DASHED_DOOR = re.compile(
    r"(?P<before>(?:(?!\d(?:号?[栋幢座]|号楼|#|号?单元)).)*[^-\dA-Z])?(?!\d{3,}-\d{3})"
    r"(?P<building>\d+[A-Z]?|[A-Z]\d*)-"
    r"(?:(?P<unit>\d{1,2}|[A-Z])(?:号?单元-?|-))?"
    r"(?P<room>\d{3,4}[A-Z]?(?:-\d)?)(?:室|号|房)?"
)
_UNIT_DOOR = re.compile(
    r"(?P<unit>\d+)(?:号?单元)(?P<room>\d{1,4}[A-Z]?(?:-\d)?)?(?:室|号|房)?"
)
_ROOM_ONLY = re.compile(r"(?P<room>\d{3,4}[A-Z]?)(?:室|号|房)?")
_PART = re.compile(
    r"(?P<part>\d{1,5}[A-Z]?|[A-Z]\d{0,4})"
    r"(?P<sign>号?[栋幢座]|号?楼|#|号?单元|室|号|房)?"
)
_SIGNS = {"building": "[栋幢座楼#]$", "unit": "单元$", "room": "[室房]$"}
_YES = re.compile(r"√|✓|✔|☑|■|v|是的?|有|对|已|享受|y|yes|true|t|1")
_NO = re.compile(r"×|╳|✕|✖|✗|✘|☒|☐|□|x|否|无|没有|不是|不|未|n|no|false|f|0")
_BOX = "([√✓✔☑■□☐])"
_BOXES = (
    re.compile(rf"{_BOX}[是有]{_BOX}[否无]"),
    re.compile(rf"[是有]{_BOX}[否无]{_BOX}"),
)


def code_sets(key: str) -> tuple[str, ...]:
    """What a column of digits may be written in, our own standard first."""
    return (codes.table(key).standard, *_OTHER_CODE_SETS.get(key, {}))


def read_coded(key: str, raw: object, code_set: str | None = None) -> Cell[str]:
    """The code of table `key` that a cell means.

    Words are read by themselves. Digits need `code_set`, one of `code_sets(key)`;
    without it the answer is E_CODESET_REQUIRED.
    """
    table = codes.table(key)
    text = digits_of(raw)
    code = table.ledger_code(text) if text else None
    if code is not None:
        return Cell(code)
    nothing = empty_or_broken(raw)
    if nothing is not None:
        return nothing
    if re.fullmatch(r"\d+", text):
        if code_set is None:
            return Cell(None, error="E_CODESET_REQUIRED")
        code = _translated(table, text, code_set)
    else:  # 1男, 01-汉族, 汉族(01)
        word = re.sub(r"^\d+[\s.、:-]*|[\s(\[]*\d+[)\]]?$", "", text)
        code = table.ledger_code(word) if word else None
    return Cell(code) if code else Cell(None, error="E_CODE_UNKNOWN")


def read_sex(raw: object, code_set: str | None = None) -> Cell[str]:
    """性别, GB/T 2261.1."""
    return read_coded("sex", raw, code_set)


def read_education(raw: object, code_set: str | None = None) -> Cell[str]:
    """学历, GB/T 4658-2006, which has no code for 文盲 (W_EDU_ILLITERATE)."""
    cell = read_coded("education", raw, code_set)
    old = code_set == "GB/T 4658-1984" and re.fullmatch("80?", digits_of(raw))
    if cell.value and (old or _ILLITERATE.search(digits_of(raw))):
        return Cell(cell.value, ("W_EDU_ILLITERATE",))
    if cell.error == "E_CODE_UNKNOWN":
        words = digits_of(raw)
        if _ILLITERATE.search(words):
            return Cell("90", ("W_EDU_ILLITERATE",))
        plain_words = _SCHOOLING.sub("", words)
        return read_coded("education", plain_words) if plain_words != words else cell
    return cell


def read_relation(raw: object, code_set: str | None = None) -> Cell[str]:
    """与户主关系, GB/T 4761-2008; 户主之子 and 之子 are 子."""
    cell = read_coded("relation", raw, code_set)
    if cell.error == "E_CODE_UNKNOWN":
        word = re.sub(r"^(?:与?户主)?[之的]|^系?户主(?=.)|关系$", "", digits_of(raw))
        word = re.sub("^[小幺](?=儿子|女儿|子$|女$)", "", word)
        for cousins, code in _COUSINS:
            if cousins.fullmatch(word):
                return Cell(code)
        return read_coded("relation", word, code_set) if word else cell
    return cell


def read_door(raw: object) -> Cell[Door]:
    """Building, unit and room; `note` keeps the words around them (幸福小区)."""
    if isinstance(raw, dt.date):
        return Cell(None, error="E_ROOM_IS_DATE")
    nothing = empty_or_broken(raw)
    if nothing is not None:
        return Cell(None, nothing.warnings, nothing.error)
    return _door(digits_of(raw))


@lru_cache(maxsize=1 << 12)  # a household's people have one door
def _door(text: str) -> Cell[Door]:
    unsure = _UNSURE.search(text)
    text = text.upper()
    if _EXCEL_DATE.fullmatch(text):
        return Cell(None, error="E_ROOM_IS_DATE")
    text, remark = _split_remark(_one_spelling(text))
    for pattern in (_WORDED_DOOR, _DASHED_DOOR, _UNIT_DOOR, _ROOM_ONLY):
        match = pattern.fullmatch(text)
        if match is not None and not unsure:
            found = match.groupdict()
            parts = [found.get(name) for name in _SIGNS]
            building, unit, room = (part and _no_zeros(part) for part in parts)
            if "" in (building, unit, room):
                break
            before = found.get("before") or ""
            phase = _PHASE.fullmatch(before) if building else None
            if phase is not None:
                before = phase["before"]
                building = re.sub(f"[{_HAN}]+", _arabic, phase["phase"]) + str(building)
            warn = building and room and not unit
            note = " ".join(part for part in (before, remark) if part)
            door = Door(building, unit, room)
            return Cell(door, ("W_ROOM_NO_UNIT",) if warn else (), note=note)
    return Cell(None, error="E_ROOM_FORMAT")


def _one_spelling(text: str) -> str:
    """A door without its blanks, in Arabic digits with one kind of dash."""
    formal = r"[壹贰叁肆伍陆柒捌玖拾]+(?=号?[栋幢座楼单])"
    text = re.sub(formal, lambda m: m[0].translate(_FORMAL), text)
    text = re.sub(rf"第(?=[\d{_HAN}])", "", text)
    text = re.sub(rf"[{_HAN}]+(?=号?[栋幢座楼单])", _arabic, text)
    text = re.sub(r"[〇零一二三四五六七八九]{3,4}(?=(?:室|号|房)?$)", _arabic, text)
    text = re.sub(r"^(\d+)([.、·])(\d{1,2})\2(\d{3,4})$", r"\1-\3-\4", text)
    text = re.sub(r"(?<=\d)号(?=\d+单元)", "号楼", text)
    text = re.sub(r"\s*[‐-―−~－/\\_]\s*", "-", text)
    text = re.sub(r"(?<=\d)\s+(?=\d)", "-", text)
    text = re.sub(r"\s+", "", text)
    text = re.sub(r"^(\d+)号(?=-\d{1,2}-\d{3,4})", r"\1", text)
    return re.sub(r"(?<=单元)(\d{1,2})-(?=\d\d$)", r"\1", text)


def _no_zeros(part: str) -> str:
    """03 and 0501 as others write them, 3 and 501; 0 is no door: ""."""
    return re.sub(r"^0+(?=\d|$)", "", part)


def read_door_part(raw: object, kind: str = "") -> Cell[str]:
    """A column of buildings, units or rooms alone: 3栋, 2单元, 501室, 501.0.

    kind: building, unit or room; a cell that says to be another is no part of it.
    """
    day = isinstance(raw, int | float) and _TODAYS[0] <= raw <= _TODAYS[1]
    if isinstance(raw, dt.date) or day:
        return Cell(None, error="E_ROOM_IS_DATE")
    return _door_part(raw if isinstance(raw, str) else digits_of(raw), kind)


@lru_cache(maxsize=1 << 12)
def _door_part(raw: str, kind: str) -> Cell[str]:
    nothing = empty_or_broken(raw)
    if nothing is not None:
        return nothing
    text = digits_of(raw)
    unsure = _UNSURE.search(text) or re.search(r"\d\s+\d", text)
    text = re.sub(r"\s+", "", text.upper())
    if _EXCEL_DATE.fullmatch(text):
        return Cell(None, error="E_ROOM_IS_DATE")
    text = re.sub(r"[〇零一二三四五六七八九十]+", _arabic, text)
    match = _PART.fullmatch(text)
    sign = match["sign"] if match else None
    other = any(
        one != kind and re.search(sign_of, sign or "")
        for one, sign_of in _SIGNS.items()
    )
    part = (
        _no_zeros(match["part"]) if match and not (unsure or (kind and other)) else ""
    )
    return Cell(part) if part else Cell(None, error="E_ROOM_FORMAT")


def read_flag(raw: object) -> Cell[bool]:
    """是 or 否 in all the ways a column is ticked; an empty cell is not a no."""
    if isinstance(raw, bool):
        return Cell(raw)
    text = digits_of(raw).lower().strip("()")
    if _YES.fullmatch(text):
        return Cell(True)
    if _NO.fullmatch(text):
        return Cell(False)
    for form in _BOXES:  # ☑是 □否
        boxes = form.fullmatch(re.sub(r"[\s/、,]", "", text))
        if boxes and (boxes[1] in "□☐") != (boxes[2] in "□☐"):
            return Cell(boxes[1] not in "□☐")
    nothing = empty_or_broken(raw)
    if nothing is not None:
        return Cell(None, nothing.warnings, nothing.error)
    return Cell(None, error="E_FLAG_UNKNOWN")


def digits_of(raw: object) -> str:
    """The cell as half-width text; 501.0 that was a number is 501."""
    return _POINT_ZERO.sub(r"\1", plain(cell_text(raw) or ""))


def _split_remark(text: str) -> tuple[str, str]:
    """A door and what stands behind it: 3-2-501(出租), 501室,和平路."""
    match = re.fullmatch(r"(.+?)(?:\(([^()]*)\)|,(\D*))", text)
    return (match[1], match[2] or match[3] or "") if match else (text, "")


def _translated(table: codes.CodeTable, digits: str, code_set: str) -> str | None:
    """Our code for another system's; Excel may have dropped a leading zero."""
    known: Mapping[str, str] = MappingProxyType({c: c for c in table.codes})
    if code_set != table.standard:
        known = _OTHER_CODE_SETS.get(table.key, {}).get(code_set, {})
    return known.get(digits) or known.get("0" + digits)


def _arabic(match: re.Match[str]) -> str:
    """三 → 3, 十二 → 12; what is no number stays as it is."""
    word = match.group()
    if "十" not in word:
        return word.translate(_HAN_DIGITS)
    tens, _, ones = word.partition("十")
    digits = (tens or "一").translate(_HAN_DIGITS) + (ones or "〇").translate(
        _HAN_DIGITS
    )
    return digits if len(digits) == 2 and digits.isdecimal() else word
