"""Builds every long-living object of the window and passes them on."""

from __future__ import annotations

import logging
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QObject,
    Qt,
    QTimer,
    qInstallMessageHandler,
)
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from gridapp import crash, paths
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.settings import Scheme, Settings
from gridapp.store.accounts import Account
from gridapp.ui import capture_guard, update_start, warm
from gridapp.ui.capture_guard import CaptureGuard
from gridapp.ui.clipboard_guard import ClipboardGuard
from gridapp.ui.cover import Cover, take_in_composed
from gridapp.ui.idle import IdleWatch
from gridapp.ui.jobs import Jobs
from gridapp.ui.login import Login
from gridapp.ui.messages import Messages
from gridapp.ui.one_window import OneWindow
from gridapp.ui.preferences import Preferences
from gridapp.ui.qt_start import PLATFORM, has_display, log_qt, qt_application
from gridapp.ui.reopen import Start, Successor, prepare
from gridapp.ui.theme import Theme

if TYPE_CHECKING:
    import subprocess

    from gridapp.store.vault import Store
    from gridapp.ui.away import AwayWatch
    from gridapp.ui.entering import Proof
    from gridapp.ui.handover import Handover
    from gridapp.ui.main_window import MainWindow
    from gridapp.ui.session import Session

log = logging.getLogger(__name__)
LAPTOP_WIDTH = 1366  # up to this many pixels the window takes the whole screen
_LISTENS = 1_000  # ms after which files of other processes are taken
_PAINTED = 100  # ms after which the login has been painted


