"""What every page works with: the open store, its jobs, the look and the dialogs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from gridapp.models.permissions import Act, refusal
from gridapp.store.database import Connection
from gridapp.store.vault import Changes, Store, Writing
from gridapp.ui.backing_up import BackingUp
from gridapp.ui.jobs import Failed, Jobs
from gridapp.ui.messages import Messages
from gridapp.ui.preferences import Preferences
from gridapp.ui.syncing import Syncing
from gridapp.ui.theme import Theme
from gridapp.ui.updating import Updating

Result = TypeVar("Result")


class Session(QObject):
    """One open vault as the window uses it."""

    changed = Signal(object)  # frozenset of the record types that changed
    lock_asked = Signal()  # hide everything until the password is typed again
    captures_allowed = Signal(bool)  # pictures of the screen may show the windows

    def __init__(
        self,
        store: Store,
        jobs: Jobs,
        theme: Theme,
        messages: Messages,
        preferences: Preferences | None = None,
    ) -> None:
        super().__init__()
        self.store = store
        self.jobs = jobs
        self.theme = theme
        self.messages = messages
        self.preferences = preferences or Preferences(store.folder, self)
        self.syncing = Syncing(self)
        self.backups = BackingUp(self)
        self.updating = Updating(self)
        store.on_changed(self._tell)

    def refusal(self, act: Act) -> str:
        """Why whoever is signed in may not do this, and who may; "" when it is theirs.

        The store asks again: this is for what is offered.
        """
        return refusal(self.store.user.role, act)

    def may(self, act: Act) -> bool:
        """Whether whoever is signed in may do this."""
        return not self.refusal(act)

    def read(
        self,
        work: Callable[[Connection], Result],
        done: Callable[[Result], None],
        failed: Failed | None = None,
    ) -> None:
        """Read from the store on its own thread, then call `done` here."""

        def reading() -> Result:
            with self.store.reading() as db:
                return work(db)

        self.jobs.run(reading, done, failed)

    def write(
        self,
        work: Callable[[Writing], Result],
        done: Callable[[Result], None],
        failed: Failed | None = None,
    ) -> None:
        """Do one write transaction on the store's thread, then call `done` here."""

        def writing() -> Result:
            with self.store.writing() as tx:
                return work(tx)

        self.jobs.run(writing, done, failed)

    def _tell(self, changes: Changes) -> None:
        self.changed.emit(changes.records)
