"""When Python looks for garbage, and among what: all of it stops while it looks."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager

_left_out: set[str] = set()  # for whom what is there is not looked through


def search_when_due() -> None:
    """Search among what Python would search by itself now, were it left to."""
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation]:
            gc.collect(generation)
            return


@contextmanager
def not_sought() -> Generator[None]:
    """While ten thousand rows are made that all stay, Python does not look for garbage
    among them again and again, which takes a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def sought_among_the_new() -> Generator[None]:
    """What was there before is not looked through: it stays, and for a sync of ten
    thousand rows that one look takes a sixth of the time (bench: sync)."""
    if _left_out:  # Python's own count of what is left out takes as long as a look
        yield
        return
    leave_out("sync")
    try:
        yield
    finally:
        take_in("sync")


def leave_out(whom: str) -> None:
    """Look through nothing that is there now until everybody has taken it in again."""
    _left_out.add(whom)
    gc.freeze()


def take_in(whom: str) -> None:
    """Look through all again, unless somebody else left something out."""
    _left_out.discard(whom)
    if not _left_out:
        gc.unfreeze()
