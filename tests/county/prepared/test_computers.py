"""A file is named by its computer only when a computer may be called so."""

import pytest

from gridapp.county.computers import check_name
from gridapp.errors import UserError


@pytest.mark.parametrize(
    "name",
    ["con", "NUL.1", "COM1", "LPT9", "CONIN$", "PC?1", "a/b", "PC 1", "PC-1.", ".pc"]
    + ["p" * 16, "计算机室的八号机"],
)
def test_a_name_that_no_windows_computer_has_is_refused_in_words(name):
    with pytest.raises(UserError, match="“.+”"):
        check_name(name)


@pytest.mark.parametrize("name", ["CONSOLE", "p" * 15, "计算机室七号", "COM10", "8"])
def test_a_name_that_one_may_have_is_taken(name):
    check_name(name)
