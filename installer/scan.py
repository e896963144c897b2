"""Looks through a finished bundle for what must never be shipped.

    python installer/scan.py build/installer/linux/gridapp

Every finding is a sentence; none, and the exit code is 0.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from gridapp.models.identity import birth_of, id_checksum_ok  # noqa: E402
from installer.bundle import NATIVE  # noqa: E402

# Qt 6's add-ons and tools under the GPL alone, without a choice of the LGPL: "Licenses
# used in Qt" and "All Modules" (doc.qt.io/qt-6/licensing.html, qtmodules.html).
GPL_QT = (
    "ApplicationManager",
    "Charts",
    "Coap",
    "DataVisualization",
    "Designer",
    "Graphs",
    "Grpc",
    "HttpServer",
    "InsightTracker",
    "Lottie",
    "Mqtt",
    "NetworkAuth",
    "OpcUa",
    "Quick3D",
    "QuickTimeline",
    "ShaderTools",
    "VirtualKeyboard",
    "WaylandCompositor",
)
_GPL = re.compile(
    rf"(Qt6?({'|'.join(GPL_QT)})|qtvirtualkeyboard|qlottie)", re.IGNORECASE
)
# Windows has its own of these; a copy beside the program would be loaded instead of it
# (QTBUG-142131), and those of the build under Wine are stand-ins.
_STAND_IN = re.compile(r"^(icu|icuuc|icuin|mscms)\.dll$|^wine", re.IGNORECASE)
_TESTS = re.compile(r"(^|[/.])(tests?|testing|conftest)([/.]|$)")
_ABROAD = ("unittest", "doctest")  # the standard library's own names
# Libraries that come from no wheel: those of Python, covered by these entries of the
# page of licences (ui/settings/licences.py).
LIBRARIES = {
    r"(lib)?python3|pyexpat|(_\w+|select|unicodedata)\.pyd": "Python",
    r"vcruntime|msvcp|ucrtbase|api-ms-win": "Python",
    r"lib(ssl|crypto)": "OpenSSL",
    r"(lib)?sqlite3": "SQLite",
    r"libffi": "libffi",
    r"libbz2": "bzip2",
    r"liblzma": "XZ Utils (liblzma)",
    r"libexpat": "Expat",
    r"libuuid": "libuuid",
}
_NUMBERS = re.compile(
    rb"(?<![0-9A-Za-z.])([0-9]{17}[0-9Xx]|1[3-9][0-9]{9})(?![0-9A-Za-z])"
)
_OURS = re.compile(rb"9901[0-9]{2}|1380000")  # of samples and examples
_SOMEBODYS = re.compile(
    rb"(?<![\w.])(/home/|/Users/|[A-Z]:\\+Users\\+)(?!runner)[\w.-]+"
)


@dataclass(frozen=True)
class Piece:
    """A file of the bundle, or a file inside one: `place` says where."""

    place: str
    content: bytes
    source: bool = False  # of this project, not of a library

    @property
    def name(self) -> str:
        """The last part of the place."""
        return PurePosixPath(self.place).name


Rule = Callable[[Piece], Iterator[str]]


def gpl_qt(piece: Piece) -> Iterator[str]:
    """Parts of Qt that may not be shipped beside this licence."""
    found = _GPL.search(piece.place)
    if found and ("PySide6" in piece.place or "Qt" in piece.name):
        yield f"{piece.place}: {found[1]} of Qt is under the GPL alone"


def stand_in(piece: Piece) -> Iterator[str]:
    """What belongs to Windows or to the build under Wine."""
    if _STAND_IN.search(piece.name):
        yield f"{piece.place}: belongs to Windows or to Wine, and is never shipped"


def tests_of_others(piece: Piece) -> Iterator[str]:
    """The tests of a library."""
    if _TESTS.search(piece.place) and not any(one in piece.place for one in _ABROAD):
        yield f"{piece.place}: tests of a library"


def personal(piece: Piece) -> Iterator[str]:
    """ID numbers and mobile phones of people; those of our samples begin otherwise."""
    if not piece.source:
        return
    for found in _NUMBERS.finditer(piece.content):
        number = found[1]
        if _OURS.match(number):
            continue
        if len(number) == 11 or _is_id(number.decode()):
            masked = _masked(number)
            yield f"{piece.place}: holds what looks like a person's number, {masked}"


def _is_id(number: str) -> bool:
    return birth_of(number) is not None and id_checksum_ok(number)


def _masked(number: bytes) -> str:
    text = number.decode()
    return f"{text[:3]}…{text[-2:]}"


def paths_of(folders: Iterable[str]) -> Rule:
    """The rule against folders of the machine it was built on."""
    written: set[bytes] = set()
    for folder in folders:
        plain = folder.rstrip("/\\")
        for one in (plain, plain.replace("/", "\\"), plain.replace("/", "\\\\")):
            written |= {one.encode(), one.encode("utf-16-le")}

    def rule(piece: Piece) -> Iterator[str]:
        for one in sorted(written):
            if one in piece.content:
                shown = one.replace(b"\0", b"").decode()
                yield f"{piece.place}: names {shown}, a folder of the builder"
                break
        if piece.source:
            for found in _SOMEBODYS.finditer(piece.content):
                yield f"{piece.place}: names {found[0].decode()}, somebody's folder"

    return rule


def builders_folders() -> list[str]:
    """The folders that would tell where and by whom a bundle was built."""
    home = str(Path.home())
    folders = [str(ROOT), sys.prefix, sys.base_prefix]
    # /root and /home/runner are in libraries that others built in containers.
    folders += [home] if home not in ("/", "/root", "/home/runner") else []
    return [one for one in folders if one not in ("/usr", "/usr/local", "/")]


def pieces(bundle: Path) -> Iterator[Piece]:
    """Every file of a bundle; of archives and programs also what is inside."""
    for file in sorted(bundle.rglob("*")):
        place = file.relative_to(bundle).as_posix()
        if file.is_symlink() or not file.is_file():
            continue
        content = file.read_bytes()
        ours = place.startswith(("_internal/resources/", "_internal/gridapp/"))
        yield Piece(place, content, ours)
        if zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for name in archive.namelist():
                    yield Piece(f"{place}/{name}", archive.read(name), ours)
        if file.parent == bundle:
            yield from _modules(file, place)


def _modules(program: Path, place: str) -> Iterator[Piece]:
    """The Python modules inside a program that PyInstaller made."""
    from PyInstaller.archive import readers

    library: Any = readers  # it carries no types
    try:
        archive = library.CArchiveReader(str(program))
    except library.ArchiveReadError:
        return
    for name in sorted(archive.toc):
        if not name.endswith(".pyz"):
            yield Piece(f"{place}:{name}", archive.extract(name), name == "__main__")
            continue
        modules = archive.open_embedded_archive(name)
        for module in sorted(modules.toc):
            content = modules.extract(module, raw=True)
            if content is not None:
                ours = module == "gridapp" or module.startswith("gridapp.")
                yield Piece(f"{place}:{module}", content, ours)


def unlicensed(places: Iterable[str], records: dict[str, set[str]]) -> Iterator[str]:
    """Native libraries that neither a distribution nor the table of libraries names.

    `records` has the places that each distribution's RECORD names, below _internal.
    """
    known = set[str]().union(*records.values())
    for place in places:
        inside = place.removeprefix("_internal/")
        if not NATIVE.search(place) or inside in known:
            continue
        if not any(re.search(rf"(?i)(^|/)({one})", inside) for one in LIBRARIES):
            yield f"{place}: a library without an entry on the page of licences"


def records(bundle: Path) -> dict[str, set[str]]:
    """What each distribution's RECORD in the bundle names."""
    return {
        one.parent.name: {
            line.rsplit(",", 2)[0] for line in one.read_text("utf-8").splitlines()
        }
        for one in sorted((bundle / "_internal").glob("*.dist-info/RECORD"))
    }


