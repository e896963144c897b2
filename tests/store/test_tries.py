"""Wrong passwords: counted across restarts, slowed, journalled, never a lock-out."""

import shutil

import pytest

from gridapp.errors import UserError
from gridapp.store import acts, tries
from gridapp.store import vault as vaults

PASSWORD = "桂花-三把旧椅子"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A closed vault."""
    folder = tmp_path_factory.mktemp("tries") / "vault"
    vaults.create(folder, PASSWORD).close()
    return folder


@pytest.fixture
def folder(template, tmp_path):
    return shutil.copytree(template, tmp_path / "vault")


class Clock:
    """The clock on the wall, and the one since the computer was started."""

    def __init__(self, monkeypatch):
        self.wall, self.up = 1_800_000_000.0, 1000.0
        monkeypatch.setattr(tries.time, "time", lambda: self.wall)
        monkeypatch.setattr(tries.time, "monotonic", lambda: self.up)

    def passes(self, seconds):
        self.wall += seconds
        self.up += seconds


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def wrong(folder, times=1):
    for _ in range(times):
        with pytest.raises(vaults.WrongPassword):
            vaults.open_store(folder, "不对的密码 1")


def test_five_are_free_and_each_more_waits_longer_up_to_a_quarter_of_an_hour(
    folder, clock
):
    waits = []
    for _ in range(11):
        assert tries.wait_seconds(folder) == 0
        wrong(folder)
        waits.append(tries.wait_seconds(folder))
        clock.passes(waits[-1])
    assert waits == [0, 0, 0, 0, 30, 60, 120, 300, 900, 900, 900]
    vaults.open_store(folder, PASSWORD).close()  # nobody is shut out for good


def test_the_wait_says_how_long_and_not_even_the_right_password_opens(folder, clock):
    assert tries.tries_left(folder) == 5
    wrong(folder, 6 - 1)
    assert tries.tries_left(folder) == 0
    with pytest.raises(tries.TooSoon, match="30 秒") as caught:
        vaults.open_store(folder, PASSWORD)
    assert caught.value.seconds == 30
    with pytest.raises(tries.TooSoon):
        vaults.change_password(folder, PASSWORD, "另一个新密码 2")
    clock.passes(29)
    assert tries.wait_seconds(folder) == 1
    clock.passes(1)
    vaults.open_store(folder, PASSWORD).close()
    assert tries.tries_left(folder) == 5


def test_the_clock_set_back_or_forward_shortens_nothing(folder, clock):
    wrong(folder, 5)
    clock.wall -= 365 * 86400
    assert tries.wait_seconds(folder) == 30
    clock.passes(10)
    assert tries.wait_seconds(folder) == 20  # nor is it longer than the wait
    clock.wall += 365 * 86400
    assert tries.wait_seconds(folder) == 20
    clock.passes(20)
    assert tries.wait_seconds(folder) == 0


def test_a_computer_that_was_started_anew_still_waits(folder, clock):
    wrong(folder, 6 - 1)
    clock.wall, clock.up = clock.wall + 10, 3.0
    assert tries.wait_seconds(folder) == 20


def test_who_is_killed_while_a_password_is_tried_has_used_a_try(folder):
    tries.begin(folder)
    assert tries.tries_left(folder) == 4


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"count": "x"}', b"\0" * 80])
def test_a_count_that_cannot_be_read_gives_no_free_tries(folder, clock, raw):
    (folder / tries.FILE).write_bytes(raw)
    assert tries.tries_left(folder) == 0
    assert tries.wait_seconds(folder) == 30
    clock.passes(30)
    vaults.open_store(folder, PASSWORD).close()


def test_they_stand_among_the_acts_once_and_are_forgotten(folder, clock):
    wrong(folder, 3)
    vaults.change_password(folder, PASSWORD, "另一个新密码 2")
    store = vaults.open_store(folder, "另一个新密码 2")
    with store.reading() as db:
        [act] = [one for one in acts.acts(db) if one.kind == "wrong_password"]
    store.close()
    assert act.detail.startswith("3 次")
    assert not act.by
    vaults.open_store(folder, "另一个新密码 2").close()
    store = vaults.open_store(folder, "另一个新密码 2")
    with store.reading() as db:
        assert len([one for one in acts.acts(db) if one.kind == act.kind]) == 1
    store.close()
    assert not (folder / tries.FILE).exists()


def test_a_name_that_is_not_there_says_who_is(folder):
    with pytest.raises(UserError, match="没有“王五”"):
        vaults.open_store(folder, PASSWORD, "王五")
    assert tries.tries_left(folder) == 5
