"""The bundle that `make installer` left, put where an ordinary user would find it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from installer import bundle

BUNDLE = bundle.BUILD / "linux" / "gridapp"
NOBODY = 65534


@dataclass(frozen=True)
class Frozen:
    """A copy of the bundle that nobody may write to, and a home for who runs it."""

    folder: Path
    home: Path

    def run(
        self, *arguments: str | Path, code: int = 0, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the program as the user nobody, without a network, without Python."""
        environment = {
            "HOME": str(self.home),
            "PATH": "/nowhere",
            "QT_QPA_PLATFORM": "offscreen",
            "GRIDAPP_LANGUAGE": "zh",
            **variables,
        }
        done = subprocess.run(
            [*as_nobody(), str(self.folder / "gridapp"), *map(str, arguments)],
            env=environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=400,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done


def as_nobody() -> Sequence[str]:
    """The words before a command that has no network and no rights (util-linux)."""
    setpriv, unshare = shutil.which("setpriv"), shutil.which("unshare")
    if os.geteuid() or setpriv is None or unshare is None:
        pytest.fail("root, setpriv and unshare are needed to become an ordinary user")
    ids = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    loopback = "PATH=/usr/sbin:/sbin:/bin ip link set lo up"
    lines = f'{loopback} 2>/dev/null || :; exec "$0" "$@"'
    return [unshare, "--net", "/bin/sh", "-c", lines] + [
        *(setpriv, *ids, "--no-new-privs")
    ]


@pytest.fixture(scope="session")
def built() -> Path:
    """The bundle as it was built."""
    if not (BUNDLE / "gridapp").is_file():
        pytest.fail("There is no bundle: run `make installer` first")
    return BUNDLE


@pytest.fixture(scope="session")
def frozen(built: Path) -> Iterator[Frozen]:
    """The program in a folder with a Chinese name and a space, read-only."""
    # Not in pytest's own folder: that one is closed to other users.
    place = Path(os.environ.get("TMPDIR", "/tmp")) / f"网格 日志-{os.getpid()}"
    shutil.rmtree(place, ignore_errors=True)
    folder, home = place / "程序" / "gridapp", place / "家"
    shutil.copytree(built, folder, symlinks=True)
    subprocess.run(["chmod", "-R", "a-w,a+rX", str(folder)], check=True)
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    place.chmod(0o755)
    yield Frozen(folder, home)
    shutil.rmtree(place)
