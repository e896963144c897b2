"""One past round as one reads it: when, who, what was seen, what was found."""

from __future__ import annotations

from collections import Counter
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from gridapp.language import tr, weekday
from gridapp.models import codes
from gridapp.store.photos import PhotoStore
from gridapp.ui.patrols.patrol_values import FINE
from gridapp.ui.patrols.patrol_words import STATE_TONES
from gridapp.ui.photos.photo_thumbs import Thumb, small_of
from gridapp.ui.photos.photo_view import PhotoView
from gridapp.ui.session import Session
from gridapp.ui.widgets.badge import Badge, BadgeView
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, Divider, Lines, column, line
from gridapp.ui.widgets.flow import FlowLayout
from gridapp.ui.widgets.frame import Scrolled
from gridapp.ui.widgets.text import Text
from gridapp.work.attachments import PendingPhoto
from gridapp.work.patrol_round import FoundLine, RoundFile, StopLine


class RoundReader(Card):
    """A round; what is asked of it, its owner does."""

    edit_asked = Signal(object)  # the RoundFile
    delete_asked = Signal(object)
    record_asked = Signal(str, object)
    print_asked = Signal(str, object)  # name of a sheet, ids of its records
    left = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__((1, 8, 1, 1), 6)
        self._session = session
        self._theme = session.theme
        self._file: RoundFile | None = None
        self._title = Text("", "section")
        self._aside = Text("", "muted", wrap=True)
        self._back = Button(self._theme, tr("返回"))
        self._print = Button(
            self._theme, "", icon="printer", tip=tr("打印这次巡查 Ctrl+P")
        )
        self._print.setShortcut("Ctrl+P")
        self._edit = Button(self._theme, tr("修改"), icon="pencil")
        self._delete = Button(self._theme, tr("删除"), icon="trash-2")
        self._lines = Lines((16, 4, 12, 12), 8)
        head = line(margins=(16, 2, 8, 0), gap=8)
        head.addWidget(self._title, 1)
        for button in (self._back, self._print, self._edit, self._delete):
            head.addWidget(button)
        self.box.addLayout(head)
        scroll = Scrolled()
        scroll.setWidget(self._lines)
        self.box.addWidget(Divider())
        self.box.addWidget(scroll, 1)
        self._print.clicked.connect(self._ask_print)
        self._edit.clicked.connect(lambda: self.edit_asked.emit(self._file))
        self._delete.clicked.connect(lambda: self.delete_asked.emit(self._file))
        self._back.clicked.connect(self.left)
        self.show_file(None)

    def set_narrow(self, *, narrow: bool) -> None:
        """Show the way back where the round covers the list."""
        self._back.setVisible(narrow)

    def show_file(self, file: RoundFile | None) -> None:
        """Show a round, or nothing."""
        self._file = file
        self._print.setVisible(file is not None)
        self._edit.setVisible(file is not None)
        self._delete.setVisible(file is not None)
        if file is None:
            self._title.setText("")
            self._lines.replace([Text(tr("选一轮，在这里看经过。"), "muted")])
            return
        start = file.values["started_at"].astimezone()
        self._title.setText(f"{start:%m-%d} {weekday(start.date())}")
        parts: list[QWidget] = [Text(_facts(file), "muted", wrap=True)]
        if file.values["note"]:
            parts.append(Text(file.values["note"], "note", wrap=True))
        if file.findings:
            words = tr("发现问题 {count} 个", count=len(file.findings))
            parts.append(Text(words, "strong"))
            parts += [self._finding(one) for one in file.findings]
        if file.stops:
            parts.append(Text(_seen(file.stops), "strong"))
            parts += [self._stop(one) for one in file.stops]
        self._lines.replace(parts)
        self._load_photos(file)

    def _ask_print(self) -> None:
        if self._file is not None:
            self.print_asked.emit("patrol-log", [self._file.values["id"]])

    def _finding(self, found: FoundLine) -> QFrame:
        frame = QFrame()
        frame.setObjectName("card")
        box = column(frame, (12, 8, 8, 8), 4)
        head = line(gap=8)
        head.addWidget(Text(found.words, "strong", wrap=True), 1)
        if found.state:
            badge = BadgeView(self._theme, Badge(found.state, "blue"))
            head.addWidget(badge, 0, Qt.AlignmentFlag.AlignTop)
        box.addLayout(head)
        if found.note:
            box.addWidget(Text(found.note, "note", wrap=True))
        holder = QWidget()
        holder.setObjectName("photos")
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        holder.setSizePolicy(policy)
        FlowLayout(holder, 6)
        holder.setVisible(bool(found.photos))
        box.addWidget(holder)
        if found.issue_id is not None:
            link = Button(self._theme, tr("看工单"), "small", icon="triangle-alert")
            link.setAccessibleName(tr("看工单：{words}", words=found.words))
            link.clicked.connect(
                partial(self.record_asked.emit, "issue", found.issue_id)
            )
            box.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        return frame

    def _stop(self, stop: StopLine) -> QWidget:
        holder = QWidget()
        row = line(holder, gap=8)
        words = stop.where + (f"  {stop.note}" if stop.note else "")
        row.addWidget(Text(words, "note", wrap=True), 1)
        name = codes.table("check_state").name(stop.state)
        tone = STATE_TONES.get(stop.state, "grey")
        if stop.state == FINE:
            row.addWidget(Text(name, "muted"), 0, Qt.AlignmentFlag.AlignTop)
        else:
            badge = BadgeView(self._theme, Badge(name, tone))
            row.addWidget(badge, 0, Qt.AlignmentFlag.AlignTop)
        return holder

    def _load_photos(self, file: RoundFile) -> None:
        wanted = [one.photos for one in file.findings]
        if any(wanted):
            work = partial(_pictures, self._session.store.photos, wanted)
            self._session.jobs.run(work, partial(self._show_photos, file))

    def _show_photos(self, file: RoundFile, pictures: list[list[bytes | None]]) -> None:
        if file is not self._file:
            return
        holders = self._lines.findChildren(QWidget, "photos")
        shown = [one for one in holders if not one.isHidden()]
        wanted = [one for one in file.findings if one.photos]
        smalls = [small for small in pictures if small]
        for holder, found, small in zip(shown, wanted, smalls, strict=False):
            layout = holder.layout()
            for number, picture in enumerate(small):
                name = tr("照片 {number}", number=number + 1)
                thumb = Thumb(self._theme, picture, f"{name} {found.words}")
                thumb.clicked.connect(partial(self._open, found.photos, number))
                if layout is not None:
                    layout.addWidget(thumb)
            holder.updateGeometry()

    def _open(self, photos: tuple[PendingPhoto, ...], number: int) -> None:
        PhotoView(self._session, photos, number, self, removable=False).open()


def _facts(file: RoundFile) -> str:
    """09:10–10:05，周敏，同行：物业小张，路线：1号楼、3号楼."""
    values = file.values
    times = f"{values['started_at'].astimezone():%H:%M}"
    if values["ended_at"]:
        times += f"–{values['ended_at'].astimezone():%H:%M}"
    words = [times, file.who]
    if values["companions"]:
        words.append(tr("同行：{names}", names=values["companions"]))
    if values["route"]:
        words.append(tr("路线：{route}", route=values["route"]))
    if values["weather"]:
        words.append(tr("天气：{weather}", weather=values["weather"]))
    return tr("，").join(word for word in words if word)


def _seen(stops: tuple[StopLine, ...]) -> str:
    """看了 12 处，11 处正常."""
    counts = Counter(one.state for one in stops)
    return tr("看了 {count} 处，{fine} 处正常", count=len(stops), fine=counts[FINE])


def _pictures(
    store: PhotoStore, wanted: list[tuple[PendingPhoto, ...]]
) -> list[list[bytes | None]]:
    return [[small_of(store, one.photo.hash) for one in photos] for photos in wanted]
