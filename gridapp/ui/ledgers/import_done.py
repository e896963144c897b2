"""Last step of an import: how far it is, what it did, and taking it back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices

from gridapp.language import tr
from gridapp.ui.ledgers.import_work import Imported
from gridapp.ui.ledgers.step_dialog import Step
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, column, line
from gridapp.ui.widgets.text import Text


class DoneStep(Step):
    """The result in words. `undo_asked` when the whole import is to be taken back."""

    undo_asked = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        theme = session.theme
        self._returned: Path | None = None
        self._words = Text("", "section", wrap=True)
        self._file = Text("", "body", wrap=True)
        self._private = Text(
            tr("这份表里有完整的证件号和电话，改好导入后请删除，不要外传。"),
            "muted",
            wrap=True,
        )
        self._open = Button(theme, tr("打开这份表"), icon="file-output")
        self._undo = Button(theme, tr("撤销整批"), icon="history")
        self._later = Text(
            tr("以后也可以在“设置 › 操作记录”里撤销整批。"), "muted", wrap=True
        )
        self._place()
        self._open.clicked.connect(self._open_file)
        self._undo.clicked.connect(self.undo_asked)

    def _place(self) -> None:
        box = column(self, gap=10)
        card = Card((18, 16, 18, 18), 12)
        card.box.addWidget(self._words)
        card.box.addWidget(self._file)
        card.box.addWidget(self._private)
        row = line(gap=8)
        row.addWidget(self._open)
        row.addWidget(self._undo)
        row.addStretch()
        card.box.addLayout(row)
        card.box.addWidget(self._later)
        box.addWidget(card)
        box.addStretch()
        self.show_working()

    def show_working(self) -> None:
        """Show that it is being written."""
        self._words.setText(
            tr("正在导入，做完之前随时可以停止，停止后一行都不会写进去。")
        )
        self._show_file(None)
        for part in (self._undo, self._later):
            part.hide()

    def show_result(self, done: Imported) -> None:
        """Show what was done, and where the rows that stayed out are."""
        result, returned = done.result, done.returned
        self._words.setText(tr("已导入：{summary}", summary=result.summary()))
        self._show_file(returned)
        changed = bool(result.added or result.updated)
        self._undo.setVisible(changed)
        self._later.setVisible(changed)
        if done.trouble:
            self._file.setText(
                tr(
                    "没导入的 {count:,} 行没能存成表：{trouble}",
                    count=result.refused,
                    trouble=done.trouble,
                )
            )
            self._file.show()
        if returned is not None:
            self._file.setText(
                tr(
                    "没导入的 {count:,} 行已在原表上标明问题，存成 {path}。"
                    "改好后再导入这份表，已经导入的行不会重复。",
                    count=result.refused,
                    path=returned,
                )
            )

    def show_undone(self, words: str) -> None:
        """Show what taking back came to."""
        self._words.setText(words)
        self._show_file(None)
        for part in (self._undo, self._later):
            part.hide()

    def focus_start(self) -> None:
        """Put the keyboard on what comes next."""
        if self._undo.isVisible():
            self._undo.setFocus()

    def _show_file(self, path: Path | None) -> None:
        self._returned = path
        for part in (self._file, self._private, self._open):
            part.setVisible(path is not None)

    def _open_file(self) -> None:
        if self._returned is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._returned)))
