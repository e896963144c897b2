"""Backs the open vault up: once a day by itself, and when a person asks.

It works beside the window and in nobody's way, on a thread of its own. The first one of
a day begins in the first quiet minute; whoever closes the window before that gets it
afterwards. Someone who has looked in for a moment gets none.
"""

from __future__ import annotations

import datetime as dt
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from gridapp import crash
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store.vault import Store
from gridapp.ui.jobs import Progress

if TYPE_CHECKING:
    from gridapp.store.backup import Made, Standing
    from gridapp.ui.session import Session

FIRST = 60.0  # seconds after the window has opened
AGAIN = 3600.0  # until it looks again: a window may be open for days
BUSY = 10.0  # until it looks whether other work is done
_PHOTOS = 500  # at a time: some seconds of work
SHORT = 20.0  # seconds; who closes sooner has only looked in


class BackingUp(QObject):
    """The one place of the window that makes backups."""

    changed = Signal()  # how it stands, or whether one is being made
    stepped = Signal(int, int, str)  # done, of how many (0: unknown), what
    said = Signal(str)  # a sentence for the person

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.now: Standing | None = None
        self.error = ""  # of the last one that a person asked for
        self._progress: Progress | None = None
        self._begun = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_time)

    def begin(self) -> None:
        """Back up by itself from now on."""
        self._begun = time.monotonic()
        self._timer.start(round(FIRST * 1000))

    @property
    def running(self) -> bool:
        """Whether one is being made."""
        return self._progress is not None

    def refresh(self) -> None:
        """Read again how it stands; a place in the network may take its time."""
        work = partial(_standing, self._session.store)
        self._session.jobs.run_beside(work, self._know, self._unknown)

    def back_up(self, file: Path | None = None, *, asked: bool = True) -> None:
        """Make one now, in its places or as one file with the photos; nothing when one
        is being made. `asked`: a person waits for it."""
        if self._progress is not None:
            return
        self.error = ""
        self._progress = progress = Progress(self)
        progress.stepped.connect(self.stepped)
        store = self._session.store
        work = partial(_make, store, file, progress, asked=asked)
        failed = partial(self._failed, asked=asked)
        self._session.jobs.run_beside(work, partial(self._done, asked=asked), failed)
        self.changed.emit()

    def stop(self) -> None:
        """Stop the one that is being made; nothing is left of it."""
        if self._progress is not None:
            self._progress.cancel()

    def late_words(self) -> str:
        """What the header says; "" while all is well."""
        if self.now is None:
            return ""
        from gridapp.work import backup_words

        return backup_words.late_words(self.now, dt.datetime.now(dt.UTC))

    def close(self) -> None:
        """Begin nothing more."""
        self._timer.stop()
        self.stop()

    def after_close(self) -> None:
        """The window is gone and the vault still open: today's backup, if none was
        made and somebody has worked here."""
        if not self._begun or time.monotonic() - self._begun < SHORT:
            return
        store = self._session.store
        try:
            if not store.retired and _standing(store).due:
                _make(store, None, Progress(), asked=False)
        except (UserError, OSError) as error:
            self._unknown(error)

    def _on_time(self) -> None:
        if self._session.jobs.busy:
            self._timer.start(round(BUSY * 1000))
            return
        self._timer.start(round(AGAIN * 1000))
        self._session.jobs.run_beside(
            partial(_tended, self._session.store), self._decide, self._unknown
        )

    def _decide(self, now: Standing) -> None:
        self._know(now)
        if now.due or _waits_for_second(now):
            self.back_up(asked=False)

    def _know(self, now: Standing) -> None:
        self.now = now
        self.changed.emit()

    def _unknown(self, error: Exception) -> None:
        """It is tried again; what a person can do, the card says."""
        if not isinstance(error, UserError):
            crash.write_down(error)

    def _done(self, made: Made, *, asked: bool) -> None:
        self._progress = None
        if asked:
            words = tr("已备份并核对：{name}", name=made.file.name)
            self.said.emit(made.trouble or words)
        self.refresh()

    def _failed(self, error: Exception, *, asked: bool) -> None:
        self._progress = None
        if not asked:
            self._unknown(error)
        elif isinstance(error, UserError):
            self.error = str(error)
        else:
            self._session.messages.show_error(error)
        self.refresh()


def _waits_for_second(now: Standing) -> bool:
    """Whether the other place is back and has nothing of today yet."""
    if not now.second_there or now.last is None:
        return False
    return now.second_last is None or now.second_last.date() < now.last.date()


def _standing(store: Store) -> Standing:
    from gridapp.store import backup

    return backup.standing(store)


def _tended(store: Store) -> Standing:
    """See to photos under a former key, if somebody was taken off; how it stands."""
    from gridapp.store import rekeying

    rekeying.renew_photos(store, _PHOTOS)
    return _standing(store)


def _make(store: Store, file: Path | None, progress: Progress, *, asked: bool) -> Made:
    from gridapp.store import backup
    from gridapp.store.backup_places import DAILY, HAND

    step, cancelled = progress.step, progress.cancelled
    if file is not None:
        return backup.make_file(
            store, file, with_photos=True, step=step, cancelled=cancelled
        )
    reason = HAND if asked else DAILY
    return backup.make(store, reason, step=step, cancelled=cancelled)
