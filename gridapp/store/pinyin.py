"""How a person's name may be typed in pinyin: full, initials, or a mix of both.

A dictionary of single characters is wrong for many surnames (单 is shàn, not dān), so
resources/surnames.json comes first and the dictionary's other readings stay allowed.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product

from gridapp import paths

MOST_READINGS = 3  # of one character beside those of a surname
MOST_SPELLINGS = 96  # from one place of a name
MIXED_UP_TO = 4  # syllables; longer runs are spelled all full or all initials

_UNIT = re.compile(r"[A-Za-z]+|[^\W\d_A-Za-z]")
_PARTED = re.compile(r"[·•・.．‧]")


@dataclass(frozen=True)
class Spellings:
    """What finds a name: typed from its beginning, or from a later character."""

    begin: frozenset[str]
    inner: frozenset[str]


@dataclass(frozen=True)
class Surnames:
    """Readings by surname; a reading of several characters has one part for each."""

    one: dict[str, tuple[str, ...]]
    several: dict[str, tuple[str, ...]]

    def at_start(self, name: str) -> tuple[tuple[str, ...], ...]:
        """Readings of each character of the surname `name` begins with, () if none."""
        for length in (4, 3, 2):
            found = self.several.get(name[:length])
            if found and len(name) > length:
                return tuple((reading,) for reading in found)
        found = self.one.get(name[:1])
        return (found,) if found else ()


@lru_cache(1)
def surnames() -> Surnames:
    """The table of resources/surnames.json."""
    text = (paths.resources() / "surnames.json").read_text("utf-8")
    table = json.loads(text)
    return Surnames(
        {key: tuple(value) for key, value in table["one"].items()},
        {key: tuple(value) for key, value in table["several"].items()},
    )


@lru_cache(16384)
def readings(character: str) -> tuple[str, ...]:
    """Toneless readings of one character, the usual one first; () when none is known.

    ü is written v, as input methods do, and where people also write it yu or u.
    """
    if character.isascii():
        return (character.lower(),)
    return tuple(
        dict.fromkeys(other for one in _known(character) for other in _typed(one))
    )


@lru_cache(16384)
def usual_readings(character: str) -> tuple[str, ...]:
    """The usual reading of one character, in every way it is typed."""
    if character.isascii():
        return (character.lower(),)
    return tuple(other for one in _known(character)[:1] for other in _typed(one))


@lru_cache(16384)
def _known(character: str) -> tuple[str, ...]:
    from pypinyin import Style, pinyin  # 0.4 s, so not when the window opens

    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    return tuple(found[0][:MOST_READINGS]) if found else ()


def _typed(reading: str) -> tuple[str, ...]:
    plain = "".join(
        part for part in unicodedata.normalize("NFD", reading) if part.isascii()
    )
    if "v" not in plain:
        return (plain,)
    if plain.endswith("v"):
        return (plain, plain[:-1] + "yu", plain[:-1] + "u")
    return (plain, plain.replace("v", "u"))


def name_readings(name: str, *, usual: bool = False) -> tuple[tuple[str, ...], ...]:
    """Readings of each character of a name: every plausible one, or the usual ones.

    The likeliest stands first; a surname has its surname readings in both. A run of
    Latin letters counts as one character. Separators, digits and characters without a
    known reading are left out.
    """
    units = _UNIT.findall(name)
    read = usual_readings if usual else readings
    found = [read(unit) for unit in units]
    if not _PARTED.search(name):  # such names begin with a given name
        for place, own in enumerate(surnames().at_start(name)):
            found[place] = tuple(dict.fromkeys((*own, *found[place])))
    return tuple(one for one in found if one)


@lru_cache(4096)
def spellings(name: str) -> Spellings:
    """What may be typed for `name`; each stands for all its own beginnings too.

    `spellings("李桂英").begin` holds "liguiying", "lguiying", "lgying" …, and `.inner`
    "guiying", "gying", "ying". A rare reading (家 as gu) counts as inner, so that who
    is really called so comes first.
    """
    found = name_readings(name)
    begin = _from(name_readings(name, usual=True))
    inner = _from(found) - begin
    for place in range(1, len(found)):
        inner |= _from(found[place:])
    return Spellings(longest(begin), longest(inner))


def longest(texts: Iterable[str]) -> frozenset[str]:
    """`texts` without those another one begins with: a prefix search finds them."""
    ordered = [*sorted(set(texts)), ""]
    return frozenset(
        [text for text, after in pairwise(ordered) if not after.startswith(text)]
    )


def _from(found: Sequence[tuple[str, ...]]) -> set[str]:
    if not found:
        return set()
    full = _bounded(found)
    if len(full) > MIXED_UP_TO:
        sides = (full, [*map(_initials, full)])
        return {"".join(one) for side in sides for one in product(*side)}
    words = [""]
    for unit in full[:-1]:
        words = [begun + one for begun in words for one in _both(unit)]
    # What ends in an initial is the beginning of what ends in the whole syllable.
    return {begun + one for begun in words for one in full[-1]}


@lru_cache(4096)  # there are some 1300 syllables, and few sets of them for a character
def _initials(unit: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one[0] for one in unit))


@lru_cache(4096)
def _both(unit: tuple[str, ...]) -> tuple[str, ...]:
    """How one character may be typed among others: in full or by its initial."""
    return tuple(dict.fromkeys((*unit, *_initials(unit))))


def _bounded(found: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """`found` with its least likely readings dropped until the mixes are few enough.

    Readings go from the end of the name first: those of the surname matter most.
    """
    kept = list(found)
    while _mixes(kept) > MOST_SPELLINGS:
        most = max(len(unit) for unit in kept)
        if most == 1:
            break
        last = max(place for place, unit in enumerate(kept) if len(unit) == most)
        kept[last] = kept[last][:-1]
    return kept


def _mixes(found: Sequence[tuple[str, ...]]) -> int:
    total = 1
    for unit in found:
        firsts = len(_initials(unit)) if len(found) <= MIXED_UP_TO else 0
        total *= len(unit) + firsts
    return total
