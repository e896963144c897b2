"""The number that goes with a prepared enrolment file, told by telephone.

Eight digits, the last of which is a check digit (ISO/IEC 7064, MOD 11,10), so that a
slip of the finger is told at once and without a network. It is the end of the code that
the county keeps the hash of, so only the county can say whether it is the right one:
nothing in the file lets anybody try.
"""

from __future__ import annotations

import secrets
import unicodedata

from gridapp.language import tr

DIGITS = 8


def fresh() -> str:
    """A new one."""
    drawn = "".join(secrets.choice("0123456789") for _ in range(DIGITS - 1))
    return drawn + _check(drawn)


def shown(number: str) -> str:
    """As it is read aloud: two groups of four."""
    return f"{number[:4]} {number[4:]}"


def checked(typed: str) -> str:
    """The digits of what was typed; ValueError with a sentence when it is no such
    number. Blanks, hyphens and full-width digits do not count."""
    plain = unicodedata.normalize("NFKC", typed)
    digits = "".join(one for one in plain if one not in " -\t")
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        raise ValueError(
            tr("登记口令是 {count} 位数字，请照县里告诉您的填", count=DIGITS)
        )
    if _check(digits[:-1]) != digits[-1]:
        raise ValueError(tr("登记口令有一位对不上，请和县里再核对一遍"))
    return digits


def _check(digits: str) -> str:
    """The check digit: a hybrid system of 10 and 11, clause 8 of the standard."""
    product = 10
    for one in digits:
        total = (int(one) + product) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)
