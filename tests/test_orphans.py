"""A worker of the tests that dies takes with it what it forked."""

import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="prctl is of Linux")

FORKS = (
    "import os, signal\n"
    "from tests import orphans\n"
    "orphans.none()\n"
    "if os.fork() == 0:\n"
    "    os.fork()\n"
    "    signal.alarm(90)\n"
    "    signal.pause()\n"
    "os.kill(os.getpid(), signal.SIGKILL)\n"
)


def test_what_a_killed_process_has_forked_lets_go_of_its_pipes():
    told = subprocess.run(
        [sys.executable, "-c", FORKS], stdout=subprocess.PIPE, timeout=60, check=False
    )  # comes to an end only when nobody holds the pipe
    assert told.returncode == -signal.SIGKILL
