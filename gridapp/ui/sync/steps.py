"""How far a sync is: one line a phase, a bar only where the whole is known."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.card import column
from gridapp.ui.widgets.meter import Bar
from gridapp.ui.widgets.text import Text


class Steps(QWidget):
    """Counts only ever grow: a step that tells of less than before changes nothing."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._bar = Bar(theme)
        self._words = Text("", "muted", wrap=True)
        self._reached: dict[str, tuple[int, int]] = {}
        box = column(self, gap=6)
        box.addWidget(self._bar)
        box.addWidget(self._words)

    def begin(self) -> None:
        """Nothing has come or gone yet."""
        self._reached = {}
        self._bar.hide()
        self._words.setText(tr("正在连接县级服务器…"))

    def step(self, done: int, total: int, phase: str) -> None:
        """So much of a phase is done; a `total` of 0 is not known."""
        before, whole = self._reached.get(phase, (0, 0))
        done, total = max(done, before), max(total, whole)
        self._reached.pop(phase, None)
        self._reached[phase] = (done, total)
        self._words.setText("\n".join(map(_words, self._reached.items())))
        self._bar.setVisible(total > 0)
        self._bar.fill(done / total if total else 0.0)

    def stopping(self) -> None:
        """It was told to stop."""
        self._words.setText(tr("正在停下来，已传的不会重传"))

    def words(self) -> str:
        """What it says."""
        return self._words.text()


def _words(reached: tuple[str, tuple[int, int]]) -> str:
    phase, (done, total) = reached
    if not total:
        return tr("{phase}：已有 {done:,}", phase=phase, done=done)
    return tr("{phase}：{done:,} / {total:,}", phase=phase, done=done, total=total)
