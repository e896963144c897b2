"""Which program this is, as far as an update asks: version, system, release keys."""

from __future__ import annotations

import base64
import binascii
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import gridapp
from gridapp import paths
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.update.file import (
    DEBIAN,
    KEY_BYTES,
    WINDOWS,
    BadUpdate,
    Head,
    numbers,
    other_system,
    prove,
)

KEYS_FILE = "release-keys.txt"  # in resources
DEBIAN_FOLDER = Path("/opt/apps/org.gridapp.client/files")
_AMD64 = ("amd64", "x86_64")


@dataclass(frozen=True)
class Program:
    """The program that is to be updated.

    `platform` is "" when it was not installed; `launch` starts it again, `keys` are the
    public halves of the release keys it believes.
    """

    version: str
    platform: str
    folder: Path
    keys: Sequence[bytes]
    launch: Sequence[str]

    @property
    def refusal(self) -> str:
        """Why this program takes no updates; "" when it does."""
        if not self.keys:
            return tr("这份程序里没有发布者的公钥，不能自己更新；请用县里发的安装程序")
        if not self.platform:
            return tr("这份程序不是用安装程序装的，不能自己更新")
        return ""

    def check(self, head: Head) -> None:
        """BadUpdate unless this program may be replaced by that update."""
        if self.refusal:
            raise BadUpdate("off", self.refusal)
        prove(head, self.keys)
        told = head.manifest
        if told.platform != self.platform:
            raise other_system()
        own, new = numbers(self.version), numbers(told.version)
        if new == own:
            words = tr("现在已经是 {version}，不用更新", version=told.version)
            raise BadUpdate("same", words)
        if new < own:
            words = tr(
                "更新文件是 {version}，比现在的 {own} 旧，没有收下",
                version=told.version,
                own=self.version,
            )
            raise BadUpdate("older", words)
        if own < numbers(told.lowest):
            words = tr(
                "要先更新到 {lowest}，才能更新到 {version}；请向县里要 {lowest}",
                lowest=told.lowest,
                version=told.version,
            )
            raise BadUpdate("lowest", words)


def parse_keys(text: str) -> list[bytes]:
    """The keys in a file of release keys: one a line, base64, then what it is called;
    `#` begins a remark. ValueError when a line is none."""
    found: list[bytes] = []
    for line in text.splitlines():
        said = line.partition("#")[0].split()
        if said:
            try:
                key = base64.b64decode(said[0], validate=True)
            except binascii.Error as error:
                raise ValueError("a release key is base64") from error
            if len(key) != KEY_BYTES:
                raise ValueError(f"a release key has {KEY_BYTES} bytes")
            found.append(key)
    return found


def release_keys() -> list[bytes]:
    """The release keys that were built into this program; none in a checkout."""
    try:
        text = (paths.resources() / KEYS_FILE).read_text(encoding="utf-8")
        return parse_keys(text)
    except (OSError, ValueError) as error:
        words = tr("程序里的发布公钥读不出来，请重新安装程序，再更新")
        raise UserError(words) from error


def here() -> Program:
    """The program that runs now."""
    folder = Path(sys.executable).parent
    frozen = bool(getattr(sys, "frozen", False))
    launch = [sys.executable] if frozen else [sys.executable, "-m", "gridapp"]
    return Program(
        gridapp.__version__,
        _platform(folder) if frozen else "",
        folder,
        release_keys(),
        launch,
    )


def _platform(folder: Path) -> str:
    if platform.machine().lower() not in _AMD64:
        return ""
    if sys.platform == "win32":
        return WINDOWS
    return DEBIAN if folder == DEBIAN_FOLDER else ""
