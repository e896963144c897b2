"""What a new password must be: long enough, and not what anybody would try first.

NIST SP 800-63B-4 §3.1.1.2: at least 8 characters, all characters allowed, no rules of
composition, compared with a list of common and expected passwords. Whoever guesses
knows the person: so what is expected includes their name, their grid, birthdays and
phone numbers. What is expected may stand in a password; it does not count for its
length, and at least `LEFT` other characters must be left.

The list is resources/common-passwords.txt.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import product

from gridapp import paths
from gridapp.errors import UserError
from gridapp.language import tr

SHORTEST = 8  # characters
LONGEST = 256
LEFT = 5  # characters that nobody expects; a Chinese one counts as two
_RUN = 4  # neighbouring keys that are no accident
_SHORT_WORD = 4  # letters from which on the pinyin of a name tells something

_SHORT = tr("密码至少 {least} 位，请换一个长一些的", least=SHORTEST)
_LONG = tr("密码最多 {most} 位，请换一个短一些的", most=LONGEST)
_HINT = tr("可以用几个不相干的词连成一句")
_WORDS = {
    "repeated": tr("密码里重复的太多，容易被猜到。{hint}", hint=_HINT),
    "sequence": tr(
        "密码里是连着的数字或键盘上挨着的键，容易被猜到。{hint}", hint=_HINT
    ),
    "common": tr("这样的密码用的人太多，容易被猜到。{hint}", hint=_HINT),
    "name": tr("密码里主要是姓名，认识您的人猜得到。{hint}", hint=_HINT),
    "grid": tr("密码里主要是网格编码，同事猜得到。{hint}", hint=_HINT),
    "date": tr("密码里主要是生日或日期，容易被猜到。{hint}", hint=_HINT),
    "phone": tr("密码里主要是手机号或证件号，容易被猜到。{hint}", hint=_HINT),
}

_SHIFTED = str.maketrans("!@#$%^&*()", "1234567890")
_ROWS = (
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "147258369",
    "159357",
)
_SEQUENCES = tuple(one for row in _ROWS for one in (row, row[::-1]))
_PHONE = re.compile(r"1[3-9]\d{9}")
_ID_NUMBER = re.compile(r"\d{17}[\dx]")
_DATE = re.compile(r"(?:19|20)\d\d\D\d{1,2}\D\d{1,2}")
_DIGITS = re.compile(r"\d{8}")
_REPEATED = re.compile(r"(.)\1{2,}")


def normal(password: str) -> str:
    """The password as it is sealed: the same whether typed in full width or not.

    NFKC, as RFC 8265 §4.2 has it for wide characters; nothing is stripped or folded.
    """
    return unicodedata.normalize("NFKC", password)


def check(password: str, name: str = "", codes: Iterable[str] = ()) -> None:
    """UserError, saying what to do, when that is no password for this account."""
    sentence = fault(password, name, codes)
    if sentence:
        raise UserError(sentence)


def fault(password: str, name: str = "", codes: Iterable[str] = ()) -> str:
    """What to do about a password that is too short or expected; "" when it is good.

    name: of the account. codes: of the grids of the vault.
    """
    text = normal(password)
    if len(text) < SHORTEST:
        return _SHORT
    if len(text) > LONGEST:
        return _LONG
    rest = "".join(text.lower().split())
    taken = {"repeated": len(text) - len(rest)}
    for reason, without in _steps(name, tuple(codes)):
        left = without(rest)
        taken[reason] = taken.get(reason, 0) + len(rest) - len(left)
        rest = left
    if _weight(rest) >= LEFT:
        return ""
    return _WORDS[max(taken, key=lambda reason: taken[reason])]


def _steps(
    name: str, codes: Sequence[str]
) -> Iterator[tuple[str, Callable[[str], str]]]:
    """What takes out of a text what is expected, with the reason."""
    yield "phone", lambda text: _PHONE.sub("", _ID_NUMBER.sub("", text))
    yield "grid", lambda text: _without(text, _parts(codes))
    yield "date", _without_dates
    yield "name", lambda text: _without(text, _names(name))
    yield "common", lambda text: _without(text, _common())
    yield "sequence", _without_runs
    yield "repeated", _one_of_each


@cache
def _common() -> tuple[str, ...]:
    lines = (paths.resources() / "common-passwords.txt").read_text("utf-8").split("\n")
    return tuple(one.strip() for one in lines if one.strip() and one[0] != "#")


def _weight(text: str) -> int:
    """How many characters that is to somebody who guesses."""
    return sum(1 if one.isascii() else 2 for one in text)


def _one_of_each(text: str) -> str:
    """One of a unit that the whole text repeats, and of each character's run."""
    for size in range(1, len(text) // 2 + 1):
        times, more = divmod(len(text), size)
        if text == text[:size] * times + text[:more]:
            text = text[:size]
            break
    return _REPEATED.sub(r"\1", text)


def _without(text: str, words: Iterable[str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, "")
    return text


def _parts(codes: Iterable[str]) -> set[str]:
    """A code of a grid, that of its community, and their ends."""
    found: set[str] = set()
    for code in codes:
        plain = code.strip().lower()
        starts = {plain, plain[:12], plain[:9]}
        found |= {one for one in (*starts, plain[-8:], plain[-6:]) if len(one) >= 6}
    return found


def _without_dates(text: str) -> str:
    text = _DIGITS.sub(lambda met: "" if _is_day(met[0]) else met[0], text)
    return _DATE.sub("", text)


def _is_day(digits: str) -> bool:
    """Whether eight digits are a day that somebody could be born on."""
    for form in ("%Y%m%d", "%d%m%Y", "%m%d%Y"):
        try:
            if 1900 <= dt.datetime.strptime(digits, form).year <= 2099:
                return True
        except ValueError:
            continue
    return False


def _names(name: str) -> set[str]:
    """A name as it is written and as it is typed in pinyin, with or without surname."""
    from gridapp.store.pinyin import name_readings  # slow to import

    plain = normal(name).strip().lower()
    if not plain:
        return set()
    units = name_readings(plain)
    typed = {"".join(one) for one in product(*units[:6])}
    typed |= {"".join(one) for one in product(*units[1:6])}
    typed |= {given + family for family, given in _split(units)}
    return {plain} | {one for one in typed if len(one) >= _SHORT_WORD}


def _split(units: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """Surname and given name, as some write them the other way round."""
    if len(units) > 1:
        for family in units[0]:
            for given in product(*units[1:6]):
                yield family, "".join(given)


def _without_runs(text: str) -> str:
    """The text without what lies side by side on a keyboard or in counting."""
    plain = text.translate(_SHIFTED)
    left: list[str] = []
    place = 0
    while place < len(plain):
        size = _run_at(plain, place)
        if size < _RUN:
            left.append(plain[place])
            size = 1
        place += size
    return "".join(left)


def _run_at(text: str, place: int) -> int:
    """How many characters from there on are neighbours."""
    size = 1
    while place + size < len(text) and any(
        text[place : place + size + 1] in row for row in _SEQUENCES
    ):
        size += 1
    return size
