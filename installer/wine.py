"""Windows programs on Debian: Wine's prefix, and stand-ins for what Wine 8 lacks.

The stand-ins (for Qt and for libraries written in Rust) are for building and
for tests only, and never shipped: `windows.py` takes them out of
the bundle and compares every program with its wheel; `scan.py` refuses them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Thread

SOURCES = Path(__file__).parent / "shims"
COMPILER = "x86_64-w64-mingw32-gcc-win32"
# What Debian's start script says where only 64-bit programs run.
_NO_32_BITS = re.compile("wine32|multiarch|^apt-get install")
STAND_INS = ("bcryptprimitives.dll", "icuuc.dll", "mscms.dll")


class Wine:
    """One prefix (a Windows disk with its registry) and programs run in it."""

    def __init__(self, prefix: Path) -> None:
        self.prefix = prefix.resolve()
        self.home = self.prefix.with_name(self.prefix.name + ".home")

    @property
    def drive(self) -> Path:
        """The folder that is C: inside."""
        return self.prefix / "drive_c"

    def make(self) -> Wine:
        """The prefix, made when it is not there: Windows 10 with our stand-ins."""
        self.home.mkdir(parents=True, exist_ok=True)
        if (self.prefix / "made").exists():
            return self
        shutil.rmtree(self.prefix, ignore_errors=True)
        self.prefix.mkdir(parents=True)
        for command in (["wineboot", "-i"], ["winecfg", "-v", "win10"]):
            self.run(command, seconds=300)
        for name in STAND_INS:
            source = SOURCES / Path(name).with_suffix(".c").name
            _compile(source, self.drive / "windows/system32" / name)
        self.settle()
        (self.prefix / "made").touch()
        return self

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """What a program of this prefix is started with; a screen is asked of Xvfb."""
        return {
            **os.environ,
            "HOME": str(self.home),  # Wine puts Desktop and Documents there
            "WINEPREFIX": str(self.prefix),
            "LC_ALL": "C.UTF-8",  # what programs print
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml,wbemprox=;winemenubuilder.exe,"
            "winedbg.exe=d;bcryptprimitives,icuuc,mscms=n,b",
            **(more or {}),
        }

    def run(
        self,
        command: Sequence[str | Path],
        *,
        seconds: float = 600,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """What a Windows program said and how it ended; no keyboard is given to it."""
        process = subprocess.Popen(
            ["wine", *map(str, command)],
            env=self.environment(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        said = bytearray()
        reader = Thread(target=_listen, args=(process, said), daemon=True)
        reader.start()
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        finally:
            # Wine's own desktop, started by the way, may hold the pipe for good.
            reader.join(1)
        words = said.decode("utf-8", errors="replace")
        lines = words.replace("\r\n", "\n").splitlines(keepends=True)
        return subprocess.CompletedProcess(
            process.args,
            code,
            stdout="".join(one for one in lines if not _NO_32_BITS.search(one)),
        )

    def settle(self, seconds: float = 300) -> None:
        """Waits until the registry is on the disk and no program runs any more;
        subprocess.TimeoutExpired when one still does after `seconds`."""
        waits = ["wineserver", "-w"]
        subprocess.run(waits, env=self.environment(), check=False, timeout=seconds)


def windows_path(path: Path) -> str:
    """The path of a file of this machine as a Windows program sees it (drive Z:)."""
    return "Z:" + str(path.resolve()).replace("/", "\\")


def _listen(process: subprocess.Popen[bytes], said: bytearray) -> None:
    if process.stdout is not None:
        with process.stdout as pipe:
            while some := os.read(pipe.fileno(), 65536):
                said += some


def _compile(source: Path, out: Path) -> None:
    subprocess.run(
        [COMPILER, "-shared", "-O1", "-s", "-o", str(out), str(source)]
        + ["-ladvapi32"],
        check=True,
        capture_output=True,
    )
