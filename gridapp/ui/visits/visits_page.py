"""走访记录: every visit and call, newest first; a row opens the person's file."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from PySide6.QtCore import QModelIndex

from gridapp.language import tr
from gridapp.models import Visit
from gridapp.models.record import field_of
from gridapp.store import records
from gridapp.store.database import Connection
from gridapp.ui.forms.record_list import RecordList
from gridapp.ui.menus import MenuButton
from gridapp.ui.page import Page
from gridapp.ui.photos.photo_view import PhotoView
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import Card, Divider, line
from gridapp.ui.widgets.text import Text
from gridapp.work.attachments import PICTURES, PendingPhoto, photos_of
from gridapp.work.listing import Listing, of_records
from gridapp.work.ways import kind_of

COLUMNS = (
    ("started_at", 150),
    ("resident_id", 110),
    ("mode", 90),
    ("met_whom", 96),
    ("condition", 90),
    ("note", 0),
    ("next_on", 116),
)
NEWEST = "newest"  # the order the visits come in
FILTERS = (
    ("all", tr("全部")),
    ("visit", tr("走访")),
    ("call", tr("电话")),
    ("missed", tr("没见到")),
)


class VisitsPage(Page):
    """The log of visits and calls."""

    title = tr("走访记录")
    shows = frozenset({"visit", "resident", "attachment"})

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._row = line(self, (16, 14, 16, 14))
        card = Card((1, 8, 1, 1), 8)
        top = line(margins=(16, 0, 8, 0), gap=8)
        top.addWidget(Text(tr("走访和电话"), "section"))
        self._chips = ChipRow(self.theme, tr("筛选"), FILTERS)
        top.addWidget(self._chips)
        self._count = Text("", "faint")
        top.addWidget(self._count)
        top.addStretch()
        self._pictures: list[PendingPhoto] = []
        self._photos = Button(self.theme, tr("看照片"), "quiet", icon="camera")
        self._photos.hide()
        top.addWidget(self._photos)
        self._print = Button(
            self.theme, "", "quiet", icon="printer", tip=tr("打印这次走访 Ctrl+P")
        )
        self._print.setShortcut("Ctrl+P")
        self._print.clicked.connect(self._ask_print)
        top.addWidget(self._print)
        self._sort = MenuButton(self.theme, tr("排序"), kind="quiet")
        top.addWidget(self._sort)
        self._export = self.export_button(tr("导出"))
        top.addWidget(self._export)
        self._new = Button(self.theme, tr("记走访 F2"), "primary", icon="footprints")
        top.addWidget(self._new)
        card.box.addLayout(top)
        card.box.addWidget(Divider())
        self._list = RecordList(session, Visit, COLUMNS, tr("走访记录"))
        card.box.addWidget(self._list, 1)
        self._row.addWidget(card)
        newest = [(NEWEST, tr("时间，新的在前"))]
        fields = [(key, field_of(Visit, key).label) for key, _ in COLUMNS[1:]]
        self._sort.set_choices([*newest, *fields], checked=(NEWEST,))
        self._sort.picked.connect(self._sort_by)
        self._list.sorted_by.connect(self._mark_order)
        self._chips.picked.connect(self.reload)
        self._new.clicked.connect(self._start)
        self._photos.clicked.connect(self._open_photos)
        self._list.activated.connect(self._open)
        self._list.selectionModel().currentRowChanged.connect(self._ask_photos)

    def reload(self) -> None:
        kind = self._chips.chosen()
        self.session.read(lambda db: _ids(db, kind), self._show)

    def focus_start(self) -> None:
        self._list.setFocus()

    def chosen_resident(self) -> UUID | None:
        record_id = self._list.chosen()
        return self._resident_of(record_id) if record_id else None

    def shown_list(self) -> Listing:
        words = dict(FILTERS)[self._chips.chosen()]
        narrowed = () if self._chips.chosen() == "all" else (words,)
        return of_records(Visit, self._list.ids(), title=self.title, narrowed=narrowed)

    def _sort_by(self, key: str) -> None:
        self._list.sort_by("" if key == NEWEST else key)

    def _mark_order(self, key: str) -> None:
        self._sort.mark((key or NEWEST,))

    def _show(self, ids: list[UUID]) -> None:
        self._list.show_ids(ids)
        self._count.setText(tr("{count:,} 条", count=len(ids)))
        self._print.setEnabled(bool(ids))
        self._ask_photos()

    def _ask_photos(self, *_rows: object) -> None:
        """Find out whether the chosen visit has photos."""
        visit_id = self._list.chosen()
        if visit_id is None:
            self._show_photos([])
        else:
            self.session.read(partial(_photos, visit_id=visit_id), self._show_photos)

    def _show_photos(self, photos: list[PendingPhoto]) -> None:
        self._pictures = photos
        words = tr("看照片 {count}", count=len(photos))
        self._photos.setText(words)
        self._photos.setAccessibleName(words)
        self._photos.setVisible(bool(photos))

    def _open_photos(self) -> None:
        PhotoView(self.session, self._pictures, 0, self, removable=False).open()

    def _ask_print(self) -> None:
        visit_id = self._list.chosen()
        if visit_id is not None:
            self.print_asked.emit("visit-card", [visit_id])

    def _open(self, index: QModelIndex) -> None:
        resident = self._resident_of(self._list.id_at(index.row()))
        if resident is not None:
            self.resident_asked.emit(resident)

    def _start(self) -> None:
        chosen = self.chosen_resident()
        if chosen is not None:
            self.visit_asked.emit(chosen, "visit")
        else:
            self.place_asked.emit("residents")

    def _resident_of(self, visit_id: UUID) -> UUID | None:
        with self.session.store.reading() as db:
            visit = records.get(db, Visit, visit_id)
        return visit["resident_id"] if visit else None

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        top = 8 if width is Width.NARROW else 14
        self._row.setContentsMargins(width.margin, top, width.margin, top)
        self._export.setText("" if width is Width.NARROW else tr("导出"))


def _photos(db: Connection, visit_id: UUID) -> list[PendingPhoto]:
    return [
        PendingPhoto.of(row) for row in photos_of(db, "visit", [visit_id], PICTURES)
    ]


def _ids(db: Connection, kind: str) -> list[UUID]:
    rows = records.filtered(db, Visit, {}, order="started_at", descending=True)
    if kind == "missed":
        return [row["id"] for row in rows if row["met_whom"] == "nobody"]
    return [row["id"] for row in rows if kind in ("all", kind_of(row["mode"]))]
