"""Syncs the open vault: when a person asks, and by itself when it is time.

It works beside the window and never in its way: no dialog opens and no focus moves.
What it is doing is a `Line`, a sentence and, while it runs, steps; the header and the
sync page show them. It goes on while the window is locked, for the vault is open then.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from gridapp import crash
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store.sync_log import How
from gridapp.store.vault import Store
from gridapp.ui.jobs import Progress
from gridapp.ui.network import Network
from gridapp.work import sync_standing
from gridapp.work.auto_sync import Ended, Timetable
from gridapp.work.sync_standing import Brief, Line, Said

if TYPE_CHECKING:
    from gridapp.settings import Settings
    from gridapp.sync.attempt import Attempt
    from gridapp.sync.report import Report
    from gridapp.ui.session import Session

BUSY_PAUSE = 5.0  # seconds until it looks again whether other work is done
_LONGEST = 3600.0  # seconds of one timer: a laptop that slept is looked after then


class _Run:
    """One attempt on the net's thread, which the UI thread may tell to stop."""

    def __init__(self, store: Store, how: How, progress: Progress) -> None:
        self._store = store
        self._how: How = how
        self._progress = progress
        self._attempt: Attempt | None = None
        self.stopped = False

    def __call__(self) -> Report:
        from gridapp.sync.attempt import Attempt  # brings httpx

        self._attempt = attempt = Attempt(self._store, self._how)
        if self.stopped:
            attempt.stop()
        return attempt.run(self._progress.step)

    def stop(self) -> None:
        self.stopped = True
        if self._attempt is not None:
            self._attempt.stop()


