"""What this laptop remembers about other people's tables: what their columns mean.

The same office sends the same headings again, so the headings name the sender: their
fingerprint, and a name (民政办) if the user gave one. Kept in this vault, never synced.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal
from uuid import UUID

import msgspec

from gridapp.models.deeds import Deed
from gridapp.office.ledgers.columns import OWN, plain_heading
from gridapp.store import state
from gridapp.store.database import Connection
from gridapp.store.vault import Writing

if TYPE_CHECKING:
    from gridapp.office.ledgers.plan import ImportPlan

Use = Literal["import", "fill"]
KEY = "ledger_memory.{use}"
MOST = 200  # tables; the one that was used longest ago is forgotten first


class Memory(msgspec.Struct, frozen=True):
    """What was chosen for one table.

    sender: whose table it is, "" when nobody said. columns: by heading, what the user
    chose (a path of `ledger_columns`, "-" for 不导入; a filler's own words for `fill`).
    code_sets: by path, the code set of a column of digits. ditto: headings under which
    an empty cell means 同上. header: first and last heading row from 0 when the user
    corrected the finder.
    """

    sender: str = ""
    columns: Mapping[str, str] = {}
    code_sets: Mapping[str, str] = {}
    ditto: tuple[str, ...] = ()
    header: tuple[int, int] | None = None


def note_import(tx: Writing, plan: ImportPlan, batch: UUID) -> None:
    """Write down which file the rows of this batch came from, before they are written;
    NotAllowed when whoever is signed in imports nothing."""
    count = len(plan.ledger_rows)
    state.disclose(tx, Deed.IMPORT, None, batch, "", file=plan.source, people=count)


def fingerprint(headings: Iterable[str]) -> str:
    """The same for the same headings in any order, however they are spaced, and for
    the ledger we gave back with its problems."""
    plain = sorted({plain_heading(one) for one in headings} - OWN - {""})
    return hashlib.sha256("\n".join(plain).encode()).hexdigest()[:32]


def remembered(
    db: Connection, headings: Iterable[str], use: Use = "import"
) -> Memory | None:
    """What was chosen when a table with these headings came last; None at first."""
    return _kept(db, use).get(fingerprint(headings))


def corrected_headers(db: Connection, use: Use = "import") -> dict[str, Memory]:
    """By fingerprint, the tables whose heading rows the user had to point out."""
    return {key: one for key, one in _kept(db, use).items() if one.header is not None}


def remember(
    tx: Writing, headings: Iterable[str], memory: Memory, use: Use = "import"
) -> None:
    """Keep what was chosen for a table with these headings; a memory of no choice at
    all says that the proposal was right."""
    kept = _kept(tx.db, use)
    key = fingerprint(headings)
    kept.pop(key, None)
    kept[key] = memory  # last in order: used last
    for old in list(kept)[: max(0, len(kept) - MOST)]:
        del kept[old]
    state.keep(tx.db, KEY.format(use=use), msgspec.json.encode(kept).decode())


def _kept(db: Connection, use: Use) -> dict[str, Memory]:
    text = state.value(db, KEY.format(use=use))
    return msgspec.json.decode(text, type=dict[str, Memory]) if text else {}
