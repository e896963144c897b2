"""Words on the screen when no window of the program's own can be opened."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from gridapp.language import tr

_PATIENCE = 3600  # seconds that a box of the desktop may stand unread
_ICON_ERROR = 0x10  # MB_ICONERROR of MessageBoxW


def tell(words: str) -> None:
    """Say it on the terminal and, whoever began by a click, in a box of the desktop."""
    if sys.stderr is not None:  # a program of Windows without a console has none
        sys.stderr.write(f"{words}\n")
        if sys.stderr.isatty():
            return
    title = tr("网格日志打不开")
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.MessageBoxW(None, words, title, _ICON_ERROR)
    elif os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        _desktop_box(title, words)


def _desktop_box(title: str, words: str) -> None:
    """Show it by the first of the desktop's own tools that is there."""
    for name, *arguments in (
        ("zenity", "--error", "--no-markup", f"--title={title}", f"--text={words}"),
        ("kdialog", "--title", title, "--error", words),
        ("notify-send", "--urgency=critical", title, words),
        ("xmessage", "-center", words),
    ):
        tool = shutil.which(name)
        if tool is None:
            continue
        try:
            if not subprocess.run(
                [tool, *arguments], timeout=_PATIENCE, check=False
            ).returncode:
                return
        except (OSError, subprocess.SubprocessError):
            continue
