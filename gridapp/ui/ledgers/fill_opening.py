"""Ways into filling a form: choosing somebody's blank form, or dropping it.

The dialog is imported when it is first wanted: what reads forms takes its time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from gridapp.language import tr
from gridapp.ui.ledgers.opening import open_import
from gridapp.ui.page import Page
from gridapp.ui.session import Session

FORMS = tr("空表 (*.xlsx *.xlsm *.xls *.et)")


def choose_form(session: Session, page: Page, listed: Sequence[UUID] = ()) -> None:
    """Ask for a form and open the filling of it; `listed` are whom the page shows."""
    path = session.messages.choose_file(tr("选要填的空表"), FORMS)
    if path:
        open_fill(session, Path(path), page, listed)


def open_fill(
    session: Session, path: Path, page: Page, listed: Sequence[UUID] = ()
) -> None:
    """Open the filling of a form; what it did is said on the page."""
    from gridapp.ui.ledgers.fill_dialog import FillDialog

    dialog = FillDialog(session, path, page, listed)
    dialog.filled.connect(page.tell)
    dialog.resident_asked.connect(page.resident_asked)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def take_dropped(shown: Callable[[], Page], path: Path) -> None:
    """Open a table that was dropped onto the page `shown`: a form that names nobody is
    to be filled in, anything else is a ledger to be imported."""
    page = shown()
    session = page.session

    def look() -> bool:
        from gridapp.office.filling.form import is_blank

        return is_blank(path)

    def begin(blank: bool) -> None:
        if blank:
            open_fill(session, path, page)
        else:
            open_import(session, path, page, page.said)

    session.jobs.run(look, begin)
