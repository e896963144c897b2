"""A form of chosen questions: rows with their editors, the rest behind 更多."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, runtime_checkable

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr, weekday
from gridapp.models.record import Values
from gridapp.ui.forms.editors import Editor, NoteEditor
from gridapp.ui.photos.photos_editor import PhotosEditor
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import column, line
from gridapp.ui.widgets.combo import Combo
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.field_row import FieldRow
from gridapp.ui.widgets.moments import DayField, MomentField
from gridapp.ui.widgets.options import OptionRow
from gridapp.ui.widgets.text import Text

LABEL_WIDTH, BESIDE_WIDTH, WIDEST = 128, 108, 230  # of a label, English ones as well
Means = Mapping[str, Any]  # the value a chip stands for, where it is not its code
YES_NO: Means = {"yes": True, "no": False}


@runtime_checkable
class Drafted(Protocol):
    """An editor of several parts that keeps its own draft."""

    @property
    def changed(self) -> SignalInstance:
        """Emitted when the answer is another one."""
        ...

    def raw(self) -> str:
        """Return what stands in it, wrong or not."""
        ...

    def restore(self, text: str) -> None:
        """Write what `raw` returned."""
        ...


class ChipEditor:
    """One of a few, or any number of them, as chips with a digit each."""

    def __init__(
        self,
        theme: Theme,
        name: str,
        options: Sequence[tuple[str, str]],
        *,
        many: bool = False,
        means: Means | None = None,
        first: int | None = None,
    ) -> None:
        self.widget = OptionRow(theme, name, options, many=many, first=first)
        self._means = means or {}

    @property
    def finished(self) -> SignalInstance:
        return self.widget.finished

    def value(self) -> Any:
        if self.widget.many:
            return self.widget.values() or None
        code = self.widget.value()
        return self._means.get(code, code) if code else None

    def set_value(self, value: Any) -> None:
        if self.widget.many:
            self.widget.set_values(value or ())
            return
        codes = [code for code, meant in self._means.items() if meant == value]
        self.widget.set_values(codes or ((value,) if value is not None else ()))


def yes_no(theme: Theme, name: str, yes: str = "", no: str = "") -> ChipEditor:
    """Return chips for yes and no in words of their own."""
    options = (("yes", yes or tr("是")), ("no", no or tr("否")))
    return ChipEditor(theme, name, options, means=YES_NO)


def note(editor: NoteEditor, height: int) -> NoteEditor:
    """Give a note this much room, in logical pixels."""
    editor.widget.setFixedHeight(height)
    return editor


@dataclass(frozen=True)
class Ask:
    """One question of a form."""

    name: str
    label: str
    editor: Editor
    required: bool = False
    beside: bool = False  # in the same line as the one before it
    more: bool = False  # behind 更多
    hint: str = ""  # beside the editor; a day says its weekday by itself


class AskForm(QWidget):
    """Questions in their order; Enter goes on, a wrong answer gets its sentence."""

    changed = Signal()
    finished = Signal()  # Enter in the last one
    entered = Signal(object)  # the row the keyboard was put into
    said = Signal(str, object)  # what was done with a photo; what takes it back

    def __init__(self, theme: Theme, asks: Sequence[Ask]) -> None:
        super().__init__()
        self.asks = tuple(asks)
        self._theme = theme
        first = [one.label for one in asks if not one.beside]
        self.label_width = label_width(theme, first, LABEL_WIDTH)
        self._rows: dict[str, FieldRow] = {}
        self._left_out: set[str] = set()
        self._editors = {one.name: one.editor for one in asks}
        self._more = Button(theme, tr("更多"), "quiet", icon="chevron-down")
        box = column(self, (8, 6, 8, 8), 1)
        for one in asks:
            if not one.more:
                self._place(one, box)
        self._rest = column(gap=1)  # filled when it is asked for
        box.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        box.addLayout(self._rest)
        box.addStretch()
        self._more.setVisible(any(one.more for one in asks))
        self._more.clicked.connect(self.show_more)
        self._listen()

    def _place(self, ask: Ask, box: QVBoxLayout) -> None:
        row = FieldRow(
            self._theme,
            ask.label,
            ask.editor.widget,
            required=ask.required,
            label_width=label_width(self._theme, [ask.label], BESIDE_WIDTH)
            if ask.beside
            else self.label_width,
        )
        aside = _aside(ask)
        if aside is not None:
            row.add_beside(aside)
        self._rows[ask.name] = row
        if ask.name in self._left_out:
            row.hide()
        if not ask.beside:
            self._across = line(gap=8)
            box.addLayout(self._across)
        self._across.addWidget(row, 1)

    def _listen(self) -> None:
        for number, ask in enumerate(self.asks):
            editor = ask.editor
            if isinstance(editor, PhotosEditor):
                editor.widget.strip.said.connect(self.said)
            editor.finished.connect(partial(self._go, number + 1, 1))
            back = getattr(editor.widget, "went_back", None)
            if back is not None:
                back.connect(partial(self._go, number - 1, -1))
            _changes(editor).connect(self.changed)

    def editor(self, name: str) -> Editor:
        """Return the editor of a question."""
        return self._editors[name]

    def row(self, name: str) -> FieldRow:
        """Return the row of a question."""
        return self._rows[name]

    def ask_for(self, name: str, *, wanted: bool) -> None:
        """Show a question or leave it out; Enter goes past what is left out."""
        (self._left_out.discard if wanted else self._left_out.add)(name)
        if name in self._rows:
            self._rows[name].setVisible(wanted)

    def when_ready(self, act: Callable[[], None]) -> None:
        """Call `act` as soon as every answer is there: now, unless photos come in."""
        for editor in self._editors.values():
            if isinstance(editor, PhotosEditor):
                editor.when_ready(act)
                return
        act()

    def values(self) -> Values:
        """Return the answers; InvalidFields with a sentence a wrong one."""
        values: Values = {}
        wrong: dict[str, str] = {}
        for ask in self.asks:
            try:
                values[ask.name] = ask.editor.value()
            except ValueError as error:
                wrong[ask.name] = str(error)
                continue
            if ask.required and values[ask.name] in (None, ()):
                wrong[ask.name] = _missing(ask)
        if wrong:
            raise InvalidFields(wrong)
        return values

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show answers by name; questions without one are empty."""
        for name, editor in self._editors.items():
            editor.set_value(values.get(name))

    def raw(self) -> dict[str, str]:
        """Return what stands in the editors, wrong or not, for a draft."""
        return {name: _raw(editor) for name, editor in self._editors.items()}

    def restore(self, raw: Mapping[str, str]) -> None:
        """Write a draft into the editors."""
        for name, text in raw.items():
            if name in self._editors:
                _restore(self._editors[name], text)

    def show_more(self) -> None:
        """Show the questions behind 更多."""
        hidden = [one for one in self.asks if one.name not in self._rows]
        for one in hidden:
            self._place(one, self._rest)
        if self._more.hasFocus() and hidden:
            self.focus(hidden[0].name)
        self._more.hide()

    def show_errors(self, messages: Mapping[str, str]) -> list[str]:
        """Show sentences beside their questions, focus the first; return the others."""
        wrong = [one for one in self.asks if one.name in messages]
        if any(one.more for one in wrong):
            self.show_more()
        for name, row in self._rows.items():
            row.show_error(messages.get(name, ""))
        if wrong:
            self.focus(wrong[0].name)
        return [words for name, words in messages.items() if name not in self._rows]

    def focus(self, name: str) -> None:
        """Put the keyboard into a question."""
        widget = self._editors[name].widget
        first: Callable[[], None] | None = getattr(widget, "focus_first", None)
        if first is not None:
            first()
        else:
            widget.setFocus(Qt.FocusReason.TabFocusReason)
        self.entered.emit(self._rows[name])

    def _go(self, number: int, step: int) -> None:
        while 0 <= number < len(self.asks):
            name = self.asks[number].name
            if name in self._rows and name not in self._left_out:
                self.focus(name)
                return
            number += step
        if step > 0:
            self.finished.emit()


