"""The Windows bundle: by PyInstaller on Windows, or by the same under Wine on Debian.

Under Wine everything that goes into it is Windows' own: CPython for Windows
(`windows_python.py`), wheels for win_amd64, PyInstaller's own start program. When
it is done every program in the bundle is compared with the file it came from.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from gridapp import own_files
from installer import bundle, icon, windows_python, windows_resource
from installer.wine import STAND_INS, Wine, windows_path

SPEC = bundle.ROOT / "installer" / "gridapp.spec"
CACHE = bundle.BUILD / "wine"
OUT = bundle.BUILD / "windows"
# What wheels ask for on Windows only: pip judges their markers by this machine.
ON_WINDOWS = ["colorama", "tzdata"]
TO_BUILD = ["pyinstaller", "pefile", "pywin32-ctypes"]
PROGRAMS = frozenset({".exe", ".dll", ".pyd"})
OURS = frozenset(
    {"gridapp.exe", "gridapp-cli.exe"}
)  # PyInstaller's, with our resources


class NotBuilt(Exception):
    """The bundle could not be made, or holds what did not come from a wheel."""


def build(out: Path = OUT, release_key: Path | None = None) -> Path:
    """Makes `out`/gridapp, the folder with gridapp.exe and gridapp-cli.exe."""
    shutil.rmtree(out, ignore_errors=True)
    bundle.write_own_metadata()
    icon.write_ico(windows_resource.icon())
    settings = {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
    if release_key is not None:
        settings[bundle.RELEASE_KEYS] = str(release_key.resolve())
    if sys.platform == "win32":
        _freeze_here(out, settings)
    else:
        _freeze_under_wine(out, settings)
    own_files.write(out / "gridapp")
    return out / "gridapp"


def _arguments(out: Path, work: Path) -> list[str]:
    return ["-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"] + [
        *("--distpath", str(out), "--workpath", str(work), str(SPEC))
    ]


def _freeze_here(out: Path, settings: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, *_arguments(out, out.with_name("windows-work"))],
        cwd=bundle.ROOT,
        env={**os.environ, **settings},
        check=True,
    )


def _freeze_under_wine(out: Path, settings: dict[str, str]) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    python = windows_python.fetch(CACHE)
    site = wheels(CACHE)
    run = _runnable(python, site)
    wine = Wine(CACHE / "prefix").make()
    work = CACHE / "work"
    shutil.rmtree(work, ignore_errors=True)
    result = wine.run(
        [run / "python.exe", *_arguments(out, work)],
        cwd=bundle.ROOT,
        env={**settings, "PYTHONDONTWRITEBYTECODE": "1"},
        seconds=1800,
    )
    wine.settle()
    (CACHE / "pyinstaller.log").write_text(result.stdout, "utf-8")
    if result.returncode or not (out / "gridapp" / "gridapp.exe").is_file():
        raise NotBuilt(f"PyInstaller failed:\n{result.stdout[-3000:]}")
    sys.stdout.write(f"Windows: {restore(out / 'gridapp', python, site)}\n")


def wheels(folder: Path) -> Path:
    """The folder of win_amd64 wheels of the program, in constraints.txt's versions."""
    needed = [one for one in bundle.dependencies() if _name(one) not in bundle.EXCLUDED]
    wanted = [*needed, *ON_WINDOWS, *TO_BUILD]
    constraints = (bundle.ROOT / "constraints.txt").read_text("utf-8")
    stamp = hashlib.sha256(("\n".join(wanted) + constraints).encode()).hexdigest()
    site, made = folder / "site", folder / "site.made"
    if made.exists() and made.read_text() == stamp:
        return site
    shutil.rmtree(site, ignore_errors=True)
    made.unlink(missing_ok=True)
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-qq", "--no-compile"]
        + ["--platform", "win_amd64", "--python-version", "3.11"]
        + ["--implementation", "cp", "--only-binary", ":all:", "--target", str(site)]
        + ["-c", str(bundle.ROOT / "constraints.txt"), *wanted],
        check=True,
    )
    made.write_text(stamp)
    return site


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=!~ ]", requirement, maxsplit=1)[0]


def _runnable(python: Path, site: Path) -> Path:
    """A copy of Python with the wheels that Wine can run; never what is shipped."""
    run = CACHE / "run"
    stamp = (CACHE / "site.made").read_text()
    made = run / "made"
    if made.exists() and made.read_text() == stamp:
        return run
    shutil.rmtree(run, ignore_errors=True)
    shutil.copytree(python, run)
    shutil.copytree(site, run / "Lib" / "site-packages")
    (run / "python311._pth").write_text(
        "python311.zip\n.\nLib\\site-packages\n"
        f"{windows_path(bundle.ROOT)}\nimport site\n",
        "utf-8",
    )
    made.write_text(stamp)
    return run


def restore(folder: Path, python: Path, site: Path) -> str:
    """Takes the stand-ins out and makes each program the one of its wheel again.

    Returns what was done in a line; raises `NotBuilt` when a program in the bundle came
    from neither a wheel nor python.org.
    """
    internal = folder / "_internal"
    same = restored = removed = 0
    strangers: list[str] = []
    for file in sorted(folder.rglob("*")):
        if not file.is_file() or file.suffix.lower() not in PROGRAMS:
            continue
        if file.name.lower() in STAND_INS:
            file.unlink()
            removed += 1
            continue
        if file.parent == folder and file.name in OURS:
            continue
        origin = _origin(file.relative_to(internal), python, site)
        if origin is None:
            strangers.append(str(file.relative_to(folder)))
        elif origin.read_bytes() == file.read_bytes():
            same += 1
        else:
            shutil.copyfile(origin, file)
            restored += 1
    if strangers:
        raise NotBuilt("From no wheel: " + ", ".join(strangers))
    return (
        f"{same} programs as their wheels have them, {restored} given back"
        f" their bytes, {removed} stand-ins taken out"
    )


def _origin(relative: Path, python: Path, site: Path) -> Path | None:
    """The file a program of the bundle was copied from; Windows minds no case."""
    places = [site / relative.parent, python]
    if len(relative.parts) == 1:  # a library that several ask for is put on top
        places += [one.parent for one in sorted(site.rglob(f"*{relative.suffix}"))]
    for place in places:
        for file in sorted(place.glob("*")) if place.is_dir() else ():
            if file.name.lower() == relative.name.lower():
                return file
    return None


if __name__ == "__main__":
    sys.stdout.write(f"{build()}\n")
