"""When a laptop syncs by itself, as a table of what happens and when it goes next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridapp.work.auto_sync import (
    EVERY,
    FIRST_RETRY,
    LAST_RETRY,
    QUIET,
    SETTLE,
    SOON,
    SPREAD,
    Ended,
    Timetable,
)


def table(**given):
    made = Timetable(opened=0.0, chance=lambda: 0.5, joined=True, **given)
    made.connection(0.0, True)
    return made


def synced(at=10.0, how=Ended.DONE, **given):
    """A laptop that has just synced."""
    made = table(**given)
    made.began(at)
    made.ended(at, how)
    return made


def test_it_syncs_soon_after_the_window_opens():
    assert table().next_at() == SETTLE


@pytest.mark.parametrize("given", [{"automatic": False}, {"refused": True}])
def test_it_leaves_the_county_alone_when_a_person_has_to_act(given):
    assert table(**given).next_at() is None


def test_a_laptop_of_no_county_never_syncs():
    assert Timetable(opened=0.0).next_at() is None


def test_it_does_not_begin_again_while_it_runs():
    made = table()
    made.began(5.0)
    made.saved(6.0)
    assert made.next_at() is None


def test_a_save_goes_up_after_a_quiet_minute():
    made = synced()
    made.saved(100.0)
    assert made.next_at() == 100.0 + QUIET
    made.saved(130.0)
    assert made.next_at() == 130.0 + QUIET


def test_who_saves_without_a_pause_syncs_all_the_same():
    made = synced(at=0.0)
    for second in range(0, 1000, 40):
        made.saved(float(second))
    assert made.next_at() == EVERY


def test_what_is_saved_during_a_sync_goes_up_with_the_next():
    made = table()
    made.began(10.0)
    made.saved(12.0)
    made.ended(14.0, Ended.DONE)
    assert made.next_at() == 12.0 + QUIET


def test_without_news_it_asks_every_quarter_of_an_hour():
    assert synced(at=10.0).next_at() == 10.0 + EVERY


def test_no_network_makes_it_wait_and_a_network_that_comes_back_makes_it_go():
    made = synced()
    made.saved(20.0)
    made.connection(30.0, False)
    assert made.next_at() == 10.0 + EVERY
    made.connection(500.0, True)
    assert made.next_at() == 500.0 + SETTLE


def test_a_system_that_says_nothing_of_the_network_stops_nothing():
    made = synced()
    made.connection(20.0, None)
    made.saved(30.0)
    assert made.next_at() == 30.0 + QUIET


def test_failures_double_the_wait_up_to_a_quarter_of_an_hour():
    made = table()
    waits = []
    for _ in range(9):
        made.began(0.0)
        made.ended(0.0, Ended.FAILED)
        waits.append(made.next_at())
    assert waits == [15, 30, 60, 120, 240, 480, 900, 900, 900]


@pytest.mark.parametrize("what", ["network", "click"])
def test_a_new_network_or_a_click_forgets_the_failures(what):
    made = table()
    for _ in range(6):
        made.began(0.0)
        made.ended(0.0, Ended.FAILED)
    if what == "network":
        made.connection(50.0, False)
        made.connection(60.0, True)
        assert made.next_at() == 60.0 + SETTLE
    else:
        made.asked()
    made.began(70.0)
    made.ended(70.0, Ended.FAILED)
    assert made.next_at() == 70.0 + FIRST_RETRY


def test_a_save_during_the_wait_after_a_failure_does_not_hurry_it():
    made = synced(how=Ended.FAILED)
    made.saved(11.0)
    assert made.next_at() == 10.0 + FIRST_RETRY


def test_a_refusal_waits_for_a_person():
    made = synced(how=Ended.REFUSED)
    made.saved(20.0)
    made.connection(30.0, False)
    made.connection(40.0, True)
    assert made.next_at() is None
    made.asked()
    assert made.next_at() == 40.0 + SETTLE


def test_who_stops_it_is_not_asked_again_at_once():
    assert synced(how=Ended.STOPPED).next_at() == 10.0 + EVERY


def test_locking_sends_what_waits_and_nothing_else():
    made = synced()
    made.left(20.0)
    assert made.next_at() == 10.0 + EVERY
    made.saved(30.0)
    made.left(31.0)
    assert made.next_at() == 31.0 + SOON
    made.left(80.0)
    assert made.next_at() == 31.0 + SOON


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("connection"), st.sampled_from([True, False, None])),
        st.tuples(st.just("saved"), st.none()),
        st.tuples(st.just("left"), st.none()),
        st.tuples(st.just("sync"), st.sampled_from(list(Ended))),
        st.tuples(st.just("asked"), st.none()),
    ),
    max_size=30,
)


@given(events=EVENTS, chance=st.floats(0, 1, exclude_max=True))
def test_nothing_keeps_it_waiting_longer_than_a_quarter_of_an_hour(events, chance):
    """Unless a person has to act, a change never waits much longer than `EVERY`."""
    made = Timetable(opened=0.0, chance=lambda: chance, joined=True)
    at = 0.0
    for what, value in events:
        at += 7.0
        if what == "sync":
            made.began(at)
            made.ended(at, value)
        elif what == "connection":
            made.connection(at, value)
        elif what == "asked":
            made.asked()
        else:
            getattr(made, what)(at)
        following = made.next_at()
        if made.refused:
            assert following is None
        else:
            assert following is not None
            assert following <= at + LAST_RETRY * (1 + SPREAD)
