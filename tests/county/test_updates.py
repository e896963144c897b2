"""An update goes from the county to laptops: whom it is for, in pieces, over a line
that is cut; the county learns who has what. Nothing is believed for the county's sake.
"""

import os
import time
from contextlib import closing
from uuid import UUID

import httpx
import pytest

import gridapp
from gridapp.county import acts, rights, updates, upkeep
from gridapp.durable import STALE
from gridapp.errors import UserError
from gridapp.models.kinds import now
from gridapp.store import doctor_around
from gridapp.sync import protocol
from gridapp.sync.client import HttpTransport
from gridapp.sync.protocol import Refusal
from gridapp.sync.updates import UpdateLine
from gridapp.update.file import DEBIAN, WINDOWS, BadUpdate
from gridapp.update.staged import Updates
from tests.county.conftest import GRID, OTHER
from tests.county.tus import Cutter, Laptop, enrolment
from tests.update.conftest import Releases, releases

__all__ = ["releases"]
CONTENT = os.urandom(200_000)


@pytest.fixture
def publish(county, releases):
    def publish(version="1.1.0", content=CONTENT, **whom):
        made = releases.make(version, content)
        return updates.publish(county, made, [releases.public], **whom)

    return publish


@pytest.fixture
def laptop(county_folder, served, new_vault, releases, tmp_path):
    """Makes a laptop with a program 1.0.0, at home at a real server."""

    def make(name="周敏", grid=GRID):
        code = enrolment(county_folder, name, grid)
        made = Laptop(new_vault(name), served, code)
        program = releases.program(tmp_path)
        made.updates = Updates(made.store.folder, program)
        return made

    return make


def line_of(laptop, url=None, piece=64 << 10):
    transport = HttpTransport(url or laptop.url)
    return closing(UpdateLine(laptop.updates, transport, laptop.token, piece))


def fetched(laptop):
    """Ask and fetch all; the version that waits then."""
    with line_of(laptop) as line:
        head = line.ask()
        while head is not None and line.more(head) < head.whole:
            pass
    waits = laptop.updates.ready()
    return waits.manifest.version if waits else None


def test_what_is_published_comes_to_the_last_byte_though_the_line_was_cut(
    laptop, publish
):
    one = laptop()
    assert fetched(one) is None
    publish()
    with line_of(one) as line:
        head = line.ask()
    cutter = Cutter(one.url)
    cutter.down = 100_000
    with line_of(one, cutter.url, piece=1 << 20) as cut, pytest.raises(UserError):
        cut.more(head)
    cutter.close()
    here = one.updates.part_of(head).stat().st_size
    assert 50_000 < here < head.whole
    with line_of(one) as line:
        assert line.more(head) == here + (64 << 10)
    assert fetched(one) == "1.1.0"
    assert one.updates.prepared(head).read_bytes() == CONTENT
    assert not one.updates.is_fetching
    assert one.updates.state().offered.version == "1.1.0"


def test_the_newest_that_is_for_this_laptop_is_offered(laptop, publish, county):
    here, there = laptop(), laptop("李娜", OTHER)
    publish("1.1.0")
    publish("1.2.0", grids=[GRID])
    assert (fetched(here), fetched(there)) == ("1.2.0", "1.1.0")
    updates.offer(county, "1.2.0", (), None)
    assert fetched(there) == "1.2.0"


def test_a_grid_that_is_not_there_is_told_and_nothing_is_published(publish, county):
    """With a digit wrong it would be for nobody, and nobody would know."""
    with pytest.raises(UserError, match="没有网格 990101009999"):
        publish("1.1.0", grids=["990101009999"])
    assert updates.offers(county) == []


def test_a_share_is_of_the_same_laptops_when_it_grows(publish, county):
    ids = [
        UUID(int=n * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128) for n in range(400)
    ]
    devices = [rights.Device(one, one, "worker", {}, now()) for one in ids]
    small = publish(share=10)
    few = {one.id for one in devices if small.is_for(one)}
    [more] = updates.offer(county, "1.1.0", (), 40)
    many = {one.id for one in devices if more.is_for(one)}
    assert 15 < len(few) < 75
    assert 110 < len(many) < 210
    assert few < many


