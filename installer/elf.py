"""Blanks that a library of a Linux wheel carries between its parts, taken out.

A tool that renames libraries for a wheel may lay a new part at the next large page,
2 MiB further on, and fills the file with zeros up to there. A part is read from where
the program header says, so it can stand where the part before it ends: addresses stay
as they are, offsets in the file and the alignment asked for become smaller. Fields and
the rule that offset and address agree by the alignment: System V ABI, chapters 4 and 5.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

_LOADED = 1  # PT_LOAD
_PAGE = 0x1000  # bytes; of x86-64
_WORTH = 1 << 20  # bytes; of anything less the file is left as it came
_CLASS_64_LITTLE = b"\x7fELF\x02\x01"
_X86_64 = 62  # e_machine: another's pages may be larger
_MACHINE = (18, "<H")
_PROGRAM = "<IIQQQQQQ"  # type, flags, offset, address, …, alignment
_SECTION = "<IIQQQQIIQQ"  # name, type, flags, address, offset, …


@dataclass(frozen=True)
class _Table:
    """Where the headers of one kind are: the field that says it, and their form."""

    field: int  # place of e_phoff, e_shoff
    count: int  # place of e_phnum, e_shnum
    form: str
    offset: int  # which value of a header is an offset in the file

    def entries(self, data: bytes | bytearray) -> list[tuple[int, list[int]]]:
        """Each header's place, and its values."""
        (begin,) = struct.unpack_from("<Q", data, self.field)
        (count,) = struct.unpack_from("<H", data, self.count)
        step = struct.calcsize(self.form)
        places = range(begin, begin + count * step, step)
        return [(one, list(struct.unpack_from(self.form, data, one))) for one in places]


_PROGRAMS = _Table(32, 56, _PROGRAM, 2)
_SECTIONS = _Table(40, 60, _SECTION, 4)


def close_gaps(folder: Path) -> None:
    """Take such blanks out of every library below `folder`."""
    for file in sorted(folder.rglob("*.so*")):
        if file.is_file() and not file.is_symlink():
            before = file.read_bytes()
            after = closed(before)
            if after is not before:
                file.write_bytes(after)


def closed(data: bytes) -> bytes:
    """The library without its large blanks; itself when there are none, or when it is
    of a form that is not known here."""
    machine = struct.unpack_from(_MACHINE[1], data, _MACHINE[0]) if data[64:] else ()
    if not data.startswith(_CLASS_64_LITTLE) or machine != (_X86_64,):
        return data
    while gap := _gap(data):
        data = _without(data, *gap)
    return data


def _gap(data: bytes) -> tuple[int, int] | None:
    """The first run of whole pages of zeros before a part that is loaded: from, to."""
    end = 0
    loaded = [one for _, one in _PROGRAMS.entries(data) if one[0] == _LOADED]
    for _, _, offset, _, _, length, _, _ in sorted(loaded, key=lambda one: one[2]):
        room = (offset - end) // _PAGE * _PAGE
        if end and room >= _WORTH and not any(data[end:offset]):
            return offset - room, offset
        end = max(end, offset + length)
    return None


def _without(data: bytes, begin: int, end: int) -> bytes:
    """`data` less the bytes from `begin` to `end`, a multiple of a page."""
    made = bytearray(data)
    for table in (_PROGRAMS, _SECTIONS):
        for place, values in table.entries(data):
            if values[table.offset] >= end:
                values[table.offset] -= end - begin
                if table is _PROGRAMS and values[0] == _LOADED:
                    values[-1] = _PAGE
                struct.pack_into(table.form, made, place, *values)
        (where,) = struct.unpack_from("<Q", data, table.field)
        if where >= end:
            struct.pack_into("<Q", made, table.field, where - (end - begin))
    return bytes(made[:begin] + made[end:])
