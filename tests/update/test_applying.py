"""An update from the file that was taken to the new version that says so.

The installer is a stand-in that is really executed: a script that notes how it was
called, swaps what is installed (or fails), and starts the program again, as Setup.exe
does. The real ones are tried by tests/installer.
"""

import base64
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gridapp.errors import UserError
from gridapp.update import applying, waiting
from gridapp.update.file import DEBIAN
from gridapp.update.staged import Updates
from tests.update.test_staged import in_a_process

ROOT = Path(__file__).parents[2]
SETUP = """#!/bin/sh
echo "$@ $PWD" > "{data}/called.txt"
{deed}
cd / && exec "{python}" -m tests.update.a_program "{installed}" "{data}" "{key}" \
 --updated "$code"
"""
SWAPS = 'echo 1.1.0 > "{installed}/version.txt"; code=0'
ROLLS_BACK = "code=6"


class Place:
    """An installed program 1.0.0, its data, and who builds its updates."""

    def __init__(self, releases, folder):
        self.releases = releases
        self.installed, self.data = folder / "installed", folder / "数据"
        self.installed.mkdir()
        self.data.mkdir()
        self.installed.joinpath("version.txt").write_text("1.0.0\n")
        self.key = base64.b64encode(releases.public).decode()

    @property
    def updates(self):
        version = self.installed.joinpath("version.txt").read_text().strip()
        return Updates(self.data, self.releases.program(self.installed, version))

    def take(self, deed, version="1.1.0"):
        told = {"installed": self.installed, "data": self.data, "key": self.key}
        script = SETUP.format(deed=deed.format(**told), python=sys.executable, **told)
        self.updates.take(self.releases.make(version, script.encode()))

    def open(self):
        """Start the program as a person does; what it said."""
        program = [sys.executable, "-m", "tests.update.a_program"]
        told = [str(self.installed), str(self.data), self.key]
        done = subprocess.run(
            [*program, *told], cwd=ROOT, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def wait_until_said(self, count):
        """The lines that programs have said, once there are so many."""
        said = self.data / "said.txt"
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            lines = said.read_text().splitlines() if said.exists() else []
            if len(lines) >= count:
                return lines
            time.sleep(0.02)
        raise AssertionError("the program was not started again")


@pytest.fixture
def place(releases, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return Place(releases, tmp_path)


def test_an_update_is_applied_at_the_next_start_and_the_new_version_says_so(place):
    place.take(SWAPS)
    assert waiting.waits(place.data)
    assert place.open() == "1.0.0 applies 1.1.0"
    assert place.wait_until_said(2)[-1] == "1.1.0 good 0"
    called = (place.data / "called.txt").read_text()
    assert called.startswith("/S /UPDATE ")
    assert "run-" in called
    assert not waiting.waits(place.data)
    assert not list(place.updates.folder.glob("run-*"))
    assert applying.at_start(place.updates) == applying.Start()


def test_one_that_fails_is_told_once_and_not_tried_again_by_itself(place):
    place.take(ROLLS_BACK)
    place.open()
    assert place.wait_until_said(2)[-1] == "1.0.0 bad 6"
    assert applying.at_start(place.updates).apply is None
    assert waiting.untold(place.data) == "1.1.0 6"
    waiting.told(place.data, "1.1.0 6")
    assert waiting.untold(place.data) == ""
    # whoever takes it again, or another one, wants it tried
    place.take(SWAPS)
    assert applying.at_start(place.updates).apply is not None


def test_while_the_installer_works_the_program_ends_and_one_that_died_has_failed(
    place,
):
    place.take("sleep 60; code=0")
    place.open()
    pid = place.updates.attempt().pid
    try:
        assert place.open() == "1.0.0 running"
    finally:
        os.killpg(pid, signal.SIGKILL)
    _wait_for_end(place)
    assert place.open() == "1.0.0 bad -1"


def _wait_for_end(place):
    deadline = time.monotonic() + 30
    while place.updates.running() and time.monotonic() < deadline:
        time.sleep(0.01)


@pytest.mark.parametrize("part", ["_internal", "gridapp-cli.exe", "gridapp.exe"])
def test_between_two_versions_nothing_opens_and_nothing_is_said_to_have_come_in(
    place, part
):
    place.take(SWAPS)
    updates = place.updates
    updates.begin(updates.ready())
    # The new program starts, but some of the old one is still away.
    place.installed.joinpath("version.txt").write_text("1.1.0\n")
    before = place.installed / "gridapp.old"
    before.mkdir()
    (before / part).touch()
    assert applying.at_start(place.updates) == applying.Start(halfway=True)
    assert place.updates.attempt() is not None
    (before / "swapped").touch()  # now only the check of the new one is missing
    assert applying.at_start(place.updates).outcome.good


def test_a_program_that_was_put_right_opens_though_rubbish_is_left(place):
    (place.installed / "gridapp.old").mkdir()
    (place.installed / "gridapp.old" / "to").write_text("1.1.0")
    assert applying.at_start(place.updates) == applying.Start()


def test_a_power_cut_before_the_installer_started_is_followed_by_one_more_try(place):
    place.take(SWAPS)
    for tried in (1, 2):
        updates = place.updates
        head = updates.ready()
        assert updates.begin(head).tries == tried  # here the power goes
        found = applying.at_start(place.updates)
        assert (found.apply is not None) == (tried == 1)
    assert found.outcome.good is False


def test_what_was_changed_in_its_place_is_not_run(place):
    place.take(SWAPS)
    updates = place.updates
    waits = updates.file_of(updates.ready())
    raw = bytearray(waits.read_bytes())
    raw[-1] ^= 1
    waits.write_bytes(bytes(raw))
    with pytest.raises(UserError, match="损坏"):
        applying.start(updates)
    assert not (place.data / "called.txt").exists()
    assert updates.attempt() is None


def test_where_the_person_may_not_change_the_program_an_administrator_is_named(place):
    place.take(SWAPS)
    gone = place.updates
    object.__setattr__(gone.program, "folder", place.data / "no such folder")
    with pytest.raises(UserError, match="/ALLUSERS"):
        applying.start(gone)


def test_on_debian_the_helper_gets_the_signed_file_and_the_program_comes_back(
    releases, tmp_path, monkeypatch
):
    installed, data, tools = (tmp_path / one for one in ("files", "数 据", "bin"))
    for one in (installed, data, tools):
        one.mkdir()
    _script(tools / "pkexec", 'exec "$@"')
    _script(installed / applying.HELPER, 'echo "$1" > "$1.seen"; exit 6')
    _script(
        tools / "gridapp",
        f'echo "$@" > "{tmp_path}/again.part"\n'
        f'mv "{tmp_path}/again.part" "{tmp_path}/again"',
    )
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    launch = [str(tools / "gridapp")]
    program = releases.program(installed, launch=launch, platform=DEBIAN)
    updates = Updates(data, program)
    updates.take(releases.make(deb=True))
    assert os.waitstatus_to_exitcode(in_a_process(lambda: _starts(updates))) == 0
    again = tmp_path / "again"
    deadline = time.monotonic() + 30
    while not again.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert again.read_text().split(" --updated ") == [f"--data {data}", "6\n"]
    assert list(updates.folder.glob("*.gridupdate.seen"))
    found = applying.at_start(Updates(data, program), 6)
    assert found.outcome.good is False
    assert "换回旧版本" in applying.why(found.outcome.code)


def test_an_installer_elsewhere_finds_data_that_were_named_from_here(
    releases, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    program = releases.program(tmp_path)
    script = b'#!/bin/sh\necho "$@" > ../../called\n'
    updates = Updates(Path("data"), program)
    updates.take(releases.make(content=script))
    applying.start(updates)
    os.waitpid(updates.attempt().pid, 0)
    assert (tmp_path / "data" / "called").read_text() == "/S /UPDATE\n"
    monkeypatch.chdir("/")
    assert updates.ready() is not None


def test_on_debian_without_a_helper_the_command_for_an_administrator_is_told(
    releases, tmp_path
):
    data = tmp_path / "我的 数据"
    updates = Updates(data, releases.program(tmp_path, platform=DEBIAN))
    updates.take(releases.make(deb=True))
    with pytest.raises(UserError, match="sudo .*gridapp-update") as told:
        applying.start(updates)
    command = str(told.value).partition("：")[2]
    assert shlex.split(command)[2] == str(updates.file_of(updates.ready()))


def _starts(updates):
    """Start the installer and end at once, as the program does."""
    if applying.start(updates) == "1.1.0":
        os._exit(0)


def _script(file, body):
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)


def test_an_environment_of_a_bundle_is_not_handed_on():
    told = {
        "_PYI_ARCHIVE_FILE": "x",
        "_MEIPASS2": "x",
        "LD_LIBRARY_PATH": "/opt/bundle",
        "LD_LIBRARY_PATH_ORIG": "/usr/lib/own",
        "HOME": "/home/somebody",
    }
    assert applying.outside(told) == {
        "LD_LIBRARY_PATH": "/usr/lib/own",
        "HOME": "/home/somebody",
        "PYINSTALLER_RESET_ENVIRONMENT": "1",
    }
