"""Keeps the catalogues: adds what the code says, drops what it says no more, compiles.

resources/locale/en/LC_MESSAGES/gridapp.po holds the English of every text of the
program, zh_CN/LC_MESSAGES/messages.po the Chinese of what click says. Python's gettext
reads the .mo beside each. One line an entry is enough, so that no gettext tools are
needed.
"""

from __future__ import annotations

import ast
import json
import struct
from pathlib import Path

import words

LOCALE = Path(__file__).parents[1] / "resources/locale"
CLICK = LOCALE / "zh_CN/LC_MESSAGES/messages.po"
ENGLISH = LOCALE / "en/LC_MESSAGES/gridapp.po"
_ABOUT = (
    "# What the program says, in English. scripts/make_messages.py keeps the keys.\n"
    'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
)
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
    """The catalogue as GNU gettext's binary form, sorted by msgid.

    What is not translated is left out: it is said in Chinese.
    """
    pairs = sorted((key.encode(), said.encode()) for key, said in found.items() if said)
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


def renewed(po: str) -> str:
    """The English catalogue with a line for each text of the program, and no other."""
    known = entries(po)
    lines = [_ABOUT]
    for text in sorted(words.said()):
        said = known.get(text, "")
        lines.append(f"msgid {_quoted(text)}\nmsgstr {_quoted(said)}\n")
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    ENGLISH.write_text(renewed(ENGLISH.read_text("utf-8")), "utf-8")
    for catalogue in (CLICK, ENGLISH):
        found = entries(catalogue.read_text("utf-8"))
        catalogue.with_suffix(".mo").write_bytes(compiled(found))
    missing = [text for text, said in found.items() if not said]
    print(f"{len(found):,} texts, {len(missing):,} without English")
