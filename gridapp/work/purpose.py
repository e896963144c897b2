"""Why somebody takes full numbers out of the vault, and who it was, in the journal.

domain.md §2.11: the purpose is asked in 5–200 characters before a number is shown in
full, and kept without the number.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Grid, Worker
from gridapp.store import records, state
from gridapp.store.vault import Writing

SHORTEST, LONGEST = 5, 200  # characters of a purpose


@dataclass(frozen=True)
class Signature:
    """Who made a file, for which grid and when; why, if it holds full numbers."""

    by: str  # a name, or empty
    grid: str
    at: dt.datetime
    purpose: str = ""

    @property
    def unmasked(self) -> bool:
        """Whether the file may hold full numbers."""
        return bool(self.purpose)

    @property
    def moment(self) -> str:
        """2026-11-23 09:40, as it was here."""
        return f"{self.at.astimezone():%Y-%m-%d %H:%M}"


def purpose_of(text: str) -> str:
    """A purpose as typed; UserError says what is lacking."""
    clean = " ".join(text.split())
    if len(clean) < SHORTEST:
        raise UserError(
            tr("请写明用途，至少 {count} 个字，如：报街道民政办摸底", count=SHORTEST)
        )
    if len(clean) > LONGEST:
        raise UserError(
            tr(
                "用途最多 {most} 个字，现在 {count} 个",
                most=LONGEST,
                count=len(clean),
            )
        )
    return clean


def signed(db: Connection, purpose: str = "") -> Signature:
    """The signature of who works here now."""
    worker, grid = state.worker(db), state.default_grid(db)
    names = records.labels(db, Worker, [worker]) if worker else {}
    grids = records.labels(db, Grid, [grid]) if grid else {}
    return Signature(
        next(iter(names.values()), ""),
        next(iter(grids.values()), ""),
        dt.datetime.now(dt.UTC),
        purpose,
    )


def journal(
    tx: Writing, act: str, record_type: str | None, what: str, why: str
) -> None:
    """Keep that full numbers were taken: `act` is export or print, `what` how many."""
    detail = tr("{what}，用途：{why}", what=what, why=why)
    state.disclose(tx, act, record_type, None, detail)
