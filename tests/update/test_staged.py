"""What waits beside the data is whole or not there, whatever breaks off the taking."""

import os
import resource
import signal

import pytest

from gridapp.errors import UserError
from gridapp.update import waiting

MANY = os.urandom(3 << 20)


def in_a_process(work):
    """Run `work` in a process of its own; how that ended."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(1)
    return os.waitpid(pid, 0)[1]


@pytest.mark.parametrize("piece", [1, 2, 3])
def test_a_kill_while_it_is_taken_leaves_nothing_or_the_one_before(
    releases, updates, piece
):
    before, after = releases.make("1.1.0"), releases.make("1.2.0", MANY)
    updates.take(before)

    def die(done, total):
        if done >= min(piece << 20, total):
            os.kill(os.getpid(), signal.SIGKILL)

    ended = in_a_process(lambda: updates.take(after, die))
    assert os.WIFSIGNALED(ended)
    assert updates.ready().manifest.version == "1.1.0"
    updates.take(after)
    assert updates.ready().manifest.version == "1.2.0"
    assert len(list(updates.folder.glob("*.gridupdate"))) == 1


def test_a_full_disk_is_said_in_words_and_what_waited_stays(releases, updates):
    updates.take(releases.make("1.1.0"))
    large = releases.make("1.2.0", MANY)

    def fill():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
        try:
            updates.take(large)
        except UserError as error:
            os._exit(0 if "没有收下" in str(error) else 2)

    assert os.waitstatus_to_exitcode(in_a_process(fill)) == 0
    assert updates.ready().manifest.version == "1.1.0"


def test_without_room_it_is_said_how_much_is_missing(releases, updates, monkeypatch):
    made = releases.make(content=MANY)
    room = type("Usage", (), {"free": 4 << 20})
    monkeypatch.setattr("shutil.disk_usage", lambda _: room)
    with pytest.raises(UserError, match="还要空出 6 MB"):
        updates.take(made)


def test_a_damaged_state_is_no_state_and_stops_nothing(releases, updates):
    updates.take(releases.make())
    for name in (waiting.STATE, waiting.APPLYING):
        updates.folder.joinpath(name).write_bytes(b"\0{")
    assert updates.state().failed == []
    assert updates.judge() is None
    assert updates.ready() is not None


def test_what_is_let_go_waits_no_more(releases, updates):
    updates.take(releases.make())
    updates.drop()
    assert updates.ready() is None
    assert not waiting.waits(updates.data)


def test_most_starts_ask_nothing_but_whether_the_folder_is_there(tmp_path):
    assert not waiting.waits(tmp_path)
    assert waiting.untold(tmp_path) == ""
