"""Who somebody is, as people write it: ID number, birth date, name, telephone.

`read_…` functions take a ledger's cell and never raise; `parse_…` functions take what
is typed into a form and raise ValueError with a sentence. The four facts about an ID
number stay apart (domain.md 2.2): format and date block saving; the checksum is a
question, because upgraded numbers of old people fail it in reality; the area code is
no rule at all, because many are abolished.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from operator import mul

from stdnum.iso7064 import mod_11_2

from gridapp.models.birth import OLDEST_YEARS, is_birth, parse_birth, read_birth
from gridapp.models.cell import (
    MESSAGES,
    Cell,
    cell_text,
    digits_lost,
    empty_or_broken,
    plain,
)
from gridapp.models.person_name import parse_name, read_name
from gridapp.models.phones import Phone, parse_phones, read_phones

__all__ = [
    "MESSAGES",
    "Cell",
    "Phone",
    "age_on",
    "birth_of",
    "id_checksum_ok",
    "is_birth",
    "mask_id",
    "mask_name",
    "mask_phone",
    "parse_birth",
    "parse_id_number",
    "parse_name",
    "parse_phones",
    "read_birth",
    "read_id_number",
    "read_name",
    "read_phones",
    "sex_of",
]

_LABEL = re.compile(
    r"^[(\[]?(?:ID|NO\.?)?\s*(?:公民|居民|二代)?(?:身份证?|证件)?(?:号码|号|证)?[)\]]?:"
)
_BARE_LABEL = re.compile(r"^(?:ID|(?:公民|居民|二代)?身份(?:证?号码?|证))\s*(?=\d)")
_QUOTED = re.compile(r"[\s\"“(\[<《]*\d{14,17}[\dX][\s\"”)\]>》。.,;]*")
_AROUND = re.compile(r"^[\s\"“”(\[<《]+|[\s\"“”)\]>》。.,;]+$")
_WHOSE = re.compile(r"(?<=[\dX])\s*\((?:本人|户主|身份证|已核|[一-龥]{1,4})\)$")
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_CLEAN = re.compile(r"[1-9][0-9]{16}[0-9X]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643
_ZEROS = ord("0") * sum(_WEIGHTS)
_CHECK_DIGITS = "10X98765432"
_X_LOOKALIKES = "×✕✖╳ХхΧχ*"  # signs people type for a final X
_OTHER_DOCUMENT = re.compile(
    r"(?:护照|台胞证|回乡证|通行证|军官?证|居留证|士兵证)[:号]*[A-Z0-9]{4,18}|"
    r"[A-Z]{1,3}\d{5,10}(?:\(\d+\))?|.*字第?.*号?"
)
_CENTENARIANS = frozenset({"996", "997", "998", "999"})  # 15 digits: born before 1900


def read_id_number(raw: object, today: dt.date) -> Cell[str]:
    """The 18-digit number (GB 11643) a cell holds, last letter upper case."""
    if isinstance(raw, str) and _CLEAN.fullmatch(raw):
        return _checked(raw, (), None, today)
    nothing = empty_or_broken(raw)
    if nothing is not None:
        return nothing
    if isinstance(raw, bool | dt.date):
        return Cell(None, error="E_ID_FORMAT")
    if digits_lost(raw):
        return Cell(None, error="E_ID_PRECISION_LOST")
    return _checked(*_as_number(cell_text(raw) or ""), today)


def _checked(
    number: str, warnings: tuple[str, ...], error: str | None, today: dt.date
) -> Cell[str]:
    """The number if its date and its last character can be true."""
    if error is None:
        error = _date_error(number, today)
    if error is None and not id_checksum_ok(number):
        cut = number.endswith("000")  # as Excel leaves a number of eighteen digits
        error = "E_ID_PRECISION_LOST" if cut else "E_ID_CHECKSUM"
    return Cell(None, error=error) if error else Cell(number, warnings)


def parse_id_number(text: str, today: dt.date | None = None) -> str:
    """The 18-digit number that was typed.

    ValueError for a wrong format or date; the checksum is asked for separately, by
    `id_checksum_ok`.
    """
    number, _, error = _as_number(text)
    error = error or _date_error(number, today or dt.date.today())
    if error:
        raise ValueError(MESSAGES[error])
    return number


def _as_number(text: str) -> tuple[str, tuple[str, ...], str | None]:
    """18 characters, warnings, or the error why there are none."""
    clean = plain(text).upper()
    clean = _BARE_LABEL.sub("", _LABEL.sub("", _WHOSE.sub("", clean))).strip()
    if _QUOTED.fullmatch(clean):
        clean = _AROUND.sub("", clean)
    if re.fullmatch(r"\d(?:\.\d+)?E\+?\d+", clean):
        return "", (), "E_ID_SCI_TEXT"
    whole = re.fullmatch(r"(\d{16,})\.0*", clean)  # text a program made of a number
    if whole:
        clean = whole[1]
        if clean.endswith("000") or int(float(clean)) == int(clean):
            return "", (), "E_ID_PRECISION_LOST"  # it may have gone through a float
    clean = re.sub(r"(?<=^\d{15})\.0+$", "", clean)
    if len(re.findall(r"(?<!\d)(?:\d{17}[\dX]|\d{15})(?!\d)", clean)) > 1:
        return "", (), "E_ID_MULTIPLE"
    clean = re.sub(r"[\s-]", "", clean)
    warnings: tuple[str, ...] = ()
    if re.fullmatch(rf"\d{{17}}[{re.escape(_X_LOOKALIKES.upper())}]", clean):
        clean, warnings = clean[:17] + "X", ("W_ID_X_GUESSED",)
    if re.fullmatch(r"\d{15}", clean):
        century = "18" if clean[12:] in _CENTENARIANS else "19"
        body = clean[:6] + century + clean[6:]
        return body + mod_11_2.calc_check_digit(body), ("W_ID_15_UPGRADED",), None
    if re.fullmatch(r"[1-9]\d{16}[\dX]", clean):
        return clean, warnings, None
    return "", (), _format_error(clean)


def _format_error(clean: str) -> str:
    if _OTHER_DOCUMENT.fullmatch(clean):
        return "E_ID_NOT_RESIDENT_ID"
    if re.search(r"\*{2,}", clean):
        return "E_ID_MASKED"
    if re.fullmatch(r"\d+X?", clean) and len(clean) != 18:
        return "E_ID_LENGTH"
    return "E_ID_FORMAT"


def _date_error(number: str, today: dt.date) -> str | None:
    birth = birth_of(number)
    if birth is None or birth > today.isoformat():
        return "E_ID_DATE"
    return "E_ID_DATE" if int(birth[:4]) < today.year - OLDEST_YEARS else None


def id_checksum_ok(number: str) -> bool:
    """Whether the 18th character agrees (GB 11643: ISO 7064 MOD 11-2)."""
    if _EIGHTEEN.fullmatch(number) is None:
        return False
    total = sum(map(mul, number[:17].encode("ascii"), _WEIGHTS)) - _ZEROS
    return _CHECK_DIGITS[total % 11] == number[17]


@lru_cache(maxsize=256)
def birth_of(number: str) -> str | None:
    """YYYY-MM-DD out of an 18-digit number; None if it holds no real date."""
    if _EIGHTEEN.fullmatch(number) is None:
        return None
    year, month, day = number[6:10], number[10:12], number[12:14]
    try:
        dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
    return f"{year}-{month}-{day}"


def sex_of(number: str) -> str | None:
    """The code of GB/T 2261.1 by the 17th digit: odd is male, even female."""
    if _EIGHTEEN.fullmatch(number) is None:
        return None
    return "1" if int(number[16]) % 2 else "2"


def age_on(birth: str | None, day: dt.date) -> int | None:
    """Full years on `day`; a birth without day or month counts as reached.

    None for no birth date or one after `day`.
    """
    match = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", birth or "")
    if match is None:
        return None
    year, month, day_of_month = (int(part or 0) for part in match.groups())
    age = day.year - year - ((day.month, day.day) < (month, day_of_month))
    if month and not day_of_month:
        age = day.year - year - (day.month < month)
    return age if age >= 0 else None


def mask_id(number: str) -> str:
    """An ID or document number with its middle hidden: 990***********1219."""
    first, last = (3, 4) if len(number) >= 15 else (1, 2)
    hidden = len(number) - first - last
    if hidden < 3:
        return "*" * len(number)
    return number[:first] + "*" * hidden + number[-last:]


def mask_phone(number: str) -> str:
    """138****5521; a land line keeps area code and extension: 0951-***0001."""
    match = re.fullmatch(r"(0\d{2,3}-)?(\d{7,})(-\d+)?", number)
    if match is None:
        return "*" * len(number)
    area, local, extension = (part or "" for part in match.groups())
    first = 3 if len(local) >= 11 else 0
    hidden = "*" * (len(local) - first - 4)
    return area + local[:first] + hidden + local[-4:] + extension


def mask_name(name: str) -> str:
    """A name as logs may hold it: the first character."""
    return name[:1] + "*" * (len(name) - 1)
