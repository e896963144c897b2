"""The last syncs, each in a line of words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.store.sync_log import SyncLine
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.card import Lines, column, line
from gridapp.ui.widgets.text import Glyph, Text
from gridapp.work.sync_standing import how_words, told, when_words

_ICONS = {
    "done": ("circle-check", "green.text"),
    "stopped": ("x", "text2"),
    "failed": ("cloud-off", "amber.text"),
}


class LogList(Lines):
    """Newest first: when, by what, what came of it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(gap=10)
        self._theme = theme

    def show_lines(self, lines: Sequence[SyncLine]) -> None:
        """Show these."""
        now = dt.datetime.now(dt.UTC)
        shown = [self._line(one, now) for one in lines]
        nothing = tr("还没有同步过。以后每次同步的时间和结果都记在这里。")
        self.replace(shown or [Text(nothing, "muted", wrap=True)])

    def _line(self, one: SyncLine, now: dt.datetime) -> QWidget:
        holder = QWidget()
        row = line(holder, gap=10)
        icon, colour = _ICONS["failed" if one.ended == "failed" else one.ended]
        row.addWidget(Glyph(self._theme, icon, colour))
        words = column(gap=1)
        words.addWidget(Text(told(one), wrap=True))
        when = when_words(one, now)
        details = [when, how_words(one)]
        if one.bytes_up or one.bytes_down:
            details.append(_size(one.bytes_up + one.bytes_down))
        if one.file:
            details.append(one.file)
        words.addWidget(Text(tr("，").join(details), "faint", wrap=True))
        row.addLayout(words, 1)
        return holder


def _size(count: int) -> str:
    """Bytes as people say them."""
    if count < 1024:
        return tr("不到 1 KB")
    if count < 1 << 20:
        return tr("{count:,} KB", count=round(count / 1024))
    return tr("{count:,.1f} MB", count=count / (1 << 20))
