"""Checks 28 and 29: every page and every dialog, seen, heard and pointed at.

Pages are found in the window, so a new one is looked at by itself.
"""

import json
import os
import subprocess
import sys

import pytest

from gridapp.cli import demo


def audit(folder, *parts, **environment):
    """What the audit of these parts found, in a process of its own.

    `environment` says in which scale or, by GRIDAPP_LANGUAGE, in which language.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.acceptance.audit", folder, *parts],
        env=os.environ
        | {"QT_QPA_PLATFORM": "offscreen", "GRIDAPP_PASSWORD": demo.PASSWORD}
        | environment,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.check(29)
def test_everything_has_a_name_contrast_and_size_and_is_reached(folder, check):
    answer = audit(folder, "wide")
    looks = "dark and high contrast with check 28"
    check.notes.append(f"{answer['scenes']} pages and dialogs, {looks}")
    assert answer["faults"] == {}


@pytest.mark.check(28)
@pytest.mark.parametrize(
    ("scale", "part"),
    [("1", "middle"), ("1.5", "narrow")],
    ids=["特大, dark", "150 %, high contrast"],
)
def test_everything_fits_the_window_and_stands_out(folder, check, scale, part):
    answer = audit(folder, part, QT_SCALE_FACTOR=scale)
    assert answer["ratio"] == float(scale)
    assert answer["faults"] == {}
