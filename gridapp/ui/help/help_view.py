"""The manual on the screen: chapters at the left, the text at the right, a search."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QColor,
    QImage,
    QPainter,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QTextBrowser,
    QTextEdit,
    QWidget,
)

from gridapp.language import tr
from gridapp.ui.help import manual
from gridapp.ui.help.manual import Chapter
from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Size, Width
from gridapp.ui.widgets.card import Card, line
from gridapp.ui.widgets.entry import FindField
from gridapp.ui.widgets.text import Text

WIDEST = 720  # pixels of a line of text: longer lines are hard to follow
SIDE, BAR = 28, 14  # pixels beside the text, and of the scroll bar
PICTURE = "\ufffc"  # what stands for a picture in the text of a document
LEADING = 150.0  # per cent of the letter's height
_HEADINGS = {1: Size.TITLE, 2: Size.SECTION, 3: Size.BODY}


class HelpView(QWidget):
    """Chapters to choose from, searched as one types, and the one that is read."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._chapters = manual.chapters()
        self._here = ""
        self.find_box = FindField(theme, tr("在帮助里查找"), tr("查找，如 没人在家"))
        self._list = QListWidget()
        self._list.setObjectName("chapters")
        self._list.setAccessibleName(tr("章节"))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._nothing = Text("", "muted", wrap=True)
        self._text = _Reader(theme)
        self._place()
        self._list.currentItemChanged.connect(self._on_item)
        self.find_box.searched.connect(self._search)
        self.find_box.moved.connect(self._move)
        self.find_box.finished.connect(self._text.find_next)
        self._text.anchorClicked.connect(self._follow)
        theme.changed.connect(self._draw_again)
        self._fill()
        self.show_chapter(manual.ORDER[0])

    def _place(self) -> None:
        row = line(self, gap=12)
        self._side = Card((8, 10, 4, 8), 8)
        holder = line(margins=(4, 0, 8, 0))
        holder.addWidget(self.find_box)
        self._side.box.addLayout(holder)
        self._side.box.addWidget(self._list, 1)
        self._nothing.setContentsMargins(8, 0, 8, 0)
        self._nothing.hide()
        self._side.box.addWidget(self._nothing)
        self._page = Card((1, 1, 1, 1), 0)
        self._page.box.addWidget(self._text)
        row.addWidget(self._side)
        row.addWidget(self._page, 1)
        self.set_width(Width.WIDE)

    @property
    def chapter(self) -> str:
        """The key of the chapter that is read."""
        return self._here

    def titles(self) -> list[str]:
        """What the list offers, as it is written there."""
        return [self._list.item(row).text() for row in range(self._list.count())]

    def show_chapter(self, key: str) -> None:
        """Open a chapter at its beginning."""
        if self.find_box.text():
            self.find_box.clear()
        for row in range(self._list.count()):
            if self._list.item(row).data(Qt.ItemDataRole.UserRole) == key:
                self._list.setCurrentRow(row)
        self._read(key)

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window."""
        self._side.setFixedWidth(
            {Width.WIDE: 260, Width.MID: 230, Width.NARROW: 200}[width]
        )

    def _fill(self, words: str = "") -> None:
        """List every chapter, or those that hold what is searched, with its piece."""
        hits = list(manual.found(self._chapters, words))
        shown = hits if words.strip() else [(one, "") for one in self._chapters]
        self._list.blockSignals(True)
        self._list.clear()
        for chapter, piece in shown:
            label = f"{chapter.title}\n…{piece}…" if piece else chapter.title
            item = QListWidgetItem(label)
            item.setSizeHint(QSize(100, 56 if piece else 40))
            item.setData(Qt.ItemDataRole.UserRole, chapter.key)
            self._list.addItem(item)
        self._list.blockSignals(False)
        self._list.setVisible(bool(shown))
        self._nothing.setVisible(not shown)
        self._nothing.setText(
            tr(
                "帮助里没有“{words}”。换一个说法试试，如 走访、密码、打印。",
                words=words,
            )
        )

    def _search(self, words: str) -> None:
        self._fill(words)
        self._text.seek(words.strip())
        rows = range(self._list.count())
        keys = [self._list.item(row).data(Qt.ItemDataRole.UserRole) for row in rows]
        if self._here in keys:
            self._list.setCurrentRow(keys.index(self._here))
            self._text.mark()
        elif keys:
            self._list.setCurrentRow(0)

    def _move(self, steps: int) -> None:
        row = min(max(self._list.currentRow() + steps, 0), self._list.count() - 1)
        self._list.setCurrentRow(row)

    def _on_item(self, item: QListWidgetItem | None, _before: object = None) -> None:
        if item is not None:
            self._read(str(item.data(Qt.ItemDataRole.UserRole)))

    def _follow(self, url: QUrl) -> None:
        self.show_chapter(url.fileName().removesuffix(".md"))

    def _read(self, key: str) -> None:
        if key == self._here:
            return
        self._here = key
        self._draw_again()

    def _draw_again(self) -> None:
        for chapter in self._chapters:
            if chapter.key == self._here:
                self._text.show_chapter(chapter)


class _Reader(QTextBrowser):
    """One chapter in the colours and sizes of the theme, its pictures made to fit."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._chapter: Chapter | None = None
        self._words = ""
        self.setObjectName("reader")
        self.setAccessibleName(tr("帮助正文"))
        self.setOpenLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self._drawn_for = 0  # the width, a scroll bar that comes and goes not counted
        self._again = QTimer(self)  # never inside a change of the document
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._draw)

    def show_chapter(self, chapter: Chapter) -> None:
        """Show the chapter from its beginning, what is searched for marked."""
        self._chapter = chapter
        self.setExtraSelections([])
        self.setAccessibleName(tr("帮助：{title}", title=chapter.title))
        self._draw()
        self.mark()

    def seek(self, words: str) -> None:
        """Mark these words in what is shown from now on."""
        self._words = words
        if not words:
            self.setExtraSelections([])

    def mark(self) -> None:
        """Mark every place of the searched words and go to the first."""
        marks: list[QTextEdit.ExtraSelection] = []
        document = self.document()
        at = QTextCursor(document)
        look = QTextCharFormat()
        look.setBackground(self._theme.colour("amber.solid"))
        look.setForeground(self._theme.colour("amber.on_solid"))
        while self._words:
            at = document.find(self._words, at)
            if at.isNull():
                break
            one = QTextEdit.ExtraSelection()
            one.cursor, one.format = at, look  # pyright: ignore[reportAttributeAccessIssue]
            marks.append(one)
        self.setExtraSelections(marks)
        self.moveCursor(QTextCursor.MoveOperation.Start)
        if marks:
            self.find_next()

    def find_next(self) -> None:
        """Go to the next place of the searched words, after the last to the first."""
        if self._words and not self.find(self._words):
            self.moveCursor(QTextCursor.MoveOperation.Start)
            self.find(self._words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.width() != self._drawn_for:
            self._again.start()

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Load a picture as wide as the text."""
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return super().loadResource(kind, name)
        path = QUrl(name).toString() if isinstance(name, QUrl) else name
        picture = QImage(str((manual.folder() / Path(path)).resolve()))
        if picture.isNull():
            return picture
        ratio = self.devicePixelRatioF()
        wide = min(round(self._room() * ratio), picture.width())
        picture = picture.scaledToWidth(
            wide, Qt.TransformationMode.SmoothTransformation
        )
        picture = picture.convertToFormat(QImage.Format.Format_RGB32)
        painter = QPainter(picture)  # an edge, where white meets white
        painter.setPen(self._theme.colour("border"))
        painter.drawRect(picture.rect().adjusted(0, 0, -1, -1))
        painter.end()
        picture.setDevicePixelRatio(ratio)
        return picture

    def _room(self) -> int:
        return max(min(self.width() - 2 * SIDE - BAR, WIDEST), 200)

    def _draw(self) -> None:
        if self._chapter is None:
            return
        self._drawn_for = self.width()
        kept = self.verticalScrollBar().value()
        document = self.document()
        document.clear()
        document.setDefaultFont(self._theme.font())
        self.setMarkdown(self._chapter.text)
        self._set_room(document)
        self._set_blocks(document)
        self.verticalScrollBar().setValue(kept)

    def _set_room(self, document: QTextDocument) -> None:
        frame = document.rootFrame()
        look = frame.frameFormat()
        look.setLeftMargin(SIDE)
        look.setTopMargin(14)
        look.setBottomMargin(24)
        look.setRightMargin(max(self.width() - WIDEST - SIDE - BAR, SIDE))
        frame.setFrameFormat(look)
        for child in frame.childFrames():
            if isinstance(child, QTextTable):
                self._set_table(child)

    def _set_table(self, table: QTextTable) -> None:
        look = table.format()
        look.setBorder(1)
        look.setBorderCollapse(True)
        look.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        look.setBorderBrush(QColor(self._theme.tokens.border))
        look.setCellPadding(7)
        look.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        table.setFormat(look)

    def _set_blocks(self, document: QTextDocument) -> None:
        block = document.begin()
        while block.isValid():
            cursor = QTextCursor(block)
            look = block.blockFormat()
            level = look.headingLevel()
            percent = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
            if PICTURE not in block.text():
                look.setLineHeight(LEADING, percent)
            if level:
                look.setTopMargin(4 if level == 1 else 14)
                look.setBottomMargin(4)
            elif not cursor.currentTable():
                look.setBottomMargin(8 if not block.textList() else 3)
            cursor.setBlockFormat(look)
            if level:
                self._set_heading(cursor, level)
            block = block.next()

    def _set_heading(self, cursor: QTextCursor, level: int) -> None:
        cursor.movePosition(
            QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor
        )
        look = QTextCharFormat()  # Markdown's own would enlarge the size once more
        look.setFont(self._theme.font(_HEADINGS.get(level, Size.BODY), bold=True))
        cursor.setCharFormat(look)
