"""What a person has chosen for the window, as the pages read and change it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSizeF, Signal
from PySide6.QtWidgets import QWidget

from gridapp import settings
from gridapp.errors import UserError
from gridapp.language import language as spoken
from gridapp.language import tr
from gridapp.settings import Language, Settings

# ux.md §6.4: one factor for everything in the window, read before it is made.
TEXT_SCALES: tuple[tuple[float, str], ...] = (
    (1.0, tr("标准")),
    (1.15, tr("大")),
    (1.3, tr("特大")),
)
# Each in its own words, so that who cannot read the one finds the other.
LANGUAGE_NAMES: Mapping[Language, str] = {"zh": "中文", "en": "English"}
SMALLEST = (880, 420)  # logical pixels: a 1366×768 screen at 150 %, less its task bar


class Preferences(QObject):
    """The settings of one data folder; `changed` tells of each new choice."""

    changed = Signal(object)  # the Settings
    reopen_asked = Signal()  # a choice that a window takes up when it is made

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._now = settings.load(folder)
        self._shown_scale = self._now.text_scale

    @property
    def now(self) -> Settings:
        """What is chosen."""
        return self._now

    def keep(self, **chosen: Any) -> None:
        """Keep choices by the names of their settings.

        They hold for this window even when UserError says they could not be written.
        """
        kept = dataclasses.replace(settings.load(self._folder), **chosen)
        self._now = kept
        self.changed.emit(kept)
        try:
            settings.save(self._folder, kept)
        except OSError as error:
            raise UserError(
                tr(
                    "这个选择下次打开就没有了：{folder} 写不进去，请检查磁盘和权限",
                    folder=self._folder,
                )
            ) from error

    def choose_text_scale(self, scale: float) -> None:
        """Keep a text size; the window opens again to show it."""
        if scale != self._now.text_scale:
            self.keep(text_scale=scale)
            self.reopen_asked.emit()

    def choose_language(self, language: Language) -> None:
        """Keep a language; the window opens again to speak it."""
        if language != self._now.language or language != spoken():
            self.keep(language=language)
            self.reopen_asked.emit()

    def fits(self, scale: float, window: QWidget) -> bool:
        """Whether the screen a window is on has room for it at that text size.

        A size that is not larger than the one shown always fits.
        """
        if scale <= self._shown_scale:
            return True
        screen = window.screen().availableGeometry().size()
        room = QSizeF(screen.expandedTo(window.window().size()))
        room *= self._shown_scale / scale
        return room.width() >= SMALLEST[0] and room.height() >= SMALLEST[1]
