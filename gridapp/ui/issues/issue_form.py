"""Writing a new issue down: six questions, its time proposed, a draft kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.models.kinds import now
from gridapp.models.record import Values
from gridapp.store import drafts
from gridapp.ui.forms.ask_form import AskForm
from gridapp.ui.issues.issue_adding import (
    DRAFT,
    OWNERS,
    Begun,
    add,
    begin,
    end_on,
    limit_of,
)
from gridapp.ui.issues.issue_asks import CategoryEditor, DayEditor, asks
from gridapp.ui.issues.place_finder import Spot
from gridapp.ui.photos.photo_strip import PhotoStrip
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, Divider, NoticeBar, column, line
from gridapp.ui.widgets.flow import FlowLayout
from gridapp.ui.widgets.frame import Scrolled
from gridapp.ui.widgets.shortcuts import KeyHints, bind_inside
from gridapp.ui.widgets.text import Text
from gridapp.work import flow, issues
from gridapp.work.attachments import PendingPhoto

KEEP_EVERY = 5_000  # milliseconds between two drafts
HINTS = (("Enter", tr("下一项")), ("1–9", tr("选择")), ("Esc", tr("返回")))
FIRST = {"level": "normal", "source": flow.FOUND_ON_PATROL, "action": "report"}
OUTSIDE = ("approved_by", "approved_until")


class IssueForm(QWidget):
    """`saved` tells the new issue and its title; what is left half-written is kept."""

    saved = Signal(object, str)
    said = Signal(str, object)
    left = Signal()
    dispute_asked = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._proposed: dt.date | None = None
        self._known: tuple[str, ...] = ()  # owners that are offered
        self._touched = False
        self._open = False
        theme = session.theme
        self.form = AskForm(theme, asks(session))
        self._title = Text("", "faint", wrap=True)
        self._until_words = Text("", "faint")
        self._owners = QWidget()
        self._owner_flow = FlowLayout(self._owners, 6)
        self._dispute = NoticeBar(theme, "amber", "handshake")
        self._to_dispute = Button(theme, tr("去登记调解"), "quiet")
        self._kept = Text("", "faint")
        self._again = Button(theme, tr("不要草稿，重新填"), "quiet")
        self._photos = PhotoStrip(session)
        self._error = Text("", "error", wrap=True)
        self._hints = KeyHints(HINTS)
        self._back = Button(theme, tr("返回 Esc"))
        self._save = Button(theme, tr("保存 Ctrl+S"), "primary", icon="check")
        self._timer = QTimer(self)
        self._timer.setInterval(KEEP_EVERY)
        self._place()
        self._bind()

    def _place(self) -> None:
        self._box = column(self, (16, 14, 16, 14))
        card = Card((1, 1, 1, 1), 0)
        head = line(margins=(18, 8, 14, 6), gap=10)
        head.addWidget(Text(tr("登记问题"), "section"))
        head.addWidget(self._kept, 1)
        head.addWidget(self._again)
        card.box.addLayout(head)
        card.box.addWidget(Divider())
        notice = line(margins=(14, 6, 14, 0))
        self._dispute.row.addWidget(self._to_dispute)
        notice.addWidget(self._dispute)
        card.box.addLayout(notice)
        self._dispute.say("")
        self.form.row("description").add_below(self._title)
        self.form.row("deadline").add_beside(self._until_words)
        self.form.row("owner_name").add_below(self._owners)
        inside = QWidget()
        inside_box = column(inside, (6, 2, 6, 2))
        inside_box.addWidget(self.form)
        photos = line(margins=(18, 0, 10, 8))
        photos.addWidget(self._photos)
        inside_box.addLayout(photos)
        inside_box.addStretch()
        scroll = Scrolled()
        scroll.setWidget(inside)
        self._scroll = scroll
        card.box.addWidget(scroll, 1)
        card.box.addWidget(Divider())
        card.box.addWidget(self._footer())
        self._box.addWidget(card)

    def _footer(self) -> QFrame:
        footer = QFrame()
        row = line(footer, (14, 8, 14, 8), 8)
        row.addWidget(self._hints)
        row.addWidget(self._error, 1)
        row.addWidget(self._back)
        row.addWidget(self._save)
        return footer

    def _bind(self) -> None:
        keys: dict[str, Callable[[], object]] = {
            "Ctrl+S": self.save,
            "Ctrl+Return": self.save,
            "Ctrl+Enter": self.save,
            "Esc": self.go_back,
        }
        for number in range(1, OWNERS + 1):
            keys[f"Alt+{number}"] = partial(self._take_owner, number)
        bind_inside(self, keys)
        self._save.clicked.connect(self.save)
        self._back.clicked.connect(self.go_back)
        self._again.clicked.connect(self._start_again)
        self._to_dispute.clicked.connect(self._go_to_dispute)
        self._photos.said.connect(self.said)
        self._photos.changed.connect(self._touch)
        self._timer.timeout.connect(self.keep)
        self.form.finished.connect(self._save.setFocus)
        self.form.changed.connect(self._on_change)
        self.form.entered.connect(self._show_row)
        category = self.form.editor("category")
        assert isinstance(category, CategoryEditor)
        category.changed.connect(self._propose)
        for name in ("level", "found_at"):
            widget: Any = self.form.editor(name).widget
            changed = "changed" if name == "level" else "editingFinished"
            getattr(widget, changed).connect(self._propose)

    def begin(self) -> None:
        """Start a new issue, or go on with what was left half-written."""
        if self._open:
            self.focus_start()
            return
        self._open = True
        self._fresh()
        self.focus_start()
        self._session.read(begin, self._begin)
        self._timer.start()

    def focus_start(self) -> None:
        """Put the keyboard on the first question."""
        self.form.focus("category")

    def save(self) -> None:
        """Save, or show what is wrong."""
        if not self._save.isEnabled():
            return
        try:
            values = self._values(self.form.values())
        except InvalidFields as error:
            self._refuse(error)
            return
        self._save.setEnabled(False)
        self._photos.when_ready(partial(self._write, values))

    def keep(self) -> None:
        """Keep what is written as a draft."""
        if not self._touched or not self._open:
            return
        self._touched = False
        content: dict[str, Any] = {
            "form": self.form.raw(),
            "photos": [one.draft() for one in self._photos.pending()],
        }
        work = partial(drafts.keep, key=DRAFT, content=content)
        self._session.write(work, self._on_kept)

    def go_back(self) -> None:
        """Leave; what was written stays as a draft."""
        touched = self._touched or bool(self._kept.text())
        self.keep()
        self._end()
        self.left.emit()
        if touched:
            self.said.emit(tr("没写完的已替您存好，按 F6 接着写"), None)

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window."""
        narrow = width is Width.NARROW
        top = 8 if narrow else 14
        self._box.setContentsMargins(width.margin, top, width.margin, top)
        self._hints.setVisible(width is Width.WIDE)

    def _fresh(self) -> None:
        self._proposed = None
        self.form.set_values(FIRST | {"found_at": now()})
        self.form.show_errors({})
        self._photos.clear()
        self._error.setText("")
        self._kept.setText("")
        self._again.hide()
        self._save.setEnabled(True)
        self._touched = False
        self._scroll.verticalScrollBar().setValue(0)
        self._on_change()
        self._touched = False

    def _begin(self, begun: Begun) -> None:
        self._show_owners(begun.owners)
        if begun.draft is None or self._touched:
            return
        self.form.restore(begun.draft["form"])
        photos = [PendingPhoto.from_draft(one) for one in begun.draft["photos"]]
        self._photos.show_pending(photos)
        self._kept.setText(tr("接着上次没写完的"))
        self._again.show()
        self._on_change()
        self._propose()
        self._touched = False

    def _values(self, answers: Values) -> Values:
        """Return the answers as fields of an issue."""
        values = dict(answers)
        spot: Spot = values.pop("place")
        values |= {
            "place": spot.place or None,
            "building_id": spot.building_id,
            "resident_id": spot.resident_id,
        }
        written, category = values["description"] or "", values["category"]
        title = issues.title_from(written, category, spot.place)
        values["title_text"] = values["title_text"] or title
        values["found_at"] = values["found_at"] or now()
        if values["deadline"] == self._proposed:
            values["deadline"] = None  # to the minute, as the category has it
        elif values["deadline"] is not None:
            values["deadline"] = end_on(values["deadline"], values["found_at"])
        if values["action"] != "self_close":
            values["result"] = None
        elif not values["result"]:
            raise InvalidFields({"result": tr("当场办结的，写一句怎么办好的")})
        if not values["outside_list"]:
            values |= dict.fromkeys(OUTSIDE)
        return values

    def _write(self, values: Values) -> None:
        work = partial(add, values=values, photos=self._photos.pending())
        done = partial(self._done, values["title_text"])
        self._session.write(work, done, self._refuse)

    def _done(self, title: str, issue_id: UUID) -> None:
        self._end()
        self.saved.emit(issue_id, title)

    def _end(self) -> None:
        self._open = False
        self._touched = False
        self._timer.stop()

    def _refuse(self, error: Exception) -> None:
        self._save.setEnabled(True)
        if isinstance(error, InvalidFields):
            others = self.form.show_errors(error.messages)
            self._error.setText(tr("；").join(others) or tr("有几项要改，见红字"))
        else:
            self._session.messages.show_error(error)

    def _on_change(self) -> None:
        self._touch()
        form = self.form
        action = form.editor("action").value()
        form.ask_for("result", wanted=action == "self_close")
        outside = bool(form.editor("outside_list").value())
        for name in OUTSIDE:
            form.ask_for(name, wanted=outside)
        category = form.editor("category").value() or ""
        sentence = tr("邻里纠纷登记到“矛盾调解”，当事人和调解经过都有地方写")
        self._dispute.say(sentence if category.startswith("02") else "")
        written = form.editor("description").value() or ""
        title = issues.title_from(written, category) if written or category else ""
        self._title.setText(tr("标题：{title}", title=title) if title else "")

    def _propose(self) -> None:
        """Propose the time the category has; one that was chosen stays."""
        category = self.form.editor("category").value()
        try:
            found_at = self.form.editor("found_at").value() or now()
        except ValueError:
            return
        level = self.form.editor("level").value() or "normal"
        if category:
            work = partial(limit_of, category=category, level=level, found_at=found_at)
            self._session.read(work, self._show_limit)

    def _show_limit(self, found: tuple[dt.date, str]) -> None:
        day, words = found
        editor = self.form.editor("deadline")
        assert isinstance(editor, DayEditor)
        chosen = editor.widget.day()
        if chosen is None or chosen == self._proposed:
            touched = self._touched
            editor.set_value(day)
            self._touched = touched
        self._proposed = day
        self._until_words.setText(tr("这一类一般 {limit}", limit=words))

    def _show_owners(self, names: Sequence[str]) -> None:
        self._known = tuple(names)
        chips: list[Button] = []
        for number, name in enumerate(names, 1):
            chip = Button(self._session.theme, name, "chip", tip=f"Alt+{number}")
            chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            chip.clicked.connect(partial(self._take_owner, number))
            chips.append(chip)
        self._owner_flow.replace(chips)
        self._owners.setVisible(bool(names))

    def _take_owner(self, number: int) -> None:
        if number <= len(self._known):
            self.form.editor("owner_name").set_value(self._known[number - 1])

    def _go_to_dispute(self) -> None:
        self.go_back()
        self.dispute_asked.emit()

    def _start_again(self) -> None:
        work = partial(drafts.drop, key=DRAFT)
        self._session.write(work, lambda _: None)
        self._fresh()
        self.focus_start()

    def _on_kept(self, _: None) -> None:
        if self._open:
            at = f"{dt.datetime.now():%H:%M}"
            self._kept.setText(tr("草稿已自动存 {at}", at=at))

    def _show_row(self, row: QWidget) -> None:
        self._scroll.ensureWidgetVisible(row, 0, 12)

    def _touch(self) -> None:
        self._touched = True
