"""打印什么: the choices for a sheet as chips, and below them which one exactly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from gridapp.language import tr
from gridapp.models.record import Record
from gridapp.ui.forms.record_picker import RecordPicker
from gridapp.ui.papers import Wanted
from gridapp.ui.printing.scopes import COPIES, DAY, MONTH, ONE, Offer, Scope
from gridapp.ui.session import Session
from gridapp.ui.widgets.buttons import ChipRow
from gridapp.ui.widgets.card import column
from gridapp.ui.widgets.combo import Combo
from gridapp.ui.widgets.entry import LineField
from gridapp.ui.widgets.moments import DayField
from gridapp.ui.widgets.text import Text

MOST_COPIES = 500
PAUSE = 400  # milliseconds after the last letter of a number or a date
MONTHS = 24  # back from now


class ScopePicker(QWidget):
    """Whom or what a sheet is printed for."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._offer = Offer("", ())
        self._quiet = True  # while the choices themselves are being shown
        self._today = dt.date.today()
        theme = session.theme
        self._chips = ChipRow(theme, tr("打印什么"), (), gap=6, wrap=True)
        self._batch = Combo(theme, tr("选哪一个"), ())
        self._month = Combo(theme, tr("哪个月"), ())
        self._day = DayField(tr("哪一天"))
        self._copies = LineField(tr("张数"))
        self._person: RecordPicker | None = None
        self._model: type[Record] | None = None
        self._words = Text("", "faint", wrap=True)
        self._box = column(self, gap=8)
        for part in (self._chips, self._batch, self._month, self._day, self._copies):
            self._box.addWidget(part)
        self._box.addWidget(self._words)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self.changed)
        self._chips.picked.connect(self._pick)
        self._batch.currentIndexChanged.connect(self._tell)
        self._month.currentIndexChanged.connect(self._tell)
        self._day.textChanged.connect(self._wait)
        self._copies.textChanged.connect(self._wait)
        self._fill_months()
        self._copies.setText("1")
        self._quiet = False

    def show_offer(
        self, offer: Offer, model: type[Record], *, anew: bool = False
    ) -> None:
        """Show what a sheet about `model` can be printed for; what was chosen stays
        chosen where it is still offered, unless `anew`."""
        same = offer.sheet == self._offer.sheet and not anew
        kept = self._batch.value() if same else None
        self._offer, self._model = offer, model
        self._quiet = True
        self._chips.set_choices([(one.key, one.words) for one in offer.scopes])
        if not same and offer.scopes:
            self._chips.choose(offer.scopes[0].key)
        self._show_parts(kept)
        self._quiet = False

    def choose(self, key: str) -> None:
        """Choose what to print."""
        self._chips.choose(key)
        self._pick(key)

    def focus_first(self) -> None:
        """Put the keyboard on what is chosen."""
        self._chips.focus_chosen()

    def scope(self) -> Scope | None:
        """Return the choice that holds."""
        return self._offer.scope(self._chips.chosen())

    def wanted(self) -> Wanted | None:
        """Return what is to be printed; None while something is left open."""
        scope = self.scope()
        if scope is None:
            return None
        whole = Wanted(
            self._offer.sheet, scope.ids, scope.day or self._today, scope.days
        )
        if scope.batches:
            ids = self._batch_ids(scope)
            return replace(whole, ids=ids) if ids else None
        if scope.key == ONE:
            chosen = self._person.value() if self._person else None
            return replace(whole, ids=(chosen,)) if chosen else None
        if scope.key in (DAY, MONTH):
            day = self._day.day() if scope.key == DAY else self._month_day()
            return replace(whole, day=day) if day else None
        if scope.key == COPIES:
            copies = self._number()
            return replace(whole, copies=copies) if copies else None
        return whole

    def lacking(self) -> str:
        """Return what is still to be chosen, as a sentence."""
        scope = self.scope()
        if scope is None:
            return tr("还没有可以打印的内容。")
        if scope.key == ONE:
            return tr("输入姓名、拼音首字母或门牌，选好人就能看到。")
        if scope.key == DAY:
            return tr("写一下日期，如 2026-11-23，5 是本月 5 日，T 是今天。")
        if scope.key == COPIES:
            return tr("写一下要几张，1 到 {most}。", most=MOST_COPIES)
        if scope.batches:
            return tr("从下拉里选一个。")
        return tr("这里还没有记录可以打印。")

    def _batch_ids(self, scope: Scope) -> tuple[UUID, ...]:
        number = self._batch.value()
        return scope.batches[int(number)].ids if number else ()

    def _number(self) -> int:
        """Return the copies written; 0 when it is no number of copies."""
        text = self._copies.text().strip()
        count = int(text) if text.isdecimal() else 0
        return count if count <= MOST_COPIES else 0

    def _month_day(self) -> dt.date | None:
        chosen = self._month.value()
        return dt.date.fromisoformat(chosen) if chosen else None

    def _fill_months(self) -> None:
        first = self._today.replace(day=1)
        for _ in range(MONTHS):
            words = tr("{day.year}年{day.month}月", day=first)
            self._month.addItem(words, first.isoformat())
            first = (first - dt.timedelta(days=1)).replace(day=1)
        self._month.setCurrentIndex(1)

    def _pick(self, _key: str) -> None:
        self._quiet = True
        self._show_parts(None)
        self._quiet = False
        self._tell()
        self._focus_part()

    def _show_parts(self, kept: str | None) -> None:
        """Show only what the choice leaves open."""
        scope = self.scope()
        key = scope.key if scope else ""
        batches: Sequence[object] = scope.batches if scope else ()
        self._batch.clear()
        self._batch.addItem("", "")
        if scope:
            for number, one in enumerate(scope.batches):
                self._batch.addItem(one.words, str(number))
        self._batch.set_value(kept or "0")
        self._batch.setVisible(bool(batches))
        self._month.setVisible(key == MONTH)
        self._day.setVisible(key == DAY)
        self._copies.setVisible(key == COPIES)
        if key == DAY and not self._day.text():
            self._day.set_day(self._today)
        self._show_person(key == ONE)
        count = len(scope.ids) if scope else 0
        many = scope is not None and count > 1
        self._words.setText(tr("按走的顺序排好") if many else "")
        self._words.setVisible(many)

    def _show_person(self, wanted: bool) -> None:
        if self._person is not None:
            self._box.removeWidget(self._person)
            self._person.hide()
            self._person.deleteLater()
            self._person = None
        if wanted and self._model is not None:
            self._person = RecordPicker(
                self._session, self._model, tr("找{title}", title=self._model.title)
            )
            self._person.finished.connect(self._tell)
            self._box.insertWidget(1, self._person)

    def _focus_part(self) -> None:
        for part in (self._person, self._batch, self._month, self._day, self._copies):
            if part is not None and part.isVisibleTo(self):
                part.setFocus()
                return

    def _wait(self, _text: str) -> None:
        """Tell when the number or the date is written out."""
        if not self._quiet:
            self._timer.start()

    def _tell(self, *_value: object) -> None:
        if not self._quiet:
            self.changed.emit()
