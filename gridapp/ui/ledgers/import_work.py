"""What the import dialog does off the window: read, plan, write, take back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from gridapp import garbage
from gridapp.errors import UserError
from gridapp.office.ledgers import ledger
from gridapp.office.ledgers.offers import ColumnOffer, column_offers
from gridapp.office.ledgers.plan import digest_of
from gridapp.office.ledgers.returned import beside, returned_workbook
from gridapp.office.steps import Steps
from gridapp.office.tables.reader import read_book
from gridapp.store.batches import TakenBack, take_back_batch
from gridapp.store.vault import Store
from gridapp.ui.jobs import Progress


@dataclass(frozen=True)
class Look:
    """A plan to look at, and what is offered for the columns of each of its sheets."""

    plan: ledger.ImportPlan
    offers: Mapping[str, Sequence[ColumnOffer]]


@dataclass(frozen=True)
class Imported:
    """What an import did, and where the ledger is that says what it did not; `trouble`
    says why there is none."""

    result: ledger.ImportResult
    returned: Path | None = None
    trouble: str = ""


def read_plan(store: Store, path: Path, progress: Progress) -> Look:
    """The plan of a file with what is remembered of its sender; it may hold no row."""
    steps = Steps(progress.step, progress.cancelled)
    choices = ledger.Choices()
    with garbage.not_sought():
        sheets = read_book(path)
        plan = ledger.plan_sheets(
            store, path.name, sheets, dt.date.today(), choices, steps
        )
        return _look(replace(plan, digest=digest_of(path)))


def plan_again(
    store: Store, plan: ledger.ImportPlan, choices: ledger.Choices, progress: Progress
) -> Look:
    """The plan of the same file with other choices."""
    steps = Steps(progress.step, progress.cancelled)
    with garbage.not_sought():
        return _look(ledger.plan_again(store, plan, choices, steps))


def _look(plan: ledger.ImportPlan) -> Look:
    """The plan is looked at for minutes: Python need not search it for garbage, which
    for ten thousand rows stops the window for half a second each time. `let_go` ends
    that."""
    offers = {sheet.name: column_offers(sheet, plan.choices) for sheet in plan.sheets}
    garbage.leave_out("import")
    return Look(plan, offers)


def let_go() -> None:
    """The plan is not looked at any more."""
    garbage.take_in("import")


def write_plan(
    store: Store, plan: ledger.ImportPlan, path: Path, progress: Progress
) -> Imported:
    """Import the rows that need no decision, and mark the others in a copy."""
    with garbage.not_sought():
        result = ledger.apply(store, plan, progress.step, progress.cancelled)
    if not result.refused:
        return Imported(result)
    out = beside(path)
    try:
        returned_workbook(plan, path, out)
    except UserError as error:  # what went in stays in
        return Imported(result, trouble=str(error))
    return Imported(result, out)


def write_returned(plan: ledger.ImportPlan, path: Path, out: Path) -> Path:
    """Write the ledger with its problems where the user wants it."""
    returned_workbook(plan, path, out)
    return out


def take_back(store: Store, batch: UUID, _progress: Progress) -> TakenBack:
    """Take back an import as a whole."""
    with store.writing() as tx:
        return take_back_batch(tx, batch)
