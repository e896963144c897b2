"""The band above every page: where one is, the search box, sync, look and user."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QFrame, QMenu

from gridapp.language import tr
from gridapp.settings import Scheme
from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import line
from gridapp.ui.widgets.entry import FindField
from gridapp.ui.widgets.text import Glyph, Text

_SCHEMES: tuple[tuple[Scheme, str], ...] = (
    ("system", tr("跟随系统")),
    ("light", tr("浅色")),
    ("dark", tr("深色")),
)


class Header(QFrame):
    """Title and subtitle of the page, then what is the same on every page."""

    sync_asked = Signal()

    def __init__(self, theme: Theme, user: str) -> None:
        super().__init__()
        self.setObjectName("header")
        self._theme = theme
        self._unsent = 0
        self._width = Width.WIDE
        self._title = Text("", "title")
        self._subtitle = Text("", "muted")
        self.find_box = FindField(theme, tr("全局查找"), tr("找人、门牌、电话  Ctrl+K"))
        self._sync = Button(theme, " ", "plain", icon="cloud-check")
        self._look = Button(
            theme, tr("外观"), "plain", icon="sun-moon", tip=tr("浅色或深色")
        )
        self._user = Text(user)
        self._user_icon = Glyph(theme, "user-round", "text2", 18)
        row = self._row = line(self, (18, 0, 16, 0), 10)
        row.addWidget(self._title)
        row.addWidget(self._subtitle)
        row.addStretch(1)
        row.addWidget(self.find_box)
        row.addSpacing(6)
        row.addWidget(self._sync)
        row.addWidget(self._look)
        row.addWidget(self._user_icon)
        row.addWidget(self._user)
        self._sync.clicked.connect(self.sync_asked)
        self._look.clicked.connect(self._offer_looks)
        self.set_width(Width.WIDE)

    def show_title(self, title: str, subtitle: str, *, person: bool = False) -> None:
        """Show where one is; with `person` the subtitle names whom a form is about."""
        self._title.setText(title)
        self._subtitle.setText(subtitle)
        self._subtitle.setProperty("role", "strong" if person else "muted")
        self._subtitle.style().unpolish(self._subtitle)
        self._subtitle.style().polish(self._subtitle)

    def show_unsent(self, count: int) -> None:
        """Show in words how many changes have not reached the county."""
        self._unsent = count
        waiting = count > 0
        long = tr("未同步 {count}", count=count) if waiting else tr("已同步")
        narrow = self._width is Width.NARROW
        self._sync.setText(str(count) if narrow and waiting else "" if narrow else long)
        self._sync.setAccessibleName(long)
        self._sync.setToolTip(
            tr("有 {count} 条还没有上报", count=count) if waiting else tr("全部已上报")
        )
        self._sync.setProperty("tone", "amber" if waiting else "")
        self._sync.style().unpolish(self._sync)
        self._sync.style().polish(self._sync)
        self._sync.show_icon(
            "cloud-upload" if waiting else "cloud-check",
            "amber.text" if waiting else "green.text",
        )

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window."""
        self._width = width
        narrow = width is Width.NARROW
        self.setFixedHeight({Width.WIDE: 60, Width.MID: 54, Width.NARROW: 50}[width])
        self.find_box.setFixedWidth(
            {"wide": 270, "mid": 230, "narrow": 200}[width.value]
        )
        self.find_box.setPlaceholderText(
            tr("找人、门牌 Ctrl+K") if narrow else self._hint()
        )
        self._user.setVisible(not narrow)
        self._user_icon.setVisible(not narrow)
        self._look.setText("" if narrow else tr("外观"))
        self._look.setAccessibleName(tr("外观"))
        margins = (12, 0, 10, 0) if narrow else (18, 0, 16, 0)
        self._row.setContentsMargins(*margins)
        self.show_unsent(self._unsent)
        self._look.show_icon("sun-moon", "text2")

    @staticmethod
    def _hint() -> str:
        return tr("找人、门牌、电话  Ctrl+K")

    def _offer_looks(self) -> None:
        menu = QMenu(self)
        menu.setAccessibleName(tr("外观"))
        group = QActionGroup(menu)
        for scheme, words in _SCHEMES:
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(self._theme.scheme == scheme)
            action.triggered.connect(partial(self._choose_look, scheme))
            group.addAction(action)
        menu.popup(self._look.mapToGlobal(QPoint(0, self._look.height() + 2)))
        menu.aboutToHide.connect(menu.deleteLater)

    def _choose_look(self, scheme: Scheme, _checked: bool = False) -> None:
        self._theme.choose(scheme)
