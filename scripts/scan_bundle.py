"""Finds parts in a bundle of the program that may not be given on with it.

Qt Virtual Keyboard, Charts, Graphs and Data Visualization are under the GPL alone,
though the wheels that hold them say LGPL. `python scripts/scan_bundle.py FOLDER` prints
what it finds and ends with 1 if there is anything.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

FORBIDDEN = re.compile(
    r"VirtualKeyboard|Qt6?(Charts|Graphs|DataVisualization)", re.IGNORECASE
)
# In the wheel of PySide6 Essentials; a bundle must be made without them.
LEFT_OUT = frozenset(
    {
        "QtCharts.pyi",
        "QtDataVisualization.pyi",
        "QtGraphs.pyi",
        "QtGraphsWidgets.pyi",
        "Qt/plugins/platforminputcontexts/libqtvirtualkeyboardplugin.so",
        "Qt/qml/QtQuick/VirtualKeyboard",
    }
)


def forbidden(folder: Path) -> Iterator[str]:
    """What must not be in a bundle: folders and files, relative to it."""
    found: list[str] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        inside = any(name.startswith(f"{one}/") for one in found)
        if FORBIDDEN.search(path.name) and not inside:
            found.append(name)
            yield name


def main(folders: Iterable[str]) -> int:
    """Print what each folder holds of it; 1 if it is anything."""
    found = [f"{one}/{name}" for one in folders for name in forbidden(Path(one))]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
