"""Keys that hold while the keyboard is inside a form, and the line that names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QWidget

from gridapp.ui.widgets.card import line
from gridapp.ui.widgets.text import Text

CAP_HEIGHT = 28  # pixels


def bind_inside(
    widget: QWidget, keys: Mapping[str, Callable[[], object]]
) -> list[QShortcut]:
    """Do what each key asks for while the keyboard is in `widget`."""
    made: list[QShortcut] = []
    for key, act in keys.items():
        shortcut = QShortcut(QKeySequence(key), widget)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(act)
        made.append(shortcut)
    return made


class KeyHints(QFrame):
    """The keys of a form, each as a cap with what it does."""

    def __init__(self, hints: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        row = line(self, gap=6)
        for key, words in hints:
            cap = Text(key, "key")
            cap.setFixedHeight(CAP_HEIGHT)
            row.addWidget(cap)
            row.addWidget(Text(words, "muted"))
            row.addSpacing(8)
