"""回收站: what was deleted in the last thirty days, and one step to bring it back."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from gridapp.language import tr
from gridapp.models import RECORDS, record_named
from gridapp.models.kinds import now
from gridapp.store.database import Connection
from gridapp.store.undo import Done, Span, noted, take_back
from gridapp.store.vault import Writing
from gridapp.ui.page import Page
from gridapp.ui.session import Session
from gridapp.ui.settings.settings_listings import bin_listing
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.badge import Badge
from gridapp.ui.widgets.buttons import Button, ChipRow
from gridapp.ui.widgets.card import Card, Divider, line
from gridapp.ui.widgets.entry import FindField
from gridapp.ui.widgets.rows import Row, RowList
from gridapp.ui.widgets.text import Text
from gridapp.work.listing import Listing
from gridapp.work.recycle import KEPT_DAYS, Deleted, bin_lines, restore

MOST_KINDS = 5  # chips of record types, the most frequent first


class RecyclePage(Page):
    """The bin as one list; the chosen line is told and restored at the foot."""

    title = tr("回收站")
    shows = frozenset(model.__tablename__ for model in RECORDS)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._lines: tuple[Deleted, ...] = ()
        theme = self.theme
        self._back = Button(theme, tr("返回 Esc"), "quiet", icon="arrow-left")
        self._chips = ChipRow(theme, tr("类型"), (("", tr("全部")),), gap=6)
        self._count = Text("", "faint")
        self.box = FindField(theme, tr("查找已删除的"), tr("查姓名、内容、删除的人"))
        self._list = RowList(theme, tr("已删除的记录"))
        self._empty = Text("", "muted")
        self._said = Text("", "note", wrap=True)
        self._restore = Button(theme, tr("恢复"), "primary", icon="archive-restore")
        self._place()
        self._back.clicked.connect(self.left)
        self._chips.picked.connect(self._show)
        self.box.searched.connect(self._show)
        self.box.moved.connect(self._list.move_current)
        self.box.finished.connect(self._list.setFocus)
        self._list.picked.connect(self._tell_of)
        self._list.activated.connect(self.restore)
        self._restore.clicked.connect(self.restore)

    def _place(self) -> None:
        self._row = line(self, (16, 14, 16, 14))
        card = Card((1, 8, 1, 1), 8)
        top = line(margins=(8, 0, 8, 0), gap=8)
        top.addWidget(self._back)
        top.addWidget(self._chips)
        top.addWidget(self._count)
        top.addStretch()
        self.box.setFixedWidth(230)
        top.addWidget(self.box)
        top.addWidget(self.export_button(tr("导出")))
        card.box.addLayout(top)
        words = tr(
            "删除的内容列在这里 {days} 天；过后不再列出，数据仍在，可请技术支持找回。",
            days=KEPT_DAYS,
        )
        rule = Text(words, "muted", wrap=True)
        rule.setContentsMargins(16, 0, 16, 0)
        card.box.addWidget(rule)
        card.box.addWidget(Divider())
        card.box.addWidget(self._list, 1)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        card.box.addWidget(self._empty, 1)
        card.box.addWidget(Divider())
        foot = line(margins=(16, 2, 12, 8), gap=12)
        foot.addWidget(self._said, 1)
        foot.addWidget(self._restore)
        card.box.addLayout(foot)
        self._row.addWidget(card)

    def reload(self) -> None:
        self.session.read(read_bin, self._show_lines)

    def focus_start(self) -> None:
        self._list.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _show_lines(self, lines: Sequence[Deleted]) -> None:
        self._lines = tuple(lines)
        counts = Counter(one.type for one in lines).most_common(MOST_KINDS)
        kinds = [(key, f"{record_named(key).title} {many}") for key, many in counts]
        everything = tr("全部 {count}", count=len(lines))
        self._chips.set_choices([("", everything), *kinds])
        self._show()

    def shown_list(self) -> Listing:
        chosen, text = self._chips.chosen(), self.box.query().strip()
        narrowed = [record_named(chosen).title] if chosen else []
        return bin_listing(self._found(), [*narrowed, *([f"“{text}”"] if text else [])])

    def _found(self) -> list[Deleted]:
        asked = self.box.query().split()
        chosen = self._chips.chosen()
        return [
            one
            for one in self._lines
            if chosen in ("", one.type)
            and all(word in _searched(one) for word in asked)
        ]

    def _show(self, _key: str = "") -> None:
        asked, found = self.box.query().split(), self._found()
        self._list.show_rows([_row(one) for one in found])
        self._list.setVisible(bool(found))
        self._empty.setVisible(not found)
        nothing = tr("回收站里没有东西。")
        unfound = tr("没有找到“{text}”。", text=self.box.query().strip())
        self._empty.setText(unfound if asked else nothing)
        self._count.setText(tr("{count:,} 条", count=len(found)))
        self._restore.setEnabled(bool(found))
        if not found:
            self._said.setText("")

    def _tell_of(self, row: Row) -> None:
        one = self._chosen()
        if one is None or one.id != row.id:
            return
        self._said.setText(words_of(one))
        self._restore.setAccessibleName(tr("恢复{name}", name=one.title))

    def _chosen(self) -> Deleted | None:
        row = self._list.current()
        if row is None:
            return None
        return next((one for one in self._lines if one.id == row.id), None)

    def restore(self, *_from: object) -> None:
        """Bring back what is chosen, with what was deleted together with it."""
        one = self._chosen()
        if one is None or not self._restore.isEnabled():
            return
        work = partial(_restored, kind=one.type, record_id=one.id)
        self.session.write(work, partial(self._on_restored, one))

    def _on_restored(self, one: Deleted, done: Done) -> None:
        kind = record_named(one.type).title
        words = tr("已恢复{kind}：{name}", kind=kind, name=one.title)
        if done.result > 1:
            words = tr("{words}，连同 {count} 条", words=words, count=done.result - 1)
        self.said.emit(words, partial(self._undo, done))

    def _undo(self, done: Span) -> None:
        work = partial(take_back, span=done)
        self.session.write(work, partial(self.tell, tr("已撤销恢复")))

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        top = 8 if width is Width.NARROW else 14
        self._row.setContentsMargins(width.margin, top, width.margin, top)
        self.box.setFixedWidth(230 if width is Width.WIDE else 170)
        self._chips.setVisible(width is not Width.NARROW)


def read_bin(db: Connection) -> list[Deleted]:
    """Return what the bin holds now."""
    return bin_lines(db, now())


def _restored(tx: Writing, kind: str, record_id: UUID) -> Done:
    return noted(tx, partial(restore, model=record_named(kind), record_id=record_id))


def _searched(one: Deleted) -> str:
    return " ".join((one.kind, one.title, one.detail, one.by))


def _row(one: Deleted) -> Row:
    when = tr("{day}，{who}删除", day=_when(one.at), who=one.by)
    tone = "amber" if one.days_left <= 3 else "grey"
    badge = Badge(tr("还列 {days} 天", days=one.days_left), tone)
    detail = "  ".join(word for word in (one.detail, when) if word)
    return Row(one.id, one.title, one.kind, detail, badge, type=one.type)


def _when(at: dt.datetime) -> str:
    local = at.astimezone()
    today = dt.datetime.now().astimezone().date()
    if local.date() == today:
        return tr("今天 {time:%H:%M}", time=local)
    return f"{local:%m-%d %H:%M}"


def words_of(one: Deleted) -> str:
    """Return what comes back when this is restored."""
    if not one.parts:
        return tr("{kind}“{name}”", kind=one.kind, name=one.title)
    with_it = tr("、").join(
        tr("{kind} {count} 条", kind=record_named(name).title, count=count)
        for name, count in one.parts.items()
    )
    return tr(
        "{kind}“{name}”，一起恢复：{parts}",
        kind=one.kind,
        name=one.title,
        parts=with_it,
    )
