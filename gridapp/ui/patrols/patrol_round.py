"""Today's round: the route, what is seen at each place, and saving it as a whole."""

from __future__ import annotations

import copy
import datetime as dt
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from gridapp.errors import InvalidFields
from gridapp.language import tr
from gridapp.models.kinds import now
from gridapp.store import drafts
from gridapp.ui.patrols.patrol_board import RouteBoard
from gridapp.ui.patrols.patrol_finding import FindingForm
from gridapp.ui.patrols.patrol_kinds import guessed
from gridapp.ui.patrols.patrol_side import finding_words
from gridapp.ui.patrols.patrol_start import Start, log_entry, read_start
from gridapp.ui.patrols.patrol_values import (
    FINE,
    KEY,
    WATCH,
    WRONG,
    FindingEntry,
    RoundEntry,
)
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.card import column
from gridapp.ui.widgets.shortcuts import bind_inside
from gridapp.work import patrols
from gridapp.work.patrol_round import Leg, Spot
from gridapp.work.patrols import LoggedPatrol

KEEP_EVERY = 5_000  # milliseconds between two drafts
PAUSE = 400  # milliseconds after the route is shown


class RoundView(QWidget):
    """The round that is going on; a draft of it is kept while one walks."""

    said = Signal(str, object)
    points_asked = Signal()
    log_asked = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._entry = RoundEntry()
        self._legs: list[Leg] = []
        self._day = dt.date.today()
        self._me = ""
        self._loaded = False
        self._touched = False
        self._board = RouteBoard(session)
        self._width = Width.WIDE
        self._made: FindingForm | None = None
        self._stack = QStackedWidget()
        self._stack.addWidget(self._board)
        column(self).addWidget(self._stack)
        self._timer = QTimer(self)
        self._timer.setInterval(KEEP_EVERY)
        self._timer.timeout.connect(self.keep)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(PAUSE)
        self._soon.timeout.connect(self._make_form)
        self._bind()

    @property
    def _form(self) -> FindingForm:
        """The form of a finding: F4 and 3 must be quick, so it is made between them."""
        return self._made or self._make_form()

    def _make_form(self) -> FindingForm:
        if self._made is None:
            form = self._made = FindingForm(self._session)
            self._stack.addWidget(form)
            form.done.connect(self._take_finding)
            form.removed.connect(self._remove_finding)
            form.left.connect(self._leave_form)
            form.touched.connect(self._touch)
            form.said.connect(self.said)
            form.set_width(self._width)
        return self._made

    def _bind(self) -> None:
        board = self._board
        board.marked.connect(self._mark)
        board.all_fine.connect(self._all_fine)
        board.touched.connect(self._touch)
        board.finding_asked.connect(self._open_finding)
        board.on_the_way_asked.connect(self._on_the_way)
        board.dropped.connect(self._drop)
        board.points_asked.connect(self.points_asked)
        board.log_asked.connect(self.log_asked)
        board.save_asked.connect(self._save_as_asked)
        whole = partial(self.save, whole=True)
        some = partial(self.save, whole=False)
        keys = {"Ctrl+S": some, "Ctrl+Return": whole, "Ctrl+Enter": whole}
        bind_inside(board, keys)

    def reload(self) -> None:
        """Read the route again; the round that is going on stays as it is."""
        self._session.read(partial(read_start, day=dt.date.today()), self._show)

    def start(self) -> None:
        """Begin a round now, or go on with the one that was begun."""
        if self._entry.empty and not self._entry.by_hand:
            self._entry.started_at = None
            self._entry.begin()
            self._board.show_entry(self._entry)
        if self._day != dt.date.today():
            self.reload()  # the window was open over night
        self._refresh()
        self.focus_start()

    def focus_start(self) -> None:
        """Put the keyboard on the route, or where it was in an open finding."""
        writing = self._stack.currentWidget() is self._made
        (self._form if writing else self._board).focus_start()

    def set_width(self, width: Width) -> None:
        """Lay out for a wide, middle or narrow window."""
        self._width = width
        self._board.set_width(width)
        if self._made is not None:
            self._made.set_width(width)

    def _show(self, start: Start) -> None:
        self._legs, self._me, self._day = start.legs, start.me, dt.date.today()
        if not self._loaded:
            self._loaded = True
            self._soon.start()
            if start.kept is not None and self._entry.empty:
                self._go_on_with(start.kept)
        self._refresh()
        self._timer.start()

    def _go_on_with(self, entry: RoundEntry) -> None:
        self._entry = entry
        self._board.show_entry(entry)
        if entry.half is not None:
            self._show_form(entry.half)

    def _refresh(self) -> None:
        self._board.show_route(self._legs, self._entry, self._day)

    def _touch(self) -> None:
        self._touched = True

    def _changed(self) -> None:
        self._touch()
        self._refresh()

    def _spot(self, key: str | None) -> Spot | None:
        spots = (spot for leg in self._legs for spot in leg.spots)
        return next((spot for spot in spots if spot.key == key), None)

    def _mark(self, spot: Spot, code: str) -> None:
        entry = self._entry
        if code == WRONG:
            self._find_at(spot)
            return
        if entry.finding_at(spot.key) is not None:
            self.said.emit(tr("这里记了问题；要改，打开它再删掉或修改"), None)
            return
        if code:
            before = entry.marks.get(spot.key)
            entry.mark(spot, code, before.note if before and code == WATCH else "")
        else:
            entry.unmark(spot.key)
        self._changed()
        if code == WATCH:
            self._board.ask_note()

    def _all_fine(self, spots: tuple[Spot, ...]) -> None:
        for spot in spots:
            self._entry.mark(spot, FINE)
        self._changed()

    def _find_at(self, spot: Spot) -> None:
        number = self._entry.finding_at(spot.key)
        if number is not None:
            self._open_finding(number)
            return
        leg = next(leg for leg in self._legs if spot in leg.spots)
        where = [leg.name] if leg.building_id else []
        where += [spot.name] if spot.point_id else []
        self._new_finding(
            FindingEntry(
                spot=spot.key,
                category=guessed(spot),
                place=" ".join(where),
                owner_name=self._me,
            )
        )

    def _on_the_way(self) -> None:
        self._new_finding(FindingEntry(owner_name=self._me))

    def _new_finding(self, finding: FindingEntry) -> None:
        self._entry.begin()
        self._entry.half_of = None
        self._show_form(finding)

    def _open_finding(self, number: int) -> None:
        self._entry.half_of = number
        self._show_form(copy.copy(self._entry.findings[number]))

    def _show_form(self, finding: FindingEntry) -> None:
        self._entry.half = finding
        spot = self._spot(finding.spot)
        where = spot.name if spot else tr("路上")
        if spot is not None and spot.point_id is not None:
            where = finding.place or spot.name
        self._stack.setCurrentWidget(self._form)
        self._form.begin(
            finding,
            tr("{where}：发现问题", where=where),
            self._entry.found_on(),
            known=self._entry.half_of is not None,
        )
        self._touch()

    def _close_form(self) -> None:
        self._entry.half = self._entry.half_of = None
        self._stack.setCurrentWidget(self._board)
        self._changed()
        self._board.focus_start()

    def _take_finding(self, finding: FindingEntry) -> None:
        entry = self._entry
        if entry.half_of is None:
            entry.findings.append(finding)
        else:
            entry.findings[entry.half_of] = finding
        spot = self._spot(finding.spot)
        if spot is not None and entry.state_of(spot.key) != WRONG:
            entry.mark(spot, WRONG)
        self._close_form()
        self._board.go_on()
        words = finding_words(finding)
        self.said.emit(tr("记下了：{what}；保存这一轮时生成工单", what=words), None)

    def _remove_finding(self) -> None:
        entry, number = self._entry, self._entry.half_of
        if number is None:
            return
        finding = entry.findings.pop(number)
        mark = entry.marks.get(finding.spot or "")
        if finding.spot and entry.finding_at(finding.spot) is None:
            entry.unmark(finding.spot)
        self._close_form()

        def undo() -> None:
            entry.findings.insert(number, finding)
            if finding.spot and mark is not None:
                entry.marks[finding.spot] = mark
            if entry is self._entry:
                self._changed()

        self.said.emit(tr("已删掉：{what}", what=finding_words(finding)), undo)

    def _leave_form(self) -> None:
        """Go back to the route; a new finding that was begun stays as it is."""
        entry, filled = self._entry, self._form.filled()
        if entry.half_of is not None:
            entry.findings[entry.half_of] = filled
        elif self._form.written:
            entry.findings.append(filled)
            spot = self._spot(filled.spot)
            if spot is not None:
                entry.mark(spot, WRONG)
            words = tr("没写完的也留着：{what}", what=finding_words(filled))
            self.said.emit(words, None)
        self._close_form()

    def _drop(self) -> None:
        dropped = self._entry
        self._begin_anew()

        def undo() -> None:
            if self._entry.empty:
                self._go_on_with(dropped)
                self._changed()

        self.said.emit(tr("这一轮没有保存"), undo)

    def _begin_anew(self) -> None:
        self._entry = RoundEntry()
        self._board.show_entry(self._entry)
        self._touched = False
        self._session.write(partial(drafts.drop, key=KEY), lambda _: None)
        self._refresh()

    def _save_as_asked(self, whole: bool) -> None:  # noqa: FBT001 - a signal's value
        self.save(whole=whole)

    def save(self, *, whole: bool) -> None:
        """Save what was seen; with `whole` all else that is due was fine."""
        trouble = self._trouble(whole=whole)
        self._board.say(trouble)
        if trouble or self._board.saving:
            return
        before = copy.deepcopy(self._entry)
        entry = copy.deepcopy(self._entry)
        entry.begin()
        if whole:
            for spot in self._left():
                entry.mark(spot, FINE)
        self._board.set_saving(saving=True)
        self._session.write(
            partial(log_entry, entry=entry, legs=self._legs),
            partial(self._done, before, entry),
            self._refuse,
        )

    def _left(self) -> list[Spot]:
        """What is due and was not marked."""
        due = [spot for leg in self._legs for spot in leg.due(self._day)]
        return [spot for spot in due if not self._entry.state_of(spot.key)]

    def _trouble(self, *, whole: bool) -> str:
        entry = self._entry
        if self._board.wrong_start():
            return tr("开始时间写成 2026-11-23 09:40 这样，或按 T 取现在")
        if entry.started_at is not None and entry.started_at > now():
            return tr("开始时间还没到，改一下再保存")
        for number, one in enumerate(entry.findings):
            if one.missing(entry.found_on()):
                self._open_finding(number)
                self._form.keep()  # which says beside its fields what is missing
                return tr("有一个问题没写完：补上，或者删掉它")
        if not whole and entry.empty:
            return tr("还没有看过的地方：看过的按 1；都没问题就按“未发现问题”")
        return ""

    def _done(
        self, before: RoundEntry, entry: RoundEntry, logged: LoggedPatrol
    ) -> None:
        self._board.set_saving(saving=False)
        self._begin_anew()
        words = tr("已保存巡查：看了 {count} 处", count=len(entry.marks))
        if logged.issue_ids:
            words += tr("，生成 {count} 张问题工单", count=len(logged.issue_ids))
        else:
            words += tr("，未发现问题")
        self.said.emit(words, partial(self._take_back, before, logged))

    def _take_back(self, before: RoundEntry, logged: LoggedPatrol) -> None:
        def taken(_: None) -> None:
            words = tr("已撤销")
            if self._entry.empty and not before.empty:
                self._go_on_with(before)
                self._changed()
                self.keep()
                words = tr("已撤销，这一轮还在，可以接着改")
            self.said.emit(words, None)

        self._session.write(partial(patrols.undo, logged=logged), taken)

    def _refuse(self, error: Exception) -> None:
        self._board.set_saving(saving=False)
        if isinstance(error, InvalidFields):
            self._board.say(str(error))
        else:
            self._session.messages.show_error(error)

    def keep(self) -> None:
        """Keep what is marked and written, so that nothing ends it."""
        if not self._touched:
            return
        self._touched = False
        entry = self._entry
        if entry.half is not None:
            entry.half = self._form.filled()
        if entry.empty:
            self._session.write(partial(drafts.drop, key=KEY), lambda _: None)
        else:
            work = partial(drafts.keep, key=KEY, content=entry.draft())
            self._session.write(work, self._kept)

    def _kept(self, _: None) -> None:
        self._board.say_kept(tr("草稿已自动存 {now:%H:%M}", now=dt.datetime.now()))
