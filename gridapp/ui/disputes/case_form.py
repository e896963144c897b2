"""A form of a page: its head, its questions, and a draft kept while one writes."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.models.record import Values
from gridapp.ui.disputes import dispute_drafts
from gridapp.ui.forms.ask_form import AskForm
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Divider, NoticeBar, column, line
from gridapp.ui.widgets.frame import Scrolled
from gridapp.ui.widgets.shortcuts import KeyHints, bind_inside
from gridapp.ui.widgets.text import Text

KEEP_EVERY = 5_000  # milliseconds between two drafts
HINTS = (
    ("Enter", tr("下一项")),
    ("1–9", tr("选择")),
    ("Esc", tr("返回")),
)


class CaseForm(QWidget):
    """`filled` gives the answers; `left` says that one goes back."""

    filled = Signal(object)
    left = Signal()

    def __init__(
        self, session: Session, form: AskForm, title: str, key: str, verb: str = ""
    ) -> None:
        """`key` is that of the draft, empty when none is kept; `verb` what its button
        says that it does."""
        super().__init__()
        self._session = session
        self._key = key
        self._begun: Values = {}
        self._touched = False
        self._over = False
        theme = session.theme
        self.form = form
        self.about = Text("", "muted")
        self._title = title
        self._notice = NoticeBar(theme, "amber", "info")
        self._kept = Text("", "faint")
        self._again = Button(theme, tr("不要草稿，重新填"), "quiet")
        self._error = Text("", "error", wrap=True)
        self._hints = KeyHints(HINTS)
        self._scroll = Scrolled()
        self._back = Button(theme, tr("返回 Esc"))
        words = verb or tr("保存 Ctrl+S")
        self._save = Button(theme, words, "primary", icon="check")
        self._timer = QTimer(self)
        self._timer.setInterval(KEEP_EVERY)
        self._place()
        self._bind()

    def _place(self) -> None:
        box = column(self)
        head = line(margins=(18, 10, 14, 8), gap=10)
        head.addWidget(Text(self._title, "section"))
        head.addWidget(self.about, 1)
        head.addWidget(self._kept)
        head.addWidget(self._again)
        self._again.hide()
        box.addLayout(head)
        notice = line(margins=(14, 0, 14, 6))
        notice.addWidget(self._notice)
        box.addLayout(notice)
        self._notice.say("")
        box.addWidget(Divider())
        box.addWidget(self._scroll, 1)
        box.addWidget(Divider())
        box.addWidget(self._footer())

    def _footer(self) -> QFrame:
        footer = QFrame()
        row = line(footer, (14, 8, 14, 8), 8)
        row.addWidget(self._hints)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        self._error.setAlignment(middle)
        row.addWidget(self._error, 1)
        row.addWidget(self._back)
        row.addWidget(self._save)
        return footer

    def _bind(self) -> None:
        saving = dict.fromkeys(("Ctrl+S", "Ctrl+Return", "Ctrl+Enter"), self.save)
        bind_inside(self, {**saving, "Esc": self.go_back})
        self._save.clicked.connect(self.save)
        self._back.clicked.connect(self.go_back)
        self._again.clicked.connect(self._start_again)
        self._timer.timeout.connect(self.keep)
        self.form.finished.connect(self._save.setFocus)
        self.form.entered.connect(self._show_row)

    def say_notice(self, sentence: str) -> None:
        """Say what one should know before writing; nothing for an empty sentence."""
        self._notice.say(sentence)

    def begin(self, values: Values, first: str = "") -> None:
        """Show the first answers, or what was left half-written here.

        Call it once this stands in its window: a tree of widgets that moves into
        another is styled anew, which takes longer than making it.
        """
        self._scroll.setWidget(self.form)
        self._begun = values
        self.form.set_values(values)
        self.form.show()
        self.form.changed.connect(self._touch)
        self.form.focus(first or self.form.asks[0].name)
        work = partial(dispute_drafts.kept, key=self._key)
        self._session.read(work, self._restore)
        self._timer.start()

    def focus_start(self) -> None:
        """Put the keyboard back into the form, where it was if it was there."""
        inside = self.form.focusWidget()
        if inside:
            inside.setFocus()
        else:
            self.form.focus(self.form.asks[0].name)

    def save(self) -> None:
        """Hand over the answers, or show what is wrong with them."""
        if self._save.isEnabled():
            self._save.setEnabled(False)
            self.form.when_ready(self._hand_over)

    def _hand_over(self) -> None:
        try:
            values = self.form.values()
        except InvalidFields as error:
            self.refuse(error)
            return
        self.filled.emit(values)

    def refuse(self, error: Exception) -> None:
        """Show what is wrong with the answers that were handed over."""
        self._save.setEnabled(True)
        if isinstance(error, InvalidFields):
            others = self.form.show_errors(error.messages)
            marked = tr("有几项要改，见红字") if error.messages else ""
            self._error.setText(tr("；").join(others) or marked)
        else:
            self._session.messages.show_error(error)

    def end(self) -> None:
        """Keep nothing more: the answers were saved."""
        self._over = True
        self._timer.stop()

    def go_back(self) -> None:
        """Leave; what was written stays as a draft."""
        self.keep()
        self.end()
        self.left.emit()

    def keep(self) -> None:
        """Keep what is written as a draft."""
        if self._touched and self._key and not self._over:
            self._touched = False
            content = self.form.raw()
            work = partial(dispute_drafts.keep, key=self._key, content=content)
            self._session.write(work, self._on_kept)

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window."""
        self._hints.setVisible(width is Width.WIDE)
        self.about.setVisible(width is not Width.NARROW)

    def _show_row(self, row: QWidget) -> None:
        """Scroll to the row the keyboard is in, once it stands where it belongs."""
        QTimer.singleShot(0, self, partial(self._scroll.ensureWidgetVisible, row))

    def _touch(self) -> None:
        self._touched = True

    def _on_kept(self, _: None) -> None:
        if not self._over:
            at = dt.datetime.now().strftime("%H:%M")
            self._kept.setText(tr("草稿已自动存 {at}", at=at))

    def _restore(self, kept: dict[str, Any] | None) -> None:
        if kept is None or self._touched or self._over:
            return
        self.form.restore(kept)
        self.form.changed.emit()  # what is asked follows the answers
        self._touched = False
        self._kept.setText(tr("接着上次没写完的"))
        self._again.show()

    def _start_again(self) -> None:
        self.form.set_values(self._begun)
        self.form.changed.emit()
        self._touched = False
        self._again.hide()
        self._kept.setText("")
        self.form.focus(self.form.asks[0].name)
        work = partial(dispute_drafts.drop, key=self._key)
        self._session.write(work, lambda _: None)
