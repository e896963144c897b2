"""The list of an installed program's own files, by which damage to one is told.

A bundle is written with a hash of each file, and the self-check compares: a file that
was cut, or in whose middle a disk has failed, may lie unused for months otherwise. It
tells damage and not malice: whoever changes a file can change the list. That is the
signature's business (gridapp.update, Authenticode, the package manager).
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from gridapp import durable
from gridapp.language import tr

LIST = Path("_internal") / "files.txt"  # in the folder of the program


def home() -> Path | None:
    """The folder of the installed program that runs; None in a checkout."""
    frozen = bool(getattr(sys, "frozen", False))
    return Path(sys.executable).parent if frozen else None


def write(folder: Path) -> None:
    """Write the list of all files that are in the folder of a bundle now, as
    `sha256sum -c` reads it in that folder."""
    names = sorted(
        one.relative_to(folder).as_posix()
        for one in folder.rglob("*")
        if one.is_file() and not one.is_symlink()
    )
    own = LIST.as_posix()
    lines = [f"{_hash(folder / name)}  {name}\n" for name in names if name != own]
    (folder / LIST).parent.mkdir(exist_ok=True)
    durable.write_whole(folder / LIST, "".join(lines).encode())
    (folder / LIST).chmod(0o644)  # as the files beside it


def faults(folder: Path) -> Iterator[str]:
    """A sentence for each file that is not as it was when the bundle was built; files
    that are not in the list, such as an uninstaller, are left alone."""
    try:
        lines = (folder / LIST).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        lines = []
    if not lines:
        yield tr("缺少 {name}", name=LIST.as_posix())
    for line in lines:
        told, _, name = line.partition("  ")
        file = folder / name
        if not file.is_file():
            yield tr("缺少 {name}", name=name)
        elif not _is(file, told):
            yield tr("{name} 损坏了", name=name)


def _is(file: Path, told: str) -> bool:
    try:
        return _hash(file) == told
    except OSError:  # a sector that cannot be read
        return False


def _hash(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
