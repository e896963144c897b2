"""Pictures that came into the photo folder today and are in no record yet."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store.database import Connection
from gridapp.store.photo_folder import new_pictures, preview
from gridapp.ui.photos.photo_thumbs import Thumb
from gridapp.ui.session import Session
from gridapp.ui.widgets.card import column
from gridapp.ui.widgets.flow import FlowLayout
from gridapp.ui.widgets.text import Text
from gridapp.work.attachments import attached_names

LOOK_EVERY = 3_000  # milliseconds
SIDE = 240  # pixels
A_LOOK = 4  # previews made at a time, so that saving never waits for long


@dataclass(frozen=True)
class _Found:
    paths: list[Path]
    previews: dict[Path, bytes]
    trouble: str = ""


class PhotoOffers(QWidget):
    """Offers them as small pictures; pressing one takes it."""

    taken = Signal(object)  # the path
    counted = Signal(int)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._unfolded = False
        self._looking = False
        self._used: set[Path] = set()
        self._previews: dict[Path, bytes] = {}
        self._shown: list[Path] = []
        self._words = Text("", "muted", wrap=True)
        self._pictures = QWidget()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self._pictures.setSizePolicy(policy)
        self._flow = FlowLayout(self._pictures, 6)
        box = column(self, gap=4)
        box.addWidget(self._words)
        box.addWidget(self._pictures)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY)
        self._timer.timeout.connect(self.look)

    def begin(self) -> None:
        """Begin a new form: only count what is there, until it is unfolded."""
        self._unfolded = False
        self._used = set()
        self.look()

    def unfold(self) -> None:
        """Show the pictures, and those that come while the form is open."""
        self._unfolded = True
        self.look()

    def look(self) -> None:
        """Look into the folder, off the UI thread."""
        folder = self._session.preferences.now.photo_folder
        if not folder:
            self._show(_Found([], {}))
            return
        if self._looking:
            return
        self._looking = True
        known = frozenset(self._previews) if self._unfolded else None
        work = partial(_look, folder=Path(folder), known=known)
        self._session.read(work, self._show)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _show(self, found: _Found) -> None:
        self._looking = False
        self._previews |= found.previews
        paths = [path for path in found.paths if path not in self._used]
        self.counted.emit(len(paths))
        words = tr("照片文件夹里今天新来的，点一下就加上：") if paths else ""
        self._words.setText(found.trouble or words)
        self._words.setVisible(bool(self._words.text()))
        self._show_pictures([path for path in paths if path in self._previews])

    def _show_pictures(self, paths: list[Path]) -> None:
        if paths == self._shown:
            return
        self._shown = paths
        while (item := self._flow.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for path in paths:
            name = tr("加上照片 {name}", name=path.name)
            thumb = Thumb(self._session.theme, self._previews[path], name, offered=True)
            thumb.clicked.connect(partial(self._take, path))
            self._flow.addWidget(thumb)
        self._pictures.setVisible(bool(paths))
        self.updateGeometry()

    def _take(self, path: Path) -> None:
        self._used.add(path)
        self._show_pictures([one for one in self._shown if one != path])
        self.taken.emit(path)


def _look(db: Connection, folder: Path, known: frozenset[Path] | None) -> _Found:
    """What came into the folder today; previews of some that are not `known`."""
    today = dt.datetime.combine(dt.date.today(), dt.time()).astimezone()
    try:
        paths = new_pictures(folder, today)
    except UserError as error:
        return _Found([], {}, str(error))
    used = attached_names(db, [path.name for path in paths], today)
    paths = [path for path in paths if path.name not in used]
    previews: dict[Path, bytes] = {}
    for path in paths if known is not None else ():
        if path not in (known or ()) and len(previews) < A_LOOK:
            small = preview(path, SIDE)
            if small is not None:
                previews[path] = small
    return _Found(paths, previews)
