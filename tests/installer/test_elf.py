"""Blanks taken out of a library: what is left is loaded and does the same."""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from pathlib import Path

import pytest

from installer import elf

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="libraries of Linux")


_BLANK = slice(0x3000, 0x200000)  # where only what `strip` takes away stands before


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    """Pillow's library with blanks, as a bundle has it; without one elf.py can go."""
    found = importlib.util.find_spec("PIL")
    assert found is not None
    assert found.origin is not None
    [wheels] = (Path(found.origin).parents[1] / "pillow.libs").glob("libXau-*")
    stripped = bytearray(wheels.read_bytes())
    stripped[_BLANK] = bytes(_BLANK.stop - _BLANK.start)
    file = tmp_path / "libraries" / wheels.name
    file.parent.mkdir()
    file.write_bytes(stripped)
    return file


def test_a_library_without_its_blanks_is_small_and_works(blank: Path, tmp_path: Path):
    before = blank.stat().st_size
    elf.close_gaps(tmp_path)
    assert before > 2_000_000 > 50_000 > blank.stat().st_size
    library = ctypes.CDLL(str(blank))
    kept = tmp_path / "authority"
    assert library.XauLockAuth(bytes(kept), 1, 0, ctypes.c_long(0)) == 0
    locks = {kept.with_name(f"authority-{kind}") for kind in "cl"}
    assert locks < set(tmp_path.iterdir())
    library.XauUnlockAuth(bytes(kept))
    assert not locks & set(tmp_path.iterdir())


def test_what_has_no_blanks_stays_as_it_is(blank: Path):
    once = elf.closed(blank.read_bytes())
    assert elf.closed(once) is once
    for other in (b"", b"MZ" + bytes(100), b"\x7fELF\x01\x01" + bytes(3_000_000)):
        assert elf.closed(other) is other


def test_a_blank_in_which_something_stands_stays(blank: Path):
    used = bytearray(blank.read_bytes())
    used[1_000_000] = 1
    assert elf.closed(bytes(used)) == used
