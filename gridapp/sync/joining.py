"""A laptop enrols at a county whose address and code somebody was given."""

from __future__ import annotations

from pathlib import Path

from gridapp.store import state
from gridapp.store.vault import Store
from gridapp.sync import trust
from gridapp.sync.client import SyncClient
from gridapp.sync.transport import HttpTransport


def join(store: Store, server: str, code: str, ca: Path | None = None) -> None:
    """Enrol at a county, and believe the certificates in `ca` from then on.

    Without `ca` those that were given before count: whoever needs a new code has them.
    UserError when the county, its certificate or its answer says no.
    """
    given = trust.read(ca) if ca else ""
    with store.reading() as db:
        known = state.value(db, state.SERVER_CA) or ""
    SyncClient(store, HttpTransport(server, ca=given or known)).enrol(code)
    if given:
        trust.keep(store, given)
