"""Setup.exe, run silently on a Windows made by Wine with a small real program."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

from installer import bundle
from installer.wine import Wine, windows_path
from tests.installer.windows_machine import (
    RUN_ONCE,
    UNINSTALL,
    Windows,
    files,
    payload,
    setup,
    version_of,
)

pytestmark = [pytest.mark.installer, pytest.mark.xdist_group("wine")]

PROGRAM = {
    ".gridapp",
    "Uninstall.exe",
    "gridapp.exe",
    "gridapp-cli.exe",
    "_internal/verdict",
    "_internal/数据 文件.txt",
}


@pytest.fixture(scope="module")
def machine() -> Generator[Windows]:
    machine = Windows(Wine(bundle.BUILD / "wine" / "tests").make())
    yield machine
    machine.shut_down()


@pytest.fixture
def windows(machine: Windows) -> Windows:
    machine.clear()
    return machine


@pytest.fixture(scope="module")
def setups(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("setups")
    return {
        "1.0.0": setup(folder, "1.0.0"),
        "1.1.0": setup(folder, "1.1.0"),
        "broken": setup(folder, "1.2.0", verdict=1),
        "slow": setup(folder, "1.3.0", wait=True),
    }


@pytest.fixture(scope="module")
def holder(machine: Windows) -> Path:
    """A program that keeps files of others."""
    folder = machine.wine.drive / "holder"
    shutil.rmtree(folder, ignore_errors=True)
    return payload(folder, "1.0.0") / "gridapp-cli.exe"


def data(windows: Windows) -> Path:
    file = windows.data / "grid.db"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("资料", "utf-8")
    return file


@pytest.mark.parametrize("per_machine", [False, True])
def test_setup_installs_upgrades_and_goes_without_touching_data(
    windows: Windows, setups: dict[str, Path], per_machine: bool
) -> None:
    root = "HKLM" if per_machine else "HKCU"
    switch = "/ALLUSERS" if per_machine else "/CURRENTUSER"
    folder = windows.program(per_machine)
    kept = data(windows)

    assert windows.run(setups["1.0.0"], "/S", switch) == 0
    assert files(folder) == PROGRAM | {"_internal/only-in-1.0.0"}
    assert version_of(windows, folder) == "1.0.0"
    assert windows.value(UNINSTALL, "DisplayVersion", root) == "1.0.0"
    assert int(windows.value(UNINSTALL, "EstimatedSize", root) or "0", 16) > 10
    quiet = windows.value(UNINSTALL, "QuietUninstallString", root) or ""
    assert quiet.endswith('Uninstall.exe" /S')
    for kind in ("package", "update"):
        opens = rf"Software\Classes\gridapp.{kind}\shell\open\command"
        command = windows.value(opens, root=root) or ""
        assert command.endswith(r'\gridapp\gridapp.exe" --open "%1"')
    assert windows.value(r"Software\Classes\.gridpkg", root=root) == "gridapp.package"
    assert len(windows.shortcuts()) == 2

    (folder / "_internal/left-behind.pyd").touch()
    assert windows.run(setups["1.1.0"], "/S") == 0
    assert files(folder) == PROGRAM | {"_internal/only-in-1.1.0"}
    assert windows.value(UNINSTALL, "DisplayVersion", root) == "1.1.0"
    assert windows.value(RUN_ONCE, "gridapp", root) is None

    assert windows.uninstall(folder) == 0
    assert not folder.exists()
    assert kept.read_text("utf-8") == "资料"
    assert windows.value(UNINSTALL, "DisplayVersion", root) is None
    assert windows.value(r"Software\Classes\.gridpkg", root=root) is None
    assert windows.shortcuts() == []


def test_uninstall_deletes_data_when_asked(
    windows: Windows, setups: dict[str, Path]
) -> None:
    kept = data(windows)
    windows.run(setups["1.0.0"], "/S")
    assert windows.uninstall(windows.program(), "/PURGE") == 0
    assert not kept.parent.exists()


def test_uninstall_leaves_files_that_are_not_the_programs(
    windows: Windows, setups: dict[str, Path]
) -> None:
    windows.run(setups["1.0.0"], "/S")
    own = windows.program() / "我的笔记.txt"
    own.touch()
    assert windows.uninstall(windows.program()) == 0
    assert files(windows.program()) == {own.name}


def test_an_upgrade_in_another_language_renames_the_shortcuts(
    windows: Windows, setups: dict[str, Path]
) -> None:
    windows.run(setups["1.0.0"], "/S")
    before = windows.shortcuts()
    others = [link.rename(link.with_name("Other.lnk")) for link in before]
    key = ["reg", "add", r"HKCU\Software\gridapp", "/v", "Shortcut", "/d", "Other"]
    windows.run(*key, "/f")
    windows.run(setups["1.1.0"], "/S")
    assert not any(link.exists() for link in others)
    assert windows.shortcuts() == before


def test_an_older_setup_is_refused_and_nothing_changes(
    windows: Windows, setups: dict[str, Path]
) -> None:
    windows.run(setups["1.1.0"], "/S")
    before = files(windows.program())
    assert windows.run(setups["1.0.0"], "/S") == 4
    assert files(windows.program()) == before
    assert version_of(windows, windows.program()) == "1.1.0"


def test_a_running_program_is_left_alone(
    windows: Windows, setups: dict[str, Path]
) -> None:
    windows.run(setups["1.0.0"], "/S")
    with windows.running(windows.program() / "gridapp.exe"):
        assert windows.run(setups["1.1.0"], "/S") == 5
        assert windows.uninstall_is_refused(windows.program())
    assert version_of(windows, windows.program()) == "1.0.0"


def test_a_version_that_fails_its_self_check_is_taken_back(
    windows: Windows, setups: dict[str, Path]
) -> None:
    windows.run(setups["1.0.0"], "/S")
    before = files(windows.program())
    assert windows.run(setups["broken"], "/S", "/UPDATE") == 6
    windows.quiet("--updated")
    assert version_of(windows, windows.program()) == "1.0.0"
    assert windows.value(UNINSTALL, "DisplayVersion") == "1.0.0"
    assert windows.value(RUN_ONCE, "gridapp") is None
    started = windows.program() / "started"
    assert started.read_text() == "1.0.0 --updated 6\n"
    assert files(windows.program()) == before | {"started"}


def test_files_that_another_program_holds_leave_the_version_before(
    windows: Windows, setups: dict[str, Path], holder: Path
) -> None:
    folder = windows.program()
    windows.run(setups["1.0.0"], "/S")
    before = files(folder)
    with windows.running(holder, held=folder / "_internal"):
        assert windows.run(setups["1.1.0"], "/S", "/UPDATE") == 11
    windows.quiet("--updated")
    assert (folder / "started").read_text() == "1.0.0 --updated 11\n"
    assert files(folder) == before | {"started"}
    assert version_of(windows, folder) == "1.0.0"
    assert windows.value(RUN_ONCE, "gridapp") is None


def test_what_cannot_be_taken_back_is_taken_back_at_a_later_log_in(
    windows: Windows, setups: dict[str, Path], holder: Path
) -> None:
    folder = windows.program()
    windows.run(setups["1.0.0"], "/S")
    checked = (folder / "gridapp.old/swapped").exists
    update = windows.start_until(checked, setups["slow"], "/S")
    with windows.running(holder, held=folder / "_internal"):
        (folder / "_internal/verdict").write_text("1")
        (folder / "_internal/wait").unlink()
        assert windows.ends(update, 120) == 10
        assert not windows.log_in()
    assert windows.log_in()
    assert version_of(windows, folder) == "1.0.0"
    assert files(folder) == PROGRAM | {"_internal/only-in-1.0.0"}
    assert windows.value(RUN_ONCE, "gridapp") is None


def test_for_all_users_only_administrators_may_say_where_to_enrol(
    windows: Windows, setups: dict[str, Path], holder: Path
) -> None:
    tool = windows.wine.drive / "windows/system32/icacls.exe"
    own, called = tool.read_bytes(), tool.with_name("started")
    tool.write_bytes(holder.read_bytes())  # writes down how it was called
    try:
        # Else Wine takes its own, which does nothing.
        native = windows.wine.environment()["WINEDLLOVERRIDES"] + ";icacls.exe=n"
        for switch, there in (("/CURRENTUSER", False), ("/ALLUSERS", True)):
            done = windows.wine.run(
                [setups["1.0.0"], "/S", switch], env={"WINEDLLOVERRIDES": native}
            )
            assert done.returncode == 0
            assert windows.common.exists() == there
            assert called.exists() == there
        lines = called.read_text().splitlines()
    finally:
        tool.write_bytes(own)
        called.unlink(missing_ok=True)
    where = rf"1.0.0 {windows.inside(windows.common)}"
    rights = [f"*S-1-5-{who}:(OI)(CI)" for who in ("32-544", "18", "32-545")]
    given = f"{rights[0]}F {rights[1]}F {rights[2]}RX"
    assert lines == [
        f"{where} /setowner *S-1-5-32-544",
        f"{where} /reset",
        f"{where} /inheritance:r /grant:r {given}",
    ]
    assert windows.uninstall(windows.program(True)) == 0
    assert not windows.common.exists()


def test_a_first_version_that_fails_its_self_check_leaves_nothing(
    windows: Windows, setups: dict[str, Path]
) -> None:
    assert windows.run(setups["broken"], "/S") == 6
    assert not files(windows.program())
    assert windows.value(UNINSTALL, "DisplayVersion") is None


def test_an_update_waits_for_the_program_and_starts_it_again(
    windows: Windows, setups: dict[str, Path]
) -> None:
    windows.run(setups["1.0.0"], "/S")
    with windows.running(windows.program() / "gridapp.exe"):
        update = windows.start(setups["1.1.0"], "/S", "/UPDATE")
        with pytest.raises(TimeoutError):
            windows.ends(update, 3)
    assert windows.ends(update, 60) == 0
    windows.quiet("--updated")
    started = windows.program() / "started"
    assert started.read_text() == "1.1.0 --updated 0\n"


def test_an_enrolment_file_is_put_where_the_first_start_looks(
    windows: Windows, setups: dict[str, Path], tmp_path: Path
) -> None:
    file = tmp_path / "登记 文件.gridpkg"
    file.write_bytes(b"sealed")
    switch = f"/ENROL={windows_path(file)}"
    assert windows.run(setups["1.0.0"], "/S", switch) == 0
    assert (windows.data / "enrol.gridpkg").read_bytes() == b"sealed"
    assert windows.run(setups["1.0.0"], "/S", "/ALLUSERS", switch) == 0
    assert (windows.common / "enrol.gridpkg").read_bytes() == b"sealed"


def test_an_enrolment_file_that_cannot_be_read_stops_setup_before_anything(
    windows: Windows, setups: dict[str, Path]
) -> None:
    assert windows.run(setups["1.0.0"], "/S", r"/ENROL=C:\没有这个文件") == 7
    assert not windows.program().exists()


@pytest.mark.parametrize(
    "stage", ["unpacking", "between", "checking", "checking and failing"]
)
@pytest.mark.parametrize("healer", ["setup", "log-in"])
def test_an_upgrade_cut_off_heals(
    windows: Windows, setups: dict[str, Path], stage: str, healer: str
) -> None:
    folder = windows.program()
    windows.run(setups["1.0.0"], "/S")
    moments = {
        "unpacking": folder / "gridapp.new/_internal/large",
        "between": folder / "gridapp.old/gridapp.exe",
        "checking": folder / "gridapp.old/swapped",
        "checking and failing": folder / "gridapp.old/swapped",
    }
    windows.kill_when(moments[stage].exists, setups["slow"], "/S")
    (folder / "_internal/wait").unlink(missing_ok=True)
    whole = (folder / "gridapp.old/swapped").exists()
    if stage == "checking and failing":
        (folder / "_internal/verdict").write_text("1")
    if healer == "setup":
        assert windows.run(setups["broken"], "/S") in (4, 6)
    else:
        assert windows.log_in()
    new = whole and stage != "checking and failing"
    assert version_of(windows, folder) == ("1.3.0" if new else "1.0.0")
    assert windows.value(UNINSTALL, "DisplayVersion") == ("1.3.0" if new else "1.0.0")
    assert not any("gridapp." in name.split("/")[0] for name in leftovers(folder))
    assert windows.value(RUN_ONCE, "gridapp") is None


def leftovers(folder: Path) -> set[str]:
    return files(folder) - PROGRAM


def test_a_folder_of_another_program_is_refused(
    windows: Windows, setups: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / "_internal").mkdir()
    (tmp_path / "_internal/theirs").touch()
    assert windows.run(setups["1.0.0"], "/S", f"/D={windows_path(tmp_path)}") == 9
    assert files(tmp_path) == {"_internal/theirs"}


def test_a_chinese_folder_with_spaces_is_fine(
    windows: Windows, setups: dict[str, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "网格 日志"
    assert windows.run(setups["1.0.0"], "/S", f"/D={windows_path(folder)}") == 0
    assert version_of(windows, folder) == "1.0.0"
    assert windows.run(setups["1.1.0"], "/S") == 0, "found by the registry"
    assert version_of(windows, folder) == "1.1.0"
    assert windows.uninstall(folder) == 0
    assert not folder.exists()


def test_a_long_path_is_fine_and_one_too_long_for_windows_is_refused(
    windows: Windows, setups: dict[str, Path], tmp_path: Path
) -> None:
    deep = tmp_path / ("长" * 50) / ("长" * 50)
    long = deep / ("长" * (204 - len(windows_path(deep))))
    assert windows.run(setups["1.0.0"], "/S", f"/D={windows_path(long)}") == 0
    assert version_of(windows, long) == "1.0.0"
    assert windows.uninstall(long) == 0
    too_long = long / ("路" * 30)
    assert windows.run(setups["1.0.0"], "/S", f"/D={windows_path(too_long)}") == 9
    assert not long.exists()
