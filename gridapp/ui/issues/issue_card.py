"""One issue: what it is, what may be done next, and its trace."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QSizePolicy, QWidget

from gridapp.language import tr
from gridapp.store import drafts
from gridapp.store.database import Connection
from gridapp.ui.care.revealing import CALL, reveal
from gridapp.ui.issues.issue_facts import Facts, badges, facts, note_words
from gridapp.ui.issues.issue_step import StepForm, draft_key
from gridapp.ui.issues.issue_words import trace_entries
from gridapp.ui.photos.photo_view import PhotoView
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.badge import BadgeView
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import Card, Divider, column, line
from gridapp.ui.widgets.flow import FlowLayout
from gridapp.ui.widgets.text import Text
from gridapp.ui.widgets.timeline import Timeline
from gridapp.work.attachments import PICTURES, PendingPhoto, photos_of
from gridapp.work.issues import IssueFile, read_issue

HIDE_AFTER = 60_000  # milliseconds a revealed number stays (domain.md §2.11)


@dataclass(frozen=True)
class Opened:
    """An issue as the card shows it."""

    file: IssueFile
    photos: tuple[PendingPhoto, ...]  # of the issue and of its steps
    draft: dict[str, Any] | None  # a half-written step


def read_opened(db: Connection, issue_id: UUID) -> Opened | None:
    """Return an issue with its photos and what is half-written; None when gone."""
    file = read_issue(db, issue_id)
    if file is None:
        return None
    steps = [step["id"] for step in file.steps]
    rows = photos_of(db, "issue", [issue_id], PICTURES)
    rows += photos_of(db, "issue_step", steps)
    photos = tuple(PendingPhoto.of(row) for row in rows)
    return Opened(file, photos, drafts.kept(db, draft_key(issue_id)))


class _Fitting(QScrollArea):
    """As high as what is in it; where there is less room it scrolls."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(56)

    def sizeHint(self) -> QSize:
        inside = self.widget()
        layout = inside.layout() if inside else None
        width = max(self.width(), 200)
        return QSize(width, layout.totalHeightForWidth(width) + 2 if layout else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()


class IssueCard(Card):
    """Shows one issue at a time; `stepped` tells each step that was written."""

    stepped = Signal(object, str)  # the Stepped; words of the step
    edit_asked = Signal(object)  # issue id
    resident_asked = Signal(object)  # resident id
    print_asked = Signal(str, object)  # name of a sheet, ids of its records
    said = Signal(str, object)
    left = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__((1, 1, 1, 1), 0)
        self._session = session
        self._opened: Opened | None = None
        self._pairs = 2  # facts in one line
        theme = session.theme
        self._back = Button(theme, tr("返回"), "quiet", tip=tr("返回列表 Esc"))
        self._title = Text("", "section", wrap=True)
        self._photos = Button(theme, "", icon="camera", tip=tr("看照片"))
        self._edit = Button(theme, tr("修改"), icon="pencil", tip=tr("修改内容"))
        self._print = Button(theme, "", icon="printer", tip=tr("打印问题处置单 Ctrl+P"))
        self._print.setShortcut("Ctrl+P")
        self._badges = QWidget()
        self._badge_flow = FlowLayout(self._badges, 6)
        self._facts = QWidget()
        self._note = Text("", "note", wrap=True)
        self._person = Button(theme, "", "small", icon="contact-round")
        self._phones = Button(theme, tr("显示号码"), "small", icon="eye")
        self._timeline = Timeline(theme, tr("工单留痕"))
        self._empty = Text("", "muted")
        self._hide = QTimer(self)
        self._hide.setSingleShot(True)
        self._hide.setInterval(HIDE_AFTER)
        self.form = StepForm(session)
        self._place()
        self._bind()
        self.set_width(Width.WIDE)
        self.show_opened(None)

    def _place(self) -> None:
        self._whole = QWidget()
        outer = column(self._whole)
        self._head = line(margins=(18, 12, 12, 4), gap=8)
        self._head.addWidget(self._back, 0, Qt.AlignmentFlag.AlignTop)
        words = column(gap=6)
        words.addWidget(self._title)
        words.addWidget(self._badges)
        self._head.addLayout(words, 1)
        for button in (self._photos, self._print, self._edit):
            self._head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        outer.addLayout(self._head)
        self._body = QGridLayout()
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(0)
        self._about = self._about_part()
        self._between = Divider(down=True)
        self._between.setParent(self._whole)
        inside = QWidget()
        next_box = column(inside)
        self._above_next = Divider()
        next_box.addWidget(self._above_next)
        next_box.addWidget(self.form)
        next_box.addStretch()
        self._next = _Fitting()
        self._next.setWidget(inside)
        outer.addLayout(self._body, 1)
        self._trace = QWidget()
        self._trace.setMinimumHeight(96)
        trace = column(self._trace)
        trace.addWidget(Divider())
        inside = column(margins=(14, 4, 4, 2))
        inside.addWidget(self._timeline, 1)
        trace.addLayout(inside, 1)
        self.box.addWidget(self._whole, 1)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.box.addWidget(self._empty, 1)

    def _about_part(self) -> _Fitting:
        inside = QWidget()
        box = column(inside, (18, 4, 14, 8), 6)
        box.addWidget(self._facts)
        links = line(gap=8)
        links.addWidget(self._person)
        links.addWidget(self._phones)
        links.addStretch()
        box.addLayout(links)
        box.addWidget(self._note)
        box.addStretch()
        scroll = _Fitting()
        scroll.setWidget(inside)
        return scroll

    def _bind(self) -> None:
        self._back.clicked.connect(self.left)
        self._edit.clicked.connect(self._ask_edit)
        self._print.clicked.connect(self._ask_print)
        self._photos.clicked.connect(self._open_photos)
        self._person.clicked.connect(self._ask_resident)
        self._phones.clicked.connect(self._reveal)
        self._hide.timeout.connect(self._mask)
        self.form.stepped.connect(self.stepped)
        self.form.said.connect(self.said)
        self.form.resized.connect(self._next.updateGeometry)

    def shown(self) -> UUID | None:
        """Return the issue that is shown."""
        return self._opened.file.issue["id"] if self._opened else None

    def open_issue(self, issue_id: UUID | None, then: str = "") -> None:
        """Read and show an issue; with `then` as `step` the keyboard goes to it."""
        if issue_id is None:
            self.show_opened(None)
            return
        if self.shown() != issue_id:
            self.form.keep()

        def arrived(opened: Opened | None) -> None:
            self.show_opened(opened)
            if then == "step":
                self.focus_step()

        self._session.read(partial(read_opened, issue_id=issue_id), arrived)

    def show_opened(self, opened: Opened | None) -> None:
        """Show an issue; None says that nothing is chosen."""
        self._opened = opened
        self._whole.setVisible(opened is not None)
        self._empty.setVisible(opened is None)
        self._empty.setText(tr("选一张工单，这里显示它的情况和下一步"))
        if opened is None:
            return
        file = opened.file
        self._title.setText(file.issue["title_text"])
        self._show_badges(file)
        self._mask()
        self._note.setText(note_words(file))
        self._note.setVisible(bool(self._note.text()))
        self._person.setText(file.who)
        self._person.setAccessibleName(tr("打开档案：{who}", who=file.who))
        self._person.setVisible(bool(file.who))
        self._photos.setText(tr("照片 {count}", count=len(opened.photos)))
        self._photos.setVisible(bool(opened.photos))
        self._timeline.show_entries(trace_entries(file.steps, file.names))
        self.form.show_file(file, opened.draft)

    def focus_step(self) -> None:
        """Put the keyboard where the next step is chosen."""
        if self._opened and self._opened.file.moves:
            self.form.focus_first()
        else:
            self._timeline.setFocus(Qt.FocusReason.TabFocusReason)

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window."""
        narrow = width is Width.NARROW
        self._back.setVisible(narrow)
        self._head.setContentsMargins(*((10, 8, 8, 2) if narrow else (18, 12, 12, 4)))
        for part in (self._about, self._next, self._trace, self._between):
            self._body.removeWidget(part)
        self._between.setVisible(narrow)
        self._above_next.setVisible(not narrow)
        self._pairs = 1 if narrow else 2
        if narrow:  # the next step stands beside the rest
            self._body.addWidget(self._about, 0, 0)
            self._body.addWidget(self._trace, 1, 0)
            self._body.addWidget(self._between, 0, 1, 2, 1)
            self._body.addWidget(self._next, 0, 2, 2, 1)
        else:
            for row, part in enumerate((self._about, self._next, self._trace)):
                self._body.addWidget(part, row, 0)
        rows, columns = ((3, 2, 0), (2, 0, 3)) if narrow else ((0, 0, 1), (1, 0, 0))
        policy = QSizePolicy.Policy
        high = policy.Ignored if narrow else policy.Maximum
        for part in (self._about, self._next):
            part.setSizePolicy(policy.Preferred, high)
        for row, stretch in enumerate(rows):
            self._body.setRowStretch(row, stretch)
        for place, stretch in enumerate(columns):
            self._body.setColumnStretch(place, stretch)
        self.form.set_narrow(narrow=narrow)
        self._edit.setText("" if narrow else tr("修改"))
        self._mask()

    def _show_badges(self, file: IssueFile) -> None:
        theme = self._session.theme
        self._badge_flow.replace(BadgeView(theme, one) for one in badges(file))
        self._badges.updateGeometry()

    def _mask(self) -> None:
        """Show the facts with their private values masked."""
        self._hide.stop()
        if self._opened is None:
            return
        file = self._opened.file
        private = file.issue["owner_phones"] or file.issue["reporter_phones"]
        self._phones.setVisible(bool(private))
        self._show_facts(facts(file, masked=True))

    def _reveal(self) -> None:
        """Show phone numbers once their showing stands in the journal."""
        opened = self._opened
        if opened is None:
            return

        def shown(_: None) -> None:
            if self._opened is opened:
                self._show_facts(facts(opened.file, masked=False))
                self._phones.hide()
                self._hide.start()

        issue_id = opened.file.issue["id"]
        work = partial(
            reveal, kind="issue", record_id=issue_id, label=tr("电话"), purpose=CALL
        )
        self._session.write(work, shown)

    def _show_facts(self, pairs: Facts) -> None:
        old = self._facts
        self._facts = QWidget()
        grid = QGridLayout(self._facts)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        for number, (label, words) in enumerate(pairs):
            row, place = divmod(number, self._pairs)
            name = Text(label, "muted")
            name.setMinimumWidth(60)
            top = Qt.AlignmentFlag.AlignTop
            grid.addWidget(name, row, place * 2, top)
            grid.addWidget(Text(words, "note", wrap=True), row, place * 2 + 1, top)
        grid.setColumnStretch(1, 1)
        if self._pairs > 1:
            grid.setColumnStretch(3, 1)
        parent = old.parentWidget()
        layout = parent.layout() if parent else None
        if layout is not None:
            layout.replaceWidget(old, self._facts)
            self._facts.show()  # at once: it counts for the height of the card
        old.hide()
        old.deleteLater()
        self._about.updateGeometry()

    def _open_photos(self) -> None:
        if self._opened is not None:
            photos = self._opened.photos
            PhotoView(self._session, photos, 0, self, removable=False).open()

    def _ask_print(self) -> None:
        shown = self.shown()
        if shown is not None:
            self.print_asked.emit("issue-slip", [shown])

    def _ask_edit(self) -> None:
        shown = self.shown()
        if shown is not None:
            self.edit_asked.emit(shown)

    def _ask_resident(self) -> None:
        if self._opened is not None:
            self.resident_asked.emit(self._opened.file.issue["resident_id"])
