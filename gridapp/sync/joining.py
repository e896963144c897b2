"""A laptop enrols at a county whose address and code somebody was given."""

from __future__ import annotations

from pathlib import Path

import msgspec

from gridapp.models.permissions import Act, demand
from gridapp.store import invited, state
from gridapp.store.vault import Store
from gridapp.sync import prepared, trust
from gridapp.sync.client import SyncClient
from gridapp.sync.protocol import Refused
from gridapp.sync.transport import HttpTransport

REFUSED = frozenset({"code", "grid"})  # what another try of the same code meets again


def join(store: Store, server: str, code: str, ca: Path | None = None) -> None:
    """Enrol at a county, and believe the certificates in `ca` from then on.

    Without `ca` those that were given before count: whoever needs a new code has them.
    UserError when the county, its certificate or its answer says no, NotAllowed when
    whoever is signed in may not say where a vault is at home.
    """
    given = trust.read(ca) if ca else ""
    with store.reading() as db:
        known = state.value(db, state.SERVER_CA) or ""
        if state.value(db, state.TOKEN) is None:
            demand(store.user.role, Act.ENROL)
    whole = prepared.completed(store, code)
    SyncClient(store, HttpTransport(server, ca=given or known)).enrol(whole)
    if given:
        trust.keep(store, given)


def finish(store: Store, client: SyncClient) -> None:
    """Be let in where a file has invited this laptop; nothing when none has.

    Raises UserError, as when there is no way to the county: then it is asked again the
    next time, but for a code that the county does not take, which needs a person.
    """
    with store.reading() as db:
        one = invited.waiting(db)
    if one is None:
        return
    try:
        client.enrol(one.code)
    except Refused as refusal:
        if refusal.code in REFUSED:
            with store.writing() as tx:
                invited.keep(tx.db, msgspec.structs.replace(one, refused=True))
        raise
