"""Sticks that are plugged in, and the packages on them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QStorageInfo

# As sync.gridpkg and update.file have them; the window can do without their imports.
SUFFIX, UPDATE = ".gridpkg", ".gridupdate"
_MOUNTS = ("/media/", "/run/media/", "/mnt/")  # where Linux puts what is plugged in
_REMOVABLE = 2  # DRIVE_REMOVABLE, what GetDriveTypeW says of a stick
MOST_FILES = 5
_DEPTHS = ("*", "*/*")  # a package lies on the stick or in one of its folders


@dataclass(frozen=True)
class Drive:
    """A stick one can write to: what it is called and where it is."""

    name: str
    folder: Path


def drives() -> list[Drive]:
    """The sticks that are plugged in; a slow one may take its time to answer."""
    found: list[Drive] = []
    for one in QStorageInfo.mountedVolumes():
        if one.isValid() and one.isReady() and not one.isReadOnly():
            root = one.rootPath()
            if _is_stick(root):
                found.append(Drive(one.displayName() or root, Path(root)))
    return found


def _is_stick(root: str) -> bool:
    if sys.platform == "win32":
        import ctypes

        return ctypes.windll.kernel32.GetDriveTypeW(root) == _REMOVABLE
    return root.startswith(_MOUNTS) and os.access(root, os.W_OK)


def answers(found: Sequence[Drive], device: UUID) -> list[Path]:
    """The answers for this laptop on these sticks, the newest first."""
    from gridapp.sync.gridpkg import DOWN, BadPackage, read_header

    files: list[tuple[float, Path]] = []
    for drive in found:
        for depth in _DEPTHS:
            for path in drive.folder.glob(f"{depth}{SUFFIX}"):
                try:
                    with path.open("rb") as file:
                        header = read_header(file)
                    if header.kind == DOWN and header.device == device.bytes:
                        files.append((path.stat().st_mtime, path))
                except (OSError, BadPackage):  # it went meanwhile, or is none
                    continue
    return [path for _, path in sorted(files, reverse=True)[:MOST_FILES]]


def updates(found: Sequence[Drive]) -> list[Path]:
    """The updates of the program on these sticks, the newest first; not proved yet."""
    files: list[tuple[float, Path]] = []
    for drive in found:
        for depth in _DEPTHS:
            for path in drive.folder.glob(f"{depth}{UPDATE}"):
                with suppress(OSError):  # it went meanwhile
                    files.append((path.stat().st_mtime, path))
    return [path for _, path in sorted(files, reverse=True)[:MOST_FILES]]
