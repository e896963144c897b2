"""The route as a list: one key a place, or one for a whole building."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from PySide6.QtCore import (
    QModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from gridapp.language import tr
from gridapp.ui.patrols.patrol_rows import (
    CHIPS,
    Item,
    LegItem,
    bulk_area,
    bulk_words,
    chip_areas,
    route_items,
    same,
    unmarked,
)
from gridapp.ui.patrols.patrol_values import FINE, WATCH, WRONG, RoundEntry
from gridapp.ui.patrols.patrol_words import (
    STATE_TONES,
    STATE_WORDS,
    due_words,
    spot_detail,
)
from gridapp.ui.theme import Theme, transparent_selection
from gridapp.ui.tokens import Size
from gridapp.ui.widgets.badge import Badge
from gridapp.ui.widgets.items import ITEM, Index, Items, ItemView
from gridapp.work.patrol_round import Leg, Spot

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_CLEAR = (Qt.Key.Key_0, Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
_KEYS = {Qt.Key.Key_1: FINE, Qt.Key.Key_2: WATCH, Qt.Key.Key_3: WRONG}
_LEG = 44  # height of a building's line
_ROOMY = 400  # pixels: with less, how late it is stands among the words
_MIDDLE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_ELIDE = Qt.TextElideMode.ElideRight


class RouteList(ItemView):
    """Digits mark the place the keyboard is on and go on to the next unmarked one."""

    marked = Signal(object, str)  # spot, code of check_state; "" takes the mark away
    all_fine = Signal(object)  # the spots of a building that were not marked yet
    picked = Signal()  # the keyboard is on another row

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.entry = RoundEntry()
        self.day = dt.date.today()
        self.setAccessibleName(
            tr("巡查路线。按 1 正常，2 关注，3 有问题，0 取消；在楼栋上按 1 整栋正常")
        )
        self._items = Items(self._spoken)
        self.setModel(self._items)
        self.setItemDelegate(_RouteDelegate(theme, self))
        self.setMouseTracking(True)
        transparent_selection(self)
        theme.changed.connect(self._repaint)
        self.selectionModel().currentChanged.connect(self._on_current)

    def show_route(
        self, legs: Sequence[Leg], entry: RoundEntry, day: dt.date, *, only_due: bool
    ) -> None:
        """Show the route, or of it what is due by that day or marked already."""
        before, row = self.current(), max(self.currentIndex().row(), 0)
        self.entry, self.day = entry, day
        items = route_items(legs, entry, day, only_due=only_due)
        self._items.replace(items)
        places = [i for i, one in enumerate(items) if same(one, before)]
        if not places:
            places = [i for i, one in enumerate(items) if isinstance(one, Spot)]
            places = [i for i in places if i >= row] or places[-1:]
        if places:
            self.setCurrentIndex(self._items.index(places[0]))

    def current(self) -> Item | None:
        """Return the row the keyboard is on."""
        index = self.currentIndex()
        return self._items.items[index.row()] if index.isValid() else None

    def current_spot(self) -> Spot | None:
        """Return the place the keyboard is on, None on a building's line."""
        item = self.current()
        return item if isinstance(item, Spot) else None

    def leg_name(self, spot: Spot) -> str:
        """Return the building a shown point stands under, or nothing."""
        legs = (one for one in self._items.items if isinstance(one, LegItem))
        return next((one.leg.name for one in legs if spot in one.spots), "")

    def spots(self) -> list[Spot]:
        """Return the places that are shown, in order."""
        return [one for one in self._items.items if isinstance(one, Spot)]

    def mark(self, state: str) -> None:
        """Mark the current place, or all places of the current building as fine."""
        item = self.current()
        if isinstance(item, LegItem):
            left = unmarked(item.spots, self.entry)
            if state == FINE and left:
                self.all_fine.emit(left)
                self._go_on()
        elif item is not None:
            self.marked.emit(item, state)
            self.viewport().update()
            if state == FINE:
                self._go_on()

    def go_on(self) -> None:
        """Go to the next place that is not marked yet."""
        self._go_on()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and key in _KEYS:
            self.mark(_KEYS[key])
        elif plain and key in _CLEAR:
            self.mark("")
        elif plain and (key == Qt.Key.Key_Space or key in _ENTER):
            self._act()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        place = event.position().toPoint()
        index = self.indexAt(place)
        if not index.isValid() or index != self.currentIndex():
            return
        item, row = self._items.items[index.row()], self.visualRect(index)
        if isinstance(item, LegItem):
            words = bulk_words(item, self.entry)
            if words and bulk_area(self._theme, row, words).contains(place):
                self.mark(FINE)
            return
        for state, area in chip_areas(self._theme, row).items():
            if area.contains(place):
                taken = self.entry.state_of(item.key) == state and state != WRONG
                self.mark("" if taken else state)

    def _on_current(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self.picked.emit()

    def _act(self) -> None:
        """Do what is next here: fine, or open what was found."""
        item = self.current()
        wrong = isinstance(item, Spot) and self.entry.state_of(item.key) == WRONG
        self.mark(WRONG if wrong else FINE)

    def _go_on(self) -> None:
        items, row = self._items.items, self.currentIndex().row()
        order = [*range(row + 1, len(items)), *range(row + 1)]
        for number in order:
            item = items[number]
            if isinstance(item, Spot) and not self.entry.state_of(item.key):
                self.setCurrentIndex(self._items.index(number))
                return

    def _spoken(self, item: Item) -> str:
        entry, day = self.entry, self.day
        if isinstance(item, LegItem):
            left = len(unmarked(item.spots, entry))
            count = tr("{count} 个点，{left} 个没看", count=len(item.spots), left=left)
            return tr("，").join((item.leg.name, count))
        state = STATE_WORDS.get(entry.state_of(item.key), tr("没看"))
        late = due_words(item, day)[0]
        words = (
            self.leg_name(item),
            item.name,
            late,
            state,
            spot_detail(item, day),
        )
        return tr("，").join(word for word in words if word)

    def _repaint(self) -> None:
        transparent_selection(self)
        self.viewport().update()


class _RouteDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, view: RouteList) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        leg = isinstance(index.data(ITEM), LegItem)
        return QSize(100, _LEG if leg else Size.ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
        item: Item = index.data(ITEM)
        tokens = self._theme.tokens
        area = QRectF(rect)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.fillRect(area, QColor(tokens.selected))
        elif isinstance(item, LegItem):
            painter.fillRect(area, QColor(tokens.surface2))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, QColor(tokens.hover))
        if isinstance(item, LegItem):
            self._paint_leg(painter, item, rect)
        else:
            self._paint_spot(painter, item, rect)
        if chosen and state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(tokens.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area.adjusted(1, 1, -1, -1))
        painter.restore()

    def _paint_leg(self, painter: QPainter, item: LegItem, rect: QRect) -> None:
        theme, tokens = self._theme, self._theme.tokens
        area, entry = QRectF(rect), self._view.entry
        left = unmarked(item.spots, entry)
        icon = "building-2" if item.leg.building_id else "map-pin"
        painter.drawPixmap(QPointF(16, area.y() + 13), theme.pixmap(icon, "text2", 18))
        painter.setFont(theme.font(bold=True))
        painter.setPen(QColor(tokens.text))
        painter.drawText(area.adjusted(42, 0, 0, 0), _MIDDLE, item.leg.name)
        start = 42 + QFontMetricsF(painter.font()).horizontalAdvance(item.leg.name) + 12
        painter.setFont(theme.font(Size.CAPTION))
        painter.setPen(QColor(tokens.text2))
        words = tr("{count} 个点", count=len(item.spots))
        if item.leg.estate:
            words = f"{item.leg.estate}  {words}"
        button = bulk_words(item, entry)
        if len(left) < len(item.spots):
            seen = len(item.spots) - len(left)
            words = tr("{words}，看了 {seen} 个", words=words, seen=seen)
        painter.drawText(area.adjusted(start, 0, -160, 0), _MIDDLE, words)
        if button:
            self._paint_chip(painter, bulk_area(theme, rect, button), button, "")
        else:
            done = Badge(tr("都看过了"), "green", "check", height=26)
            at = area.right() - 14 - done.width(theme)
            done.paint(painter, theme, at, area.y() + 9)

    def _paint_spot(self, painter: QPainter, spot: Spot, rect: QRect) -> None:
        theme, tokens = self._theme, self._theme.tokens
        area, view = QRectF(rect), self._view
        state = view.entry.state_of(spot.key)
        words, tone = due_words(spot, view.day)
        if tone in ("red", "amber") and not state:
            mark = QRectF(area.x(), area.y(), 4, area.height())
            painter.fillRect(mark, QColor(tokens.tone(tone).solid))
        areas = chip_areas(theme, rect)
        for code, digit in CHIPS:
            text = f"{digit} {STATE_WORDS[code]}"
            lit = code if code == state else ""
            self._paint_chip(painter, areas[code], text, lit)
        right = areas[FINE].left() - 12.0
        roomy = right - area.x() > _ROOMY
        if words and not state and roomy:
            badge = Badge(words, tone)
            right -= badge.width(theme) + 12
            badge.paint(painter, theme, right + 12, area.y() + 18)
        late = "" if state or roomy else words
        self._paint_words(painter, spot, QRectF(42, area.y(), right - 42, 62), late)
        painter.setPen(QColor(tokens.divider))
        painter.drawLine(QPointF(42, area.bottom()), area.bottomRight())

    def _paint_words(
        self, painter: QPainter, spot: Spot, room: QRectF, late: str
    ) -> None:
        theme, tokens = self._theme, self._theme.tokens
        painter.setFont(theme.font(bold=True))
        painter.setPen(QColor(tokens.text))
        metrics = QFontMetricsF(painter.font())
        name = metrics.elidedText(spot.name, _ELIDE, room.width())
        painter.drawText(QPointF(room.x(), room.y() + 27), name)
        painter.setFont(theme.font(Size.CAPTION))
        painter.setPen(QColor(tokens.text2))
        mark = self._view.entry.marks.get(spot.key)
        words = (late, spot_detail(spot, self._view.day))
        detail = tr("，").join(word for word in words if word)
        if mark is not None and mark.note:
            detail = mark.note
        metrics = QFontMetricsF(painter.font())
        line = metrics.elidedText(detail, _ELIDE, room.width())
        painter.drawText(QPointF(room.x(), room.y() + 49), line)

    def _paint_chip(self, painter: QPainter, area: QRect, words: str, lit: str) -> None:
        tokens = self._theme.tokens
        front, fill, edge = tokens.text, tokens.surface, tokens.border_strong
        if lit:
            tone = tokens.tone(STATE_TONES[lit])
            front, fill, edge = tone.on_solid, tone.solid, tone.solid
        painter.setPen(QPen(QColor(edge), 1))
        painter.setBrush(QColor(fill))
        shape = QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(shape, Size.RADIUS, Size.RADIUS)
        painter.setPen(QColor(front))
        painter.setFont(self._theme.font(Size.NOTE, bold=bool(lit)))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)
