"""The window in a process of its own, as it is started from the desktop.

Types the password, says when the list of today can be used, writes a note into a visit
form if it is given one, and waits to be killed; without one it ends.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from gridapp.app import App
from gridapp.ui.qt_start import qt_application
from gridapp.ui.reopen import prepare
from tests.acceptance.desk import Desk, rows_of
from tests.acceptance.hand import Hand
from tests.acceptance.stalls import StallWatch

KEPT = "草稿已自动存"


def say(words: str) -> None:
    """Tell the test how far it is."""
    print(words, flush=True)


def main(folder: Path, note: str) -> None:
    """Open the vault in `folder`; write `note` into a form and leave it there."""
    prepare(folder)
    qt = qt_application()
    app = App(qt, folder, attended=False)
    app.ask_password()
    hand = Hand(lambda: app.jobs.busy, StallWatch())
    hand.settle()
    hand.write(os.environ["GRIDAPP_PASSWORD"])
    hand.press("Enter")
    hand.until(lambda: app.window is not None)
    assert app.window is not None
    desk = Desk(app.window, app.window.session, hand, app.messages, folder)
    hand.until(lambda: desk.all_views("待办清单"))
    scale = round(app.window.devicePixelRatio(), 2)
    say(f"ready {scale:g} {rows_of(desk.view('待办清单'))[1]}")
    if note:
        hand.press("F2", "Alt+1")
        hand.write(note)
        say("written")
        form: Any = desk.window.pages["visit"]
        hand.until(lambda: any(KEPT in label for label in desk.labels()))
        hand.until(lambda: not form._touched)  # else only a part was kept
        say("kept")
        qt.exec()
    app.window.close()
    app.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
