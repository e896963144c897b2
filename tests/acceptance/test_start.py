"""Checks 1 and 11: from the password to the list of today, also after a kill."""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from gridapp.cli import demo
from gridapp.ui.visits import visit_form
from tests.acceptance.desk import rows_of

NOTE = "说话清楚，自己做饭"


@dataclass
class Started:
    """A window that was opened, written into and killed."""

    folder: Path
    milliseconds: float  # from the start of the process to the list
    first: str  # row of the list


@pytest.fixture(scope="module")
def started(estate, tmp_path_factory):
    """The program, killed when it had kept a note that was being written."""
    folder = shutil.copytree(estate[0], tmp_path_factory.mktemp("killed") / "laptop")
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.acceptance.worker", folder, NOTE],
        env=os.environ
        | {"QT_QPA_PLATFORM": "offscreen", "GRIDAPP_PASSWORD": demo.PASSWORD},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    ready = process.stdout.readline()
    took = (time.perf_counter() - begun) * 1000
    written = process.stdout.readline()
    kept = process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    _, said = process.communicate()
    assert ready.startswith("ready "), said
    assert (written.strip(), kept.strip()) == ("written", "kept"), said
    return Started(folder, took, ready.removeprefix("ready ").strip())


@pytest.fixture
def folder(started):
    """Here the window is opened on what the killed one left."""
    return started.folder


@pytest.mark.check(1)
def test_the_list_is_there_soon_after_the_password(started, check):
    check.keys, check.clicks, check.milliseconds = 0, 0, started.milliseconds
    check.notes.append("a new process with its password, files in the disk's cache")
    assert "天" in started.first


@pytest.mark.check(11)
def test_what_was_written_before_a_kill_is_offered(desk, check):
    assert rows_of(desk.view("待办清单"))
    with check.measured():
        desk.hand.click(desk.button("继续填写"))
    assert NOTE in desk.note().toPlainText()
    assert (check.keys, check.clicks) == (0, 1)
    assert visit_form.KEEP_EVERY <= 5_000  # milliseconds of typing that may be lost
