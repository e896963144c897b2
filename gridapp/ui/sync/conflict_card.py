"""One held change: mine and the county's side by side, and what to do with it."""

from __future__ import annotations

import datetime as dt
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.models import record_named
from gridapp.models.record import fields_of
from gridapp.store.conflicts import BOTH, MINE, THEIRS, Waiting
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, column, line
from gridapp.ui.widgets.text import Text

EMPTY = tr("(空)")


class ConflictCard(Card):
    """Asks the author of a change that met another one."""

    decided = Signal(str)  # mine, theirs or both

    def __init__(self, theme: Theme, held: Waiting) -> None:
        super().__init__((14, 10, 14, 12), 8)
        model = record_named(held.type)
        title = f"{held.title} · {held.label}" if held.field else held.title
        self.box.addWidget(
            Text(
                tr("{title}：{choice}", title=model.title, choice=title),
                "strong",
                wrap=True,
            )
        )
        self.box.addWidget(Text(held.sentence, "muted", wrap=True))
        if held.field:
            sides = line(gap=12)
            sides.addWidget(_side(tr("我填的"), held.mine), 1)
            sides.addWidget(_side(_their_words(held), held.theirs), 1)
            self.box.addLayout(sides)
        choices = [(MINE, tr("用我的")), (THEIRS, tr("用县里的"))]
        if held.field and "note" in {field.name for field in fields_of(model)}:
            choices.append((BOTH, tr("都留，写进备注")))
        buttons = line(gap=8)
        for choice, words in choices:
            button = Button(theme, words)
            button.setAccessibleName(tr("{title}：{words}", title=title, words=words))
            button.clicked.connect(partial(self.decided.emit, choice))
            buttons.addWidget(button)
        buttons.addStretch()
        self.box.addLayout(buttons)


def _side(label: str, words: str) -> QWidget:
    holder = QWidget()
    box = column(holder, gap=2)
    box.addWidget(Text(label, "faint"))
    box.addWidget(Text(words or EMPTY, wrap=True))
    box.addStretch()
    return holder


def _their_words(held: Waiting) -> str:
    who = held.theirs_by or tr("县里")
    if not held.theirs_at:
        return tr("{who}填的", who=who)
    at = dt.datetime.fromisoformat(held.theirs_at).astimezone()
    return tr("{who}填的 {at:%m-%d %H:%M}", who=who, at=at)
