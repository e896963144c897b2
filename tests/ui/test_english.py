"""The window speaks English from edge to edge when it is asked to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def test_no_page_and_no_dialog_of_the_english_window_says_a_chinese_word(tmp_path):
    program = Path(__file__).with_name("english_window.py")
    env = os.environ | {
        "GRIDAPP_LANGUAGE": "en",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "QT_QPA_PLATFORM": "offscreen",
    }
    told = subprocess.run(
        [sys.executable, str(program), str(tmp_path / "vault")],
        env=env,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == {}
