"""Photos of a form: from files, the clipboard or the photo folder; never a must.

Any form takes it in three steps: place a `PhotoStrip(session)`, wait for `when_ready`
before saving, and `attachments.attach(tx, type, id, strip.pending())` in the form's own
transaction. A photo is made small and upright and loses its position off the UI
thread; it lies encrypted in the photo store as soon as it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from PySide6.QtCore import QBuffer, QEvent, QIODevice, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store.photos import PhotoStore
from gridapp.ui.photos.photo_offers import PhotoOffers
from gridapp.ui.photos.photo_thumbs import Thumb, small_of
from gridapp.ui.photos.photo_view import PhotoView
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.flow import FlowLayout
from gridapp.ui.widgets.text import Text
from gridapp.work.attachments import PendingPhoto

SIDE = 240  # pixels of a thumbnail: sharp on a screen at 200 %
Source = Path | QImage


@dataclass(frozen=True)
class _Shown:
    """A photo with its small picture, None when that is not on this laptop."""

    photo: PendingPhoto
    small: bytes | None


class PhotoStrip(QWidget):
    """The photos of one form; folded into one button until somebody wants it."""

    changed = Signal()  # what `pending` returns has changed
    said = Signal(str, object)  # what was done; a function that undoes it

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._photos: list[_Shown] = []
        self._working = 0
        self._turn = 0  # answers of an earlier form are not shown in this one
        self._waiting: list[Callable[[], None]] = []
        theme = session.theme
        self._add = Button(theme, tr("加照片"), "quiet", icon="camera")
        self._file = Button(theme, tr("从文件选…"), icon="folder")
        self._paste = Button(theme, tr("粘贴 Ctrl+V"), icon="clipboard-paste")
        self._hint = Text(tr("可以不加。会自动缩小，不留拍摄位置"), "faint")
        self._error = Text("", "error", wrap=True)
        self._pictures = QWidget()
        self._flow = FlowLayout(self._pictures, 6)
        self._offers = PhotoOffers(session)
        self._place()
        self._add.clicked.connect(self.unfold)
        self._file.clicked.connect(self._choose)
        self._paste.clicked.connect(self.paste)
        self._offers.taken.connect(self._take_offer)
        self._offers.counted.connect(self._name_button)
        key = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self)
        key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        key.activated.connect(self.paste)
        self.clear()

    def _place(self) -> None:
        box = column(self, gap=6)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self._pictures.setSizePolicy(policy)
        box.addWidget(self._pictures)
        row = line(gap=8)
        for button in (self._add, self._file, self._paste):
            row.addWidget(button)
        row.addWidget(self._hint)
        row.addStretch()
        box.addLayout(row)
        box.addWidget(self._offers)
        box.addWidget(self._error)

    def pending(self) -> tuple[PendingPhoto, ...]:
        """Return what was taken, for `attach`."""
        return tuple(one.photo for one in self._photos)

    def when_ready(self, act: Callable[[], None]) -> None:
        """Call `act` as soon as no photo is being taken in: now, as a rule."""
        if self._working:
            self._waiting.append(act)
        else:
            act()

    def clear(self) -> None:
        """Begin a new form without photos, folded."""
        self._turn += 1
        self._photos = []
        self._say("")
        self._fold(folded=True)
        self._offers.begin()
        self._show()

    def show_pending(self, photos: Sequence[PendingPhoto]) -> None:
        """Show the photos of a form that is gone on with, and no others."""
        self.clear()
        self._photos = [_Shown(one, b"") for one in photos]  # pending from now on
        if photos:
            self._show()
            work = partial(_small, self._session.store.photos, photos)
            self._run(work, self._take_small)

    def unfold(self) -> None:
        """Show the ways to add a photo, with the keyboard on the first."""
        self._fold(folded=False)
        self._offers.unfold()
        self._file.setFocus(Qt.FocusReason.TabFocusReason)

    def take(self, sources: Sequence[Source]) -> None:
        """Take pictures in; a sentence below tells which could not be."""
        self._say("")
        for source in sources:
            self._run(partial(_taken, self._session.store.photos, source), self._took)

    def paste(self) -> None:
        """Take what lies on the clipboard: a picture, or copied picture files."""
        sources = clipboard_pictures()
        if sources:
            self._fold(folded=False)
            self.take(sources)
        else:
            self._say(tr("剪贴板里没有图片：先在微信或看图软件里复制照片，再来粘贴"))

    def listen_to(self, editor: QWidget) -> None:
        """Take pictures that are pasted into a text field of the form as well."""
        editor.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            pasting = event.matches(QKeySequence.StandardKey.Paste)
            words = QGuiApplication.clipboard().text()
            if pasting and not words and clipboard_pictures():
                self.paste()
                return True
        return super().eventFilter(watched, event)

    def _take_offer(self, path: Path) -> None:
        self.take([path])

    def _choose(self) -> None:
        kinds = tr("照片") + " (*.jpg *.jpeg *.png *.webp *.bmp *.heic)"
        chosen = self._session.messages.choose_files(tr("选照片"), kinds)
        self.take([Path(name) for name in chosen])

    def _run(
        self, work: Callable[[], list[_Shown]], done: Callable[[list[_Shown]], None]
    ) -> None:
        turn = self._turn
        self._working += 1
        self._show_working()

        def arrived(found: list[_Shown]) -> None:
            if turn == self._turn:
                done(found)
            self._finish()

        def failed(error: Exception) -> None:
            if not isinstance(error, UserError):
                self._session.messages.show_error(error)
            elif turn == self._turn:
                self._say("\n".join(filter(None, (self._error.text(), str(error)))))
            self._finish()

        self._session.jobs.run(work, arrived, failed)

    def _finish(self) -> None:
        self._working -= 1
        self._show_working()
        if not self._working:
            waiting, self._waiting = self._waiting, []
            for act in waiting:
                act()

    def _take_small(self, found: list[_Shown]) -> None:
        small = {one.photo: one for one in found}
        self._photos = [small.get(one.photo, one) for one in self._photos]
        self._show()

    def _took(self, found: list[_Shown]) -> None:
        had = {one.photo.photo.hash for one in self._photos}
        new = [one for one in found if one.photo.photo.hash not in had]
        if not new:
            self._say(tr("这张照片已经加过了"))
            return
        self._photos += new
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        while (item := self._flow.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for number, one in enumerate(self._photos):
            name = tr("照片 {number}", number=number + 1)
            words = " ".join(filter(None, (name, one.photo.name)))
            thumb = Thumb(self._session.theme, one.small, words)
            thumb.clicked.connect(partial(self._open, number))
            thumb.removed.connect(partial(self._remove, one.photo.photo.hash))
            self._flow.addWidget(thumb)
        self._pictures.setVisible(bool(self._photos))
        self.updateGeometry()

    def _open(self, number: int) -> None:
        photos = [one.photo for one in self._photos]
        view = PhotoView(self._session, photos, number, self)
        view.removed.connect(self._remove)
        view.open()

    def _remove(self, name: str) -> None:
        """Take a photo out of the form, which can be undone."""
        number, one = next(
            (number, one)
            for number, one in enumerate(self._photos)
            if one.photo.photo.hash == name
        )
        turn = self._turn
        del self._photos[number]
        self._after_change()

        def undo() -> None:
            if turn == self._turn:
                self._photos.insert(number, one)
                self._after_change()

        self.said.emit(tr("已移除照片"), undo)

    def _after_change(self) -> None:
        self._show()
        self._add_button().setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _add_button(self) -> Button:
        return self._file if self._add.isHidden() else self._add

    def _fold(self, *, folded: bool) -> None:
        self._add.setVisible(folded)
        for widget in (self._file, self._paste, self._hint):
            widget.setVisible(not folded)
        self._offers.setVisible(not folded)

    def _name_button(self, count: int) -> None:
        words = tr("加照片")
        if count:
            words = tr("加照片：文件夹里有 {count} 张新的", count=count)
        self._add.setText(words)
        self._add.setAccessibleName(words)

    def _show_working(self) -> None:
        words = tr("可以不加。会自动缩小，不留拍摄位置")
        if self._working:
            words = tr("正在处理照片…")
        self._hint.setText(words)

    def _say(self, sentence: str) -> None:
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))


def clipboard_pictures() -> list[Source]:
    """Return the picture files or the one picture on the clipboard."""
    clipboard = QGuiApplication.clipboard()
    mime = cast("QMimeData | None", clipboard.mimeData())  # None: it is empty
    if mime is None:
        return []
    paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    if paths:
        return list(paths)
    if not mime.hasImage():
        return []
    image = clipboard.image()
    return [] if image.isNull() else [image]


def _taken(store: PhotoStore, source: Source) -> list[_Shown]:
    """Take one picture into the store; UserError with the file's name in it."""
    name = source.name if isinstance(source, Path) else None
    try:
        content = source if isinstance(source, Path) else png_of(source)
        photo = store.take(content)
    except UserError as error:
        raise UserError(
            tr("{name}：{error}", name=name, error=error) if name else str(error)
        ) from error
    return [_Shown(PendingPhoto(photo, name), store.thumbnail(photo.hash, SIDE))]


def png_of(image: QImage) -> bytes:
    """Return a picture as a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType]
    return bytes(buffer.data().data())


def _small(store: PhotoStore, photos: Sequence[PendingPhoto]) -> list[_Shown]:
    return [_Shown(one, small_of(store, one.photo.hash)) for one in photos]
