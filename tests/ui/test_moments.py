"""Dates and times with few keys."""

import datetime as dt

import pytest
from PySide6.QtCore import Qt

from gridapp.ui.widgets.moments import DayField, MomentField, read_day

TODAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("5", dt.date(2026, 11, 5)),
        ("12-1", dt.date(2026, 12, 1)),
        ("2026-11-30", dt.date(2026, 11, 30)),
        ("2026年1月3日", dt.date(2026, 1, 3)),
        ("20261130", dt.date(2026, 11, 30)),
        ("t", TODAY),
        ("-3", dt.date(2026, 11, 20)),
        ("+1", dt.date(2026, 11, 24)),
        ("31", None),
        ("2026-02-30", None),
        ("下周", None),
        ("99999999999", None),
        ("2026-11-" + "9" * 30, None),
        ("", None),
    ],
)
def test_day_is_read_as_it_was_meant(typed, meant):
    assert read_day(typed, TODAY) == meant


def test_plus_minus_and_t_move_a_day(qtbot):
    field = DayField("下次日期")
    qtbot.addWidget(field)
    field.set_day(TODAY)
    qtbot.keyClicks(field, "++-")
    assert field.day() == TODAY + dt.timedelta(days=1)
    qtbot.keyClicks(field, "t")
    assert field.day() == dt.date.today()


def test_plus_and_minus_move_a_time_by_five_minutes(qtbot):
    field = MomentField("时间")
    qtbot.addWidget(field)
    nine = dt.datetime(2026, 11, 23, 1, 40, tzinfo=dt.UTC)
    field.set_moment(nine)
    qtbot.keyClicks(field, "++")
    assert field.moment() == nine + dt.timedelta(minutes=10)
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert field.moment() == nine + dt.timedelta(minutes=5)
    field.setText("8:05")
    assert field.moment().astimezone().strftime("%H:%M") == "08:05"
    field.setText("明天")
    assert field.moment() is None


def test_the_last_day_and_years_that_are_none_are_no_fault(qtbot):
    day, moment = DayField("下次日期"), MomentField("时间")
    for field in (day, moment):
        qtbot.addWidget(field)
    day.set_day(dt.date.max)
    qtbot.keyClicks(day, "+")
    assert day.day() == dt.date.max
    moment.setText("0001-01-01 00:00")
    qtbot.keyClicks(moment, "-")
    assert moment.moment() is None
