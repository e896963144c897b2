"""Reads one cell of a ledger by the field its column means. Nothing raises."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from gridapp.language import tr
from gridapp.models import codes, identity
from gridapp.models.cell import (
    Cell,
    cell_text,
    digits_lost,
    empty_or_broken,
    plain,
    visible,
)
from gridapp.models.kinds import (
    BIRTH,
    CODES,
    DATE,
    DECIMAL,
    DOCUMENT,
    ID_NUMBER,
    NAME,
    NOTE,
    NUMBER,
    PHONES,
    TIME,
    YES_NO,
    Kind,
)
from gridapp.models.record import Field
from gridapp.office.ledgers import cells
from gridapp.office.ledgers.columns import VISITS, field_at
from gridapp.office.ledgers.contacts import read_contacts
from gridapp.office.tables.raw_sheet import EPOCH

NOTHING = Cell[Any](None)
TOO_LONG = "E_CELL_LONG"  # the limit of a note is its own
NOON = dt.time(12)
_DENIAL = re.compile("非|不|未|没|无")
_UNDECIDED = re.compile(  # 半独居, √×, 2, 是/否: neither a yes nor a no
    r"[?？].*|.*[?？]|\W+|\d(\.0+)?|(?:半(?!身|瘫|自理|失能)|疑|待[定查核确]|可能|大概|有时|偶尔).*|"
    r".*(?:[是有]\W*[否无]|[否无]\W*[是有]).*|.*[□☐].*"
)
TOGETHER = re.compile("同住|同居|一起住|共同居住|住一起")
_CLOCK = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})?(?::\d{2}(?:\.\d+)?)?$")
_BREAK = re.compile(r"[、,，/;；|+\s]+")
_CODED: Mapping[str, Callable[[object, str | None], Cell[str]]] = {
    "sex": cells.read_sex,
    "education": cells.read_education,
    "relation": cells.read_relation,
}


class CellReader:
    """Reads cells by path. Most cells say what one above them said, so all are kept.

    code_sets: for columns of digits, which code set they are written in, by path.
    """

    def __init__(self, today: dt.date, code_sets: Mapping[str, str]) -> None:
        self._today = today
        self.epoch = EPOCH
        self._code_sets = code_sets
        self._seen: dict[tuple[str, type, object], Cell[Any]] = {}

    def read(self, path: str, raw: object) -> Cell[Any]:
        """The value of a cell, with warnings or the error that keeps it out."""
        if raw is None:
            return NOTHING
        key = (path, type(raw), raw)  # 1, 1.0 and True are not the same here
        seen = self._seen.get(key)
        if seen is None:
            spec = field_at(path)
            if spec is not None and not spec.codes:
                seen = self._value(spec, raw)
            else:
                seen = self._words(path, spec, raw)
            self._seen[key] = seen
        return seen

    def _words(self, path: str, spec: Field | None, raw: object) -> Cell[Any]:
        if spec is None:
            if path in VISITS:
                return _times(raw)
            if path == "contacts":
                return read_contacts(raw)
            return _tags(raw) if path == "tags" else _tick(path, raw)
        code_set = self._code_sets.get(path)
        if spec.kind is CODES:
            return _several(spec.codes, raw, code_set)
        reader = _CODED.get(spec.codes)
        if reader is not None:
            return reader(raw, code_set)
        if path == "residence_match":
            return _agrees(raw, code_set)
        return cells.read_coded(spec.codes, raw, code_set)

    def _value(self, spec: Field, raw: object) -> Cell[Any]:
        kind: Kind[Any] = spec.kind
        if kind is NAME:
            return identity.read_name(raw)
        if kind is ID_NUMBER:
            return identity.read_id_number(raw, self._today)
        if kind is BIRTH:
            return identity.read_birth(raw, self._today, self.epoch)
        if kind is PHONES:
            return _phones(raw)
        if kind is YES_NO:
            return cells.read_flag(raw)
        nothing = empty_or_broken(raw)
        if nothing is not None and not (kind is NOTE and nothing.error == TOO_LONG):
            return Cell(None, error=nothing.error)
        if kind is DATE:
            return _date(raw, self.epoch)
        if kind is TIME:
            return _time(raw)
        if kind is DOCUMENT and digits_lost(raw):
            return Cell(None, error="E_ID_PRECISION_LOST")
        text = plain(cell_text(raw) or "")
        if kind not in (DOCUMENT, NUMBER, DECIMAL):
            text = visible(cell_text(raw) or "")
        try:
            return Cell(spec.parse(text))
        except ValueError as error:
            return Cell(None, error="E_VALUE", note=str(error))


def joined(first: Cell[Any], second: Cell[Any]) -> Cell[Any]:
    """Two columns of one list, or of one text, as one; doubles once."""
    warnings = tuple(dict.fromkeys((*first.warnings, *second.warnings)))
    note = "；".join(dict.fromkeys(one for one in (first.note, second.note) if one))
    value: object = first.value or second.value
    if isinstance(value, str):
        texts = dict.fromkeys(one for one in (first.value, second.value) if one)
        value = "；".join(texts)
    elif value:
        value = tuple(dict.fromkeys((*(first.value or ()), *(second.value or ()))))
    return Cell(value, warnings, note=note)


def _phones(raw: object) -> Cell[tuple[str, ...]]:
    """Numbers; whose they are (女儿) comes along as a note."""
    cell = identity.read_phones(raw)
    found = cell.value or ()
    notes = [
        tr("{num}：{note}", num=one.num, note=one.note) for one in found if one.note
    ] or ([cell.note] if cell.note else [])
    value = tuple(one.num for one in found) or None
    return Cell(value, cell.warnings, cell.error, tr("；").join(notes))


def _date(raw: object, epoch: dt.date = EPOCH) -> Cell[dt.date]:
    if isinstance(raw, dt.datetime):
        return Cell(raw.date())
    if isinstance(raw, dt.date):
        return Cell(raw)
    text = re.sub(r"\s.*$", "", plain(cell_text(raw) or ""))
    if re.fullmatch(r"[1-9]\d{4}(\.\d+)?", text):
        return Cell(epoch + dt.timedelta(int(text[:5])), ("W_DATE_SERIAL",))
    try:
        return Cell(DATE.parse(text))
    except ValueError:
        return Cell(None, error="E_DATE_INVALID")


def _time(raw: object) -> Cell[dt.datetime]:
    """A moment of local time; noon of a day that is said without one."""
    if isinstance(raw, dt.datetime) and raw.time() != dt.time():
        return Cell(raw.astimezone(dt.UTC))
    words = re.sub("[时点]", ":", plain(cell_text(raw) or "")).replace("分", "")
    words, late = re.subn("下午|晚上?|[pP][mM]", " ", words)
    words = re.sub("上午|早上?|中午|[aA][mM]", " ", words)
    match = _CLOCK.search(words)
    if match is None or isinstance(raw, dt.date):
        day = _date(raw)
        if day.value is None:
            return Cell(None, day.warnings, day.error)
        return Cell(dt.datetime.combine(day.value, NOON).astimezone(dt.UTC))
    day = _date(words[: match.start()].strip("T ,，"))
    if day.value is None:
        return Cell(None, day.warnings, day.error or "E_DATE_INVALID")
    try:
        hour = int(match[1]) + (12 if late and int(match[1]) < 12 else 0)
        clock = dt.time(hour, int(match[2] or 0))
    except ValueError:
        return Cell(None, error="E_DATE_INVALID")
    return Cell(dt.datetime.combine(day.value, clock).astimezone(dt.UTC))


def _agrees(raw: object, code_set: str | None) -> Cell[str]:
    """人户一致: the words of the table, or 是 and 否."""
    cell = cells.read_coded("residence_match", raw, code_set)
    answer = cells.read_flag(raw).value if cell.error == "E_CODE_UNKNOWN" else None
    return cell if answer is None else Cell("01" if answer else "02")


def _tick(path: str, raw: object) -> Cell[bool]:
    """A column of √. The tag's own word is a yes; other words say yes and are kept as
    the reason (肢体二级), but for those that deny it (与老伴同住), and those that leave
    it open (半独居) or name another tag (空巢): E_FLAG_UNKNOWN."""
    cell = cells.read_flag(raw)
    if cell.error != "E_FLAG_UNKNOWN":
        return cell
    words = visible(cell_text(raw) or "")[:100]
    if _DENIAL.match(words) or (path == "tag.alone" and TOGETHER.search(words)):
        return Cell(False, ("W_TAG_DENIED",))
    tag = codes.table("resident_tag").ledger_code(words)
    if tag == path.removeprefix("tag."):
        return Cell(True)
    if tag is not None or _UNDECIDED.fullmatch(words):
        return cell
    return Cell(True, ("W_TAG_TEXT",), note=words)


def _tags(raw: object) -> Cell[tuple[str, ...]]:
    """独居、低保 in one cell; words that are no tag come along as a note."""
    nothing = empty_or_broken(raw)
    if nothing is not None:
        return Cell(None, error=nothing.error)
    table = codes.table("resident_tag")
    words = [w for w in _BREAK.split(plain(cell_text(raw) or "")) if w]
    found = {word: table.ledger_code(word) for word in words}
    value = tuple(dict.fromkeys(code for code in found.values() if code))
    strange = "、".join(word for word, code in found.items() if not code)
    return Cell(value or None, ("W_TAG_UNKNOWN",) if strange else (), note=strange)


def _several(key: str, raw: object, code_set: str | None) -> Cell[tuple[str, ...]]:
    words = [w for w in _BREAK.split(plain(cell_text(raw) or "")) if w]
    found = [cells.read_coded(key, word, code_set) for word in words]
    error = next((one.error for one in found if one.error), None)
    return Cell(tuple(one.value for one in found if one.value) or None, error=error)


def _times(raw: object) -> Cell[int]:
    nothing = empty_or_broken(raw)
    if nothing is not None:
        return Cell(None, error=nothing.error)
    match = re.search(r"\d+", plain(cell_text(raw) or ""))
    if match is None or not 1 <= int(match.group()) <= 31:
        return Cell(None, error="E_VALUE", note=tr("走访次数应填 1 到 31 的整数"))
    return Cell(int(match.group()))
