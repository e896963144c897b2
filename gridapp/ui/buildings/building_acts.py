"""What is done with a building that is shown: it is printed, a household is opened."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from gridapp.language import tr
from gridapp.store.undo import Done, noted, take_back
from gridapp.ui.session import Session
from gridapp.work.buildings import Block
from gridapp.work.colouring import Basis
from gridapp.work.doors import Door
from gridapp.work.due import Due
from gridapp.work.gathering import open_home


class BuildingActs(QObject):
    """Asks, writes, and says what was done and how it is undone."""

    said = Signal(str, object)
    opened = Signal(object)  # the id of a household that was opened
    print_asked = Signal(str, object)  # name of a sheet, ids of its records
    issue_asked = Signal(object)  # the id of an issue of the building

    def __init__(self, session: Session, owner: QObject) -> None:
        super().__init__(owner)
        self._session = session

    def print_block(self, block: Block | None, basis: Basis) -> None:
        """Ask for the sheet of the building, coloured as it is shown."""
        if block is None or not block.doors:
            self.said.emit(tr("先选一栋有住户的楼，再打印"), None)
            return
        sheet = "building-matrix-care" if basis == "care" else "building-matrix"
        self.print_asked.emit(sheet, [block.id])

    def open_issue(self, issues: Sequence[Due], under: QWidget) -> None:
        """Open the building's own issue, or let one choose among several."""
        if len(issues) == 1:
            self.issue_asked.emit(issues[0].id)
            return
        menu = QMenu(under)
        menu.setAccessibleName(tr("公共问题"))
        for due in issues:
            action = menu.addAction(due.why)
            action.triggered.connect(partial(self._ask_issue, due.id))
        menu.popup(under.mapToGlobal(under.rect().bottomLeft()))
        menu.aboutToHide.connect(menu.deleteLater)

    def _ask_issue(self, issue_id: UUID, _checked: bool = False) -> None:
        self.issue_asked.emit(issue_id)

    def open_home(
        self, block: Block, unit: str, room: str, dwelling_id: UUID | None = None
    ) -> None:
        """Open a household behind a door, on file or not; its people come next."""
        door = Door(block.number, unit, room, block.id, dwelling_id)
        work = partial(open_home, door=door)
        self._session.write(
            lambda tx: noted(tx, work), partial(self._on_home, door.words)
        )

    def _on_home(self, door: str, done: Done) -> None:
        words = tr("已在 {door} 登记一户，把家里的人添上", door=door)
        self.said.emit(words, partial(self._take_back, done))
        self.opened.emit(done.result)

    def _take_back(self, done: Done) -> None:
        work = partial(take_back, span=done)
        self._session.write(work, lambda _: self.said.emit(tr("已撤销"), None))
