"""What the search index holds for a value, and what a typed text asks it for.

Both sides go through `fold`, so that 3号楼, 3#, 三幢 and 3栋 are one word. Three signs
that `fold` removes from every text are the index's own: BEGIN stands before what a
record's name begins with, DASH joins the parts of a door, MARK stands before a record
type or a grid.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from gridapp.store import pinyin

BEGIN, DASH, MARK = "˄", "˗", "˅"
SHORTEST_TAIL = 3  # of a phone or document number
LONGEST_WORD = 8  # characters of free text; a longer question is asked in pieces
MOST_WORDS = 60  # of one free text
MOST_ASKED = 16  # words of one question; FTS5 bounds the depth of an expression
SPELLED_UP_TO = 10  # characters: short names of places are found by pinyin too

_DIGITS = "零一二三四五六七八九"
_PARTS = re.compile(r"[\s#-]")
_NOT_DIGITS = re.compile(r"[^0-9a-z]")
_TENS = re.compile(rf"([{_DIGITS}两]?)(十?)([{_DIGITS}]?)(?=号楼|栋|幢|座|单元)")
_BLOCK = re.compile(r"(?<=[0-9a-z])\s*(?:号楼|栋|幢|座|#\s*楼?)")
_BUILDING = r"(?:[0-9]{1,3}[a-z]?|[a-z][0-9]{0,2})"
_SCAN = re.compile(
    rf"""
    (?<![0-9a-z-])(?P<building>{_BUILDING})(?:栋\ ?-?|-)
        (?:(?P<unit>[0-9]{{1,2}})(?:单元\ ?|-))?
        (?P<room>[0-9]{{1,5}}[a-z]?)(?![0-9a-z-]|单元)(?:室|户|号(?!楼))?
    | (?<![0-9a-z-])(?P<block>{_BUILDING})栋\ ?(?:(?P<stair>[0-9]{{1,2}})单元)?
    | (?P<unit_only>[0-9]{{1,2}})单元
    | (?P<room_only>[0-9]{{1,5}}[a-z]?)[室户号]
    | (?P<number>[0-9]+x?(?![a-z]))
    | (?P<latin>[0-9]*[a-z]+)
    | (?P<text>[^\x00-\x7f]+)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Door:
    """Where somebody lives, folded; "" for a part that is not known."""

    building: str = ""
    unit: str = ""
    room: str = ""

    @property
    def word(self) -> str:
        """The one word that stands for it: `3˗2˗501`, `3˗501`, `3˗2˗`, `3栋`, `501`."""
        if self.building and self.room:
            parts = (self.building, self.unit, self.room)
            return DASH.join(part for part in parts if part)
        if self.building and self.unit:
            return f"{self.building}{DASH}{self.unit}{DASH}"
        if self.building:
            return f"{self.building}栋"
        return self.room or f"{self.unit}单元"

    def words(self) -> Iterator[str]:
        """Every way to ask for it."""
        building, unit, room = self.building, self.unit, self.room
        yield self.word
        if building:
            yield f"{building}栋"
        if unit:
            yield f"{unit}单元"
        if room:
            yield room
        if building and room:
            yield f"{building}{DASH}{room}"
            yield f"{building}{unit}{room}"


@dataclass(frozen=True)
class Word:
    """One word of a folded text: a door, a number, or letters of some script."""

    text: str
    door: Door | None = None
    number: bool = False

    @property
    def letters(self) -> bool:
        """Whether it may be the beginning of a name."""
        return self.door is None and not self.number


def fold(text: str) -> str:
    """`text` as both sides of the index write it.

    Full width, capitals, tone marks and variation selectors go; ü becomes v, every
    dash `-`, every other sign a space; apostrophes of pinyin (li'gui) disappear;
    building words become 栋 with Arabic digits.
    """
    if text.isascii() and text.isalnum():
        return text.lower()
    return _with_doors(_plain(text))


def _with_doors(plain: str) -> str:
    return _BLOCK.sub("栋", _TENS.sub(_arabic, plain)).replace("#", " ").strip()


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).lower()
    folded = unicodedata.normalize("NFD", folded).replace("u\u0308", "v")
    return unicodedata.normalize("NFC", "".join(map(_character, folded)))


@lru_cache(8192)
def _character(one: str) -> str:
    if one in "'’‘`ʼ":
        return ""
    if one in "#-" or one.isalnum():
        return one
    category = unicodedata.category(one)
    if category == "Mn":
        return ""
    if category == "Pd" or one == "−":
        return "-"
    # Unassigned and private characters stay: rare names are written with them.
    return " " if category[0] in "PZS" or category in ("Cc", "Cf") else one


