"""体检: is everything that is kept sound, and what to do where it is not."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from gridapp.checkup import Result
from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models.permissions import Act
from gridapp.store import doctor_repair
from gridapp.store.doctor_repair import CHECKS, MENDABLE, Mended
from gridapp.store.vault import Store
from gridapp.ui.jobs import Progress
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import Button, refuse
from gridapp.ui.widgets.card import Card, Divider, Lines, NoticeBar, column
from gridapp.ui.widgets.flow import FlowLayout
from gridapp.ui.widgets.meter import Bar
from gridapp.ui.widgets.text import Text

_FAULTS = 3  # of one check that are told here; `gridapp doctor` tells more


class CheckupCard(Card):
    """Two buttons, 检查 and 修复, and what the last of them found."""

    def __init__(self, session: Session) -> None:
        super().__init__((18, 12, 18, 16), 10)
        self._session = session
        self._running: Progress | None = None
        self._mendable = False
        theme = session.theme
        self._error = NoticeBar(theme, "red", "circle-alert")
        self._said = Text("", "muted", wrap=True)
        self._found = Lines()
        self._bar = Bar(theme)
        self.look = Button(theme, tr("检查"), icon="list-checks")
        self.mend = Button(theme, tr("修复"), icon="circle-check")
        self.halt = Button(theme, tr("停止"), icon="x")
        self._place()
        self.look.clicked.connect(lambda: self._run(repair=False))
        self.mend.clicked.connect(lambda: self._run(repair=True))
        self.halt.clicked.connect(self._stop)
        self._error.say("")
        self._show_running()

    def _place(self) -> None:
        self.box.addWidget(Text(tr("体检"), "section"))
        self.box.addWidget(Divider())
        self._said.setText(
            tr("核对数据文件、流水、照片、搜索、密钥和备份，不改动任何记录。")
        )
        for part in (self._error, self._said, self._bar, self._found):
            self.box.addWidget(part)
        holder = QWidget()
        row = FlowLayout(holder, 8)
        for button in (self.look, self.mend, self.halt):
            row.addWidget(button)
        self.box.addWidget(holder)

    def _run(self, *, repair: bool) -> None:
        store, progress = self._session.store, Progress(self)
        progress.stepped.connect(self._on_step)
        self._running = progress
        self._error.say("")
        self._show_running()

        def work() -> tuple[list[Mended], list[Result]]:
            return _done(store, progress, repair=repair)

        self._session.jobs.run_beside(work, self._show, self._failed)

    def _stop(self) -> None:
        if self._running is not None:
            self._running.cancel()

    def _on_step(self, done: int, total: int, words: str) -> None:
        if self._running is not None:
            self._bar.fill(done / total if total else 1.0)
            self._said.setText(tr("正在检查：{words}", words=words))

    def _show(self, came: tuple[list[Mended], list[Result]]) -> None:
        self._running = None
        mended, results = came
        bad = [one for one in results if one.faults]
        self._mendable = any(one.name in MENDABLE for one in bad)
        if len(results) < CHECKS:
            self._said.setText(tr("已停下，没有检查完"))
        elif bad:
            self._said.setText(tr("有 {count} 项要处理：", count=len(bad)))
        else:
            self._said.setText(tr("{count} 项都正常", count=len(results)))
        lines = [_mended_line(one) for one in mended]
        self._found.replace([*lines, *(_line(one) for one in bad)])
        self._show_running()

    def _failed(self, error: Exception) -> None:
        self._running = None
        self._said.setText("")
        self._show_running()
        if isinstance(error, UserError):
            self._error.say(str(error))
        else:
            self._session.messages.show_error(error)

    def _show_running(self) -> None:
        running = self._running is not None
        refused = self._session.refusal(Act.REPAIR)
        self._bar.setVisible(running)
        self.halt.setVisible(running)
        self.look.setEnabled(not running)
        self.mend.setVisible(self._mendable or running)
        refuse(self.mend, refused)
        self.mend.setEnabled(self._mendable and not running and not refused)


def _done(
    store: Store, progress: Progress, *, repair: bool
) -> tuple[list[Mended], list[Result]]:
    """Mend, when asked, and look; stops between two checks."""
    mended = list(doctor_repair.repair(store)) if repair else []
    results: list[Result] = []
    for one in doctor_repair.checked(store):
        results.append(one)
        progress.step(len(results), CHECKS, one.sentence)
        if progress.cancelled():
            break
    return mended, results


def _line(one: Result) -> QWidget:
    """What a check found, and what to do."""
    words = tr("没有做到“{sentence}”", sentence=one.sentence)
    if not one.advice:
        words = tr("{words}（{count} 处）", words=words, count=one.faults)
    remedy = one.remedy or (tr("请点“修复”") if one.name in MENDABLE else "")
    holder = QWidget()
    box = column(holder, gap=2)
    box.addWidget(Text(words, "strong", wrap=True))
    box.addWidget(Text("\n".join(_shortened(one)), "faint", wrap=True))
    if remedy:
        box.addWidget(Text(remedy, "body", wrap=True))
    return holder


def _shortened(one: Result) -> Sequence[str]:
    told = [tr("· {fault}", fault=fault) for fault in one.told[:_FAULTS]]
    if one.faults > len(told):
        told.append(tr("· 还有 {count} 处", count=one.faults - len(told)))
    return told


def _mended_line(one: Mended) -> QWidget:
    if one.done:
        return Text(tr("已修复：{words}", words=one.words), "muted", wrap=True)
    return Text(tr("没有修好：{words}", words=one.words), "body", wrap=True)
