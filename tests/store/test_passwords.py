"""A new password: long enough, not what others try first, otherwise as one likes."""

import string
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gridapp.errors import UserError
from gridapp.store.passwords import LEFT, LONGEST, SHORTEST, check, fault, normal

NAME, CODE = "周敏", "990101001001"
LETTERS = st.text(string.ascii_letters, min_size=SHORTEST, max_size=20)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "至少 8 位"),
        ("桂花三把椅", "至少 8 位"),
        ("x" * (LONGEST + 1), "最多 256 位"),
        ("88888888", "重复"),
        ("aaaabbbb", "重复"),
        ("kzkzkzkzkz", "重复"),
        ("12345678", "连着"),
        ("87654321", "连着"),
        ("１２３４５６７８", "连着"),
        ("12 34 56 78", "连着"),
        ("qwertyui", "连着"),
        ("1qaz2wsx", "连着"),
        ("!QAZ@WSX", "连着"),
        ("a1234567", "连着"),
        ("ABCD1234", "连着"),
        ("password1", "太多"),
        ("Passw0rd!", "太多"),
        ("wanggeyuan88", "太多"),
        ("woaini1314", "太多"),
        ("5201314520", "太多"),
        ("网格日志-1234", "太多"),
        ("zhoumin88", "姓名"),
        ("minzhou1990", "姓名"),
        ("周敏 周敏 周敏", "姓名"),
        ("19720412", "生日"),
        ("1972-04-12", "生日"),
        ("12041972ab", "生日"),
        ("13800001234", "手机号"),
        ("99010119720412123X", "证件号"),
        (CODE, "网格编码"),
        (CODE[-8:], "网格编码"),
    ],
)
def test_what_others_try_first_is_refused_with_the_reason(password, why):
    assert why in fault(password, NAME, [CODE])
    with pytest.raises(UserError, match=why):
        check(password, NAME, [CODE])


@pytest.mark.parametrize(
    "password",
    [
        "桂花树下三把椅子",
        "qingtian baicai",
        "zhoumin likes tea",  # what is expected does not count, but may be there
        "kfzmhwqx",
        "Ünïcödé straße",
        "🌧🍵🪑🌳🐦🚲🧺🎐",
        "测试用的密码 1",
        "x9 Q" * 20,
    ],
)
def test_any_other_password_is_taken_whatever_its_characters(password):
    wanted = "重复" if password == "x9 Q" * 20 else ""
    assert wanted in fault(password, NAME, [CODE])
    if not wanted:
        check(password, NAME, [CODE])


def test_without_a_name_or_grid_theirs_are_not_looked_for():
    assert fault("zhoumin88xq", NAME)
    assert fault("zhoumin88xq") == ""


@given(st.text(max_size=40), st.text(max_size=6))
def test_any_text_is_judged_and_the_same_in_full_width(password, name):
    wide = "".join(
        chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in password
    )
    assume(unicodedata.normalize("NFKC", wide) == normal(password))
    assert fault(wide, name) == fault(password, name)


@given(LETTERS, st.sampled_from(["1234", "password", "wangge", "19720412"]))
def test_something_expected_at_its_end_makes_a_good_password_no_worse(own, expected):
    assume(fault(own) == "")
    assume(fault(own.lower()) == "")
    said = fault(own + expected)
    assert said == "" or len(own) < SHORTEST + LEFT


@given(st.sampled_from("0123456789abcdefgh"), st.integers(SHORTEST, 40))
def test_one_key_held_down_is_never_a_password(key, times):
    assert fault(key * times)
