"""To the printer: the PDF itself where the system takes one, else its pages as pixels.

CUPS (Linux, macOS) prints a PDF as it is, read from standard input: letters stay
letters and no file is made. Windows has no such way without a program that shows PDF,
so there each page is drawn in grey at 300 pixels an inch and painted by QPrinter.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

from PySide6.QtCore import QSizeF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.office.paper.preview import POINTS, Pages
from gridapp.ui.jobs import Progress
from gridapp.ui.printing.page_view import image_of

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


def paint(content: bytes, printer: QPrinter, progress: Progress) -> int:
    """Paint a PDF on a printer that is set up; how many pages were.

    Qt lets any thread paint on a printer. UserError when the printer takes nothing.
    """
    pages = Pages(content)
    painter = QPainter()
    try:
        sizes = pages.sizes()
        first, last = printer.fromPage(), printer.toPage()
        wanted = range(max(first, 1) - 1, min(last or len(sizes), len(sizes)))
        printer.setFullPage(True)
        for done, number in enumerate(wanted):
            if progress.cancelled():
                break
            _lay(printer, sizes[number])
            if not (printer.newPage() if done else painter.begin(printer)):
                raise UserError(
                    tr("打印机没有准备好，看看它开着没有、有没有纸，再打一次")
                )
            scale = printer.resolution() / POINTS
            width, height = sizes[number]
            area = printer.pageRect(QPrinter.Unit.DevicePixel).toRect()
            area.setSize(QSizeF(width * scale, height * scale).toSize())
            painter.drawImage(area, image_of(pages.draw(number, PER_INCH, grey=True)))
            progress.step(done + 1, len(wanted))
        return len(wanted)
    finally:
        if painter.isActive():
            painter.end()
        pages.close()


def _lay(printer: QPrinter, size: tuple[float, float]) -> None:
    """Take the paper of a page, A4 upright or across."""
    width, height = size
    ways = QPageLayout.Orientation
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    printer.setPageOrientation(ways.Landscape if width > height else ways.Portrait)
