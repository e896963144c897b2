"""Errors a person can act on. Anything else is a bug and goes to the crash report."""

from __future__ import annotations

from collections.abc import Mapping

from gridapp.language import tr


class UserError(Exception):
    """Its text is a sentence that says what to do, shown to the user as it is."""


class InvalidFields(UserError):
    """Values that break a field's rule: one sentence a field, by field name."""

    def __init__(self, messages: Mapping[str, str]) -> None:
        super().__init__(tr("；").join(messages.values()))
        self.messages = dict(messages)


class MissingGlyphs(UserError):
    """Characters that no font of ours has; a print may leave their places empty."""
