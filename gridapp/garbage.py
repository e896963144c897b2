"""When Python looks for garbage, and among what: all of it stops while it looks."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager


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
    if gc.get_freeze_count():  # somebody else did, and says when it ends
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
