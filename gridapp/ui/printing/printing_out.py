"""What is done with a PDF that was looked at: printed, or kept as a file."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from gridapp.language import tr
from gridapp.ui.jobs import Progress
from gridapp.ui.papers import Printed, is_tabulated, kept, tabulated
from gridapp.ui.session import Session

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter


class PrintingOut(QObject):
    """Prints and saves off the UI thread, and says what was done."""

    said = Signal(str, object)
    stepped = Signal(int, int)  # pages painted, of how many
    ended = Signal()

    def __init__(self, session: Session, owner: QWidget) -> None:
        super().__init__(owner)
        self._session = session
        self._owner = owner
        self._progress: Progress | None = None  # of the pages that are being painted

    @staticmethod
    def names() -> list[str]:
        """Return the printers there are; asks the system, which may take long."""
        from gridapp.ui.printing.printers import printer_names

        return printer_names()

    def save(self, printed: Printed, name: str) -> None:
        """Ask where to and write the PDF there, whole or not at all.

        Where the file is named .xlsx and the sheet can be one, a workbook.
        """
        kinds, books = tr("PDF 文件 (*.pdf)"), is_tabulated(printed.wanted.sheet)
        if books:
            kinds += ";;" + tr("Excel 表格 (*.xlsx)")
        target = self._session.messages.choose_target(
            tr("存为 PDF 或 Excel") if books else tr("存为 PDF"), f"{name}.pdf", kinds
        )
        path = Path(target)
        if target and books and path.suffix.lower() == ".xlsx":
            work = partial(tabulated, self._session.store, printed.wanted, path)
            self._session.jobs.run(work, partial(self._tabulated, path))
        elif target:
            if path.suffix.lower() != ".pdf":
                path = path.with_name(path.name + ".pdf")
            work = partial(kept, self._session.store, printed, path)
            done = partial(self._saved, printed.pages, path)
            self._session.jobs.run(work, done)

    def print_on(self, name: str, copies: int, printed: Printed, title: str) -> None:
        """Print on the printer of that name, as it is set up."""
        from gridapp.ui.printing.printers import hand_over, takes_pdf

        if takes_pdf():
            work = partial(hand_over, printed.content, name, copies, title)
            done = partial(self._sent, printed.pages * copies)
            self._session.jobs.run_network(work, lambda _: done())
        else:
            self.paint(self._printer(name, copies, title), printed)

    def ask_printer(self, name: str, copies: int, printed: Printed, title: str) -> None:
        """Let the system's own dialog ask for sides, range and paper, then print."""
        from PySide6.QtPrintSupport import QPrintDialog

        printer = self._printer(name, copies, title)
        dialog = QPrintDialog(printer, self._owner)
        dialog.setMinMax(1, printed.pages)
        dialog.accepted.connect(partial(self.paint, printer, printed))
        QDialog.open(dialog)  # its own `open` asks for a slot by name

    def paint(self, printer: QPrinter, printed: Printed) -> None:
        """Print on a printer that is set up, page by page."""
        from gridapp.ui.printing.printers import paint

        progress = self._progress = Progress(self)
        progress.stepped.connect(self._step)
        self._session.jobs.run_network(
            partial(paint, printed.content, printer, progress),
            partial(self._painted, printer.copyCount()),
            self._failed,
        )

    def stop(self) -> bool:
        """Print no further page; whether anything was being printed."""
        if self._progress is not None:
            self._progress.cancel()
        return self._progress is not None

    def _printer(self, name: str, copies: int, title: str) -> QPrinter:
        from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

        info = QPrinterInfo.printerInfo(name)
        printer = QPrinter(info, QPrinter.PrinterMode.HighResolution)
        printer.setCopyCount(copies)
        printer.setDocName(title)
        return printer

    def _step(self, done: int, total: int, _words: str) -> None:
        self.stepped.emit(done, total)

    def _painted(self, copies: int, pages: int) -> None:
        self._end()
        self._sent(pages * copies)

    def _failed(self, error: Exception) -> None:
        self._end()
        self._session.messages.show_error(error)

    def _end(self) -> None:
        self._progress = None
        self.ended.emit()

    def _sent(self, pages: int) -> None:
        self.said.emit(tr("已送去打印 {pages:,} 页", pages=pages), None)

    def _saved(self, pages: int, path: Path, _nothing: object) -> None:
        words = tr("已存 {pages:,} 页：{name}", pages=pages, name=path.name)
        self.said.emit(words, None)

    def _tabulated(self, path: Path, _rows: int) -> None:
        self.said.emit(tr("已存 Excel：{name}", name=path.name), None)
