"""Where the program finds what it ships and keeps what it writes."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import platformdirs

ENROLMENT = "enrol.gridpkg"  # as an installer leaves it


@cache
def resources() -> Path:
    """The folder of fonts, icons, code tables and samples that came with the program.

    In an installed copy it lies in PyInstaller's folder, in a wheel inside the
    package, in a checkout beside the package.
    """
    frozen: str | None = getattr(sys, "_MEIPASS", None)
    if getattr(sys, "frozen", False) and frozen:
        return Path(frozen) / "resources"
    package = Path(__file__).parent
    installed = package / "resources"
    return installed if installed.is_dir() else package.parent / "resources"


def data_home() -> Path:
    """The folder a vault is kept in unless --data names another."""
    return platformdirs.user_data_path("gridapp", appauthor=False)


def machine_home() -> Path:
    """The folder where an administrator leaves what is for every user of a computer."""
    if sys.platform == "win32":
        return platformdirs.site_data_path("gridapp", appauthor=False)
    return Path("/etc/gridapp")


def enrolment_files(folder: Path) -> list[Path]:
    """Where the county's enrolment file may wait for the vault in `folder`: beside it,
    put there for one person, or where the computer's administrator left it."""
    return [home / ENROLMENT for home in (folder, machine_home())]


def log_home() -> Path:
    """The folder where faults of the program are written down."""
    return platformdirs.user_log_path("gridapp", appauthor=False)
