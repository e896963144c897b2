"""What to know while recording a visit: last time, what to ask, whom to call."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QBoxLayout, QScrollArea, QSizePolicy, QWidget

from gridapp.language import tr
from gridapp.models import Contact, codes
from gridapp.models.record import Values, field_of
from gridapp.ui.care.phone_book import PhoneBook
from gridapp.ui.care.resident_file import ResidentFile
from gridapp.ui.session import Session
from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, Lines, column, line
from gridapp.ui.widgets.text import Text
from gridapp.work.asking import Ask, left_open
from gridapp.work.visit_round import Stop


class AskLine(QWidget):
    """One thing to ask, which can be ticked off."""

    ticked = Signal()

    def __init__(self, theme: Theme, ask: Ask, *, done: bool) -> None:
        super().__init__()
        self.ask = ask
        row = line(self, gap=4)
        self._tick = Button(theme, "", "small", icon="list-checks", tip=ask.words)
        self._tick.setCheckable(True)
        self._tick.setFixedSize(36, 34)
        self._tick.setAccessibleName(tr("问过了：{words}", words=ask.words))
        words = Text(ask.words, "note", wrap=True)
        words.setContentsMargins(0, 6, 0, 4)
        row.addWidget(self._tick, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(words, 1)
        self._tick.setChecked(done)
        self._tick.toggled.connect(self._show_state)
        self._show_state()

    @property
    def done(self) -> bool:
        """Return whether it was asked."""
        return self._tick.isChecked()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The whole line is the target."""
        self._tick.toggle()

    def _show_state(self) -> None:
        if self.done:
            self._tick.show_icon("circle-check", "green.text")
        else:
            self._tick.show_icon("list-checks", "text2")
        self.ticked.emit()


class VisitContext(QWidget):
    """The column beside the form."""

    copy_asked = Signal()
    ticked = Signal()  # something to ask was ticked off, or not

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._theme = session.theme
        box = self._box = column(self, gap=12)
        self._phones = PhoneBook(session)
        last = Card()
        last.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        head = line()
        head.addWidget(Text(tr("上次走访"), "section"))
        head.addStretch()
        self._day = Text("", "faint")
        head.addWidget(self._day)
        last.box.addLayout(head)
        self._words = Text("", wrap=True)
        last.box.addWidget(self._words)
        self._copy = Button(self._theme, tr("沿用上次内容 F9"), icon="copy")
        self._copy.clicked.connect(self.copy_asked)
        last.box.addWidget(self._copy)
        self._asks = Card(gap=4)
        self._asks.setSizePolicy(
            QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum
        )
        self._asks.box.addWidget(Text(tr("这次要问"), "section"))
        self._ask_lines: list[AskLine] = []
        self._ask_box = Lines(gap=2)
        self._asks.box.addWidget(self._ask_box)
        hint = tr("点一下表示问过了，没问的会带到下次")
        self._asks.box.addWidget(Text(hint, "faint", wrap=True))
        for card in (last, self._asks, self._phones):
            box.addWidget(card)
        box.addStretch(1)  # takes all the room that is left

    def show_file(
        self, file: ResidentFile, asked: Collection[str], *, call: bool
    ) -> None:
        """Show what is known of somebody; `asked` is ticked off already.

        For a `call` the numbers stand first.
        """
        self._box.removeWidget(self._phones)
        self._box.insertWidget(0 if call else 2, self._phones)
        last = file.last_visit
        self._day.setText(
            last["started_at"].astimezone().strftime("%m-%d") if last else ""
        )
        self._words.setText(summary(last) if last else tr("还没有走访过。"))
        self._copy.setVisible(bool(last and last["note"]))
        self._ask_lines = [
            AskLine(self._theme, ask, done=ask.words in asked)
            for ask in left_open(file.stop)
        ]
        for one in self._ask_lines:
            one.ticked.connect(self.ticked)
        self._ask_box.replace(self._ask_lines)
        self._asks.setVisible(bool(self._ask_lines))
        self._phones.show_file(file)

    def asked(self) -> tuple[str, ...]:
        """Return what was ticked off."""
        return tuple(one.ask.words for one in self._ask_lines if one.done)

    def asks(self) -> list[Ask]:
        """Return everything there was to ask."""
        return [one.ask for one in self._ask_lines]


class ContextColumn(QScrollArea):
    """Holds what is known beside the form, or gives it to the form's own column."""

    def __init__(self, context: VisitContext) -> None:
        super().__init__()
        self._context = context
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(context)

    def stand(self, width: Width, below: QBoxLayout) -> None:
        """Stand beside the form, or `below` its fields where there is no room."""
        narrow = width is Width.NARROW
        if narrow and self.widget() is not None:
            below.addWidget(self.takeWidget())
            self._context.setContentsMargins(10, 0, 10, 10)
            self._context.setAutoFillBackground(False)  # a scroll area sets it
            self._context.show()
        elif not narrow and self.widget() is None:
            below.removeWidget(self._context)
            self._context.setContentsMargins(0, 0, 0, 0)
            self.setWidget(self._context)
        self.setFixedWidth(288 if width is Width.WIDE else 262)
        self.setVisible(not narrow)


def contact_line(contact: Values) -> QWidget:
    """Return who it is and the masked number, on one line."""
    holder = QWidget()
    row = line(holder, gap=8)
    row.addWidget(
        Text(" ".join(w for w in (contact["relation"], contact["name"]) if w))
    )
    row.addStretch()
    phones = field_of(Contact, "phones").masked(contact["phones"])
    row.addWidget(Text(phones, "muted"))
    return holder


def summary(visit: Values) -> str:
    """Return in one sentence what a visit found."""
    words = [visit["note"] or ""]
    if not visit["note"] and visit["condition"]:
        words.append(
            tr("身体{name}", name=codes.table("condition").name(visit["condition"]))
        )
    if visit["met_whom"] == "nobody":
        reason = visit["not_met_reason"] or "other"
        words.append(
            tr("没见到人({name})", name=codes.table("not_met_reason").name(reason))
        )
    for name, label in (("hazards", tr("隐患：")), ("needs", tr("需求："))):
        if visit[name]:
            table = codes.table({"hazards": "home_hazard", "needs": "need"}[name])
            words.append(
                label + tr("、").join(table.name(code) for code in visit[name])
            )
    if visit["need_note"]:
        words.append(tr("诉求：{need_note}", need_note=visit["need_note"]))
    return tr("；").join(word for word in words if word) or tr("没有写情况。")


def things_to_ask(stop: Stop) -> list[str]:
    """Return in words what was left open."""
    return [ask.words for ask in left_open(stop)]