class App(QObject):
    """The application: the look, the jobs, the dialogs, and one vault at a time."""

    def __init__(
        self,
        qt: QApplication,
        data: Path,
        *,
        attended: bool = True,
        start: Start | None = None,
        turn: OneWindow | None = None,
    ) -> None:
        super().__init__(qt)
        self._qt = qt
        self._data = data
        self._start = start or Start(dict(os.environ))
        self.preferences = Preferences(data, self)
        self.preferences.changed.connect(self._on_preferences)
        self.preferences.reopen_asked.connect(self.reopen)
        self.theme = Theme(qt, paths.resources(), self.preferences.now.scheme)
        self.theme.chosen.connect(self._keep_scheme)
        self.messages = Messages(self, attended=attended)
        self._at_door = Messages(self, attended=attended)  # of the login
        self.jobs = Jobs(self.messages.show_error, self)
        self.login: Login | None = None
        self.window: MainWindow | None = None
        self._store: Store | None = None
        self._session: Session | None = None
        self._attended = attended
        self.successor: subprocess.Popen[bytes] | None = None  # in place of this one
        self.package: Path | None = None  # to be taken when the vault is open
        self._turn = turn
        self._handover: Handover | None = None
        self._cover = Cover(qt, self.messages)
        self._copies = ClipboardGuard(self)
        self._captures = CaptureGuard(qt)
        self._away: AwayWatch | None = None
        self._idle = IdleWatch(qt, self.preferences.now.lock_after)
        self._idle.idle.connect(self.lock)

    def ask_password(self, *, use_file: bool = True) -> Login:
        """Show the login; `use_file` as it has it."""
        login = Login(
            self._data,
            self.jobs,
            self.theme,
            self._at_door,
            self.preferences,
            locked=self.window is not None,
            use_file=use_file,
            file=self.package,
        )
        login.resize(1000, 640)
        login.opened.connect(self.open_window)
        login.proved.connect(self._on_proved)
        login.alone_asked.connect(self._begin_alone)
        self._at_door.set_window(login)
        self.login = login
        login.show()
        QTimer.singleShot(_PAINTED, self, self._warm)
        return login

    def take(self, file: Path | None) -> None:
        """Come to the front; take a file that was double-clicked as soon as may be."""
        self.package = file or self.package
        shown = self.login or self.window
        if self.window is not None and not self._cover.down:
            self._take_package(self.window)
        elif self.login is not None and file is not None:
            self.login.say_waiting(file.name)
        if shown is not None:
            shown.setWindowState(shown.windowState() & ~Qt.WindowState.WindowMinimized)
            shown.raise_()
            shown.activateWindow()

    def _take_package(self, window: MainWindow) -> None:
        """Take what waits, if something does."""
        from gridapp.ui.main_window import take_package

        file, self.package = self.package, None
        if file is not None:
            take_package(window, file)

    def listen(self) -> None:
        """Take files from other processes; begun late, nobody double-clicks so fast."""
        from gridapp.ui.handover import Handover

        self._handover = Handover(self._data, self)
        self._handover.came.connect(self.take)

    def _begin_alone(self) -> None:
        """Ask for all that a vault needs, in place of the county's file."""
        before = self.login
        self.ask_password(use_file=False)
        if before is not None:
            before.close()
            before.deleteLater()

    def _warm(self) -> None:
        """Import what opening a vault needs while the password is typed."""
        self.jobs.run_beside(warm.up, _nothing)

    def open_window(self, store: Store) -> MainWindow:
        """Show the window of an open vault in place of the login."""
        from gridapp.store import state
        from gridapp.ui.main_window import MainWindow, user_words
        from gridapp.ui.session import Session

        self._store = store
        with store.reading() as db:
            user = user_words(db, store.user.name)
            allowed = state.value(db, capture_guard.ALLOWED) is not None
        self._captures.allow(allowed)
        session = Session(store, self.jobs, self.theme, self.messages, self.preferences)
        session.setParent(self)
        session.lock_asked.connect(self.lock)
        session.updating.apply_asked.connect(self.leave_for_update)
        session.captures_allowed.connect(self._captures.allow)
        self._session = session
        window = MainWindow(session, user)
        self.window = window
        self.messages.set_window(window)
        room = window.screen().availableGeometry()
        window.resize(window.size().boundedTo(room.size()))
        small = room.width() <= LAPTOP_WIDTH
        if small and QGuiApplication.platformName() != "offscreen":
            window.showMaximized()
        else:
            window.show()
        self._idle.start()
        self._close_login()
        if self._attended:
            session.syncing.begin()
            session.backups.begin()
            session.updating.begin()
            QTimer.singleShot(0, self, self._watch_away)
            if store.missing is not None:
                lost = store.missing.words
                QTimer.singleShot(0, self, lambda: self.messages.tell(lost))
        self._take_package(window)
        return window

    def take_over(self, start: Start) -> None:
        """Show the window in place of the process before, or say why it cannot be, as
        when a restore waits for another window; then the login asks."""
        if start.key is None:
            return
        from gridapp.store import vault

        try:
            store = vault.open_with_key(self._data, start.key, start.user)
        except UserError as error:
            self.ask_password()
            sentence = str(error)
            QTimer.singleShot(0, self, lambda: self._at_door.tell(sentence))
            return
        self.open_window(store).go(start.page)

    def lock(self) -> None:
        """Hide everything until the password is typed again; nothing typed is lost."""
        if self.window is None or self._cover.down:
            return
        self._idle.stop()
        take_in_composed()
        self.window.leave()
        if self._session is not None:
            self._session.syncing.left()
        self._copies.clear()
        self._cover.put(self.ask_password())

    def _on_proved(self, proof: Proof) -> None:
        """Show what was hidden, or for another person a window of their own."""
        if self._store is None:
            return
        if proof.user.id != self._store.user.id:
            self._go_over(proof.key, proof.user, "")
            return
        from gridapp.store import opening

        self.jobs.run(partial(opening.tell_failures, self._store), _nothing)
        self._cover.lift()
        self._close_login()
        self._idle.start()
        if self.window is not None:
            self._take_package(self.window)

    def _watch_away(self) -> None:
        """Lock when the system locks or sleeps; begun late, it needs D-Bus."""
        from gridapp.ui.away import AwayWatch

        if self._away is None:
            self._away = AwayWatch(self)
            self._away.away.connect(self.lock)

    def _close_login(self) -> None:
        if self.login is not None:
            self.login.close()
            self.login.deleteLater()
            self.login = None

    def _keep_scheme(self, scheme: Scheme) -> None:
        self.preferences.keep(scheme=scheme)

    def _on_preferences(self, now: Settings) -> None:
        self._idle.set_minutes(now.lock_after)

    def reopen(self) -> None:
        """Show the window anew, in a process that reads its text size and language.

        Who is signed in stays so; a window that is locked, or a login, stays shut.
        """
        window, key, user, page = self.window, b"", None, ""
        if window is not None and self._store is not None and not self._cover.down:
            from gridapp.ui.places import FOOT, PLACES

            key, user = self._store.key, self._store.user
            known = {place.key for place in (*PLACES, *FOOT)}
            page = window.here if window.here in known else ""
        self._go_over(key, user, page)

    def _go_over(self, key: bytes, user: Account | None, page: str) -> None:
        """End this process in favour of one in which `user` is signed in: nothing that
        this one has read or drawn is left for them."""
        try:
            successor = Successor(self._data, self._start, page)
        except UserError as error:
            (self._at_door if self._cover.down else self.messages).show_error(error)
            return
        self._hide_all()
        self.close(for_good=False)
        self.successor = successor.hand_over(key, user)
        self._qt.quit()

    def leave_for_update(self) -> None:
        """End this process in favour of the installer of the update that waits."""
        self._hide_all()
        self.close()
        update_start.leave_for(self._data, self._at_door)
        self._qt.quit()

    def _hide_all(self) -> None:
        if self.window is not None:
            self.window.leave()
        for widget in self._qt.topLevelWidgets():
            widget.hide()

    def close(self, *, for_good: bool = True) -> None:
        """Finish what is running and close the vault; a sync goes on next time.

        for_good: no other process takes over; so today's backup is made, if none was.
        """
        self._copies.clear()
        if self._handover is not None:
            self._handover.close()
        if self._turn is not None:
            self._turn.end()
        if self._cover.down:
            self._cover.take_away()
        if self._session is not None:
            self._session.syncing.close()
            self._session.backups.close()
            self._session.updating.close()
        self.jobs.close()
        if self._session is not None and self._store is not None and for_good:
            self._session.backups.after_close()
        if self._store is not None:
            self._store.close()
            self._store = None


