"""A frozen program that is another version: the same bundle, saying another number.

A whole second build takes minutes and would differ in nothing else. What the program
says of itself stands compressed in the archive at the end of its file, and on Windows
in its version resource; both are changed in place.
"""

from __future__ import annotations

import marshal
import zlib
from pathlib import Path
from types import CodeType
from typing import Any

from gridapp import own_files

PACKAGE = "gridapp"
_ARCHIVE = "PYZ.pyz"


def make(folder: Path, before: str, after: str) -> None:
    """Has the bundle in `folder` say `after`, a version as long as `before`, and know
    its files as they are now."""
    assert len(before) == len(after)
    for name in (PACKAGE, f"{PACKAGE}.exe", f"{PACKAGE}-cli.exe"):
        if after != before and (folder / name).is_file():
            _change(folder / name, before, after)
    own_files.write(folder)


def _change(program: Path, before: str, after: str) -> None:
    # Only whoever builds has it; these tests are collected elsewhere as well.
    from PyInstaller.archive.readers import CArchiveReader

    whole = CArchiveReader(str(program))
    code = whole.open_embedded_archive(_ARCHIVE).extract(PACKAGE)
    assert isinstance(code, CodeType)
    assert before in code.co_consts
    told = [after if one == before else one for one in code.co_consts]
    place, room = _place(whole, program)
    packed = _within(marshal.dumps(code.replace(co_consts=tuple(told))), room)
    data = bytearray(program.read_bytes())
    data[place : place + room] = packed
    shown = data.replace(before.encode("utf-16-le"), after.encode("utf-16-le"))
    program.unlink()  # it may be one file with the bundle's, by a hard link
    program.write_bytes(shown)
    program.chmod(0o755)


def _place(whole: Any, program: Path) -> tuple[int, int]:
    """Where in the file the code of the package begins, and how long it is there."""
    archive = whole.open_embedded_archive(_ARCHIVE)
    _, offset, length = archive.toc[PACKAGE]
    begin = whole._start_offset + whole.toc[_ARCHIVE][0] + offset
    with program.open("rb") as opened:
        opened.seek(begin)
        assert marshal.loads(zlib.decompress(opened.read(length)))
    return begin, length


def _within(code: bytes, room: int) -> bytes:
    """It packed into so many bytes; what is left is not read."""
    for level in (6, 9, 8, 7):
        packed = zlib.compress(code, level)
        if len(packed) <= room:
            return packed.ljust(room, b"\0")
    raise AssertionError("the other version does not fit into the place of the first")
