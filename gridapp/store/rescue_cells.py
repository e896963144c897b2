"""Rows out of single pages of a SQLite file, whatever became of its trees.

After https://www.sqlite.org/fileformat2.html ("B-tree Pages", "Record Format", "The
Freelist"). What cannot be read is left out and counted; nothing here trusts a page to
be right.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gridapp.store.rescue_pages import PAGE, RESERVED

LEAF, INTERIOR = 0x0D, 0x05  # of a table
INDEX_LEAF, INDEX_INTERIOR = 0x0A, 0x02
SCHEMA_ROOT = 1  # the page where the table of tables begins
_HEADER = 100  # bytes of page 1 before its tree
_USABLE = PAGE - RESERVED
_LEAST = (_USABLE - 12) * 32 // 255 - 23  # of a long record that stays on its page
_MOST_IN_TABLE = _USABLE - 35
_MOST_IN_INDEX = (_USABLE - 12) * 64 // 255 - 23
_FREELIST = 32  # where page 1 says which page begins it
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}  # bytes of a serial type
_UNREADABLE = (IndexError, ValueError, struct.error, KeyError, OverflowError)

Pages = Mapping[int, bytes]
Row = tuple[Any, ...]


@dataclass
class Tree:
    """What could be walked of one tree: its leaves in order, the pages in between, and
    those it points to that cannot be read."""

    leaves: list[int] = field(default_factory=list[int])
    inner: list[int] = field(default_factory=list[int])
    lost: set[int] = field(default_factory=set[int])


def kind_of(pages: Pages, number: int) -> int:
    """The type byte of a page; 0 when it is none of a tree, or cannot be read."""
    page = pages.get(number)
    if page is None:
        return 0
    kind = page[_start(number)]
    return kind if kind in (LEAF, INTERIOR, INDEX_LEAF, INDEX_INTERIOR) else 0


def looks_right(pages: Pages) -> bool:
    """Whether most pages are built as pages are: with a wrong key none is."""
    built = sum(bool(kind_of(pages, one)) and _is_built(pages, one) for one in pages)
    return 4 * built > len(pages)


def _is_built(pages: Pages, number: int) -> bool:
    page, start = pages[number], _start(number)
    (count,) = struct.unpack(">H", page[start + 3 : start + 5])
    return count == len(_cells(page, start))


def walk(pages: Pages, root: int, seen: set[int] | None = None) -> Tree:
    """The tree that begins at a page; each page is visited once, `seen` never."""
    found, visited = Tree(), set(seen or ())
    waiting = [root]
    while waiting:
        number = waiting.pop()
        if number in visited:
            continue
        visited.add(number)
        kind = kind_of(pages, number)
        if kind in (LEAF, INDEX_LEAF):
            found.leaves.append(number)
        elif kind:
            found.inner.append(number)
            waiting += reversed(_children(pages[number], _start(number)))
        else:
            found.lost.add(number)
    return found


def rows(pages: Pages, number: int) -> tuple[list[tuple[int, Row]], int]:
    """(row number, values) of a table's leaf, and how many cells cannot be read."""
    found, lost = list[tuple[int, Row]](), 0
    page = pages[number]
    for at in _cells(page, _start(number)):
        try:
            size, at = _varint(page, at)
            rowid, at = _varint(page, at)
            payload = _payload(pages, page, at, size, _MOST_IN_TABLE)
            found.append((_signed(rowid), _record(payload)))
        except _UNREADABLE:
            lost += 1
    return found, lost


def keys(pages: Pages, tree: Tree) -> Iterator[Row]:
    """The records of an index's tree: its columns, then the row's number."""
    for number in (*tree.leaves, *tree.inner):
        page, start = pages[number], _start(number)
        inner = 4 if page[start] == INDEX_INTERIOR else 0
        for at in _cells(page, start):
            try:
                size, begin = _varint(page, at + inner)
                yield _record(_payload(pages, page, begin, size, _MOST_IN_INDEX))
            except _UNREADABLE:
                continue


def free(pages: Pages) -> set[int]:
    """Pages that are in no use any more and may still hold what was once in them."""
    found: set[int] = set()
    first = pages.get(1)
    trunk = struct.unpack(">I", first[_FREELIST : _FREELIST + 4])[0] if first else 0
    while trunk in pages and trunk not in found:
        found.add(trunk)
        page = pages[trunk]
        following, count = struct.unpack(">II", page[:8])
        count = min(count, (_USABLE - 8) // 4)
        found.update(struct.unpack(f">{count}I", page[8 : 8 + 4 * count]))
        trunk = following
    return found


def _start(number: int) -> int:
    return _HEADER if number == SCHEMA_ROOT else 0


def _cells(page: bytes, start: int) -> Sequence[int]:
    """Where the cells of a page are, as far as they can be in it."""
    (count,) = struct.unpack(">H", page[start + 3 : start + 5])
    inner = page[start] in (INTERIOR, INDEX_INTERIOR)
    begin = start + (12 if inner else 8)
    count = min(count, (_USABLE - begin) // 2)
    places = struct.unpack(f">{count}H", page[begin : begin + 2 * count])
    return [one for one in places if begin <= one < _USABLE]


def _children(page: bytes, start: int) -> list[int]:
    below = [
        struct.unpack(">I", page[at : at + 4])[0]
        for at in _cells(page, start)
        if at + 4 <= _USABLE
    ]
    return [*below, struct.unpack(">I", page[start + 8 : start + 12])[0]]


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes, and where it ends."""
    value = 0
    for step in range(8):
        byte = raw[at + step]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + step + 1
    return value << 8 | raw[at + 8], at + 9


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def _payload(pages: Pages, page: bytes, at: int, size: int, most: int) -> bytes:
    """A record's bytes, those on other pages with them; KeyError when one is lost."""
    if size <= most:
        if at + size > _USABLE:
            raise ValueError("a record runs over its page")
        return page[at : at + size]
    local = _LEAST + (size - _LEAST) % (_USABLE - 4)
    local = local if local <= most else _LEAST
    if size > len(pages) * PAGE or at + local + 4 > _USABLE:
        raise ValueError("a record is longer than its file")
    parts, left = [page[at : at + local]], size - local
    (following,) = struct.unpack(">I", page[at + local : at + local + 4])
    while left > 0:
        other = pages[following]
        parts.append(other[4 : 4 + min(left, _USABLE - 4)])
        left -= len(parts[-1])
        (following,) = struct.unpack(">I", other[:4])
    return b"".join(parts)


def _record(payload: bytes) -> Row:
    """The values of a record."""
    head, at = _varint(payload, 0)
    types: list[int] = []
    while at < head:
        kind, at = _varint(payload, at)
        types.append(kind)
    if at != head:
        raise ValueError("a record's head has no end")
    values: list[Any] = []
    for kind in types:
        value, at = _value(payload, at, kind)
        values.append(value)
    if at != len(payload):
        raise ValueError("a record is not as long as it says")
    return tuple(values)


def _value(payload: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind == 0:
        return None, at
    if kind in _INTEGERS:
        end = at + _INTEGERS[kind]
        return int.from_bytes(payload[at:end], "big", signed=True), end
    if kind == 7:
        return struct.unpack(">d", payload[at : at + 8])[0], at + 8
    if kind in (8, 9):
        return kind - 8, at
    if kind < 12:
        raise ValueError("a value of no known type")
    end = at + (kind - 12) // 2
    raw = payload[at:end]
    if len(raw) != end - at:
        raise ValueError("a value runs over its record")
    return (raw.decode() if kind % 2 else raw), end
