"""巡查日志: today's round along the route, and the rounds before it."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from PySide6.QtWidgets import QStackedWidget, QWidget

from gridapp.language import tr
from gridapp.ui.page import Page
from gridapp.ui.patrols.patrol_log import RoundLog
from gridapp.ui.patrols.patrol_points import PointsDialog
from gridapp.ui.patrols.patrol_round import RoundView
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.card import column
from gridapp.work.listing import Listing


class PatrolsPage(Page):
    """The round that is going on, or the log."""

    title = tr("巡查日志")
    shows = frozenset(
        {"patrol", "patrol_stop", "patrol_point", "finding", "issue", "building"}
    )

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._round = RoundView(session)
        self._made: RoundLog | None = None
        self._stack = QStackedWidget()
        self._stack.addWidget(self._round)
        column(self).addWidget(self._stack)
        self._round.said.connect(self.said)
        self._round.log_asked.connect(self.show_log)
        self._round.points_asked.connect(self._open_points)
        self.set_width(Width.WIDE)

    @property
    def _log(self) -> RoundLog:
        """The log, made when it is first wanted: F4 must be quick."""
        if self._made is None:
            log = self._made = RoundLog(self.session)
            self._stack.addWidget(log)
            log.said.connect(self.said)
            log.record_asked.connect(self.record_asked)
            log.print_asked.connect(self.print_asked)
            log.today_asked.connect(partial(self.open_record, None))
            log.export_asked.connect(self.export_asked)
            log.set_width(self.layout_width)
            log.reload()
        return self._made

    def reload(self) -> None:
        self._round.reload()
        if self._made is not None:
            self._made.reload()

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        self._round.set_width(width)
        if self._made is not None:
            self._made.set_width(width)
        for part in reversed(self.findChildren(QWidget)):
            part.updateGeometry()  # Qt keeps the sizes of what is not shown now

    def focus_start(self) -> None:
        if self._stack.currentWidget() is self._round:
            self._round.focus_start()
        else:
            self._log.focus_start()

    def leave(self) -> None:
        self._round.keep()

    def shown_list(self) -> Listing | None:
        shown = self._stack.currentWidget()
        return self._log.shown_list() if shown is self._made else None

    def open_record(self, record_id: UUID | None) -> None:
        """Read a past round; None begins today's, or goes on with it."""
        if record_id is None:
            self._turn(self._round)
            self._round.start()
        else:
            self._turn(self._log)
            self._log.show_round(record_id)

    def show_log(self) -> None:
        """Show the rounds before this one."""
        self._turn(self._log)

    def _turn(self, view: RoundView | RoundLog) -> None:
        self._stack.setCurrentWidget(view)
        self.focus_start()

    def _open_points(self) -> None:
        dialog = PointsDialog(self.session, self)
        dialog.said.connect(self.said)
        dialog.open()
