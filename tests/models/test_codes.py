"""The code tables: complete, unambiguous, and readable both ways."""

from __future__ import annotations

import re

import pytest

from gridapp.models import RECORDS, codes
from gridapp.models.kinds import CODES
from gridapp.models.record import fields_of

EVERY_ITEM = [
    (key, item) for key, table in codes.tables().items() for item in table.items
]


def test_all_national_tables_are_there():
    national = [t for t in codes.tables().values() if t.standard != "local"]
    assert len(national) == 58
    assert all(table.closed for table in national)
    assert len({table.standard for table in national}) == 58


def test_an_unknown_table_is_refused():
    with pytest.raises(KeyError):
        codes.table("no_such_table")


@pytest.mark.parametrize("key", codes.tables())
def test_a_table_holds_together(key: str):
    table = codes.table(key)
    assert table.key == key
    assert table.title
    assert len(set(table.codes)) == len(table.items)
    for item in table.items:
        assert re.fullmatch(r"[a-z0-9_]{1,24}", item.code), item
        assert item.name == item.name.strip() != ""
        assert item.parent == "" or item.parent in table.codes
    words = [word for item in table.items for word in item.aliases]
    assert len(set(words)) == len(words)


def test_what_is_shown_is_read_back_as_the_same_code():
    for key, item in EVERY_ITEM:
        table = codes.table(key)
        assert table.code(table.name(item.code)) == item.code, (key, item)


def test_aliases_are_read_and_never_hide_a_name():
    for key, item in EVERY_ITEM:
        table = codes.table(key)
        for word in item.aliases:
            assert table.ledger_code(word) == item.code, (key, item, word)
            names = {table.name(code) for code in table.codes}
            assert word not in names or key == "education", (key, item, word)


def test_digits_are_not_words():
    for key, item in EVERY_ITEM:
        if item.code.isdecimal():
            assert codes.table(key).code(item.code) is None


def test_a_name_under_two_parents_is_shown_with_its_parent():
    kinds = codes.table("dispute_kind")
    assert kinds.name("0199") == "婚恋家庭纠纷-其他"
    assert kinds.name("0101") == "恋爱及婚姻"
    assert kinds.code("其他") == "99"
    assert codes.table("resolution_way").code("其他") is None


@pytest.mark.parametrize(
    ("key", "words", "code"),
    [
        ("sex", " 男 ", "1"),
        ("sex", "Ｍale", "1"),
        ("ethnicity", "回", "03"),
        ("ethnicity", "汉 族", "01"),
        ("politics", "党员", "01"),
        ("marital_status", "离异", "40"),
        ("relation", "之子", "20"),
        ("relation", "租户", "99"),
        ("education", "初中毕业", "71"),
        ("resident_tag", "失独", "one_child_lost"),
        ("visit_mode", "上门", "home"),
    ],
)
def test_words(key: str, words: str, code: str):
    assert codes.table(key).code(words) == code


def test_a_ledger_says_school_level_and_not_how_it_ended():
    assert codes.table("education").ledger_code("初中毕业") == "70"


def test_a_code_of_a_newer_version_shows_as_itself():
    assert codes.table("sex").name("7") == "7"


def test_every_field_names_a_table_and_lists_can_be_told_apart():
    for model in RECORDS:
        for field in fields_of(model):
            if not field.codes:
                continue
            table = codes.table(field.codes)
            if field.kind is CODES:
                for code in table.codes:
                    assert not re.search(r"[,，、;；\s]", table.name(code)), code
