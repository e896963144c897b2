"""Drawing a sheet for a page of the window, with the sentence when it cannot be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.store.database import Connection


def draw(
    db: Connection,
    sheet: str,
    ids: Sequence[UUID],
    day: dt.date,
    path: Path,
    *,
    unmasked: bool = False,
) -> int:
    """Draw a sheet of SHEETS for these records into a PDF; how many pages.

    Characters that the font lacks are left empty. UserError when the file cannot be
    written.
    """
    from gridapp.office.sheets import SHEETS

    try:
        return SHEETS[sheet].draw(
            db,
            ids,
            day,
            path,
            unmasked=unmasked,
            leave_blanks=True,
            progress=None,
        )
    except PermissionError as error:
        raise UserError(
            tr("写不了 {name}，请关掉正打开它的程序，或换个名字再存", name=path.name)
        ) from error
