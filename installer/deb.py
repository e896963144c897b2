"""The package for UOS, Kylin and Debian, made of a bundle: `build(bundle, out)`.

The layout is that of UOS (/opt/apps/<id>/entries, files, info), which Kylin takes as
well; what a plain Debian desktop reads stands in /usr/share too. dpkg's triggers renew
menus and types of files, so scripts are only there for what nothing else does.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from gridapp import __version__  # noqa: E402
from gridapp.system_parts import PACKAGES  # noqa: E402
from installer import icon  # noqa: E402

PACKAGE = "org.gridapp.client"
HOME = Path("opt/apps") / PACKAGE
_OURS = Path(__file__).parent / "debian"
_SCRIPTS = ("preinst", "postrm")
# e_machine of an ELF file → Debian's name of the architecture (elf.h; Debian ports).
_MACHINES = {62: "amd64", 183: "arm64", 258: "loong64", 243: "riscv64"}
# Parts of the C library itself, whatever its version.
_LIBC = re.compile(r"(ld-linux.*|lib(c|m|dl|rt|pthread|resolv|util))\.so\.\d+")
_NEEDED = re.compile(r"\(NEEDED\).*\[(.+)\]")
_SYMBOLS = re.compile(r"\b(GLIBC|GLIBCXX)_([\d.]+)\b")
# GCC's library of C++ by the newest of its symbols: the first GCC that has them.
_GCC = {"3.4.26": 9, "3.4.27": 9, "3.4.28": 9, "3.4.29": 11, "3.4.30": 12, "3.4.31": 13}
# Plugins that Qt passes over when their library is not there.
_OPTIONAL = (
    "printsupport/",
    "networkinformation/",
    "wayland",
    "platforminputcontexts/",
)
_WISHED = ("pkexec | policykit-1", "fonts-noto-cjk | fonts-wqy-microhei")


class Unbuildable(Exception):
    """No package can be made; the text says why and what a builder does."""


@dataclass(frozen=True)
class Needs:
    """What a bundle asks of the system it runs on."""

    machine: str  # Debian's name of the architecture
    glibc: str  # the lowest version of the C library
    depends: tuple[str, ...]
    recommends: tuple[str, ...]


@dataclass(frozen=True)
class Native:
    """What one native file asks for: libraries, and versions of symbols by library."""

    place: str  # below the bundle
    needed: tuple[str, ...]
    symbols: tuple[tuple[str, str], ...]  # ("GLIBC", "2.34")


def deb_version(version: str) -> str:
    """A Python version as Debian sorts it: what comes before a release, before it."""
    early = re.sub(r"(?<=\d)(a|b|rc)(?=\d)", r"~\1", version)
    return early.replace(".dev", "~~dev")


def natives(bundle: Path) -> Iterator[Native]:
    """Every program and library of a bundle, by readelf: any architecture will do."""
    for file in sorted(bundle.rglob("*")):
        if file.is_symlink() or not file.is_file():
            continue
        with file.open("rb") as opened:
            if opened.read(4) != b"\x7fELF":
                continue
        said = subprocess.run(
            ["readelf", "-W", "-d", "-V", str(file)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "LC_ALL": "C"},
        ).stdout
        asked = said.partition("Version needs section")[2]
        yield Native(
            file.relative_to(bundle).as_posix(),
            tuple(_NEEDED.findall(said)),
            tuple(sorted(set(_SYMBOLS.findall(asked)))),
        )


def machine_of(program: Path) -> str:
    """Debian's name of the architecture that a program is for."""
    with program.open("rb") as file:
        number = int.from_bytes(file.read(20)[18:20], "little")
    if number not in _MACHINES:
        raise Unbuildable(
            f"{program.name}: machine {number} of elf.h is not known here"
        )
    return _MACHINES[number]


