"""Hides every window of the program while it is locked, and shows them again.

Dialogs stay as they were left. What would open meanwhile, because some work has come
to its end, is held back until the password was typed.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from shiboken6 import isValid

from gridapp.ui.messages import Messages


class Cover(QObject):
    """What stands between an open vault and who passes by."""

    def __init__(self, app: QApplication, messages: Messages) -> None:
        """`messages` are those of the open vault: their dialogs wait as well."""
        super().__init__(app)
        self._app = app
        self._messages = messages
        self._door: QWidget | None = None  # the login, which alone is shown
        self._hidden: list[QWidget] = []

    @property
    def down(self) -> bool:
        """Whether everything is hidden."""
        return self._door is not None

    def put(self, door: QWidget) -> None:
        """Hide every window but `door` and those that it opens."""
        self._door = door
        self._messages.wait()
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        for one in self._app.topLevelWidgets():
            if not one.isVisible() or self._is_of_door(one):
                continue
            if isinstance(one, QFileDialog):
                one.reject()  # it stands in a loop of its own and would end anyway
            elif one.windowType() is Qt.WindowType.ToolTip:
                one.close()
            else:
                self._hidden.append(one)
                one.hide()
        self._app.installEventFilter(self)

    def lift(self) -> None:
        """Show everything as it was; dialogs that waited come now."""
        for one in self._end():
            one.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen, False)
            one.hide()
            one.show()
        self._messages.go_on()

    def take_away(self) -> None:
        """End what is hidden: another person has signed in."""
        for one in self._end():
            one.close()
        self._messages.drop()

    def _end(self) -> list[QWidget]:
        self._app.removeEventFilter(self)
        hidden, self._hidden, self._door = self._hidden, [], None
        return sorted(filter(isValid, hidden), key=_depth)

    def _is_of_door(self, widget: QObject | None) -> bool:
        while widget is not None and widget is not self._door:
            widget = widget.parent()
        return widget is not None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep a window that begins to show off the screen; `lift` shows it."""
        if (
            event.type() == QEvent.Type.Show
            and isinstance(watched, QWidget)
            and watched.isWindow()
            and not self._is_of_door(watched)
        ):
            watched.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
            self._hidden.append(watched)
        return False


def _depth(widget: QWidget) -> int:
    """How many others a window stands above: those below are shown first."""
    depth, above = 0, widget.parentWidget()
    while above is not None:
        depth, above = depth + 1, above.parentWidget()
    return depth


def take_in_composed() -> None:
    """Put what an input method is composing into its field, before the field is left.

    Input methods do so when they are asked; where none is there, its letters count.
    """
    QGuiApplication.inputMethod().commit()
    field = QApplication.focusWidget()
    composed = getattr(field, "preedit", "")
    if field is not None and composed:
        event = QInputMethodEvent()
        event.setCommitString(composed)
        QApplication.sendEvent(field, event)
