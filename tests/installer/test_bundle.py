"""What goes into a bundle; how two builds are compared; what a window is asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gridapp.__main__ import is_command
from installer import bundle, same


@pytest.mark.parametrize(
    ("place", "goes"),
    [
        ("PySide6/Qt/lib/libQt6Widgets.so.6", True),
        ("PySide6/Qt6Widgets.dll", True),
        ("PySide6\\plugins\\platforms\\qwindows.dll", True),
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", True),
        ("PySide6/Qt/plugins/platforminputcontexts/libibusplatform.so", True),
        ("PySide6/Qt/translations/qtbase_zh_CN.qm", True),
        ("PySide6/Qt/translations/qtbase_de.qm", False),
        ("PySide6/Qt/lib/libQt6VirtualKeyboard.so.6", False),
        ("PySide6/plugins/platforminputcontexts/qtvirtualkeyboardplugin.dll", False),
        ("PySide6/Qt6Quick.dll", False),
        ("PySide6/opengl32sw.dll", False),
        ("PySide6/Qt/plugins/sqldrivers/libqsqlite.so", False),
        ("lib/tests/data.bin", False),
        ("stdnum/cn/loc.dat", False),
    ],
)
def test_a_bundle_takes_what_widgets_need(place: str, goes: bool):
    source = f"/env/lib/python3.11/site-packages/{place}"
    assert bundle.wanted((place, source, "BINARY")) is goes


@pytest.mark.parametrize(
    ("name", "goes"),
    [
        ("libX11.so.6", False),
        ("libstdc++.so.6", False),
        ("libssl.so.3", True),
        ("libpython3.11.so.1.0", True),
    ],
)
def test_of_the_systems_libraries_only_pythons_own_go_along(name: str, goes: bool):
    source = f"/usr/lib/x86_64-linux-gnu/{name}"
    assert bundle.wanted((name, source, "BINARY")) is goes


def test_python_says_nothing_of_the_machine_that_built_it(tmp_path: Path):
    name = "_sysconfigdata__linux_x86_64-linux-gnu"
    before = [(name, "/usr/lib/python3.11/x.py", "PYMODULE"), ("b", "/b.py", "x")]
    after = bundle.neutral_sysconfig(before, tmp_path)
    [(_, source, _)] = [one for one in after if one[0] == name]
    said: dict[str, dict[str, object]] = {}
    exec(Path(source).read_text("utf-8"), said)
    values = said["build_time_vars"]
    assert values
    assert all(isinstance(one, int) for one in values.values())
    assert ("b", "/b.py", "x") in after


def test_libraries_lose_their_docstrings_and_the_program_keeps_its_help():
    before = [
        (name, "/x.py", "PYMODULE-1")
        for name in ("gridapp.cli.office", "gridapp", "gridapper", "click.core")
    ]
    kinds = {name: kind for name, _, kind in bundle.without_docstrings(before)}
    assert kinds == {
        "gridapp.cli.office": "PYMODULE-1",
        "gridapp": "PYMODULE-1",
        "gridapper": "PYMODULE-2",
        "click.core": "PYMODULE-2",
    }


def test_the_tables_of_libraries_say_the_same_in_fewer_bytes(tmp_path: Path):
    table = {"一丁点儿": [["yī"], ["dīng"], ["diǎn"], ["er"]]}
    source = tmp_path / "table.json"
    source.write_text(json.dumps(table, indent=4), "utf-8")
    ours = ("resources/codes.json", str(source), "DATA")
    before = [("pypinyin/table.json", str(source), "DATA"), ours]
    theirs, same_as_before = bundle.without_blanks(before, tmp_path / "staging")
    assert same_as_before == ours
    assert (theirs[0], theirs[2]) == ("pypinyin/table.json", "DATA")
    smaller = Path(theirs[1]).read_text("utf-8")
    assert json.loads(smaller) == table
    assert len(smaller.encode()) < source.stat().st_size / 2


def test_two_builds_are_compared_file_by_file(tmp_path: Path):
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        (folder / "sub").mkdir(parents=True)
        (folder / "sub/same").write_text("same")
        (folder / "changed").write_text(folder.name)
        (folder / "link").symlink_to("changed" if folder is one else "sub/same")
    (other / "new").write_text("")
    told = same.differences(one, other)
    assert [line.split(":")[0] for line in told] == ["changed", "link", "new"]
    assert same.differences(one, one) == []


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ([], False),
        (["--data", "list"], False),
        (["--open", "a.gridpkg", "--updated", "6"], False),
        (["D:\\包\\a.GRIDPKG"], False),
        (["1.2.0.gridupdate"], False),
        (["list"], True),
        (["--data", "x", "sync"], True),
        (["--help"], True),
    ],
)
def test_the_windowed_program_knows_a_command_from_a_window(
    words: list[str], command: bool
):
    assert is_command(words) is command
