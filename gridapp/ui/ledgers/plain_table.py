"""A table whose cells are asked for when they are shown, with words and badges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPoint,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from gridapp.language import tr
from gridapp.ui.theme import Theme, transparent_selection
from gridapp.ui.tokens import Size, ToneName
from gridapp.ui.widgets.badge import Badge
from gridapp.ui.widgets.items import NOWHERE, Index
from gridapp.ui.widgets.table_look import row_table

ROW_HEIGHT, PAD = 40, 10
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_SHOWN = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell: its words, in a tone or as a badge of it, strong or faint."""

    text: str
    tone: ToneName | None = None
    badge: bool = False
    strong: bool = False
    faint: bool = False


Asked = Callable[[int, int], Shown]


class PlainTable(QTableView):
    """Rows to choose from; `moved` tells the current row, `opened` the one acted on."""

    moved = Signal(int)
    opened = Signal(int)

    def __init__(
        self, theme: Theme, name: str, columns: Sequence[tuple[str, int]]
    ) -> None:
        """Show `columns`, pairs of a heading and its width; 0 takes the room left."""
        super().__init__()
        self._model = _Cells()
        self.setModel(self._model)
        self.setItemDelegate(_CellDelegate(theme, self))
        self.setAccessibleName(name)
        row_table(self, ROW_HEIGHT, 34, 48)
        self.set_columns(columns)
        transparent_selection(self)
        theme.changed.connect(self._repaint)
        self.selectionModel().currentRowChanged.connect(self._on_current)
        self.doubleClicked.connect(self._on_opened)

    def set_columns(self, columns: Sequence[tuple[str, int]]) -> None:
        """Show these columns from now on."""
        self._model.set_headings([heading for heading, _ in columns])
        across = self.horizontalHeader()
        for number, (_, width) in enumerate(columns):
            if width:
                across.setSectionResizeMode(number, QHeaderView.ResizeMode.Interactive)
                self.setColumnWidth(number, width)
            else:
                across.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)

    def show_cells(self, rows: int, ask: Asked) -> None:
        """Show so many rows; `ask` gives a cell by row and column when it is seen."""
        kept = self.current()
        self._model.show_cells(rows, ask)
        if rows:
            self.choose(min(max(kept, 0), rows - 1))

    def current(self) -> int:
        """Return the row the keyboard is on, -1 when there is none."""
        index = self.currentIndex()
        return index.row() if index.isValid() else -1

    def choose(self, row: int) -> None:
        """Put the keyboard on a row."""
        index = self._model.index(row, 0)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def chosen(self) -> list[int]:
        """Return the rows that are selected, from above."""
        return sorted({one.row() for one in self.selectionModel().selectedRows()})

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The current row stays in sight, or comes there once there is room for it."""
        before = QRect(QPoint(0, 0), event.oldSize())
        seen = self.visualRect(self.currentIndex()).intersects(before)
        super().resizeEvent(event)
        if seen and self.current() >= 0:
            self.scrollTo(self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in _ENTER and plain and self.current() >= 0:
            self.opened.emit(self.current())
        else:
            super().keyPressEvent(event)

    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self.moved.emit(current.row())

    def _on_opened(self, index: QModelIndex) -> None:
        self.opened.emit(index.row())

    def _repaint(self) -> None:
        transparent_selection(self)
        self.viewport().update()


class _Cells(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self._headings: list[str] = []
        self._rows = 0
        self._ask: Asked = lambda _row, _column: Shown("")

    def set_headings(self, headings: list[str]) -> None:
        self.beginResetModel()
        self._headings = headings
        self.endResetModel()

    def show_cells(self, rows: int, ask: Asked) -> None:
        self.beginResetModel()
        self._rows, self._ask = rows, ask
        self.endResetModel()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._headings)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        across = orientation == Qt.Orientation.Horizontal
        if role == Qt.ItemDataRole.DisplayRole and across:
            return self._headings[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role not in (
            _SHOWN,
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return None
        shown = self._ask(index.row(), index.column())
        if role == _SHOWN:
            return shown
        if role == Qt.ItemDataRole.AccessibleTextRole:
            heading = self._headings[index.column()]
            words = shown.text or tr("空")
            return tr("{label}：{shown}", label=heading, shown=words)
        return shown.text


class _CellDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, view: PlainTable) -> None:
        super().__init__(view)
        self._theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        shown: Shown = index.data(_SHOWN)
        theme, tokens = self._theme, self._theme.tokens
        area = QRectF(option.rect)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(tokens.selected))
        painter.setPen(QColor(tokens.divider))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        inside = area.adjusted(PAD, 0, -4, 0)
        if shown.badge and shown.tone:
            badge = Badge(shown.text, shown.tone)
            badge.paint(painter, theme, inside.x(), area.center().y() - 13)
        else:
            colour = tokens.tone(shown.tone).text if shown.tone else tokens.text
            painter.setPen(QColor(tokens.text3 if shown.faint else colour))
            painter.setFont(theme.font(Size.NOTE, bold=shown.strong))
            words = QFontMetricsF(painter.font()).elidedText(
                shown.text, Qt.TextElideMode.ElideRight, inside.width()
            )
            painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()
