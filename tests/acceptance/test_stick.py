"""Check 27: what is unsent goes onto a USB disk, and the county's answer comes back."""

import pytest
from PySide6.QtCore import QStorageInfo

from gridapp.cli.demo import GRID
from gridapp.county import access, packages, upkeep
from gridapp.store import exchange, outbox
from gridapp.sync.client import SyncClient
from gridapp.ui.sync import drives
from tests.acceptance.test_keeping import pick
from tests.county.conftest import Direct


class Stick:
    """What the system says of a USB disk that is plugged in."""

    def __init__(self, folder):
        self.folder = folder

    def rootPath(self):
        return str(self.folder)

    def displayName(self):
        return "KINGSTON"

    def isValid(self):
        return True

    isReady = isValid

    def isReadOnly(self):
        return False


@pytest.fixture
def stick(tmp_path, monkeypatch):
    """A folder that stands for the only disk that is plugged in."""
    folder = tmp_path / "stick"
    folder.mkdir()
    monkeypatch.setattr(QStorageInfo, "mountedVolumes", lambda: [Stick(folder)])
    monkeypatch.setattr(drives, "_MOUNTS", (str(tmp_path),))
    return folder


@pytest.fixture
def county(tmp_path):
    upkeep.init(tmp_path / "county")
    with upkeep.opened(tmp_path / "county") as opened:
        yield opened


def unsent(desk):
    batch = desk.read(outbox.next_batch)
    return len(batch.changes) if batch else 0


@pytest.mark.check(27)
def test_the_unsynced_goes_onto_a_usb_disk_and_the_answer_comes_back(
    desk, check, county, stick
):
    code = access.create_enrolment(county, [GRID], "王秀兰")
    SyncClient(desk.store, Direct(county)).enrol(code)
    assert unsent(desk)

    with check.measured():
        desk.hand.click(desk.button("同步"))
        desk.hand.click(desk.in_sight("导出到 U 盘"))
        pick(desk, "U 盘 KINGSTON")
    [file] = stick.iterdir()
    assert desk.says("已导出")
    assert unsent(desk)  # nothing counts as sent before the county says so

    [taken] = packages.take_in_all(county, [file], stick)
    assert (taken.code, taken.held) == ("", 0)
    with check.measured():
        desk.hand.click(desk.in_sight("从 U 盘导入"))
        pick(desk, file.stem + "-答复")

    assert desk.says("答复已导入")
    assert not unsent(desk)
    assert desk.read(exchange.read).packages[0].answered
    assert check.clicks <= 3
