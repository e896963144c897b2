"""数据同步: what waits, when it last went, and what only its author can decide."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import record_named
from gridapp.store import conflicts, journal, state
from gridapp.store.conflicts import Waiting
from gridapp.store.database import Connection
from gridapp.store.vault import Store
from gridapp.ui.jobs import Progress
from gridapp.ui.page import Page
from gridapp.ui.session import Session
from gridapp.ui.sync.conflict_card import ConflictCard
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, Divider, Lines, NoticeBar, column, line
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.meter import Bar
from gridapp.ui.widgets.text import Glyph, Text

if TYPE_CHECKING:
    from gridapp.sync.client import Report

EXPLAINED = tr(
    "同步先上报本机的改动，再下载县里和别人的改动；断在哪里，下"
    "次从哪里接着传。没有网络时照常登记，改动都在本机，不会丢。"
)


@dataclass(frozen=True)
class _Standing:
    """How this laptop stands with the county."""

    server: str
    waiting: Mapping[str, int]
    last: dt.datetime | None
    held: tuple[Waiting, ...]


class SyncPage(Page):
    """The state in words, one button, and the held changes side by side."""

    title = tr("数据同步")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._progress: Progress | None = None
        self._shut_out = False  # the county refuses this laptop until a new code
        self._cloud = Glyph(self.theme, "cloud-check", "green.text", 40)
        self._state = Text("", "title")
        self._last = Text("", "muted")
        self._error = NoticeBar(self.theme, "red", "circle-alert")
        self._bar = Bar(self.theme)
        self._steps = Text("", "muted")
        self._go = Button(self.theme, tr("立即同步"), "primary", icon="refresh-cw")
        self._cancel = Button(self.theme, tr("停止"), icon="x")
        self._kinds = Lines(gap=6)
        self._join = QWidget()
        self._server = LineField(tr("县级服务器地址"), "https://…")
        self._code = LineField(tr("登记码"), tr("由县里发给您"))
        self._enrol = Button(self.theme, tr("登记这台电脑"), "primary", icon="log-in")
        self._held_title = Text("", "section")
        self._held = Lines(gap=10)
        self._place()
        self._bind()
        self.set_width(Width.WIDE)

    def _place(self) -> None:
        self._row = line(self, (16, 14, 16, 14), 12)
        left = Card((20, 18, 20, 18), 10)
        head = line(gap=12)
        head.addWidget(self._cloud)
        words = column(gap=2)
        words.addWidget(self._state)
        words.addWidget(self._last)
        head.addLayout(words, 1)
        left.box.addLayout(head)
        self._error.say("")
        left.box.addWidget(self._error)
        buttons = line(gap=8)
        buttons.addWidget(self._go)
        buttons.addWidget(self._cancel)
        buttons.addStretch()
        left.box.addLayout(buttons)
        left.box.addWidget(self._bar)
        left.box.addWidget(self._steps)
        self._place_join()
        left.box.addWidget(self._join)
        left.box.addWidget(Divider())
        left.box.addWidget(Text(tr("等待上报的改动"), "section"))
        left.box.addWidget(self._kinds)
        left.box.addStretch()
        left.box.addWidget(Text(EXPLAINED, "faint", wrap=True))
        right = Card((1, 12, 1, 1), 8)
        title = line(margins=(18, 0, 18, 0))
        title.addWidget(self._held_title)
        right.box.addLayout(title)
        right.box.addWidget(Divider())
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        holder = QWidget()
        column(holder, (16, 8, 12, 12)).addWidget(self._held)
        scroll.setWidget(holder)
        right.box.addWidget(scroll, 1)
        self._left = QScrollArea()
        self._left.setWidgetResizable(True)
        self._left.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._left.setWidget(left)
        self._row.addWidget(self._left)
        self._row.addWidget(right, 1)
        self._show_running(running=False)

    def _place_join(self) -> None:
        join = column(self._join, gap=8)
        self._why = Text(
            tr("还没有登记到县级服务器。登记后才能同步。"), "muted", wrap=True
        )
        join.addWidget(self._why)
        for field in (self._server, self._code):
            label = Text(field.accessibleName())
            label.setBuddy(field)
            join.addWidget(label)
            join.addWidget(field)
        join.addWidget(self._enrol, 0, Qt.AlignmentFlag.AlignLeft)

    def _bind(self) -> None:
        self._go.clicked.connect(self.sync)
        self._cancel.clicked.connect(self._stop)
        self._enrol.clicked.connect(self._start_enrol)
        self._server.finished.connect(self._code.setFocus)
        self._code.finished.connect(self._start_enrol)

    def reload(self) -> None:
        self.session.read(_read, self._show)

    def focus_start(self) -> None:
        self._go.setFocus()

    def _on_changed(self, records: frozenset[str]) -> None:
        if self.isVisible() and self._progress is None:
            self.reload()
        else:
            self._stale = True

    def _show(self, standing: _Standing) -> None:
        count = sum(standing.waiting.values())
        self._state.setText(
            tr("{count:,} 条改动等待上报", count=count) if count else tr("全部已同步")
        )
        if count:
            self._cloud.show_icon("cloud-upload", "amber.text")
        else:
            self._cloud.show_icon("cloud-check", "green.text")
        joined = bool(standing.server)
        self._last.setText(last_words(standing.last, dt.datetime.now(dt.UTC)))
        self._last.setVisible(standing.last is not None or not joined)
        self._join.setVisible(not joined or self._shut_out)
        if not self._server.text():
            self._server.setText(standing.server)
        self._go.setVisible(joined)
        kinds = [self._kind_line(k, n) for k, n in standing.waiting.items()]
        self._kinds.replace(kinds or [Text(tr("没有，都已上报"), "muted")])
        held = len(standing.held)
        self._held_title.setText(
            tr("要您决定的改动 {held} 项", held=held) if held else tr("改动冲突")
        )
        cards: list[QWidget] = []
        for one in standing.held:
            card = ConflictCard(self.theme, one)
            card.decided.connect(partial(self._decide, one.id))
            cards.append(card)
        quiet = Text(
            tr("没有冲突。别人和您改了同一处时，会并排列在这里，由您决定留哪个。"),
            "muted",
            wrap=True,
        )
        self._held.replace(cards or [quiet])
        self.counted.emit(held)

    @staticmethod
    def _kind_line(kind: str, number: int) -> QWidget:
        holder = QWidget()
        row = line(holder)
        row.addWidget(Text(record_named(kind).title))
        row.addStretch()
        row.addWidget(Text(tr("{number:,} 条", number=number), "muted"))
        return holder

    def sync(self) -> None:
        """Push and pull now, beside the store's queue, with progress and stop."""
        if self._progress is not None:
            return
        self._error.say("")
        self._progress = Progress(self)
        self._progress.stepped.connect(self._on_step)
        self._show_running(running=True)
        work = partial(_sync, self.session.store, self._progress)
        self.session.jobs.run_network(work, self._done, self._failed)

    def _stop(self) -> None:
        if self._progress is not None:
            self._progress.cancel()
            self._steps.setText(tr("正在停下来，已传的不会重传"))

    def _on_step(self, done: int, total: int, words: str) -> None:
        self._bar.fill(done / total if total else 0.0)
        self._steps.setText(
            tr("{words}：{done:,} / {total:,}", words=words, done=done, total=total)
        )

    def _done(self, report: Report) -> None:
        self._finish()
        words = tr(
            "同步完成：上传 {pushed:,} 条，下载 {pulled:,} 条",
            pushed=report.pushed,
            pulled=report.pulled,
        )
        if report.held:
            words += tr("，{held} 项要您决定", held=report.held)
        self.said.emit(words, None)
        self.session.changed.emit(frozenset({"sync"}))

    def _failed(self, error: Exception) -> None:
        self._shut_out = _is_shut_out(error)
        if self._shut_out:
            self._why.setText(tr("请向县里要一个新的登记码，填好后接着同步。"))
        self._finish()
        self._say_error(error)

    def _finish(self) -> None:
        self._progress = None
        self._show_running(running=False)
        self.reload()

    def _say_error(self, error: Exception) -> None:
        if isinstance(error, UserError):
            self._error.say(str(error))
        else:
            self.session.messages.show_error(error)

    def _show_running(self, *, running: bool) -> None:
        self._go.setEnabled(not running)
        for part in (self._cancel, self._bar, self._steps):
            part.setVisible(running)
        self._bar.fill(0.0)
        self._steps.setText(tr("正在连接县级服务器…") if running else "")

    def _start_enrol(self) -> None:
        server, code = self._server.text().strip(), self._code.text().strip()
        if not server or not code:
            self._error.say(tr("请填好服务器地址和登记码，两样都由县里提供"))
            return
        self._error.say("")
        self._enrol.setEnabled(False)
        work = partial(_enrol, self.session.store, server, code)
        self.session.jobs.run_network(work, self._enrolled, self._not_enrolled)

    def _enrolled(self, _: None) -> None:
        self._enrol.setEnabled(True)
        self._shut_out = False
        self._code.clear()
        self.said.emit(tr("已登记到县级服务器，可以同步了"), None)
        self.reload()

    def _not_enrolled(self, error: Exception) -> None:
        self._enrol.setEnabled(True)
        self._say_error(error)

    def _decide(self, held_id: UUID, choice: str) -> None:
        def done(_: None) -> None:
            self.said.emit(tr("已按您的决定处理，下次同步时上报"), None)
            self.reload()

        work = partial(conflicts.decide, held_id=held_id, choice=choice)
        self.session.write(work, done)

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        top = 8 if width is Width.NARROW else 14
        self._row.setContentsMargins(width.margin, top, width.margin, top)
        self._left.setFixedWidth({"wide": 440, "mid": 380, "narrow": 330}[width.value])


