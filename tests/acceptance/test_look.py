"""Checks 28 and 30: the size of the text, and what the program is made of."""

import os
import re
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import PySide6
import pytest
from PySide6.QtWidgets import QMenu

from gridapp.cli import demo
from scripts.scan_bundle import FORBIDDEN, LEFT_OUT, forbidden, main


@pytest.mark.check(28)
def test_a_larger_text_takes_two_clicks_and_stays(desk, check):
    with check.measured():
        desk.hand.click(desk.button("字号"))
        menu = desk.one(QMenu, "字号")
        [large] = [one for one in menu.actions() if one.text().split()[0] == "大"]
        desk.hand.click(menu, menu.actionGeometry(large).center())
    assert check.clicks <= 2
    started = subprocess.run(
        [sys.executable, "-m", "tests.acceptance.worker", desk.folder, ""],
        env=os.environ
        | {"QT_QPA_PLATFORM": "offscreen", "GRIDAPP_PASSWORD": demo.PASSWORD},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    assert started.stdout.startswith("ready 1.15 "), started.stderr


@pytest.mark.check(30)
def test_a_bundle_with_parts_under_the_gpl_is_found_out(tmp_path, check, capsys):
    for name in ("libQt6VirtualKeyboard.so.6", "Qt6Charts.dll", "libQt6Core.so.6"):
        (tmp_path / "lib").mkdir(exist_ok=True)
        (tmp_path / "lib" / name).touch()
    assert main([str(tmp_path)]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 2
    wheel = Path(PySide6.__file__).parent
    assert set(forbidden(wheel)) == LEFT_OUT
    check.notes.append(f"{len(LEFT_OUT)} parts of the Qt wheel to be left out")


@pytest.mark.check(30)
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_running_window_loads_no_such_part(desk, check):
    loaded = Path("/proc/self/maps").read_text(encoding="utf-8").split()
    libraries = {Path(one).name for one in loaded if one.startswith("/")}
    assert any("Qt6Widgets" in one for one in libraries)
    assert [one for one in libraries if FORBIDDEN.search(one)] == []


@pytest.mark.check(30)
def test_the_licences_page_names_every_part(desk, check):
    desk.hand.click(desk.button("设置"))
    desk.hand.click(desk.in_sight("关于与许可"))
    listed = [row.casefold() for row in desk.rows("程序里的部件")]
    asked = {
        re.split(r"[^A-Za-z0-9._-]", line)[0].casefold()
        for line in requires("gridapp")
        if "extra ==" not in line
    }
    assert len(asked) > 20
    known = " ".join(listed).replace("_", "-")
    assert [one for one in asked if one.replace("_", "-") not in known] == []
    for beside in ("python", "lucide", "noto"):
        assert any(beside in one for one in listed), beside
    check.notes.append(f"{len(listed)} parts listed")
