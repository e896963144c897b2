"""The QR code of a record's id: ISO/IEC 18004, alphanumeric mode, level M.

reportlab's encoder takes 6 ms a code, longer than all the rest of a page. Here a code
is one integer, a bit a module, so that the penalties of a mask are a few shifts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
# Version to (data bytes, error correction bytes) of its one block at level M.
BLOCKS = {1: (16, 10), 2: (28, 16), 3: (44, 26)}
LEVEL_M = 0b00
FINDER_PATTERN = (0b10111010000, 0b00001011101)  # what must not look like a finder
MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda i, j: (i + j) % 2 == 0,
    lambda i, j: i % 2 == 0,
    lambda i, j: j % 3 == 0,
    lambda i, j: (i + j) % 3 == 0,
    lambda i, j: (i // 2 + j // 3) % 2 == 0,
    lambda i, j: i * j % 2 + i * j % 3 == 0,
    lambda i, j: (i * j % 2 + i * j % 3) % 2 == 0,
    lambda i, j: (i * j % 3 + (i + j) % 2) % 2 == 0,
)
Place = tuple[int, int]  # row, column


def modules(text: str) -> list[str]:
    """The rows of the smallest code of `text`: 1 for a dark module, 0 for a light one.

    Raises ValueError for a character that the mode lacks, and beyond 61 characters.
    """
    bits = _bits(text)
    version = next((v for v in BLOCKS if len(bits) <= BLOCKS[v][0] * 8), None)
    if version is None:
        raise ValueError(f"{len(text)} characters do not fit a code of version 3")
    frame = _frame(version)
    data = _padded(bits, BLOCKS[version][0])
    plain = 0
    for row, value in enumerate((*data, *_correction(data, BLOCKS[version][1]))):
        plain |= frame.words[row][value]
    found = min((plain ^ mask for mask in frame.masks), key=frame.penalty)
    size = frame.size
    rows = f"{found & frame.across:0{size * size}b}"[::-1]
    return [rows[i : i + size] for i in range(0, len(rows), size)]


def _bits(text: str) -> str:
    values = [ALPHABET.index(char) for char in text]
    pairs = zip(values[::2], values[1::2], strict=False)
    last = f"{values[-1]:06b}" if len(values) % 2 else ""
    body = "".join(f"{45 * a + b:011b}" for a, b in pairs)
    return f"0010{len(values):09b}{body}{last}"


def _padded(bits: str, size: int) -> list[int]:
    bits += "0" * min(4, size * 8 - len(bits))
    bits += "0" * (-len(bits) % 8)
    data = [int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)]
    return data + [(0xEC, 0x11)[i % 2] for i in range(size - len(data))]


@cache
def _powers() -> tuple[list[int], list[int]]:
    """Powers of 2 and logarithms in the field of 256 elements of the standard."""
    power, log, value = [0] * 512, [0] * 256, 1
    for i in range(255):
        power[i] = power[i + 255] = value
        log[value] = i
        value = value << 1 ^ (0x11D if value & 0x80 else 0)
    return power, log


@cache
def _generator(size: int) -> list[int]:
    """Logarithms of the coefficients of the generator, but the first."""
    power, log = _powers()
    found = [1]
    for i in range(size):
        shifted = [0, *(power[log[one] + i] for one in found)]
        found = [a ^ b for a, b in zip([*found, 0], shifted, strict=True)]
    return [log[one] for one in found[1:]]


def _correction(data: list[int], size: int) -> list[int]:
    """The Reed-Solomon code words of one block."""
    power, log = _powers()
    rest = [0] * size
    for value in data:
        first = value ^ rest[0]
        rest = [*rest[1:], 0]
        if first:
            by = log[first]
            rest = [
                old ^ power[by + one]
                for old, one in zip(rest, _generator(size), strict=True)
            ]
    return rest


@dataclass(frozen=True)
class _Frame:
    """What all codes of one version share.

    A code is an integer of twice size × size bits: the modules row by row from the
    lowest bit on, and above them the same modules column by column, so that rows and
    columns are judged alike.
    """

    size: int
    words: tuple[tuple[int, ...], ...]  # each code word's value, where it stands
    masks: tuple[int, ...]  # each mask with all that is not data

    @property
    def across(self) -> int:
        """The bits of the modules row by row."""
        return (1 << self.size * self.size) - 1

    def penalty(self, code: int) -> int:
        """How hard the code is to read: ISO/IEC 18004, 7.8.3.1."""
        size = self.size
        same = ~(code ^ code >> 1) & _starts(size, 2)
        five = same & same >> 1 & same >> 2 & same >> 3
        score = five.bit_count() + 2 * (five & ~(five << 1)).bit_count()
        below = ~(code ^ code >> size) & self.across >> size
        score += 3 * (same & below & below >> 1).bit_count()
        for pattern in FINDER_PATTERN:
            here = _starts(size, 11)
            for i in range(11):
                here &= code >> i if pattern >> i & 1 else ~(code >> i)
            score += 40 * here.bit_count()
        share = 100 * (code & self.across).bit_count() // size**2
        return score + 10 * (abs(share - 50) // 5)


@cache
def _starts(size: int, length: int) -> int:
    """The bits of a code at which `length` modules of one line begin."""
    line = (1 << size - length + 1) - 1
    return sum(line << size * i for i in range(2 * size))


@cache
def _frame(version: int) -> _Frame:
    size = 17 + 4 * version
    fixed = _fixed(version)
    free = [place for place in _way(size) if place not in fixed]
    words = tuple(
        tuple(
            sum(_bit(size, free[8 * i + k]) for k in range(8) if value << k & 0x80)
            for value in range(256)
        )
        for i in range(sum(BLOCKS[version]))
    )
    masks = tuple(
        sum(_bit(size, one) for one, dark in fixed.items() if dark)
        + sum(_bit(size, one) for one, dark in _format(size, number) if dark)
        + sum(_bit(size, one) for one in free if mask(*one))
        for number, mask in enumerate(MASKS)
    )
    return _Frame(size, words, masks)


def _bit(size: int, place: Place) -> int:
    row, column = place
    return 1 << row * size + column | 1 << size * size + column * size + row


def _fixed(version: int) -> dict[Place, bool]:
    """The patterns of a version, and light for the places of the format."""
    size = 17 + 4 * version
    found: dict[Place, bool] = {}
    for i in range(8, size - 8):
        found[6, i] = found[i, 6] = i % 2 == 0
    corners = ((3, 3), (3, size - 4), (size - 4, 3))
    rings = [(corner, 4, {0, 1, 3}) for corner in corners]
    if version > 1:
        rings.append(((size - 7, size - 7), 2, {0, 2}))
    for (row, column), reach, dark in rings:
        for i in range(-reach, reach + 1):
            for j in range(-reach, reach + 1):
                place = row + i, column + j
                if min(place) >= 0 and max(place) < size:
                    found[place] = max(abs(i), abs(j)) in dark
    found |= {place: False for place, _ in _format(size, 0)}
    return found | {(size - 8, 8): True}


def _format(size: int, mask: int) -> Iterator[tuple[Place, bool]]:
    """Where the level and the mask are written, twice."""
    value = LEVEL_M << 3 | mask
    rest = value << 10
    for i in range(14, 9, -1):
        if rest >> i & 1:
            rest ^= 0x537 << i - 10
    bits = (value << 10 | rest) ^ 0x5412
    for i in range(15):
        dark = bool(bits >> i & 1)
        yield (i + (i > 5) if i < 8 else size - 15 + i, 8), dark
        yield (8, size - 1 - i if i < 8 else 15 - i - (i > 8)), dark


def _way(size: int) -> Iterator[Place]:
    """The places as data fills them: up and down, two columns wide."""
    up = True
    for right in range(size - 1, 0, -2):
        column = right - (right <= 6)
        for row in range(size - 1, -1, -1) if up else range(size):
            yield row, column
            yield row, column - 1
        up = not up
