"""Imports what comes after the login while the password is typed."""

from __future__ import annotations

from importlib import import_module


def up() -> None:
    """Import what opens a vault; another thread that is at it is waited for.

    Whatever imports the database in the UI thread calls it first: two threads that
    come into a ring of modules from two sides would find one of them half made.
    """
    import_module("gridapp.ui.entering")
