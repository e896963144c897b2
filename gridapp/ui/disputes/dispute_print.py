"""Printing the papers of a dispute as PDF."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from gridapp.language import tr
from gridapp.models.record import Values
from gridapp.store import state
from gridapp.store.database import Connection
from gridapp.store.vault import Writing
from gridapp.ui.papers import draw
from gridapp.ui.session import Session
from gridapp.work.dispute_cases import CaseFile


class PaperPrinter(QObject):
    """Writes the papers that were asked for, and opens them."""

    said = Signal(str, object)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session

    def print_case(self, case: CaseFile, values: Values) -> bool:
        """Ask where to and print; return whether a place was chosen.

        `values` are the answers of `dispute_asks.papers`. Papers with private values
        stand in the journal before they are written.
        """
        name = f"{case.dispute['name']} {dt.date.today()}.pdf"
        target = self._session.messages.choose_target(
            tr("文书存为"), name, tr("PDF 文件 (*.pdf)")
        )
        if not target:
            return False
        work = partial(
            _draw,
            sheet=values["sheet"],
            dispute_id=case.dispute["id"],
            path=Path(target),
            whole=values["whole"],
        )
        done = partial(self._printed, Path(target))
        if values["whole"]:
            note = partial(_disclose, dispute_id=case.dispute["id"])
            self._session.write(note, lambda _: self._session.read(work, done))
        else:
            self._session.read(work, done)
        return True

    def _printed(self, path: Path, pages: int) -> None:
        words = tr("已生成 {pages} 页文书：{name}", pages=pages, name=path.name)
        self.said.emit(words, None)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


def _disclose(tx: Writing, dispute_id: UUID) -> None:
    state.disclose(tx, "print", "dispute", dispute_id, tr("完整文书"))


def _draw(
    db: Connection, sheet: str, dispute_id: UUID, path: Path, *, whole: bool
) -> int:
    return draw(db, sheet, [dispute_id], dt.date.today(), path, unmasked=whole)
