"""What the main window knows of a page."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button
from gridapp.work.listing import Listing


class Page(QWidget):
    """A page of the window: it reloads when what it shows has changed.

    Pages know nothing of each other; what they want done elsewhere they say by signal.
    """

    title: str
    shows: frozenset[str] = frozenset()  # record types it reads
    watched = False  # whether its count is shown while the page is not

    titled = Signal(str, bool)  # the words beside the title; whether they name a person
    visit_asked = Signal(object, str)  # resident id, "visit" or "call"
    resident_asked = Signal(object)  # resident id
    record_asked = Signal(str, object)  # record type, id
    act_asked = Signal(str, object)  # kind of a row of today's list, id of its record
    place_asked = Signal(str)  # key of another page
    print_asked = Signal(str, object)  # a sheet, ids of its records; none: the usual
    said = Signal(str, object)  # what was done; a function that undoes it, or None
    counted = Signal(int)  # how much waits on this page
    left = Signal()  # go back to the page before
    export_asked = Signal()  # write the list that is shown to a file

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("page")
        self.session = session
        self.theme = session.theme
        self.layout_width = Width.WIDE
        self._shown_width: Width | None = None
        self.subtitle = ""
        self.names_person = False
        self._stale = True
        session.changed.connect(self._on_changed)

    def reload(self) -> None:
        """Read again what is shown."""

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window."""
        self.layout_width = width

    def chosen_resident(self) -> UUID | None:
        """Return who is chosen on this page, for F2 and F3."""
        return None

    def shown_list(self) -> Listing | None:
        """Return the list as it is filtered and sorted, for an export."""
        return None

    def export_button(self, words: str = "") -> Button:
        """Return the button that asks for the list as a file."""
        tip = tr("把这份清单导出成 Excel Ctrl+E")
        kind = "quiet" if words else "small"
        button = Button(self.theme, words, kind, icon="file-output", tip=tip)
        if not words:
            button.setFixedSize(40, 34)
        button.clicked.connect(self.export_asked)
        return button

    def open_record(self, record_id: UUID | None) -> None:
        """Open a record of the type this page is for; None starts a new one."""

    def act_on(self, record_id: UUID, kind: str) -> None:
        """Do with a record what a row of today's list of that kind asks for."""
        self.open_record(record_id)

    def come_from(self, key: str) -> None:
        """Learn which page one comes from, before this one is shown."""

    def focus_start(self) -> None:
        """Put the keyboard where one begins on this page."""

    def leave(self) -> None:
        """Keep what is not saved: the window closes."""

    def say_title(self, subtitle: str, *, person: bool = False) -> None:
        """Say what stands beside the title."""
        self.subtitle, self.names_person = subtitle, person
        self.titled.emit(subtitle, person)

    def tell(self, words: str, *_more: object) -> None:
        """Say what was done, where nothing can be undone."""
        self.said.emit(words, None)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._shown_width is not self.layout_width:
            self._shown_width = self.layout_width
            self._measure_again()
        if self._stale:
            self._stale = False
            self.reload()

    def _measure_again(self) -> None:
        """Drop the sizes Qt kept of what was laid out anew while it was hidden."""
        for part in (self, *self.findChildren(QWidget)):
            part.updateGeometry()

    def _on_changed(self, records: frozenset[str]) -> None:
        if not records & self.shows:
            return
        if self.isVisible() or self.watched:
            self.reload()
        else:
            self._stale = True
