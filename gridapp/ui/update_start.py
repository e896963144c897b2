"""What the window does about updates before it opens, and when it ends for one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QWidget

from gridapp import crash
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.ui.messages import Messages
from gridapp.ui.widgets.card import column
from gridapp.ui.widgets.text import Text
from gridapp.update import waiting

if TYPE_CHECKING:
    from gridapp.update.program import Program

_READ = 2_500  # ms in which a person reads why the program goes away


def goes_on(
    data: Path, messages: Messages, code: int | None, program: Program | None = None
) -> bool:
    """Whether the program opens as usual; not while or because it is being updated.

    code: how the installer of an update ended that has started this program.
    """
    if code is None and not waiting.waits(data):
        return True
    from gridapp.update import applying
    from gridapp.update.program import here
    from gridapp.update.staged import Updates

    try:
        updates = Updates(data, program or here())
        found = applying.at_start(updates, code)
    except (UserError, OSError) as error:
        crash.write_down(error)  # what was working goes on working
        return True
    if found.running:
        messages.tell(tr("正在更新程序，装好后会自己打开，请等几分钟"))
        return False
    if found.halfway:
        messages.tell(tr("上次更新没有做完，请重新启动电脑再打开；资料没有改动"))
        return False
    if found.apply is None:
        return True
    try:
        applying.check(updates, found.apply)
        _show_going(found.apply.manifest.version)
        applying.start(updates)
    except UserError:
        updates.not_started(found.apply)
        return True
    return False


def _show_going(version: str) -> None:
    """Say for a moment where the program goes."""
    notice = QWidget(None, Qt.WindowType.FramelessWindowHint)
    notice.setObjectName("page")
    box = column(notice, (32, 24, 32, 24), 8)
    box.addWidget(Text(tr("正在更新到 {version}", version=version), "title"))
    words = tr("大约一分钟，装好后会自己打开。请不要关机，资料不会改动。")
    box.addWidget(Text(words, "muted"))
    notice.adjustSize()
    room = notice.screen().availableGeometry()
    notice.move(room.center() - notice.rect().center())
    notice.show()
    loop = QEventLoop()
    QTimer.singleShot(_READ, loop.quit)
    loop.exec()
    notice.deleteLater()


def leave_for(data: Path, messages: Messages, program: Program | None = None) -> None:
    """Start the installer of what waits: the program has closed its data and ends."""
    from gridapp.update import applying
    from gridapp.update.program import here
    from gridapp.update.staged import Updates

    try:
        applying.start(Updates(data, program or here()))
    except UserError as error:
        messages.tell(str(error))
