"""The file of the key slots, kept twice: its loss would be the loss of everything.

`vault.json` counts; `vault.json.bak` beside it has the same content and is read when
the first is missing or damaged. The copy is written first: whoever is killed between
the two finds the old state in the file that counts. A checksum tells damage, so that a
flipped bit is not taken for a wrong password.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from gridapp.durable import write_whole
from gridapp.errors import UserError
from gridapp.language import tr

T = TypeVar("T")

FORMAT = 3
COPY = ".bak"  # after the name of the file
_SUM = "sum"
_LOCK = ".lock"
_PATIENCE = 10.0  # seconds to wait for another program that is writing it
_BROKEN = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def exists(path: Path) -> bool:
    """Whether the file is there, or its copy."""
    return path.exists() or copy_of(path).exists()


def copy_of(path: Path) -> Path:
    """The second copy of a file."""
    return path.with_name(path.name + COPY)


def read(path: Path, parsed: Callable[[dict[str, Any]], T]) -> T:
    """What `parsed` makes of the content, or of that of the copy.

    `parsed` raises ValueError, KeyError or TypeError where the content is damaged.
    UserError when both are damaged or not there, or the file is of a newer program.
    """
    try:
        return parsed(_content(path))
    except (*_BROKEN, FileNotFoundError) as error:
        if not exists(path):
            words = tr("密钥文件 {name} 不见了，请从备份恢复", name=path.name)
            raise UserError(words) from error
        with suppress(*_BROKEN, FileNotFoundError):
            return parsed(_content(copy_of(path)))
        raise UserError(
            tr(
                "密钥文件 {name} 和它的副本都已损坏，请用 gridapp restore 恢复备份",
                name=path.name,
            )
        ) from error


def mend(path: Path, parsed: Callable[[dict[str, Any]], object]) -> bool:
    """Make both copies alike again; whether the file that counts was damaged."""
    if _alike(path, parsed):
        return False
    with changing(path):
        try:
            parsed(_content(path))
        except (*_BROKEN, FileNotFoundError):
            write_whole(path, copy_of(path).read_bytes())
            return True
        write_whole(copy_of(path), path.read_bytes())
        return False


def _alike(path: Path, parsed: Callable[[dict[str, Any]], object]) -> bool:
    """Whether both copies are whole and the same."""
    with suppress(*_BROKEN, OSError):
        parsed(_content(path))
        return copy_of(path).read_bytes() == path.read_bytes()
    return False


def write(path: Path, content: dict[str, Any]) -> None:
    """Replace both copies, each wholly or not at all; call it inside `changing`."""
    whole = {"format": FORMAT, **content}
    raw = json.dumps({**whole, _SUM: _sum_of(whole)}).encode()
    write_whole(copy_of(path), raw)
    write_whole(path, raw)


def remove(path: Path) -> None:
    """Remove the file and all that stands beside it."""
    for one in (path, copy_of(path), path.with_name(path.name + _LOCK)):
        one.unlink(missing_ok=True)


@contextmanager
def changing(path: Path) -> Generator[None]:
    """Alone among all programs while the slots are read and written back."""
    from filelock import FileLock, Timeout  # slow to import, and seldom needed

    lock = FileLock(path.with_name(path.name + _LOCK), timeout=_PATIENCE, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise UserError(tr("另一个程序正占用密钥文件，请关掉它后再试")) from error
    try:
        yield
    finally:
        lock.release()


def _content(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    if content["format"] > FORMAT:
        raise UserError(tr("这份数据由更新版本的程序建立，请先升级程序再打开"))
    told = content.pop(_SUM, "")
    if content["format"] == FORMAT and told != _sum_of(content):
        raise ValueError("not what was written")
    return content


def _sum_of(content: dict[str, Any]) -> str:
    """SHA-256 of a content without its sum: it tells damage, not a forger."""
    plain = json.dumps(content, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()
