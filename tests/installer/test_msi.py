"""The MSI, put in and taken off by Wine's Windows Installer."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

from installer import bundle, msi
from installer.wine import Wine, windows_path
from tests.installer import other_version
from tests.installer.releases import HERE, NEXT
from tests.installer.windows_machine import (
    FROZEN,
    Windows,
    files,
    payload,
    version_of,
)

pytestmark = [pytest.mark.installer, pytest.mark.xdist_group("wine")]


@pytest.fixture
def windows() -> Generator[Windows]:
    machine = Windows(Wine(bundle.BUILD / "wine" / "tests").make())
    machine.clear()
    yield machine
    machine.shut_down()


def test_the_msi_keeps_its_chinese_upgrades_and_goes(
    windows: Windows, tmp_path: Path
) -> None:
    first, second = (
        msi.build(payload(tmp_path / version, version), tmp_path / "out", version)
        for version in ("1.0.0", "1.1.0")
    )
    folder = windows.program(machine=True)
    data = windows.data / "grid.db"
    data.parent.mkdir(parents=True, exist_ok=True)
    data.touch()

    assert windows.run("msiexec", "/i", windows_path(first), "/qn") == 0
    program = {"gridapp.exe", "gridapp-cli.exe", "_internal/verdict"}
    program.add("_internal/数据 文件.txt")
    assert files(folder) == program | {"_internal/only-in-1.0.0"}
    assert version_of(windows, folder) == "1.0.0"
    assert "网格日志.lnk" in {link.name for link in windows.shortcuts()}
    told = tmp_path / "kind.reg"
    key = r"HKLM\Software\Classes\gridapp.package"
    windows.run("reg", "export", key, windows_path(told), "/y", "/reg:64")
    assert '@="网格日志数据包"' in told.read_text("utf-16")

    assert windows.run("msiexec", "/i", windows_path(second), "/qn") == 0
    assert files(folder) == program | {"_internal/only-in-1.1.0"}
    assert version_of(windows, folder) == "1.1.0"

    assert windows.run("msiexec", "/i", windows_path(first), "/qn") != 0
    assert version_of(windows, folder) == "1.1.0"

    assert windows.run("msiexec", "/x", windows_path(second), "/qn") == 0
    assert files(folder) == set()
    assert windows.shortcuts() == []
    assert data.exists()


def test_the_msi_of_the_program_itself_is_put_in_upgraded_and_taken_off(
    windows: Windows, tmp_path: Path
) -> None:
    first = bundle.BUILD / "out" / f"gridapp-{HERE}.msi"
    assert first.is_file(), "make installer comes first"
    later = tmp_path / "later"
    shutil.copytree(FROZEN, later, copy_function=os.link)
    other_version.make(later, HERE, NEXT)
    (later / "_internal/only-in-the-next").touch()
    second = msi.build(later, tmp_path / "out", NEXT)
    folder = windows.program(machine=True)
    data = windows.data / "grid.db"
    data.parent.mkdir(parents=True, exist_ok=True)
    data.touch()

    assert installs(windows, first) == 0
    assert files(folder) == files(FROZEN)
    assert version_of(windows, folder) == f"gridapp {HERE}"
    checked = windows.wine.run([folder / "gridapp-cli.exe", "doctor", "--program"])
    assert checked.returncode == 0, checked.stdout
    named = {link.name for link in windows.shortcuts()}
    assert named == {"网格日志.lnk"}
    for kind in ("package", "update"):
        key = rf"Software\Classes\gridapp.{kind}\shell\open\command"
        opens = windows.value(key, root="HKLM")
        assert opens == rf'"{windows.inside(folder)}\gridapp.exe" --open "%1"'

    assert installs(windows, second) == 0
    assert files(folder) == files(FROZEN) | {"_internal/only-in-the-next"}
    assert version_of(windows, folder) == f"gridapp {NEXT}"
    assert installs(windows, first) != 0
    assert version_of(windows, folder) == f"gridapp {NEXT}"

    assert windows.run("msiexec", "/x", windows_path(second), "/qn") == 0
    assert files(folder) == set()
    assert windows.shortcuts() == []
    assert windows.value(r"Software\gridapp", "InstallDir", "HKLM") is None
    assert windows.value(r"Software\Classes\.gridpkg", root="HKLM") is None
    assert data.exists()


def installs(windows: Windows, file: Path) -> int:
    return windows.run("msiexec", "/i", windows_path(file), "/qn", seconds=600)
