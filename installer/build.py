"""Builds what IT rolls out: the bundle, Setup.exe, the MSI, the .deb.

    python installer/build.py                 all that can be built on this system
    python installer/build.py linux           the bundle for Linux alone
    python installer/build.py --twice linux   twice in different folders: same or not?

What is made lies in build/installer/out with SHA256SUMS beside it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from gridapp import own_files  # noqa: E402
from installer import bundle, elf, measure, same, scan  # noqa: E402

OUT = bundle.BUILD / "out"
LINUX = bundle.BUILD / "linux"
ENVIRONMENT = bundle.BUILD / "linux-env"
SPEC = ROOT / "installer" / "gridapp.spec"
EMPTY = ROOT / "installer" / "empty.spec"
_MIB = 1 << 20
TARGETS = ("linux", "deb", "windows")
_CAN_FREEZE = (
    "import ctypes.util as u, ensurepip, sys;"
    "sys.exit(not u.find_library(f'python3.{sys.version_info[1]}'))"
)


class Refused(click.ClickException):
    """One sentence, exit code 1."""


def say(words: str) -> None:
    """One line for whoever waits."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def refuse_changes() -> None:
    """A build is of what is committed: Refused when the checkout differs from it."""
    told = _git("status", "--porcelain")
    if told.strip():
        raise Refused(
            "There are changes that are not committed; "
            f"--allow-dirty builds them:\n{told}"
        )


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused(f"git {words[0]}: {done.stderr.strip()}")
    return done.stdout


def settle() -> None:
    """Fix what would make two builds of one commit differ: times, hashes, language."""
    os.environ["SOURCE_DATE_EPOCH"] = _git("log", "-1", "--format=%ct").strip()
    os.environ["PYTHONHASHSEED"] = "0"
    os.environ["PYTHONUTF8"] = "1"


def environment() -> Path:
    """The Python that has the program's libraries, of the locked versions, and no more.

    Debian's own Python where it is there: the one of a person's home would leave the
    name of that home in its library.
    """
    python = ENVIRONMENT / "bin" / "python"
    constraints = (ROOT / "constraints.txt").read_text("utf-8")
    needed = [
        one
        for one in bundle.dependencies()
        if not one.startswith(bundle.EXCLUDED)  # such as pandas
    ]
    base = _base_python()
    stamp = hashlib.sha256(repr((needed, constraints, base)).encode()).hexdigest()
    made = ENVIRONMENT / "made"
    if made.is_file() and made.read_text() == stamp:
        return python
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    subprocess.run([base, "-m", "venv", str(ENVIRONMENT)], check=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "-q"]
    locked = ["-c", str(ROOT / "constraints.txt")]
    subprocess.run([*pip, *locked, "hatchling", "pyinstaller", *needed], check=True)
    made.write_text(stamp)
    return python


def _base_python() -> str:
    """A Python that can be frozen: it needs its shared library."""
    own = f"/usr/bin/python3.{sys.version_info[1]}"
    for one in (own, getattr(sys, "_base_executable", sys.executable)):
        if (
            shutil.which(one)
            and not subprocess.run([one, "-c", _CAN_FREEZE]).returncode
        ):
            return one
    return sys.executable


