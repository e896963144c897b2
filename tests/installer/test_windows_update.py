"""A signed update of the Windows program itself, by its own Setup, under Wine.

The later version is the same bundle that says another number (`other_version.py`).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from gridapp.update import staged
from gridapp.update.staged import Outcome
from installer import bundle, setup_exe
from installer.wine import Wine, windows_path
from tests.installer import other_version
from tests.installer.releases import BROKEN, HERE, NEXT, Releases
from tests.installer.windows_machine import (
    FROZEN,
    UNINSTALL,
    Windows,
    call,
    version_of,
)

pytestmark = [pytest.mark.installer, pytest.mark.xdist_group("wine")]


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Releases:
    return Releases(tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="module")
def setups(
    releases: Releases, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Setup of the bundle with that key, of a later version, and of a damaged one."""
    assert FROZEN.is_dir(), "make installer comes first"
    work = tmp_path_factory.mktemp("setups")
    built: dict[str, Path] = {}
    for version in (HERE, NEXT, BROKEN):
        folder = work / version
        shutil.copytree(FROZEN, folder, copy_function=os.link)
        releases.believed_by(folder)
        other_version.make(folder, HERE, version)
        if version == BROKEN:
            (folder / "_internal/resources/codes.json").unlink()
        built[version] = setup_exe.build(folder, work / "out", version, packed=False)
        shutil.rmtree(folder)
    return built


@pytest.fixture
def windows(setups: dict[str, Path]) -> Generator[Windows]:
    """A Windows where the first version is at work."""
    windows = Windows(Wine(bundle.BUILD / "wine" / "tests").make())
    windows.clear()
    assert windows.run(setups[HERE], "/S", seconds=600) == 0
    windows.folder = windows.program()
    call(windows, "init", "--grid", "990101001001", "--name", "一网格")
    yield windows
    windows.clear()
    windows.shut_down()


def comes_in(windows: Windows, file: Path, version: str) -> Outcome:
    """Takes an update from a stick and applies it; what the program says of it that
    Setup starts in the end."""
    call(windows, "update", "take", windows_path(file))
    assert "已放好" in call(windows, "update", "status")
    call(windows, "update", "apply")
    end = time.monotonic() + 400
    told = None
    while told is None or told.version != version:
        told = staged.of(windows.data).outcome
        assert time.monotonic() < end, "the program was not started again"
        time.sleep(0.1)
    windows.run("taskkill", "/f", "/im", "gridapp.exe")  # its window is open
    windows.quiet("gridapp.exe", "-setup.exe")
    return told


def entered(windows: Windows) -> dict[str, str]:
    """What a person's data are made of."""
    return {
        name: hashlib.sha256((windows.data / name).read_bytes()).hexdigest()
        for name in ("grid.db", "vault.json")
    }


def test_an_update_from_a_stick_comes_in_and_a_bad_one_is_taken_back(
    windows: Windows, releases: Releases, setups: dict[str, Path]
) -> None:
    before = entered(windows)
    told = comes_in(windows, releases.update(setups[NEXT], NEXT), NEXT)
    assert told.good
    assert told.version == NEXT
    assert version_of(windows, windows.folder) == f"gridapp {NEXT}"
    assert windows.value(UNINSTALL, "DisplayVersion") == NEXT

    told = comes_in(windows, releases.update(setups[BROKEN], BROKEN), BROKEN)
    assert not told.good
    assert told.code == 6
    assert version_of(windows, windows.folder) == f"gridapp {NEXT}"
    assert windows.value(UNINSTALL, "DisplayVersion") == NEXT
    assert BROKEN in call(windows, "update", "status")
    call(windows, "doctor", "--program")
    assert entered(windows) == before
    call(windows, "doctor")
