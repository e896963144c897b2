"""A Windows machine of the tests: a Wine prefix, and small versions of the program."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from installer import bundle, setup_exe
from installer.wine import COMPILER, Wine

FROZEN = bundle.BUILD / "windows" / "gridapp"  # the program itself
_LARGE = 200 << 20  # bytes
PASSWORD = "测试用的密码 1"
PAYLOAD = Path(__file__).with_name("payload.c")
UNINSTALL = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\gridapp"
RUN_ONCE = r"Software\Microsoft\Windows\CurrentVersion\RunOnce"


class Windows:
    """What a test asks of the machine; paths are those of this system."""

    def __init__(self, wine: Wine) -> None:
        self.wine = wine
        self.folder = Path()  # where a test has put the program
        # As long as somebody is there Windows stays up: each program starts sooner.
        self._somebody = self.start("cmd", stdin=subprocess.PIPE)
        user = wine.run(["cmd", "/c", "echo %USERNAME%"]).stdout.strip()
        self.local = wine.drive / "users" / user / "AppData/Local"
        self.data = self.local / "gridapp"
        self.common = wine.drive / "ProgramData/gridapp"

    def program(self, machine: bool = False) -> Path:
        """The install folder when nobody chose another."""
        return (
            self.wine.drive / "Program Files/gridapp"
            if machine
            else self.local / "Programs/gridapp"
        )

    def run(self, *command: str | Path, seconds: float = 120) -> int:
        """Runs a Windows program to its end; its exit code."""
        return self.wine.run(list(command), seconds=seconds).returncode

    def shut_down(self) -> None:
        """Ends what keeps Windows up, and waits for everything that still runs."""
        self._somebody.communicate(timeout=30)
        self.wine.settle()

    def start(
        self, *command: str | Path, stdin: int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        """Starts a Windows program and leaves it running."""
        return subprocess.Popen(
            ["wine", *map(str, command)],
            env=self.wine.environment(),
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def value(self, key: str, name: str = "", root: str = "HKCU") -> str | None:
        """A value of the registry, None when there is none."""
        answer = self.wine.run(
            ["reg", "query", f"{root}\\{key}", *(["/v", name] if name else ["/ve"])]
            + ["/reg:64"]
        )
        found = re.search(r"REG_\w+ +(.*)", answer.stdout)
        return found[1].strip() if found and answer.returncode == 0 else None

    def shortcuts(self) -> list[Path]:
        """Every link to the program, on desktop and Start menu."""
        places = [self.wine.home, self.wine.drive / "users", self.common.parent]
        names = {"网格日志.lnk", "Grid Journal.lnk"}
        found = [p for where in places for p in where.rglob("*.lnk") if p.name in names]
        return sorted({path.resolve() for path in found})

    def uninstall(self, folder: Path, *switches: str) -> int:
        """Runs the uninstaller, which goes on after its first process has ended."""
        code = self.run(folder / "Uninstall.exe", "/S", *switches)
        self.quiet("~nsu", "Un.exe", "Un_A.exe")
        return code

    def quiet(self, *words: str, seconds: float = 60) -> None:
        """Waits until no program of this machine runs with one of the words."""
        end = time.monotonic() + seconds
        while self._programs(*words):
            if time.monotonic() > end:
                raise TimeoutError(f"still running: {words}")
            time.sleep(0.05)

    def _programs(self, *words: str) -> list[int]:
        prefix = f"WINEPREFIX={self.wine.prefix}".encode()
        found: list[int] = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = _told(process, "cmdline").decode(errors="replace")
                if any(word in command for word in words) and prefix in (
                    _told(process, "environ").split(b"\0")
                ):
                    found.append(int(process.name))
            except OSError:  # it has just ended
                continue
        return found

    def uninstall_is_refused(self, folder: Path) -> bool:
        """Whether the uninstaller leaves a program alone that runs."""
        before = files(folder)
        # In place: otherwise it hands over to a copy and its exit code is lost.
        here = folder / "Uninstall.exe"
        code = self.run(here, "/S", f"_?={self.inside(folder)}")
        return code == 5 and files(folder) == before

    def inside(self, path: Path) -> str:
        """The path of a file on drive C: as a Windows program says it."""
        return "C:\\" + str(path.relative_to(self.wine.drive)).replace("/", "\\")

    def log_in(self) -> bool:
        """Does what Windows does with RunOnce at the next log-in."""
        command = self.value(RUN_ONCE, "gridapp")
        assert command is not None
        self.wine.run(["reg", "delete", f"HKCU\\{RUN_ONCE}", "/v", "gridapp", "/f"])
        parts = re.fullmatch('"(.+?)" (.+)', command)
        assert parts is not None
        return self.run(parts[1], *parts[2].split(" ", 2)) == 0

    @staticmethod
    def ends(process: subprocess.Popen[bytes], seconds: float) -> int:
        """The exit code; TimeoutError when it has not ended after `seconds`."""
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise TimeoutError from None

    @contextmanager
    def running(self, program: Path, held: Path | None = None) -> Generator[None]:
        """The program runs as long as the block does, and keeps a folder if told."""
        folder = [] if held is None else [self.inside(held)]
        process = self.start(program, "hold", *folder)
        begun = program.parent / "held"
        end = time.monotonic() + 60
        while not begun.exists():
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.02)
        try:
            yield
        finally:
            (program.parent / "release").touch()
            process.wait(30)
            (program.parent / "release").unlink()
            begun.unlink()

    def kill_when(
        self, moment: Callable[[], bool], *command: str | Path, seconds: float = 60
    ) -> None:
        """Starts Setup and stops everything dead as soon as `moment` has come."""
        process = self.start_until(moment, *command, seconds=seconds)
        while numbers := self._programs("gridapp-cli.exe", "-setup.exe"):
            for number in numbers:
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            process.poll()
        process.wait(30)

    def start_until(
        self, moment: Callable[[], bool], *command: str | Path, seconds: float = 60
    ) -> subprocess.Popen[bytes]:
        """Starts Setup and leaves it running once `moment` has come."""
        process = self.start(*command)
        end = time.monotonic() + seconds
        while not moment():
            if process.poll() is not None or time.monotonic() > end:
                raise AssertionError("the moment did not come")
            time.sleep(0.005)
        return process

    def clear(self) -> None:
        """Takes everything off that a test before has left."""
        for root in ("HKCU", "HKLM"):
            for key in (UNINSTALL, r"Software\gridapp", r"Software\Classes\.gridpkg"):
                self.wine.run(["reg", "delete", f"{root}\\{key}", "/f", "/reg:64"])
        for folder in (self.program(), self.program(True), self.data, self.common):
            shutil.rmtree(folder, ignore_errors=True)
        for link in self.shortcuts():
            link.unlink()


def _told(process: Path, name: str) -> bytes:
    """What Linux tells of a process; one that is just becoming another program tells
    nothing and is asked again: overlooked, it would live on and hold Windows up."""
    for _ in range(200):
        if said := (process / name).read_bytes():
            return said
        (process / "exe").readlink()  # none: it has ended, or is Linux's own
        time.sleep(0.001)
    return b""


def call(windows: Windows, *words: str | Path) -> str:
    """What the program's own gridapp-cli.exe says; it must succeed."""
    done = windows.wine.run(
        [windows.folder / "gridapp-cli.exe", *words],
        env={"GRIDAPP_PASSWORD": PASSWORD},
        seconds=300,
    )
    assert done.returncode == 0, done.stdout
    assert "Traceback" not in done.stdout
    return done.stdout


