"""The work list: who, where, why and how late, with the next action as a button."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from PySide6.QtCore import (
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from gridapp.language import tr
from gridapp.ui.care.due_words import ICONS, KINDS, due_text, due_tone
from gridapp.ui.theme import Theme, transparent_selection
from gridapp.ui.tokens import Size, ToneName
from gridapp.ui.widgets.badge import Badge
from gridapp.ui.widgets.items import ITEM, Index, Items, ItemView
from gridapp.work.due import Due

_BUTTON = 92  # width of the action button
_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_ELIDE = Qt.TextElideMode.ElideRight
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(frozen=True, slots=True)
class Group:
    """The line above the rows of one urgency."""

    words: str
    count: int
    tone: Literal["red", "amber", "grey"]


Item = Group | Due


class TodoList(ItemView):
    """What is due; Enter does the next action, the right arrow opens the file."""

    acted = Signal(object)  # the Due whose action was asked for
    opened = Signal(object)  # the Due whose file was asked for
    numbered = Signal(int)  # a digit: which kind of work to show

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setAccessibleName(tr("待办清单，按逾期、今天、三天内分组"))
        self._items = _Items(self._spoken)
        self._today = dt.date.today()
        self.setModel(self._items)
        self.setItemDelegate(_TodoDelegate(theme, self))
        self.setMouseTracking(True)
        transparent_selection(self)
        theme.changed.connect(self._repaint)
        self._theme = theme
        self._last: Due | None = None

    def show_rows(self, rows: Sequence[Due], today: dt.date) -> None:
        """Show what is due, grouped; go on where one was, the same household first."""
        before, place = self.current(), self.currentIndex().row()
        self._today = today
        self._items.replace(grouped(rows, today))
        items = self._items.items
        wanted = [i for i, one in enumerate(items) if before and one == before]
        if not wanted and self._last is not None and self._last.household_id:
            wanted = [i for i, one in enumerate(items) if self._same_door(one)]
        wanted += [i for i, one in enumerate(items) if i >= place and _is_open(one)]
        wanted += [i for i, one in enumerate(items) if _is_row(one)][-1:]
        if wanted:
            self.setCurrentIndex(self._items.index(wanted[0]))

    def _spoken(self, item: Item) -> str:
        if isinstance(item, Group):
            return tr("{words} {count} 项", words=item.words, count=item.count)
        return tr(
            "{kind}，{who}，{aside}，{late}，{why}",
            kind=KINDS[item.kind],
            who=item.who,
            aside=item.aside,
            late=due_text(item, self._today),
            why=item.why,
        )

    def _same_door(self, item: Item) -> bool:
        """Whether the row is somebody else's behind the door one was at last."""
        last = self._last
        return (
            last is not None
            and isinstance(item, Due)
            and item.household_id == last.household_id
            and item.resident_id != last.resident_id
            and not item.waits
        )

    def go_to_contact(self, passed: UUID | None = None) -> bool:
        """Choose the next visit or call from here on, else from the top.

        False when there is none whose time has come. What is open in the household
        that was `passed` over comes last.
        """
        place = max(self.currentIndex().row(), 0)
        items = self._items.items
        found = [
            i
            for i, one in enumerate(items)
            if isinstance(one, Due) and one.kind in ("visit", "call") and not one.waits
        ]
        found.sort(key=lambda i: (_of_house(items[i], passed), i < place, i))
        if found:
            self.setCurrentIndex(self._items.index(found[0]))
        return bool(found)

    def current(self) -> Due | None:
        """Return the row the keyboard is on."""
        index = self.currentIndex()
        item = self._items.items[index.row()] if index.isValid() else None
        return item if isinstance(item, Due) else None

    def act(self) -> None:
        """Ask for the next action of the current row."""
        due = self.current()
        if due is not None:
            self._last = due
            self.acted.emit(due)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        due = self.current()
        if event.key() in _ENTER:
            self.act()
        elif event.key() == Qt.Key.Key_Right and due is not None:
            self.opened.emit(due)
        elif event.text().isdecimal() and len(event.text()) == 1:
            self.numbered.emit(int(event.text()))
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        place = event.position().toPoint()
        index = self.indexAt(place)
        due = self.current()
        if due is None or index != self.currentIndex():
            return
        row = self.visualRect(index)
        metrics = QFontMetrics(self._theme.font(bold=True))
        name = QRect(
            row.left() + 70,
            row.top() + 8,
            metrics.horizontalAdvance(titled(due)[0]),
            24,
        )
        if button_area(row).contains(place):
            self.act()
        elif name.contains(place):
            self.opened.emit(due)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if not button_area(self.visualRect(self.currentIndex())).contains(
            event.position().toPoint()
        ):
            self.act()

    def _repaint(self) -> None:
        transparent_selection(self)
        self.viewport().update()


def button_area(row: QRect) -> QRect:
    """Return where the action button lies in a row."""
    return QRect(row.right() - 16 - _BUTTON, row.top() + 13, _BUTTON, 36)


def grouped(rows: Sequence[Due], today: dt.date) -> list[Item]:
    """Return the rows with a line above each urgency: late, today, the next days."""
    late = [row for row in rows if row.due < today]
    now = [row for row in rows if row.due == today]
    soon = [row for row in rows if row.due > today]
    items: list[Item] = []
    if late:
        items += [Group(tr("已逾期"), len(late), "red"), *late]
    if now:
        items += [Group(tr("今天"), len(now), "amber"), *now]
    if soon:
        items += [Group(tr("3 天内"), len(soon), "grey"), *soon]
    return items


