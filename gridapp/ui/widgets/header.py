"""The band above every page: where one is, the search box, sync, look and user."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QFrame, QMenu

from gridapp.language import tr
from gridapp.settings import Scheme
from gridapp.ui.preferences import Preferences
from gridapp.ui.theme import Theme
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import line
from gridapp.ui.widgets.entry import FindField
from gridapp.ui.widgets.size_button import SizeButton, drop
from gridapp.ui.widgets.text import Text
from gridapp.work.sync_standing import Said

SCHEMES: tuple[tuple[Scheme, str], ...] = (
    ("light", tr("浅色")),
    ("dark", tr("深色")),
    ("system", tr("跟随系统")),
)
# What the menu of the user leads to besides the look: page, words.
_WAYS = (
    ("settings", tr("设置")),
    ("acts", tr("操作记录")),
    ("keys", tr("快捷键\tCtrl+/")),
    ("help", tr("帮助\tF1")),
)


class Header(QFrame):
    """Title and subtitle of the page, then what is the same on every page."""

    place_asked = Signal(str)  # key of a page
    lock_asked = Signal()

    def __init__(self, theme: Theme, preferences: Preferences, user: str) -> None:
        super().__init__()
        self.setObjectName("header")
        self._theme = theme
        self._who = user
        self._said: Said | None = None
        self._unsent = 0
        self._width = Width.WIDE
        self._title = Text("", "title")
        self._subtitle = Text("", "muted")
        self.find_box = FindField(theme, tr("全局查找"), tr("找人、门牌、电话  Ctrl+K"))
        self._sync = Button(theme, " ", "plain", icon="cloud-check")
        self._backup = Button(theme, " ", "plain", icon="clock")
        self._backup.setProperty("tone", "amber")
        self._backup.hide()
        self._size = SizeButton(theme, preferences)
        self._user = Button(
            theme, user, "plain", icon="user-round", tip=tr("锁定、外观、设置")
        )
        row = self._row = line(self, (18, 0, 10, 0), 8)
        row.addWidget(self._title)
        row.addWidget(self._subtitle)
        row.addStretch(1)
        row.addWidget(self.find_box)
        row.addSpacing(4)
        for button in (self._backup, self._sync, self._size, self._user):
            row.addWidget(button)
        self._sync.clicked.connect(partial(self.place_asked.emit, "sync"))
        self._backup.clicked.connect(partial(self.place_asked.emit, "settings"))
        self._user.clicked.connect(self._offer_ways)
        self.set_width(Width.WIDE)

    def show_title(self, title: str, subtitle: str, *, person: bool = False) -> None:
        """Show where one is; with `person` the subtitle names whom a form is about."""
        self._title.setText(title)
        self._subtitle.setText(subtitle)
        self._subtitle.setProperty("role", "strong" if person else "muted")
        self._subtitle.style().unpolish(self._subtitle)
        self._subtitle.style().polish(self._subtitle)

    def show_sync(self, said: Said, unsent: int) -> None:
        """Show how one stands with the county, and how many changes wait."""
        self._said, self._unsent = said, unsent
        words = {
            Width.WIDE: said.long,
            Width.MID: said.short,
            Width.NARROW: f"{unsent:,}" if unsent else "",
        }[self._width]
        self._sync.setText(words)
        self._sync.setAccessibleName(said.long)
        self._sync.setToolTip(said.sentence)
        tone = said.tone if said.tone in ("amber", "red") else ""
        self._sync.setProperty("tone", tone)
        self._sync.style().unpolish(self._sync)
        self._sync.style().polish(self._sync)
        self._sync.show_icon(said.icon, f"{said.tone or 'green'}.text")

    def show_backup(self, words: str) -> None:
        """Say that the last good backup is too long ago; "" while all is well."""
        self._backup.setVisible(bool(words))
        self._backup.setText(tr("要备份了") if words else "")
        self._backup.setAccessibleName(words or tr("备份"))
        self._backup.setToolTip(words)
        self._backup.show_icon("clock", "amber.text")

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
        self._user.setText(self._who.split()[0] if narrow else self._who)
        self._user.setAccessibleName(self._who)
        margins = (12, 0, 6, 0) if narrow else (18, 0, 10, 0)
        self._row.setContentsMargins(*margins)
        self._row.setSpacing(4 if narrow else 8)
        if self._said is not None:
            self.show_sync(self._said, self._unsent)

    @staticmethod
    def _hint() -> str:
        return tr("找人、门牌、电话  Ctrl+K")

    def _offer_ways(self) -> None:
        menu = QMenu(self)
        menu.setAccessibleName(tr("锁定、外观、设置"))
        menu.addAction(tr("锁定\tCtrl+L")).triggered.connect(self.lock_asked)
        menu.addSeparator()
        group = QActionGroup(menu)
        for scheme, words in SCHEMES:
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(self._theme.scheme == scheme)
            action.triggered.connect(partial(self._choose_look, scheme))
            group.addAction(action)
        menu.addSeparator()
        for key, words in _WAYS:
            menu.addAction(words).triggered.connect(partial(self._go, key))
        drop(menu, self._user)

    def _go(self, key: str, _checked: bool = False) -> None:
        self.place_asked.emit(key)

    def _choose_look(self, scheme: Scheme, _checked: bool = False) -> None:
        self._theme.choose(scheme)
