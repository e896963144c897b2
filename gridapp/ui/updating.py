"""Updates of the program in the window: fetched beside all work, taken, applied.

A download goes piece by piece between the syncs and is never in their way: it asks at
most once a day, after a sync that came through, unless a person asks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from gridapp import crash
from gridapp.errors import UserError
from gridapp.language import language, tr
from gridapp.store.vault import Store
from gridapp.ui.jobs import Progress

if TYPE_CHECKING:
    from gridapp.sync.updates import UpdateLine
    from gridapp.ui.session import Session
    from gridapp.update.file import Head, Manifest
    from gridapp.update.program import Program
    from gridapp.update.staged import State, Updates

Result = TypeVar("Result")
EVERY = dt.timedelta(days=1)  # between two questions that nobody asked for
_PAUSE = 200  # ms between two pieces
_YIELD = 5_000  # ms until it looks again whether a sync is done
_SYNC_SOON = 1.0  # seconds: it waits for a sync that is due


@dataclass(frozen=True)
class Seen:
    """How it stands with updates."""

    program: Program
    waits: Head | None
    state: State
    begun: bool  # a download that was cut off


class Updating(QObject):
    """The one place of the window that fetches, takes and applies updates."""

    changed = Signal()  # how it stands, or whether something is under way
    stepped = Signal(int, int)  # bytes that are here, of how many
    said = Signal(str)  # a sentence for the person
    apply_asked = Signal()  # close, and start the installer

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.program: Program | None = None  # this one, unless it is said
        self.now: Seen | None = None
        self.error = ""  # of what a person asked for
        self._fetch: _Fetch | None = None
        self._asked = False
        self._taking = False
        self._begun = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)

    def begin(self) -> None:
        """Say what became of the last one, and ask the county from now on."""
        self._begun = True
        self._session.syncing.finished.connect(self._after_sync)
        self._beside(self._outcome, self._tell, self._quiet)

    @property
    def running(self) -> bool:
        """Whether one is being fetched or taken."""
        return self._fetch is not None or self._taking

    def refresh(self) -> None:
        """Look again how it stands."""
        self._beside(self._look, self._know, self._quiet)

    def ask(self) -> None:
        """Ask the county now, because a person wants to know."""
        self._start(asked=True)

    def stop(self) -> None:
        """Stop fetching; what came stays, and is not fetched again."""
        if self._fetch is not None:
            self._fetch.stop()

    def take(
        self, file: Path, failed: Callable[[Exception], None] | None = None
    ) -> None:
        """Take an update from a file; `failed` is told why not, else it is `error`."""
        if self.running:
            return
        self.error, self._taking = "", True
        progress = Progress(self)
        progress.stepped.connect(self._on_step)

        def work() -> Manifest:
            return self._updates().take(file, progress.step)

        self._beside(work, self._taken, partial(self._not_taken, tell=failed))
        self.changed.emit()

    def _on_step(self, done: int, total: int, _words: str) -> None:
        self.stepped.emit(done, total)

    def drop(self) -> None:
        """Let go what waits."""
        self._beside(self._dropped, self._know)

    def _dropped(self) -> Seen:
        self._updates().drop()
        return self._look()

    def close(self) -> None:
        """Begin nothing more."""
        self._begun = False
        self._timer.stop()
        self.stop()

    def _updates(self) -> Updates:
        from gridapp.update.program import here
        from gridapp.update.staged import Updates

        return Updates(self._session.store.folder, self.program or here())

    def _look(self) -> Seen:
        updates = self._updates()
        waits, state = updates.ready(), updates.state()
        return Seen(updates.program, waits, state, updates.is_fetching)

    def _outcome(self) -> str:
        from gridapp.update import waiting

        if not (self._session.store.folder / waiting.FOLDER).is_dir():
            return ""
        from gridapp.update.applying import outcome_words

        updates = self._updates()
        one = updates.state().outcome
        if one is None:
            return ""
        updates.told_person()
        news = one.notes.get(language(), "").partition("\n")[0]
        return outcome_words(one, news)

    def _tell(self, words: str) -> None:
        if words:
            self.said.emit(words)

    def _know(self, seen: Seen) -> None:
        self.now = seen
        self.changed.emit()

    def _after_sync(self, report: object) -> None:
        if report is None or not self._begun or self._fetch is not None:
            return
        self._beside(self._look, self._consider, self._quiet)

    def _consider(self, seen: Seen) -> None:
        self._know(seen)
        if seen.program.refusal or not self._session.preferences.now.auto_sync:
            return
        state, moment = seen.state, dt.datetime.now(dt.UTC)
        asked = dt.datetime.fromisoformat(state.asked_at) if state.asked_at else None
        due = asked is None or not dt.timedelta(0) <= moment - asked < EVERY
        if due or seen.begun:
            self._start(asked=False)

    def _start(self, *, asked: bool) -> None:
        if self.running:
            return
        self.error, self._asked = "", asked
        self._fetch = _Fetch(self._session.store, self._updates, asked=asked)
        self.changed.emit()
        self._go_on()

    def _go_on(self) -> None:
        """The next piece, unless a sync is under way or due: that goes first."""
        fetch, syncing = self._fetch, self._session.syncing
        if fetch is None:
            return
        wait = syncing.wait
        due = self._begun and wait is not None and wait < _SYNC_SOON
        if (syncing.running or due) and not fetch.stopped:
            self._timer.start(_YIELD)
            return
        self._session.jobs.run_network(fetch, self._fetched, self._failed, quiet=True)

    def _fetched(self, far: tuple[int, int] | None) -> None:
        fetch = self._fetch
        assert fetch is not None
        if fetch.stopped or far is None:
            self._end(_found_words(fetch))
            return
        self.stepped.emit(*far)
        if far[0] >= far[1]:
            self._end(_found_words(fetch))
        else:
            self._timer.start(_PAUSE)

    def _end(self, words: str) -> None:
        got = self._fetch is not None and self._fetch.got
        self._fetch = None
        if words and (self._asked or got):
            self.said.emit(words)
        self.refresh()

    def _failed(self, error: Exception) -> None:
        asked, fetch = self._asked, self._fetch
        self._fetch = None
        if fetch is not None and fetch.stopped:
            pass
        elif asked:
            self._show(error)
        else:
            self._quiet(error)
        self.refresh()

    def _taken(self, manifest: Manifest) -> None:
        self._taking = False
        self.said.emit(
            tr("已收下 {version}，下次打开程序时更新", version=manifest.version)
        )
        self.refresh()

    def _not_taken(
        self, error: Exception, tell: Callable[[Exception], None] | None
    ) -> None:
        self._taking = False
        (tell or self._show)(error)
        self.refresh()

    def _show(self, error: Exception) -> None:
        if isinstance(error, UserError):
            self.error = str(error)
        else:
            self._session.messages.show_error(error)

    def _quiet(self, error: Exception) -> None:
        """It is tried again another day; what a person can do, the card says."""
        if not isinstance(error, UserError):
            crash.write_down(error)

    def _beside(
        self,
        work: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        self._session.jobs.run_beside(work, done, failed)


class _Fetch:
    """One question to the county and the download after it; each call is one step on
    the net's thread. Says how far it is, None when there is nothing to fetch."""

    def __init__(
        self, store: Store, updates: Callable[[], Updates], *, asked: bool
    ) -> None:
        self._store = store
        self._make = updates
        self._asked = asked
        self._line: UpdateLine | None = None
        self._head: Head | None = None
        self.stopped = False
        self.got = ""  # the version that waits now

    def __call__(self) -> tuple[int, int] | None:
        try:
            far = self._step()
        except BaseException:
            self._close()
            raise
        if far is None or far[0] >= far[1] or self.stopped:
            self._close()
        return far

    def _step(self) -> tuple[int, int] | None:
        from gridapp.sync.updates import UpdateLine  # brings httpx

        if self.stopped:
            return None
        if self._line is None:
            self._line = UpdateLine.of(self._store, self._make())
        updates = self._line.updates
        if self._head is None:
            self._head = self._line.ask()
            waits = updates.ready()
            if self._head is None:
                return None
            if waits is not None and waits.id == self._head.id:
                return None
            if updates.failed_before(self._head) and not self._asked:
                return None
        far = self._line.more(self._head), self._head.whole
        if far[0] >= far[1]:
            self.got = self._head.manifest.version
        return far

    def stop(self) -> None:
        """Break off from another thread."""
        self.stopped = True
        if self._line is not None:
            self._line.stop()

    def _close(self) -> None:
        if self._line is not None:
            self._line.close()


def _found_words(fetch: _Fetch) -> str:
    if fetch.stopped:
        return tr("停下了，取到的都留着，下次接着取")
    if fetch.got:
        return tr("新版本 {version} 已取到，下次打开程序时更新", version=fetch.got)
    return tr("问过县里了，没有要取的更新")
