"""The held changes below each other, and one answer for many of one kind."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.store import deciding
from gridapp.store.deciding import Decided, Whole
from gridapp.ui.session import Session
from gridapp.ui.sync.conflict_card import ConflictCard
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, Lines
from gridapp.ui.widgets.flow import FlowLayout
from gridapp.ui.widgets.text import Text
from gridapp.work.held_changes import Question

SHOWN = 30  # cards at once: the next come when these are answered
QUIET = tr("没有冲突。别人和您改了同一处时，会并排列在这里，由您决定留哪个。")
Choices = tuple[tuple[str, str], ...]


class HeldList(Lines):
    """Asks about each; what was decided is told by `said`, with its undo."""

    said = Signal(str, object)
    record_asked = Signal(str, object)  # record type, id
    settled = Signal()  # something was decided or taken back

    def __init__(self, session: Session) -> None:
        super().__init__(gap=10)
        self._session = session
        self._cards: list[ConflictCard] = []
        self._shown: Sequence[Question] | None = None
        self._next = -1  # which card the keyboard goes to when they are shown again

    def show_questions(self, questions: Sequence[Question]) -> None:
        """Show these; what is shown already stays as it is."""
        if questions == self._shown:
            return
        self._shown = questions
        self._cards = [self._card(one) for one in questions[:SHOWN]]
        parts: list[QWidget] = [
            self._together(kind, choices, ids)
            for (kind, choices), ids in _groups(questions).items()
        ]
        parts += self._cards
        if len(questions) > SHOWN:
            rest = len(questions) - SHOWN
            words = tr("还有 {rest:,} 项，办完上面的再列出来。", rest=rest)
            parts.append(Text(words, "muted", wrap=True))
        self.replace(parts or [Text(QUIET, "muted", wrap=True)])
        if self._next >= 0 and self._cards:
            self._cards[min(self._next, len(self._cards) - 1)].setFocus()
        self._next = -1

    def focus_first(self) -> bool:
        """Put the keyboard on the first card, if there is one."""
        if self._cards:
            self._cards[0].setFocus()
        return bool(self._cards)

    def _card(self, question: Question) -> ConflictCard:
        card = ConflictCard(self._session.theme, question)
        held = question.held
        card.decided.connect(partial(self._decide, (held.id,)))
        card.revealed.connect(partial(self._reveal, card))
        card.opened.connect(partial(self.record_asked.emit, held.type, held.record_id))
        card.moved.connect(partial(self._move, card))
        return card

    def _together(self, kind: str, choices: Choices, ids: tuple[UUID, ...]) -> QWidget:
        """A band that answers all of one kind at once."""
        band = Card((14, 8, 14, 8), 6)
        words = tr("{kind}有 {count:,} 项，可以一起答：", kind=kind, count=len(ids))
        band.box.addWidget(Text(words, wrap=True))
        holder = QWidget()
        row = FlowLayout(holder, 8)
        for choice, label in choices:
            all_of = tr("全部{choice}", choice=label)
            button = Button(self._session.theme, all_of)
            button.setAccessibleName(tr("{kind}：{words}", kind=kind, words=all_of))
            button.clicked.connect(partial(self._decide, ids, choice))
            row.addWidget(button)
        band.box.addWidget(holder)
        return band

    def _move(self, card: ConflictCard, step: int) -> None:
        at = self._cards.index(card) + step
        if 0 <= at < len(self._cards):
            self._cards[at].setFocus()

    def _decide(self, ids: Sequence[UUID], choice: str) -> None:
        here = [number for number, one in enumerate(self._cards) if one.hasFocus()]
        self._next = here[0] if here else -1

        def done(decided: Decided) -> None:
            undo = partial(self._take_back, decided)
            self.said.emit(_done_words(decided), undo)
            self.settled.emit()

        work = partial(deciding.decide_all, ids=ids, choice=choice)
        self._session.write(work, done)

    def _take_back(self, decided: Decided) -> None:
        def done(_: None) -> None:
            self.said.emit(tr("已撤销，请重新决定"), None)
            self.settled.emit()

        self._session.write(partial(deciding.take_back, decided=decided), done)

    def _reveal(self, card: ConflictCard) -> None:
        def shown(whole: Whole) -> None:
            if card in self._cards:
                card.show_whole(whole)

        work = partial(deciding.reveal, held_id=card.question.held.id)
        self._session.write(work, shown)


def _groups(
    questions: Sequence[Question],
) -> dict[tuple[str, Choices], tuple[UUID, ...]]:
    """Those of one kind with the same answers, where there are several."""
    found: dict[tuple[str, Choices], list[UUID]] = {}
    for one in questions:
        if one.choices:
            found.setdefault((one.kind, one.choices), []).append(one.held.id)
    return {key: tuple(ids) for key, ids in found.items() if len(ids) > 1}


def _done_words(decided: Decided) -> str:
    if len(decided.ids) == 1 and not decided.refused:
        return tr("已按您的决定处理，下次同步时上报")
    words = tr("{count:,} 项已按您的决定处理", count=len(decided.ids))
    if decided.refused:
        left, why = len(decided.refused), decided.refused[0]
        words = tr("{words}，{left:,} 项没有：{why}", words=words, left=left, why=why)
    return words
