"""A disk that loses what was not synced when the power goes.

`Recorder` writes down every change that a process makes to a folder. `cut` makes the
folder as a disk could hold it when the power went after some of them: what was synced
is there; of each file's later writes any part may be, page by page and one page torn
at a sector, in any order; of the changes of names (new, renamed, removed) the first
few, as a journalling file system keeps their order; a name counts as synced only once
its folder was. That is less than ext4, XFS or NTFS promise, which also keep all earlier
changes of names when any file is synced.

Changes through mapped memory are not seen: SQLite makes them in its `-shm` file alone,
which it makes anew after a crash, so that it is left out.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from pathlib import Path

from tests.vault_faults.syscalls import Call
from tests.vault_faults.watched import GO_ON, Answer, Rule

PAGE, SECTOR = 4096, 512
LEFT_OUT = "-shm"


@dataclass
class Step:
    """One change, or a line that was said between them ("said")."""

    sort: str
    path: str = ""
    target: str = ""
    offset: int = 0
    data: bytes = b""
    length: int = 0


class Recorder(Rule):
    """Writes down what a process changes in a folder, and what it says."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def call(self, call: Call) -> Answer:
        if call.sort == "lock" or call.path.endswith(LEFT_OUT):
            return GO_ON
        step = Step(call.sort, call.path)
        if call.sort == "open":
            if not call.changes:
                return GO_ON
            there = os.path.lexists(call.path)
            step.sort = "truncate" if there else "create"
        elif call.sort == "write":
            step.offset, step.data = call.offset, call.data
        elif call.sort in ("truncate", "allocate"):
            step.length = call.length
            if call.sort == "allocate":
                step.offset = call.offset
        elif call.sort in ("rename", "link"):
            step.target = call.target
        if call.sort in ("rename", "unlink", "link") and not os.path.lexists(call.path):
            return GO_ON
        if call.sort == "mkdir" and os.path.lexists(call.path):
            return GO_ON
        self.steps.append(step)
        return GO_ON

    def said(self, line: str) -> None:
        self.steps.append(Step("said", line))


@dataclass
class File:
    """One file: what is safe of it, and what was done to it since."""

    safe: bytes = b""
    later: list[Step] = field(default_factory=list)

    def content(self, rng: random.Random | None) -> bytes:
        """What it holds after a cut; all that was done to it when `rng` is None."""
        kept = bytearray(self.safe)
        share = 1.0 if rng is None else rng.choice((0.0, 0.5, 0.9, 1.0))
        torn = None if rng is None or not self.later else rng.choice(self.later)
        for step in self.later:
            if step.sort == "truncate":
                if rng is None or rng.random() < share:
                    _resize(kept, step.length)
            elif step.sort == "allocate":
                if rng is None or rng.random() < share:
                    _resize(kept, max(len(kept), step.offset + step.length))
            else:
                _write(kept, step, rng, share, whole=step is not torn)
        return bytes(kept)


def _resize(kept: bytearray, size: int) -> None:
    if size < len(kept):
        del kept[size:]
    else:
        kept.extend(bytes(size - len(kept)))


def _write(
    kept: bytearray,
    step: Step,
    rng: random.Random | None,
    share: float,
    *,
    whole: bool,
) -> None:
    """Do the parts of a write that reached the disk: pages, or sectors if torn."""
    unit = PAGE if whole else SECTOR
    start, end = step.offset, step.offset + len(step.data)
    at = start
    while at < end:
        until = min(end, (at // unit + 1) * unit)
        if rng is None or rng.random() < share:
            if len(kept) < until:
                _resize(kept, until)
            kept[at:until] = step.data[at - start : until - start]
        at = until


class Disk:
    """A folder as a disk holds it: names that are safe, and changes of them since."""

    def __init__(self, folder: Path) -> None:
        self.root = str(folder)
        self.files: dict[str, File | None] = {}  # by name now; None: a folder
        for path in sorted(folder.rglob("*")):
            if not path.name.endswith(LEFT_OUT):
                whole = None if path.is_dir() else File(path.read_bytes())
                self.files[str(path)] = whole
        self.safe = dict(self.files)
        self.changes: list[tuple[set[str], dict[str, File | None]]] = []

    def move(self, there: str) -> None:
        """The same disk, but its folder is called otherwise."""
        here, self.root = len(self.root), there
        self.files = {there + name[here:]: file for name, file in self.files.items()}
        self.safe = dict(self.files)

    def do(self, step: Step) -> None:
        """Take one change."""
        if step.sort in ("write", "truncate", "allocate"):
            file = self.files.get(step.path)
            if file is not None:
                file.later.append(step)
        elif step.sort == "sync":
            self._sync(step.path)
        elif step.sort != "said":
            self._rename(step)

    def _sync(self, path: str) -> None:
        file = self.files.get(path)
        if file is not None:
            file.safe, file.later = file.content(None), []
        elif path == self.root or path in self.files:
            self._sync_names(path)

    def _sync_names(self, folder: str) -> None:
        """What was changed in that folder stays; so does all that came before."""
        last = 0
        for at, (folders, names) in enumerate(self.changes, 1):
            if folder in folders:
                self.safe, last = names, at
        del self.changes[:last]

    def _rename(self, step: Step) -> None:
        names = dict(self.files)
        if step.sort == "create":
            names[step.path] = File()
        elif step.sort == "mkdir":
            names[step.path] = None
        elif step.sort == "unlink":
            names.pop(step.path, None)
        elif step.sort in ("rename", "link"):
            for name in [n for n in names if n == step.path or _in(n, step.path)]:
                moved = names[name]
                if step.sort == "rename":
                    del names[name]
                names[step.target + name[len(step.path) :]] = moved
        self.files = names
        folders = {os.path.dirname(one) for one in (step.path, step.target) if one}
        self.changes.append((folders, dict(names)))

    def after_cut(self, out: Path, rng: random.Random | None) -> None:
        """Make in `out` what is there after a cut; all of it when `rng` is None."""
        names = self.files
        if rng is not None:
            left = rng.choice((0, len(self.changes), rng.randint(0, len(self.changes))))
            names = self.changes[left - 1][1] if left else self.safe
        for name in sorted(names):
            path = out / os.path.relpath(name, self.root)
            file = names[name]
            if file is None:
                path.mkdir(parents=True, exist_ok=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(file.content(rng))


def _in(name: str, folder: str) -> bool:
    return name.startswith(folder + "/")


def contents(folder: Path) -> dict[str, bytes | None]:
    """Every name in a folder with what it holds; None for a folder."""
    return {
        str(path.relative_to(folder)): None if path.is_dir() else path.read_bytes()
        for path in folder.rglob("*")
        if not path.name.endswith(LEFT_OUT)
    }
