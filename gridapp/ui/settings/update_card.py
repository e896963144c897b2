"""更新: which version this is, what waits, and where a newer one comes from."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

import gridapp
from gridapp import migrations
from gridapp.language import language, tr
from gridapp.ui.session import Session
from gridapp.ui.updating import Seen
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, Divider, NoticeBar
from gridapp.ui.widgets.flow import FlowLayout
from gridapp.ui.widgets.meter import Bar
from gridapp.ui.widgets.text import Text

if TYPE_CHECKING:
    from gridapp.update.file import Manifest

OLD = dt.timedelta(days=180)  # of what the county has published last: ask there
KINDS = tr("更新文件 (*.gridupdate)")


class UpdateCard(Card):
    """How it stands, and the ways to a newer version."""

    def __init__(self, session: Session) -> None:
        super().__init__((18, 12, 18, 16), 10)
        self._session = session
        theme = session.theme
        self._failed = NoticeBar(theme, "amber", "circle-alert")
        self._error = NoticeBar(theme, "red", "circle-alert")
        self._state = Text("", "strong", wrap=True)
        self._news = Text("", "body", wrap=True)
        self._county = Text("", "muted", wrap=True)
        self._bar = Bar(theme)
        self._far = Text("", "muted")
        self.now = Button(theme, tr("现在更新"), "primary", icon="refresh-cw")
        self.ask = Button(theme, tr("问县里有没有更新"), icon="cloud-check")
        self.file = Button(theme, tr("从 U 盘更新…"), icon="file-input")
        self.halt = Button(theme, tr("停止"), icon="x")
        self.no = Button(theme, tr("不要这个更新"), "quiet")
        self._place()
        self._bind()
        self._show()

    def _place(self) -> None:
        self.box.addWidget(Text(tr("更新"), "section"))
        self.box.addWidget(Divider())
        for part in (self._failed, self._error, self._state, self._news, self._county):
            self.box.addWidget(part)
        self.box.addWidget(self._far)
        self.box.addWidget(self._bar)
        holder = QWidget()
        row = FlowLayout(holder, 8)
        for button in (self.now, self.ask, self.file, self.halt, self.no):
            row.addWidget(button)
        self.box.addWidget(holder)
        hint = tr("只收发布者签过名的更新；装不好会自动换回旧版本，资料不动。")
        self._hint = Text(hint, "faint", wrap=True)
        self.box.addWidget(self._hint)

    def _bind(self) -> None:
        updating = self._session.updating
        updating.changed.connect(self._show)
        updating.stepped.connect(self._on_step)
        self.now.clicked.connect(self._apply)
        self.ask.clicked.connect(updating.ask)
        self.file.clicked.connect(self._choose)
        self.halt.clicked.connect(updating.stop)
        self.no.clicked.connect(updating.drop)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._session.updating.refresh()

    def _show(self) -> None:
        updating = self._session.updating
        seen, running = updating.now, updating.running
        waits = seen.waits if seen else None
        refused = seen.program.refusal if seen else ""
        self._state.setText(_state_words(seen))
        _say(self._news, _news_words(waits.manifest) if waits else "")
        _say(self._county, refused or _county_words(seen))
        self._failed.say(_failed_words(seen))
        self._error.say(updating.error)
        for part in (self._bar, self._far, self.halt):
            part.setVisible(running)
        self.now.setVisible(waits is not None and not running)
        self.no.setVisible(waits is not None and not running)
        for button in (self.ask, self.file):
            button.setVisible(seen is not None and not refused and not running)
        self._hint.setVisible(not refused)
        if not running:
            self._bar.fill(0)
            self._far.setText("")

    def _on_step(self, done: int, total: int) -> None:
        self._bar.fill(done / total if total else 0)
        words = tr(
            "正在取更新：{done} / {total} MB", done=done >> 20, total=total >> 20
        )
        self._far.setText(words)

    def _apply(self) -> None:
        question = tr(
            "现在更新吗？程序会关掉大约一分钟，装好后自己打开。没写完的会留作草稿。"
        )
        if self._session.messages.ask(question, tr("现在更新"), tr("下次打开时")):
            self._session.updating.apply_asked.emit()

    def _choose(self) -> None:
        chosen = self._session.messages.choose_file(tr("选更新文件"), KINDS)
        if chosen:
            self._session.updating.take(Path(chosen))


def _news_words(told: Manifest) -> str:
    """What is new, and whether the data will be another format."""
    words = told.news(language())
    if told.data <= migrations.HEAD:
        return words
    more = tr("这个版本会改数据的格式：第一次打开时先备份，要多等一会儿。")
    return "\n".join(filter(None, (words, more)))


def _say(text: Text, words: str) -> None:
    text.setText(words)
    text.setVisible(bool(words))


def _state_words(seen: Seen | None) -> str:
    version = seen.program.version if seen else gridapp.__version__
    if seen is None or seen.waits is None:
        return tr("现在的版本：{version}", version=version)
    if any(one.id == seen.waits.id for one in seen.state.failed):
        return tr(
            "新版本 {new} 还放着，没有更新成功（现在是 {version}）",
            new=seen.waits.manifest.version,
            version=version,
        )
    return tr(
        "新版本 {new} 已放好，下次打开程序时更新（现在是 {version}）",
        new=seen.waits.manifest.version,
        version=version,
    )


def _county_words(seen: Seen | None) -> str:
    """When the county was asked, and how old what it has published is: it could keep
    updates back, and somebody should notice."""
    if seen is None or not seen.state.asked_at:
        return tr("有网络时，同步以后每天问县里一次；也可以从 U 盘更新。")
    asked = dt.datetime.fromisoformat(seen.state.asked_at).astimezone()
    offered = seen.state.offered
    if offered is None:
        return tr("{asked:%m-%d %H:%M} 问过县里，没有发布着的更新。", asked=asked)
    words = tr(
        "{asked:%m-%d %H:%M} 问过县里，最新的是 {version}，{made:%Y-%m-%d} 做的。",
        asked=asked,
        version=offered.version,
        made=offered.made.astimezone(),
    )
    if dt.datetime.now(dt.UTC) - offered.made > OLD:
        words += tr("已经超过半年，请问问县里有没有更新的。")
    return words


def _failed_words(seen: Seen | None) -> str:
    """Why the last update did not come in, and what to do about it."""
    if seen is None or not seen.state.failed:
        return ""
    from gridapp.update import applying
    from gridapp.update.file import numbers
    from gridapp.update.staged import NOT_STARTED, Updates

    last = seen.state.failed[-1]
    if numbers(last.version) <= numbers(seen.program.version):
        return ""  # a newer one came in by an installer
    if last.code == NOT_STARTED and seen.waits is not None:
        updates = Updates(Path(), seen.program)
        return applying.by_administrator(updates, seen.waits)
    reason = applying.why(last.code) or tr("原因不明")
    return tr(
        "没有更新到 {version}（{why}），不会自己再试；"
        "可以再点“现在更新”，或等下一个版本。",
        version=last.version,
        why=reason,
    )
