"""One place says what an address of a county looks like and what it means."""

import pytest

from gridapp.errors import UserError
from gridapp.sync import address


@pytest.mark.parametrize(
    "typed",
    ["", "county.example", "ftp://county.example", "http://", "https://:8700"]
    + ["https://a b", "http://[", "https://county.example:port", "https://c:0"],
)
def test_what_is_no_address_is_refused_in_words(typed):
    with pytest.raises(UserError, match="服务器地址"):
        address.checked(typed)
    assert address.warning(typed) == ""


def test_an_address_is_kept_without_what_does_not_count():
    assert address.checked(" https://county.example/ ") == "https://county.example"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("http://county.example", True),
        ("http://10.0.0.1:8700", True),
        ("http://127.evil.example", True),
        ("http://127.0.0.1:8700", False),
        ("http://[::1]:8700", False),
        ("http://localhost", False),
        ("https://county.example", False),
    ],
)
def test_who_is_read_on_the_way_is_warned(typed, told):
    assert bool(address.warning(typed)) is told