def last_words(last: dt.datetime | None, at: dt.datetime) -> str:
    """Return when it was last synced, as 上次同步:今天 09:40."""
    if last is None:
        return tr("还没有同步过")
    here, there = at.astimezone().date(), last.astimezone()
    days = (here - there.date()).days
    day = {0: tr("今天"), 1: tr("昨天")}.get(days, f"{there:%m-%d}")
    return tr("上次同步：{day} {there:%H:%M}", day=day, there=there)


def _read(db: Connection) -> _Standing:
    from gridapp.sync.client import URL  # brings httpx, not before it is needed

    last = state.value(db, state.LAST_SYNC)
    return _Standing(
        state.value(db, URL) or "",
        journal.unsent_by_type(db, state.pushed_seq(db)),
        dt.datetime.fromisoformat(last) if last else None,
        tuple(conflicts.waiting(db)),
    )


def _is_shut_out(error: Exception) -> bool:
    from gridapp.sync.client import SHUT_OUT, Refused

    return isinstance(error, Refused) and error.code in SHUT_OUT


def _sync(store: Store, progress: Progress) -> Report:
    from gridapp.sync.client import SyncClient

    return SyncClient.of(store).sync(progress.step, progress.cancelled)


def _enrol(store: Store, server: str, code: str) -> None:
    from gridapp.sync.client import HttpTransport, SyncClient

    SyncClient(store, HttpTransport(server)).enrol(code)