def freeze(spec: Path, out: Path, work: Path, release_key: Path | None = None) -> Path:
    """Run PyInstaller for this system; returns the folder it made in `out`."""
    python = environment()
    bundle.write_own_metadata()
    settings = dict(os.environ)
    settings.pop(bundle.RELEASE_KEYS, None)
    if release_key is not None:
        settings[bundle.RELEASE_KEYS] = str(release_key.resolve())
    # A cache of its own: the stripped libraries of an older build are not taken.
    settings["PYINSTALLER_CONFIG_DIR"] = str(bundle.BUILD / "pyinstaller")
    made = out.with_name(f"{out.name}.new")
    shutil.rmtree(made, ignore_errors=True)
    done = subprocess.run(
        [str(python), "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
        + ["--distpath", str(made), "--workpath", str(work), str(spec)],
        cwd=ROOT,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refused(f"PyInstaller failed:\n{done.stderr[-3000:]}")
    shutil.rmtree(out, ignore_errors=True)
    made.rename(out)
    folder = next(one for one in out.iterdir() if one.is_dir())
    elf.close_gaps(folder)
    own_files.write(folder)
    return folder


def scanned(folder: Path) -> None:
    """Refused when the bundle holds what must not be shipped."""
    found = scan.scan(folder, [*scan.builders_folders(), str(ENVIRONMENT)])
    if found:
        raise Refused("\n".join(["The bundle may not be shipped:", *found]))
    say(f"{folder.name}: nothing in it that may not be shipped")


def linux(release_key: Path | None) -> Path:
    """The bundle for this system's Linux."""
    folder = freeze(SPEC, LINUX, bundle.BUILD / "linux-work", release_key)
    scanned(folder)
    return folder


def measured(folder: Path) -> None:
    """Say how large the Linux bundle is, and how fast, beside an empty window's."""
    empty = freeze(EMPTY, bundle.BUILD / "empty", bundle.BUILD / "empty-work")
    for words, of in (("on disk", measure.size), ("packed", measure.packed)):
        ours, bare = of(folder), of(empty)
        say(
            f"{words}: {ours / _MIB:.0f} MiB, an empty PySide6 window "
            f"{bare / _MIB:.0f} MiB: {ours / bare:.2f} times"
        )
    if shutil.which("Xvfb") is None:
        say("start-up: not measured, there is no Xvfb")
        return
    frozen, plain = measure.starts(
        [
            [str(folder / "gridapp"), "--data"],
            [str(ENVIRONMENT / "bin" / "python"), "-m", "gridapp", "--data"],
        ]
    )
    say(
        f"window after {frozen:.2f} s, not frozen {plain:.2f} s: "
        f"{frozen / plain:.2f} times"
    )


def windows(release_key: Path | None) -> list[Path]:
    """The bundle for Windows, its Setup.exe and its MSI."""
    from installer import setup_exe
    from installer import windows as frozen

    folder = frozen.build(release_key=release_key)
    scanned(folder)
    made = [setup_exe.build(folder, OUT)]
    if shutil.which("wixl"):
        from installer import msi

        made.append(msi.build(folder, OUT))
    return made


def twice(release_key: Path | None) -> None:
    """Build the Linux bundle in two folders; Refused with what differs."""
    one, other = (
        freeze(
            SPEC,
            bundle.BUILD / "twice" / name / "out",
            bundle.BUILD / "twice" / name / "work",
            release_key,
        )
        for name in ("one", "another folder")
    )
    found = same.differences(one, other)
    if found:
        raise Refused("\n".join(["Two builds differ:", *found]))
    say("two builds in different folders: every file is the same")


def sums() -> None:
    """Write SHA256SUMS of what was made, as sha256sum reads it."""
    files = sorted(
        one for one in OUT.iterdir() if one.is_file() and one.name != "SHA256SUMS"
    )
    lines = [
        f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}" for one in files
    ]
    (OUT / "SHA256SUMS").write_text("\n".join([*lines, ""]), "utf-8")
    for line, file in zip(lines, files, strict=True):
        say(f"{line}  {file.stat().st_size / _MIB:.1f} MiB")


def wanted_here(targets: Sequence[str]) -> list[str]:
    """`targets`, or all that this system can build."""
    if "all" not in targets and targets:
        return list(dict.fromkeys(targets))
    return ["windows"] if sys.platform == "win32" else list(TARGETS)


@click.command()
@click.argument("targets", nargs=-1, type=click.Choice(("all", *TARGETS)))
@click.option(
    "--release-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The public release key: updates signed by it are taken. None: no updates.",
)
@click.option("--allow-dirty", is_flag=True, help="Build what is not committed, too.")
@click.option("--twice", "compare", is_flag=True, help="Only see if two builds agree.")
@click.option("--measure", "sizes", is_flag=True, help="Sizes and start-up as well.")
def main(
    targets: tuple[str, ...],
    release_key: Path | None,
    *,
    allow_dirty: bool,
    compare: bool,
    sizes: bool,
) -> None:
    """Build the installers of this checkout."""
    if not allow_dirty:
        refuse_changes()
    settle()
    if compare:
        twice(release_key)
        return
    OUT.mkdir(parents=True, exist_ok=True)
    chosen = wanted_here(targets)
    if "linux" in chosen or "deb" in chosen:
        folder = linux(release_key)
        if sizes:
            measured(folder)
        if "deb" in chosen:
            from installer import deb

            deb.build(folder, OUT)
    if "windows" in chosen:
        windows(release_key)
    sums()


if __name__ == "__main__":
    main()
