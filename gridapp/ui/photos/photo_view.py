"""One photo large, with the others of its record at the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QPixmap, QResizeEvent, QShortcut
from PySide6.QtWidgets import QDialog, QLabel, QSizePolicy, QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store import state
from gridapp.store.photos import PhotoStore
from gridapp.store.vault import Store
from gridapp.ui.photos.photo_thumbs import small_of
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column
from gridapp.ui.widgets.frame import Foot
from gridapp.ui.widgets.text import Text
from gridapp.work.attachments import PendingPhoto

if TYPE_CHECKING:
    from gridapp.sync.photos import PhotoSync


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
        self._fetch: _Fetch | None = None
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
        footer = Foot()
        footer.row.addWidget(self._before)
        footer.row.addWidget(self._after)
        footer.row.addWidget(self._words, 1)
        footer.row.addWidget(self._drop)
        footer.row.addWidget(self._leave)
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
        self._drop_fetch()
        self._session.jobs.run(
            partial(_nearest, self._session.store.photos, one.photo.hash),
            partial(self._show_nearest, one),
            partial(self._refuse, one),
        )
        self._before.setEnabled(self._place_now > 0)
        self._after.setEnabled(self._place_now + 1 < len(self._photos))

    def _show_nearest(self, one: PendingPhoto, found: _Nearest) -> None:
        """Show what is here, and fetch the whole photo when it is not."""
        if one is not self._photos[self._place_now]:
            return
        if found.whole:
            self._show(one, found.jpeg)
            return
        self._whole = QPixmap()
        self._whole.loadFromData(found.jpeg)
        self._picture.setPixmap(self._whole)
        self._words.setText(tr("正在下载照片…"))
        self._fit()
        self._fetch = fetch = _Fetch(self._session.store, one.photo.hash)
        self._session.jobs.run_aside(
            fetch, partial(self._show, one), partial(self._refuse, one)
        )

    def _drop_fetch(self) -> None:
        """Stop fetching a photo that nobody looks at any more."""
        if self._fetch is not None:
            self._fetch.stop()
            self._fetch = None

    def done(self, result: int) -> None:
        self._drop_fetch()
        super().done(result)

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

    def _refuse(self, one: PendingPhoto, error: Exception) -> None:
        """Say why; a small picture that is shown stays."""
        if one is self._photos[self._place_now]:
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


@dataclass(frozen=True)
class _Nearest:
    """What this laptop has of a photo: the whole, a small picture, or nothing."""

    jpeg: bytes
    whole: bool


def _nearest(store: PhotoStore, name: str) -> _Nearest:
    try:
        return _Nearest(store.read(name), whole=True)
    except UserError:
        return _Nearest(small_of(store, name) or b"", whole=False)


class _Fetch:
    """Gets one photo from the county on a thread of its own, until it is stopped."""

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = name
        self._sync: PhotoSync | None = None

    def __call__(self) -> bytes:
        from gridapp.sync.photos import PhotoSync  # brings httpx

        with self._store.reading() as db:
            alone = not state.value(db, state.SERVER_URL)
        if alone:
            return self._store.photos.read(self._name)  # which says what is wrong
        self._sync = PhotoSync.of(self._store)
        return self._sync.fetch(self._name)

    def stop(self) -> None:
        if self._sync is not None:
            self._sync.stop()
