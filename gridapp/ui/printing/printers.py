"""To the printer: the PDF itself where the system takes one, else its pages as pixels.

CUPS (Linux, macOS) prints a PDF as it is, read from standard input: letters stay
letters and no file is made. Windows has no such way without a program that shows PDF,
so there each page is drawn in grey at 300 pixels an inch and painted by QPrinter.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, QSizeF, Signal
from PySide6.QtGui import QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.office.preview import POINTS, Pages, Pixels
from gridapp.ui.printing.page_view import image_of
from gridapp.ui.session import Session

PER_INCH = 300.0  # pixels of a page that is painted
PATIENCE = 120  # seconds CUPS may take to accept a document


def printer_names() -> list[str]:
    """Return the printers there are, the usual one first; asks the system, slowly."""
    names = QPrinterInfo.availablePrinterNames()
    usual = QPrinterInfo.defaultPrinterName()
    return sorted(names, key=lambda name: name != usual)


def takes_pdf() -> bool:
    """Return whether a PDF can be given to the printer as it is."""
    return sys.platform != "win32" and shutil.which("lp") is not None


def hand_over(content: bytes, printer: str, copies: int, title: str) -> None:
    """Give a PDF to CUPS; UserError with what it said when it was not taken."""
    command = ["lp", "-d", printer, "-n", str(copies), "-t", title, "-"]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UserError(
            tr("打印机“{printer}”没有回应，看看它开着没有，再打一次", printer=printer)
        ) from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise UserError(
            tr("打印机“{printer}”没有收下：{said}", printer=printer, said=said)
        )


class PaintedPrint(QObject):
    """Paints a PDF on a printer page by page, each drawn off the UI thread."""

    stepped = Signal(int, int)  # pages done, of how many
    finished = Signal(int)  # pages
    failed = Signal(object)  # the exception

    def __init__(
        self, session: Session, content: bytes, printer: QPrinter, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._content = content
        self._printer = printer
        self._painter = QPainter()
        self._pages: Pages | None = None
        self._sizes: Sequence[tuple[float, float]] = ()
        self._numbers: list[int] = []
        self._done = 0
        self._stopped = False

    def start(self) -> None:
        """Begin; `finished` or `failed` tells the end."""
        self._session.jobs.run(partial(_opened, self._content), self._begin, self._fail)

    def stop(self) -> None:
        """Print no further page."""
        self._stopped = True

    def _begin(self, found: tuple[Pages, Sequence[tuple[float, float]]]) -> None:
        self._pages, self._sizes = found
        first, last = self._printer.fromPage(), self._printer.toPage()
        count = len(self._sizes)
        self._numbers = list(range(max(first, 1) - 1, min(last or count, count)))
        self._printer.setFullPage(True)
        if self._numbers:
            self._lay(self._numbers[0])
        if not self._numbers or not self._painter.begin(self._printer):
            self._close()
            words = tr("打印机没有准备好，看看它开着没有、有没有纸，再打一次")
            self._fail(UserError(words))
            return
        self._next()

    def _lay(self, number: int) -> None:
        """Take the paper of a page: upright or across."""
        width, height = self._sizes[number]
        ways = QPageLayout.Orientation
        self._printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        self._printer.setPageOrientation(
            ways.Landscape if width > height else ways.Portrait
        )

    def _next(self) -> None:
        if self._pages is None:
            return
        if self._stopped or self._done == len(self._numbers):
            self._painter.end()
            self._close()
            self.finished.emit(self._done)
            return
        number = self._numbers[self._done]
        work = partial(self._pages.draw, number, PER_INCH, grey=True)
        self._session.jobs.run(work, self._paint, self._fail)

    def _paint(self, pixels: Pixels) -> None:
        number = self._numbers[self._done]
        if self._done:
            self._lay(number)
            self._printer.newPage()
        scale = self._printer.resolution() / POINTS
        width, height = self._sizes[number]
        area = self._printer.pageRect(QPrinter.Unit.DevicePixel).toRect()
        area.setSize(QSizeF(width * scale, height * scale).toSize())
        self._painter.drawImage(area, image_of(pixels))
        self._done += 1
        self.stepped.emit(self._done, len(self._numbers))
        self._next()

    def _fail(self, error: Exception) -> None:
        if self._painter.isActive():
            self._printer.abort()
            self._painter.end()
        self._close()
        self.failed.emit(error)

    def _close(self) -> None:
        if self._pages is not None:
            self._session.jobs.run(self._pages.close, lambda _: None)
            self._pages = None


def _opened(content: bytes) -> tuple[Pages, Sequence[tuple[float, float]]]:
    pages = Pages(content)
    return pages, pages.sizes()
