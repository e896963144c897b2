"""Details of deeds: kept as a sentence's name and values, told in words."""

import datetime as dt

import pytest

from gridapp.models import deeds
from gridapp.models.deeds import DEEDS, Deed, Said

VALUES = {
    "name": '李"桂英" {0}',
    "role": "it",
    "made": dt.datetime(2026, 11, 23, 9, 40),
    "at": dt.datetime(2026, 11, 23, 9, 40).astimezone(),
    "count": 1200,
    "back": 2,
    "asked": 0,
    "title": "居民名单",
    "sheet": "走访单",
}


def given(said):
    return {name: one for name, one in VALUES.items() if f"{{{name}" in said.value}


@pytest.mark.parametrize("said", list(Said))
def test_what_is_kept_is_told_as_it_was_meant(said):
    detail = said.of(**given(said))
    assert said.name in detail.kept
    assert deeds.words_of(detail.kept) == detail.words
    assert "2026-11-23 09:40" in detail.words or "%H" not in said.value


def test_a_role_and_a_count_are_told_in_words():
    assert Said.ADDED.of(name="王芳", role="it").words == "添加 王芳（技术人员）"
    assert Said.LISTED.of(count=1200).words == "1,200 条"


@pytest.mark.parametrize(
    "kept",
    [
        "添加 王芳（网格员）",  # as a sentence, before there was a table
        "身份证号",  # the label of what was revealed
        "",
        '{"said": "OF_A_NEWER_PROGRAM", "name": "王芳"}',
    ],
)
def test_what_is_not_of_the_table_is_shown_as_it_stands(kept):
    assert deeds.words_of(kept) == kept


def test_every_deed_has_its_row():
    assert set(DEEDS) == set(Deed)
    assert [one for one in Deed if deeds.is_nobodys(one)] == ["wrong_password"]
    assert not deeds.is_nobodys("of_a_newer_program")
