"""Telephone numbers as people write them, several in one cell included."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from gridapp.language import tr
from gridapp.models.cell import (
    MESSAGES,
    Cell,
    cell_text,
    digits_lost,
    empty_or_broken,
    plain,
)


@dataclass(frozen=True)
class Phone:
    """A number: 11 digits, or area code-number[-extension]; `note` says whose."""

    num: str
    kind: Literal["mobile", "land"]
    note: str | None = None


_CLEAN = re.compile("1[3-9][0-9]{9}")
_GAP = r"[ -]?"
_MOBILE = rf"(?:\(?\+?0{{0,2}}86\)?|0)?{_GAP}(1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}})"
_AREA = r"010|02\d|0[3-9]\d\d"  # eight digits follow the three, and seven the four
_LAND = rf"(?:\(({_AREA})\)|({_AREA})){_GAP}(\d{{3,4}}{_GAP}\d{{4}})"
_SERVICE = rf"([48]00{_GAP}\d{{3}}{_GAP}\d{{4}}|[48]00{_GAP}\d{{4}}{_GAP}\d{{3}})"
_LOCAL = rf"([2-9]\d{{2,3}}{_GAP}\d{{4}})"
_EXTENSION = r"(?: ?(?:转|分机|ext\.?|-) ?(\d{1,6}))?"
_NUMBER = re.compile(
    rf"(?<!\d)(?:{_MOBILE}|{_LAND}{_EXTENSION}|{_SERVICE}|{_LOCAL}{_EXTENSION})(?!\d)",
    re.IGNORECASE,
)
_ABROAD = re.compile(  # +86-951-0000001 as it is dialled at home
    rf"\(?(?:\+|00)86\)?{_GAP}(?:\(0\))?"
    rf"(?=(?:10|2\d|[3-9]\d\d){_GAP}\d{{3,4}}{_GAP}\d{{4}}(?!\d))"
)
_WITHOUT_AREA = re.compile(r"(?!0|[48]00\d{7}(?!\d))")
_NOBODY = re.compile(
    "空号|(?:已|号码|电话)?(?:停机|停用|关机|欠费)|打不通|(?:无法|不能)接通|无人接听|"
    "(?:本人)?(?:拒绝|不愿意?|不肯|不便)(?:提供|告知|留)?"
)
_BREAK = re.compile(r"[\n/\\|、,;。]|或者?|(?<=\d)[和及](?=\d)")
_BRACKET = re.compile(r"^ ?\([^()]*\)")  # it belongs to the number before it
_LABEL = re.compile(
    r"(?:联系|家庭|固定|移动)?(?:电话|手机)(?:号码|号)?|座机|tel|mobile", re.IGNORECASE
)


def read_phones(raw: object) -> Cell[tuple[Phone, ...]]:
    """Every number a cell holds, in order, each once; () when there is none."""
    if isinstance(raw, str) and _CLEAN.fullmatch(raw):
        return Cell((Phone(raw, "mobile"),))
    nothing = empty_or_broken(raw)
    if nothing is not None:
        value = None if nothing.error else ()
        return Cell(value, nothing.warnings, nothing.error)
    if isinstance(raw, bool | dt.date) or digits_lost(raw):
        return Cell(None, error="E_PHONE_FORMAT")
    text = re.sub(r"(?<=\d{7})\.0+(?!\d)", "", plain(cell_text(raw) or ""))
    if re.search(r"\d\*{2,}|\*{3,}", text):
        return Cell(None, error="E_PHONE_MASKED")
    if _NOBODY.fullmatch(text):
        return Cell((), ("W_MISSING",), note=text)
    text = _ABROAD.sub("0", re.sub(r"[‐-―−]", "-", text))
    text = re.sub(r"(?<!\d)(1[3-9]\d{9})(?=1[3-9]\d{9}(?!\d))", r"\1/", text)
    found: dict[str, Phone] = {}
    for part in _BREAK.split(text):
        phones = _phones_in(part)
        if phones is None:
            return Cell(None, error="E_PHONE_FORMAT")
        for phone in phones:
            found.setdefault(phone.num, phone)
    if not found:
        return Cell(None, error="E_PHONE_FORMAT")
    bare = any(_WITHOUT_AREA.match(one) for one in found if found[one].kind == "land")
    return Cell(tuple(found.values()), ("W_PHONE_NO_AREA",) if bare else ())


def parse_phones(text: str) -> tuple[str, ...]:
    """The numbers typed into a form; ValueError with what to do."""
    cell = read_phones(text)
    if not cell.value:
        raise ValueError(MESSAGES[cell.error or "E_PHONE_FORMAT"])
    for phone in cell.value:
        if phone.note:
            raise ValueError(
                tr("这里只写号码，“{note}”请写到备注或联系人", note=phone.note)
            )
    return tuple(phone.num for phone in cell.value)


def _phones_in(part: str) -> list[Phone] | None:
    """The numbers between two separators; None when digits are left over."""
    phones: list[Phone] = []
    end = 0
    for match in _NUMBER.finditer(part):
        before, end = part[end : match.start()], match.end()
        if re.search(r"\d", before):
            return None
        note = _note(_BRACKET.sub("", before) if phones else before)
        after = _note(_next_bracket(part[end:]))
        phones.append(_phone(match, " ".join(filter(None, (note, after))) or None))
    rest = part[end:]
    if re.search(r"\d", rest):
        return None
    if phones and not phones[-1].note:
        last = phones[-1]
        phones[-1] = Phone(last.num, last.kind, _note(rest) or None)
    return phones


def _phone(match: re.Match[str], note: str | None) -> Phone:
    mobile, area, plain_area, land, extension, service, local, local_ext = (
        re.sub(r"[ -]", "", group or "") for group in match.groups()
    )
    if mobile:
        return Phone(mobile, "mobile", note)
    number = f"{area or plain_area}-{land}" if land else service or local
    extension = extension or local_ext
    return Phone(number + (f"-{extension}" if extension else ""), "land", note)


def _next_bracket(text: str) -> str:
    match = _BRACKET.match(text)
    return match.group() if match else ""


def _note(text: str) -> str:
    """Whose number it is, without labels and brackets."""
    return re.sub(r"^[\W_]+|[\W_]+$", "", _LABEL.sub("", text))
