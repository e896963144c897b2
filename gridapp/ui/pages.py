"""The pages of a window, each made when it is first wanted, or in a quiet moment.

Making them all before the window shows would keep its user waiting for what is not
seen yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from gridapp.ui.page import Page
from gridapp.ui.session import Session

Maker = Callable[[Session], Page]
PAUSE = 300  # milliseconds before a page that nobody has asked for yet


class Pages(Mapping[str, Page]):
    """Pages by key; `welcome` is called once with each when it has been made."""

    def __init__(
        self,
        session: Session,
        makers: Mapping[str, Maker],
        welcome: Callable[[str, Page], None],
        window: QWidget,
    ) -> None:
        self._session = session
        self._makers = makers
        self._welcome = welcome
        self._made: dict[str, Page] = {}
        self._soon: list[str] = []
        self._window = window
        self._timer = QTimer(window)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self._make_next)

    def __getitem__(self, key: str) -> Page:
        if key not in self._made:
            page = self._makers[key](self._session)
            self._made[key] = page
            self._welcome(key, page)
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def made(self) -> list[Page]:
        """The pages there are by now."""
        return list(self._made.values())

    def make_soon(self, keys: Sequence[str]) -> None:
        """Make these one by one while the window is shown and at rest."""
        self._soon = list(keys)
        self._timer.start()

    def _make_next(self) -> None:
        if not self._window.isVisible() or self._session.jobs.busy:
            return
        if self._soon:
            self[self._soon.pop(0)]
        else:
            self._timer.stop()
