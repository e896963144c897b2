"""Which columns of a list somebody wants in a file; kept in this vault alone."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection

from gridapp.store import state
from gridapp.store.vault import Writing
from gridapp.work.listing import Column, Listing

_KEY = "export_columns.{key}"


def usual(listing: Listing) -> frozenset[str]:
    """Keys of the columns that are written when nobody chose."""
    return frozenset(one.key for one in listing.columns if one.usual)


def chosen_before(db: Connection, listing: Listing) -> frozenset[str]:
    """Keys of the columns that were chosen last; the usual ones at first."""
    text = state.value(db, _KEY.format(key=listing.key))
    kept = msgspec.json.decode(text, type=frozenset[str]) if text else frozenset[str]()
    known = {one.key for one in listing.columns}
    return kept & known or usual(listing)


def remember(tx: Writing, listing: Listing, keys: Iterable[str]) -> None:
    """Keep a choice for the next list of this sort; the usual one is not kept."""
    wanted = frozenset(keys)
    text = None
    if wanted != usual(listing):
        text = msgspec.json.encode(sorted(wanted)).decode()
    if state.value(tx.db, _KEY.format(key=listing.key)) != text:
        state.keep(tx.db, _KEY.format(key=listing.key), text)


def columns_for(listing: Listing, keys: Iterable[str]) -> list[Column]:
    """The columns of these keys in the order of the list."""
    wanted = frozenset(keys)
    return [one for one in listing.columns if one.key in wanted]
