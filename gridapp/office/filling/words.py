"""How a value is written into a cell of somebody's form: in the words the form allows.

A drop-down list decides over the words of a code (是/否, √, 男/女); the cell's number
format, the heading's hint (格式：1945.03.08) or the example row over how a date looks.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gridapp.models import codes
from gridapp.models.free_text import masked
from gridapp.models.kinds import (
    BIRTH,
    PHONES,
    Kind,
)
from gridapp.models.record import Field
from gridapp.office.filling.people import Fact
from gridapp.office.ledgers import cells

JOIN = "、"
YES, NO, TICK = "是", "否", "√"
# What clerks write for the standard's words; an import reads it as the same code.
_SHORT: Mapping[str, Mapping[str, str]] = {
    "sex": {"1": "男", "2": "女"},
    "education": {
        **{"10": "研究生", "20": "本科", "30": "大专", "40": "中专"},
        **{"60": "高中", "70": "初中", "80": "小学"},
    },
}
_TENS = ("education", "marital_status", "relation")  # 21 stands under 20 there
_DATE_LIKE = re.compile(
    r"(?:[12]\d{3}|y{4})([-./年]?)(?:\d{1,2}|mm?)(?:([-./月]?)(?:(\d{1,2}|dd?)([日号]?))?)?",
    re.IGNORECASE,
)
_PARTS = ("building.number", "dwelling.unit", "dwelling.room")  # digits are numbers


@dataclass(frozen=True)
class Slot:
    """What a column of the form asks of its cells.

    options: the words of its drop-down list, None without one. format: "text", "date"
    or "" of the cell. hints: texts that show how it is meant: heading, example row.
    """

    heading: str
    source: str
    options: tuple[str, ...] | None = None
    format: str = ""
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Written:
    """What goes into a cell, and how it reads. `text`: it stays text (@)."""

    value: str | float | dt.date
    words: str
    text: bool = False


class NotOffered(Exception):
    """The drop-down list has no words for this value."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def written(fact: Fact, slot: Slot, *, unmasked: bool) -> Written | None:
    """What goes into the cell; None when there is nothing to write.

    Private values are written with their middle hidden unless `unmasked`. Raises
    NotOffered when the form's list has no words for the value.
    """
    value, spec = fact.value, fact.spec
    if value is None or value in ((), ""):
        return None
    if slot.options is not None:
        return _offered(value, spec, slot)
    if isinstance(value, bool):
        words = _yes_or_no(value, slot)
        return Written(words, words) if words else None
    if spec is not None and spec.codes:
        words = JOIN.join(_code_words(spec, code) for code in _each(value))
        return Written(words, words)
    moment = _day(value, spec)
    if moment is not None:
        return _dated(moment, slot)
    if isinstance(value, int | float):
        return Written(value, f"{value:.15g}")
    kind = spec.kind if spec else None
    words = _text(value, kind, unmasked=unmasked)
    digits = slot.source in _PARTS and re.fullmatch(r"[1-9]\d{0,5}", words)
    if digits and slot.format != "text":
        return Written(int(words), words)
    return Written(words, words, text=kind is not None and kind.number_text)


def _each(value: Any) -> Sequence[str]:
    return value if isinstance(value, tuple) else (value,)  # pyright: ignore[reportUnknownVariableType]


def _text(value: Any, kind: Kind[Any] | None, *, unmasked: bool) -> str:
    if kind is PHONES:
        return JOIN.join(value if unmasked else map(PHONES.mask, value))
    if isinstance(value, tuple):
        return JOIN.join(map(str, _each(value)))
    text = str(value) if kind is None else kind.format(value)
    if unmasked:
        return text
    return masked(text) if kind is None else kind.given_out(text)


def _code_words(spec: Field, code: str) -> str:
    """The words of a code that are read back as this code."""
    table = codes.table(spec.codes)
    short = _SHORT.get(spec.codes, {}).get(code)
    return short or table.heading(code)


def _yes_or_no(value: bool, slot: Slot) -> str:
    """As the example does; 是否… asks for both words, a bare 独居 for a tick."""
    shown = next((_plain(one) for one in slot.hints[1:] if _means(one, True)), "")
    if shown:
        return shown if value else (NO if shown == YES else "")
    last = slot.heading.split("/")[-1]
    if re.match("是否|是不是|有无", last) or not slot.source.startswith("tag."):
        return YES if value else NO
    return TICK if value else ""


