"""Ways into an import: choosing a file, or dropping one onto the window.

The dialog is imported when it is first wanted: what reads ledgers takes its time.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import cast
from uuid import UUID

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal, SignalInstance
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.models import record_named
from gridapp.store.batches import TakenBack, take_back_batch
from gridapp.ui.session import Session

LEDGERS = tr("台账 (*.xlsx *.xlsm *.xls *.et *.ods *.csv *.tsv *.txt *.html *.htm)")
MOST_NAMED = 8  # records that stayed
ENDINGS = frozenset(
    (".xlsx", ".xlsm", ".xls", ".et", ".ods", ".csv", ".tsv", ".txt", ".html", ".htm")
)


def choose_ledger(session: Session, parent: QWidget, said: SignalInstance) -> None:
    """Ask for a ledger and open the import of it; `said` as that of a page."""
    path = session.messages.choose_file(tr("选要导入的台账"), LEDGERS)
    if path:
        open_import(session, Path(path), parent, said)


def open_import(
    session: Session, path: Path, parent: QWidget, said: SignalInstance
) -> None:
    """Open the import of a ledger; what it did is told by `said`, with its undo."""
    from gridapp.ui.ledgers.import_dialog import ImportDialog

    def tell(words: str, batch: UUID) -> None:
        said.emit(words, partial(undo_import, session, batch, said))

    dialog = ImportDialog(session, path, parent)
    dialog.imported.connect(tell)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def undo_import(session: Session, batch: UUID, said: SignalInstance) -> None:
    """Take back an import as a whole and say what stayed."""

    def done(result: TakenBack) -> None:
        said.emit(result.summary(), None)
        if result.stayed:
            session.messages.tell(stayed_words(result))

    session.write(partial(take_back_batch, batch=batch), done)


def stayed_words(result: TakenBack) -> str:
    """What an undone import left, and what to do about it."""
    names = [
        tr(
            "{title} {subject}",
            title=record_named(one.type).title,
            subject=one.subject,
        ).strip()
        for one in result.stayed[:MOST_NAMED]
    ]
    words = tr(
        "{summary}。保留的有：{names}",
        summary=result.summary(),
        names=tr("、").join(names),
    )
    if len(result.stayed) > MOST_NAMED:
        words += tr(" 等 {count:,} 条", count=len(result.stayed))
    return words + tr("。不要的可以打开它再改或删除。")


class LedgerDrop(QObject):
    """Takes a file that is dropped onto a window, wherever no part of it wants it.

    `endings` are those of the names it takes; a ledger's, unless others are given.
    """

    dropped = Signal(Path)

    def __init__(self, window: QWidget, endings: frozenset[str] = ENDINGS) -> None:
        super().__init__(window)
        self._endings = endings
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.DragEnter, QEvent.Type.DragMove):
            drag = cast("QDropEvent", event)
            if dropped_in(drag.mimeData(), self._endings) is not None:
                drag.acceptProposedAction()
                return True
        elif event.type() == QEvent.Type.Drop:
            drop = cast("QDropEvent", event)
            path = dropped_in(drop.mimeData(), self._endings)
            if path is not None:
                drop.acceptProposedAction()
                self.dropped.emit(path)
                return True
        return False


def dropped_in(data: QMimeData, endings: frozenset[str]) -> Path | None:
    """The one local file that is dragged, if its name ends in one of these."""
    urls = data.urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.suffix.lower() in endings else None
