"""Whose file lacks what GB/T 31000 requires: read when the list is narrowed by it."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from gridapp.models import Resident
from gridapp.ui.residents.resident_filters import UNREADY
from gridapp.ui.session import Session
from gridapp.work.readiness import incomplete


class Unready(QObject):
    """Reads the ids once they are asked for; `found` tells that they have come."""

    found = Signal()

    def __init__(self, session: Session, owner: QObject) -> None:
        super().__init__(owner)
        self._session = session
        self._ids: frozenset[UUID] | None = None
        self._asked = False

    def among(self, asked: Collection[str]) -> frozenset[UUID]:
        """Return who lacks something, if that is among what is asked.

        Nobody until the answer has come.
        """
        if UNREADY not in asked:
            return frozenset()
        if self._ids is None and not self._asked:
            self._asked = True
            self._session.read(partial(incomplete, model=Resident), self._take)
        return self._ids or frozenset()

    def forget(self) -> None:
        """Read again when asked next: somebody's file was changed."""
        self._ids = None

    def _take(self, ids: frozenset[UUID]) -> None:
        self._ids, self._asked = ids, False
        self.found.emit()