def _means(text: str, answer: bool) -> bool:
    return cells.read_flag(text).value is answer


def _offered(value: Any, spec: Field | None, slot: Slot) -> Written:
    """The option that means the value."""
    options = slot.options or ()
    found = next((one for one in _alike(value, spec, options)), None)
    if found is None:
        if value is False:  # a list of √ alone
            return Written("", "")
        raise NotOffered(_said(value, spec))
    return Written(found, found)


def _said(value: Any, spec: Field | None) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    if spec is not None and spec.codes:
        return JOIN.join(_code_words(spec, code) for code in _each(value))
    return _text(value, spec.kind if spec else None, unmasked=False)


def _alike(value: Any, spec: Field | None, options: Iterable[str]) -> Iterable[str]:
    """The options that mean a value, the closest first."""
    offered = list(options)
    if isinstance(value, bool):
        yield from (one for one in offered if _means(one, value))
    elif spec is not None and spec.codes:
        meant = {one: cells.read_coded(spec.codes, one).value for one in offered}
        for code in _nearest(spec, _each(value)):
            yield from (one for one, other in meant.items() if other == code)
    else:
        words = [_plain(part) for part in re.split("[、,，]", str(value))]
        yield from (one for one in offered if _plain(one) == _plain(str(value)))
        yield from (one for one in offered if _plain(one) in words)
        tags = [codes.table("resident_tag").ledger_code(word) for word in words]
        tag = codes.table("resident_tag").ledger_code
        yield from (one for one in offered if tag(one) and tag(one) in tags)


def _nearest(spec: Field, found: Sequence[str]) -> Iterable[str]:
    """Codes, then what they stand under: 大学本科毕业 (21) is 大学本科 (20)."""
    yield from found
    parents = {item.code: item.parent for item in codes.table(spec.codes).items}
    for code in found:
        if parents.get(code):
            yield parents[code]
        if spec.codes in _TENS and len(code) == 2:
            yield code[0] + "0"


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def _day(value: Any, spec: Field | None) -> str | None:
    """A day as 1945-03-08, 1945-03 or 1945; None for what is no day."""
    if isinstance(value, dt.datetime):
        return value.astimezone().date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if spec is not None and spec.kind is BIRTH:
        return str(value)
    return None


def _dated(day: str, slot: Slot) -> Written:
    parts = day.split("-")
    if slot.format == "date" and len(parts) == 3:
        return Written(dt.date.fromisoformat(day), day)
    pattern = _pattern(slot)
    if pattern is not None:
        words = _like(pattern, parts)
        whole = len(parts) == 3 and words.isdigit() and slot.format != "text"
        return Written(int(words), words) if whole else Written(words, words)
    if re.search("年月$", slot.heading.split("(")[0]):
        parts = parts[:2]
    return Written("-".join(parts), "-".join(parts))


def _pattern(slot: Slot) -> re.Match[str] | None:
    """How the form shows a day: in brackets behind the heading, or in its example."""
    hints = [
        *re.findall(r"[(（【\[]([^()（）]*)[)）】\]]", slot.heading),
        *slot.hints[1:],
    ]
    for hint in hints:
        match = _DATE_LIKE.search(_plain(hint))
        if match is not None:
            return match
    return None


def _like(pattern: re.Match[str], parts: Sequence[str]) -> str:
    """A day in the look of another: 1945.03.08, 19450308, 1945年3月8日, 1945.3."""
    first, second, day, last = pattern.groups()
    if day is None:
        parts, second = parts[:2], second if second == "月" else ""
    padded = not re.search(r"(?<!\d)\d(?!\d)", pattern[0])
    if first == "年":
        padded = bool(re.search(r"年0|月0|mm|dd", pattern[0]))
    shown = [parts[0], *(part if padded else str(int(part)) for part in parts[1:])]
    marks = [first, second or ("月" if first == "年" else ""), last or ""]
    if len(shown) == 1:
        return shown[0] + ("年" if first == "年" else "")
    joined = shown[0] + marks[0] + shown[1]
    if len(shown) == 2:
        return joined + ("月" if marks[0] == "年" else "")
    return joined + marks[1] + shown[2] + ("日" if marks[0] == "年" else marks[2])
