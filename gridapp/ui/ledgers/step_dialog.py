"""A dialog that goes step by step: where one is, what is to be said, back and on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QStackedWidget, QWidget

from gridapp.language import tr
from gridapp.ui.ledgers.step_bar import StepBar
from gridapp.ui.session import Session
from gridapp.ui.widgets.busy import BusyLine
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import NoticeBar, column, line
from gridapp.ui.widgets.frame import Foot
from gridapp.ui.widgets.meter import Bar
from gridapp.ui.widgets.text import Text

LARGEST = (1180, 700)


class Step(QWidget):
    """What one step shows."""

    def focus_start(self) -> None:
        """Put the keyboard where one begins in it."""
        raise NotImplementedError


class StepDialog(QDialog):
    """The frame; what a step shows and when one may go on, the dialog itself says.

    The last step tells what was done, the one before it does it.
    """

    def __init__(
        self,
        session: Session,
        parent: QWidget,
        name: str,
        steps: Sequence[tuple[str, str]],
    ) -> None:
        """`name` is the file's, `steps` are keys with their words."""
        super().__init__(parent)
        self._session = session
        self._order = [key for key, _ in steps]
        self._here = self._order[0]
        theme = session.theme
        self._bar = StepBar(theme, steps)
        self._title = Text(name, "strong", shrinks=True)
        self._notice = NoticeBar(theme, "amber", "info")
        self._error = NoticeBar(theme, "red", "circle-alert")
        self._stack = QStackedWidget()
        self._steps: Mapping[str, Step] = {}
        self._meter = Bar(theme)
        self._how_far = Text("", "muted")
        self._back = Button(theme, tr("返回"))
        self._go = Button(theme, tr("下一步"), "primary", icon="check")

    def _place(self, steps: Mapping[str, Step]) -> None:
        """Lay out the steps, and hide what has nothing to say yet."""
        self._steps = steps
        box = column(self)
        body = column(margins=(16, 10, 16, 10), gap=8)
        top = line(gap=12)
        top.addWidget(self._bar)
        top.addWidget(self._title, 1)
        body.addLayout(top)
        body.addWidget(self._notice)
        body.addWidget(self._error)
        for part in steps.values():
            self._stack.addWidget(part)
        body.addWidget(self._stack, 1)
        box.addLayout(body, 1)
        footer = Foot()
        footer.row.addWidget(self._how_far)
        footer.row.addWidget(self._meter, 1)
        footer.row.addStretch()
        footer.row.addWidget(self._back)
        footer.row.addWidget(self._go)
        box.addWidget(footer)
        BusyLine(self._session.theme, self._session.jobs, self._stack)
        for hidden in (self._notice, self._error, self._meter, self._stack):
            hidden.setVisible(False)
        self._fit()
        self._bar.picked.connect(self.show_step)
        self._back.clicked.connect(self._step_back)
        self._go.clicked.connect(self.go_on)
        for keys in ("Ctrl+S", "Ctrl+Return"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.go_on)

    def _fit(self) -> None:
        parent = self.parentWidget()
        room = parent.window().size() if parent else self.size()
        width, height = LARGEST
        self.resize(min(width, room.width() - 16), min(height, room.height() - 16))

    @property
    def here(self) -> str:
        """The step that is shown."""
        return self._here

    def show_step(self, key: str) -> None:
        """Go to a step."""
        self._here = key
        part = self._steps[key]
        self._stack.setCurrentWidget(part)
        self._show_acts()
        part.focus_start()

    def go_on(self) -> None:
        """Go to the next step; before the last, do what the dialog is for."""
        if not self._go.isEnabled():
            return
        at = self._order.index(self._here)
        if at < len(self._order) - 2:
            self.show_step(self._order[at + 1])
        elif at == len(self._order) - 2:
            self._carry_out()
        else:
            self.accept()

    def _step_back(self) -> None:
        at = self._order.index(self._here)
        if 0 < at < len(self._order) - 1 and not self._is_writing():
            self.show_step(self._order[at - 1])
        else:
            self.reject()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes one step back, at the first it closes."""
        if event.key() == Qt.Key.Key_Escape:
            self._step_back()
        else:
            super().keyPressEvent(event)

    def _say_acts(self, back: str, go: str, *, able: bool) -> None:
        """Name the two buttons at the foot."""
        for button, words in ((self._back, back), (self._go, go)):
            button.setText(words)
            button.setAccessibleName(words)
        self._go.setEnabled(able)

    def _show_acts(self) -> None:
        """Show which steps can be reached and what the buttons do."""
        raise NotImplementedError

    def _carry_out(self) -> None:
        """Do what the dialog is for."""
        raise NotImplementedError

    def _is_writing(self) -> bool:
        """Whether something is being written just now."""
        raise NotImplementedError
