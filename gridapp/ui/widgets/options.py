"""Choices with a digit each: the digit picks and goes on to the next field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QInputMethodEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QWidget

from gridapp.language import tr
from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Size
from gridapp.ui.widgets.buttons import Button, refuse
from gridapp.ui.widgets.flow import FlowLayout

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_BOX = 26  # room of the tick box before the words


class OptionRow(QWidget):
    """One choice, or with `many` any number of them, each with its digit."""

    changed = Signal()
    finished = Signal()  # go on to the next field
    went_back = Signal()  # go back to the field before

    def __init__(
        self,
        theme: Theme,
        name: str,
        options: Sequence[tuple[str, str]],
        *,
        many: bool = False,
        first: int | None = None,
    ) -> None:
        """Show `options`, pairs of a code and its words.

        With `first`, only so many are there until 更多 is pressed or one of the others
        is chosen.
        """
        super().__init__()
        self.setAccessibleName(name)
        self.many = many
        self.composing = False
        self.by_digit = False  # whether `finished` tells of a digit, not of Enter
        self._group = QButtonGroup(self)
        self._group.setExclusive(not many)
        self._options: dict[str, _Option] = {}
        self._hidden: list[_Option] = []
        self._more = Button(theme, tr("更多…"), "quiet")
        self._more.setAccessibleName(tr("{name}:更多选项", name=name))
        self._more.clicked.connect(self._show_all)
        flow = FlowLayout(self)
        for number, (code, words) in enumerate(options, 1):
            option = _Option(theme, self, words, number if number < 10 else None)
            if first is not None and number > first:
                self._hidden.append(option)
                option.hide()
            option.setAccessibleName(f"{name}:{words}")
            option.clicked.connect(self.changed)
            self._options[code] = option
            self._group.addButton(option)
            flow.addWidget(option)
        flow.addWidget(self._more)
        self._more.setVisible(bool(self._hidden))
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def refuse(self, code: str, why: str) -> None:
        """Let nobody choose this option, and say why; "" lets them again."""
        refuse(self._options[code], why)

    def values(self) -> tuple[str, ...]:
        """Return the codes of what is chosen, in the order shown."""
        return tuple(code for code, o in self._options.items() if o.isChecked())

    def value(self) -> str | None:
        """Return the code chosen, or None."""
        return next(iter(self.values()), None)

    def set_values(self, codes: Iterable[str]) -> None:
        """Choose exactly these, without a signal."""
        chosen = set(codes)
        self._group.setExclusive(False)
        for code, option in self._options.items():
            option.setChecked(code in chosen)
        self._group.setExclusive(not self.many)
        if any(option.isChecked() for option in self._hidden):
            self._show_all()

    def focus_first(self) -> None:
        """Put the keyboard on what is chosen, or on the first option."""
        chosen = [o for o in self._options.values() if o.isChecked()]
        first = (chosen or list(self._options.values()))[0]
        first.setFocus(Qt.FocusReason.TabFocusReason)

    def take_key(self, key: int, text: str, *, back: bool) -> bool:
        """Act on a key pressed on an option; return whether it meant something."""
        if self.composing:
            return False
        if key in _ENTER:
            (self.went_back if back else self.finished).emit()
            return True
        if len(text) == 1 and text in "123456789" and int(text) <= len(self._options):
            self._pick(list(self._options.values())[int(text) - 1])
            return True
        return False

    def _show_all(self) -> None:
        for option in self._hidden:
            option.show()
        if self._more.hasFocus() and self._hidden:
            self._hidden[0].setFocus(Qt.FocusReason.OtherFocusReason)
        self._hidden = []
        self._more.hide()
        self.updateGeometry()

    def _pick(self, option: _Option) -> None:
        if not option.isEnabled():
            return
        if option in self._hidden:
            self._show_all()
        option.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.many:
            option.setChecked(not option.isChecked())
            self.changed.emit()
        else:
            option.setChecked(True)
            self.changed.emit()
            self.by_digit = True
            self.finished.emit()
            self.by_digit = False


class _Option(QAbstractButton):
    """One choice: solid when picked alone, tinted and ticked when one of many."""

    def __init__(
        self, theme: Theme, row: OptionRow, words: str, number: int | None
    ) -> None:
        super().__init__(row)
        self._theme = theme
        self._row = row
        self.setText(f"{number} {words}" if number else words)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._theme.font())
        box = _BOX if self._row.many else 0
        width = metrics.horizontalAdvance(self.text()) + 28 + box
        return QSize(width, Size.CONTROL)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        plain = event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        )
        if not plain and self._row.take_key(event.key(), event.text(), back=back):
            event.accept()
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Note that an input method is composing: its digits choose candidates."""
        self._row.composing = bool(event.preeditString())
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._row.composing = False
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        front, fill, edge = self._colours()
        thick = 2 if self.hasFocus() else 1
        painter.setPen(QPen(QColor(edge), thick))
        painter.setBrush(fill)
        inset = thick / 2
        shape = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(shape, Size.RADIUS, Size.RADIUS)
        left = 14
        if self._row.many:
            self._paint_box(painter, QRectF(13, (self.height() - 18) / 2, 18, 18))
            left += _BOX
        painter.setPen(front)
        painter.setFont(self._theme.font())
        area = QRectF(left, 0, self.width() - left, self.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()

    def _colours(self) -> tuple[str, str, str]:
        """Return the colours of words, fill and edge for the state it is in."""
        tokens = self._theme.tokens
        if not self.isEnabled():
            return tokens.text3, tokens.surface, tokens.border
        if self.isChecked() and not self._row.many:
            ring = tokens.text if self.hasFocus() else tokens.blue.solid
            return tokens.blue.on_solid, tokens.blue.solid, ring
        edge = tokens.focus if self.hasFocus() else tokens.border_strong
        if self.isChecked():
            if not self.hasFocus():
                edge = tokens.amber.line
            return tokens.amber.text, tokens.amber.back, edge
        fill = tokens.hover if self.underMouse() else tokens.surface
        return tokens.text, fill, edge

    def _paint_box(self, painter: QPainter, box: QRectF) -> None:
        tokens = self._theme.tokens
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.amber.text)
            painter.drawRoundedRect(box, 4, 4)
            tick = self._theme.pixmap("check", "amber.back", 14)
            painter.drawPixmap(box.topLeft() + QPointF(2, 2), tick)
        else:
            painter.setPen(QPen(QColor(tokens.border_strong), 1.5))
            painter.setBrush(tokens.surface)
            painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), 4, 4)
