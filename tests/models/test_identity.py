"""ID numbers, births, names and telephones out of forms and cells."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from gridapp.models import identity
from gridapp.models.cell import MESSAGES, Cell
from gridapp.models.identity import Phone

TODAY = dt.date(2026, 1, 1)


@st.composite
def id_numbers(draw: st.DrawFn) -> str:
    area = draw(st.sampled_from(["990101", "990199", "810000", "830000", "911840"]))
    birth = draw(st.dates(dt.date(1900, 1, 1), TODAY))
    body = f"{area}{birth:%Y%m%d}{draw(st.integers(0, 999)):03}"
    return body + mod_11_2.calc_check_digit(body)


@given(id_numbers())
def test_every_valid_number_is_taken_as_it_is(number: str):
    assert identity.read_id_number(number, TODAY) == Cell(number)
    assert identity.parse_id_number(number, TODAY) == number
    assert identity.id_checksum_ok(number)
    assert (
        identity.birth_of(number) == f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    )
    assert identity.sex_of(number) == ("1" if int(number[16]) % 2 else "2")


@given(id_numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_character_is_caught(number: str, at: int, instead: str):
    assume(number[at] != instead)
    wrong = number[:at] + instead + number[at + 1 :]
    assert not identity.id_checksum_ok(wrong)
    assert identity.read_id_number(wrong, TODAY).error is not None


@given(id_numbers(), st.integers(0, 16))
def test_two_neighbours_swapped_are_caught(number: str, at: int):
    assume(number[at] != number[at + 1])
    wrong = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    assert not identity.id_checksum_ok(wrong)


def test_a_form_takes_a_number_whose_checksum_fails_and_says_so_apart():
    number = identity.parse_id_number("990101193807151210", TODAY)
    assert number == "990101193807151210"
    assert not identity.id_checksum_ok(number)


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (990101194503081000, "E_ID_PRECISION_LOST"),
        (np.int64(990101194503081000), "E_ID_PRECISION_LOST"),
        ("990101194503081000.0", "E_ID_PRECISION_LOST"),
        ("9.90101194503081E17", "E_ID_SCI_TEXT"),
        ("990101193813151219", "E_ID_DATE"),
        ("990101203807151214", "E_ID_DATE"),
        ("990101********1219", "E_ID_MASKED"),
        ("990101193807151219、990101193807151219", "E_ID_MULTIPLE"),
        ("南字第01234号", "E_ID_NOT_RESIDENT_ID"),
        ("E12345678", "E_ID_NOT_RESIDENT_ID"),
        ("99010119380715121O", "E_ID_FORMAT"),
        ("9901011938071512190", "E_ID_LENGTH"),
        (dt.date(1938, 7, 15), "E_ID_FORMAT"),
        (True, "E_ID_FORMAT"),
        ("#N/A", "E_CELL_ERROR"),
    ],
)
def test_numbers_that_are_refused(raw: object, error: str):
    assert identity.read_id_number(raw, TODAY) == Cell(None, error=error)


@pytest.mark.parametrize(
    ("raw", "warnings"),
    [
        ("990101 19380715 1219", ()),
        ("990101-19380715-1219", ()),
        ("公民身份号码：990101193807151219", ()),
        ("٩٩٠١٠١١٩٣٨٠٧١٥١٢١٩", ()),
        ("990101380715121.0", ("W_ID_15_UPGRADED",)),
        (np.float64(990101380715121.0), ("W_ID_15_UPGRADED",)),
    ],
)
def test_the_same_number_written_otherwise(raw: object, warnings: tuple[str, ...]):
    assert identity.read_id_number(raw, TODAY) == Cell("990101193807151219", warnings)


def test_the_last_fifteen_digit_sequences_are_of_people_born_before_1900():
    body = "99010118980715997"
    cell = identity.read_id_number("990101980715997", TODAY)
    assert cell == Cell(body + mod_11_2.calc_check_digit(body), ("W_ID_15_UPGRADED",))


def test_a_guessed_x_must_agree_with_the_checksum():
    right, wrong = "99010119450308105*", "99010119380715121*"
    cell = identity.read_id_number(right, TODAY)
    assert cell == Cell("99010119450308105X", ("W_ID_X_GUESSED",))
    assert identity.read_id_number(wrong, TODAY).error == "E_ID_CHECKSUM"


@pytest.mark.parametrize(
    ("raw", "value", "warnings"),
    [
        ("一九四○年十月一日", "1940-10-01", ()),
        ("一九四〇年〇三月", "1940-03", ("W_DATE_PRECISION_MONTH",)),
        ("1945 3 8", "1945-03-08", ()),
        ("1945—03—08", "1945-03-08", ()),
        ("生于1945年3月8日", "1945-03-08", ()),
        ("1945年3月8日生", "1945-03-08", ()),
        ("1945-03-08T00:00:00", "1945-03-08", ()),
        (pd.Timestamp(1945, 3, 8), "1945-03-08", ()),
        ("450308", "1945-03-08", ("W_DATE_2DIGIT_YEAR",)),
        ("45年3月", "1945-03", ("W_DATE_2DIGIT_YEAR", "W_DATE_PRECISION_MONTH")),
        ("193003", "1930-03", ("W_DATE_PRECISION_MONTH",)),
        (1945.11, "1945-11", ("W_DATE_PRECISION_MONTH",)),
        ("1945.0", "1945", ("W_DATE_PRECISION_YEAR",)),
        (1945, "1945", ("W_DATE_PRECISION_YEAR",)),
        ("2000-2-29", "2000-02-29", ()),
    ],
)
def test_births(raw: object, value: str, warnings: tuple[str, ...]):
    assert identity.read_birth(raw, TODAY) == Cell(value, warnings)


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (1945.1, "E_DATE_AMBIGUOUS"),
        (16504, "E_DATE_SERIAL"),
        ("190312", "E_DATE_2DIGIT_YEAR"),
        ("25年3月8日", "E_DATE_2DIGIT_YEAR"),
        ("26.1.1", "E_DATE_2DIGIT_YEAR"),
        ("民国34年3月", "E_DATE_MINGUO"),
        ("1945年正月十五", "E_DATE_LUNAR"),
        ("农历1945年3月8日", "E_DATE_LUNAR"),
        ("8/3/1945", "E_DATE_INVALID"),
        ("45.3", "E_DATE_INVALID"),
        ("82", "E_DATE_INVALID"),
        ("1901-2-29", "E_DATE_INVALID"),
        ("2026-01-02", "E_DATE_RANGE"),
        ("1890-01-01", "E_DATE_RANGE"),
        (float("inf"), "E_DATE_INVALID"),
    ],
)
def test_births_that_are_not_guessed(raw: object, error: str):
    assert identity.read_birth(raw, TODAY) == Cell(None, error=error)


def test_missing_dates_of_pandas_are_empty():
    assert identity.read_birth(pd.NaT, TODAY) == Cell(None)
    assert identity.read_birth(float("nan"), TODAY) == Cell(None)


@pytest.mark.parametrize(
    ("raw", "name", "warnings"),
    [
        ("张  三", "张三", ()),
        ("姓名：张三", "张三", ()),
        ("欧阳 娜娜", "欧阳娜娜", ()),
        ("阿依古丽 买买提", "阿依古丽·买买提", ("W_NAME_DOT",)),
        ("阿依古丽·买买提", "阿依古丽·买买提", ()),
        ("Ｊｏｈｎ  Smith", "John Smith", ()),
        ("⻢云", "马云", ("W_NAME_COMPAT_CHAR",)),
        ("𠮷野", "𠮷野", ()),
        ("﨑", "﨑", ()),
    ],
)
def test_names(raw: str, name: str, warnings: tuple[str, ...]):
    assert identity.read_name(raw) == Cell(name, warnings)


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        ("李(石页)", "E_NAME_RARE_PLACEHOLDER"),
        ("⿰钅监", "E_NAME_RARE_PLACEHOLDER"),
        ("张?", "E_NAME_RARE_PLACEHOLDER"),
        ("张三 李四", "E_NAME_MULTIPLE"),
        ("张三\n李四", "E_NAME_MULTIPLE"),
        ("张三等3人", "E_NAME_MULTIPLE"),
        ("李*英", "E_NAME_MASKED"),
        ("李xx", "E_NAME_MASKED"),
        ("3号楼", "E_NAME_FORMAT"),
        (12, "E_NAME_FORMAT"),
        ("张" * 51, "E_NAME_FORMAT"),
    ],
)
def test_names_that_are_refused(raw: object, error: str):
    assert identity.read_name(raw).error == error


def test_what_stood_behind_a_name_is_kept_for_its_own_field():
    assert identity.read_name("赵六(已故)").note == "已故"
    assert identity.read_name("王五（户主）").note == "户主"
    with pytest.raises(ValueError, match="户主"):
        identity.parse_name("王五（户主）")


@pytest.mark.parametrize(
    ("raw", "phones"),
    [
        ("儿子13800000001", [("13800000001", "mobile", "儿子")]),
        (
            "13800000001(儿子)、13900000002(女儿)",
            [("13800000001", "mobile", "儿子"), ("13900000002", "mobile", "女儿")],
        ),
        (
            "1380000000113900000002",
            [("13800000001", "mobile", None), ("13900000002", "mobile", None)],
        ),
        ("手机：13800000001", [("13800000001", "mobile", None)]),
        ("13800000001,13800000001", [("13800000001", "mobile", None)]),
        ("008613800000001", [("13800000001", "mobile", None)]),
        (13800000001.0, [("13800000001", "mobile", None)]),
        (np.int64(13800000001), [("13800000001", "mobile", None)]),
        ("(0951)6012345", [("0951-6012345", "land", None)]),
        ("09516012345转801", [("0951-6012345-801", "land", None)]),
        ("400-800-1234", [("4008001234", "land", None)]),
    ],
)
def test_phones(raw: object, phones: list[tuple[str, str, str | None]]):
    assert identity.read_phones(raw) == Cell(tuple(Phone(*one) for one in phones))


def test_a_local_number_is_taken_with_a_hint():
    cell = identity.read_phones("6012345")
    assert cell == Cell((Phone("6012345", "land"),), ("W_PHONE_NO_AREA",))


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        ("138****0001", "E_PHONE_MASKED"),
        ("1.38E+10", "E_PHONE_FORMAT"),
        ("13800000001 1390000000", "E_PHONE_FORMAT"),
        ("95511", "E_PHONE_FORMAT"),
        ("见登记表", "E_PHONE_FORMAT"),
        (dt.date(2024, 1, 1), "E_PHONE_FORMAT"),
    ],
)
def test_phones_that_are_refused(raw: object, error: str):
    assert identity.read_phones(raw) == Cell(None, error=error)


MOBILES = st.integers(0, 9999).map(lambda n: f"1380000{n:04}")
LANDS = st.integers(2_000_000, 8_999_999).map(lambda n: f"0951-{n}")


@given(st.lists(st.one_of(MOBILES, LANDS), min_size=1, max_size=4, unique=True))
def test_phones_read_back_as_written(numbers: list[str]):
    parsed = identity.parse_phones("、".join(numbers))
    assert parsed == tuple(numbers)
    assert identity.parse_phones(" ".join(parsed)) == parsed


@given(st.text(alphabet="张三李·. 𠮷䶮⽅oO-", max_size=12))
def test_a_name_once_read_stays_the_same(text: str):
    name = identity.read_name(text).value
    if name is not None:
        assert identity.parse_name(name) == name
        assert identity.read_name(name) == Cell(name)


@given(st.dates(dt.date(1897, 1, 1), TODAY), st.sampled_from([4, 7, 10]))
def test_a_birth_once_read_stays_the_same(day: dt.date, precision: int):
    text = day.isoformat()[:precision]
    assert identity.parse_birth(text, TODAY) == text


def test_forms_say_what_to_do():
    for parse, text in (
        (identity.parse_id_number, "123"),
        (identity.parse_birth, "1945.2.30"),
        (identity.parse_name, "张三、李四"),
        (identity.parse_phones, "1380000001"),
        (identity.parse_birth, "不详"),
        (identity.parse_phones, "无"),
    ):
        with pytest.raises(ValueError, match=r"请|应") as caught:
            parse(text)
        assert str(caught.value) in MESSAGES.values()


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        ("1945-03-08", dt.date(2026, 3, 7), 80),
        ("1945-03-08", dt.date(2026, 3, 8), 81),
        ("1944-02-29", dt.date(2026, 2, 28), 81),
        ("1945-03", dt.date(2026, 2, 28), 80),
        ("1945-03", dt.date(2026, 3, 1), 81),
        ("1945", dt.date(2026, 1, 1), 81),
        ("2027-01-01", dt.date(2026, 1, 1), None),
        (None, dt.date(2026, 1, 1), None),
        ("", dt.date(2026, 1, 1), None),
    ],
)
def test_age(birth: str | None, day: dt.date, age: int | None):
    assert identity.age_on(birth, day) == age


@pytest.mark.parametrize(
    ("mask", "plain", "shown"),
    [
        (identity.mask_id, "990101193807151219", "990***********1219"),
        (identity.mask_id, "H12345678", "H******78"),
        (identity.mask_id, "123", "***"),
        (identity.mask_phone, "13800005521", "138****5521"),
        (identity.mask_phone, "0951-0000001", "0951-***0001"),
        (identity.mask_phone, "010-60123456", "010-****3456"),
        (identity.mask_phone, "0951-6012345-801", "0951-***2345-801"),
        (identity.mask_phone, "12345", "*****"),
        (identity.mask_name, "李桂英", "李**"),
    ],
)
def test_masks(mask: object, plain: str, shown: str):
    assert callable(mask)
    assert mask(plain) == shown


@given(st.one_of(MOBILES, LANDS, id_numbers()))
def test_a_mask_hides_the_middle(text: str):
    mask = identity.mask_id if len(text) == 18 else identity.mask_phone
    assert mask(text).count("*") >= 3
    assert len(mask(text)) == len(text)
