"""Checks 14–16: anybody is found in a few letters."""

import time

import pytest

from gridapp.models import Resident
from gridapp.store import records
from gridapp.store.pinyin import name_readings
from tests.acceptance.desk import rows_of

FOUND = "查找结果"


def typed(desk, check, *keys):
    """Press each key, and note how long the slowest took to be answered."""
    slowest = 0.0
    for key in keys:
        begun = time.perf_counter()
        desk.hand.press(key)
        slowest = max(slowest, time.perf_counter() - begun)
    check.milliseconds = max(check.milliseconds or 0, slowest * 1000)


def initials(name):
    """The letters of a name that one types."""
    return [{reading[0] for reading in readings} for readings in name_readings(name)]


@pytest.mark.check(14)
def test_three_letters_and_enter_open_a_file(desk, check):
    with check.measured():
        desk.hand.press("Ctrl+K", "L", "G", "Y")
        rows = rows_of(desk.view(FOUND))
        desk.hand.press("Enter")
    check.milliseconds = None
    assert all(
        letter in given
        for letter, given in zip("lgy", initials(rows[0].split("，")[0]), strict=True)
    ), rows[0]
    assert any(label == rows[0].split("，")[0] for label in desk.labels())
    assert check.keys <= 5
    desk.hand.press("Ctrl+K")
    typed(desk, check, "L", "G", "Y")
    check.notes.append("3,732 people; 10,000 in make bench")


@pytest.mark.check(15)
def test_readings_doors_and_phone_tails_find_people(desk, check):
    surnames = {
        "单": ("SHAN", "DAN"),
        "仇": ("QIU", "CHOU"),
        "解": ("XIE", "JIE"),
        "曾": ("ZENG", "CENG"),
    }
    desk.hand.press("Ctrl+K")
    for surname, readings in surnames.items():
        for letters in readings:
            rows = searched(desk, check, letters)
            assert any(row.startswith(surname) for row in rows), (letters, rows)
    assert any("3-2-501" in row for row in searched(desk, check, "32501"))
    person = desk.read(somebody_with_a_phone)
    tail = searched(desk, check, person["phones"][0][-4:])
    assert any(row.startswith(person["name"]) for row in tail)


@pytest.mark.check(16)
def test_the_list_narrows_before_pinyin_is_committed(desk, check):
    desk.hand.press("Ctrl+K")
    with check.measured():
        desk.hand.compose("li'gui")
    rows = rows_of(desk.view(FOUND))
    assert rows
    assert all(
        set("lg") & first and "g" in second
        for first, second, *_ in (initials(row.split("，")[0]) for row in rows)
    ), rows


def searched(desk, check, letters):
    """The rows found by what is typed into the box, which is emptied again."""
    typed(desk, check, *letters)
    rows = rows_of(desk.view(FOUND))
    with desk.hand.uncounted():
        desk.hand.press("Escape")
    return rows


def somebody_with_a_phone(db):
    """The last person of the estate who has one."""
    return [one for one in records.find(db, Resident) if one["phones"]][-1]
