"""Pictures of the real windows, for machines without a display and for the manual."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Resident, Visit
from gridapp.settings import Scheme
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.store.pinyin import name_readings
from gridapp.ui.jobs import Jobs
from gridapp.ui.login import Login
from gridapp.ui.main_window import MainWindow
from gridapp.ui.theme import Theme

SCREEN = (1366, 768)  # pixels of the laptop the window is made for
PATIENCE = 60.0  # seconds


class Gallery:
    """Walks through the window and saves what it shows."""

    def __init__(self, jobs: Jobs, theme: Theme, out: Path, suffix: str) -> None:
        """Save into `out`; `suffix` goes into the names, as `-150` for 150 %."""
        self._jobs = jobs
        self._theme = theme
        self._out = out
        self._suffix = suffix
        self.saved: list[Path] = []

    def login(self, login: Login, password: str) -> None:
        """Save the login, then open the vault as a user does."""
        fit(login)
        self.save("login", login)
        login.type_password(password)
        login.submit()
        self._settle()

    def walk(self, window: MainWindow) -> None:
        """Save every page a worker uses on a day."""
        fit(window)
        self.save("today", window)
        whole = not self._suffix
        if whole:
            self._in_scheme("dark", "today-dark", window)
        window.go("residents")
        self._settle()
        with window.session.store.reading() as db:
            somebody, letters = most_visited(db)
        window.residents.search_for(letters)
        self._settle()
        window.residents.choose(somebody)
        self.save("residents", window)
        if whole:
            window.residents.show_changes()
            self.save("history", window)
        window.go("today")
        window.today.choose_kind("visit")
        self._settle()
        window.today.next_visit()
        self.save("visit", window)
        if whole:
            self._in_scheme("dark", "visit-dark", window)
            for key in ("visits", "issues", "disputes", "patrols", "sync"):
                window.go(key)
                self.save(key, window)

    def save(self, name: str, window: QWidget) -> None:
        """Wait until nothing moves, and save the window as a picture."""
        self._settle()
        path = self._out / f"{name}{self._suffix}.png"
        if not window.grab().save(str(path)):
            raise UserError(tr("画面存不进 {path}，请检查文件夹后再试", path=path))
        self.saved.append(path)

    def _in_scheme(self, scheme: Scheme, name: str, window: MainWindow) -> None:
        self._theme.apply(scheme)
        self.save(name, window)
        self._theme.apply("light")

    def _settle(self) -> None:
        for _ in range(3):
            wait(lambda: not self._jobs.busy)
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
            QCoreApplication.processEvents()


def most_visited(db: Connection) -> tuple[UUID, str]:
    """Return whom the pictures show, and the first letters that find them."""
    visits = records.filtered(db, Visit, {})
    counts = Counter(row["resident_id"] for row in visits if row["resident_id"])
    if not counts:
        raise UserError(tr("还没有走访记录，没有可以展示的画面"))
    somebody: UUID = counts.most_common(1)[0][0]
    name = records.labels(db, Resident, [somebody])[somebody]
    return somebody, "".join(one[0][:1] for one in name_readings(name))


def fit(window: QWidget) -> None:
    """Give a window the size of the whole screen, in its logical pixels."""
    ratio = window.devicePixelRatio()
    window.resize(round(SCREEN[0] / ratio), round(SCREEN[1] / ratio))


def wait(done: Callable[[], bool]) -> None:
    """Let the application run until `done`; UserError when that takes too long."""
    end = time.monotonic() + PATIENCE
    while not done():
        QCoreApplication.processEvents()
        if time.monotonic() > end:
            raise UserError(tr("画面很久没有准备好，请检查数据文件夹后再试"))
        time.sleep(0.005)
