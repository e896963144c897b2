"""One paper that came back: its picture, whose it is, or its number to be typed."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store.database import Connection
from gridapp.ui.photos.photo_thumbs import Thumb
from gridapp.ui.photos.photo_view import PhotoView
from gridapp.ui.printing.signed_work import Back
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, column, line
from gridapp.ui.widgets.combo import Combo
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.text import Text
from gridapp.work.attachments import PendingPhoto
from gridapp.work.signed_papers import Home, Place, home_of


class SignedRow(Card):
    """Proposes the record; the user may choose another, or type the number."""

    changed = Signal()
    removed = Signal()
    visit_asked = Signal(object)  # resident id

    def __init__(self, session: Session, back: Back) -> None:
        super().__init__((10, 8, 10, 8), 6)
        self._session = session
        self._back = back
        self._home: Home | None = None
        theme = session.theme
        name = back.photo.name or tr("照片")
        self._thumb = Thumb(theme, back.small, tr("看大图：{name}", name=name))
        self._words = Text("", "strong", shrinks=True)
        self._file = Text(name, "faint", shrinks=True)
        self._places = Combo(theme, tr("归到哪条记录"), ())
        self._number = LineField(tr("单号"), tr("单号，如 7K3M-9QPX-C"))
        self._error = Text("", "error", wrap=True)
        self._visit = Button(theme, tr("登记这次走访"), "quiet", icon="footprints")
        self._drop = Button(theme, "", "plain", icon="x", tip=tr("不要这张"))
        self._place_parts()
        self._thumb.clicked.connect(self._look)
        self._thumb.removed.connect(self.removed)
        self._drop.clicked.connect(self.removed)
        self._number.finished.connect(self._find)
        self._places.currentIndexChanged.connect(self._on_place)
        self._visit.clicked.connect(self._ask_visit)
        self._show(back.home, back.trouble)

    def _place_parts(self) -> None:
        across = line(gap=12)
        across.addWidget(self._thumb, 0, Qt.AlignmentFlag.AlignTop)
        middle = column(gap=6)
        for part in (self._words, self._file, self._places, self._number, self._error):
            middle.addWidget(part)
        middle.addWidget(self._visit, 0, Qt.AlignmentFlag.AlignLeft)
        across.addLayout(middle, 1)
        across.addWidget(self._drop, 0, Qt.AlignmentFlag.AlignTop)
        self._drop.setFixedWidth(40)
        self.box.addLayout(across)

    @property
    def photo(self) -> PendingPhoto:
        """The picture of the paper."""
        return self._back.photo

    @property
    def hash(self) -> str:
        """What tells the picture from any other."""
        return self._back.photo.photo.hash

    def place(self) -> Place | None:
        """Return the record that is chosen; None while there is none."""
        number = self._places.value()
        if self._home is None or not number:
            return None
        return self._home.places[int(number)]

    def focus_first(self) -> None:
        """Put the keyboard where something is still to be said."""
        part: QWidget = self._number
        if self._home is not None:
            part = self._places if len(self._home.places) > 1 else self._drop
        part.setFocus(Qt.FocusReason.TabFocusReason)

    def _show(self, home: Home | None, trouble: str = "") -> None:
        self._home = home
        self._error.setText(trouble)
        self._error.setVisible(bool(trouble))
        self._number.setVisible(home is None)
        self._places.clear()
        self._places.addItem("", "")
        for number, place in enumerate(home.places if home else ()):
            self._places.addItem(place.words, str(number))
        if home is not None:
            self._places.set_value(str(home.likely))
        self._on_place()

    def _on_place(self, _chosen: int = 0) -> None:
        place = self.place()
        several = self._home is not None and len(self._home.places) > 1
        words = tr("归到：{words}", words=place.words) if place else tr("归到哪里？")
        self._words.setText(tr("归到哪条记录") if several else words)
        self._places.setVisible(several)
        waits = self._home is not None and self._home.resident_id is not None
        self._visit.setVisible(waits)
        self.changed.emit()

    def _find(self) -> None:
        """Look up the number that was typed."""
        work = partial(_home_of, typed=self._number.text(), back=self._back)
        self._session.read(work, self._found, self._refuse)

    def _found(self, home: Home) -> None:
        self._show(home)
        self.focus_first()

    def _refuse(self, error: Exception) -> None:
        if isinstance(error, UserError):
            self._show(None, str(error))
            self._number.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._session.messages.show_error(error)

    def _ask_visit(self) -> None:
        if self._home is not None and self._home.resident_id is not None:
            self.visit_asked.emit(self._home.resident_id)

    def _look(self) -> None:
        PhotoView(self._session, [self.photo], 0, self, removable=False).open()


def _home_of(db: Connection, typed: str, back: Back) -> Home:
    return home_of(db, typed, back.day)
