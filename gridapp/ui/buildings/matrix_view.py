"""The 楼栋图: floors down, units across, one cell a door; headers stay in sight."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from PySide6.QtCore import (
    QAbstractTableModel,
    QElapsedTimer,
    QModelIndex,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from gridapp.language import tr
from gridapp.ui.buildings.matrix_cell import CellLook, CellPainter
from gridapp.ui.buildings.matrix_headers import (
    LEAST_HEIGHT,
    LEAST_WIDTH,
    UNITS_HEIGHT,
    FloorHeader,
    UnitHeader,
)
from gridapp.ui.theme import Theme, transparent_selection
from gridapp.ui.widgets.items import NOWHERE, Index
from gridapp.work.buildings import Door
from gridapp.work.colouring import Basis, shade_of, spoken
from gridapp.work.matrix import Matrix

MOST_WIDTH = 190
MOST_HEIGHT = 94
BAR = 14  # of a scroll bar
TYPING = 1_000  # milliseconds after which typing begins a new door
_DOOR = Qt.ItemDataRole.UserRole
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
EMPTY = Matrix(0, (), (), ())
_PLAIN = """
QTableView { selection-background-color: transparent; }
QTableView::item, QTableView::item:selected { background: transparent; border: none; }
QHeaderView, QTableCornerButton::section { background: transparent; border: none; }
"""  # the delegate paints all there is


class MatrixView(QTableView):
    """The doors of one building; arrow keys move, Enter opens, digits find a door."""

    picked = Signal(object)  # the Door the keyboard is on, or None
    opened = Signal(object)  # the Door that was asked for

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._cells = _Cells()
        self._loading = False
        self._typed = ""
        self._since = QElapsedTimer()
        self.setModel(self._cells)
        self._delegate = _CellDelegate(theme, self)
        self.setItemDelegate(self._delegate)
        self.setHorizontalHeader(UnitHeader(theme, self, self._matrix_now))
        self._floors = FloorHeader(theme, self, self._matrix_now)
        self.setVerticalHeader(self._floors)
        self.setCornerButtonEnabled(False)
        self.setStyleSheet(_PLAIN)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        transparent_selection(self)
        theme.changed.connect(self._repaint)
        self.selectionModel().currentChanged.connect(self._on_current)

    @property
    def matrix(self) -> Matrix:
        """What is shown."""
        return self._cells.matrix

    def show_matrix(self, name: str, matrix: Matrix, chosen: UUID | None) -> None:
        """Show a building; the door `chosen` is current, else the most urgent one."""
        self.setAccessibleName(tr("{name}楼栋图，行为楼层，列为单元和房号", name=name))
        self._loading = True  # one signal, when all is in place
        self._cells.replace(matrix)
        self.horizontalHeader().setVisible(bool(matrix.spans))
        self.verticalHeader().setVisible(bool(matrix.spans))
        self._lay_out()
        self._loading = False
        place = self._place_of(chosen) or self._most_urgent()
        if place is None:
            self.picked.emit(None)
        else:
            self.choose(*place)

    def choose(self, row: int, column: int) -> None:
        """Make a cell current and bring it into sight."""
        index = self._cells.index(row, column)
        if index == self.currentIndex():
            self.picked.emit(self.current())
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def find_door(self, typed: str) -> bool:
        """Make the first door that begins with what was typed current."""
        place = self.matrix.find(typed) if typed else None
        if place is not None:
            self.choose(*place)
        return place is not None

    def current(self) -> Door | None:
        """Return the door the keyboard is on; None where none is on record."""
        index = self.currentIndex()
        return index.data(_DOOR) if index.isValid() else None

    def current_missing(self) -> tuple[str, str] | None:
        """Return unit and room of the door that is not on record here, if any."""
        index = self.currentIndex()
        if not index.isValid():
            return None
        return self.matrix.missing_door(index.row(), index.column())

    def colour_by(self, basis: Basis) -> None:
        """Colour by what is due or by the care tier."""
        self._cells.basis = basis
        self.viewport().update()

    def keep(self, keys: Collection[str], tags: Collection[str]) -> None:
        """Dim every door that is none of these entries of the legend, or that has
        none of these tags; an empty choice keeps all."""
        self._delegate.keys, self._delegate.tags = frozenset(keys), frozenset(tags)
        self.viewport().update()

    def go_to_kept(self) -> None:
        """Go to the most urgent door the filters keep, unless one stands on such."""
        door = self.current()
        place = self._most_urgent()
        if place is not None and (door is None or not self.fits(door)):
            self.choose(*place)

    def fits(self, door: Door) -> bool:
        """Whether a door is kept by the filters."""
        return self._delegate.fits(door, self._cells.basis)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER:
            door = self.current()
            if door is not None:
                self.opened.emit(door)
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        if not self._since.isValid() or self._since.restart() > TYPING:
            self._typed = ""
            self._since.start()
        self._typed += search
        if not self.find_door(self._typed):
            self._typed = search
            self.find_door(search)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._loading:  # amid a reset the headers do not know their sections
            self._lay_out()
            self.scrollTo(self.currentIndex())

    def _matrix_now(self) -> Matrix:
        return self._cells.matrix

    def _place_of(self, door_id: UUID | None) -> tuple[int, int] | None:
        for row, line in enumerate(self.matrix.lines):
            for column, door in enumerate(line.doors):
                if door is not None and door.id == door_id:
                    return row, column
        return None

    def _most_urgent(self) -> tuple[int, int] | None:
        """The cell whose thing is the latest, else the first that the filters keep."""
        found = [
            (not door.owed, door.owed[0].due if door.owed else None, row, column)
            for row, line in enumerate(self.matrix.lines)
            for column, door in enumerate(line.doors)
            if door is not None and self.fits(door)
        ]
        late = [one for one in found if one[1] is not None]
        first = min(late or found, default=None)
        return (first[2], first[3]) if first else None

    def _lay_out(self) -> None:
        """Fill the room; with too little of it, scroll and keep cells readable."""
        across, down = self.matrix.across, len(self.matrix.lines)
        if not across or not down:
            return
        units = UNITS_HEIGHT if self.matrix.spans else 0
        wide = self.width() - (self._floors.fit() if self.matrix.spans else 0)
        high = self.height() - units
        scrolls_across = across * LEAST_WIDTH > wide
        high -= BAR if scrolls_across else 0
        scrolls_down = down * LEAST_HEIGHT > high
        wide -= BAR if scrolls_down else 0
        width = min(max(wide // across, LEAST_WIDTH), MOST_WIDTH)
        height = min(max(high // down, LEAST_HEIGHT), MOST_HEIGHT)
        self.horizontalHeader().setDefaultSectionSize(width)
        self.verticalHeader().setDefaultSectionSize(height)

    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid() and not self._loading:
            self.picked.emit(current.data(_DOOR))

    def _repaint(self) -> None:
        self._delegate.painter.forget()
        transparent_selection(self)
        self.viewport().update()


class _Cells(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self.matrix = EMPTY
        self.basis: Basis = "status"

    def replace(self, matrix: Matrix) -> None:
        self.beginResetModel()
        self.matrix = matrix
        self.endResetModel()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.matrix.lines)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else self.matrix.across

    def _holds(self, index: Index) -> bool:
        """Whether an index is of the building that is shown: Qt may hold older ones,
        and an error raised in an answer to Qt ends the program."""
        return (
            index.isValid()
            and index.row() < len(self.matrix.lines)
            and index.column() < self.matrix.across
        )

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not self._holds(index):
            return Qt.ItemFlag.NoItemFlags
        line = self.matrix.lines[index.row()]
        if line.floor is None and line.doors[index.column()] is None:
            return Qt.ItemFlag.NoItemFlags  # beyond the last door of a list
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not self._holds(index):
            return None
        row, column = index.row(), index.column()
        door = self.matrix.lines[row].doors[column]
        if role == _DOOR:
            return door
        spoken_roles = (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
        )
        if role not in spoken_roles:
            return None
        if door is not None:
            return spoken(door, self.basis)
        missing = self.matrix.missing(row, column)
        return tr("{door} 没有登记", door=missing) if missing else ""

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        lines = self.matrix.lines
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation is Qt.Orientation.Vertical:  # amid a reset the header has more
            return lines[section].words if section < len(lines) else ""
        for span in self.matrix.spans:
            if span.first <= section < span.first + span.count:
                return f"{span.words} {self.matrix.columns[section].place}"
        return ""


class _CellDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, view: MatrixView) -> None:
        super().__init__(view)
        self._view = view
        self.painter = CellPainter(theme)
        self.keys: frozenset[str] = frozenset()
        self.tags: frozenset[str] = frozenset()

    def fits(self, door: Door, basis: Basis) -> bool:
        if self.keys and shade_of(door, basis).key not in self.keys:
            return False
        return not self.tags or not self.tags.isdisjoint(door.tags)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        cells = self._view.model()
        assert isinstance(cells, _Cells)
        row, column = index.row(), index.column()
        line = cells.matrix.lines[row]
        door = line.doors[column]
        before, after = _gaps(cells.matrix, column)
        area = QRectF(rect).adjusted(before, 3, -after, -3)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        if door is None:
            missing = cells.matrix.missing_door(row, column)
            if missing is not None:
                dimmed = bool(self.keys or self.tags)
                self.painter.paint_missing(painter, missing[1], area, dimmed=dimmed)
                if chosen:
                    self.painter.ring(painter, area, focused=focused)
            return
        look = CellLook(
            basis=cells.basis,
            dimmed=not self.fits(door, cells.basis),
            chosen=chosen,
            focused=focused,
            hovered=bool(state & QStyle.StateFlag.State_MouseOver),
            whole_door=line.floor is None,
        )
        self.painter.paint(painter, door, area, look)


def _gaps(matrix: Matrix, column: int) -> tuple[int, int]:
    """The space before and after a cell: more between two units."""
    first = {span.first for span in matrix.spans}
    return (6 if column in first else 2), (6 if column + 1 in first else 2)
