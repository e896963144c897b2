"""Photos as a question of a form; they are never a must."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridapp.language import tr
from gridapp.ui.photos.photo_strip import PhotoStrip
from gridapp.ui.session import Session
from gridapp.ui.widgets.card import column
from gridapp.work.attachments import PendingPhoto


class PhotosField(QWidget):
    """A strip of photos; Enter opens it, Tab goes on."""

    finished = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setAccessibleName(tr("照片"))
        self.strip = PhotoStrip(session)
        column(self).addWidget(self.strip)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setSizePolicy(policy)

    def focus_first(self) -> None:
        """Put the keyboard on the button that adds one."""
        self.focusNextChild()


class PhotosEditor:
    """The strip as a question: its value is what `attachments.attach` takes."""

    def __init__(self, session: Session) -> None:
        self.widget = PhotosField(session)

    @property
    def finished(self) -> SignalInstance:
        return self.widget.finished

    @property
    def changed(self) -> SignalInstance:
        return self.widget.strip.changed

    def when_ready(self, act: Callable[[], None]) -> None:
        """Call `act` as soon as no photo is being taken in."""
        self.widget.strip.when_ready(act)

    def value(self) -> Any:
        return self.widget.strip.pending()

    def set_value(self, value: Any) -> None:
        self.widget.strip.show_pending(value or ())

    def raw(self) -> str:
        return json.dumps([one.draft() for one in self.widget.strip.pending()])

    def restore(self, text: str) -> None:
        kept = [PendingPhoto.from_draft(one) for one in json.loads(text or "[]")]
        self.widget.strip.show_pending(kept)
