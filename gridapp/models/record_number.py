"""The number of a printed sheet: short enough to type, sure enough to trust.

`7K3M-9QPX-C` is the last 40 bits of the record's id, eight characters of Crockford's
base 32 (no I, L, O, U), and a check character. Those bits are the random end of a
UUIDv7 and part of the hash of a UUIDv5, so among 100,000 records two share a number
once in two hundred vaults; who looks one up is then shown both.

The check character is a polynomial over GF(32), as bech32 uses: with distinct weights
it finds every single wrong character and every exchange of two, which the modulo 37
of Crockford does with signs (* ~ $ =) that an input method turns into something else.
"""

from __future__ import annotations

import re
import unicodedata
from uuid import UUID

from gridapp.language import tr

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS = 40
_LENGTH = BITS // 5  # characters before the check character
_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1, primitive over GF(2)
_ALIKE = str.maketrans("OILU", "011V")
_BETWEEN = re.compile(r"[\s\-‐-―−_·.]+")
_UUID = re.compile(r"[0-9A-F]{32}")
_GROUPED = re.compile(r"\w{4}[\s\-‐-―−]\w{4}[\s\-‐-―−]\w")


def number_of(record_id: UUID) -> str:
    """The number printed under the code of a record's paper, such as 7K3M-9QPX-C."""
    bits = record_id.int & ((1 << BITS) - 1)
    values = [bits >> 5 * place & 31 for place in reversed(range(_LENGTH))]
    text = "".join(DIGITS[value] for value in (*values, _check(values)))
    return f"{text[:4]}-{text[4:8]}-{text[8]}"


def read_number(text: str) -> str:
    """What the id of the record ends with, in hexadecimal: 10 digits, or all 32 when
    a scanner typed the whole id.

    Lower case, full width, spaces and O I L U for 0 1 1 V are forgiven. ValueError
    with a sentence when it is no number of a sheet.
    """
    typed = _plain(text)
    if _UUID.fullmatch(typed):
        return typed.lower()
    typed = typed.translate(_ALIKE)
    values = [DIGITS.find(one) for one in typed]
    if len(values) != _LENGTH + 1 or min(values) < 0:
        raise ValueError(
            tr("单号是 9 个字母和数字，印在二维码下面，如 7K3M-9QPX-C，请照着再输一次")
        )
    if _check(values[:-1]) != values[-1]:
        raise ValueError(
            tr("单号“{text}”有一个字对不上，请对照纸上再输一次", text=text.strip())
        )
    bits = 0
    for value in values[:-1]:
        bits = bits << 5 | value
    return f"{bits:0{BITS // 4}x}"


def may_be_number(text: str) -> bool:
    """Whether somebody seems to type the number of a sheet, right or wrong, and not a
    name, a door or a telephone number."""
    typed = _plain(text)
    if len(typed) != _LENGTH + 1 or not typed.isascii() or not typed.isalnum():
        return bool(_UUID.fullmatch(typed))
    mixed = not typed.isdecimal() and not typed.isalpha()
    return mixed or bool(_GROUPED.fullmatch(text.strip()))


def _plain(text: str) -> str:
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()


def _check(values: list[int]) -> int:
    """Each character times a higher power of x, summed in GF(32)."""
    check = 0
    for value in values:
        check ^= value
        check <<= 1
        if check & 32:
            check ^= _POLYNOMIAL
    return check
