"""Looks at every page and dialog as a person does who sees, hears or points badly.

Run as a program on a copy of the estate, because Qt reads the scale and the program
its language once a process; prints what it found as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QRect, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QStyle,
    QStyleOptionComboBox,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

from gridapp.app import App
from gridapp.store import vault
from gridapp.ui.main_window import MainWindow
from gridapp.ui.page import Page
from gridapp.ui.qt_start import qt_application
from gridapp.ui.scenes import Stage, scenes
from gridapp.ui.theme import Theme
from gridapp.ui.tokens import DARK, LIGHT, Tokens, high_contrast
from gridapp.ui.widgets.entry import hint_room

SMALLEST_TEXT = 14  # pixels
SMALLEST_TARGET = (40, 34)  # pixels, ux.md §6.3
LEAST_CONTRAST = 4.5
# A 1366×768 screen less title and task bar at 100 %, with 字号 特大, at 150 %.
WIDE, MIDDLE, NARROW = (1366, 697), (1050, 536), (910, 441)
ONE_OF_MANY = 200  # presses of Tab that would be a trap
_SHARP = 2  # device pixels a pixel: the strokes of letters reach their full colour
_STROKE = 8  # device pixels of one colour that are more than the edge of a letter

Faults = Iterator[str]
Size = tuple[int, int]


def visible(root: QWidget, kind: type[QWidget] = QWidget) -> Iterator[QWidget]:
    """The widgets people can see, without the inner parts of Qt's own."""
    for one in root.findChildren(kind):
        inner = isinstance(one.parent(), QLineEdit | QAbstractSpinBox | QComboBox)
        if one.isVisible() and not one.objectName().startswith("qt_") and not inner:
            yield one


def told(widget: QWidget) -> str:
    """A widget in a report: its class and its words."""
    words = widget.accessibleName() or getattr(widget, "text", str)()
    return f"{type(widget).__name__} “{words[:24]}”"


def unnamed(root: QWidget) -> Faults:
    """What has the keyboard at times, and no name for a screen reader."""
    for one in visible(root):
        if one.focusPolicy() == Qt.FocusPolicy.NoFocus or one.focusProxy():
            continue
        face = QAccessible.queryAccessibleInterface(one)
        if not (face and face.text(QAccessible.Text.Name)):
            yield f"{type(one).__name__} in {told(one.parentWidget())} has no name"


def small_targets(root: QWidget) -> Faults:
    """What one must point at, and is too small for a touch-pad."""
    for kind in (QAbstractButton, QLineEdit, QComboBox, QPlainTextEdit):
        for one in visible(root, kind):
            width, height = one.width(), one.height()
            if width < SMALLEST_TARGET[0] or height < SMALLEST_TARGET[1]:
                yield f"{told(one)} is only {width}×{height}"


def small_text(root: QWidget) -> Faults:
    """Words below the floor."""
    for kind in (QLabel, QAbstractButton, QLineEdit, QPlainTextEdit, QTextEdit):
        for one in visible(root, kind):
            size = one.fontInfo().pixelSize()
            if size < SMALLEST_TEXT and told(one):
                yield f"{told(one)} has letters of {size} px"


def clipped(root: QWidget) -> Faults:
    """Words and targets of which a part cannot be seen."""
    for label in visible(root, QLabel):
        assert isinstance(label, QLabel)
        if not label.text() or label.pixmap().width() > 1:
            continue
        if label.wordWrap():
            if label.heightForWidth(label.width()) > label.height() + 1:
                yield f"{told(label)} needs more height than {label.height()}"
        elif label.minimumSizeHint().width() > label.width():
            yield f"{told(label)} needs {label.sizeHint().width()} px"
    for button in visible(root, QAbstractButton):
        assert isinstance(button, QAbstractButton)
        words = button.fontMetrics().horizontalAdvance(button.text().replace("&", ""))
        if words > button.width():
            yield f"{told(button)} needs {words} px, has {button.width()}"
        if not scrolls(button) and not button.visibleRegion().boundingRect().contains(
            button.rect()
        ):
            yield f"{told(button)} lies partly outside"
    for combo in visible(root, QComboBox):
        assert isinstance(combo, QComboBox)
        look = QStyleOptionComboBox()
        combo.initStyleOption(look)
        room = combo.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox,
            look,
            QStyle.SubControl.SC_ComboBoxEditField,
            combo,
        )
        words = combo.fontMetrics().horizontalAdvance(look.currentText)
        if words > room.width():
            yield f"{look.currentText} needs {words} px, has {room.width()}"
    for field in visible(root, QLineEdit):
        assert isinstance(field, QLineEdit)
        words = field.fontMetrics().horizontalAdvance(field.placeholderText())
        if not field.text() and words > hint_room(field):
            yield f"{field.placeholderText()} needs {words}, has {hint_room(field)}"


