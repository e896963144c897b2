"""Makes messages.mo, which Python's gettext reads, of messages.po beside it.

The catalogue holds what click says on the command line. One line an entry is enough
here, so that no gettext tools are needed.
"""

from __future__ import annotations

import ast
import struct
from pathlib import Path

PO = Path(__file__).parents[1] / "resources/locale/zh_CN/LC_MESSAGES/messages.po"
_MAGIC = 0x950412DE
_HEADER = 28  # bytes


def entries(po: str) -> dict[str, str]:
    """{msgid: msgstr} of a catalogue; a plural's two ids are joined by a NUL."""
    found: dict[str, str] = {}
    key = ""
    for line in po.splitlines():
        word, _, text = line.partition(" ")
        if not word.startswith("msg"):
            continue
        said: str = ast.literal_eval(text)
        if word == "msgid":
            key = said
        elif word == "msgid_plural":
            key += "\0" + said
        else:
            found[key] = said
    return found


def compiled(found: dict[str, str]) -> bytes:
    """The catalogue as GNU gettext's binary form, sorted by msgid."""
    pairs = sorted((key.encode(), said.encode()) for key, said in found.items())
    tables = [b"", b""]
    strings = b""
    start = _HEADER + 16 * len(pairs)
    for side in (0, 1):
        for pair in pairs:
            tables[side] += struct.pack("<II", len(pair[side]), start + len(strings))
            strings += pair[side] + b"\0"
    places = (_HEADER, _HEADER + 8 * len(pairs), 0, 0)
    return struct.pack("<7I", _MAGIC, 0, len(pairs), *places) + b"".join(
        [*tables, strings]
    )


if __name__ == "__main__":
    PO.with_suffix(".mo").write_bytes(compiled(entries(PO.read_text("utf-8"))))