def payload(folder: Path, version: str, verdict: int = 0) -> Path:
    """A bundle of the stand-in program, whose self-check ends with `verdict`."""
    internal = folder / "_internal"
    internal.mkdir(parents=True)
    for name in ("gridapp.exe", "gridapp-cli.exe"):
        subprocess.run(
            [COMPILER, "-municode", "-Os", "-s", f'-DVERSION="{version}"']
            + ["-o", str(folder / name), str(PAYLOAD)],
            check=True,
        )
    (internal / "verdict").write_text(str(verdict))
    (internal / f"only-in-{version}").touch()
    (internal / "数据 文件.txt").write_text("x" * 100, "utf-8")
    return folder


def setup(folder: Path, version: str, verdict: int = 0, wait: bool = False) -> Path:
    """Setup.exe of a stand-in program of that version, made below `folder`."""
    program = payload(folder / f"{version}-{verdict}-{wait}", version, verdict)
    if wait:  # takes so long to unpack that a test can come between
        (program / "_internal/wait").touch()
        with (program / "_internal/large").open("wb") as large:
            large.truncate(_LARGE)
    return setup_exe.build(program, program.with_name(program.name + ".out"), version)


def version_of(windows: Windows, folder: Path) -> str:
    """What the installed program says it is, run for it."""
    said = windows.wine.run([folder / "gridapp-cli.exe", "--version"]).stdout
    return said.strip()


def files(folder: Path) -> set[str]:
    """The names of every file below a folder."""
    return {
        os.path.relpath(path, folder) for path in folder.rglob("*") if path.is_file()
    }
