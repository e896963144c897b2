"""Pictures of the real windows, for machines without a display and for the manual."""

from __future__ import annotations

import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import cast

from PySide6.QtCore import QBuffer, QCoreApplication, QEvent, QPoint
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.settings import Scheme
from gridapp.ui.jobs import Jobs
from gridapp.ui.login import Login
from gridapp.ui.main_window import MainWindow
from gridapp.ui.scenes import Stage, scenes
from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Width

SIZES = {Width.WIDE: (1366, 768), Width.MID: (1100, 700), Width.NARROW: (910, 441)}
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
COLOURS = (256, 128, 64, 48, 32)  # of a saved picture, as many as its size allows
MOST_BYTES = 60_000  # of a saved picture
PATIENCE = 60.0  # seconds
Counted = list[tuple[int, tuple[int, int, int]]]  # pixels, and their colour
_SHADE = 90  # of 255, over the window behind a dialog


class Gallery:
    """Plays the scenes in the window and saves what it shows.

    A picture's name is its scene's, then `-mid` or `-narrow` for a smaller window and
    `-dark` for the dark look.
    """

    def __init__(self, jobs: Jobs, theme: Theme, out: Path, *, every: bool) -> None:
        """Save into `out`; with `every`, in all three sizes and both looks."""
        self._jobs = jobs
        self._theme = theme
        self._out = out
        self._sizes = list(Width) if every else [Width.WIDE]
        self._schemes = SCHEMES if every else SCHEMES[:1]
        self.saved: list[Path] = []

    def login(self, login: Login, password: str) -> None:
        """Save the login, then open the vault as a user does."""
        shown = {"login": self._settle, "login-recover": login.recover}
        self._each(login, shown, _close_dialog)
        login.type_password(password)
        login.submit()
        self._settle()

    def walk(self, window: MainWindow) -> None:
        """Save every page and the dialogs a worker meets."""
        stage = Stage(window, self._settle)
        self._each(
            window,
            {
                name: lambda show=show: show(stage)
                for name, show in scenes(window).items()
            },
            stage.clear,
        )

    def _each(
        self,
        window: QWidget,
        shown: dict[str, Callable[[], None]],
        clear: Callable[[], None] | None = None,
    ) -> None:
        for scheme in self._schemes:
            self._theme.apply(scheme)
            for width in self._sizes:
                window.resize(*SIZES[width])
                self._settle()
                for name, show in shown.items():
                    show()
                    self._settle()
                    suffix = "" if width is Width.WIDE else f"-{width.value}"
                    suffix += "" if scheme == "light" else f"-{scheme}"
                    self._save(f"{name}{suffix}", window)
                    if clear is not None:
                        clear()
        self._theme.apply("light")

    def _save(self, name: str, window: QWidget) -> None:
        path = self._out / f"{name}.png"
        try:
            path.write_bytes(_few_colours(_picture(window)))
        except OSError as error:
            raise UserError(
                tr("画面存不进 {path}，请检查文件夹后再试", path=path)
            ) from error
        self.saved.append(path)

    def _settle(self) -> None:
        for _ in range(3):
            wait(lambda: not self._jobs.busy)
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
            QCoreApplication.processEvents()


def _close_dialog() -> None:
    front = QApplication.activeModalWidget()
    if isinstance(front, QDialog):
        front.reject()


def _picture(window: QWidget) -> QPixmap:
    """Return what a person sees: the window, with an open dialog before it."""
    picture = window.grab()
    front = QApplication.activeModalWidget() or QApplication.activePopupWidget()
    if front is None or front is window:
        return picture
    painter = QPainter(picture)
    if front.isModal():
        painter.fillRect(window.rect(), QColor(0, 0, 0, _SHADE))
    place = front.mapToGlobal(QPoint(0, 0)) - window.mapToGlobal(QPoint(0, 0))
    if front.isModal():
        place = window.rect().center() - front.rect().center()
    painter.drawPixmap(place, front.grab())
    painter.end()
    return picture


def _few_colours(picture: QPixmap) -> bytes:
    """Return a picture as a small PNG file, of the colours it has most of.

    A badge's red is rare among the greys of letters, and must stay red.
    """
    from PIL import Image

    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    picture.save(buffer, "BMP")
    whole = Image.open(BytesIO(buffer.data().data())).convert("RGB")
    counted = cast("Counted", whole.getcolors(whole.width * whole.height))
    often = [colour for _, colour in sorted(counted, reverse=True)]
    content = b""
    for colours in COLOURS:
        palette = Image.new("P", (1, 1))
        palette.putpalette([part for colour in often[:colours] for part in colour])
        out = BytesIO()
        few = whole.quantize(palette=palette, dither=Image.Dither.NONE)
        few.save(out, "PNG", optimize=True)
        content = out.getvalue()
        if len(content) <= MOST_BYTES:
            break
    return content


def wait(done: Callable[[], bool]) -> None:
    """Let the application run until `done`; UserError when that takes too long."""
    end = time.monotonic() + PATIENCE
    while not done():
        QCoreApplication.processEvents()
        if time.monotonic() > end:
            raise UserError(tr("画面很久没有准备好，请检查数据文件夹后再试"))
        time.sleep(0.005)
