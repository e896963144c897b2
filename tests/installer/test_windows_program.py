"""The Windows program itself, as `make installer` built it, installed under Wine."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from installer import bundle, setup_exe, windows_resource
from installer.wine import Wine, windows_path
from tests.installer.windows_machine import FROZEN, Windows, call

pytestmark = [pytest.mark.installer, pytest.mark.xdist_group("wine")]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Generator[Windows]:
    """A Windows with the program put in by its own Setup, in a Chinese folder."""
    assert FROZEN.is_dir(), "make installer comes first"
    windows = Windows(Wine(bundle.BUILD / "wine" / "tests").make())
    windows.clear()
    setup = bundle.BUILD / "out" / f"gridapp-{windows_resource.version()}-setup.exe"
    if not setup.is_file():
        setup = setup_exe.build(FROZEN, tmp_path_factory.mktemp("out"))
    windows.folder = tmp_path_factory.mktemp("programs") / "网格 日志"
    where = f"/D={windows_path(windows.folder)}"
    assert windows.run(setup, "/S", where, seconds=600) == 0
    yield windows
    assert windows.uninstall(windows.folder, "/PURGE") == 0
    windows.shut_down()


def test_it_says_its_version_and_finds_itself_whole(installed: Windows) -> None:
    assert call(installed, "--version").strip() == (
        f"gridapp {windows_resource.version()}"
    )
    assert "不对" not in call(installed, "doctor", "--program")


def test_a_ledger_goes_in_and_comes_out_as_a_pdf(
    installed: Windows, tmp_path: Path
) -> None:
    data = windows_path(tmp_path / "数据")
    sample = bundle.ROOT / "resources" / "samples" / "居民台账.xlsx"
    ledger = shutil.copy(sample, tmp_path)  # what is not taken is written beside it
    call(
        installed, "init", "--data", data, "--grid", "990101001001", "--name", "一网格"
    )
    said = call(
        installed,
        "import",
        "--data",
        data,
        "--accept",
        "all",
        windows_path(Path(ledger)),
    )
    assert "新增 3734 人" in said
    pdf = tmp_path / "上门单 一.pdf"
    call(installed, "print", "--data", data, "visit-blank", windows_path(pdf))
    words = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "走访单" in words


def test_its_files_say_who_made_them(installed: Windows) -> None:
    """Windows shows name and version in a file's properties and before it starts."""
    for name in ("gridapp.exe", "gridapp-cli.exe"):
        words = (installed.folder / name).read_bytes()
        assert "网格日志".encode("utf-16-le") in words
        assert windows_resource.version().encode("utf-16-le") in words
        for wish in (b"longPathAware", b"PerMonitorV2", b"UTF-8", b"asInvoker"):
            assert wish in words