def _nothing(_: None) -> None:
    """What came of it is of no interest here."""


def run(
    data: Path,
    password: str | None = None,
    package: Path | None = None,
    updated: int | None = None,
) -> int:
    """Open the window on the vault in `data`; returns the exit code when it is closed.

    `password` is for the demo, whose password is printed beforehand; otherwise the
    login asks for it. `package` is a file that was double-clicked. A window that is
    open on the same data comes to the front and takes it instead. `updated` is
    how the installer ended that has started this process. UserError when there is no
    screen.
    """
    if not has_display() and PLATFORM not in os.environ:
        raise UserError(tr("这里没有图形界面，窗口打不开；请在桌面上打开，或改用命令"))
    qInstallMessageHandler(log_qt)
    crash.leave_no_dump()
    crash.keep_quiet()
    crash.listen_to_libraries()
    start = prepare(data)
    qt = qt_application()
    turn = OneWindow(data)
    if not start.page and password is None and turn.give_way(package):
        return 0
    turn.take()  # also in place of a window that has ended
    app = App(qt, data, start=start, turn=turn)
    app.messages.install()
    app.package = package
    if start.key is None and not update_start.goes_on(data, app.messages, updated):
        return 0
    QTimer.singleShot(_LISTENS, app, app.listen)
    if start.key is not None:
        app.take_over(start)
    elif password is not None:
        from gridapp.store import vault

        app.open_window(vault.open_store(data, password))
    else:
        app.ask_password()
    try:
        return qt.exec()
    finally:
        app.close()


def screens(data: Path, password: str, out: Path, *, every: bool) -> list[Path]:
    """Save pictures of the real windows on the vault in `data`; returns their files.

    For machines without a display. With `every`, in all sizes of the window and both
    looks, as the manual and docs/screens have them.
    """
    from gridapp.ui.gallery import Gallery

    out.mkdir(parents=True, exist_ok=True)
    if not os.environ.get("DISPLAY"):
        os.environ.setdefault(PLATFORM, "offscreen")
    qInstallMessageHandler(log_qt)
    app = App(qt_application(), data, attended=False)
    gallery = Gallery(app.jobs, app.theme, out, every=every)
    try:
        gallery.login(app.ask_password(), password)
        if app.window is None:
            raise UserError(tr("密码不对，画面没有保存"))
        gallery.walk(app.window)
        if app.messages.failed is not None:
            raise app.messages.failed
        app.window.close()
    finally:
        app.close()
    return gallery.saved