class Syncing(QObject):
    """The one place of the window that syncs."""

    changed = Signal()  # what it does, knows or will do
    stepped = Signal(int, int, str)  # done, of how many (0: unknown), what
    said = Signal(str)  # a sentence for the person
    finished = Signal(object)  # the Report of a sync that came through, or None

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.line = Line.QUIET
        self.sentence = ""  # why the last one did not come through
        self.code = ""  # of the county's refusal
        self.now = Brief()
        self._run: _Run | None = None
        self._how: How = "click"
        self._begun = False
        self._rest = False  # what is left after a sync goes with the next
        self._network: Network | None = None
        self.timetable = Timetable(time.monotonic(), automatic=False)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_time)
        session.preferences.changed.connect(self._on_preferences)

    def watch(self) -> None:
        """Know from now on how much waits."""
        self._session.changed.connect(self.refresh)
        self.refresh()

    def begin(self) -> None:
        """Sync by itself from now on, unless the person has chosen otherwise."""
        self._begun = True
        self._network = Network(self)
        self._network.changed.connect(self._on_network)
        self.timetable.connection(time.monotonic(), self._network.online)
        self._on_preferences(self._session.preferences.now)

    @property
    def running(self) -> bool:
        """Whether a sync is under way."""
        return self._run is not None

    @property
    def wait(self) -> float | None:
        """Seconds until it goes by itself; None: not before something else happens."""
        at = self.timetable.next_at()
        return None if at is None else max(0.0, at - time.monotonic())

    def said_now(self) -> Said:
        """The state in words."""
        return sync_standing.said(self.line, self.now, dt.datetime.now(dt.UTC))

    def sync(self, how: How = "click") -> None:
        """Sync now; nothing when one is under way."""
        if self._run is not None:
            return
        if how == "click":
            self.timetable.asked()
        self._how = how
        self.timetable.began(time.monotonic())
        progress = Progress(self)
        progress.stepped.connect(self.stepped)
        self._run = _Run(self._session.store, how, progress)
        self._turn(Line.RUNNING)
        quiet = how == "auto"
        self._session.jobs.run_network(self._run, self._done, self._failed, quiet=quiet)

    def stop(self) -> None:
        """Stop what is under way; what went through stays and is not sent again."""
        if self._run is not None:
            self._run.stop()

    def joined(self) -> None:
        """The laptop was just let in at a county: whatever was refused is mended."""
        self.timetable.asked()
        self._turn(Line.QUIET)
        self.refresh()

    def left(self) -> None:
        """The person locked the window: what waits goes now."""
        self.timetable.left(time.monotonic())
        self._set_timer()

    def close(self) -> None:
        """Begin nothing more, and do not keep the window from closing."""
        self._begun = False
        self.timetable.automatic = False
        self._timer.stop()
        self.stop()

    def refresh(self, _: object = None) -> None:
        """Read again how much waits."""
        self._session.read(sync_standing.brief, self._know)

    def _know(self, now: Brief) -> None:
        grown = now.unsent > self.now.unsent or (self._rest and now.unsent > 0)
        self._rest = False
        self.now = now
        self.timetable.joined = now.joined
        if grown:
            self.timetable.saved(time.monotonic())
        self._set_timer()
        self.changed.emit()

    def _turn(self, line: Line, sentence: str = "", code: str = "") -> None:
        self.line, self.sentence, self.code = line, sentence, code
        self._set_timer()
        self.changed.emit()

    def _set_timer(self) -> None:
        wait = self.wait
        if wait is None or not self._begun:
            self._timer.stop()
        else:
            self._timer.start(round(min(wait, _LONGEST) * 1000))

    def _on_time(self) -> None:
        wait = self.wait
        if wait is None or wait > 0.05:
            self._set_timer()
        elif self._session.jobs.busy:
            self._timer.start(round(BUSY_PAUSE * 1000))
        else:
            self.sync("auto")

    def _on_network(self, online: bool | None) -> None:
        self.timetable.connection(time.monotonic(), online)
        if self.line in (Line.QUIET, Line.OFFLINE, Line.FAILED):
            self._turn(Line.OFFLINE if online is False else Line.QUIET)
        self._set_timer()

    def _on_preferences(self, chosen: Settings) -> None:
        self.timetable.automatic = self._begun and chosen.auto_sync
        self._set_timer()
        self.changed.emit()

    def _done(self, report: Report) -> None:
        assert self._run is not None
        stopped = self._run.stopped
        self._end(Ended.STOPPED if stopped else Ended.DONE)
        if self._how == "click":
            self.said.emit(_report_words(report, stopped=stopped))
        elif report.held:
            words = tr("有 {count} 条改动要您看一下，在“数据同步”里", count=report.held)
            self.said.emit(words)
        self._rest = not stopped
        self._turn(Line.QUIET)
        self.finished.emit(report)
        self.refresh()

    def _failed(self, error: Exception) -> None:
        from gridapp.sync.protocol import Refused

        code = error.code if isinstance(error, Refused) else ""
        refused = code in NEEDS_PERSON
        self._end(Ended.REFUSED if refused else Ended.FAILED)
        words = str(error)
        if not isinstance(error, UserError):
            words = tr("同步时程序出了意外，改动都在本机，稍后会再试")
            if self._how == "click":
                self._session.messages.show_error(error)
            else:
                crash.write_down(error)
        if refused and self._how == "auto":
            self.said.emit(words)
        if code == "lock":
            self._session.lock_asked.emit()  # the key slots are shut by now
        offline = self.timetable.online is False
        line = Line.REFUSED if refused else Line.OFFLINE if offline else Line.FAILED
        self._turn(line, words, code)
        self.finished.emit(None)
        self.refresh()

    def _end(self, how: Ended) -> None:
        self._run = None
        self.timetable.ended(time.monotonic(), how)


# Refusals of the county (docs/protocol.md) that no other try mends.
NEEDS_PERSON = frozenset(
    {"token", "revoked", "device", "epoch", "version", "lock", "code", "grid"}
)


def _report_words(report: Report, *, stopped: bool) -> str:
    words = tr(
        "上传 {pushed:,} 条，下载 {pulled:,} 条",
        pushed=report.pushed,
        pulled=report.pulled,
    )
    if stopped:
        return tr("同步停下了：{words}，下次接着传", words=words)
    words = tr("同步完成：{words}", words=words)
    if report.held:
        words += tr("，{held} 项要您决定", held=report.held)
    return words
