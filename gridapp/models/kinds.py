"""The sorts of value a field can have, one Kind each.

A Kind owns everything about its sort: how it is stored, read from what people type,
written for people, put on the wire, and whether it is private.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Date,
    DateTime,
    Dialect,
    Float,
    Integer,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.types import TypeEngine

from gridapp.language import tr
from gridapp.models import identity
from gridapp.models.free_text import masked
from gridapp.models.ids import Id, id_of

T = TypeVar("T")
HIDDEN = "****"
WORD_BREAK = ","


class UtcTime(TypeDecorator[dt.datetime]):
    """An aware UTC time to the millisecond.

    SQLite keeps it as `2026-11-22T06:37:02.123Z`, so that it sorts as text and reads
    the same in the journal; PostgreSQL as `timestamptz`.
    """

    impl = String(24)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(String(24))

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return time_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if isinstance(value, str):
            return dt.datetime.fromisoformat(value)
        return value.astimezone(dt.UTC)


class Words(TypeDecorator[tuple[str, ...]]):
    """Several words in one text column, as `01,02` (GB/T 31000 names no separator)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return WORD_BREAK.join(value) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return tuple(value.split(WORD_BREAK)) if value else None


def now() -> dt.datetime:
    """The present moment as it is stored: aware UTC, whole milliseconds."""
    moment = dt.datetime.now(dt.UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def time_text(moment: dt.datetime) -> str:
    """`moment` as SQLite and the journal keep it."""
    text = moment.astimezone(dt.UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _same(value: Any) -> Any:
    return value


def _hide(text: str) -> str:
    return HIDDEN if text else ""


@dataclass(frozen=True)
class Kind(Generic[T]):
    """How values of one sort are stored, read, written, sent and hidden."""

    name: str
    column: TypeEngine[T]
    parse: Callable[[str], T]
    format: Callable[[T], str] = str
    to_wire: Callable[[T], Any] = _same
    from_wire: Callable[[Any], T] = _same
    private: bool = False  # masked unless asked for; part of the kind so none forgets
    mask: Callable[[str], str] = _hide  # of the formatted value
    free: bool = False  # people's own words: there may be numbers of people in them
    limit: int | None = None  # longest text allowed, in characters
    number_text: bool = False  # digits that Excel must keep as text
    sound: Callable[[T], bool] | None = None  # whether the program can work with it

    @property
    def guarded(self) -> bool:
        """Whether more of it leaves the program once somebody says what for."""
        return self.private or self.free

    def given_out(self, text: str) -> str:
        """The formatted value as lists and files have it that anybody may read.

        Private values are masked, and in free text every number of a person.
        """
        if self.private:
            return self.mask(text) if text else text
        return masked(text) if self.free else text


def _parse_text(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _parse_note(text: str) -> str:
    return text.strip()


def _parse_number(text: str) -> int:
    try:
        return int(text.replace(",", "").replace("，", ""))
    except ValueError:
        raise ValueError(tr("应填整数，如 3")) from None


def _parse_decimal(text: str) -> float:
    try:
        number = float(text.replace(",", "").replace("，", ""))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(tr("应填数字，如 89.5"))
    return number


YES_WORDS = frozenset({"是", "有", "对", "√", "✓", "1", "true", "yes", "y"})
NO_WORDS = frozenset({"否", "无", "不是", "×", "0", "false", "no", "n"})


def _parse_yes_no(text: str) -> bool:
    word = text.strip().lower()
    if word in YES_WORDS:
        return True
    if word in NO_WORDS:
        return False
    raise ValueError(tr("应填“是”或“否”"))


def _parse_date(text: str) -> dt.date:
    clean = re.sub(r"[年月./]", "-", text.strip()).rstrip("日-")
    match = re.fullmatch(r"(\d{4})-?(\d{1,2})-?(\d{1,2})", clean)
    try:
        if match is None:
            raise ValueError
        return dt.date(*(int(part) for part in match.groups()))
    except ValueError:
        raise ValueError(tr("日期按 年-月-日 填写，如 2026-11-23")) from None


_YEARS = range(1900, 3000)  # of times, so that every zone can show them


def _parse_time(text: str) -> dt.datetime:
    """A local time as typed, or an ISO time with its zone; kept as UTC."""
    try:
        moment = dt.datetime.fromisoformat(text.strip().replace("/", "-"))
        if moment.year not in _YEARS:
            raise ValueError
        return moment.astimezone(dt.UTC)
    except (ValueError, OSError):  # OSError: Windows, before 1970
        raise ValueError(
            tr("时间按 年-月-日 时:分 填写，如 2026-11-23 09:40")
        ) from None


def _showable(moment: dt.datetime) -> bool:
    return moment.year in _YEARS


def _format_time(value: dt.datetime) -> str:
    return value.astimezone().strftime("%Y-%m-%d %H:%M")


def _time_to_wire(value: dt.datetime) -> int:
    return round(value.timestamp() * 1000)


def _time_from_wire(value: Any) -> dt.datetime:
    if isinstance(value, str):
        return dt.datetime.fromisoformat(value).astimezone(dt.UTC)
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return epoch + dt.timedelta(milliseconds=int(value))


def _parse_words(text: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[,，、;；\s]+", text.strip()) if word)


def _one_by_one(words: tuple[str, ...]) -> bool:
    """Whether they are the same words when they come back from their column; none at
    all come back as nothing."""
    return all(word and WORD_BREAK not in word for word in words)


def _format_words(value: tuple[str, ...]) -> str:
    return tr("、").join(value)


def _parse_ref(text: str) -> UUID:
    try:
        return UUID(text.strip())
    except ValueError:
        raise ValueError(tr("应填记录编号")) from None


def _parse_hash(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", text.strip()):
        raise ValueError(tr("应为64位十六进制校验值"))
    return text.strip()


def _parse_document(text: str) -> str:
    clean = re.sub(r"\s+", "", text).upper()
    if not re.fullmatch(r"[0-9A-Z()（）-]{4,50}", clean):
        raise ValueError(tr("证件号码只含字母和数字，请核对"))
    return clean


def _mask_phones(text: str) -> str:
    return tr("、").join(identity.mask_phone(one) for one in text.split("、"))


def _mask_middle(text: str) -> str:
    return text[:2] + HIDDEN + text[-2:] if len(text) > 6 else HIDDEN


def _mask_address(text: str) -> str:
    return text[:6] + HIDDEN if len(text) > 6 else HIDDEN


TEXT = Kind("text", String(), parse=_parse_text, limit=200)
NOTE = Kind("note", Text(), parse=_parse_note, free=True, limit=4000)
NAME = Kind("name", String(), parse=identity.parse_name, limit=80)
NUMBER = Kind("number", Integer(), parse=_parse_number)
DECIMAL = Kind("decimal", Float(), parse=_parse_decimal, format=lambda v: f"{v:.15g}")
YES_NO = Kind(
    "yes_no",
    Boolean(),
    parse=_parse_yes_no,
    format=lambda v: tr("是") if v else tr("否"),
    from_wire=bool,
)
DATE = Kind(
    "date",
    Date(),
    parse=_parse_date,
    format=dt.date.isoformat,
    to_wire=dt.date.isoformat,
    from_wire=dt.date.fromisoformat,
)
TIME = Kind(
    "time",
    UtcTime(),
    parse=_parse_time,
    format=_format_time,
    to_wire=_time_to_wire,
    from_wire=_time_from_wire,
    sound=_showable,
)
BIRTH = Kind(
    "birth", String(), parse=identity.parse_birth, limit=10, sound=identity.is_birth
)
CODE = Kind("code", String(), parse=_parse_text, limit=24)
CODES = Kind(
    "codes",
    Words(),
    parse=_parse_words,
    format=_format_words,
    to_wire=list,
    from_wire=tuple,
    sound=_one_by_one,
)
REF = Kind(
    "ref",
    Id(),
    parse=_parse_ref,
    to_wire=lambda value: value.bytes,
    from_wire=lambda raw: id_of(raw) if isinstance(raw, bytes) else UUID(raw),
)
HASH = Kind("hash", String(), parse=_parse_hash, limit=64)
ID_NUMBER = Kind(
    "id_number",
    String(),
    parse=identity.parse_id_number,
    private=True,
    mask=identity.mask_id,
    limit=18,
    number_text=True,
)
DOCUMENT = Kind(
    "document",
    String(),
    parse=_parse_document,
    private=True,
    mask=_mask_middle,
    limit=50,
    number_text=True,
)
PHONES = Kind(
    "phones",
    Words(),
    parse=identity.parse_phones,
    format=_format_words,
    to_wire=list,
    from_wire=tuple,
    sound=_one_by_one,
    private=True,
    mask=_mask_phones,
    number_text=True,
)
ADDRESS = Kind(
    "address", String(), parse=_parse_text, private=True, mask=_mask_address, limit=200
)
KINDS: tuple[Kind[Any], ...] = (
    TEXT,
    NOTE,
    NAME,
    NUMBER,
    DECIMAL,
    YES_NO,
    DATE,
    TIME,
    BIRTH,
    CODE,
    CODES,
    REF,
    HASH,
    ID_NUMBER,
    DOCUMENT,
    PHONES,
    ADDRESS,
)
