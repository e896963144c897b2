"""Every part that is shipped with the program, with its licence and its text.

The Python parts are those that gridapp's own metadata asks for, and what they ask for
in turn; the others are named here, because no metadata tells of them.
"""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from PySide6.QtCore import qVersion

from gridapp import paths
from gridapp.language import tr

ROOT = "gridapp"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# A licence file by its name, or any in the folder that PEP 639 keeps them in.
_FILE = re.compile(
    r"(^|/)(licen[cs]e|copying|notice)[^/]*(?<!\.py)(?<!\.pyc)$"
    r"|\.dist-info/licenses/",
    re.IGNORECASE,
)
_SHORT = 60  # characters: a longer licence field is the licence itself
# What metadata leaves out, by the part's own licence file.
_KNOWN = {
    "click-default-group": "Public Domain",
    "sqlcipher3": "Zlib",
}
# The printing fonts: name, licence, the file of its text.
_FONTS = (
    ("Gridapp Sans SC (Noto Sans SC)", "OFL-1.1", "OFL.txt"),
    ("Gridapp Sans Latin (Noto Sans)", "OFL-1.1", "OFL-Latin.txt"),
    ("Gridapp Serif SC (Noto Serif SC)", "OFL-1.1", "OFL-Serif.txt"),
    ("Gridapp Serif Rare (HanaMinB)", "Hanazono", "Hanazono.txt"),
)
# Libraries that an installed copy brings along: name, licence, the file of its text.
_LIBRARIES = (
    ("bzip2", "bzip2-1.0.6", "bzip2.txt"),
    ("Expat", "MIT", "Expat.txt"),
    ("ICU", "ICU", "ICU.txt"),
    ("libffi", "MIT", "libffi.txt"),
    ("libuuid", "BSD-3-Clause", "libuuid.txt"),
    ("SQLite", "Public Domain", "SQLite.txt"),
    ("XZ Utils (liblzma)", "Public Domain", "xz.txt"),
)


@dataclass(frozen=True)
class Part:
    """One part: its name, version, licence, what it is for, and the licence's text."""

    name: str
    version: str
    licence: str
    purpose: str = ""
    text: str = ""


@cache
def parts() -> tuple[Part, ...]:
    """Every shipped part, this program first, the others by name."""
    own = _part(metadata.distribution(ROOT))
    # An installed copy has the metadata of what is in it and of nothing else.
    frozen = getattr(sys, "frozen", False)
    brought = metadata.distributions() if frozen else _needed()
    others = [_part(one) for one in brought if _plain(one.name) != ROOT]
    others += _beside()
    if frozen:
        others += [
            Part(name, "", licence, text=_shipped(f"licences/{file}"))
            for name, licence, file in _LIBRARIES
        ]
    return (own, *sorted(others, key=lambda part: part.name.lower()))


def _needed() -> Iterator[metadata.Distribution]:
    """The installed distributions that gridapp cannot run without."""
    waiting, seen = [ROOT], set[str]()
    while waiting:
        name = _plain(waiting.pop())
        if name in seen:
            continue
        seen.add(name)
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # needed on another system only
        yield found
        for line in found.requires or ():
            match = _NAME.match(line)
            if match and "extra ==" not in line:
                waiting.append(match[0])
        waiting += _extras(found)


def _extras(found: metadata.Distribution) -> Iterator[str]:
    """What gridapp asks for in brackets, as psycopg[binary]."""
    for line in found.requires or ():
        match = re.match(r"([A-Za-z0-9._-]+)\[([a-z, ]+)\]", line)
        if match and "extra ==" not in line:
            for extra in match[2].split(","):
                yield f"{match[1]}-{extra.strip()}"


def _part(found: metadata.Distribution) -> Part:
    about = found.metadata
    return Part(
        about["Name"],
        found.version,
        _licence(found),
        about["Summary"] or "",
        _text(found),
    )


def _licence(found: metadata.Distribution) -> str:
    about = found.metadata
    for name in ("License-Expression", "License"):
        words = " ".join(about.get_all(name) or ()).strip()
        if words and len(words) <= _SHORT and words != "UNKNOWN":
            return words
    named = [
        line.rpartition("::")[2].strip()
        for line in about.get_all("Classifier") or ()
        if line.startswith("License ::")
    ]
    return ", ".join(named) or _KNOWN.get(_plain(found.name), tr("见许可文件"))


def _text(found: metadata.Distribution) -> str:
    files = [one for one in found.files or () if _FILE.search(str(one))]
    texts = [Path(str(one.locate())).read_text("utf-8", "replace") for one in files]
    return "\n\n".join(texts)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _beside() -> list[Part]:
    """What comes with the program and is no Python distribution."""
    lgpl = _shipped("licences/LGPL-3.0.txt") + "\n\n" + _shipped("licences/GPL-3.0.txt")
    rows = (
        (
            "Python",
            platform.python_version(),
            "PSF-2.0",
            tr("运行环境"),
            _shipped("licences/Python.txt"),
        ),
        ("Qt", qVersion(), "LGPL-3.0-only", tr("窗口；它的动态库可以自行替换"), lgpl),
        (
            "SQLCipher",
            "",
            "BSD-3-Clause",
            tr("加密的数据库"),
            _shipped("licences/SQLCipher.txt"),
        ),
        (
            "OpenSSL",
            "",
            "Apache-2.0",
            tr("加密算法"),
            _text(metadata.distribution("cryptography")),
        ),
        ("Lucide", "1.62.0", "ISC", tr("图标"), _shipped("icons/LICENSE")),
    )
    return [*map(_font, _FONTS), *(Part(*row) for row in rows)]


def _font(font: tuple[str, str, str]) -> Part:
    name, licence, file = font
    return Part(name, "", licence, tr("字体"), _shipped(f"fonts/{file}"))


def _shipped(name: str) -> str:
    return (paths.resources() / name).read_text("utf-8")
