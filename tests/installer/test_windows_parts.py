"""What goes into the Windows bundle: where each program in it came from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from installer import windows, windows_python, windows_resource


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A bundle, CPython and wheels, with one program of each."""
    bundle, python, site = (tmp_path / name for name in ("bundle", "python", "site"))
    internal = bundle / "_internal"
    (internal / "PySide6").mkdir(parents=True)
    (site / "PySide6").mkdir(parents=True)
    python.mkdir()
    (bundle / "gridapp.exe").write_bytes(b"ours")
    (python / "python311.dll").write_bytes(b"python")
    (internal / "python311.dll").write_bytes(b"python")
    (site / "PySide6" / "vcruntime140.dll").write_bytes(b"runtime")
    (internal / "PySide6" / "VCRUNTIME140.dll").write_bytes(b"runtime")
    return bundle, python, site


def test_programs_that_are_those_of_their_wheels_are_counted(
    folders: tuple[Path, Path, Path],
) -> None:
    assert windows.restore(*folders).startswith("2 programs as their wheels have them")


def test_a_program_that_was_changed_gets_its_wheels_bytes_back(
    folders: tuple[Path, Path, Path],
) -> None:
    changed = folders[0] / "_internal" / "python311.dll"
    changed.write_bytes(b"patched")
    assert "1 given back" in windows.restore(*folders)
    assert changed.read_bytes() == b"python"


def test_a_stand_in_of_wine_does_not_stay(folders: tuple[Path, Path, Path]) -> None:
    stand_in = folders[0] / "_internal" / "icuuc.dll"
    stand_in.write_bytes(b"test only")
    assert "1 stand-ins taken out" in windows.restore(*folders)
    assert not stand_in.exists()


def test_a_program_from_no_wheel_stops_the_build(
    folders: tuple[Path, Path, Path],
) -> None:
    (folders[0] / "_internal" / "surprise.dll").write_bytes(b"?")
    with pytest.raises(windows.NotBuilt, match=r"surprise\.dll"):
        windows.restore(*folders)


@pytest.mark.parametrize(
    ("version", "numbers"),
    [("1.2.3", (1, 2, 3, 0)), ("2.0", (2, 0, 0, 0)), ("1.2.3.4.5", (1, 2, 3, 4))],
)
def test_a_version_is_four_numbers_to_windows(
    version: str, numbers: tuple[int, int, int, int]
) -> None:
    assert windows_resource.numbers(version) == numbers


@pytest.mark.installer
def test_a_python_with_one_byte_changed_is_not_taken(tmp_path: Path) -> None:
    genuine = windows_python.fetch(windows.CACHE) / "python.exe"
    copy = Path(shutil.copy(genuine, tmp_path))
    windows_python.verify(tmp_path)
    altered = bytearray(genuine.read_bytes())
    altered[len(altered) // 2] ^= 1
    copy.write_bytes(bytes(altered))
    with pytest.raises(windows_python.NotGenuine, match=r"python\.exe"):
        windows_python.verify(tmp_path)
