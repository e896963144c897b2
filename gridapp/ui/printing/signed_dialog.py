"""签好的单子归档: photos and scans come in, the code on each says whose it is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store.undo import Done, noted, take_back
from gridapp.ui.page import Page
from gridapp.ui.photos.photo_strip import Source, clipboard_pictures
from gridapp.ui.printing.signed_row import SignedRow
from gridapp.ui.printing.signed_work import Back, read_files
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import NoticeBar, column, line
from gridapp.ui.widgets.shortcuts import bind_inside
from gridapp.ui.widgets.text import Text
from gridapp.work.signed_papers import put_away

ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".heic", ".pdf")
KINDS = f"({' '.join(f'*{one}' for one in ENDINGS)})"
SIZE = (760, 560)
EMPTY = (760, 240)  # before the first paper


class SignedDialog(QDialog):
    """Papers on their way back to their records; nothing is attached before 归档.

    What was done, and whose visit is still to be recorded, is said by the page.
    """

    def __init__(self, session: Session, page: Page) -> None:
        super().__init__(page)
        self._session = session
        self._page = page
        self._visit: object = None  # whose visit is recorded when this is closed
        self._rows: list[SignedRow] = []
        self._working = 0
        self.setWindowTitle(tr("签好的单子归档"))
        self.setAcceptDrops(True)
        theme = session.theme
        self._file = Button(theme, tr("选照片或 PDF…"), icon="folder")
        self._paste = Button(theme, tr("粘贴 Ctrl+V"), icon="clipboard-paste")
        self._hint = Text("", "faint", wrap=True)
        self._trouble = NoticeBar(theme, "red", "circle-alert")
        self._leave = Button(theme, tr("不归档"))
        self._save = Button(theme, "", "primary", icon="check")
        self._place()
        self._file.clicked.connect(self._choose)
        self._paste.clicked.connect(self._take_clipboard)
        self._leave.clicked.connect(self.reject)
        self._save.clicked.connect(self._put_away)
        bind_inside(
            self,
            {
                "Ctrl+V": self._take_clipboard,
                "Ctrl+S": self._put_away,
                "Ctrl+Return": self._put_away,
            },
        )
        self._fit(EMPTY)
        self._show_state()

    def _place(self) -> None:
        box = column(self)
        top = column(margins=(16, 14, 16, 8), gap=8)
        top.addWidget(
            Text(
                tr(
                    "拍下或扫描签好的单子放进来，程序认出二维码就知道是谁的。也可以"
                    "把照片直接拖进来。"
                ),
                "muted",
                wrap=True,
            )
        )
        ways = line(gap=8)
        ways.addWidget(self._file)
        ways.addWidget(self._paste)
        ways.addWidget(self._hint, 1, Qt.AlignmentFlag.AlignVCenter)
        top.addLayout(ways)
        top.addWidget(self._trouble)
        self._trouble.say("")
        box.addLayout(top)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        self._list = column(inside, (16, 4, 12, 8), 8)
        self._list.addStretch()
        scroll.setWidget(inside)
        box.addWidget(scroll, 1)
        foot = QFrame()
        foot.setObjectName("footer")
        row = line(foot, (16, 8, 16, 8), 8)
        row.addStretch()
        row.addWidget(self._leave)
        row.addWidget(self._save)
        box.addWidget(foot)

    def _fit(self, size: tuple[int, int]) -> None:
        """Take that size around the same middle, or less when there is less room."""
        room, before = self._page.window().size(), self.rect().center()
        self.resize(min(size[0], room.width() - 24), min(size[1], room.height() - 24))
        if self.isVisible():
            self.move(self.pos() + before - self.rect().center())

    def take(self, sources: Sequence[Source]) -> None:
        """Take papers in; each is read off the UI thread."""
        if sources and self.height() < SIZE[1]:
            self._fit(SIZE)
        self._trouble.say("")
        for source in sources:
            self._working += 1
            work = partial(read_files, self._session.store, source)
            self._session.jobs.run(work, self._arrived, self._failed)
        self._show_state()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_papers(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take photos and scans that are dropped."""
        event.acceptProposedAction()
        self.take(dropped_papers(event.mimeData()))

    def reject(self) -> None:
        """Close; ask first when papers lie here that belong nowhere yet."""
        question = tr("{count} 张单子还没归档，要离开吗？", count=len(self._rows))
        ask = self._session.messages.ask
        if not self._rows or ask(question, tr("不归档"), tr("继续归档")):
            super().reject()

    def _choose(self) -> None:
        kinds = tr("照片和 PDF {kinds}", kinds=KINDS)
        chosen = self._session.messages.choose_files(tr("选签好的单子"), kinds)
        self.take([Path(name) for name in chosen])

    def _take_clipboard(self) -> None:
        sources = clipboard_pictures()
        if sources:
            self.take(sources)
        else:
            self._trouble.say(
                tr("剪贴板里没有图片：先在微信或看图软件里复制照片，再来粘贴")
            )

    def _arrived(self, found: Sequence[Back]) -> None:
        self._working -= 1
        had = {row.hash for row in self._rows}
        for one in found:
            if one.photo.photo.hash not in had:
                self._add(one)
        self._show_state()

    def _failed(self, error: Exception) -> None:
        self._working -= 1
        self._refused(error)

    def _refused(self, error: Exception) -> None:
        if isinstance(error, UserError):
            self._trouble.say(str(error))
        else:
            self._session.messages.show_error(error)
        self._show_state()

    def _add(self, one: Back) -> None:
        row = SignedRow(self._session, one)
        row.changed.connect(self._show_state)
        row.removed.connect(partial(self._remove, row))
        row.visit_asked.connect(self._record_visit)
        self._rows.append(row)
        self._list.insertWidget(self._list.count() - 1, row)
        if row.place() is None:
            row.focus_first()

    def _remove(self, row: SignedRow) -> None:
        self._rows.remove(row)
        self._list.removeWidget(row)
        row.hide()
        row.deleteLater()
        self._file.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_state()

    def _show_state(self) -> None:
        ready = sum(row.place() is not None for row in self._rows)
        open_ = len(self._rows) - ready
        words = tr("归档 {count} 张 Ctrl+S", count=ready) if ready else tr("归档")
        self._save.setText(words)
        self._save.setAccessibleName(words)
        self._save.setEnabled(bool(ready) and not self._working)
        said = ""
        if self._working:
            said = tr("正在认二维码…")
        elif open_:
            said = tr("{count} 张没认出来，照着纸上二维码下面的单号输一下", count=open_)
        self._hint.setText(said)

    def _record_visit(self, resident_id: object) -> None:
        """Keep the papers with the person, and begin the visit they tell of."""
        self._visit = resident_id
        self._put_away()

    def done(self, result: int) -> None:
        """Close; then the form of the visit that was asked for opens."""
        super().done(result)
        if self._visit is not None:
            self._page.visit_asked.emit(self._visit, "visit")

    def _put_away(self) -> None:
        if not self._save.isEnabled():
            return
        papers = [(place, row.photo) for row in self._rows if (place := row.place())]
        self._save.setEnabled(False)
        work = partial(put_away, papers=papers)
        self._session.write(
            lambda tx: noted(tx, work), partial(self._done, len(papers)), self._refused
        )

    def _done(self, count: int, done: Done) -> None:
        for row in [row for row in self._rows if row.place() is not None]:
            self._remove(row)
        session, said = self._session, self._page.said

        def undo() -> None:
            session.write(
                partial(take_back, span=done), lambda _: said.emit(tr("已撤销"), None)
            )

        said.emit(tr("已归档 {count} 张签好的单子", count=count), undo)
        if not self._rows:
            self.accept()


def dropped_papers(mime: QMimeData) -> list[Path]:
    """Return the photos and scans that are dragged; tables are none of ours."""
    paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    return [one for one in paths if one.suffix.lower() in ENDINGS]