def beyond(root: QWidget) -> Faults:
    """What is wider than the room it scrolls in, where nothing scrolls it across."""
    for area in visible(root, QScrollArea):
        assert isinstance(area, QScrollArea)
        off = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        inside, room = area.widget(), area.viewport().width()
        if area.horizontalScrollBarPolicy() != off or not inside.isVisible():
            continue
        if (need := inside.minimumSizeHint().width()) > room:
            first = next((told(one) for one in visible(inside, QLabel)), "")
            yield f"{told(area)} of {first} needs {need} px across, has {room}"


def scrolls(widget: QWidget) -> bool:
    """Whether a widget lies in something that can be scrolled to it."""
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QAbstractScrollArea):
            return True
        above = above.parentWidget()
    return False


def too_large(root: QWidget, room: QRect) -> Faults:
    """Pages and dialogs that need more than the window has."""
    pages = visible(root, Page) if isinstance(root, MainWindow) else [root]
    for page in pages:
        need = page.minimumSizeHint()
        have = page.size() if isinstance(root, MainWindow) else room.size()
        if need.width() > have.width() or need.height() > have.height():
            yield (
                f"needs {need.width()}×{need.height()}, "
                f"has {have.width()}×{have.height()}"
            )


def unreachable(root: QWidget) -> Faults:
    """What Tab never comes to, though it can take the keyboard, and traps of Tab."""
    wanted = {
        one
        for one in visible(root)
        if one.isEnabled()
        and one.focusPolicy() & Qt.FocusPolicy.TabFocus
        and one.focusProxy() is None
    }
    handle = root.windowHandle()
    assert handle is not None
    root.activateWindow()
    seen: set[QWidget] = set()
    for _ in range(len(wanted) + ONE_OF_MANY):
        QTest.keyClick(handle, Qt.Key.Key_Tab)
        here = QApplication.focusWidget()
        if here is None or wanted <= seen:
            break
        seen.add(here)
    seen, missed = (
        {one for one in some if isValid(one)} for some in (seen, wanted - seen)
    )
    groups = {one.group() for one in seen if isinstance(one, QAbstractButton)} - {None}
    for one in missed:  # what was made anew meanwhile is looked at in its next scene
        group = one.group() if isinstance(one, QAbstractButton) else None
        if group not in groups:  # arrows go from one of a group to the others
            yield f"Tab never comes to {told(one)}"
    for one in visible(root, QAbstractButton):
        assert isinstance(one, QAbstractButton)
        no_focus = one.focusPolicy() == Qt.FocusPolicy.NoFocus
        if no_focus and one.shortcut().isEmpty() and not one.toolTip():
            yield f"{told(one)} is for the mouse only"


def faint(root: QWidget) -> Faults:
    """Words that stand out too little from what is behind them, as painted."""
    image = QImage(root.size() * _SHARP, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SHARP)
    root.render(image)
    width, height = image.width(), image.height()
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(height, -1)[:, :width]
    for kind in (QLabel, QAbstractButton, QLineEdit):
        for one in visible(root, kind):
            words = getattr(one, "text", str)()
            if not words or not one.isEnabled():
                continue
            seen = one.visibleRegion().boundingRect()
            place = QRect(one.mapTo(root, seen.topLeft()), seen.size())
            if seen.height() < one.height() or root.childAt(place.center()) != one:
                continue  # partly scrolled away, or something lies over it
            part = pixels[
                place.top() * _SHARP : (place.bottom() + 1) * _SHARP,
                place.left() * _SHARP : (place.right() + 1) * _SHARP,
            ]
            if part.size and (ratio := contrast(part)) < LEAST_CONTRAST:
                yield f"{told(one)} has a contrast of {ratio:.1f}"


