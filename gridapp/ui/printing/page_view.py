"""The pages of a PDF below each other, drawn by PDFium as they come into sight.

Pages are drawn off the UI thread, one at a time and only those that are seen, at the
pixels of the screen, so that they are crisp at any size and of any display.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea

from gridapp.language import tr
from gridapp.office.paper.preview import POINTS, Pages, Pixels
from gridapp.ui.session import Session

Fit = Literal["page", "width", "free"]
SCREEN = 96.0  # logical pixels of an inch at 100 %
GAP = 14  # logical pixels around a page
MOST_KEPT = 10  # drawn pages
LEAST, MOST = 0.25, 3.0  # scale; 1.0 is 100 %
STEPS = (0.25, 0.33, 0.5, 0.67, 0.75, 0.9, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0)
SHARPEST = 400.0  # pixels of an inch that are drawn at most


class PageView(QAbstractScrollArea):
    """A PDF to look at; Page Up and Page Down go a page on and back."""

    turned = Signal(int)  # the page in sight, the first is 1
    zoomed = Signal(float)  # the scale; 1.0 is 100 %

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._theme = session.theme
        self._pages: Pages | None = None
        self._sizes: Sequence[tuple[float, float]] = ()
        self._tops: list[int] = []
        self._drawn: OrderedDict[int, QImage] = OrderedDict()
        self._drawing: int | None = None
        self._turn = 0  # pages of an earlier PDF are not shown in this one
        self._fit: Fit = "page"
        self._scale = 1.0
        self._page = 0
        self.setAccessibleName(tr("打印预览"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self._theme.changed.connect(self.viewport().update)

    def show_pdf(self, content: bytes, done: Callable[[int], None]) -> None:
        """Show another PDF from its first page; `done` is told how many it has."""
        turn = self._begin()

        def opened(found: tuple[Pages, Sequence[tuple[float, float]]]) -> None:
            pages, sizes = found
            if turn != self._turn:
                self._drop(pages)
                return
            self._pages, self._sizes = pages, sizes
            self._lay_out()
            self.verticalScrollBar().setValue(0)
            self._scrolled()
            done(len(sizes))

        self._session.jobs.run(partial(_open, content), opened)

    def clear(self) -> None:
        """Show nothing."""
        self._begin()
        self._sizes = ()
        self._lay_out()

    def count(self) -> int:
        """Return how many pages are shown."""
        return len(self._sizes)

    def page(self) -> int:
        """Return the page in sight, the first is 1; 0 when there is none."""
        return self._page + 1 if self._sizes else 0

    def picture(self, number: int) -> QImage | None:
        """Return a page as it was drawn last, or None; the first is 0."""
        return self._drawn.get(number)

    def scale(self) -> float:
        """Return the size pages are shown at; 1.0 is 100 %."""
        return self._scale

    def go_to(self, number: int) -> None:
        """Show the beginning of a page, the first is 0."""
        if self._tops:
            wanted = min(max(number, 0), len(self._tops) - 1)
            self.verticalScrollBar().setValue(self._tops[wanted] - GAP // 2)
            self._page = wanted
            self.turned.emit(wanted + 1)

    def fit(self, how: Fit) -> None:
        """Show whole pages, or pages as wide as there is room."""
        self._fit = how
        self._again()

    def zoom(self, steps: int) -> None:
        """Show pages larger or smaller by so many steps."""
        sizes = [one for one in STEPS if (one - self._scale) * steps > 0.005]
        if sizes:
            self._fit = "free"
            self._scale = min(sizes) if steps > 0 else max(sizes)
            self._again()

    def _begin(self) -> int:
        self._turn += 1
        self._drop(self._pages)
        self._pages = None
        self._drawn.clear()
        self._drawing = None
        self._page = 0
        return self._turn

    def _drop(self, pages: Pages | None) -> None:
        if pages is not None:
            self._session.jobs.run(pages.close, lambda _: None)

    def _again(self) -> None:
        """Lay out anew with the same page in sight."""
        page = self._page
        self._lay_out()
        self.go_to(page)
        self.viewport().update()

    def _lay_out(self) -> None:
        self._scale = self._fitting()
        room = self.viewport().size()
        self._tops = []
        top, widest = GAP, 0
        for number in range(len(self._sizes)):
            self._tops.append(top)
            width, height = self._size(number)
            widest = max(widest, width)
            top += height + GAP
        below, across = self.verticalScrollBar(), self.horizontalScrollBar()
        below.setRange(0, max(0, top - room.height()))
        below.setPageStep(room.height())
        below.setSingleStep(48)
        across.setRange(0, max(0, widest + 2 * GAP - room.width()))
        across.setPageStep(room.width())
        across.setSingleStep(48)
        self.zoomed.emit(self._scale)
        self.viewport().update()

    def _fitting(self) -> float:
        """Return the scale that shows what was asked for."""
        if self._fit == "free" or not self._sizes:
            return self._scale
        bar = self.verticalScrollBar().sizeHint().width()
        width = max(one for one, _ in self._sizes) * SCREEN / POINTS
        room = self.maximumViewportSize()
        scale = (room.width() - bar - 2 * GAP) / width
        if self._fit == "page":
            height = max(one for _, one in self._sizes) * SCREEN / POINTS
            scale = min(scale, (room.height() - 2 * GAP) / height)
        return min(max(scale, LEAST), MOST)

    def _size(self, number: int) -> tuple[int, int]:
        """Return the size of a page in logical pixels."""
        width, height = self._sizes[number]
        scale = self._scale * SCREEN / POINTS
        return round(width * scale), round(height * scale)

    def _place(self, number: int) -> QRect:
        """Return where a page lies in the viewport."""
        width, height = self._size(number)
        room = self.viewport().width()
        left = max(GAP, (room - width) // 2) - self.horizontalScrollBar().value()
        top = self._tops[number] - self.verticalScrollBar().value()
        return QRect(left, top, width, height)

    def _seen(self) -> list[int]:
        """Return the pages in sight."""
        top = self.verticalScrollBar().value()
        first = max(bisect_right(self._tops, top) - 1, 0)
        last = bisect_right(self._tops, top + self.viewport().height())
        return list(range(first, last))

    def _scrolled(self, *_value: int) -> None:
        self.viewport().update()
        middle = self.viewport().height() // 3
        above = [n for n in self._seen() if self._place(n).top() <= middle]
        page = above[-1] if above else 0
        if page != self._page or not page:
            self._page = page
            self.turned.emit(self.page())

    def _per_inch(self) -> float:
        return min(self._scale * SCREEN * self.devicePixelRatioF(), SHARPEST)

    def _draw_next(self) -> None:
        """Draw the next page in sight that is not drawn at this size yet."""
        if self._pages is None or self._drawing is not None:
            return
        wanted = next((n for n in self._seen() if not self._sharp(n)), None)
        if wanted is None:
            return
        self._drawing = wanted
        work = partial(self._pages.draw, wanted, self._per_inch())
        self._session.jobs.run(work, partial(self._arrived, self._turn, wanted))

    def _sharp(self, number: int) -> bool:
        image = self._drawn.get(number)
        if image is None:
            return False
        width = round(self._sizes[number][0] / POINTS * self._per_inch())
        return abs(image.width() - width) <= 2

    def _arrived(self, turn: int, number: int, pixels: Pixels) -> None:
        if turn != self._turn:
            return
        self._drawing = None
        self._drawn[number] = image_of(pixels)
        self._drawn.move_to_end(number)
        while len(self._drawn) > MOST_KEPT:
            self._drawn.popitem(last=False)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.viewport().rect(), QColor(tokens.grey.back))
        for number in self._seen():
            place = self._place(number)
            painter.fillRect(place, QColor("white"))  # paper is white in the dark too
            image = self._drawn.get(number)
            if image is not None:
                painter.drawImage(place, image)
            painter.setPen(QPen(QColor(tokens.border_strong)))
            painter.drawRect(place.adjusted(-1, -1, 0, 0))
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))
        painter.end()
        self._draw_next()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._again()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        steps = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}
        if key in steps:
            self.go_to(self._page + steps[Qt.Key(key)])
        elif key == Qt.Key.Key_Home:
            self.go_to(0)
        elif key == Qt.Key.Key_End:
            self.go_to(self.count() - 1)
        elif control and key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(1)
        elif control and key == Qt.Key.Key_Minus:
            self.zoom(-1)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            turned: QPoint = event.angleDelta()
            if turned.y():
                self.zoom(1 if turned.y() > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)


def image_of(pixels: Pixels) -> QImage:
    """Return drawn pixels as a picture of its own memory."""
    kind = (
        QImage.Format.Format_Grayscale8 if pixels.grey else QImage.Format.Format_BGR888
    )
    image = QImage(pixels.content, pixels.width, pixels.height, pixels.stride, kind)
    return image.copy()


def _open(content: bytes) -> tuple[Pages, Sequence[tuple[float, float]]]:
    pages = Pages(content)
    return pages, pages.sizes()
