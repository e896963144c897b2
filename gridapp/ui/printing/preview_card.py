"""The preview with its page number and its size, or the sentence why there is none."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from gridapp.language import tr
from gridapp.ui.printing.page_view import Fit, PageView
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, Divider, NoticeBar, column, line
from gridapp.ui.widgets.meter import Bar
from gridapp.ui.widgets.text import Text

PATIENCE = 2000  # milliseconds before progress and 停止 are shown (ux.md §3.21)


class PreviewCard(Card):
    """Pages to look at, or a sentence; progress while they are being drawn."""

    stopped = Signal()
    blanks_asked = Signal()  # leave empty what no font has

    def __init__(self, session: Session) -> None:
        super().__init__((1, 1, 1, 1), 0)
        theme = session.theme
        self.view = PageView(session)
        self._title = Text(tr("预览"), "section")
        self._back = Button(theme, "", "plain", icon="chevron-left", tip=tr("上一页"))
        self._on = Button(theme, "", "plain", icon="chevron-right", tip=tr("下一页"))
        self._number = Text("", "body")
        self._smaller = Button(theme, "", "plain", icon="minus", tip=tr("缩小 Ctrl+-"))
        self._larger = Button(theme, "", "plain", icon="plus", tip=tr("放大 Ctrl++"))
        self._size = Text("", "muted")
        self._whole = Button(theme, tr("整页"), "quiet")
        self._wide = Button(theme, tr("页宽"), "quiet")
        self._notice = NoticeBar(theme, "amber", "triangle-alert")
        self._blanks = Button(theme, tr("缺字留空"), "quiet")
        self._words = Text("", "muted", wrap=True)
        self._bar = Bar(theme)
        self._stop = Button(theme, tr("停止"), icon="x")
        self._stack = QStackedWidget()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PATIENCE)
        self._place()
        self._bind()
        self.say("")

    def _place(self) -> None:
        self._top = line(margins=(16, 6, 8, 6), gap=4)
        self._title.setContentsMargins(0, 0, 8, 0)
        self._top.addWidget(self._title)
        self._top.addStretch()
        for part in (self._back, self._number, self._on):
            self._top.addWidget(part)
        self._top.addSpacing(12)
        for part in (self._smaller, self._size, self._larger, self._whole, self._wide):
            self._top.addWidget(part)
        self.box.addLayout(self._top)
        self.box.addWidget(Divider())
        self._notice.row.addWidget(self._blanks)
        around = QWidget()
        column(around, (8, 8, 8, 8)).addWidget(self._notice)
        self._around = around
        self.box.addWidget(around)
        self._stack.addWidget(self.view)
        empty = QWidget()
        box = column(empty, (24, 24, 24, 24), 12)
        box.addStretch()
        box.addWidget(self._words)
        box.addWidget(self._bar)
        stop = line()
        stop.addWidget(self._stop)
        stop.addStretch()
        box.addLayout(stop)
        box.addStretch()
        self._stack.addWidget(empty)
        self.box.addWidget(self._stack, 1)
        for button in (self._back, self._on, self._smaller, self._larger):
            button.setFixedWidth(40)
        self._size.setFixedWidth(44)

    def _bind(self) -> None:
        self._back.clicked.connect(lambda: self.view.go_to(self.view.page() - 2))
        self._on.clicked.connect(lambda: self.view.go_to(self.view.page()))
        self._smaller.clicked.connect(partial(self.view.zoom, -1))
        self._larger.clicked.connect(partial(self.view.zoom, 1))
        self._whole.clicked.connect(partial(self._fit, "page"))
        self._wide.clicked.connect(partial(self._fit, "width"))
        self.view.turned.connect(self._show_number)
        self.view.zoomed.connect(self._show_size)
        self._stop.clicked.connect(self.stopped)
        self._blanks.clicked.connect(self.blanks_asked)
        self._timer.timeout.connect(self._show_waiting)

    def add_way(self, button: Button) -> None:
        """Offer what is done with the papers afterwards, beside the title."""
        self._top.insertWidget(1, button)

    def wait(self) -> None:
        """A PDF is being made: what is shown stays for a while."""
        self._timer.start()
        self._bar.fill(0)
        self._notice.say("")
        self._around.hide()

    def step(self, done: int, total: int) -> None:
        """Show how far the making is."""
        self._bar.fill(done / total if total else 0.0)
        if self._stack.currentIndex():
            self._words.setText(
                tr("正在排版：{done:,} / {total:,} 页", done=done, total=total)
            )

    def show_pdf(self, content: bytes) -> None:
        """Show a PDF."""
        self._timer.stop()
        self._notice.say("")
        self._around.hide()
        self._stack.setCurrentIndex(0)
        self.view.show_pdf(content, self._ready)

    def say(self, sentence: str, *, blanks: bool = False) -> None:
        """Show why there is nothing to show; with `blanks`, what can be done."""
        self._timer.stop()
        self.view.clear()
        self._words.setText("" if blanks else sentence)
        self._notice.say(sentence if blanks else "")
        self._around.setVisible(blanks)
        self._bar.hide()
        self._stop.hide()
        self._stack.setCurrentIndex(1 if sentence and not blanks else 0)
        self._show_number(0)

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window."""
        narrow = width is Width.NARROW
        self._title.setVisible(not narrow)
        self._size.setVisible(width is Width.WIDE)
        self.view.fit("width" if narrow else "page")
        self._top.setContentsMargins(8 if narrow else 16, 6, 8, 6)

    def _ready(self, _pages: int) -> None:
        self._show_number(self.view.page())

    def _fit(self, how: Fit) -> None:
        self.view.fit(how)
        self.view.setFocus()

    def _show_waiting(self) -> None:
        self._words.setText(tr("正在排版…"))
        self._bar.show()
        self._stop.show()
        self._stack.setCurrentIndex(1)
        self._stop.setFocus()

    def _show_number(self, page: int) -> None:
        count = self.view.count()
        words = tr("第 {page} / {count} 页", page=page, count=count) if count else ""
        self._number.setText(words)
        name = tr("打印预览")
        self.view.setAccessibleName(f"{name} {words}".strip())
        self._back.setEnabled(page > 1)
        self._on.setEnabled(page < count)
        for part in (self._smaller, self._larger, self._whole, self._wide):
            part.setEnabled(bool(count))

    def _show_size(self, scale: float) -> None:
        self._size.setText(f"{scale:.0%}")
