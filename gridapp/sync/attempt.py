"""One sync as it is remembered: whatever comes of it is written into the vault's log.

The window and the command line both sync through here.
"""

from __future__ import annotations

from threading import Event

from gridapp.errors import UserError
from gridapp.models.kinds import now, time_text
from gridapp.store import sync_log
from gridapp.store.sync_log import End, How, SyncLine
from gridapp.store.vault import Store
from gridapp.sync import joining
from gridapp.sync.client import SyncClient
from gridapp.sync.photos import PhotoSync
from gridapp.sync.protocol import Refused
from gridapp.sync.report import Progress, Report


class Attempt:
    """One sync of one vault, which can be stopped from another thread."""

    def __init__(self, store: Store, how: How) -> None:
        """UserError when no county has let the laptop in, or invited it."""
        self._store = store
        self._how: How = how
        self._client = SyncClient.of(store)
        self._photos = PhotoSync.of(store)
        self._stopped = Event()

    def run(self, progress: Progress | None = None) -> Report:
        """Sync, and write down what came of it; a stop is no failure.

        Raises UserError as `SyncClient.sync` does; what went through before stays.
        """
        begun = time_text(now())
        try:
            joining.finish(self._store, self._client)
            report = self._client.sync(progress, self._stopped.is_set)
            self._with_photos(report, progress)
        except UserError as error:
            if not self._stopped.is_set():
                self._note(begun, "failed", error)
                raise
            report = self._client.report
        self._note(begun, "stopped" if self._stopped.is_set() else "done")
        return report

    @property
    def stopped(self) -> bool:
        """Whether it was told to stop."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Stop at once, also while the county does not answer."""
        self._stopped.set()
        self._client.stop()
        self._photos.stop()

    def _with_photos(self, report: Report, progress: Progress | None) -> None:
        """Send and fetch photos; what is in their way is told and fails nothing."""
        if self._stopped.is_set():
            return
        found = self._photos.run(progress, self._stopped.is_set)
        report.photos_up, report.photos_waiting = found.photos_up, found.waiting
        report.photos_down = max(found.thumbs_down, found.photos_down)
        report.bytes_up += found.bytes_up
        report.bytes_down += found.bytes_down
        report.troubles += found.troubles

    def _note(self, begun: str, ended: End, error: UserError | None = None) -> None:
        report = self._client.report
        line = SyncLine(
            at=begun,
            until=time_text(now()),
            how=self._how,
            ended=ended,
            pushed=report.pushed,
            pulled=report.pulled,
            held=report.held,
            photos_up=report.photos_up,
            photos_down=report.photos_down,
            bytes_up=report.bytes_up,
            bytes_down=report.bytes_down,
            seconds=round(report.seconds, 1),
            code=error.code if isinstance(error, Refused) else "",
            sentence=str(error or next(iter(report.troubles), "")),
        )
        with self._store.writing() as tx:
            sync_log.append(tx.db, line)
