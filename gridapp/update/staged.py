"""What waits in `updates/` beside the data: an update, and what became of the last one.

An update has its name there only when it is whole and proved. It is proved again right
before it runs. `applying.json` is there from before an installer is started until the
program that starts next has judged what came of it.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from gridapp import durable
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.update import file as update_file
from gridapp.update.file import BadUpdate, Head, Manifest
from gridapp.update.program import Program
from gridapp.update.waiting import APPLYING, FOLDER, RUN, STATE

_FETCHING = ".fetching"  # how the name of a file ends that comes over a line
_MOST_KEPT = 20  # updates that did not come in
_LONGEST = 600.0  # seconds that an installer may take
_TRIES = 2  # of an update whose installer was never seen to start
NOBODY_HEARD, NOT_STARTED = -1, -2  # how an installer ended
ROOM = 3  # times the size of an update: itself, its copy, and what it unpacks
Step = Callable[[int, int], object]
M = TypeVar("M", bound=msgspec.Struct)


class Failed(msgspec.Struct, frozen=True):
    """An update that did not come in; `code` is how its installer ended."""

    id: str  # of its Head
    version: str
    code: int
    at: str


class Outcome(msgspec.Struct, frozen=True):
    """What became of the last one, until a person has been told."""

    version: str
    before: str
    good: bool
    code: int
    notes: dict[str, str]


class Attempt(msgspec.Struct, frozen=True):
    """An installer that was started; `pid` 0 until it was."""

    id: str
    version: str
    before: str
    at: float  # seconds since 1970
    pid: int
    tries: int
    notes: dict[str, str]


class State(msgspec.Struct):
    """What is remembered. `offered` is the manifest that the county told last, at
    `asked_at` (ISO 8601); `untold` a failure that it does not know yet."""

    asked_at: str = ""
    offered: Manifest | None = None
    fetched: str = ""  # id of the update that came from the county
    failed: list[Failed] = []
    untold: str = ""
    outcome: Outcome | None = None


class Updates:
    """The updates of one program beside one folder of data."""

    def __init__(self, data: Path, program: Program) -> None:
        self.data = data.absolute()  # an installer runs in a folder of its own
        self.program = program
        self.folder = self.data / FOLDER

    def state(self) -> State:
        """What is remembered; nothing, when that file is damaged."""
        return of(self.data)

    def keep(self, state: State) -> None:
        """Remember. Raises OSError."""
        durable.make_folder(self.folder)
        _keep(self.data, state)

    def take(self, source: Path, step: Step | None = None) -> Manifest:
        """Take an update from a file, whole or not at all; it takes the place of one
        that waits. UserError in words when it is not for this program."""
        try:
            with source.open("rb") as opened:
                head = update_file.read_head(opened)
                self.program.check(head)
                self.check_room(head)
                with durable.whole_file(self.file_of(head)) as out:
                    out.write(head.raw)
                    update_file.copy_installer(opened, head, out, step)
        except OSError as error:
            raise _of_disk(error) from error
        self._only(head)
        return head.manifest

    def check_room(self, head: Head) -> None:
        """UserError unless the disk has room to take and to apply it. Makes the folder.
        Raises OSError."""
        durable.make_folder(self.folder)
        free = shutil.disk_usage(self.folder).free
        if free < ROOM * head.manifest.size:
            words = tr(
                "磁盘空间不够放更新：还要空出 {more:,} MB，请清理后再试",
                more=((ROOM * head.manifest.size - free) >> 20) + 1,
            )
            raise UserError(words)

    def file_of(self, head: Head) -> Path:
        """Where an update waits."""
        return self.folder / head.manifest.name

    def part_of(self, head: Head) -> Path:
        """Where the bytes of it are gathered that come over a line."""
        return self.folder / f"{head.id}{_FETCHING}"

    def _parts(self) -> list[Path]:
        return list(self.folder.glob(f"*{_FETCHING}"))

    @property
    def is_fetching(self) -> bool:
        """Whether a part of one is here that came over a line."""
        return bool(self._parts())

    def forget_parts(self, but: Head | None) -> None:
        """Let go what came of updates that are not wanted any more. Raises OSError."""
        for path in self._parts():
            if but is None or path != self.part_of(but):
                path.unlink(missing_ok=True)

    def finish_part(self, head: Head) -> Manifest:
        """Take what was gathered, when it is whole; BadUpdate, and it is gone, when it
        is another than its head says. Raises OSError."""
        part = self.part_of(head)
        try:
            with part.open("rb") as opened:
                if update_file.read_head(opened).raw != head.raw:
                    raise update_file.damaged()
                update_file.copy_installer(opened, head, _Nowhere())
        except BadUpdate:
            part.unlink(missing_ok=True)
            raise
        durable.take_place(part, self.file_of(head))
        self._only(head)
        return head.manifest

    def ready(self) -> Head | None:
        """The update that waits for this program; one that waits for it no more, as it
        is in by now, is removed."""
        found: list[Head] = []
        for path in sorted(self.folder.glob(f"*{update_file.SUFFIX}")):
            try:
                with path.open("rb") as opened:
                    head = update_file.read_head(opened)
                if path != self.file_of(head):
                    raise update_file.damaged()
                self.program.check(head)
            except BadUpdate as refused:
                if refused.code != "off":  # by a program that takes none at all
                    with suppress(OSError):
                        path.unlink()
            except OSError:
                continue
            else:
                found.append(head)
        return max(
            found,
            key=lambda one: update_file.numbers(one.manifest.version),
            default=None,
        )

    def failed_before(self, head: Head) -> Failed | None:
        """How that update failed here, if it did: it is not tried again by itself."""
        return next((one for one in self.state().failed if one.id == head.id), None)

    def drop(self) -> None:
        """Let go what waits, and what of it came so far. Raises OSError."""
        for path in (*self.folder.glob(f"*{update_file.SUFFIX}"), *self._parts()):
            path.unlink(missing_ok=True)

    def _only(self, head: Head) -> None:
        """Let go what waited before, and forget that this one failed: whoever takes it
        again wants it tried again."""
        for path in self.folder.glob(f"*{update_file.SUFFIX}"):
            if path != self.file_of(head):
                path.unlink(missing_ok=True)
        state = self.state()
        if any(one.id == head.id for one in state.failed):
            state.failed = [one for one in state.failed if one.id != head.id]
            self.keep(state)

    def prepared(self, head: Head) -> Path:
        """A copy of the installer in a folder of its own, proved while it was copied,
        so that nobody changes it between the look and the run. Raises OSError."""
        run = Path(tempfile.mkdtemp(prefix=RUN, dir=self.folder))
        installer = self._copied(self.file_of(head), run)
        installer.chmod(0o700)
        return installer

    def unpacked(self, source: Path) -> Path:
        """The installer out of a file, in the folder of the data, for a helper that
        runs with more rights than whoever brought the file. UserError in words."""
        try:
            return self._copied(source, self.data)
        except OSError as error:
            raise _of_disk(error) from error

    def _copied(self, source: Path, folder: Path) -> Path:
        """Read once: what is proved is what is written."""
        with source.open("rb") as opened:
            head = update_file.read_head(opened)
            self.program.check(head)
            target = folder / head.manifest.installer
            with durable.whole_file(target) as out:
                update_file.copy_installer(opened, head, out)
        return target

    def attempt(self) -> Attempt | None:
        """The installer that was started last, as long as nobody has judged it."""
        return _read(self.folder / APPLYING, Attempt)

    def begin(self, head: Head) -> Attempt:
        """Note, before an installer is started, that it will be. Raises OSError."""
        before = self.attempt()
        again = before.tries if before and before.id == head.id else 0
        told = head.manifest
        made = Attempt(
            head.id,
            told.version,
            self.program.version,
            time.time(),
            0,
            again + 1,
            told.notes,
        )
        self._note(made)
        return made

    def began(self, attempt: Attempt, pid: int) -> None:
        """Note that it was started. Raises OSError."""
        self._note(msgspec.structs.replace(attempt, pid=pid))

    def _note(self, attempt: Attempt) -> None:
        durable.write_whole(self.folder / APPLYING, msgspec.json.encode(attempt))

    def running(self) -> bool:
        """Whether an installer is at work now."""
        found = self.attempt()
        if found is None or not found.pid or found.pid == os.getpid():
            return False
        return 0 <= time.time() - found.at < _LONGEST and _is_alive(found.pid)

    def judge(self, code: int = NOBODY_HEARD) -> Outcome | None:
        """What became of the installer that was started last; None when there was none,
        or it was never seen to start and may be tried once more. Raises OSError.

        The version that runs now decides; `code`, how the installer ended, only says
        why not. May be cut off anywhere and called again.
        """
        for left in self.folder.glob(f"{RUN}*"):
            shutil.rmtree(left, ignore_errors=True)  # Windows keeps what still runs
        found = self.attempt()
        if found is None:
            return self.state().outcome
        good = found.version == self.program.version
        if not good and not found.pid and code == NOBODY_HEARD and found.tries < _TRIES:
            return None
        self._conclude(found, code, good=good)
        (self.folder / APPLYING).unlink(missing_ok=True)
        self.ready()  # what is in by now waits no more
        return self.state().outcome

    def not_started(self, head: Head) -> None:
        """Note that its installer cannot be started here, so that it is not tried at
        every start and the county learns of it. Raises OSError."""
        told = head.manifest
        own = self.program.version
        made = Attempt(head.id, told.version, own, time.time(), 0, 0, told.notes)
        self._conclude(made, NOT_STARTED, good=False)

    def _conclude(self, one: Attempt, code: int, *, good: bool) -> None:
        """Remember what became of an update."""
        state = self.state()
        state.outcome = Outcome(one.version, one.before, good, code, one.notes)
        if good:
            state.failed, state.untold = [], ""
        else:
            kept = [past for past in state.failed if past.id != one.id]
            failed = Failed(one.id, one.version, code, _now())
            state.failed = [*kept, failed][-_MOST_KEPT:]
            state.untold = f"{one.version} {code}"
        self.keep(state)

    def told_person(self) -> None:
        """The person knows what became of it. Raises OSError."""
        state = self.state()
        if state.outcome is not None:
            state.outcome = None
            self.keep(state)


class _Nowhere:
    """Where bytes go that are only looked at."""

    def write(self, piece: bytes, /) -> int:
        return len(piece)


def _read(path: Path, kind: type[M]) -> M | None:
    """What a small file says; None when it is not there or damaged."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _of_disk(error: OSError) -> UserError:
    return UserError(
        tr(
            "更新文件没有收下（{why}）。请检查 U 盘和磁盘空间后再试",
            why=error.strerror or type(error).__name__,
        )
    )


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def _is_alive(pid: int) -> bool:
    """Whether a process of that number runs."""
    if sys.platform == "win32":
        import ctypes

        known, still = 0x1000, 259  # PROCESS_QUERY_LIMITED_INFORMATION, STILL_ACTIVE
        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(known, 0, pid)
        if not handle:
            return False
        code = ctypes.c_ulong()
        kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel.CloseHandle(handle)
        return code.value == still
    try:
        told = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return False
    return told.rpartition(")")[2].split()[0] != "Z"  # proc(5): ended, not collected


def of(data: Path) -> State:
    """What is remembered beside these data, whatever program asks."""
    return _read(data / FOLDER / STATE, State) or State()


def note_told(data: Path, failure: str) -> None:
    """The county knows of that failure. Raises OSError."""
    state = of(data)
    if state.untold == failure:
        state.untold = ""
        _keep(data, state)


def _keep(data: Path, state: State) -> None:
    durable.write_whole(data / FOLDER / STATE, msgspec.json.encode(state))
