"""What 今日待办 starts for many people at once: an extra round, the missing plans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from uuid import UUID

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.models import Resident
from gridapp.models.record import Values
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.store.undo import Done, noted, take_back
from gridapp.ui.session import Session
from gridapp.ui.today.adopt_dialog import AdoptDialog
from gridapp.ui.today.round_dialog import RoundDialog, take_away
from gridapp.work import care_rounds, proposals
from gridapp.work.plans import Proposal

Missing = tuple[dict[UUID, list[Proposal]], dict[UUID, str]]


class TodayActs(QObject):
    """Opens the dialogs, says what was done and takes it back."""

    said = Signal(str, object)
    lacking = Signal(int)  # how many people lack a plan that a rule asks for

    def __init__(self, session: Session, owner: QWidget) -> None:
        super().__init__(owner)
        self._session = session
        self._owner = owner

    def count_missing(self) -> None:
        """Tell by `lacking` how many people the rules ask a plan for."""
        self._session.read(_count_missing, self.lacking.emit)

    def start_round(self) -> None:
        """Ask for what a round is made, and begin it."""
        self._session.read(_running, self._open_round)

    def _open_round(self, running: list[Values]) -> None:
        dialog = RoundDialog(self._session, running, self._owner)
        words = tr("专项走访开始了，要走访的人已列进待办")
        dialog.acted.connect(partial(self._tell, words))
        dialog.stop_asked.connect(self._stop_round)
        dialog.open()

    def _stop_round(self, round_id: UUID) -> None:
        work = partial(take_away, round_id=round_id)
        words = tr("已取消这一轮专项走访")
        self._session.write(
            lambda tx: noted(tx, work), lambda done: self._tell(words, done)
        )

    def adopt_plans(self) -> None:
        """Show who lacks a plan, and set them when told to."""
        self._session.read(_missing, self._open_adopt)

    def _open_adopt(self, found: Missing) -> None:
        missing, names = found
        if not missing:
            self.said.emit(tr("按规则该有的关爱计划都有了"), None)
            return
        dialog = AdoptDialog(self._session, missing, names, self._owner)
        dialog.acted.connect(self._adopted)
        dialog.open()

    def _adopted(self, done: Done) -> None:
        self._tell(tr("已补齐 {count} 个关爱计划", count=done.result), done)

    def _tell(self, words: str, done: Done) -> None:
        self.said.emit(words, partial(self._undo, done))

    def _undo(self, done: Done) -> None:
        work = partial(take_back, span=done)
        self._session.write(work, lambda _: self.said.emit(tr("已撤销"), None))


def _running(db: Connection) -> list[Values]:
    return care_rounds.running(db, dt.date.today())


def _missing(db: Connection) -> Missing:
    found = proposals.missing(db, dt.date.today())
    names: Mapping[UUID, str] = records.labels(db, Resident, found)
    return found, dict(names)


def _count_missing(db: Connection) -> int:
    return len(proposals.missing(db, dt.date.today()))
