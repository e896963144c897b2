"""Starts the installer of an update; then this program has to end at once.

The installer waits until nothing of the program runs, swaps it, looks whether the new
one is sound, puts the old one back if not, and starts the program again, which judges
what came of it (`staged.Updates.judge`).
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.update.file import WINDOWS, Head
from gridapp.update.staged import NOBODY_HEARD, NOT_STARTED, Outcome, Updates

HELPER = "gridapp-update"  # runs as root, beside the program (installer/deb.py)
# Where Setup keeps the version before while it swaps, and what it moves there.
_BEFORE, _PARTS = "gridapp.old", ("gridapp.exe", "gridapp-cli.exe", "_internal")
UPDATED = "--updated"  # says how the installer ended, to the program it starts
# Waits a minute at most until this program is gone, asks for an administrator's leave,
# and starts the program again whatever comes of it.
_SCRIPT = f"""n=0
while [ -d "/proc/$1" ] && [ $n -lt 300 ]; do sleep 0.2; n=$((n + 1)); done
pkexec "$2" "$3"; code=$?; shift 3; exec "$@" {UPDATED} "$code"
"""


@dataclass(frozen=True)
class Start:
    """What to do about updates when the program starts: tell what became of the last
    one, end at once because an installer is at work or was cut off, or apply the one
    that waits."""

    outcome: Outcome | None = None
    running: bool = False
    halfway: bool = False
    apply: Head | None = None


def at_start(updates: Updates, code: int | None = None) -> Start:
    """What to do now. Raises OSError.

    code: how the installer ended that has started this program. One that has failed
    here before is not applied by itself, and none right after another.
    """
    if code is None and updates.running():
        return Start(running=True)
    if _halfway(updates.program.folder):
        return Start(halfway=True)
    outcome = updates.judge(NOBODY_HEARD if code is None else code)
    head = None if code is not None or updates.program.refusal else updates.ready()
    if head is None or updates.failed_before(head) is not None:
        return Start(outcome)
    return Start(outcome, apply=head)


def _halfway(folder: Path) -> bool:
    """Whether Setup left files of two versions there, which the next log-in or Setup
    puts right (installer/nsis/swap.nsh): only then is it known which version came in.
    """
    before = folder / _BEFORE
    if (before / "swapped").exists():
        return False
    return any((before / name).exists() for name in _PARTS)


def start(updates: Updates) -> str:
    """Start the installer of the update that waits; its version. UserError when none
    waits or it cannot be started here; then nothing has changed."""
    head = updates.ready()
    if head is None:
        raise UserError(tr("没有等着的更新"))
    if updates.running():
        raise UserError(tr("正在更新程序，请过几分钟再打开"))
    check(updates, head)
    try:
        command, folder = _command(updates, head)
        attempt = updates.begin(head)
        pid = _detached(command, folder)
        updates.began(attempt, pid)
    except OSError as error:
        words = tr(
            "更新没有开始（{why}），现在的程序和资料都没有变，请再试一次",
            why=error.strerror or type(error).__name__,
        )
        raise UserError(words) from error
    return head.manifest.version


def _command(updates: Updates, head: Head) -> tuple[list[str], Path]:
    """The command that applies an update, and the folder to run it in."""
    if updates.program.platform == WINDOWS:
        installer = updates.prepared(head)
        return [str(installer), "/S", "/UPDATE"], installer.parent
    helper = updates.program.folder / HELPER
    file = updates.file_of(head)
    again = [*updates.program.launch, "--data", str(updates.data)]
    told = ["sh", str(os.getpid()), str(helper), str(file), *again]
    return ["/bin/sh", "-c", _SCRIPT, *told], updates.data


def by_administrator(updates: Updates, head: Head) -> str:
    """What an administrator has to do where this program may not."""
    if updates.program.platform == WINDOWS:
        return tr(
            "程序是管理员装的，要由管理员更新：请用管理员身份运行 {name} /ALLUSERS",
            name=head.manifest.installer,
        )
    file = str(updates.file_of(head))
    return tr(
        "要由管理员更新，请管理员在终端运行：{command}",
        command=shlex.join(["sudo", str(updates.program.folder / HELPER), file]),
    )


def check(updates: Updates, head: Head) -> None:
    """UserError when this person may not change the program: asking Windows for rights
    tells less than trying."""
    folder = updates.program.folder
    if updates.program.platform != WINDOWS:
        if shutil.which("pkexec") is None or not (folder / HELPER).exists():
            raise UserError(by_administrator(updates, head))
        return
    try:
        with tempfile.TemporaryFile(dir=folder):
            return
    except OSError as error:
        raise UserError(by_administrator(updates, head)) from error


def _detached(command: list[str], folder: Path) -> int:
    """Start a process that outlives this one; its number. Raises OSError."""
    flags = 0
    if sys.platform == "win32":
        group = subprocess.CREATE_NEW_PROCESS_GROUP
        flags = subprocess.DETACHED_PROCESS | group
    started = subprocess.Popen(
        command,
        cwd=folder,
        env=outside(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        close_fds=True,
        creationflags=flags,
        start_new_session=sys.platform != "win32",
    )
    started.returncode = 0  # it is nobody's child from here on: not to be waited for
    return started.pid


def outside(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment as it was before the bundle changed it (PyInstaller's manual,
    "Launching External Programs")."""
    made = {
        name: value
        for name, value in environment.items()
        if not name.startswith(("_PYI_", "_MEIPASS"))
    }
    was = made.pop("LD_LIBRARY_PATH_ORIG", None)
    if was is not None:
        made["LD_LIBRARY_PATH"] = was
    elif getattr(sys, "frozen", False):
        made.pop("LD_LIBRARY_PATH", None)
    return made | {"PYINSTALLER_RESET_ENVIRONMENT": "1"}


# What exit codes say, of Setup.exe (installer/nsis), of the helper and of pkexec(1).
_WHY = {
    3: tr("这台电脑的系统太旧，装不了新版本"),
    4: tr("电脑上已经装着更新的版本"),
    5: tr("程序还开着，没有换成"),
    6: tr("新版本没有通过检查，已换回旧版本"),
    9: tr("程序的文件夹写不进去，或磁盘满了"),
    11: tr("有文件一直被别的程序占着，请过一会儿再更新"),
    126: tr("没有得到管理员的同意"),
    127: tr("没有得到管理员的同意"),
    NOT_STARTED: tr("要由管理员更新，做法见“设置”里的“更新”"),
}


def why(code: int) -> str:
    """Why an update did not come in, by how its installer ended; "" when that says
    nothing to a person."""
    return _WHY.get(code, "")


def outcome_words(one: Outcome, news: str) -> str:
    """What became of an update, for the person; `news` is what is new in it."""
    if one.good:
        words = tr("已更新到 {version}", version=one.version)
        return tr("{words}：{news}", words=words, news=news) if news else words
    words = tr(
        "没有更新到 {version}，现在还是 {before}，资料没有改动",
        version=one.version,
        before=one.before,
    )
    reason = why(one.code)
    return tr("{words}。{why}", words=words, why=reason) if reason else words