def titled(due: Due) -> tuple[str, str]:
    """Return what stands in bold, and the words below it: people by their name,
    an issue by what is wrong."""
    if due.kind != "issue":
        return due.who, due.why
    title, _, rest = due.why.partition(tr("、"))
    return title, tr("、").join(words for words in (rest, due.who) if words)


def _of_house(item: Item, household: UUID | None) -> bool:
    return (
        isinstance(item, Due)
        and household is not None
        and item.household_id == household
    )


def _is_row(item: Item) -> bool:
    return isinstance(item, Due)


def _is_open(item: Item) -> bool:
    return isinstance(item, Due) and not item.waits


class _Items(Items[Item]):
    """The lines above the rows cannot be chosen."""

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or isinstance(self.items[index.row()], Group):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _TodoDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, view: TodoList) -> None:
        super().__init__(view)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        group = isinstance(index.data(ITEM), Group)
        return QSize(100, Size.GROUP if group else Size.ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        item: Item = index.data(ITEM)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(item, Group):
            self._paint_group(painter, item, rect)
        else:
            self._paint_row(painter, item, rect, state)
        painter.restore()

    def _paint_group(self, painter: QPainter, group: Group, rect: QRect) -> None:
        theme, tokens = self._theme, self._theme.tokens
        area = QRectF(rect)
        painter.fillRect(area, QColor(tokens.surface2))
        path = "text2" if group.tone == "grey" else f"{group.tone}.text"
        icons = {"red": "circle-alert", "amber": "clock", "grey": "calendar-check"}
        icon = theme.pixmap(icons[group.tone], path, 18)
        painter.drawPixmap(QPointF(16, area.y() + 9), icon)
        painter.setFont(theme.font(Size.CAPTION, bold=True))
        painter.setPen(theme.colour(path))
        painter.drawText(area.adjusted(42, 0, 0, 0), _MIDDLE, group.words)
        wide = QFontMetricsF(painter.font()).horizontalAdvance(group.words)
        painter.setPen(QColor(tokens.text2))
        painter.setFont(theme.font(Size.CAPTION))
        count = area.adjusted(50 + wide, 0, 0, 0)
        painter.drawText(count, _MIDDLE, tr("{count} 项", count=group.count))

    def _paint_row(
        self, painter: QPainter, due: Due, rect: QRect, state: QStyle.StateFlag
    ) -> None:
        theme, tokens = self._theme, self._theme.tokens
        area = QRectF(rect)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(area, QColor(tokens.selected))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, QColor(tokens.hover))
        today: dt.date = dt.date.today()
        tone = due_tone(due, today)
        if tone in ("red", "amber"):
            mark = QRectF(area.x(), area.y(), 4, area.height())
            painter.fillRect(mark, QColor(tokens.tone(tone).solid))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.surface if chosen else tokens.blue.back)
        square = QRectF(area.x() + 16, area.y() + 11, 40, 40)
        painter.drawRoundedRect(square, 10, 10)
        icon = theme.pixmap(ICONS[due.kind], "blue.text", 20)
        painter.drawPixmap(QPointF(area.x() + 26, area.y() + 21), icon)
        self._paint_button(painter, due.action, rect, chosen=chosen)
        right = self._paint_badge(painter, due_text(due, today), tone, rect)
        self._paint_words(painter, due, QRectF(area.x() + 70, area.y(), right, 0))
        if not chosen:
            painter.setPen(QColor(tokens.divider))
            painter.drawLine(QPointF(area.x() + 70, area.bottom()), area.bottomRight())
        elif state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area.adjusted(1, 1, -1, -1))

    def _paint_badge(
        self, painter: QPainter, words: str, tone: ToneName, rect: QRect
    ) -> float:
        """Paint how late it is; return the room the words have."""
        badge = Badge(words, tone)
        left = button_area(rect).left() - 14 - badge.width(self._theme)
        badge.paint(painter, self._theme, left, rect.top() + 18)
        return left - 12 - (rect.left() + 70)

    def _paint_button(
        self, painter: QPainter, words: str, rect: QRect, *, chosen: bool
    ) -> None:
        blue = self._theme.tokens.blue
        area = QRectF(button_area(rect))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(blue.solid if chosen else blue.back)
        painter.drawRoundedRect(area, Size.RADIUS, Size.RADIUS)
        painter.setPen(QColor(blue.on_solid if chosen else blue.text))
        painter.setFont(self._theme.font(Size.NOTE, bold=True))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_words(self, painter: QPainter, due: Due, room: QRectF) -> None:
        """Paint the two lines of words into the room, whose height is not used."""
        theme, tokens = self._theme, self._theme.tokens
        title, why = titled(due)
        painter.setFont(theme.font(bold=True))
        painter.setPen(QColor(tokens.text))
        metrics = QFontMetricsF(painter.font())
        who = metrics.elidedText(title, _ELIDE, room.width())
        painter.drawText(QPointF(room.x(), room.y() + 27), who)
        wide = metrics.horizontalAdvance(who) + 12
        painter.setFont(theme.font(Size.CAPTION))
        painter.setPen(QColor(tokens.text2))
        metrics = QFontMetricsF(painter.font())
        if room.width() - wide > 60:
            where = metrics.elidedText(due.aside, _ELIDE, room.width() - wide)
            painter.drawText(QPointF(room.x() + wide, room.y() + 26.5), where)
        else:
            why = f"{due.aside} {why}"
        line = metrics.elidedText(why, _ELIDE, room.width())
        painter.drawText(QPointF(room.x(), room.y() + 49), line)