def label_width(theme: Theme, labels: Sequence[str], least: int) -> int:
    """Return the width that shows the longest of these labels with its star."""
    metrics = QFontMetrics(theme.font())
    longest = max((metrics.horizontalAdvance(one) for one in labels), default=0)
    return min(max(longest + 16, least), WIDEST)


def _aside(ask: Ask) -> Text | None:
    """Return the words beside an editor that does not take the whole line."""
    widget = ask.editor.widget
    words = Text(ask.hint, "faint")
    if isinstance(widget, DayField):

        def say() -> None:
            day = widget.day()
            said = weekday(day) if day else ""
            words.setText("  ".join(filter(None, (said, ask.hint))))

        widget.textChanged.connect(say)
        return words
    if isinstance(widget, MomentField):
        words.setText(ask.hint or tr("按 + / − 调 5 分钟，T 为现在"))
        return words
    return words if ask.hint else None


def _missing(ask: Ask) -> str:
    if isinstance(ask.editor.widget, LineField | QPlainTextEdit):
        return tr("写一下{label}", label=ask.label)
    return tr("{label}：选一下", label=ask.label)


def _changes(editor: Editor) -> SignalInstance:
    widget = editor.widget
    if isinstance(editor, Drafted):
        return editor.changed
    if isinstance(widget, LineField | QPlainTextEdit):
        return widget.textChanged
    if isinstance(widget, Combo):
        return widget.currentIndexChanged
    assert isinstance(widget, OptionRow), widget
    return widget.changed


def _raw(editor: Editor) -> str:
    widget = editor.widget
    if isinstance(editor, Drafted):
        return editor.raw()
    if isinstance(widget, LineField):
        return widget.text()
    if isinstance(widget, QPlainTextEdit):
        return widget.toPlainText()
    if isinstance(widget, OptionRow):
        return ",".join(widget.values())
    assert isinstance(widget, Combo), widget
    return widget.value() or ""


def _restore(editor: Editor, text: str) -> None:
    widget = editor.widget
    if isinstance(editor, Drafted):
        editor.restore(text)
    elif isinstance(widget, LineField):
        widget.setText(text)
    elif isinstance(widget, QPlainTextEdit):
        widget.setPlainText(text)
    elif isinstance(widget, OptionRow):
        widget.set_values(text.split(","))
    elif isinstance(widget, Combo):
        widget.set_value(text or None)
