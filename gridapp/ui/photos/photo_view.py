"""One photo large, with the others of its record at the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QPixmap, QResizeEvent, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QLabel, QSizePolicy, QWidget

from gridapp.language import tr
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.text import Text
from gridapp.work.attachments import PendingPhoto


class PhotoView(QDialog):
    """Shows photos one by one; `removed` tells the one to take away."""

    removed = Signal(str)  # hash

    def __init__(
        self,
        session: Session,
        photos: Sequence[PendingPhoto],
        first: int,
        parent: QWidget,
        *,
        removable: bool = True,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._photos = list(photos)
        self._place_now = first
        self._whole = QPixmap()
        self.setWindowTitle(tr("看照片"))
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        ignored = QSizePolicy.Policy.Ignored
        self._picture.setSizePolicy(ignored, ignored)
        self._words = Text("", "muted")
        theme = session.theme
        self._before = Button(theme, tr("上一张"))
        self._after = Button(theme, tr("下一张"))
        self._drop = Button(theme, tr("移除这张"), icon="trash-2")
        self._drop.setVisible(removable)
        self._leave = Button(theme, tr("返回"), "primary")
        self._place()
        for key, steps in (("Left", -1), ("Right", 1)):
            QShortcut(QKeySequence(key), self).activated.connect(
                partial(self._step, steps)
            )
        if removable:
            QShortcut(QKeySequence("Delete"), self).activated.connect(self._remove)
        room = parent.window().size()
        self.resize(room - QSize(60, 60))
        self._leave.setFocus()
        self._load()

    def _place(self) -> None:
        box = column(self)
        box.addWidget(self._picture, 1)
        footer = QFrame()
        footer.setObjectName("footer")
        row = line(footer, (16, 8, 16, 8), 8)
        row.addWidget(self._before)
        row.addWidget(self._after)
        row.addWidget(self._words, 1)
        row.addWidget(self._drop)
        row.addWidget(self._leave)
        box.addWidget(footer)
        for button, steps in ((self._before, -1), (self._after, 1)):
            button.setVisible(len(self._photos) > 1)
            button.clicked.connect(partial(self._step, steps))
        self._drop.clicked.connect(self._remove)
        self._leave.clicked.connect(self.reject)

    def _step(self, steps: int) -> None:
        place = self._place_now + steps
        if 0 <= place < len(self._photos):
            self._place_now = place
            self._load()

    def _load(self) -> None:
        one = self._photos[self._place_now]
        store = self._session.store.photos
        self._session.jobs.run(
            partial(store.read, one.photo.hash), partial(self._show, one), self._refuse
        )
        self._before.setEnabled(self._place_now > 0)
        self._after.setEnabled(self._place_now + 1 < len(self._photos))

    def _show(self, one: PendingPhoto, jpeg: bytes) -> None:
        if one is not self._photos[self._place_now]:
            return
        self._whole.loadFromData(jpeg)
        number = tr(
            "第 {number} 张，共 {count} 张",
            number=self._place_now + 1,
            count=len(self._photos),
        )
        words = [number, one.name or ""]
        if one.photo.taken_at:
            taken = one.photo.taken_at.astimezone()
            words.append(tr("拍摄于 {at:%Y-%m-%d %H:%M}", at=taken))
        self._words.setText("  ".join(word for word in words if word))
        self._picture.setAccessibleName(self._words.text())
        self._fit()

    def _refuse(self, error: Exception) -> None:
        self._whole = QPixmap()
        self._picture.setPixmap(self._whole)
        self._words.setText(str(error))

    def _remove(self) -> None:
        self.removed.emit(self._photos[self._place_now].photo.hash)
        self.accept()

    def _fit(self) -> None:
        if self._whole.isNull():
            return
        ratio = self.devicePixelRatio()
        room = self._picture.size() * ratio
        picture = self._whole
        if picture.width() > room.width() or picture.height() > room.height():
            picture = picture.scaled(
                room,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        picture.setDevicePixelRatio(ratio)
        self._picture.setPixmap(picture)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
