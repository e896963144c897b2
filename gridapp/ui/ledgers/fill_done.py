"""Last step of filling a form: where the file is, and who lacks what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices

from gridapp.language import tr
from gridapp.ui.ledgers.plain_table import PlainTable, Shown
from gridapp.ui.ledgers.step_dialog import Step
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, column, line
from gridapp.ui.widgets.text import Text

if TYPE_CHECKING:
    from gridapp.office.filling.fill import FillPlan

LOWEST = 80  # pixels of the list in a low window


class FillDoneStep(Step):
    """`resident_asked` tells whose file is to be opened, to fill in what it lacks."""

    resident_asked = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        theme = session.theme
        self._path = Path()
        self._people: list[tuple[UUID, str, str]] = []
        self._words = Text("", "section", wrap=True)
        self._where = Text("", "muted", wrap=True)
        self._open = Button(theme, tr("打开文件"), icon="file-output")
        self._folder = Button(theme, tr("打开所在文件夹"), icon="folder")
        self._lead = Text("", "strong", wrap=True)
        columns = [(tr("姓名"), 140), (tr("档案里没有"), 0)]
        self._list = PlainTable(theme, tr("档案不全的人"), columns)
        self._list.setMinimumHeight(LOWEST)
        self._card = Card((1, 1, 1, 1), 0)
        self._see = Button(theme, tr("打开档案补上"), "quiet", icon="user-round")
        box = column(self, gap=8)
        box.addWidget(self._words)
        box.addWidget(self._where)
        row = line(gap=8)
        row.addWidget(self._open)
        row.addWidget(self._folder)
        row.addStretch()
        box.addLayout(row)
        lead = line(gap=8)
        lead.addWidget(self._lead, 1)
        lead.addWidget(self._see)
        box.addLayout(lead)
        self._card.box.addWidget(self._list)
        box.addWidget(self._card, 1)
        box.addStretch()
        self._open.clicked.connect(lambda: _show(self._path))
        self._folder.clicked.connect(lambda: _show(self._path.parent))
        self._see.clicked.connect(lambda: self._ask(self._list.current()))
        self._list.opened.connect(self._ask)

    def show_made(self, plan: FillPlan, path: Path) -> None:
        """Say what was written where, and name those whose file lacks something."""
        self._path = path
        self._words.setText(tr("已填好 {count:,} 人", count=len(plan.rows)))
        self._where.setText(str(path))
        self._folder.setVisible(not plan.table.labels)
        words = tr("打开文件夹") if plan.table.labels else tr("打开文件")
        self._open.setText(words)
        self._open.setAccessibleName(words)
        lacking: dict[UUID, tuple[str, list[str]]] = {}
        for source, who in plan.missing.items():
            what = plan.heading_of(source)
            for key, name in who:
                lacking.setdefault(key, (name, []))[1].append(what)
        self._people = [
            (key, name, tr("、").join(some)) for key, (name, some) in lacking.items()
        ]
        words = tr("；").join(plan.missing_words())
        self._lead.setText(tr("{words}。补进档案后，下次就不用再问：", words=words))
        for part in (self._lead, self._card, self._see):
            part.setVisible(bool(self._people))
        self._list.show_cells(len(self._people), self._cell)

    def focus_start(self) -> None:
        """Put the keyboard on what is done next."""
        (self._list if self._people else self._open).setFocus()

    def _cell(self, row: int, at: int) -> Shown:
        _, name, what = self._people[row]
        return Shown(what) if at else Shown(name, strong=True)

    def _ask(self, row: int) -> None:
        if 0 <= row < len(self._people):
            self.resident_asked.emit(self._people[row][0])


def _show(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
