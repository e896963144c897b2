"""设置: how the window looks and locks, and the ways to what is looked up seldom."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QWidget

from gridapp.language import tr
from gridapp.models.permissions import Act
from gridapp.settings import Settings
from gridapp.ui.care.visit_values import phrases
from gridapp.ui.preferences import LANGUAGE_NAMES, TEXT_SCALES
from gridapp.ui.session import Session
from gridapp.ui.settings.accounts_card import AccountsCard
from gridapp.ui.settings.backup_card import BackupCard
from gridapp.ui.settings.checkup_card import CheckupCard
from gridapp.ui.settings.phrases_dialog import PhrasesDialog
from gridapp.ui.settings.update_card import UpdateCard
from gridapp.ui.side_page import SidePage
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button, ChipRow, refuse
from gridapp.ui.widgets.card import Card, Divider, column, line
from gridapp.ui.widgets.header import SCHEMES
from gridapp.ui.widgets.text import Text

AUTO, CLICK = "auto", "click"
SYNCS = ((AUTO, tr("自动同步")), (CLICK, tr("只在我点时")))
LOCK_AFTER = (1, 3, 5, 10, 30)  # minutes
_LABEL = 84  # room of the words before a choice
# What one looks up from here: page, words, icon.
WAYS = (
    ("recycle", tr("回收站"), "history"),
    ("acts", tr("操作记录"), "list-checks"),
    ("rules", tr("时限和走访规则"), "clock"),
    ("keys", tr("快捷键"), "keyboard"),
    ("help", tr("帮助"), "circle-help"),
    ("about", tr("关于与许可"), "info"),
)


class SettingsPage(SidePage):
    """Everything a person may choose, each choice kept at once."""

    title = tr("设置")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._preferences = session.preferences
        self.back.hide()  # it stands in the navigation; Esc still leads back
        self._sizes = _chips(self, tr("字号"), _scales())
        self._looks = _chips(self, tr("外观"), SCHEMES)
        self._languages = _chips(self, tr("语言"), tuple(LANGUAGE_NAMES.items()))
        self._locks = _chips(self, tr("自动锁定"), _minutes())
        self._syncs = _chips(self, tr("同步"), SYNCS)
        self._ways: dict[str, Button] = {}
        self._size_hint = Text("", "faint", wrap=True)
        self._photos = Text("", "muted", wrap=True)
        self._phrases = Text("", "muted", wrap=True)
        self._no_photos = Button(self.theme, tr("不用了"), "quiet")
        self.accounts = AccountsCard(session)
        self.accounts.told.connect(self.tell)
        self.backups = BackupCard(session)
        self.backups.told.connect(self.said)
        self.checkup = CheckupCard(session)
        self.updates = UpdateCard(session)
        inside = QWidget()
        self._columns = line(inside, gap=12)
        left, right = column(gap=12), column(gap=12)
        for card in (
            self._look_card(),
            self._lock_card(),
            self.accounts,
            self.updates,
        ):
            left.addWidget(card)
        for card in (
            self.backups,
            self.checkup,
            self._entry_card(),
            self._data_card(),
            self._ways_card(),
        ):
            right.addWidget(card)
        for side in (left, right):
            side.addStretch(1)  # without a factor the lists in the cards grow too
        self._columns.addLayout(left, 1)
        self._columns.addLayout(right, 1)
        self.add_scrolled(inside)
        self._bind()
        self._say_size("")
        self._show(self._preferences.now)

    def _look_card(self) -> Card:
        card = _card(tr("显示"))
        card.box.addLayout(_labelled(tr("字号"), self._sizes))
        card.box.addWidget(self._size_hint)
        card.box.addLayout(_labelled(tr("外观"), self._looks))
        card.box.addLayout(_labelled(tr("语言"), self._languages))
        hint = tr("换字号或语言时，窗口会重新打开，不用再输密码；没写完的留作草稿。")
        card.box.addWidget(Text(hint, "faint", wrap=True))
        return card

    def _lock_card(self) -> Card:
        card = _card(tr("安全"))
        card.box.addLayout(_labelled(tr("自动锁定"), self._locks))
        hint = tr("这么久没人动就锁上，要输密码才能再看；没写完的不会丢。")
        card.box.addWidget(Text(hint, "faint", wrap=True))
        buttons = line(gap=8)
        lock = Button(self.theme, tr("现在锁定 Ctrl+L"), icon="lock")
        lock.clicked.connect(self.session.lock_asked)
        buttons.addWidget(lock)
        buttons.addStretch()
        card.box.addLayout(buttons)
        return card

    def _entry_card(self) -> Card:
        card = _card(tr("登记"))
        card.box.addWidget(self._phrases)
        change = Button(self.theme, tr("改常用语…"), icon="pencil")
        change.clicked.connect(self._change_phrases)
        card.box.addWidget(change, 0, Qt.AlignmentFlag.AlignLeft)
        card.box.addWidget(self._photos)
        buttons = line(gap=8)
        choose = Button(self.theme, tr("选照片文件夹…"), icon="folder")
        choose.clicked.connect(self._choose_photos)
        self._no_photos.clicked.connect(partial(self._keep_photos, ""))
        buttons.addWidget(choose)
        buttons.addWidget(self._no_photos)
        buttons.addStretch()
        card.box.addLayout(buttons)
        return card

    def _data_card(self) -> Card:
        card = _card(tr("数据"))
        card.box.addLayout(_labelled(tr("同步"), self._syncs))
        hint = tr(
            "自动：有网络时，改动存好一分钟后在后台上报，不打断您做事。"
            "没有网络时都存在本机。"
        )
        card.box.addWidget(Text(hint, "faint", wrap=True))
        folder = self.session.store.folder
        words = tr("加密保存在 {folder}", folder=folder)
        card.box.addWidget(Text(words, "muted", wrap=True))
        show = Button(self.theme, tr("打开数据文件夹"), icon="folder")
        url = QUrl.fromLocalFile(str(folder))
        show.clicked.connect(lambda: QDesktopServices.openUrl(url))
        row = line()
        row.addWidget(show)
        row.addStretch()
        card.box.addLayout(row)
        return card

    def _ways_card(self) -> Card:
        card = _card(tr("查看"))
        for number in range(0, len(WAYS), 2):
            row = line(gap=8)
            for key, words, icon in WAYS[number : number + 2]:
                button = self._ways[key] = Button(self.theme, words, "tile", icon=icon)
                button.clicked.connect(partial(self.place_asked.emit, key))
                if key == "recycle":
                    refuse(button, self.session.refusal(Act.RECORDS))
                row.addWidget(button, 1)
            card.box.addLayout(row)
        return card

    def _bind(self) -> None:
        self._sizes.picked.connect(self._choose_size)
        self._looks.picked.connect(self.theme.choose)
        self._languages.picked.connect(self._preferences.choose_language)
        self._locks.picked.connect(self._choose_lock)
        self._syncs.picked.connect(self._choose_sync)
        self._preferences.changed.connect(self._show)
        self.theme.changed.connect(self._show_look)

    def _show(self, now: Settings) -> None:
        self._sizes.choose(str(now.text_scale))
        self._languages.choose(now.language)
        self._locks.choose(str(round(now.lock_after)))
        self._syncs.choose(AUTO if now.auto_sync else CLICK)
        self._show_look()
        usual = tr("、").join(phrases("visit", now.phrases))
        self._phrases.setText(tr("走访时按 Alt+1…4 填：{phrases}", phrases=usual))
        watched = now.photo_folder
        self._no_photos.setVisible(bool(watched))
        self._photos.setText(
            tr("登记时会列出 {folder} 里的新照片，由您挑选。", folder=watched)
            if watched
            else tr("手机照片拷到哪个文件夹，就选哪个；新照片会在登记时列出来。")
        )

    def _show_look(self) -> None:
        self._looks.choose(self.theme.scheme)

    def focus_start(self) -> None:
        self._sizes.focus_chosen()

    def _choose_size(self, scale: str) -> None:
        chosen = float(scale)
        if self._preferences.fits(chosen, self):
            self._say_size("")
            self._preferences.choose_text_scale(chosen)
            return
        self._sizes.choose(str(self._preferences.now.text_scale))
        self._say_size(tr("这块屏幕放不下这么大的字，请选小一号的。"))

    def _say_size(self, sentence: str) -> None:
        self._size_hint.setText(sentence)
        self._size_hint.setVisible(bool(sentence))

    def _choose_lock(self, minutes: str) -> None:
        self._preferences.keep(lock_after=float(minutes))
        self.tell(tr("{minutes} 分钟没人动就锁定", minutes=minutes))

    def _choose_sync(self, how: str) -> None:
        self._preferences.keep(auto_sync=how == AUTO)
        self.tell(
            tr("有网络时自动同步")
            if how == AUTO
            else tr("以后只在您点“立即同步”时同步")
        )

    def _change_phrases(self) -> None:
        dialog = PhrasesDialog(self.session, self.window())
        before = self._preferences.now.phrases
        undo = partial(self._preferences.keep, phrases=before)
        dialog.accepted.connect(
            partial(self.said.emit, tr("常用语已改，下次填表就用"), undo)
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _choose_photos(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, tr("照片在哪个文件夹里"))
        if chosen:
            self._keep_photos(chosen)

    def _keep_photos(self, folder: str) -> None:
        before = self._preferences.now.photo_folder
        self._preferences.keep(photo_folder=folder)
        words = tr("登记时会列出里面的新照片") if folder else tr("不再看照片文件夹")
        self.said.emit(words, partial(self._preferences.keep, photo_folder=before))

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        across = QBoxLayout.Direction.LeftToRight
        down = QBoxLayout.Direction.TopToBottom
        self._columns.setDirection(down if width is Width.NARROW else across)


def _card(words: str) -> Card:
    card = Card((18, 12, 18, 16), 10)
    card.box.addWidget(Text(words, "section"))
    card.box.addWidget(Divider())
    return card


def _labelled(words: str, chips: ChipRow) -> QBoxLayout:
    row = line(gap=10)
    label = Text(words)
    label.setFixedWidth(_LABEL)
    label.setBuddy(chips)
    row.addWidget(label)
    row.addWidget(chips)
    row.addStretch()
    return row


def _chips(
    page: SettingsPage, name: str, choices: Sequence[tuple[str, str]]
) -> ChipRow:
    return ChipRow(page.theme, name, choices)


def _scales() -> list[tuple[str, str]]:
    return [(str(scale), words) for scale, words in TEXT_SCALES]


def _minutes() -> list[tuple[str, str]]:
    return [(str(n), tr("{count} 分钟", count=n)) for n in LOCK_AFTER]