def test_what_is_withdrawn_is_let_go_by_whoever_has_not_applied_it(
    laptop, publish, county, releases
):
    one = laptop()
    publish("1.1.0")
    publish("1.2.0")
    assert fetched(one) == "1.2.0"
    updates.withdraw(county, "1.2.0")
    assert fetched(one) == "1.1.0"
    updates.withdraw(county, "1.1.0")
    assert fetched(one) is None
    assert not list((county.folder / updates.FOLDER).glob("*.gridupdate"))
    with pytest.raises(UserError, match="没有发布过"):
        updates.withdraw(county, "1.1.0")
    one.updates.take(releases.make("1.3.0"))  # from a stick
    assert fetched(one) == "1.3.0"


def test_whoever_holds_the_county_can_make_no_update(laptop, county, releases):
    one = laptop()
    forged = Releases(releases.folder).make(content=CONTENT)
    with pytest.raises(BadUpdate, match="签名"):
        updates.publish(county, forged, [releases.public])
    assert updates.offers(county) == []
    updates.publish(county, forged, [])  # by a program without a key, or by hand
    with pytest.raises(BadUpdate, match="签名"):
        fetched(one)
    assert one.updates.ready() is None


def test_a_file_that_was_exchanged_at_the_county_is_dropped(laptop, publish, county):
    one = laptop()
    made = publish()
    file = county.folder / updates.FOLDER / made.manifest.name
    raw = bytearray(file.read_bytes())
    raw[-1] ^= 1
    file.write_bytes(bytes(raw))
    with pytest.raises(BadUpdate, match="损坏"):
        fetched(one)
    assert one.updates.ready() is None
    assert not list(one.updates.folder.glob("*.fetching"))


def test_an_update_that_is_withdrawn_meanwhile_is_said_to_be(laptop, publish, county):
    one = laptop()
    publish()
    with line_of(one) as line:
        head = line.ask()
        line.more(head)
        assert one.updates.is_fetching
        _grow_old(one.updates.part_of(head))
        assert doctor_around.leftovers(one.store.folder) == []
        updates.withdraw(county, "1.1.0")
        with pytest.raises(UserError, match="撤回"):
            line.more(head)
    assert not one.updates.is_fetching


def _grow_old(file):
    """A download may wait for a line for days: it is no file that nobody wants."""
    before = time.time() - 2 * STALE
    os.utime(file, (before, before))


def test_only_a_laptop_that_was_let_in_gets_one(laptop, publish):
    one, made = laptop(), publish()
    for path in ("", f"/{made.id}"):
        url = f"{one.url}/v1/updates/{WINDOWS}{path}"
        answer = httpx.get(url, headers={"authorization": "Bearer wrong"})
        assert answer.status_code == 401
    good = {"authorization": f"Bearer {one.token}"}
    for path in (f"{WINDOWS}/{'0' * 16}", f"{DEBIAN}/{made.id}", "amiga"):
        answer = httpx.get(f"{one.url}/v1/updates/{path}", headers=good)
        assert answer.status_code == 404
        assert protocol.unpack(answer.content, Refusal).code == "update"


def test_the_county_knows_which_version_each_laptop_has(
    laptop, county, county_folder, releases
):
    one = laptop()
    [told] = upkeep.status(county)["devices"]
    assert told["update_failed"] == ""
    one.updates.take(releases.make())
    one.updates.begin(one.updates.ready())
    assert one.updates.judge(6).good is False
    one.client.sync()
    one.client.sync()
    [told] = upkeep.status(county)["devices"]
    assert told["update_failed"] == "1.1.0 6"
    noted = [act["what"] for act in acts.listed(county)]
    assert noted.count(acts.UPDATE_FAILED) == 1
    assert one.updates.state().untold == ""
    # the new version came in another way: it says itself so
    with county.writing() as db:
        db.exec_driver_sql("UPDATE device SET version = '0.9'")
    one.client.sync()
    [told] = upkeep.status(county)["devices"]
    assert told["version"] == gridapp.__version__


def test_a_kill_while_it_is_published_leaves_what_was_offered(
    county, publish, releases
):
    publish("1.1.0")
    large = releases.make("1.2.0", os.urandom(1 << 20))
    target = county.folder / updates.FOLDER
    pid = os.fork()
    if pid == 0:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))
        try:
            updates.publish(county, large, [])  # SIGXFSZ ends it in the middle
        finally:
            os._exit(1)
    os.waitpid(pid, 0)
    assert [one.manifest.version for one in updates.offers(county)] == ["1.1.0"]
    assert [one.name for one in target.glob("*.gridupdate")] == [
        "gridapp-1.1.0-windows-amd64.gridupdate"
    ]