def without_text(recorded: dict[str, set[str]], known: frozenset[str]) -> Iterator[str]:
    """Distributions that bring no licence file and say no licence (`known` do)."""
    for folder, names in sorted(recorded.items()):
        words = {name for name in names if not NATIVE.search(name)}
        if folder in known or any(
            name.rpartition("/")[2] not in ("METADATA", "RECORD", "WHEEL")
            for name in words
        ):
            continue
        yield f"{folder}: a distribution without a licence"


def stated(bundle: Path) -> frozenset[str]:
    """The distributions whose metadata states a licence."""
    states = re.compile(
        r"^(License(-Expression)?: (?!UNKNOWN)|Classifier: License ::)", re.M
    )
    return frozenset(
        one.parent.name
        for one in (bundle / "_internal").glob("*.dist-info/METADATA")
        if states.search(one.read_text("utf-8").split("\n\n", 1)[0])
    )


def scan(bundle: Path, folders: Iterable[str] | None = None) -> list[str]:
    """Every finding in `bundle`, a sentence each."""
    named = builders_folders() if folders is None else folders
    rules = (gpl_qt, stand_in, tests_of_others, personal, paths_of(named))
    found: list[str] = []
    places: list[str] = []
    for piece in pieces(bundle):
        if "/" not in piece.place or piece.place.startswith("_internal/"):
            places.append(piece.place)
        for rule in rules:
            found += rule(piece)
    recorded = records(bundle)
    found += unlicensed(places, recorded)
    found += without_text(recorded, stated(bundle))
    return sorted(set(found))


def main(arguments: list[str]) -> int:
    """Scan the bundles that are named; 1 when something was found."""
    found = [one for name in arguments for one in scan(Path(name))]
    for one in found:
        sys.stderr.write(f"{one}\n")
    sys.stdout.write(f"scan: {len(found)} findings\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
