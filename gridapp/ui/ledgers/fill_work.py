"""What is done with a form off the window's thread: read it, plan it, write it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from gridapp.models import Resident
from gridapp.store.database import Connection
from gridapp.store.vault import Store
from gridapp.work.choosing import HERE, asks_presence, chosen
from gridapp.work.purpose import filling, take

if TYPE_CHECKING:
    from gridapp.office.filling.fill import FillPlan
    from gridapp.office.filling.form import Form
    from gridapp.office.filling.table import Table

CONDITIONS, LISTED, NAMED = "conditions", "listed", "named"


@dataclass(frozen=True)
class Who:
    """Whom a form is filled in for: by CONDITIONS, LISTED on a page, or NAMED in it."""

    kind: str = CONDITIONS
    conditions: tuple[str, ...] = ()
    ids: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Wish:
    """Everything the user has said so far.

    sheet: which one, "" for the first. columns: source by heading. purpose: why whole
    numbers are written, "" when they are masked.
    """

    sheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    who: Who = field(default_factory=Who)
    purpose: str = ""


def read_form(path: Path) -> Form:
    """The form; UserError when it is none."""
    from gridapp.office.filling.form import Form

    return Form(path)


def understand(db: Connection, form: Form, wish: Wish) -> Table:
    """The form's table with what was chosen now and before."""
    from gridapp.office.filling import choices as fill_choices

    return fill_choices.understood(db, form, wish.sheet, wish.columns)


def ids_of(db: Connection, table: Table, who: Who) -> list[UUID]:
    """The people that are meant, in the order of the form."""
    if who.kind == LISTED:
        return list(who.ids)
    if who.kind == NAMED:
        from gridapp.office.filling.rows import people_named

        return people_named(db, table)
    here = () if asks_presence(who.conditions) else (HERE,)
    return chosen(db, Resident, (*who.conditions, *here))


def plan(
    db: Connection, form: Form, table: Table, who: Who, *, unmasked: bool = False
) -> FillPlan:
    """What the form would hold; numbers are masked unless they go into the file."""
    from gridapp.office.filling.fill import plan_fill

    ids = ids_of(db, table, who)
    return plan_fill(db, form, table, ids, dt.date.today(), unmasked=unmasked)


def write(store: Store, form: Form, table: Table, wish: Wish, out: Path) -> FillPlan:
    """Write the form, after what is taken out of the vault stands in the journal.

    A column nobody said the meaning of counts as left blank from now on. NotAllowed
    when it is not this user's to fill in.
    """
    from gridapp.office.filling import choices as fill_choices
    from gridapp.office.filling import fill
    from gridapp.office.filling.sources import BLANK

    with store.reading() as db:
        made = plan(db, form, table, wish.who, unmasked=bool(wish.purpose))
        taking = filling(db, store.user, [one.resident_id for one in made.rows], out)
    signature = take(store, taking, wish.purpose)
    left = dict.fromkeys(table.unknown, BLANK)
    with store.writing() as tx:
        fill_choices.keep(tx, table, {**left, **wish.columns})
    fill.write_fill(made, out, signature)
    return made
