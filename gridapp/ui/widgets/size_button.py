"""字号: one button, three sizes; the window opens again in the one that is chosen."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from gridapp.language import tr
from gridapp.ui.preferences import TEXT_SCALES, Preferences
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.buttons import Button


class SizeButton(Button):
    """Opens a menu of the text sizes; what the screen has no room for is said."""

    def __init__(self, theme: Theme, preferences: Preferences) -> None:
        super().__init__(theme, tr("字号"), "plain", tip=tr("把字放大或改小"))
        self._preferences = preferences
        self.clicked.connect(self._offer)

    def _offer(self) -> None:
        menu = QMenu(self)
        menu.setAccessibleName(tr("字号"))
        group = QActionGroup(menu)
        for scale, words in TEXT_SCALES:
            fits = self._preferences.fits(scale, self)
            shown = words if fits else tr("{size}（屏幕放不下）", size=words)
            action = menu.addAction(shown)
            action.setCheckable(True)
            action.setChecked(self._preferences.now.text_scale == scale)
            action.setEnabled(fits)
            action.triggered.connect(partial(self._choose, scale))
            group.addAction(action)
        drop(menu, self)

    def _choose(self, scale: float, _checked: bool = False) -> None:
        self._preferences.choose_text_scale(scale)


def drop(menu: QMenu, button: Button) -> None:
    """Open a menu below its button, its right end not beyond the button's."""
    menu.aboutToHide.connect(menu.deleteLater)
    left = min(0, button.width() - menu.sizeHint().width())
    menu.popup(button.mapToGlobal(QPoint(left, button.height() + 2)))
    menu.setActiveAction(menu.actions()[0])