def _arabic(match: re.Match[str]) -> str:
    tens, ten, ones = match.groups()
    if not (tens or ten or ones):
        return ""
    value = 0
    for digit in (tens, ones) if not ten else ():
        value = (
            value * 10 + _DIGITS.index(digit.replace("两", "二")) if digit else value
        )
    if ten:
        value = 10 * (_DIGITS.index(tens.replace("两", "二")) if tens else 1)
        value += _DIGITS.index(ones) if ones else 0
    return str(value)


def scan(folded: str) -> Iterator[Word]:
    """The words of a folded text in order."""
    for match in _SCAN.finditer(folded):
        kind = str(match.lastgroup)
        if kind in ("number", "latin", "text"):
            yield Word(match[0], number=kind == "number")
        else:
            yield _door_word(match)


def _door_word(match: re.Match[str]) -> Word:
    door = door_of(
        match["building"] or match["block"],
        match["unit"] or match["stair"] or match["unit_only"],
        match["room"] or match["room_only"],
    )
    return Word(door.word, door)


@lru_cache(4096)  # a household's people, contacts and rows share one
def door_of(building: str | None, unit: str | None, room: str | None) -> Door:
    """The door of a building number, unit and room as people write them.

    A building that has no number (东街) stays out: it is found as text.
    """
    number = re.fullmatch(rf".*?({_BUILDING})栋?", fold(building or ""))
    return Door(
        number[1].lstrip("0") if number else "",
        re.sub(r"单元|\s", "", fold(unit or "")).lstrip("0"),
        re.sub(r"[室户号\s]+$", "", fold(room or "")).replace("-", DASH),
    )


def asked(text: str) -> tuple[Word, ...]:
    """What a person typed, as words of which a record must have every one.

    Text longer than the index keeps is asked in pieces, at most MOST_ASKED.
    """
    found: dict[Word, None] = {}
    for word in scan(fold(text).rstrip("- ")):  # 3-2- is on the way to 3-2-501
        if word.letters and not word.text.isascii():
            pieces = range(0, len(word.text), LONGEST_WORD)
            for start in pieces:
                found[Word(word.text[start : start + LONGEST_WORD])] = None
        else:
            found[word] = None
    return tuple(found)[:MOST_ASKED]


@lru_cache(4096)
def name_words(name: str) -> frozenset[str]:
    """Words for a person's name: from each character on, and in pinyin."""
    spelled = pinyin.spellings(name)
    words = {*_begin(spelled.begin), *spelled.inner}
    plain = _plain(name)
    for folded in {_with_doors(plain), plain}:  # 王一栋: fold makes 1栋 of its end
        letters = _PARTS.sub("", folded)
        first, later = _suffixes(letters, len(letters))
        words.update(_begin(first), later)
    return frozenset(words)


def _suffixes(letters: str, longest: int) -> tuple[set[str], frozenset[str]]:
    words = [letters[start : start + longest] for start in range(len(letters))]
    return set(words[:1]), frozenset(words[1:])


def _begin(words: Iterable[str]) -> frozenset[str]:
    return frozenset([BEGIN + word for word in words])


def number_words(digits: str) -> frozenset[str]:
    """Words for a phone number: its tails, so that any part of it finds it."""
    clean = _NOT_DIGITS.sub("", fold(digits))
    starts = range(max(1, len(clean) - SHORTEST_TAIL + 1))
    return frozenset([clean[start:] for start in starts if clean])


def id_words(number: str) -> frozenset[str]:
    """Words for an ID number: whole, from its birth date on, and its last 3 to 6."""
    clean = number.lower()
    places = (0, 6, 8, 10, *range(len(clean) - 6, len(clean) - 2))
    return frozenset(clean[place:] for place in places if 0 <= place < len(clean))


@lru_cache(4096)
def text_words(text: str, *, begins: bool, spelled: bool) -> frozenset[str]:
    """Words for free text, at most MOST_WORDS.

    begins: it names its record, so its beginning counts as that of a name.
    spelled: also in pinyin, when the text is short.
    """
    found: dict[str, None] = {}
    first: set[str] = set()
    for place, word in enumerate(scan(fold(text))):
        if word.door:
            words = tuple(word.door.words())
        elif word.text.isascii():
            words = (word.text,)
        else:
            head, later = _suffixes(word.text, LONGEST_WORD)
            words = (*head, *sorted(later))
        found |= dict.fromkeys(words)
        if place == 0:
            first.update(words[:1])
    kept = frozenset(list(found)[:MOST_WORDS])
    if spelled and len(text) <= SPELLED_UP_TO:
        spellings = pinyin.spellings(text)
        first |= spellings.begin
        kept |= spellings.inner
    return kept | (_begin(first) if begins else first)


def marked(name: str) -> str:
    """The word of a record type or a grid."""
    return MARK + name.replace("_", "")