def contrast(part: np.ndarray) -> float:
    """The ratio between the ground and the strongest strokes on it (WCAG 2.2)."""
    colours, counts = np.unique(part, return_counts=True)
    ground = luminance(colours[counts.argmax()])
    strokes = [luminance(c) for c in colours[counts >= _STROKE]]
    pairs = [(max(ground, one), min(ground, one)) for one in strokes]
    return max((high + 0.05) / (low + 0.05) for high, low in pairs)


def luminance(colour: int) -> float:
    """The relative luminance of 0xRRGGBB."""
    parts = [((int(colour) >> shift) & 255) / 255 for shift in (16, 8, 0)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class Audit:
    """Walks through the scenes and writes down what is wrong, each thing once."""

    def __init__(self, app: App, window: MainWindow) -> None:
        self.found: dict[str, list[str]] = {}
        self.scenes = 0
        self._jobs = app.jobs
        self._theme: Theme = app.theme
        self._window = window
        self._stage = Stage(window, self.settle)

    def settle(self) -> None:
        """Wait until every answer has come."""
        end = time.monotonic() + 30
        quiet = 0
        while quiet < 3 and time.monotonic() < end:
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
            QCoreApplication.processEvents()
            quiet = 0 if self._jobs.busy else quiet + 1
            if self._jobs.busy:
                time.sleep(0.001)

    def wide(self) -> None:
        """All but the smaller windows, in the light colours."""
        for name, root in self._each(WIDE):
            self._note(name, too_large(root, self._window.rect()))
            for look in (clipped, beyond, unnamed, small_targets, small_text, faint):
                self._note(name, look(root))
            self._note(name, unreachable(root))

    def middle(self) -> None:
        """What fits into the least window of the middle mode, and the dark colours."""
        self._fits(MIDDLE, DARK)

    def narrow(self) -> None:
        """What fits into the narrow window, and the colours of a high contrast."""
        self._fits(NARROW, high_contrast(LIGHT))

    def _fits(self, size: Size, look: Tokens) -> None:
        self._theme.show(look)
        for name, root in self._each(size):
            size_now = f"{self._window.width()}×{self._window.height()}"
            where = f"{name} at {size_now} in {look.name}"
            self._note(where, too_large(root, self._window.rect()))
            self._note(where, clipped(root))
            self._note(where, beyond(root))
            self._note(where, faint(root))

    def _each(self, size: Size) -> Iterator[tuple[str, QWidget]]:
        self._window.resize(*size)
        self.settle()
        shown = scenes(self._window)
        self.scenes = len(shown)
        for name, show in shown.items():
            show(self._stage)
            yield name, self._stage.top()
            self._stage.clear()
            # No event loop runs here, which would: what is left is painted for nothing.
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def _note(self, where: str, faults: Faults) -> None:
        for fault in faults:
            self.found.setdefault(fault, []).append(where)


def main(folder: Path, parts: list[str]) -> None:
    """Audit the estate in `folder`; `parts` are names of Audit's ways to look."""
    app = App(qt_application(), folder, attended=False)
    window = app.open_window(vault.open_store(folder, os.environ["GRIDAPP_PASSWORD"]))
    audit = Audit(app, window)
    try:
        audit.settle()
        for part in parts:
            getattr(audit, part)()
        if app.messages.failed is not None:
            raise app.messages.failed
        window.close()
    finally:
        app.close()
    ratio = QGuiApplication.primaryScreen().devicePixelRatio()
    answer = {"faults": audit.found, "scenes": audit.scenes, "ratio": ratio}
    print(json.dumps(answer, ensure_ascii=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
