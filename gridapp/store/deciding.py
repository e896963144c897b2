"""Deciding about held changes, one or many at once, and taking a decision back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, update

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import record_named
from gridapp.models.deeds import Deed
from gridapp.models.record import Record
from gridapp.store import conflicts, state, undo
from gridapp.store.tables import held
from gridapp.store.vault import Writing


@dataclass(frozen=True)
class Decided:
    """What was decided, and what it wrote; `refused` says why some were not."""

    ids: tuple[UUID, ...]
    span: undo.Span
    refused: tuple[str, ...] = ()


def decide_all(tx: Writing, ids: Sequence[UUID], choice: str) -> Decided:
    """Carry out one choice for all of these, as `conflicts.decide` does for one.

    What a rule forbids stays undecided and is told in `refused`. UserError when that
    is so for every one of them.
    """
    done: list[UUID] = []
    refused: list[str] = []

    def work(tx: Writing) -> None:
        for one in ids:
            try:
                with tx.db.begin_nested():
                    conflicts.decide(tx, one, choice)
            except UserError as error:
                refused.append(str(error))
            else:
                done.append(one)

    span = undo.noted(tx, work)
    if refused and not done:
        raise UserError(refused[0])
    return Decided(tuple(done), undo.Span(span.first, span.last), tuple(refused))


def reasons(db: Connection) -> list[str]:
    """Why each change waits that nobody decided about: little, for what only counts."""
    return list(db.scalars(select(held.c.reason).where(held.c.decided.is_(None))))


def take_back(tx: Writing, decided: Decided) -> None:
    """Ask again about what was decided, with the records as they were before.

    UserError, and nothing is changed, when the county knows of the decision by now, or
    when somebody changed a record since.
    """
    ids = [one.hex for one in decided.ids]
    told = select(held.c.id).where(held.c.id.in_(ids), held.c.told)
    if tx.db.execute(told).first() is not None:
        words = tr("县里已经收到您的决定，不能一步撤销，请打开这条记录改回来")
        raise UserError(words)
    undo.take_back(tx, decided.span)
    tx.db.execute(update(held).where(held.c.id.in_(ids)).values(decided=None))


@dataclass(frozen=True)
class Whole:
    """Both sides of a held change in full."""

    mine: str
    theirs: str


def reveal(tx: Writing, held_id: UUID) -> Whole:
    """Both sides in full; that they were shown stands in the journal."""
    row = tx.db.execute(select(held).where(held.c.id == held_id.hex)).one()
    model, record_id = record_named(row.type), UUID(row.record_id)
    label = conflicts.label_of(model, row.field)
    why = tr("决定两边改的留哪一个")
    state.disclose(tx, Deed.REVEAL, row.type, record_id, label, purpose=why, people=1)
    return Whole(
        _in_full(tx.db, model, row.field, row.mine),
        _in_full(tx.db, model, row.field, row.theirs),
    )


def _in_full(db: Connection, model: type[Record], name: str | None, raw: Any) -> str:
    return conflicts.words_of(db, model, name, raw, unmask=True)
