"""What to know while recording a visit: last time, what to ask, whom to call."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from gridapp.language import tr
from gridapp.models import Contact, codes
from gridapp.models.record import Values, field_of
from gridapp.ui.resident_file import ResidentFile
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, Lines, column, line
from gridapp.ui.widgets.text import Glyph, Text
from gridapp.work.visit_round import Stop


class VisitContext(QWidget):
    """The column beside the form."""

    copy_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        box = column(self, gap=12)
        last = Card()
        last.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        head = line()
        head.addWidget(Text(tr("上次走访"), "section"))
        head.addStretch()
        self._day = Text("", "faint")
        head.addWidget(self._day)
        last.box.addLayout(head)
        self._words = Text("", wrap=True)
        last.box.addWidget(self._words)
        self._copy = Button(theme, tr("沿用上次内容 F9"), icon="copy")
        self._copy.clicked.connect(self.copy_asked)
        last.box.addWidget(self._copy)
        box.addWidget(last)
        self._ask_card, self._asks = self._list(tr("这次要问"))
        self._contact_card, self._contacts = self._list(tr("紧急联系人"))
        box.addWidget(self._ask_card)
        box.addWidget(self._contact_card)
        box.addStretch()

    @staticmethod
    def _list(title: str) -> tuple[Card, Lines]:
        card = Card()
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        card.box.addWidget(Text(title, "section"))
        lines = Lines(gap=6)
        card.box.addWidget(lines)
        return card, lines

    def show_file(self, file: ResidentFile) -> None:
        """Show what is known of somebody."""
        last = file.last_visit
        self._day.setText(
            last["started_at"].astimezone().strftime("%m-%d") if last else ""
        )
        self._words.setText(summary(last) if last else tr("还没有走访过。"))
        self._copy.setVisible(bool(last and last["note"]))
        asks = things_to_ask(file.stop)
        self._asks.replace([self._ask(words) for words in asks])
        self._ask_card.setVisible(bool(asks))
        self._contacts.replace([contact_line(one) for one in file.person.contacts])
        self._contact_card.setVisible(bool(file.person.contacts))

    def _ask(self, words: str) -> QWidget:
        holder = QWidget()
        row = line(holder, gap=8)
        icon = Glyph(self._theme, "list-checks", "text2")
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(Text(words, "note", wrap=True), 1)
        return holder


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
    """Return what was left open: reminders, things that were not well, issues."""
    asks: list[str] = []
    last = stop.last_visit
    if last is not None:
        if last["remind"]:
            asks.append(last["remind"])
        if last["condition"] in ("unwell", "hospital"):
            asks.append(tr("上次身体不适，问一下好些没有"))
        items = codes.table("check_item")
        asks += [
            tr("{name}现在怎么样", name=items.name(code))
            for code in last["abnormal"] or ()
        ]
    asks += [
        tr("{title_text}(工单未办结)", title_text=issue["title_text"])
        for issue in stop.open_issues
    ]
    return list(dict.fromkeys(asks))[:5]
