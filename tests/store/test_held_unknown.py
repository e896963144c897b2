"""A decision about something that was never held says so."""

from uuid import uuid4

import pytest

from gridapp.errors import UserError
from gridapp.store import conflicts


def test_an_item_that_never_was_is_not_called_decided(vault):
    with (
        pytest.raises(UserError, match="没有这一项"),
        vault.writing() as tx,
    ):
        conflicts.decide(tx, uuid4(), "mine")
