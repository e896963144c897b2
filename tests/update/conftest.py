"""Updates as whoever builds makes them, by a release key of the test."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gridapp.update.file import WINDOWS
from gridapp.update.program import Program
from gridapp.update.staged import Updates
from installer import release

NOTES = {"zh": "修了几处错误", "en": "Fixes"}


@dataclass
class Releases:
    """Who builds: a release key and a folder of what was made with it."""

    folder: Path
    seed: bytes = field(default_factory=lambda: os.urandom(32))

    @property
    def public(self):
        key = Ed25519PrivateKey.from_private_bytes(self.seed)
        return key.public_key().public_bytes_raw()

    def make(self, version="1.1.0", content=b"#!/bin/sh\n", lowest="0.0", deb=False):
        """The update file of that version."""
        name = f"gridapp-{version}-setup.exe"
        installer = self.folder / (f"gridapp_{version}_amd64.deb" if deb else name)
        installer.write_bytes(content)
        told = release.manifest_of(installer, version, NOTES, lowest)
        return release.make(told, installer, self.seed, self.folder)

    def program(self, folder, version="1.0.0", launch=("false",), platform=WINDOWS):
        return Program(version, platform, folder, [self.public], launch)


@pytest.fixture
def releases(tmp_path):
    folder = tmp_path / "release"
    folder.mkdir()
    return Releases(folder)


@pytest.fixture
def updates(releases, tmp_path):
    """A program 1.0.0 with data of its own."""
    installed = tmp_path / "installed"
    installed.mkdir()
    return Updates(tmp_path / "data", releases.program(installed))
