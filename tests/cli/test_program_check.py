"""gridapp doctor --program tells what is broken of the program itself."""

import json
import shutil

import pytest
from click.testing import CliRunner

from gridapp import paths, selfcheck
from gridapp.cli import main


def results(data, *names):
    """What the checks of these names find."""
    checks = [one for one in selfcheck.CHECKS if one.name in names]
    assert len(checks) == len(names)
    return {one.name: one.told for one in selfcheck.examine(checks, data)}


@pytest.fixture
def own_resources(tmp_path, monkeypatch):
    """A copy of what the program ships, to be damaged."""
    copy = tmp_path / "resources"
    shutil.copytree(
        paths.resources(), copy, ignore=shutil.ignore_patterns("*.zst", "pictures")
    )
    (copy / "fonts").mkdir(exist_ok=True)
    monkeypatch.setattr(paths, "resources", lambda: copy)
    return copy


pytestmark = pytest.mark.usefixtures("qapp")  # what is drawn is drawn by its Qt


def test_a_whole_program_passes(tmp_path, monkeypatch):
    # The import of everything takes seconds; the installed program does it, and only
    # that one has a list of its files.
    names = ("modules", "files")
    checks = [one for one in selfcheck.CHECKS if one.name not in names]
    monkeypatch.setattr(selfcheck, "CHECKS", checks)
    done = CliRunner().invoke(
        main, ["doctor", "--program", "--json", "--data", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["sound"] is True
    assert not list(tmp_path.iterdir())  # it leaves nothing behind
    assert len(told["checks"]) == len(checks)


def test_files_that_are_missing_or_empty_are_named(own_resources, tmp_path):
    (own_resources / "codes.json").unlink()
    (own_resources / "icons" / "house.svg").write_bytes(b"")
    shutil.rmtree(own_resources / "samples")
    told = results(tmp_path, "resources")["resources"]
    assert {one for one in told if "缺少" in one} >= {
        "缺少 codes.json",
        "缺少文件夹 samples",
    }
    assert "icons/house.svg 是空的" in told


def test_a_damaged_font_is_told_and_the_other_checks_go_on(own_resources, tmp_path):
    name = "GridappSansSC-Regular.ttf.zst"
    (own_resources / "fonts" / name).write_bytes(b"no font")
    told = results(tmp_path, "packages", "window")
    assert told["packages"] == ()
    assert any(name in one for one in told["window"])


def test_a_folder_on_another_computer_is_advised_against(monkeypatch, tmp_path):
    mounts = f"disk / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n"
    monkeypatch.setattr(selfcheck, "_mounts", lambda: mounts)
    assert "网络盘" in results(tmp_path / "gridapp", "folder")["folder"][0]


def test_it_goes_with_no_other_check(tmp_path):
    done = CliRunner().invoke(main, ["doctor", "--program", "--repair"])
    assert done.exit_code == 2
    assert "--program 只检查程序" in done.output
