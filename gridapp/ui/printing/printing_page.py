"""统计打印: choose a sheet and for whom, look at it, print it or keep it as PDF."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from gridapp.errors import MissingGlyphs, UserError
from gridapp.language import tr
from gridapp.models import Resident
from gridapp.ui.jobs import Progress
from gridapp.ui.ledgers.fill_opening import choose_form
from gridapp.ui.page import Page
from gridapp.ui.papers import Printed, Wanted, drawn
from gridapp.ui.printing.preview_card import PreviewCard
from gridapp.ui.printing.print_panel import PrintPanel, Usual
from gridapp.ui.printing.printing_out import PrintingOut
from gridapp.ui.printing.scopes import Offer, read_offer
from gridapp.ui.printing.signed_dialog import SignedDialog, dropped_papers
from gridapp.ui.session import Session
from gridapp.ui.tokens import Width
from gridapp.ui.widgets.buttons import Button
from gridapp.ui.widgets.card import line
from gridapp.ui.widgets.shortcuts import bind_inside
from gridapp.work.listing import Listing, of_records

FIRST = "visit-sheet"
MONTHLY = "month-ledger"
PAUSE = 30  # milliseconds in which several choices become one drawing


class PrintingPage(Page):
    """The choices, the preview of what they give, and the ways out of the house."""

    title = tr("统计打印")
    shows = frozenset(
        {
            "resident",
            "household",
            "visit",
            "care_plan",
            "building",
            "patrol",
            "issue",
            "dispute",
        }
    )

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        from gridapp.office.sheets import SHEETS

        self._sheets = SHEETS
        self._name = FIRST
        self._given: tuple[UUID, ...] = ()
        self._drawn: Printed | None = None
        self._progress: Progress | None = None
        self._asked = False  # what was given comes first
        self._blanks = False
        self._panel = PrintPanel(session, Usual(dict(SHEETS)))
        self._preview = PreviewCard(session)
        self._out = PrintingOut(session, self)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self.draw)
        self._row = line(self, (16, 14, 16, 14), 12)
        self._row.addWidget(self._panel)
        self._row.addWidget(self._preview, 1)
        self.setAcceptDrops(True)
        self._add_ways()
        self._bind()
        self._panel.show_sheet(self._name)
        self._panel.show_pages(0)
        self.set_width(Width.WIDE)

    def _add_ways(self) -> None:
        """What else leads from here to paper and back."""
        self._signed = Button(self.theme, tr("签好的单子归档…"), icon="camera")
        self._signed.clicked.connect(partial(self.take_signed, []))
        if MONTHLY in self._sheets:
            monthly = Button(self.theme, tr("月度台账"), icon="list-checks")
            monthly.clicked.connect(partial(self._pick_sheet, MONTHLY))
            self._panel.add_way(monthly)
        fill = Button(self.theme, tr("填别人的表…"), icon="file-input")
        fill.clicked.connect(self._fill)
        self._panel.add_way(fill)
        export = Button(self.theme, tr("导出选中的"), icon="file-output")
        export.clicked.connect(self.export_asked)
        self._panel.add_way(export)

    def _bind(self) -> None:
        panel, preview = self._panel, self._preview
        panel.sheet_picked.connect(self._pick_sheet)
        panel.changed.connect(self._ask_drawing)
        panel.print_asked.connect(self._print)
        panel.save_asked.connect(self._save)
        panel.setup_asked.connect(self._set_up)
        panel.left.connect(self.left)
        preview.stopped.connect(self._stop)
        preview.blanks_asked.connect(self._leave_blanks)
        self._out.said.connect(self.said)
        self._out.stepped.connect(panel.show_printing)
        self._out.ended.connect(partial(panel.show_pages, None))
        bind_inside(
            self,
            {
                "Esc": self.left.emit,
                "Ctrl+=": partial(preview.view.zoom, 1),
                "Ctrl++": partial(preview.view.zoom, 1),
                "Ctrl+-": partial(preview.view.zoom, -1),
            },
        )

    def show_sheet(self, name: str, ids: Sequence[UUID]) -> None:
        """Show a sheet for these records: a page asked to print them."""
        self._given = tuple(dict.fromkeys(ids))
        self._asked = True
        self._panel.mask_again()
        self._turn_to(name)

    def reload(self) -> None:
        self.session.jobs.run_network(self._out.names, self._panel.show_printers)
        work = partial(
            read_offer, name=self._name, given=self._given, day=dt.date.today()
        )
        self.session.read(work, self._show_offer)

    def focus_start(self) -> None:
        self._preview.view.setFocus()

    def come_from(self, key: str) -> None:
        self._panel.mask_again()

    def leave(self) -> None:
        self._stop()
        self._preview.view.clear()

    def set_width(self, width: Width) -> None:
        super().set_width(width)
        top = 8 if width is Width.NARROW else 14
        self._row.setContentsMargins(width.margin, top, width.margin, top)
        self._row.setSpacing(width.gap)
        self._panel.set_width(width)
        self._preview.set_width(width)
        if width is Width.WIDE:  # where one sees it without scrolling
            self._preview.add_way(self._signed)
        else:
            self._panel.add_way(self._signed, 0)

    def shown_list(self) -> Listing | None:
        """Return the records that are chosen to be printed, as a list."""
        model = self._sheets[self._name].model
        return of_records(model, self._panel.given())

    def take_signed(self, files: Sequence[Path]) -> None:
        """Put papers that came back signed with their records."""
        dialog = SignedDialog(self.session, self)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        dialog.take(files)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_papers(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Photos and scans dropped here are papers that come back."""
        event.acceptProposedAction()
        self.take_signed(dropped_papers(event.mimeData()))

    def _fill(self) -> None:
        """Fill somebody's blank form with the people who are chosen."""
        people = self._sheets[self._name].model is Resident
        choose_form(self.session, self, self._panel.given() if people else ())

    def _pick_sheet(self, name: str) -> None:
        if self._sheets[name].model is not self._sheets[self._name].model:
            self._given = ()  # those were records of another type
        self._turn_to(name)

    def _turn_to(self, name: str) -> None:
        self._name = name
        self._blanks = False
        self._panel.show_sheet(name)
        if self.isVisible():
            self.reload()
        else:
            self._stale = True

    def _show_offer(self, offer: Offer) -> None:
        if (offer.sheet, offer.given) != (self._name, self._given):
            return  # something else was asked for meanwhile
        self._panel.show_offer(offer, anew=self._asked)
        self._asked = False
        self._ask_drawing()

    def _ask_drawing(self) -> None:
        self._timer.start()

    def draw(self) -> None:
        """Make the PDF of what is chosen, off the UI thread, and show it."""
        self._timer.stop()
        self._stop()
        wanted = self._panel.wanted()
        if wanted is None:
            self._show_nothing(self._panel.scopes.lacking())
            return
        wanted = replace(wanted, leave_blanks=self._blanks)
        progress = self._progress = Progress(self)
        progress.stepped.connect(self._step)
        self._preview.wait()
        self.session.jobs.run(
            partial(drawn, self.session.store, wanted, progress),
            partial(self._arrived, progress),
            partial(self._failed, progress),
        )

    def _stop(self) -> None:
        if self._progress is not None:
            self._progress.cancel()

    def _step(self, done: int, total: int, _words: str) -> None:
        if self.sender() is self._progress:
            self._preview.step(done, total)

    def _arrived(self, progress: Progress, printed: Printed) -> None:
        if progress is not self._progress:
            return
        self._progress = None
        self._drawn = printed
        self._preview.show_pdf(printed.content)
        self._panel.show_pages(printed.pages)
        self.say_title(tr("{count:,} 页", count=printed.pages))

    def _failed(self, progress: Progress, error: Exception) -> None:
        if progress is not self._progress:
            return
        self._progress = None
        if not isinstance(error, UserError):
            self.session.messages.show_error(error)
        self._show_nothing(str(error), blanks=isinstance(error, MissingGlyphs))

    def _show_nothing(self, sentence: str, *, blanks: bool = False) -> None:
        self._drawn = None
        self._preview.say(sentence, blanks=blanks)
        self._panel.show_pages(0)
        self.say_title("")

    def _leave_blanks(self) -> None:
        self._blanks = True
        self.draw()

    def _file_name(self, wanted: Wanted) -> str:
        """A name Windows takes: 入户走访单 2026-11-23."""
        title = re.sub(r'[\\/:*?"<>|]', " ", self._sheets[wanted.sheet].title).strip()
        return f"{title} {dt.date.today():%Y-%m-%d}"

    def _save(self) -> None:
        if self._drawn is not None:
            self._out.save(self._drawn, self._file_name(self._drawn.wanted))

    def _print(self) -> None:
        if self._out.stop():
            return
        if not self._panel.printer():
            self._save()
        elif self._drawn is not None:
            self._out.print_on(
                self._panel.printer(),
                self._panel.copies(),
                self._drawn,
                self._file_name(self._drawn.wanted),
            )

    def _set_up(self) -> None:
        if self._drawn is not None:
            self._out.ask_printer(
                self._panel.printer(),
                self._panel.copies(),
                self._drawn,
                self._file_name(self._drawn.wanted),
            )
