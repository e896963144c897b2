"""数据文件损坏: what can still be read of it, into a workbook; the file stays as is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.office.exporting import rescued
from gridapp.office.exporting.rescued import Rescued
from gridapp.store import keyholders
from gridapp.ui.door_dialog import DoorDialog
from gridapp.ui.jobs import Jobs, Progress
from gridapp.ui.messages import Messages
from gridapp.ui.theme import Theme
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Lines, fit
from gridapp.ui.widgets.meter import Bar
from gridapp.ui.widgets.text import Text

_KINDS = tr("Excel 文件 (*.xlsx)")
_PURPOSE = tr("数据文件损坏，取出还能读的资料")
_ABOUT = tr(
    "程序会一页一页地读损坏的数据文件，把还能读的居民、走访、事项等存成一个 Excel "
    "文件。坏文件只看不改。存出来的文件不加密，里面是完整号码，请存到稳妥的地方，用完删掉。"
)


class RescueDialog(DoorDialog):
    """One button that asks where to, how far it is, and what was read and is lost."""

    def __init__(
        self,
        folder: Path,
        password: str,
        name: str | None,
        jobs: Jobs,
        theme: Theme,
        messages: Messages,
        over: QWidget,
    ) -> None:
        """`password` is the one that was typed, `name` the id of whose it is."""
        super().__init__(folder, jobs, theme, messages, over)
        self._password = password
        self._name = name
        self._progress: Progress | None = None
        self.setWindowTitle(tr("数据文件损坏"))
        self.far = Text("", "muted", wrap=True)
        self.bar = Bar(theme)
        self.found = Lines(gap=4)
        self.take = Button(theme, tr("取出还能读的资料…"), "primary", icon="save")
        self.halt = Button(theme, tr("停止"), icon="x")
        self._place()
        self.take.clicked.connect(self.submit)
        self.halt.clicked.connect(self._stop)
        self._show_running()

    def _place(self) -> None:
        self.box.addWidget(Text(_ABOUT, "body", wrap=True))
        self.box.addWidget(self.take, 0, Qt.AlignmentFlag.AlignLeft)
        for part in (self.error, self.far, self.bar, self.found):
            self.box.addWidget(part)
        self.place_end(self.halt)

    def submit(self) -> None:
        """Ask where to, and take out what can be read."""
        words = tr("还能读的资料存成")
        chosen = self._messages.choose_target(words, tr("取出的资料.xlsx"), _KINDS)
        if not chosen or self._progress is not None:
            return
        out = Path(chosen)
        if out.suffix.lower() != ".xlsx":
            out = out.with_name(f"{out.name}.xlsx")
        progress = self._progress = Progress(self)
        progress.stepped.connect(self._on_step)
        folder, password, name = self._folder, self._password, self._name

        def work() -> tuple[Rescued, str]:
            opened = keyholders.unsealed(folder, password, name)
            made = rescued.rescue(
                folder, opened, out, _PURPOSE, progress.step, progress.cancelled
            )
            return made, rescued.next_words(folder)

        self.error.say("")
        self.far.setText(tr("正在读…"))
        self._show_running()
        self._jobs.run(work, self._done, self._failed)

    def reject(self) -> None:
        self._stop()
        super().reject()

    def _stop(self) -> None:
        if self._progress is not None:
            self._progress.cancel()

    def _on_step(self, done: int, total: int, _words: str) -> None:
        if self._progress is not None:
            self.bar.fill(done / total if total else 1.0)

    def _done(self, came: tuple[Rescued, str]) -> None:
        self._progress = None
        made, following = came
        self.far.setText(tr("已存出 {count:,} 条", count=made.records))
        lines = [Text(one, "muted", wrap=True) for one in made.words]
        self.found.replace([*lines, Text(following, "strong", wrap=True)])
        self._show_running()

    def _failed(self, error: Exception) -> None:
        self._progress = None
        self.far.setText("")
        self.tell(error)
        self._show_running()

    def _show_running(self) -> None:
        running = self._progress is not None
        self.take.setEnabled(not running)
        self.bar.setVisible(running)
        self.halt.setVisible(running)
        self.far.setVisible(bool(self.far.text()))
        fit(self)
