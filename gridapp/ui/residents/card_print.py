"""Printing a resident's or a household's file as PDF, private values masked."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from gridapp.language import tr
from gridapp.models.record import Record
from gridapp.store.database import Connection
from gridapp.ui.papers import draw
from gridapp.ui.session import Session


class CardPrinter(QObject):
    """Asks where to, writes the card there and opens it."""

    said = Signal(str, object)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session

    def print_card(self, model: type[Record], record_id: UUID, name: str) -> None:
        """Print the file of one resident or household."""
        target = self._session.messages.choose_target(
            tr("档案存为"), f"{name} {dt.date.today()}.pdf", tr("PDF 文件 (*.pdf)")
        )
        if target:
            work = partial(_draw, model=model, record_id=record_id, path=Path(target))
            self._session.read(work, partial(self._printed, Path(target)))

    def _printed(self, path: Path, pages: int) -> None:
        words = tr("已生成 {pages} 页档案：{name}", pages=pages, name=path.name)
        self.said.emit(words, None)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def _draw(db: Connection, model: type[Record], record_id: UUID, path: Path) -> int:
    sheet = f"{model.__tablename__}-card"
    return draw(db, sheet, [record_id], dt.date.today(), path)
