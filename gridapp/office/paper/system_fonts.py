"""Fonts of this machine that may have the rarest Han: extensions G and later.

The shipped fonts end with extension F, as GB 18030-2022 does. Windows 10 and 11 and
the desktops of UOS and Kylin bring fonts that go on; they are embedded as subsets.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

# File names with the number of the face in the file, the widest coverage first.
FILES = (
    ("simsunextg.ttf", 0),  # SimSun-ExtG: G, H, I (Windows 11)
    ("simsunb.ttf", 0),  # SimSun-ExtB: B and, since Windows 11, C to F
    ("mingliub.ttc", 0),  # MingLiU-ExtB
    ("PlangothicP1-Regular.ttf", 0),
    ("PlangothicP2-Regular.ttf", 0),
    ("TH-Tshyn-P0.ttf", 0),
    ("TH-Tshyn-P1.ttf", 0),
    ("TH-Tshyn-P2.ttf", 0),
    ("Jigmo3.ttf", 0),
    ("BabelStoneHan.ttf", 0),
)
DEEP = 4  # folders below a font folder that are looked into


def candidates() -> Iterator[tuple[Path, int]]:
    """The fonts of FILES that are here, in that order, with the face in each file."""
    here: dict[str, Path] = {}
    for folder in folders():
        for path, below, names in os.walk(folder):
            if len(Path(path).relative_to(folder).parts) >= DEEP:
                below.clear()
            for name in names:
                here.setdefault(name.casefold(), Path(path) / name)
    for name, face in FILES:
        if name.casefold() in here:
            yield here[name.casefold()], face


def folders() -> list[Path]:
    """Where this system keeps its fonts, and where a user may add some."""
    if sys.platform == "win32":
        return [
            Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "Fonts",
            Path.home() / "AppData/Local/Microsoft/Windows/Fonts",
        ]
    home = Path.home()
    return [
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        home / ".local/share/fonts",
        home / ".fonts",
    ]
