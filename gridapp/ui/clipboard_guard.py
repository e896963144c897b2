"""What is copied in the program does not stay on the clipboard.

Anything copied here may be somebody's data: it is taken away after a minute, when the
window locks and when it closes, unless another program has put something there since.
"""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QObject, QTimer
from PySide6.QtGui import QClipboard, QGuiApplication

KEPT = 60_000  # ms
_OPEN = "application/x-gridapp-open"  # marks what may stay: it is about nobody
_ALONE = ("offscreen", "minimal")  # screens on which no other program is
# Marks that keep a copy out of the system's history of the clipboard and out of its
# cloud: of Windows (learn.microsoft.com, Clipboard Formats) and of KDE's Klipper.
_MARKS = {
    'application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitor'
    'Processing"': b"1",
    "x-kde-passwordManagerHint": b"secret",
}


def copy_openly(text: str) -> None:
    """Copy what is about nobody, as a report of a fault; it stays."""
    content = QMimeData()
    content.setText(text)
    content.setData(_OPEN, b"1")
    QGuiApplication.clipboard().setMimeData(content)


class ClipboardGuard(QObject):
    """Watches what this program puts on the clipboard."""

    def __init__(self, parent: QObject | None = None, kept: int = KEPT) -> None:
        """Let a copy stay for `kept` milliseconds."""
        super().__init__(parent)
        self._board = QGuiApplication.clipboard()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(kept)
        self._timer.timeout.connect(self.clear)
        self._board.dataChanged.connect(self._changed)

    def clear(self) -> None:
        """Take away what is ours and about somebody."""
        self._timer.stop()
        if self._is_private():
            self._board.clear()
        if self._board.supportsSelection() and self._board.ownsSelection():
            self._board.clear(QClipboard.Mode.Selection)

    def _is_private(self) -> bool:
        ours = self._board.ownsClipboard() or QGuiApplication.platformName() in _ALONE
        return ours and not self._content().hasFormat(_OPEN)

    def _content(self) -> QMimeData:
        return self._board.mimeData() or QMimeData()

    def _changed(self) -> None:
        content = self._content()
        if not self._is_private() or not content.formats():
            self._timer.stop()
            return
        self._timer.start()
        if any(content.hasFormat(mark) for mark in _MARKS):
            return  # it is what stands below
        marked = QMimeData()
        for form in content.formats():
            marked.setData(form, content.data(form))
        if content.hasImage():  # Qt keeps it beside its formats
            marked.setImageData(content.imageData())
        for mark, value in _MARKS.items():
            marked.setData(mark, value)
        self._board.setMimeData(marked)
