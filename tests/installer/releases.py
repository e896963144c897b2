"""Who makes releases: a key by the builder's own command, updates signed with it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from gridapp import __version__
from installer import bundle

HERE = __version__
# Later versions that are as long: what a frozen program says is changed in place.
NEXT, BROKEN = (re.sub(r"\d", digit, HERE) for digit in "89")
PASSWORD = "for these tests alone"


class Releases:
    """A release key in `folder`; bundles believe it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key, self._password = folder / "key", folder / "pw"
        self._password.write_text(PASSWORD)
        told = ("--password-file", self._password)
        self._run("keys", "new", "--out", self._key, *told)

    def believed_by(self, program: Path) -> None:
        """Puts the public half where a build puts it."""
        keys = program / "_internal/resources/release-keys.txt"
        keys.unlink(missing_ok=True)  # it may be one with another bundle's
        keys.write_bytes(self._key.with_name("key.pub").read_bytes())

    def update(self, installer: Path, version: str) -> Path:
        """The update file of an installer."""
        out = self.folder / "updates"
        out.mkdir(exist_ok=True)
        notes = out / "notes.md"
        notes.write_text("# zh\n试用\n", "utf-8")
        sealed = ("--key", self._key, "--password-file", self._password)
        told = ("--notes", notes, "--out", out, "--version", version)
        return Path(self._run("make", installer, *sealed, *told).strip())

    @staticmethod
    def _run(*words: str | Path) -> str:
        command = [sys.executable, "installer/release.py", *map(str, words)]
        return subprocess.run(
            command, cwd=bundle.ROOT, check=True, capture_output=True, text=True
        ).stdout