def needs(machine: str, files: Iterable[Native], inside: set[str]) -> Needs:
    """What a bundle needs whose libraries are `inside`; Unbuildable when a library is
    asked for that is neither in it nor in gridapp/system_parts.py."""
    must, may = set[str](), set[str]()
    floors = {"GLIBC": "0", "GLIBCXX": "0"}
    for file in files:
        optional = any(one in file.place for one in _OPTIONAL)
        for library in file.needed:
            if library in inside or _LIBC.fullmatch(library):
                continue
            if library not in PACKAGES:
                raise Unbuildable(
                    f"{file.place} needs {library}: put it into the bundle or name its"
                    " package in gridapp/system_parts.py"
                )
            (may if optional else must).add(PACKAGES[library])
        for name, version in file.symbols:
            floors[name] = max(floors[name], version, key=_numbers)
    recommends = sorted((may - must) | set(_WISHED))
    gcc = _GCC.get(floors["GLIBCXX"])
    if gcc:
        must = {f"{one} (>= {gcc})" if one == "libstdc++6" else one for one in must}
    depends = (f"libc6 (>= {floors['GLIBC']})", *sorted(must))
    return Needs(machine, floors["GLIBC"], depends, tuple(recommends))


def control(wanted: Needs, version: str, kilobytes: int) -> str:
    """The control file (Debian policy, chapter 5)."""
    return f"""\
Package: {PACKAGE}
Version: {deb_version(version)}
Architecture: {wanted.machine}
Maintainer: gridapp <gridapp@invalid.example>
Installed-Size: {kilobytes}
Section: misc
Priority: optional
Depends: {", ".join(wanted.depends)}
Recommends: {", ".join(wanted.recommends)}
Description: offline records of a community grid worker (网格日志)
 Residents and homes, visits, patrols, issues and disputes of a community grid,
 with their papers and ledgers, on a laptop that is mostly without a network.
 All of it is encrypted, and synchronised with the county server when there is
 a line or a stick.
"""


def build(
    bundle: Path, out: Path, version: str = __version__, *, packed: bool = True
) -> Path:
    """Write the package of `bundle` into the folder `out`; returns its file.

    SOURCE_DATE_EPOCH is the time that every file in it gets, in seconds. Not `packed`
    it is ten times as soon ready and three times as large: for the tests.
    """
    inside = {file.name for file in bundle.rglob("*")}
    wanted = needs(machine_of(bundle / "gridapp"), natives(bundle), inside)
    when = int(os.environ.get("SOURCE_DATE_EPOCH", "0")) or _last_commit()
    out.mkdir(parents=True, exist_ok=True)
    file = out / f"gridapp_{version}_{wanted.machine}.deb"
    with tempfile.TemporaryDirectory(dir=out) as folder:
        tree = Path(folder) / "tree"
        _fill(tree, bundle, wanted, (version, when))
        _write_control(tree, control(wanted, version, _kilobytes(tree)))
        _settle(tree, when)
        _pack(tree, file, when, "xz" if packed else "none")
    sys.stdout.write(
        f"{file.name}: {file.stat().st_size / 1e6:.1f} MB\n"
        f"  needs glibc {wanted.glibc} or newer: {_reach(wanted.glibc)}\n"
    )
    return file


