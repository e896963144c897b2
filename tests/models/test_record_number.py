"""The number of a sheet is typed by tired people: every slip must be noticed."""

from __future__ import annotations

from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridapp.models.record_number import (
    DIGITS,
    may_be_number,
    number_of,
    read_number,
)

IDS = st.integers(0, 2**128 - 1).map(lambda number: UUID(int=number))


@given(IDS)
def test_a_number_read_back_is_the_end_of_the_id(record_id: UUID) -> None:
    number = number_of(record_id)
    assert len(number) == 11
    assert record_id.hex.endswith(read_number(number))
    assert len(read_number(number)) == 10


@given(IDS)
def test_a_number_is_read_however_it_is_typed(record_id: UUID) -> None:
    number = number_of(record_id)
    end = read_number(number)
    wide = "".join(chr(ord(one) + 0xFEE0) for one in number)
    for typed in (
        number.lower(),
        number.replace("-", ""),
        f"  {number.replace('-', ' ')} ",
        number.replace("0", "O").replace("1", "l"),
        number.replace("1", "i").replace("-", "—"),
        wide,
    ):
        assert read_number(typed) == end


@given(IDS)
def test_the_whole_id_as_a_scanner_types_it_is_read(record_id: UUID) -> None:
    for typed in (str(record_id), str(record_id).upper(), record_id.hex):
        assert read_number(typed) == record_id.hex
        assert may_be_number(typed)


@given(IDS, st.integers(0, 8), st.sampled_from(DIGITS))
def test_every_single_wrong_character_is_noticed(
    record_id: UUID, place: int, other: str
) -> None:
    right = number_of(record_id).replace("-", "")
    wrong = right[:place] + other + right[place + 1 :]
    if wrong != right:
        with pytest.raises(ValueError, match="有一个字对不上"):
            read_number(wrong)


@given(IDS)
def test_every_exchange_of_two_characters_is_noticed(record_id: UUID) -> None:
    right = number_of(record_id).replace("-", "")
    for one, other in combinations(range(9), 2):
        letters = list(right)
        letters[one], letters[other] = letters[other], letters[one]
        if (wrong := "".join(letters)) != right:
            with pytest.raises(ValueError, match="有一个字对不上"):
                read_number(wrong)


@pytest.mark.parametrize("typed", ["", "李桂英", "3-2-501", "13800001234", "7K3M-9QPX"])
def test_what_is_no_number_is_told_where_the_number_stands(typed: str) -> None:
    with pytest.raises(ValueError, match="印在二维码下面"):
        read_number(typed)


@pytest.mark.parametrize(
    ("typed", "may_be"),
    [
        ("7K3M-9QPX-C", True),
        ("7k3m9qpxc", True),
        ("７Ｋ３Ｍ－９ＱＰＸ－Ｃ", True),
        ("KKMM-QQPX-C", True),
        ("zhangshan", False),  # letters of pinyin
        ("380001234", False),  # the tail of a telephone number
        ("3-2-501", False),
        ("李桂英", False),
        ("GD20261122-01", False),
    ],
)
def test_a_number_is_told_from_a_name_a_door_and_a_telephone(
    typed: str, *, may_be: bool
) -> None:
    assert may_be_number(typed) is may_be
