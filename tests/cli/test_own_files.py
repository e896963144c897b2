"""An installed program knows its own files again (gridapp.own_files)."""

import subprocess
import sys

import pytest
from PySide6.QtCore import QSize

from gridapp import own_files, selfcheck
from gridapp.ui import platform_parts


@pytest.fixture
def bundle(tmp_path):
    """A folder as it is installed, its list written."""
    folder = tmp_path / "网格日志"
    (folder / "_internal" / "PySide6").mkdir(parents=True)
    (folder / "gridapp").write_bytes(b"program" * 1000)
    (folder / "_internal" / "PySide6" / "lib Qt.so").write_bytes(bytes(70_000))
    (folder / "_internal" / "lib.so").symlink_to("PySide6/lib Qt.so")
    own_files.write(folder)
    return folder


def test_a_whole_program_is_as_it_was_built(bundle):
    (bundle / "uninstall.exe").write_bytes(b"what Setup puts beside it")
    assert list(own_files.faults(bundle)) == []
    own_files.write(bundle)  # as after a signature
    assert list(own_files.faults(bundle)) == []


def test_one_byte_in_the_middle_of_any_file_is_told(bundle):
    for name in ("gridapp", "_internal/PySide6/lib Qt.so"):
        content = bytearray((bundle / name).read_bytes())
        content[len(content) // 2] ^= 1
        (bundle / name).write_bytes(content)
        assert list(own_files.faults(bundle)) == [f"{name} 损坏了"]
        own_files.write(bundle)


def test_what_is_gone_or_cut_is_told(bundle):
    (bundle / "gridapp").unlink()
    (bundle / "_internal" / "PySide6" / "lib Qt.so").write_bytes(b"")
    told = list(own_files.faults(bundle))
    assert sorted(told) == ["_internal/PySide6/lib Qt.so 损坏了", "缺少 gridapp"]


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00"])
def test_a_list_that_is_gone_or_damaged_is_told(bundle, content):
    if content is None:
        (bundle / own_files.LIST).unlink()
    else:
        (bundle / own_files.LIST).write_bytes(content)
    assert list(own_files.faults(bundle)) == ["缺少 _internal/files.txt"]


def test_the_list_is_what_sha256sum_reads(bundle):
    if sys.platform != "linux":
        pytest.skip("there is no sha256sum")
    command = ["sha256sum", "--check", "--strict", "--quiet", str(own_files.LIST)]
    done = subprocess.run(command, cwd=bundle, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"")


def test_the_self_check_of_an_installed_program_looks_at_them(
    bundle, tmp_path, monkeypatch
):
    def checked():
        checks = [one for one in selfcheck.CHECKS if one.name in ("files", "clock")]
        monkeypatch.setattr(selfcheck, "CHECKS", checks)
        return {one.name: one for one in selfcheck.checked(tmp_path)}

    assert "files" not in checked()  # a checkout has no list
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(bundle / "gridapp"))
    assert checked()["files"].faults == 0
    (bundle / "gridapp").write_bytes(b"")
    found = checked()["files"]
    assert found.told == ("gridapp 损坏了",)
    assert found.unsound


@pytest.mark.parametrize(
    ("size", "ratio", "words"),
    [
        ((1366, 768), 1.0, None),
        ((911, 512), 1.5, None),  # such a laptop at 150 %
        ((1092, 614), 1.25, None),
        ((1920, 1080), 1.0, None),
        ((1024, 768), 1.0, "1024×768"),
        ((1366, 600), 1.0, "分辨率"),
        ((781, 439), 1.75, "缩放调小"),
        ((960, 440), 3.0, "放大到 300%"),
    ],
)
def test_a_screen_on_which_windows_do_not_fit_is_told(size, ratio, words):
    told = "".join(platform_parts.too_small(QSize(*size), ratio))
    assert words in told if words else not told