def _reach(glibc: str) -> str:
    """Which systems have that C library, for who builds."""
    known = (
        ("UOS 20", "2.28"),
        ("Kylin V10", "2.31"),
        ("Ubuntu 22.04", "2.35"),
        ("Debian 12", "2.36"),
        ("UOS 25", "2.38"),
        ("Kylin V11", "2.38"),
        ("Debian 13", "2.41"),
    )
    runs = [name for name, has in known if _numbers(has) >= _numbers(glibc)]
    fails = [f"{name} ({has})" for name, has in known if name not in runs]
    return f"runs on {', '.join(runs)}; not on {', '.join(fails) or 'none'}"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _last_commit() -> int:
    said = subprocess.run(
        ["git", "log", "-1", "--format=%ct"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(said.stdout)


def _fill(tree: Path, bundle: Path, wanted: Needs, of: tuple[str, int]) -> None:
    """Lay out every file of the package but its control files; `of` is its version and
    its time."""
    version, when = of
    home, share = tree / HOME, tree / "usr/share"
    shutil.copytree(bundle, home / "files", symlinks=True)
    shutil.copy(_OURS / "gridapp-update", home / "files")
    (home / "info").write_text(_info(wanted.machine, version), "utf-8")
    for base in (home / "entries", share):
        _put(_OURS / f"{PACKAGE}.desktop", base / "applications")
        _put(_OURS / f"{PACKAGE}.xml", base / "mime/packages")
        icons = base / "icons/hicolor"
        for size in icon.MENU_SIZES:
            place = icons / f"{size}x{size}/apps"
            place.mkdir(parents=True)
            icon.write_png(place, size).rename(place / f"{PACKAGE}.png")
        _put(icon.DRAWING, icons / "scalable/apps", f"{PACKAGE}.svg")
    _put(_OURS / f"{PACKAGE}.policy", share / "polkit-1/actions")
    documents = share / "doc" / PACKAGE
    _put(_OURS / "copyright", documents)
    changes = (
        f"{PACKAGE} ({deb_version(version)}) unstable; urgency=medium\n\n"
        "  * CHANGELOG.md of the program tells what is new.\n\n"
        " -- gridapp <gridapp@invalid.example>  "
        f"{format_datetime(datetime.fromtimestamp(when, UTC))}\n"
    )
    packed = gzip.compress(changes.encode(), 9, mtime=0)
    (documents / "changelog.gz").write_bytes(packed)
    _put(_OURS / "lintian-overrides", share / "lintian/overrides", PACKAGE)
    command = tree / "usr/bin/gridapp"
    command.parent.mkdir(parents=True)
    command.symlink_to(f"/{HOME}/files/gridapp")


def _put(source: Path, folder: Path, name: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, folder / (name or source.name))


def _info(machine: str, version: str) -> str:
    """What UOS asks of a program before it starts it (its packaging guide)."""
    rights = ("autostart", "notification", "trayicon", "clipboard", "account")
    rights += ("bluetooth", "camera", "audio_record", "installed_apps")
    said = {
        "appid": PACKAGE,
        "name": "网格日志",
        "version": deb_version(version),
        "arch": [machine],
        "permissions": {one: one == "clipboard" for one in rights},
    }
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def _kilobytes(tree: Path) -> int:
    files = (one for one in tree.rglob("*") if not one.is_dir())
    return sum(one.lstat().st_size for one in files) >> 10


def _write_control(tree: Path, words: str) -> None:
    folder = tree / "DEBIAN"
    folder.mkdir()
    (folder / "control").write_text(words, "utf-8")
    for script in _SCRIPTS:
        shutil.copy(_OURS / script, folder)
    subprocess.run(
        "find opt usr -type f -print0 | LC_ALL=C sort -z"
        " | xargs -0 md5sum > DEBIAN/md5sums",
        cwd=tree,
        shell=True,
        check=True,
    )


def _settle(tree: Path, when: int) -> None:
    """One set of rights and one time for all files, whoever built them."""
    programs = {"gridapp", "gridapp-update", *_SCRIPTS}
    for one in sorted(tree.rglob("*"), reverse=True):
        if not one.is_symlink():
            one.chmod(0o755 if one.is_dir() or one.name in programs else 0o644)
        os.utime(one, (when, when), follow_symlinks=False)
    tree.chmod(0o755)
    os.utime(tree, (when, when))


def _pack(tree: Path, file: Path, when: int, sort: str) -> None:
    """Write the package; xz, because the dpkg of UOS 20 knows no zstd."""
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", f"-Z{sort}", "--threads-max=2", "--build"]
        + [str(tree), str(file)],
        env={**os.environ, "SOURCE_DATE_EPOCH": str(when)},
        stdout=subprocess.DEVNULL,
        check=True,
    )


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    build(Path(sys.argv[1]), Path(sys.argv[2]))
